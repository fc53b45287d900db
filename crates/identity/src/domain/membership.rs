//! What somebody is and has in an account.

use serde::Serialize;
use types::{AccountId, GroupId, Role, RoleId, TemplateId};

use super::invitation::Invitation;
use super::user::User;

/// What somebody is and has in an account, or is promised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Membership {
    /// The account.
    #[serde(skip)]
    pub account_id: AccountId,
    /// Role.
    pub role: Role,
    /// The account's own role, if it is one.
    pub custom_role_id: Option<RoleId>,
    /// Group.
    pub group_id: Option<GroupId>,
    /// Settings template; none for the system default.
    pub settings_template_id: Option<TemplateId>,
    /// BCP 47.
    pub language: String,
    /// IANA.
    pub time_zone: String,
    /// The products with a seat, sorted.
    pub products: Vec<String>,
}

/// The names of what a membership refers to, as far as it exists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The account's own role.
    pub role: Option<String>,
    /// The group.
    pub group: Option<String>,
    /// The settings template.
    pub settings_template: Option<String>,
}

impl Membership {
    /// What a user is and has.
    pub fn of(user: &User) -> Self {
        Self {
            account_id: user.account_id,
            role: user.role,
            custom_role_id: user.custom_role_id,
            group_id: user.group_id,
            settings_template_id: user.settings_template_id,
            language: user.language.clone(),
            time_zone: user.time_zone.clone(),
            products: user.products.clone(),
        }
    }

    /// What an invitation promises.
    pub fn promised_by(invitation: &Invitation) -> Self {
        Self {
            account_id: invitation.account_id,
            role: invitation.role,
            custom_role_id: invitation.custom_role_id,
            group_id: invitation.group_id,
            settings_template_id: invitation.settings_template_id,
            language: invitation.language.clone(),
            time_zone: invitation.time_zone.clone(),
            products: invitation.products.clone(),
        }
    }

    /// The same without what does not exist any more: nobody gets more than was promised, and nobody is kept from coming.
    #[must_use]
    pub fn remaining(mut self, names: &Names) -> Self {
        if self.custom_role_id.is_some() && names.role.is_none() {
            self.custom_role_id = None;
            self.role = Role::Member;
        }
        self.group_id = self.group_id.filter(|_| names.group.is_some());
        self.settings_template_id = self.settings_template_id.filter(|_| names.settings_template.is_some());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_is_left_out_and_nothing_else() {
        let promised = Membership {
            account_id: AccountId::new(),
            role: Role::Custom,
            custom_role_id: Some(RoleId::new()),
            group_id: Some(GroupId::new()),
            settings_template_id: Some(TemplateId::new()),
            language: "de".into(),
            time_zone: "Europe/Berlin".into(),
            products: vec!["training".into()],
        };
        let names = Names {
            role: Some("Trainers".into()),
            group: Some("Sales".into()),
            settings_template: Some("Strict".into()),
        };
        assert_eq!(promised.clone().remaining(&names), promised);
        let expected = Membership {
            role: Role::Member,
            custom_role_id: None,
            group_id: None,
            settings_template_id: None,
            ..promised.clone()
        };
        assert_eq!(promised.clone().remaining(&Names::default()), expected);
        let admin = Membership {
            role: Role::Admin,
            custom_role_id: None,
            ..promised
        };
        assert_eq!(admin.remaining(&Names::default()).role, Role::Admin);
    }
}
