//! Between imports as messages and what is meant by them.

use proto::admin::v1 as admin;
use proto::admin::v1::import::{Counts as WireCounts, State};
use proto::admin::v1::import_options::{ExistingUsers as WireExisting, SeatPolicy as WirePolicy};
use proto::admin::v1::import_row::Outcome as WireOutcome;
use tonic::Code;
use tonic_types::Status as RpcStatus;

use super::convert;
use super::status::explain;
use crate::domain::error::Error;
use crate::domain::fault::Violation;
use crate::domain::import::{
    Counts, ExistingUsers, Import, ImportFailure, ImportFault, ImportOptions, ImportOutcome, ImportState, SeatPolicy,
};
use crate::domain::new_user::{Options, WelcomeWish};
use crate::domain::role::RoleWish;
use crate::domain::sheet::Columns;

/// How a file is to be imported.
pub fn read_options(options: &admin::ImportOptions) -> ImportOptions {
    ImportOptions {
        user_options: convert::read_options(options.user_options.as_ref()),
        validate_only: options.validate_only,
        existing_users: match options.existing_users() {
            WireExisting::Unspecified | WireExisting::Skip => ExistingUsers::Skip,
            WireExisting::Update => ExistingUsers::Update,
            WireExisting::Fail => ExistingUsers::Fail,
        },
        seat_policy: match options.seat_policy() {
            WirePolicy::Unspecified | WirePolicy::AllOrNothing => SeatPolicy::AllOrNothing,
            WirePolicy::AsFarAsTheyGo => SeatPolicy::AsFarAsTheyGo,
        },
        ignore_unknown_columns: options.ignore_unknown_columns,
    }
}

fn write_options(options: ImportOptions, sees_roles: bool) -> admin::ImportOptions {
    let existing = match options.existing_users {
        ExistingUsers::Skip => WireExisting::Skip,
        ExistingUsers::Update => WireExisting::Update,
        ExistingUsers::Fail => WireExisting::Fail,
    };
    let policy = match options.seat_policy {
        SeatPolicy::AllOrNothing => WirePolicy::AllOrNothing,
        SeatPolicy::AsFarAsTheyGo => WirePolicy::AsFarAsTheyGo,
    };
    admin::ImportOptions {
        user_options: Some(write_user_options(options.user_options, sees_roles)),
        validate_only: options.validate_only,
        existing_users: existing.into(),
        seat_policy: policy.into(),
        ignore_unknown_columns: options.ignore_unknown_columns,
        force: false,
    }
}

fn write_user_options(options: Options, sees_roles: bool) -> admin::UserOptions {
    let (role, custom_role_id) = match options.role {
        RoleWish::BuiltIn(role) if sees_roles => (convert::role(role).into(), String::new()),
        RoleWish::Own(id) if sees_roles => (proto::identity::v1::Role::Custom.into(), id),
        RoleWish::BuiltIn(_) | RoleWish::Own(_) | RoleWish::Unset | RoleWish::Conflict | RoleWish::Unknown => {
            (0, String::new())
        }
    };
    let choice = options.welcome.map(|welcome| match welcome {
        WelcomeWish::Default => admin::welcome_email::Choice::Declined(false),
        WelcomeWish::Declined => admin::welcome_email::Choice::Declined(true),
        WelcomeWish::Template(id) => admin::welcome_email::Choice::TemplateId(id),
    });
    admin::UserOptions {
        products: options.products,
        settings_template_id: options.settings_template_id,
        role,
        group_id: options.group_id,
        language: options.language,
        time_zone: options.time_zone,
        welcome_email: choice.map(|choice| admin::WelcomeEmail { choice: Some(choice) }),
        custom_role_id,
    }
}

/// An import on the wire, for a reader who sees roles or not.
pub fn write(import: Import, sees_roles: bool) -> admin::Import {
    let state = match import.state {
        ImportState::Queued => State::Queued,
        ImportState::Validating => State::Validating,
        ImportState::Running => State::Running,
        ImportState::Succeeded => State::Succeeded,
        ImportState::Failed => State::Failed,
        ImportState::Cancelled => State::Cancelled,
    };
    let columns = Columns::named(import.columns);
    admin::Import {
        id: import.id.to_string(),
        state: state.into(),
        error: import.fault.map(write_fault),
        options: Some(write_options(import.options, sees_roles)),
        size: import.size,
        sha256: import.sha256,
        row_count: import.row_count,
        done_count: import.counts.total(),
        counts: Some(write_counts(import.counts)),
        seats: convert::seat_counts(import.seats),
        ignored_columns: columns.ignored().cloned().collect(),
        creator_id: import.creator_id.to_string(),
        create_time: Some(convert::timestamp(import.create_time)),
        end_time: import.end_time.map(convert::timestamp),
    }
}

