//! One row of a file as a person to add.

use std::collections::HashMap;

use types::{EmailTemplateId, GroupId, Role, RoleId, TemplateId, literal};

use super::{Column, Columns, Record};
use crate::domain::fault::{Fault, Violation};
use crate::domain::name_key::name_key;
use crate::domain::new_user::{NewUser, Options, ROW, WelcomeWish};
use crate::domain::role::RoleWish;

/// What the account has made that rows can name: ids by the keys of names.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// Groups.
    pub groups: HashMap<String, GroupId>,
    /// Settings templates.
    pub templates: HashMap<String, TemplateId>,
    /// Roles of the account's own.
    pub roles: HashMap<String, RoleId>,
    /// Welcome e-mails.
    pub welcome_emails: HashMap<String, EmailTemplateId>,
}

/// The keys of the names in a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Of groups.
    pub groups: Vec<String>,
    /// Of settings templates.
    pub templates: Vec<String>,
    /// Of roles.
    pub roles: Vec<String>,
    /// Of welcome e-mails.
    pub welcome_emails: Vec<String>,
}

/// One row of a file.
#[derive(Clone, Debug)]
pub struct SheetRow {
    /// Its number, from 1.
    pub number: i64,
    /// The line of the file on which it begins.
    pub line: i64,
    /// Its cells, as they stand in the file.
    pub cells: Vec<String>,
    /// The person, with everything that is wrong as far as the row alone can tell.
    pub user: NewUser,
}

impl Named {
    /// Adds what a record names.
    pub fn add(&mut self, columns: &Columns, cells: &[String]) {
        let mut put = |column, keys: fn(&mut Self) -> &mut Vec<String>| match columns.cell(cells, column) {
            "" => {}
            name => keys(self).push(name_key(literal(name))),
        };
        put(Column::Group, |named| &mut named.groups);
        put(Column::SettingsTemplate, |named| &mut named.templates);
        put(Column::Role, |named| &mut named.roles);
        put(Column::WelcomeEmail, |named| &mut named.welcome_emails);
    }
}

/// The row that a record is; what is named and not known is a violation of its column.
pub fn read_row(number: i64, record: Record, columns: &Columns, directory: &Directory) -> SheetRow {
    let Record { line, cells, is_open } = record;
    let (cells, fault) = match cells {
        None => (vec![], Some(Fault::RowTooLong)),
        Some(cells) => {
            let fault = shape(&cells, columns.names.len(), is_open);
            (cells, fault)
        }
    };
    let user = match fault {
        Some(fault) => NewUser {
            // So that answers can tell which row it is.
            email: columns.cell(&cells, Column::Email).to_owned(),
            faults: vec![Violation::new(fault, ROW)],
            ..NewUser::default()
        },
        None => Reading {
            columns,
            cells: &cells,
            directory,
            faults: vec![],
        }
        .user(),
    };
    SheetRow {
        number,
        line,
        cells,
        user,
    }
}

/// What is wrong with a record's shape. One whose quotes are out of balance swallows the lines after it.
fn shape(cells: &[String], columns: usize, is_open: bool) -> Option<Fault> {
    let is_ragged = cells.len() != columns;
    let spans_lines = || cells.iter().any(|cell| cell.contains('\n'));
    if is_open || is_ragged && spans_lines() {
        Some(Fault::QuoteUnbalanced)
    } else {
        is_ragged.then_some(Fault::RowRagged)
    }
}

struct Reading<'a> {
    columns: &'a Columns,
    cells: &'a [String],
    directory: &'a Directory,
    faults: Vec<Violation>,
}

