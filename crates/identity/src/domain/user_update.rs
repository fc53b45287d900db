//! A request to change users: as it was asked for, and as it can be carried out.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use types::{GroupId, Language, Name, Permissions, RequestId, RoleId, TemplateId, TimeZone};

use super::admission::SeatCount;
use super::fault::{Fault, Violation};
use super::life::End;
use super::role::{GivenRole, RoleWish};

/// A request to change users.
#[derive(Clone, Debug)]
pub struct UpdateUsers {
    /// The name under which it is remembered.
    pub request_id: RequestId,
    /// SHA-256 over everything that it asks for, in hexadecimal.
    pub fingerprint: String,
    /// The users' ids, as they were given.
    pub user_ids: Vec<String>,
    /// The same for all.
    pub change: UserChange,
    /// Whether good rows are changed when others are bad.
    pub allow_partial: bool,
}

/// What is to be different; what is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserChange {
    /// A given name; empty to leave it.
    pub given_name: String,
    /// A family name; empty to leave it.
    pub family_name: String,
    /// A role.
    pub role: RoleWish,
    /// A group; empty for none.
    pub group_id: Option<String>,
    /// A settings template; empty for the system default.
    pub settings_template_id: Option<String>,
    /// A language; empty to leave it.
    pub language: String,
    /// A time zone; empty to leave it.
    pub time_zone: String,
    /// Products.
    pub products: Option<ProductWish>,
    /// Where they are in their life.
    pub transition: Option<Transition>,
}

/// How users go on in their life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transition {
    /// They are suspended or deleted.
    End(End),
    /// Their suspension ends.
    Reactivation,
}

/// A change of products that was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductWish {
    /// The products from now on.
    pub set: Option<Vec<String>>,
    /// Products to add.
    pub add: Vec<String>,
    /// Products to remove.
    pub remove: Vec<String>,
}

/// What a change can refer to.
#[derive(Clone, Debug, Default)]
pub struct Terms<'a> {
    /// The catalogue.
    pub products: BTreeSet<&'a str>,
    /// What the role of the account's own grants that it names, when there is one.
    pub roles: HashMap<RoleId, Permissions>,
    /// The group it names, when it is the account's.
    pub group: Option<GroupId>,
    /// The settings template it names, when it is the account's.
    pub template: Option<TemplateId>,
}

/// A change that can be made to a user.
#[derive(Clone, Debug, Default)]
pub struct Amendment {
    /// A given name.
    pub given_name: Option<Name>,
    /// A family name.
    pub family_name: Option<Name>,
    /// A role.
    pub role: Option<GivenRole>,
    /// A group, or none.
    pub group_id: Option<Option<GroupId>>,
    /// A settings template, or the system default.
    pub settings_template_id: Option<Option<TemplateId>>,
    /// A language.
    pub language: Option<Language>,
    /// A time zone.
    pub time_zone: Option<TimeZone>,
    /// Products.
    pub products: Option<ProductChange>,
    /// Where they are in their life.
    pub transition: Option<Transition>,
}

/// A change of the products that somebody has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProductChange {
    /// These from now on.
    Set(BTreeSet<String>),
    /// Some more, some less.
    Adjust {
        /// The more.
        add: BTreeSet<String>,
        /// The less.
        remove: BTreeSet<String>,
    },
}

impl ProductChange {
    /// What somebody has who has had `products`; sorted.
    pub fn of(&self, products: &[String]) -> Vec<String> {
        match self {
            Self::Set(set) => set.iter().cloned().collect(),
            Self::Adjust { add, remove } => {
                let all: BTreeSet<_> = products.iter().chain(add).collect();
                all.into_iter()
                    .filter(|product| !remove.contains(*product))
                    .cloned()
                    .collect()
            }
        }
    }
}

/// What became of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The user was changed.
    Updated,
    /// The user was so already.
    Unchanged,
    /// Nothing was done.
    Failed,
}

/// What became of one row, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowResult {
    /// The user, as named in the request.
    pub user_id: String,
    /// What became of it.
    pub outcome: Outcome,
    /// What is wrong with it, when it failed.
    pub violation: Option<Violation>,
}

/// What a request is answered with, now and whenever it is repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// One for each row, in order.
    pub results: Vec<RowResult>,
    /// One for each product of which more seats were needed, sorted.
    pub seats: Vec<SeatCount>,
}