const fn write_counts(counts: Counts) -> WireCounts {
    WireCounts {
        invited: counts.invited,
        created: counts.created,
        transfer_invited: counts.transfer_invited,
        updated: counts.updated,
        unchanged: counts.unchanged,
        skipped: counts.skipped,
        failed: counts.failed,
    }
}

fn write_fault(fault: ImportFault) -> RpcStatus {
    let (code, reason, sentence) = match fault {
        ImportFault::TooManyRows => (
            Code::InvalidArgument,
            "FILE_TOO_LONG",
            "a file has at most 100,000 rows",
        ),
        ImportFault::SeatsExhausted => (
            Code::FailedPrecondition,
            "SEATS_EXHAUSTED",
            "more seats are needed than are free; nobody was added",
        ),
        ImportFault::PermissionLost => (
            Code::PermissionDenied,
            "PERMISSION_LOST",
            "whoever began the import may not add users any more",
        ),
    };
    convert::details(chassis::Refusal::new(code, reason, sentence)).unwrap_or_default()
}

/// What became of a row, on the wire.
pub fn write_row((row, outcome): (i64, ImportOutcome)) -> admin::ImportRow {
    let outcome = match outcome {
        ImportOutcome::Invited => WireOutcome::Invited,
        ImportOutcome::Created => WireOutcome::Created,
        ImportOutcome::TransferInvited => WireOutcome::TransferInvited,
        ImportOutcome::Updated => WireOutcome::Updated,
        ImportOutcome::Unchanged => WireOutcome::Unchanged,
        ImportOutcome::Skipped => WireOutcome::Skipped,
        ImportOutcome::Failed => WireOutcome::Failed,
    };
    admin::ImportRow {
        row,
        outcome: outcome.into(),
    }
}

/// A row that failed, on the wire.
pub fn write_failure(failure: ImportFailure) -> admin::ImportFailure {
    admin::ImportFailure {
        row: failure.row,
        line: failure.line,
        error: convert::row_error(&failure.violations),
        cells: failure.cells,
    }
}

/// The rows of a file that failed, as lines of one; at its beginning the header stands before them.
///
/// # Errors
/// [`Error::Broken`], which cannot be: it is written into memory.
pub fn write_sheet(columns: &[String], begins: bool, failures: &[ImportFailure]) -> Result<Vec<u8>, Error> {
    let columns = Columns::named(columns.to_vec());
    let is_of_file: Vec<bool> = columns.is_of_file().collect();
    let kept = |cells: &[String]| {
        let cell = |(index, _): (usize, &bool)| cells.get(index).cloned().unwrap_or_default();
        let of_file = is_of_file.iter().enumerate().filter(|(_, is)| **is);
        of_file.map(cell).collect::<Vec<String>>()
    };
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let broken = |error: csv::Error| Error::Broken(error.to_string());
    if begins {
        let names = kept(&columns.names).into_iter();
        let own = crate::domain::sheet::OWN_COLUMNS.map(str::to_owned);
        writer.write_record(names.chain(own)).map_err(broken)?;
    }
    for failure in failures {
        let cells = kept(&failure.cells);
        // As it was meant, and then as no spreadsheet takes it for a formula.
        let cells = cells.iter().map(|cell| types::cell(types::literal(cell)).into_owned());
        let own = [failure.line.to_string(), sentences(&failure.violations)];
        writer.write_record(cells.chain(own)).map_err(broken)?;
    }
    writer.into_inner().map_err(|error| Error::Broken(error.to_string()))
}

fn sentences(violations: &[Violation]) -> String {
    let sentence = |violation: &Violation| {
        let (_, reason, sentence) = explain(violation.fault);
        format!("{reason} ({}): {sentence}", violation.field)
    };
    violations.iter().map(sentence).collect::<Vec<_>>().join("; ")
}
