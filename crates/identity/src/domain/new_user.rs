//! One row of a request to add users: as it was asked for, and as it can be added.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use types::{Email, EmailTemplateId, GroupId, Language, Name, Permissions, RoleId, TemplateId, TimeZone};

use super::fault::{Fault, Violation};
use super::reference::References;
use super::role::{GivenRole, RoleWish};
use super::welcome_email::{Welcome, own_welcome};

/// The field of a violation that is about a row as a whole.
pub const ROW: &str = "row";

/// A person to add, as asked for.
#[derive(Clone, Debug, Default)]
pub struct NewUser {
    /// Their given name.
    pub given_name: String,
    /// Their family name.
    pub family_name: String,
    /// Their address.
    pub email: String,
    /// What is different for this one.
    pub options: Options,
    /// What is known to be wrong with the row before it is judged.
    pub faults: Vec<Violation>,
}

/// What a new user is given, as asked for; an empty field says nothing.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Options {
    /// Products to hold a seat of.
    pub products: Vec<String>,
    /// A settings template.
    pub settings_template_id: String,
    /// A role.
    pub role: RoleWish,
    /// A group.
    pub group_id: String,
    /// A language.
    pub language: String,
    /// A time zone.
    pub time_zone: String,
    /// A welcome e-mail.
    pub welcome: Option<WelcomeWish>,
}

/// A welcome e-mail that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WelcomeWish {
    /// The default one.
    Default,
    /// One of the account's own.
    Template(String),
    /// None.
    Declined,
}

/// What rows are judged by.
#[derive(Clone, Debug)]
pub struct Yardstick<'a> {
    /// What the request says for all rows.
    pub shared: &'a Options,
    /// The products there are.
    pub products: &'a BTreeSet<String>,
    /// What the account's own roles grant, of those that the request names.
    pub roles: &'a HashMap<RoleId, Permissions>,
    /// What whoever adds the users may do.
    pub giver: Permissions,
    /// The account's language.
    pub language: &'a Language,
    /// The account's time zone.
    pub time_zone: &'a TimeZone,
    /// The account's groups and settings templates, of those that the request names.
    pub references: &'a References,
}

/// A person who can be added, as far as the row alone can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Their address.
    pub email: Email,
    /// Their given name.
    pub given_name: Name,
    /// Their family name.
    pub family_name: Name,
    /// Their role.
    pub role: GivenRole,
    /// Their language.
    pub language: Language,
    /// Their time zone.
    pub time_zone: TimeZone,
    /// Their group.
    pub group_id: Option<GroupId>,
    /// Their settings template; none for the system default.
    pub settings_template_id: Option<TemplateId>,
    /// Products to hold a seat of, sorted.
    pub products: Vec<String>,
    /// Which e-mail they get.
    pub welcome: Welcome,
}

impl Yardstick<'_> {
    /// Judges the row at `index`.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn judge(&self, index: usize, row: &NewUser) -> Result<Candidate, Vec<Violation>> {
        // Where the row itself could not be read, nothing more can be said.
        if row.faults.iter().any(|violation| violation.field == ROW) {
            return Err(row.faults.clone());
        }
        let mut judge = Judge {
            shared: self.shared,
            own: &row.options,
            index,
            violations: row.faults.clone(),
        };
        let email = judge.field("email", Email::parse(&row.email).map_err(Fault::from));
        let given_name = judge.field("given_name", Name::parse(&row.given_name).map_err(Fault::from));
        let family_name = judge.field("family_name", Name::parse(&row.family_name).map_err(Fault::from));
        let products = judge.products(self.products);
        let role = judge.role(self.roles, self.giver);
        let language = judge.option(
            "language",
            |options| &options.language,
            |text| Language::parse(text).map_err(|_| Fault::LanguageUnknown),
        );
        let time_zone = judge.option(
            "time_zone",
            |options| &options.time_zone,
            |text| TimeZone::parse(text).map_err(|_| Fault::TimeZoneUnknown),
        );
        let settings_template_id = judge.template(&self.references.templates);
        let group_id = judge.group(&self.references.groups);
        let welcome = judge.welcome(&self.references.welcome_emails);
        match (email, given_name, family_name, judge.violations) {
            (Some(email), Some(given_name), Some(family_name), violations) if violations.is_empty() => Ok(Candidate {
                email,
                given_name,
                family_name,
                role,
                language: language.unwrap_or_else(|| self.language.clone()),
                time_zone: time_zone.unwrap_or_else(|| self.time_zone.clone()),
                group_id,
                settings_template_id,
                products,
                welcome,
            }),
            (_, _, _, violations) => Err(violations),
        }
    }
}

