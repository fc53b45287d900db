//! Which value a setting has for a user, and where it comes from.

use std::collections::BTreeSet;

use super::setting::{Definition, Level, Value};
use super::setting_catalogue::CATALOGUE;
use super::settings::Settings;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody has set it.
    SystemDefault,
    /// It is set for the whole account.
    Account,
    /// It is set in the user's settings template.
    Template,
    /// The user has set it.
    User,
}

/// Why a user cannot set something for themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// The account has locked it.
    Account,
    /// Nobody sets it for themselves.
    Definition,
}

/// What is set at each level, for one user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layers {
    /// For the whole account.
    pub account: Settings,
    /// What of the account's values nothing below overrides.
    pub locked: BTreeSet<&'static str>,
    /// In the user's template; nothing when they have the system default.
    pub template: Settings,
    /// By the user.
    pub user: Settings,
}

/// A setting as it is for a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
    /// The setting.
    pub definition: &'static Definition,
    /// Its value.
    pub value: Value,
    /// Where that comes from.
    pub origin: Origin,
    /// Why the user cannot set it, if they cannot.
    pub lock: Option<Lock>,
}

impl Layers {
    /// Every setting, by key.
    pub fn effective(&self) -> Vec<Effective> {
        CATALOGUE.iter().map(|definition| self.settle(definition)).collect()
    }

    /// One setting: the system's default, overridden by the account, the template and the user in this order; a locked one
    /// by the account only.
    fn settle(&self, definition: &'static Definition) -> Effective {
        let locked = self.locked.contains(definition.key);
        let account = (Origin::Account, self.account.get(definition.key));
        let template = (Origin::Template, self.template.get(definition.key));
        let user = (Origin::User, self.user.get(definition.key));
        let layers: &[_] = if locked { &[account] } else { &[user, template, account] };
        let set = layers
            .iter()
            .find_map(|(origin, value)| Some((*origin, value.cloned()?)));
        let (origin, value) = set.unwrap_or_else(|| (Origin::SystemDefault, definition.default_value()));
        let lock = if locked {
            Some(Lock::Account)
        } else {
            (!definition.may_be_set_at(Level::User)).then_some(Lock::Definition)
        };
        Effective {
            definition,
            value,
            origin,
            lock,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::settings::Changes;

    const KEY: &str = "session.default_duration_minutes";

    fn set(minutes: Option<i64>, level: Level) -> Settings {
        let changes = minutes.map(|minutes| (KEY.to_owned(), Some(Value::Integer(minutes))));
        let changes: Changes = changes.into_iter().collect();
        Settings::default()
            .changed(&changes, level, &BTreeSet::new(), "changes")
            .unwrap()
    }

    /// Account, template, user: whether each has set it; then what it is without a lock, and with one.
    #[test]
    fn the_lowest_level_that_has_set_it_wins_and_a_lock_stops_at_the_account() {
        use Origin::{Account, SystemDefault, Template, User};
        let (default, unlocked, locked) = ((SystemDefault, 60), None, Some(Lock::Account));
        let table = [
            ((false, false, false), default, default),
            ((false, false, true), (User, 45), default),
            ((false, true, false), (Template, 30), default),
            ((false, true, true), (User, 45), default),
            ((true, false, false), (Account, 20), (Account, 20)),
            ((true, false, true), (User, 45), (Account, 20)),
            ((true, true, false), (Template, 30), (Account, 20)),
            ((true, true, true), (User, 45), (Account, 20)),
        ];
        for ((account, template, user), free, stopped) in table {
            for (lock, (origin, minutes)) in [(unlocked, free), (locked, stopped)] {
                let layers = Layers {
                    account: set(account.then_some(20), Level::Account),
                    locked: lock.map(|_| KEY).into_iter().collect(),
                    template: set(template.then_some(30), Level::Template),
                    user: set(user.then_some(45), Level::User),
                };
                let effective = layers.effective();
                let settled = effective.iter().find(|it| it.definition.key == KEY).unwrap();
                let expected = (Value::Integer(minutes), origin, lock);
                assert_eq!(
                    (settled.value.clone(), settled.origin, settled.lock),
                    expected,
                    "{account} {template} {user}"
                );
                let others = effective.iter().filter(|it| it.definition.key != KEY);
                assert!(others.clone().all(|it| it.origin == SystemDefault));
                assert_eq!(others.count(), CATALOGUE.len() - 1);
            }
        }
    }

    #[test]
    fn what_nobody_sets_for_themselves_is_locked_by_its_definition() {
        for settled in Layers::default().effective() {
            let free = settled.definition.may_be_set_at(Level::User);
            assert_eq!(
                settled.lock,
                (!free).then_some(Lock::Definition),
                "{}",
                settled.definition.key
            );
        }
    }
}