impl Reading<'_> {
    fn user(mut self) -> NewUser {
        let options = Options {
            products: self.products(),
            settings_template_id: self.id(Column::SettingsTemplate, Fault::TemplateNotFound, |directory, name| {
                named(&directory.templates, name)
            }),
            role: self.role(),
            group_id: self.id(Column::Group, Fault::GroupNotFound, |directory, name| {
                named(&directory.groups, name)
            }),
            language: self.cell(Column::Language).to_owned(),
            time_zone: self.cell(Column::TimeZone).to_owned(),
            welcome: self.welcome(),
        };
        NewUser {
            given_name: self.cell(Column::GivenName).to_owned(),
            family_name: self.cell(Column::FamilyName).to_owned(),
            email: self.cell(Column::Email).to_owned(),
            options,
            faults: self.faults,
        }
    }

    fn cell(&self, column: Column) -> &str {
        literal(self.columns.cell(self.cells, column))
    }

    fn refuse(&mut self, column: Column, fault: Fault) {
        self.faults.push(Violation::new(fault, column.name()));
    }

    fn products(&self) -> Vec<String> {
        let products = self.cell(Column::Products).split('|').map(str::trim);
        products
            .filter(|product| !product.is_empty())
            .map(str::to_lowercase)
            .collect()
    }

    /// The id of what a cell names; whether it is the account's own is looked up with all the others.
    fn id(&mut self, column: Column, fault: Fault, find: impl Fn(&Directory, &str) -> Option<String>) -> String {
        let name = self.cell(column).to_owned();
        if name.is_empty() {
            return name;
        }
        find(self.directory, &name).unwrap_or_else(|| {
            self.refuse(column, fault);
            String::new()
        })
    }

    fn role(&mut self) -> RoleWish {
        let name = self.cell(Column::Role).to_owned();
        if name.is_empty() {
            return RoleWish::Unset;
        }
        let built_in = match name.to_uppercase().replace([' ', '-'], "_").as_str() {
            "MEMBER" => Some(Role::Member),
            "ADMIN" => Some(Role::Admin),
            "SUPER_ADMIN" => Some(Role::SuperAdmin),
            _ => None,
        };
        if let Some(role) = built_in {
            return RoleWish::BuiltIn(role);
        }
        match named(&self.directory.roles, &name) {
            Some(id) => RoleWish::Own(id),
            None => {
                self.refuse(Column::Role, Fault::RoleUnknown);
                RoleWish::Unset
            }
        }
    }

    fn welcome(&mut self) -> Option<WelcomeWish> {
        let name = self.cell(Column::WelcomeEmail).to_owned();
        match name.to_lowercase().as_str() {
            "" => None,
            "default" => Some(WelcomeWish::Default),
            "none" => Some(WelcomeWish::Declined),
            _ => {
                let id = named(&self.directory.welcome_emails, &name);
                if id.is_none() {
                    self.refuse(Column::WelcomeEmail, Fault::EmailTemplateNotFound);
                }
                id.map(WelcomeWish::Template)
            }
        }
    }
}