/// Judges one row, field by field, and remembers what is wrong.
struct Judge<'a> {
    shared: &'a Options,
    own: &'a Options,
    index: usize,
    violations: Vec<Violation>,
}

impl<'a> Judge<'a> {
    fn field<T>(&mut self, name: &str, value: Result<T, Fault>) -> Option<T> {
        let index = self.index;
        value
            .map_err(|fault| {
                self.violations
                    .push(Violation::new(fault, format!("users[{index}].{name}")))
            })
            .ok()
    }

    /// The row's own value where it has one, else the request's; and the path of whichever it was.
    fn choose<T: ?Sized>(
        &self,
        name: &str,
        get: impl Fn(&'a Options) -> &'a T,
        is_set: impl Fn(&T) -> bool,
    ) -> (&'a T, String) {
        let own = get(self.own);
        if is_set(own) {
            (own, format!("users[{}].options.{name}", self.index))
        } else {
            (get(self.shared), format!("options.{name}"))
        }
    }

    fn option<T>(
        &mut self,
        name: &str,
        get: impl Fn(&'a Options) -> &'a String,
        parse: impl Fn(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        let (text, path) = self.choose(name, get, |text| !text.is_empty());
        if text.is_empty() {
            return None;
        }
        parse(text)
            .map_err(|fault| self.violations.push(Violation::new(fault, path)))
            .ok()
    }

    fn products(&mut self, known: &BTreeSet<String>) -> Vec<String> {
        let (asked, path) = self.choose("products", |options| &options.products, |products| !products.is_empty());
        let mut products = BTreeSet::new();
        for (position, product) in asked.iter().enumerate() {
            if !known.contains(product) {
                self.violations
                    .push(Violation::new(Fault::ProductUnknown, format!("{path}[{position}]")));
            } else if !products.insert(product.clone()) {
                self.violations
                    .push(Violation::new(Fault::ProductRepeated, format!("{path}[{position}]")));
            }
        }
        products.into_iter().collect()
    }

    /// The two fields that name a role are one option.
    fn role(&mut self, roles: &HashMap<RoleId, Permissions>, giver: Permissions) -> GivenRole {
        let wish = if self.own.role == RoleWish::Unset {
            &self.shared.role
        } else {
            &self.own.role
        };
        let (_, path) = self.choose(wish.field(), |options| &options.role, |role| *role != RoleWish::Unset);
        let mut refuse = |fault| self.violations.push(Violation::new(fault, path.clone()));
        match wish.resolve(roles) {
            Ok(None) => GivenRole::member(),
            Ok(Some(role)) => {
                if !role.is_within(giver) {
                    refuse(Fault::PermissionsExceedOwn);
                }
                role
            }
            Err(bad) => {
                refuse(bad.fault);
                GivenRole::member()
            }
        }
    }

    fn template(&mut self, known: &HashSet<TemplateId>) -> Option<TemplateId> {
        self.option(
            "settings_template_id",
            |options| &options.settings_template_id,
            |text| {
                let id = text.parse().map_err(|_| Fault::IdMalformed)?;
                known.get(&id).copied().ok_or(Fault::TemplateNotFound)
            },
        )
    }

    fn group(&mut self, known: &HashSet<GroupId>) -> Option<GroupId> {
        self.option(
            "group_id",
            |options| &options.group_id,
            |text| {
                let id = text.parse().map_err(|_| Fault::IdMalformed)?;
                known.get(&id).copied().ok_or(Fault::GroupNotFound)
            },
        )
    }

    fn welcome(&mut self, known: &HashSet<EmailTemplateId>) -> Welcome {
        let (wish, path) = self.choose("welcome_email", |options| &options.welcome, Option::is_some);
        match wish {
            None | Some(WelcomeWish::Default) => Welcome::Default,
            Some(WelcomeWish::Declined) => Welcome::Declined,
            Some(WelcomeWish::Template(id)) => match own_welcome(id, known) {
                Ok(id) => Welcome::Own(id),
                Err(fault) => {
                    self.violations
                        .push(Violation::new(fault, format!("{path}.template_id")));
                    Welcome::Default
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use types::Role;

    use super::*;

    fn row() -> NewUser {
        NewUser {
            given_name: "Ada".into(),
            family_name: "Lovelace".into(),
            email: "ada@example.com".into(),
            options: Options::default(),
            faults: vec![],
        }
    }

    fn judge(shared: &Options, row: &NewUser) -> Result<Candidate, Vec<(Fault, String)>> {
        judge_with(&References::default(), shared, row)
    }

    fn judge_with(references: &References, shared: &Options, row: &NewUser) -> Result<Candidate, Vec<(Fault, String)>> {
        let products = ["meeting", "training"].map(str::to_owned).into();
        let (language, time_zone) = (Language::english(), TimeZone::utc());
        let yardstick = Yardstick {
            shared,
            products: &products,
            roles: &HashMap::new(),
            giver: Permissions::of(Role::SuperAdmin, false),
            language: &language,
            time_zone: &time_zone,
            references,
        };
        yardstick
            .judge(3, row)
            .map_err(|violations| violations.into_iter().map(|v| (v.fault, v.field)).collect())
    }

    #[test]
    fn a_row_without_options_takes_those_of_the_request_and_the_account() {
        let shared = Options {
            products: vec!["training".into()],
            language: "de".into(),
            ..Options::default()
        };
        let candidate = judge(&shared, &row()).unwrap();
        assert_eq!(candidate.products, ["training"]);
        assert_eq!(
            (candidate.language.as_str(), candidate.time_zone.as_str()),
            ("de", "UTC")
        );
        assert_eq!(
            (candidate.role.role, candidate.welcome),
            (Role::Member, Welcome::Default)
        );
    }

    #[test]
    fn each_option_of_a_row_takes_the_place_of_the_request_s() {
        let shared = Options {
            products: vec!["training".into()],
            language: "de".into(),
            role: RoleWish::BuiltIn(Role::Admin),
            welcome: Some(WelcomeWish::Declined),
            ..Options::default()
        };
        let mut row = row();
        row.options.language = "fr".into();
        row.options.welcome = Some(WelcomeWish::Default);
        let candidate = judge(&shared, &row).unwrap();
        assert_eq!(
            (candidate.language.as_str(), candidate.welcome),
            ("fr", Welcome::Default)
        );
        assert_eq!((candidate.role.role, candidate.products.len()), (Role::Admin, 1));
    }

    #[test]
    fn everything_wrong_with_a_row_is_told_with_its_path() {
        let shared = Options {
            time_zone: "Nowhere".into(),
            ..Options::default()
        };
        let group = GroupId::new().to_string();
        let row = NewUser {
            given_name: "\r\n".into(),
            family_name: String::new(),
            email: "ada".into(),
            options: Options {
                products: vec!["training".into(), "training".into(), "telex".into()],
                settings_template_id: "x".into(),
                role: RoleWish::Unknown,
                group_id: group,
                language: "xx".into(),
                time_zone: String::new(),
                welcome: Some(WelcomeWish::Template(EmailTemplateId::new().to_string())),
            },
            faults: vec![],
        };
        let expected = [
            (Fault::EmailMalformed, "users[3].email"),
            (Fault::NameCharacter, "users[3].given_name"),
            (Fault::NameMissing, "users[3].family_name"),
            (Fault::ProductRepeated, "users[3].options.products[1]"),
            (Fault::ProductUnknown, "users[3].options.products[2]"),
            (Fault::RoleUnknown, "users[3].options.role"),
            (Fault::LanguageUnknown, "users[3].options.language"),
            (Fault::TimeZoneUnknown, "options.time_zone"),
            (Fault::IdMalformed, "users[3].options.settings_template_id"),
            (Fault::GroupNotFound, "users[3].options.group_id"),
            (
                Fault::EmailTemplateNotFound,
                "users[3].options.welcome_email.template_id",
            ),
        ];
        assert_eq!(
            judge(&shared, &row).unwrap_err(),
            expected.map(|(fault, path)| (fault, path.to_owned()))
        );
    }

    #[test]
    fn only_what_the_account_has_is_given() {
        let (group, other, template) = (GroupId::new(), GroupId::new(), TemplateId::new());
        let email = EmailTemplateId::new();
        let references = References {
            groups: HashSet::from([group, other]),
            templates: HashSet::from([template]),
            welcome_emails: HashSet::from([email]),
        };
        let shared = Options {
            group_id: group.to_string(),
            settings_template_id: template.to_string(),
            welcome: Some(WelcomeWish::Template(email.to_string())),
            ..Options::default()
        };
        let mut row = row();
        let candidate = judge_with(&references, &shared, &row).unwrap();
        assert_eq!(candidate.welcome, Welcome::Own(email));
        assert_eq!(
            (candidate.group_id, candidate.settings_template_id),
            (Some(group), Some(template))
        );
        row.options.group_id = other.to_string();
        let candidate = judge_with(&references, &shared, &row).unwrap();
        assert_eq!(candidate.group_id, Some(other));
        let expected = [
            (Fault::TemplateNotFound, "options.settings_template_id".to_owned()),
            (Fault::GroupNotFound, "users[3].options.group_id".to_owned()),
            (
                Fault::EmailTemplateNotFound,
                "options.welcome_email.template_id".to_owned(),
            ),
        ];
        assert_eq!(judge(&shared, &row).unwrap_err(), expected);
    }

    #[test]
    fn the_role_of_a_row_takes_the_place_of_the_request_s_as_a_whole() {
        let (helpdesk, board) = (RoleId::new(), RoleId::new());
        let helpdesk_may: Permissions = [types::Permission::ManageUsers].into_iter().collect();
        let roles = HashMap::from([
            (helpdesk, helpdesk_may),
            (board, Permissions::of(Role::SuperAdmin, false)),
        ]);
        let own = |id: RoleId| RoleWish::Own(id.to_string());
        let built_in = RoleWish::BuiltIn;
        let (shared, row) = ("options.", "users[0].options.");
        let cases = [
            (own(helpdesk), RoleWish::Unset, Ok(Role::Custom)),
            (own(helpdesk), built_in(Role::Admin), Ok(Role::Admin)),
            (built_in(Role::Admin), own(helpdesk), Ok(Role::Custom)),
            (
                own(RoleId::new()),
                RoleWish::Unset,
                Err((Fault::RoleNotFound, format!("{shared}custom_role_id"))),
            ),
            (
                RoleWish::Unset,
                own(board),
                Err((Fault::PermissionsExceedOwn, format!("{row}custom_role_id"))),
            ),
            (
                built_in(Role::SuperAdmin),
                RoleWish::Unset,
                Err((Fault::PermissionsExceedOwn, format!("{shared}role"))),
            ),
            (
                own(helpdesk),
                RoleWish::Unknown,
                Err((Fault::RoleUnknown, format!("{row}role"))),
            ),
        ];
        for (shared, own, expected) in cases {
            let with = |role| Options {
                role,
                ..Options::default()
            };
            let (shared, own) = (with(shared), with(own));
            let mut judge = Judge {
                shared: &shared,
                own: &own,
                index: 0,
                violations: vec![],
            };
            let role = judge.role(&roles, Permissions::of(Role::Admin, false));
            let answer = match judge.violations.pop() {
                None => Ok(role.role),
                Some(violation) => Err((violation.fault, violation.field)),
            };
            assert_eq!(answer, expected, "{shared:?} {own:?}");
        }
    }
}
