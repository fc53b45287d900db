//! What a request to add users refers to by id.

use std::collections::HashSet;

use types::{EmailTemplateId, GroupId, TemplateId};

use super::admission::AddUsers;
use super::new_user::WelcomeWish;

/// Ids of what an account has made: those that a request names, or those of them that there are.
#[derive(Clone, Debug, Default)]
pub struct References {
    /// Groups.
    pub groups: HashSet<GroupId>,
    /// Settings templates.
    pub templates: HashSet<TemplateId>,
    /// Welcome e-mails.
    pub welcome_emails: HashSet<EmailTemplateId>,
}

impl References {
    /// What a request names, as far as it is ids at all.
    pub fn of(request: &AddUsers) -> Self {
        let own = request.users.iter().map(|user| &user.options);
        let mut named = Self::default();
        for options in own.chain([&request.options]) {
            named.groups.extend(options.group_id.parse::<GroupId>().ok());
            named
                .templates
                .extend(options.settings_template_id.parse::<TemplateId>().ok());
            if let Some(WelcomeWish::Template(id)) = &options.welcome {
                named.welcome_emails.extend(id.parse::<EmailTemplateId>().ok());
            }
        }
        named
    }

    /// Whether nothing is named.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.templates.is_empty() && self.welcome_emails.is_empty()
    }
}
