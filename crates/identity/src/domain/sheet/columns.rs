//! What the columns of a file mean, by their names.

use super::{MAX_COLUMNS, Record, SheetFault};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The address.
    Email,
    /// The given name.
    GivenName,
    /// The family name.
    FamilyName,
    /// A role.
    Role,
    /// Products, with `|` between them.
    Products,
    /// A settings template.
    SettingsTemplate,
    /// A group.
    Group,
    /// A language.
    Language,
    /// A time zone.
    TimeZone,
    /// A welcome e-mail.
    WelcomeEmail,
}

/// The columns that are added to the rows that failed, and passed over when those are sent again.
pub const OWN_COLUMNS: [&str; 2] = ["import_line", "import_error"];

/// A file to begin with.
pub const TEMPLATE: &str = "\
    email,given_name,family_name,role,products,settings_template,group,language,time_zone,welcome_email\r\n\
    ada@example.com,Ada,Lovelace,,training|webinar,,,en,Europe/London,default\r\n";

impl Column {
    const ALL: [Self; 10] = [
        Self::Email,
        Self::GivenName,
        Self::FamilyName,
        Self::Role,
        Self::Products,
        Self::SettingsTemplate,
        Self::Group,
        Self::Language,
        Self::TimeZone,
        Self::WelcomeEmail,
    ];
    const REQUIRED: [Self; 3] = [Self::Email, Self::GivenName, Self::FamilyName];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::Role => "role",
            Self::Products => "products",
            Self::SettingsTemplate => "settings_template",
            Self::Group => "group",
            Self::Language => "language",
            Self::TimeZone => "time_zone",
            Self::WelcomeEmail => "welcome_email",
        }
    }

    /// Other names that it has elsewhere, as [`plain`] makes them.
    const fn synonyms(self) -> &'static [&'static str] {
        match self {
            Self::Email => &["emailaddress", "mail", "mailaddress"],
            Self::GivenName => &["firstname", "forename", "first"],
            Self::FamilyName => &["lastname", "surname", "last"],
            Self::Role => &["userrole"],
            Self::Products => &["product", "license", "licenses", "licence", "licences", "seats"],
            Self::SettingsTemplate => &["template", "settings"],
            Self::Group => &["groupname", "usergroup"],
            Self::Language => &["lang", "locale"],
            Self::TimeZone => &["tz"],
            Self::WelcomeEmail => &["welcome", "welcomemail"],
        }
    }

    fn named(name: &str) -> Option<Self> {
        let name = plain(name);
        let is_it = |column: &Self| plain(column.name()) == name || column.synonyms().contains(&name.as_str());
        Self::ALL.into_iter().find(is_it)
    }
}

/// A name without what makes no difference: case, spaces, hyphens, underscores, full stops.
fn plain(name: &str) -> String {
    let counts = |c: &char| !(c.is_whitespace() || matches!(c, '-' | '_' | '.'));
    name.to_lowercase().chars().filter(counts).collect()
}

/// The columns of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// Their names, as they stand in the file.
    pub names: Vec<String>,
    /// What each of them holds, where it holds anything.
    meanings: Vec<Option<Column>>,
}

impl Columns {
    /// What a header means.
    ///
    /// # Errors
    /// [`SheetFault::HeaderTooWide`], [`SheetFault::ColumnsRepeated`], [`SheetFault::ColumnsMissing`], and unless they are to
    /// be ignored [`SheetFault::ColumnsUnknown`].
    pub fn read(header: Record, ignore_unknown: bool) -> Result<Self, SheetFault> {
        let names: Vec<String> = header
            .cells
            .filter(|cells| cells.len() <= MAX_COLUMNS && !header.is_open)
            .ok_or(SheetFault::HeaderTooWide)?
            .into_iter()
            .map(|name| name.trim().to_owned())
            .collect();
        let columns = Self::named(names);
        let unknown: Vec<String> = columns.ignored().cloned().collect();
        if !unknown.is_empty() && !ignore_unknown {
            return Err(SheetFault::ColumnsUnknown(unknown));
        }
        let mut repeated = Vec::new();
        for (index, (name, meaning)) in columns.names.iter().zip(&columns.meanings).enumerate() {
            let earlier = columns.meanings.iter().take(index);
            if meaning.is_some() && earlier.into_iter().any(|it| it == meaning) {
                repeated.push(name.clone());
            }
        }
        if !repeated.is_empty() {
            return Err(SheetFault::ColumnsRepeated(repeated));
        }
        let is_missing = |column: &Column| !columns.meanings.contains(&Some(*column));
        let missing: Vec<Column> = Column::REQUIRED.into_iter().filter(is_missing).collect();
        if missing.is_empty() {
            Ok(columns)
        } else {
            Err(SheetFault::ColumnsMissing(missing))
        }
    }

