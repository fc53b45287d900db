//! Importing people from a file: what is asked for, and how far it has come.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use types::{AccountId, ImportId, Timestamp, UserId};

use super::admission::SeatCount;
use super::audit::Origin;
use super::fault::Violation;
use super::new_user::Options;

/// The most rows a file has.
pub const MAX_ROWS: i64 = 100_000;
/// The most octets a file has.
pub const MAX_SIZE: usize = 64 * 1024 * 1024;
/// The most octets a piece of a file has.
pub const MAX_PIECE: usize = 1024 * 1024;

/// Where an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ImportState {
    /// Waits for its turn.
    Queued,
    /// Every row is looked at.
    Validating,
    /// People are being added.
    Running,
    /// Done.
    Succeeded,
    /// Stopped by a fault.
    Failed,
    /// Stopped by an admin.
    Cancelled,
}

/// A text that names no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no state of an import has this name")]
pub struct InvalidImportState;

impl ImportState {
    const ALL: [Self; 6] = [
        Self::Queued,
        Self::Validating,
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::Cancelled,
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Validating => "VALIDATING",
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// Whether nothing happens any more.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

impl FromStr for ImportState {
    type Err = InvalidImportState;

    fn from_str(text: &str) -> Result<Self, InvalidImportState> {
        let is_it = |state: &Self| state.as_str() == text;
        Self::ALL.into_iter().find(is_it).ok_or(InvalidImportState)
    }
}

/// What becomes of rows about people who are there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExistingUsers {
    /// Nothing.
    #[default]
    Skip,
    /// They become what their row says.
    Update,
    /// The rows fail.
    Fail,
}

/// What becomes of rows when there are too few seats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SeatPolicy {
    /// Nobody is added.
    #[default]
    AllOrNothing,
    /// Those who come first get them.
    AsFarAsTheyGo,
}

/// How a file is to be imported.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ImportOptions {
    /// The same for all rows.
    pub user_options: Options,
    /// Only tell what would happen.
    pub validate_only: bool,
    /// People who are there already.
    pub existing_users: ExistingUsers,
    /// Too few seats.
    pub seat_policy: SeatPolicy,
    /// Pass over columns of unknown names.
    pub ignore_unknown_columns: bool,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportOutcome {
    /// A new user with a welcome e-mail.
    Invited,
    /// A new user without one.
    Created,
    /// A user of another account, invited to transfer.
    TransferInvited,
    /// A user of the account, changed.
    Updated,
    /// A user of the account, as the row says already.
    Unchanged,
    /// Somebody who is there already.
    Skipped,
    /// Nothing was done.
    Failed,
}

impl ImportOutcome {
    const ALL: [Self; 7] = [
        Self::Invited,
        Self::Created,
        Self::TransferInvited,
        Self::Updated,
        Self::Unchanged,
        Self::Skipped,
        Self::Failed,
    ];

    /// The letter that stands for it.
    pub const fn letter(self) -> char {
        match self {
            Self::Invited => 'I',
            Self::Created => 'C',
            Self::TransferInvited => 'T',
            Self::Updated => 'U',
            Self::Unchanged => 'N',
            Self::Skipped => 'S',
            Self::Failed => 'F',
        }
    }

    /// What a letter stands for.
    pub fn of(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.letter() == letter)
    }
}

/// How many rows came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// New users with a welcome e-mail.
    pub invited: i64,
    /// New users without one.
    pub created: i64,
    /// Users of other accounts, invited to transfer.
    pub transfer_invited: i64,
    /// Users of the account, changed.
    pub updated: i64,
    /// Users of the account, as they were.
    pub unchanged: i64,
    /// People who were there already.
    pub skipped: i64,
    /// Rows with which nothing was done.
    pub failed: i64,
}

impl Counts {
    /// One row more.
    pub const fn add(&mut self, outcome: ImportOutcome) {
        let count = match outcome {
            ImportOutcome::Invited => &mut self.invited,
            ImportOutcome::Created => &mut self.created,
            ImportOutcome::TransferInvited => &mut self.transfer_invited,
            ImportOutcome::Updated => &mut self.updated,
            ImportOutcome::Unchanged => &mut self.unchanged,
            ImportOutcome::Skipped => &mut self.skipped,
            ImportOutcome::Failed => &mut self.failed,
        };
        *count += 1;
    }

