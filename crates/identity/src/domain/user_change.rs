//! What is to change of a user: read from the fields and the mask of a request.

use serde_json::{Map, Value, json};
use types::{GroupId, Language, Name, Permission, Permissions, TemplateId, TimeZone};

use super::error::Error;
use super::fault::{Fault, Violation};
use super::user::User;

/// A user's fields, as a request has them.
#[derive(Clone, Debug, Default)]
pub struct UserFields {
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// BCP 47.
    pub language: String,
    /// IANA.
    pub time_zone: String,
    /// The group; empty for none.
    pub group_id: String,
    /// The settings template; empty for the system default.
    pub settings_template_id: String,
    /// Whether anything is said of a role.
    pub names_role: bool,
}

/// Who changes a user, and hence what of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Somebody who manages users.
    Anybody,
    /// The user themselves: what is put upon them stays.
    Oneself,
}

/// What is to change; what is none stays.
#[derive(Clone, Debug, Default)]
pub struct UserChange {
    /// Given name.
    pub given_name: Option<Name>,
    /// Family name.
    pub family_name: Option<Name>,
    /// Language.
    pub language: Option<Language>,
    /// Time zone.
    pub time_zone: Option<TimeZone>,
    /// The group, or that they leave theirs.
    pub group_id: Option<Option<GroupId>>,
    /// The settings template, or that the system default takes its place.
    pub settings_template_id: Option<Option<TemplateId>>,
}

/// What anybody may change of themselves.
const PERSONAL: [&str; 4] = ["given_name", "family_name", "language", "time_zone"];
/// What is put upon users.
const ASSIGNED: [&str; 2] = ["group_id", "settings_template_id"];
/// What only those may name who assign roles, elsewhere.
const ROLES: [&str; 3] = ["role", "custom_role_id", "billing_contact"];
/// What changes by itself, by its own method, or never.
const FIXED: [&str; 11] = [
    "id",
    "account_id",
    "email",
    "state",
    "invitation",
    "create_time",
    "products",
    "etag",
    "update_time",
    "delete_time",
    "purge_time",
];
/// More of a path that nobody knows is not repeated.
const REPEATED_CHARACTERS: usize = 64;

impl UserChange {
    /// What a request asks for: the fields that the mask names, all for `*`, and those that are not empty for no mask
    /// (AIP-134).
    ///
    /// # Errors
    /// [`Error::RoleAssignmentForbidden`] when somebody names a role who may not see any; [`Error::FieldImmutable`],
    /// [`Error::FieldUnknown`]; [`Error::Rows`] with every bad value.
    pub fn read(fields: &UserFields, mask: &[String], scope: Scope, permissions: Permissions) -> Result<Self, Error> {
        let names_role = fields.names_role || mask.iter().any(|path| ROLES.contains(&head(path)));
        if names_role && !permissions.contains(Permission::AssignRoles) {
            return Err(Error::RoleAssignmentForbidden {
                field: "user.role".into(),
            });
        }
        check(mask, scope)?;
        let named = |path: &'static str, value: &str| {
            let changeable = scope == Scope::Anybody || PERSONAL.contains(&path);
            let asked = match mask {
                [] => !value.is_empty(),
                mask => mask.iter().any(|named| named == path || named == "*"),
            };
            changeable && asked
        };
        let mut faults = Faults(vec![]);
        let UserFields {
            given_name,
            family_name,
            language,
            time_zone,
            group_id,
            settings_template_id,
            names_role: _,
        } = fields;
        let change = Self {
            given_name: faults.of("given_name", given_name, &named, |text| {
                Name::parse(text).map_err(Fault::from)
            }),
            family_name: faults.of("family_name", family_name, &named, |text| {
                Name::parse(text).map_err(Fault::from)
            }),
            language: faults.of("language", language, &named, |text| {
                Language::parse(text).map_err(|_| Fault::LanguageUnknown)
            }),
            time_zone: faults.of("time_zone", time_zone, &named, |text| {
                TimeZone::parse(text).map_err(|_| Fault::TimeZoneUnknown)
            }),
            group_id: faults.of("group_id", group_id, &named, optional_id),
            settings_template_id: faults.of("settings_template_id", settings_template_id, &named, optional_id),
        };
        if faults.0.is_empty() {
            Ok(change)
        } else {
            Err(Error::Rows(faults.0))
        }
    }

    /// The user after this change, whose revision and times are still the old ones.
    #[must_use]
    pub fn apply(self, user: &User) -> User {
        let mut changed = user.clone();
        if let Some(name) = self.given_name {
            changed.given_name = name.to_string();
        }
        if let Some(name) = self.family_name {
            changed.family_name = name.to_string();
        }
        if let Some(language) = self.language {
            changed.language = language.to_string();
        }
        if let Some(time_zone) = self.time_zone {
            changed.time_zone = time_zone.to_string();
        }
        changed.group_id = self.group_id.unwrap_or(user.group_id);
        changed.settings_template_id = self.settings_template_id.unwrap_or(user.settings_template_id);
        changed
    }
}

