//! Settings templates: named sets of settings of an account.

use types::{AccountId, Name, TemplateId, Timestamp};

use super::description::Description;
use super::settings::Settings;

/// The most templates that an account has.
pub const MAX_TEMPLATES: u64 = 1_000;

/// A named set of settings of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsTemplate {
    /// Its id.
    pub id: TemplateId,
    /// The account it belongs to.
    pub account_id: AccountId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Its values.
    pub settings: Settings,
    /// How many users have it, those that are deleted not counted.
    pub user_count: i64,
    /// Its version: rises with each change.
    pub revision: i64,
    /// When it was made.
    pub create_time: Timestamp,
    /// When it was last changed.
    pub update_time: Timestamp,
}

/// What is to become of those who have a template that is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Successor {
    /// There must be none.
    Nothing,
    /// They get the system default.
    SystemDefault,
    /// They get this template.
    Template(TemplateId),
}

impl SettingsTemplate {
    /// The template with another name, description or settings; what is none stays.
    #[must_use]
    pub fn changed(
        &self,
        name: Option<&Name>,
        description: Option<&Description>,
        settings: Settings,
        now: Timestamp,
    ) -> Self {
        let mut changed = Self {
            settings,
            ..self.clone()
        };
        if let Some(name) = name {
            changed.name = name.to_string();
        }
        if let Some(description) = description {
            changed.description = description.as_str().to_owned();
        }
        if changed != *self {
            changed.revision = self.revision.saturating_add(1);
            changed.update_time = now;
        }
        changed
    }
}
