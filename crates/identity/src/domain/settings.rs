//! Values of settings, as they are set at one level.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::fault::{Fault, Violation};
use super::setting::{Definition, Level, Value};
use super::setting_catalogue::CATALOGUE;
use super::token::hex;

/// How many faults are told of one request.
const MOST_TOLD: usize = 20;
/// How many characters are told of a key, which may be anything.
const LONGEST_KEY: usize = 64;

/// Values by key; what is not in it is not set here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Settings(BTreeMap<&'static str, Value>);

/// What is to change, by key; none takes a value away.
pub type Changes = BTreeMap<String, Option<Value>>;

impl Settings {
    /// Every value that a template may have, at the system's default.
    pub fn system_default() -> Self {
        let definitions = CATALOGUE
            .iter()
            .filter(|setting| setting.may_be_set_at(Level::Template));
        Self(
            definitions
                .map(|setting| (setting.key, setting.default_value()))
                .collect(),
        )
    }

    /// What was written of a level. What a later version no longer knows, allows or lets be set there is left out.
    ///
    /// # Errors
    /// When it is not an object of JSON.
    pub fn read(text: &str, level: Level) -> Result<Self, serde_json::Error> {
        let values: BTreeMap<String, serde_json::Value> = serde_json::from_str(text)?;
        let known = values.into_iter().filter_map(|(key, value)| {
            let definition = Definition::find(&key).filter(|setting| setting.may_be_set_at(level))?;
            let value = serde_json::from_value(value).ok()?;
            definition.allows(&value).then_some((definition.key, value))
        });
        Ok(Self(known.collect()))
    }

    /// The value of a setting, if it is set here.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// Every value that is set here, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.0.iter().map(|(key, value)| (*key, value))
    }

    /// The settings after a change at a level, where those that are `locked` can only be reset; `field` is where it was asked
    /// for.
    ///
    /// # Errors
    /// Everything that is wrong with it, up to a number.
    pub fn changed(
        &self,
        changes: &Changes,
        level: Level,
        locked: &BTreeSet<&'static str>,
        field: &str,
    ) -> Result<Self, Vec<Violation>> {
        let mut changed = self.clone();
        let mut violations = Vec::new();
        for (key, value) in changes {
            match check(key, value.as_ref(), level) {
                Ok(definition) if value.is_some() && locked.contains(definition.key) => {
                    violations.push(Violation::new(Fault::SettingLocked, path(field, key)));
                }
                Ok(definition) => match value {
                    Some(value) => drop(changed.0.insert(definition.key, value.clone())),
                    None => drop(changed.0.remove(definition.key)),
                },
                Err(fault) => violations.push(Violation::new(fault, path(field, key))),
            }
        }
        told(changed, violations)
    }

    /// The values here that `other` has not, or has otherwise, and `null` for those that only `other` has.
    pub fn unlike(&self, other: &Self) -> serde_json::Map<String, serde_json::Value> {
        let keys: BTreeSet<_> = self.0.keys().chain(other.0.keys()).copied().collect();
        let differing = keys.into_iter().filter(|key| self.get(key) != other.get(key));
        let told = |key: &'static str| {
            let value = self.get(key).map(serde_json::to_value).and_then(Result::ok);
            (key.to_owned(), value.unwrap_or_default())
        };
        differing.map(told).collect()
    }

    /// What changes whenever these do.
    pub fn etag(&self) -> String {
        etag(self)
    }
}

/// What changes whenever something that can be written does; 16 hexadecimal digits.
pub fn etag(content: &impl Serialize) -> String {
    let content = serde_json::to_vec(content).unwrap_or_default();
    hex(&Sha256::digest(content)).chars().take(16).collect()
}

/// `changed`, unless something is wrong with the change.
pub fn told<T>(changed: T, mut violations: Vec<Violation>) -> Result<T, Vec<Violation>> {
    violations.truncate(MOST_TOLD);
    if violations.is_empty() {
        Ok(changed)
    } else {
        Err(violations)
    }
}

fn check(key: &str, value: Option<&Value>, level: Level) -> Result<&'static Definition, Fault> {
    let definition = Definition::find(key).ok_or(Fault::SettingUnknown)?;
    if !definition.may_be_set_at(level) {
        return Err(Fault::SettingLevelInvalid);
    }
    match value {
        Some(value) if !definition.allows(value) => Err(Fault::SettingValueInvalid),
        Some(_) | None => Ok(definition),
    }
}