/// What differs between a user before and after a change, for the audit log; nothing when nothing does.
pub fn difference(before: &User, after: &User) -> Option<(Value, Value)> {
    let sides = [profile(before), profile(after)];
    let differs = |key: &String| sides[0].get(key) != sides[1].get(key);
    let keys: Vec<String> = sides[0].keys().filter(|key| differs(key)).cloned().collect();
    let side = |of: &Map<String, Value>| -> Value { keys.iter().map(|key| (key.clone(), of[key].clone())).collect() };
    (!keys.is_empty()).then(|| (side(&sides[0]), side(&sides[1])))
}

fn profile(user: &User) -> Map<String, Value> {
    let profile = json!({
        "given_name": user.given_name,
        "family_name": user.family_name,
        "language": user.language,
        "time_zone": user.time_zone,
        "group_id": user.group_id,
        "settings_template_id": user.settings_template_id,
    });
    match profile {
        Value::Object(profile) => profile,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}

fn check(mask: &[String], scope: Scope) -> Result<(), Error> {
    for path in mask {
        let path = path.as_str();
        let mine = PERSONAL.contains(&path) || path == "*";
        if mine || (scope == Scope::Anybody && ASSIGNED.contains(&path)) {
            continue;
        }
        let head = head(path);
        if FIXED.contains(&head) || ROLES.contains(&head) || ASSIGNED.contains(&path) {
            return Err(Error::FieldImmutable {
                field: format!("user.{head}"),
            });
        }
        let path: String = path.chars().take(REPEATED_CHARACTERS).collect();
        return Err(Error::FieldUnknown {
            field: format!("user.{path}"),
        });
    }
    Ok(())
}

/// Whether a user has a field of this name, and a change knows what to do about it.
pub fn knows(field: &str) -> bool {
    [&PERSONAL[..], &ASSIGNED, &ROLES, &FIXED]
        .iter()
        .any(|names| names.contains(&field))
}

fn head(path: &str) -> &str {
    path.split_once('.').map_or(path, |(head, _)| head)
}

fn optional_id<T: std::str::FromStr>(text: &str) -> Result<Option<T>, Fault> {
    match text {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Fault::IdMalformed),
    }
}

/// What is wrong with the values.
struct Faults(Vec<Violation>);

