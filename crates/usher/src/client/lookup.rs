//! What people call by name and the API by id.

use proto::identity::v1::group_service_client::GroupServiceClient;
use proto::identity::v1::role_service_client::RoleServiceClient;
use proto::identity::v1::settings_template_service_client::SettingsTemplateServiceClient;
use proto::identity::v1::user_service_client::UserServiceClient;
use proto::identity::v1::welcome_email_service_client::WelcomeEmailServiceClient;
use proto::identity::v1::{
    ListGroupsRequest, ListRolesRequest, ListSettingsTemplatesRequest, ListUsersRequest, ListWelcomeEmailsRequest,
    Role, RoleDefinition, User, UserFilter, user,
};
use types::Email;

use super::Client;
use super::pages::{Extent, pages};
use crate::complaint::Problem;
use crate::output::word;

/// Finds things of the account of whoever is logged in.
pub(crate) struct Lookup<'c>(pub(crate) &'c Client);

/// A role, as requests name it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RoleChoice {
    pub(crate) role: Role,
    pub(crate) custom_role_id: String,
}

impl RoleChoice {
    /// What names the role where one is asked for by its id.
    pub(crate) fn id(&self) -> String {
        if self.custom_role_id.is_empty() {
            word(self.role.as_str_name(), "ROLE_")
        } else {
            self.custom_role_id.clone()
        }
    }

    fn built_in(text: &str) -> Option<Self> {
        let name = text.to_ascii_uppercase().replace('-', "_");
        let role = [Role::Member, Role::Admin, Role::SuperAdmin]
            .into_iter()
            .find(|role| role.as_str_name() == format!("ROLE_{name}"))?;
        let custom_role_id = String::new();
        Some(Self { role, custom_role_id })
    }

    fn custom(id: &str) -> Self {
        Self {
            role: Role::Custom,
            custom_role_id: id.to_owned(),
        }
    }
}

