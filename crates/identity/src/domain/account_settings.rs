//! What is set for a whole account, and what nothing below overrides.

use std::collections::BTreeSet;

use serde::Serialize;

use super::fault::{Fault, Violation};
use super::setting::{Definition, Level};
use super::settings::{Changes, Settings, etag, told};

/// What is set for a whole account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AccountSettings {
    /// Values.
    pub values: Settings,
    /// The keys of those settings that nothing below the account overrides.
    pub locked: BTreeSet<&'static str>,
}

/// What is to change of an account's settings.
#[derive(Clone, Debug, Default)]
pub struct AccountChange {
    /// Values.
    pub changes: Changes,
    /// Keys to lock.
    pub lock: Vec<String>,
    /// Keys to unlock.
    pub unlock: Vec<String>,
}

impl AccountSettings {
    /// What changes whenever these do.
    pub fn etag(&self) -> String {
        etag(self)
    }

    /// The settings after a change.
    ///
    /// # Errors
    /// Everything that is wrong with it, up to a number.
    pub fn changed(&self, change: &AccountChange) -> Result<Self, Vec<Violation>> {
        let values = self
            .values
            .changed(&change.changes, Level::Account, &BTreeSet::new(), "changes")?;
        let mut violations = Vec::new();
        let lock = find(&change.lock, "lock", &mut violations);
        let unlock = find(&change.unlock, "unlock", &mut violations);
        for (position, key) in unlock.iter().enumerate() {
            if lock.contains(key) {
                violations.push(Violation::new(
                    Fault::SettingLockAmbiguous,
                    format!("unlock[{position}]"),
                ));
            }
        }
        let mut locked = self.locked.clone();
        locked.extend(lock);
        locked.retain(|key| !unlock.contains(key));
        told(Self { values, locked }, violations)
    }
}

fn find(keys: &[String], field: &str, violations: &mut Vec<Violation>) -> Vec<&'static str> {
    let mut found = Vec::new();
    for (position, key) in keys.iter().enumerate() {
        match Definition::find(key) {
            Some(definition) => found.push(definition.key),
            None => violations.push(Violation::new(Fault::SettingUnknown, format!("{field}[{position}]"))),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(lock: &[&str], unlock: &[&str]) -> AccountChange {
        let owned = |keys: &[&str]| keys.iter().map(|&key| key.to_owned()).collect();
        AccountChange {
            changes: Changes::new(),
            lock: owned(lock),
            unlock: owned(unlock),
        }
    }

    #[test]
    fn keys_are_locked_and_unlocked_and_the_others_stay() {
        let none = AccountSettings::default();
        let locked = none.changed(&change(&["session.chat", "session.lobby"], &[])).unwrap();
        assert_eq!(locked.locked, BTreeSet::from(["session.chat", "session.lobby"]));
        assert_ne!(locked.etag(), none.etag());
        let unlocked = locked.changed(&change(&["session.lobby"], &["session.chat", "mail.footer"]));
        assert_eq!(unlocked.unwrap().locked, BTreeSet::from(["session.lobby"]));
    }

    #[test]
    fn what_does_not_exist_is_not_locked_and_nothing_is_locked_and_unlocked() {
        let change = change(&["session.telex", "session.chat"], &["session.lobby", "session.chat"]);
        let wrong = AccountSettings::default().changed(&change).unwrap_err();
        let expected = [
            Violation::new(Fault::SettingUnknown, "lock[0]"),
            Violation::new(Fault::SettingLockAmbiguous, "unlock[1]"),
        ];
        assert_eq!(wrong, expected);
    }
}