impl UserChange {
    /// The group it names, if it names one that is well formed.
    pub fn group(&self) -> Option<GroupId> {
        self.group_id.as_ref()?.parse().ok()
    }

    /// The settings template it names, if it names one that is well formed.
    pub fn template(&self) -> Option<TemplateId> {
        self.settings_template_id.as_ref()?.parse().ok()
    }

    /// Judges it.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn judge(&self, terms: &Terms<'_>) -> Result<Amendment, Vec<Violation>> {
        let mut judge = Judge::default();
        if *self == Self::default() {
            judge.refuse(Fault::ChangeEmpty, "change");
        }
        judge.transition(self);
        let amendment = Amendment {
            given_name: judge.name("given_name", &self.given_name),
            family_name: judge.name("family_name", &self.family_name),
            role: judge.role(&self.role, &terms.roles),
            group_id: judge.reference("group_id", self.group_id.as_deref(), terms.group, Fault::GroupNotFound),
            settings_template_id: judge.reference(
                "settings_template_id",
                self.settings_template_id.as_deref(),
                terms.template,
                Fault::TemplateNotFound,
            ),
            language: judge.text("language", &self.language, Language::parse, Fault::LanguageUnknown),
            time_zone: judge.text("time_zone", &self.time_zone, TimeZone::parse, Fault::TimeZoneUnknown),
            products: self.products.as_ref().map(|wish| judge.products(wish, &terms.products)),
            transition: self.transition,
        };
        if judge.violations.is_empty() {
            Ok(amendment)
        } else {
            Err(judge.violations)
        }
    }
}

/// Judges a change, field by field, and remembers what is wrong.
#[derive(Default)]
struct Judge {
    violations: Vec<Violation>,
}

impl Judge {
    fn refuse(&mut self, fault: Fault, field: impl Into<String>) {
        self.violations.push(Violation::new(fault, field));
    }

    fn role(&mut self, wish: &RoleWish, roles: &HashMap<RoleId, Permissions>) -> Option<GivenRole> {
        wish.resolve(roles).unwrap_or_else(|bad| {
            self.refuse(bad.fault, format!("change.{}", bad.field));
            None
        })
    }

    /// Who is deleted is nothing else any more, and who gives up their seats is not given any.
    fn transition(&mut self, change: &UserChange) {
        match change.transition {
            Some(Transition::End(End::Deletion)) => {
                let alone = UserChange {
                    transition: change.transition,
                    ..UserChange::default()
                };
                if *change != alone {
                    self.refuse(Fault::ChangeContradictory, "change.delete");
                }
            }
            Some(Transition::End(End::Suspension { release_seats: true })) if change.products.is_some() => {
                self.refuse(Fault::ChangeContradictory, "change.suspend");
            }
            Some(Transition::End(End::Suspension { .. }) | Transition::Reactivation) | None => {}
        }
    }

    fn name(&mut self, field: &str, text: &str) -> Option<Name> {
        if text.is_empty() {
            return None;
        }
        let name = Name::parse(text).map_err(|invalid| self.refuse(invalid.into(), format!("change.{field}")));
        name.ok()
    }

    fn text<T, E>(&mut self, name: &str, text: &str, parse: impl Fn(&str) -> Result<T, E>, fault: Fault) -> Option<T> {
        if text.is_empty() {
            return None;
        }
        let value = parse(text).ok();
        if value.is_none() {
            self.refuse(fault, format!("change.{name}"));
        }
        value
    }

    /// An id that was asked for, which is the account's when it is `found`; empty for none.
    fn reference<Id: std::str::FromStr + PartialEq + Copy>(
        &mut self,
        name: &str,
        asked: Option<&str>,
        found: Option<Id>,
        missing: Fault,
    ) -> Option<Option<Id>> {
        let text = asked?;
        if text.is_empty() {
            return Some(None);
        }
        match text.parse::<Id>() {
            Err(_) => self.refuse(Fault::IdMalformed, format!("change.{name}")),
            Ok(id) if found == Some(id) => return Some(Some(id)),
            Ok(_) => self.refuse(missing, format!("change.{name}")),
        }
        None
    }