    /// Columns that were read before.
    pub fn named(names: Vec<String>) -> Self {
        let meanings = names.iter().map(|name| Column::named(name)).collect();
        Self { names, meanings }
    }

    /// The names that mean nothing, save those that Usher itself gives.
    pub fn ignored(&self) -> impl Iterator<Item = &String> {
        let pairs = self.names.iter().zip(&self.meanings);
        pairs
            .filter(|(name, meaning)| meaning.is_none() && !is_own(name))
            .map(|(name, _)| name)
    }

    /// Which of the columns are the file's, and not added by Usher.
    pub fn is_of_file(&self) -> impl Iterator<Item = bool> {
        self.names.iter().map(|name| !is_own(name))
    }

    /// What stands in a column; empty when the file does not have it.
    pub fn cell<'a>(&self, cells: &'a [String], column: Column) -> &'a str {
        let index = self.meanings.iter().position(|meaning| *meaning == Some(column));
        index.and_then(|index| cells.get(index)).map_or("", |cell| cell.trim())
    }
}

fn is_own(name: &str) -> bool {
    OWN_COLUMNS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(names: &[&str], ignore_unknown: bool) -> Result<Columns, SheetFault> {
        let header = Record {
            line: 1,
            cells: Some(names.iter().map(|&name| name.to_owned()).collect()),
            is_open: false,
        };
        Columns::read(header, ignore_unknown)
    }

    #[test]
    fn columns_are_known_by_many_names_in_any_order() {
        let names = [
            "Last name",
            "E-Mail",
            "FIRST_NAME",
            "Time zone",
            "import_error",
            "User group",
        ];
        let columns = read(&names, false).unwrap();
        let cells: Vec<String> = ["Lovelace", " a@b.c ", "Ada", "UTC", "x", "Sales"]
            .map(str::to_owned)
            .into();
        for (column, expected) in [
            (Column::Email, "a@b.c"),
            (Column::GivenName, "Ada"),
            (Column::FamilyName, "Lovelace"),
            (Column::TimeZone, "UTC"),
            (Column::Group, "Sales"),
            (Column::Role, ""),
        ] {
            assert_eq!(columns.cell(&cells, column), expected, "{column:?}");
        }
        assert_eq!(columns.is_of_file().filter(|is| *is).count(), 5);
    }

    #[test]
    fn every_column_has_one_meaning() {
        let mut seen = std::collections::HashSet::new();
        for column in Column::ALL {
            assert!(seen.insert(plain(column.name())), "{column:?}");
            for name in column.synonyms() {
                assert!(seen.insert((*name).to_owned()), "{name}");
            }
        }
    }

    #[test]
    fn a_header_that_cannot_be_used_is_refused_by_name() {
        let unknown = ["email", "given_name", "family_name", "Shoe size", ""];
        let fault = SheetFault::ColumnsUnknown(vec!["Shoe size".into(), String::new()]);
        assert_eq!(read(&unknown, false).unwrap_err(), fault);
        assert_eq!(read(&unknown, true).unwrap().ignored().count(), 2);
        let repeated = ["email", "given_name", "First name", "family_name", "E-mail"];
        let fault = SheetFault::ColumnsRepeated(vec!["First name".into(), "E-mail".into()]);
        assert_eq!(read(&repeated, true).unwrap_err(), fault);
        let fault = SheetFault::ColumnsMissing(vec![Column::GivenName, Column::FamilyName]);
        assert_eq!(read(&["email"], false).unwrap_err(), fault);
        let wide = vec!["x"; MAX_COLUMNS + 1];
        assert_eq!(read(&wide, true).unwrap_err(), SheetFault::HeaderTooWide);
    }

    #[test]
    fn the_template_has_every_column() {
        let header = TEMPLATE.lines().next().unwrap();
        let names: Vec<_> = header.split(',').collect();
        assert_eq!(names, Column::ALL.map(Column::name));
        assert!(TEMPLATE.lines().all(|line| line.split(',').count() == names.len()));
    }
}