impl Lookup<'_> {
    /// The id of a user who is called by it, or by their address.
    pub(crate) async fn user_id(&self, text: &str) -> anyhow::Result<String> {
        self.user_in(text, &[]).await
    }

    /// The same for somebody who is deleted.
    pub(crate) async fn deleted_user_id(&self, text: &str) -> anyhow::Result<String> {
        self.user_in(text, &[user::State::Deleted]).await
    }

    /// The ids of several users.
    pub(crate) async fn user_ids(&self, texts: &[String]) -> anyhow::Result<Vec<String>> {
        let mut ids = Vec::with_capacity(texts.len());
        for text in texts {
            ids.push(self.user_id(text).await?);
        }
        Ok(ids)
    }

    async fn user_in(&self, text: &str, states: &[user::State]) -> anyhow::Result<String> {
        if is_id(text, "usr_") {
            return Ok(text.to_owned());
        }
        let email = Email::parse(text);
        let email =
            email.map_err(|error| Problem::BadInput(format!("{text} is neither an id nor an address: {error}")))?;
        let mut found = None;
        let fetch = async |page_size, page_token| {
            let message = ListUsersRequest {
                page_size,
                page_token,
                filter: Some(UserFilter {
                    text: email.address().to_owned(),
                    states: states.iter().map(|&state| state.into()).collect(),
                    ..UserFilter::default()
                }),
                ..ListUsersRequest::default()
            };
            let request = self.0.request(message).await?;
            let answer = UserServiceClient::new(self.0.channel()).list_users(request).await?;
            let answer = answer.into_inner();
            Ok((answer.users, answer.next_page_token))
        };
        // The newest of several deleted ones comes last.
        let same = |user: &User| Email::parse(&user.email).is_ok_and(|other| other.canonical() == email.canonical());
        pages(Extent::ALL, fetch, |users| {
            found = users.into_iter().rfind(same).or(found.take());
            Ok(())
        })
        .await?;
        let user = found.ok_or_else(|| Problem::NotFound(format!("nobody here has the address {text}")))?;
        Ok(user.id)
    }

    /// The id of a group that is called by it, or by its name; the empty text is no group.
    pub(crate) async fn group_id(&self, text: &str) -> anyhow::Result<String> {
        if text.is_empty() || is_id(text, "grp_") {
            return Ok(text.to_owned());
        }
        let fetch = async |page_size, page_token| {
            let message = ListGroupsRequest {
                page_size,
                page_token,
                name_prefix: text.to_owned(),
            };
            let request = self.0.request(message).await?;
            let answer = GroupServiceClient::new(self.0.channel()).list_groups(request).await?;
            let answer = answer.into_inner();
            let named = answer.groups.into_iter().map(|group| (group.name, group.id));
            Ok((named.collect(), answer.next_page_token))
        };
        called("group", text, fetch).await
    }

    /// The id of a settings template that is called by it, or by its name; the empty text is the system default.
    pub(crate) async fn template_id(&self, text: &str) -> anyhow::Result<String> {
        if text.is_empty() || is_id(text, "tpl_") {
            return Ok(text.to_owned());
        }
        let fetch = async |page_size, page_token| {
            let message = ListSettingsTemplatesRequest { page_size, page_token };
            let request = self.0.request(message).await?;
            let mut templates = SettingsTemplateServiceClient::new(self.0.channel());
            let answer = templates.list_settings_templates(request).await?.into_inner();
            let named = answer.settings_templates.into_iter().map(|it| (it.name, it.id));
            Ok((named.collect(), answer.next_page_token))
        };
        called("settings template", text, fetch).await
    }

    /// The id of a welcome e-mail that is called by it, or by its name; the empty text is the system's.
    pub(crate) async fn welcome_email_id(&self, text: &str) -> anyhow::Result<String> {
        if text.is_empty() || is_id(text, "emt_") {
            return Ok(text.to_owned());
        }
        let fetch = async |page_size, page_token| {
            let message = ListWelcomeEmailsRequest { page_size, page_token };
            let request = self.0.request(message).await?;
            let mut emails = WelcomeEmailServiceClient::new(self.0.channel());
            let answer = emails.list_welcome_emails(request).await?.into_inner();
            let named = answer.welcome_emails.into_iter().map(|it| (it.name, it.id));
            Ok((named.collect(), answer.next_page_token))
        };
        called("welcome e-mail", text, fetch).await
    }

    /// A role that is called by its name or its id.
    pub(crate) async fn role(&self, text: &str) -> anyhow::Result<RoleChoice> {
        if let Some(built_in) = RoleChoice::built_in(text) {
            return Ok(built_in);
        }
        if is_id(text, "rol_") {
            return Ok(RoleChoice::custom(text));
        }
        let fetch = async |page_size, page_token| {
            let (roles, next) = self.roles(page_size, page_token).await?;
            Ok((roles.into_iter().map(|role| (role.name, role.id)).collect(), next))
        };
        Ok(RoleChoice::custom(&called("role", text, fetch).await?))
    }

    /// The same for a role that need not be named.
    pub(crate) async fn role_if_named(&self, text: Option<&str>) -> anyhow::Result<RoleChoice> {
        match text {
            Some(text) => self.role(text).await,
            None => Ok(RoleChoice::default()),
        }
    }

    /// A page of the roles.
    pub(crate) async fn roles(&self, size: i32, token: String) -> anyhow::Result<(Vec<RoleDefinition>, String)> {
        let message = ListRolesRequest {
            page_size: size,
            page_token: token,
        };
        let request = self.0.request(message).await?;
        let answer = RoleServiceClient::new(self.0.channel()).list_roles(request).await?;
        let answer = answer.into_inner();
        Ok((answer.roles, answer.next_page_token))
    }
}

/// The id of what has this name, whatever the case: names are unique like that.
async fn called(
    kind: &str,
    name: &str,
    fetch: impl AsyncFnMut(i32, String) -> anyhow::Result<(Vec<(String, String)>, String)>,
) -> anyhow::Result<String> {
    let wanted = name.to_lowercase();
    let mut found = None;
    pages(Extent::ALL, fetch, |page| {
        let same = page.into_iter().find(|(name, _)| name.to_lowercase() == wanted);
        found = found.take().or(same);
        Ok(())
    })
    .await?;
    match found {
        Some((_, id)) => Ok(id),
        None => Err(Problem::NotFound(format!("no {kind} is called {name}")).into()),
    }
}

fn is_id(text: &str, prefix: &str) -> bool {
    text.starts_with(prefix) && !text.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_roles_are_known_in_every_spelling() {
        for (text, role) in [
            ("member", Some(Role::Member)),
            ("ADMIN", Some(Role::Admin)),
            ("super-admin", Some(Role::SuperAdmin)),
            ("SUPER_ADMIN", Some(Role::SuperAdmin)),
            ("custom", None),
            ("unspecified", None),
            ("Helpdesk", None),
        ] {
            assert_eq!(RoleChoice::built_in(text).map(|choice| choice.role), role, "{text}");
        }
    }

    #[test]
    fn an_address_is_no_id() {
        assert!(is_id("usr_01", "usr_"));
        assert!(!is_id("usr_01@example.com", "usr_"));
        assert!(!is_id("ada@example.com", "usr_"));
    }
}