    fn products(&mut self, wish: &ProductWish, known: &BTreeSet<&str>) -> ProductChange {
        let mut read = |path: &str, list: &[String], seen: &mut BTreeSet<String>| {
            for (position, product) in list.iter().enumerate() {
                let field = || format!("change.products.{path}[{position}]");
                if !known.contains(product.as_str()) {
                    self.refuse(Fault::ProductUnknown, field());
                } else if !seen.insert(product.clone()) {
                    self.refuse(Fault::ProductRepeated, field());
                }
            }
        };
        // What is both added and removed is named twice.
        let mut adjusted = BTreeSet::new();
        read("add", &wish.add, &mut adjusted);
        read("remove", &wish.remove, &mut adjusted);
        let Some(list) = &wish.set else {
            if wish.add.is_empty() && wish.remove.is_empty() {
                self.refuse(Fault::ChangeEmpty, "change.products");
            }
            return ProductChange::Adjust {
                add: wish.add.iter().cloned().collect(),
                remove: wish.remove.iter().cloned().collect(),
            };
        };
        let mut set = BTreeSet::new();
        read("set.products", list, &mut set);
        if !wish.add.is_empty() || !wish.remove.is_empty() {
            self.refuse(Fault::ProductsContradictory, "change.products");
        }
        ProductChange::Set(set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(products: &[&str]) -> Vec<String> {
        products.iter().map(|&product| product.to_owned()).collect()
    }

    fn judge(change: &UserChange) -> Vec<(Fault, String)> {
        let terms = Terms {
            products: ["meeting", "phone", "training"].into(),
            ..Terms::default()
        };
        let violations = change.judge(&terms).map(drop).unwrap_err();
        violations.into_iter().map(|it| (it.fault, it.field)).collect()
    }

    #[test]
    fn everything_wrong_with_a_change_is_told_with_its_path() {
        let change = UserChange {
            group_id: Some(GroupId::new().to_string()),
            settings_template_id: Some("x".into()),
            language: "xx".into(),
            time_zone: "Nowhere".into(),
            products: Some(ProductWish {
                set: Some(list(&["training", "training", "telex"])),
                add: list(&["phone"]),
                remove: list(&["phone"]),
            }),
            role: RoleWish::Unknown,
            transition: Some(Transition::End(End::Deletion)),
            given_name: "\n".into(),
            family_name: "x".repeat(65),
        };
        let expected = [
            (Fault::ChangeContradictory, "change.delete"),
            (Fault::NameCharacter, "change.given_name"),
            (Fault::NameTooLong, "change.family_name"),
            (Fault::RoleUnknown, "change.role"),
            (Fault::GroupNotFound, "change.group_id"),
            (Fault::IdMalformed, "change.settings_template_id"),
            (Fault::LanguageUnknown, "change.language"),
            (Fault::TimeZoneUnknown, "change.time_zone"),
            (Fault::ProductRepeated, "change.products.remove[0]"),
            (Fault::ProductRepeated, "change.products.set.products[1]"),
            (Fault::ProductUnknown, "change.products.set.products[2]"),
            (Fault::ProductsContradictory, "change.products"),
        ];
        assert_eq!(judge(&change), expected.map(|(fault, path)| (fault, path.to_owned())));
    }

    #[test]
    fn a_change_of_nothing_is_refused() {
        assert_eq!(judge(&UserChange::default()), [(Fault::ChangeEmpty, "change".into())]);
        let products = UserChange {
            products: Some(ProductWish::default()),
            ..UserChange::default()
        };
        assert_eq!(judge(&products), [(Fault::ChangeEmpty, "change.products".into())]);
    }

    #[test]
    fn products_are_set_added_and_removed() {
        let set = |products: &[&str]| list(products).into_iter().collect::<BTreeSet<_>>();
        let adjust = |add: &[&str], remove: &[&str]| ProductChange::Adjust {
            add: set(add),
            remove: set(remove),
        };
        let held = list(&["meeting", "phone"]);
        let cases = [
            (ProductChange::Set(set(&[])), list(&[])),
            (
                ProductChange::Set(set(&["training", "phone"])),
                list(&["phone", "training"]),
            ),
            (
                adjust(&["training", "phone"], &[]),
                list(&["meeting", "phone", "training"]),
            ),
            (adjust(&["training"], &["meeting"]), list(&["phone", "training"])),
            (adjust(&[], &["training"]), held.clone()),
        ];
        for (change, expected) in cases {
            assert_eq!(change.of(&held), expected, "{change:?}");
        }
    }
}