/// An id that stands there itself, or that of what has the name.
fn named<Id: std::str::FromStr + std::fmt::Display>(known: &HashMap<String, Id>, name: &str) -> Option<String> {
    let id = known.get(&name_key(name)).map(ToString::to_string);
    id.or_else(|| name.parse::<Id>().ok().map(|id| id.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 10] = [
        "email",
        "given_name",
        "family_name",
        "role",
        "products",
        "settings_template",
        "group",
        "language",
        "time_zone",
        "welcome_email",
    ];

    fn columns() -> Columns {
        Columns::named(NAMES.map(str::to_owned).into())
    }

    fn record(cells: &[&str]) -> Record {
        Record {
            line: 2,
            cells: Some(cells.iter().map(|&cell| cell.to_owned()).collect()),
            is_open: false,
        }
    }

    fn faults(row: &SheetRow) -> Vec<(Fault, &str)> {
        let faults = row.user.faults.iter();
        faults
            .map(|violation| (violation.fault, violation.field.as_str()))
            .collect()
    }

    #[test]
    fn a_row_names_what_there_is_whatever_the_case() {
        let (group, role) = (GroupId::new(), RoleId::new());
        let directory = Directory {
            groups: HashMap::from([("sales".to_owned(), group)]),
            roles: HashMap::from([("helpdesk".to_owned(), role)]),
            ..Directory::default()
        };
        let template = TemplateId::new().to_string();
        let cells = [
            "ada@example.com",
            "Ada",
            "Lovelace",
            "Helpdesk",
            "Training | webinar|",
            &template,
            "SALES",
            "de",
            "UTC",
            "None",
        ];
        let row = read_row(1, record(&cells), &columns(), &directory);
        assert_eq!(faults(&row), []);
        let options = row.user.options;
        assert_eq!(options.products, ["training", "webinar"]);
        assert_eq!(options.role, RoleWish::Own(role.to_string()));
        assert_eq!(options.group_id, group.to_string());
        assert_eq!(options.settings_template_id, template);
        assert_eq!(options.welcome, Some(WelcomeWish::Declined));
        let mut named = Named::default();
        named.add(&columns(), &row.cells);
        assert_eq!(
            (named.groups, named.roles),
            (vec!["sales".to_owned()], vec!["helpdesk".to_owned()])
        );
        let email = EmailTemplateId::new();
        let directory = Directory {
            welcome_emails: HashMap::from([("sales welcome".to_owned(), email)]),
            ..Directory::default()
        };
        for name in ["Sales Welcome", &email.to_string()] {
            let row = read_row(
                1,
                record(&["", "", "", "", "", "", "", "", "", name]),
                &columns(),
                &directory,
            );
            assert_eq!(row.user.options.welcome, Some(WelcomeWish::Template(email.to_string())));
        }
        for (name, role) in [
            ("member", Role::Member),
            ("Super Admin", Role::SuperAdmin),
            ("ADMIN", Role::Admin),
        ] {
            let row = read_row(
                1,
                record(&["", "", "", name, "", "", "", "", "", ""]),
                &columns(),
                &directory,
            );
            assert_eq!(row.user.options.role, RoleWish::BuiltIn(role));
        }
    }

    #[test]
    fn what_is_not_known_is_told_by_its_column() {
        let cells = ["a@b.c", "Ada", "L", "king", "", "blue", "marketing", "", "", "party"];
        let row = read_row(1, record(&cells), &columns(), &Directory::default());
        let expected = [
            (Fault::TemplateNotFound, "settings_template"),
            (Fault::RoleUnknown, "role"),
            (Fault::GroupNotFound, "group"),
            (Fault::EmailTemplateNotFound, "welcome_email"),
        ];
        assert_eq!(faults(&row), expected);
    }

    #[test]
    fn a_row_of_another_shape_does_not_shift_into_other_columns() {
        let short = read_row(
            1,
            record(&["a@b.c", "Ada\\", "Lovelace", "SUPER_ADMIN"]),
            &columns(),
            &Directory::default(),
        );
        assert_eq!(faults(&short), [(Fault::RowRagged, "row")]);
        assert_eq!(short.user.options.role, RoleWish::Unset);
        let swallowed = read_row(1, record(&["a@b.c", "Ada,L\nb@c.d"]), &columns(), &Directory::default());
        assert_eq!(faults(&swallowed), [(Fault::QuoteUnbalanced, "row")]);
        let long = Record {
            line: 2,
            cells: None,
            is_open: false,
        };
        let long = read_row(1, long, &columns(), &Directory::default());
        assert_eq!(faults(&long), [(Fault::RowTooLong, "row")]);
    }

    #[test]
    fn what_was_kept_from_being_a_formula_is_itself_again() {
        let cells = ["a@b.c", "'=Ada", "'Neill", "", "", "", "", "", "", ""];
        let row = read_row(1, record(&cells), &columns(), &Directory::default());
        assert_eq!(
            (row.user.given_name.as_str(), row.user.family_name.as_str()),
            ("=Ada", "'Neill")
        );
    }
}