    /// How many rows that is.
    pub const fn total(&self) -> i64 {
        self.invited + self.created + self.transfer_invited + self.updated + self.unchanged + self.skipped + self.failed
    }
}

/// Why an import stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImportFault {
    /// More than [`MAX_ROWS`] rows.
    TooManyRows,
    /// More seats are needed than are free.
    SeatsExhausted,
    /// Whoever began it may not add users any more, or is gone.
    PermissionLost,
}

/// An import.
#[derive(Clone, Debug)]
pub struct Import {
    /// Its id.
    pub id: ImportId,
    /// The account whose people it adds.
    pub account_id: AccountId,
    /// Who began it.
    pub creator_id: UserId,
    /// The same, as the audit log is told.
    pub origin: Origin,
    /// Where it is.
    pub state: ImportState,
    /// What is asked for.
    pub options: ImportOptions,
    /// The file's length in octets.
    pub size: i64,
    /// SHA-256 over the file, in hexadecimal.
    pub sha256: String,
    /// The file's encoding, by its name.
    pub encoding: String,
    /// The names of the file's columns.
    pub columns: Vec<String>,
    /// Rows, as far as they have been looked at.
    pub row_count: i64,
    /// What became of those that are finished.
    pub counts: Counts,
    /// The seats that are needed and those that were free.
    pub seats: Vec<SeatCount>,
    /// Why it failed.
    pub fault: Option<ImportFault>,
    /// Whether it is to stop.
    pub is_cancelled: bool,
    /// Rises with each change.
    pub revision: i64,
    /// When all of the file had arrived.
    pub create_time: Timestamp,
    /// When it ended.
    pub end_time: Option<Timestamp>,
}

/// A row with which nothing was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportFailure {
    /// Its number, from 1.
    pub row: i64,
    /// The line of the file on which it begins.
    pub line: i64,
    /// Its cells.
    pub cells: Vec<String>,
    /// Everything that is wrong, by column.
    pub violations: Vec<Violation>,
}

/// The column that a field of a request to add users comes from: `products` for `users[3].options.products[1]`.
pub fn column_of(field: &str) -> &str {
    let field = match field.split_once("].") {
        Some((start, rest)) if start.starts_with("users[") => rest,
        Some(_) | None => field,
    };
    let field = field.strip_prefix("options.").unwrap_or(field);
    let field = field.strip_prefix("change.").unwrap_or(field);
    let end = field.find(['[', '.']).unwrap_or(field.len());
    match field.get(..end).unwrap_or(field) {
        "settings_template_id" => "settings_template",
        "group_id" => "group",
        "custom_role_id" => "role",
        "user_ids" => "email",
        column => column,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_letters_are_read_as_they_are_written() {
        for state in ImportState::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert_eq!("DONE".parse::<ImportState>(), Err(InvalidImportState));
        let mut counts = Counts::default();
        for outcome in ImportOutcome::ALL {
            assert_eq!(ImportOutcome::of(outcome.letter()), Some(outcome));
            counts.add(outcome);
        }
        assert_eq!(counts.total(), 7);
        assert_eq!(ImportOutcome::of('X'), None);
    }

    #[test]
    fn a_field_is_told_by_the_column_it_came_from() {
        for (field, column) in [
            ("users[3].email", "email"),
            ("users[12].options.products[1]", "products"),
            ("options.settings_template_id", "settings_template"),
            ("users[0].options.group_id", "group"),
            ("users[0].options.custom_role_id", "role"),
            ("users[0].options.welcome_email.template_id", "welcome_email"),
            ("change.products.set.products[0]", "products"),
            ("change.given_name", "given_name"),
            ("user_ids[7]", "email"),
            ("row", "row"),
            ("group", "group"),
        ] {
            assert_eq!(column_of(field), column, "{field}");
        }
    }
}