impl Faults {
    /// The value of a field, if it is to change.
    fn of<T>(
        &mut self,
        path: &'static str,
        value: &str,
        named: &impl Fn(&'static str, &str) -> bool,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        if !named(path, value) {
            return None;
        }
        match parse(value) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.0.push(Violation::new(fault, format!("user.{path}")));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use types::Role;

    use super::*;
    use crate::domain::user::specimen;

    fn read(fields: UserFields, mask: &[&str], scope: Scope, role: Role) -> Result<User, String> {
        let mask: Vec<String> = mask.iter().map(|&path| path.to_owned()).collect();
        let change = UserChange::read(&fields, &mask, scope, Permissions::of(role, false));
        change.map(|change| change.apply(&specimen())).map_err(|error| {
            if let Error::FieldImmutable { field } = error {
                format!("immutable {field}")
            } else if let Error::FieldUnknown { field } = error {
                format!("unknown {field}")
            } else if let Error::RoleAssignmentForbidden { field } = error {
                format!("forbidden {field}")
            } else {
                format!("{error:?}")
            }
        })
    }

    fn renamed(given_name: &str) -> UserFields {
        UserFields {
            given_name: given_name.into(),
            ..UserFields::default()
        }
    }

    #[test]
    fn without_a_mask_what_is_not_empty_changes() {
        let user = read(renamed("Augusta"), &[], Scope::Anybody, Role::Admin).unwrap();
        assert_eq!(
            (user.given_name.as_str(), user.family_name.as_str()),
            ("Augusta", "Lovelace")
        );
    }

    #[test]
    fn a_mask_changes_what_it_names_and_empties_what_can_be_empty() {
        let group = GroupId::new();
        let fields = UserFields {
            group_id: group.to_string(),
            ..renamed("Augusta")
        };
        let user = read(fields.clone(), &["group_id"], Scope::Anybody, Role::Admin).unwrap();
        assert_eq!((user.given_name.as_str(), user.group_id), ("Ada", Some(group)));
        let change = UserChange::read(
            &UserFields::default(),
            &["group_id".into()],
            Scope::Anybody,
            Permissions::default(),
        );
        assert_eq!(change.unwrap().apply(&user).group_id, None);
        let bad = read(fields, &["*"], Scope::Anybody, Role::Admin).unwrap_err();
        for fault in ["NameMissing", "LanguageUnknown", "TimeZoneUnknown"] {
            assert!(bad.contains(fault), "{bad}");
        }
    }

    #[test]
    fn what_a_mask_may_not_name_is_told_apart() {
        let long = "x".repeat(1_000);
        let unknown = format!("unknown user.{}", "x".repeat(64));
        let cases = [
            (Scope::Anybody, Role::SuperAdmin, "email", "immutable user.email"),
            (Scope::Anybody, Role::SuperAdmin, "role", "immutable user.role"),
            (
                Scope::Anybody,
                Role::SuperAdmin,
                "invitation.state",
                "immutable user.invitation",
            ),
            (Scope::Anybody, Role::Admin, "role", "forbidden user.role"),
            (Scope::Anybody, Role::Admin, "billing_contact", "forbidden user.role"),
            (Scope::Anybody, Role::Admin, "given_name.x", "unknown user.given_name.x"),
            (Scope::Anybody, Role::Admin, "", "unknown user."),
            (Scope::Anybody, Role::Admin, &long, &unknown),
            (Scope::Oneself, Role::SuperAdmin, "group_id", "immutable user.group_id"),
            (Scope::Oneself, Role::Member, "custom_role_id", "forbidden user.role"),
        ];
        for (scope, role, path, expected) in cases {
            assert_eq!(read(renamed("Ada"), &[path], scope, role).unwrap_err(), expected);
        }
    }

    #[test]
    fn what_is_put_upon_somebody_they_do_not_change_themselves() {
        let fields = UserFields {
            group_id: GroupId::new().to_string(),
            ..renamed("Augusta")
        };
        let user = read(fields, &[], Scope::Oneself, Role::Member).unwrap();
        assert_eq!((user.given_name.as_str(), user.group_id), ("Augusta", None));
    }

    #[test]
    fn the_log_is_told_what_differs() {
        let user = specimen();
        assert_eq!(difference(&user, &user), None);
        let renamed = User {
            given_name: "Augusta".into(),
            ..user.clone()
        };
        let told = (json!({ "given_name": "Ada" }), json!({ "given_name": "Augusta" }));
        assert_eq!(difference(&user, &renamed), Some(told));
    }
}