/// The path of a key in a field that holds settings: not longer than a key is.
pub fn path(field: &str, key: &str) -> String {
    let key: String = key.chars().filter(|c| !c.is_control()).take(LONGEST_KEY).collect();
    format!("{field}[\"{key}\"]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn what_is_no_longer_known_allowed_or_in_place_is_left_out() {
        let written = r#"{"session.lobby": false, "session.telex": true, "session.recording": "sometimes",
            "session.max_attendees": 7, "mail.follow_up": null, "session.chat": ["off"]}"#;
        let user = Settings::read(written, Level::User).unwrap();
        assert_eq!(
            user.iter().collect::<Vec<_>>(),
            [("session.lobby", &Value::Boolean(false))]
        );
        let template = Settings::read(written, Level::Template).unwrap();
        assert_eq!(template.get("session.max_attendees"), Some(&Value::Integer(7)));
        let again = serde_json::to_string(&template).unwrap();
        assert_eq!(Settings::read(&again, Level::Template).unwrap(), template);
        assert!(Settings::read("[]", Level::User).is_err());
    }

    #[test]
    fn a_change_sets_and_resets_what_it_names() {
        let before = Settings::read(
            r#"{"session.lobby": false, "session.recording": "off", "mail.follow_up": true}"#,
            Level::User,
        );
        let before = before.unwrap();
        let changes = Changes::from([
            ("session.recording".to_owned(), Some(text("manual"))),
            ("mail.follow_up".to_owned(), None),
            ("display.theme".to_owned(), None),
        ]);
        let after = before
            .changed(&changes, Level::User, &BTreeSet::new(), "changes")
            .unwrap();
        assert_eq!(
            serde_json::to_string(&after).unwrap(),
            r#"{"session.lobby":false,"session.recording":"manual"}"#
        );
        let told = |one: &Settings, other: &Settings| serde_json::Value::Object(one.unlike(other)).to_string();
        assert_eq!(
            told(&before, &after),
            r#"{"mail.follow_up":true,"session.recording":"off"}"#
        );
        assert_eq!(
            told(&after, &before),
            r#"{"mail.follow_up":null,"session.recording":"manual"}"#
        );
        assert_ne!(before.etag(), after.etag());
    }

    fn refused(changes: &Changes) -> Vec<Violation> {
        let locked = BTreeSet::from(["session.lobby", "session.chat"]);
        let changed = Settings::default().changed(changes, Level::User, &locked, "changes");
        changed.unwrap_err()
    }

    #[test]
    fn what_is_locked_can_be_reset_only() {
        let changes = Changes::from([
            ("session.chat".to_owned(), Some(text("off"))),
            ("session.lobby".to_owned(), None),
        ]);
        let wrong = refused(&changes);
        assert_eq!(
            wrong,
            [Violation::new(Fault::SettingLocked, "changes[\"session.chat\"]")]
        );
    }

    #[test]
    fn everything_wrong_with_a_change_is_told_up_to_a_number() {
        let changes = Changes::from([
            ("session.telex".to_owned(), Some(Value::Boolean(true))),
            ("session.lobby".to_owned(), Some(Value::Integer(1))),
            ("session.max_attendees".to_owned(), None),
            ("mail.follow_up".to_owned(), None),
        ]);
        let wrong = refused(&changes);
        let told: Vec<_> = wrong.iter().map(|it| (it.fault, it.field.as_str())).collect();
        assert_eq!(
            told,
            [
                (Fault::SettingValueInvalid, "changes[\"session.lobby\"]"),
                (Fault::SettingLevelInvalid, "changes[\"session.max_attendees\"]"),
                (Fault::SettingUnknown, "changes[\"session.telex\"]"),
            ]
        );
        let many: Changes = (0..1_000)
            .map(|n| (format!("{n}\0{}", "x".repeat(1_000)), None))
            .collect();
        let wrong = refused(&many);
        assert_eq!(wrong.len(), MOST_TOLD);
        assert!(wrong.iter().all(|it| it.field.len() < 80));
    }

    #[test]
    fn the_system_default_has_everything_that_a_template_may_have() {
        let template = Settings::system_default();
        assert_eq!(template.get("session.lobby"), Some(&Value::Boolean(true)));
        assert_eq!(template.get("security.idle_log_out_minutes"), None);
    }
}
