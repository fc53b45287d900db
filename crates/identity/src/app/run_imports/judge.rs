//! A chunk as a request, and the request's answer as what became of the chunk.

use types::{Permission, RequestId};

use super::Work;
use crate::domain::admission::{AddUsers, Answer, Outcome, RowResult};
use crate::domain::fault::{Fault, Violation};
use crate::domain::import::{ExistingUsers, ImportFailure, ImportOutcome, column_of};
use crate::domain::merge::{self, MergeUsers};
use crate::domain::new_user::NewUser;
use crate::domain::role::RoleWish;
use crate::domain::sheet::{Column, SheetRow};
use crate::domain::user_update;

/// What became of the rows of a chunk.
#[derive(Debug, Default)]
pub struct Judged {
    /// Of each row, in order.
    pub outcomes: Vec<ImportOutcome>,
    /// Those that failed.
    pub failures: Vec<ImportFailure>,
    /// The indexes of those about users who are there and are to become what their row says.
    pub existing: Vec<usize>,
}

impl Work {
    /// The request that adds the people of a chunk. Whatever is left out of them later, its name and fingerprint are the same,
    /// so that it takes effect once.
    pub fn request(&self, request_id: RequestId, number: i64, rows: &[SheetRow]) -> AddUsers {
        AddUsers {
            request_id,
            fingerprint: format!("{} {number}", self.import.id),
            users: rows.iter().map(|row| self.user(row)).collect(),
            options: self.import.options.user_options.clone(),
            allow_partial: true,
        }
    }

    /// A role is named by those only who may assign one.
    fn user(&self, row: &SheetRow) -> NewUser {
        let mut user = row.user.clone();
        if user.options.role != RoleWish::Unset && !self.person.can(Permission::AssignRoles) {
            user.options.role = RoleWish::Unset;
            user.faults
                .push(Violation::new(Fault::RoleForbidden, Column::Role.name()));
        }
        user
    }

    /// What an answer says of the rows.
    pub fn judge(&self, rows: &[SheetRow], answer: &Answer) -> Judged {
        let mut judged = Judged::default();
        for (index, (row, result)) in rows.iter().zip(&answer.results).enumerate() {
            let is_user = |violation: &Violation| violation.fault == Fault::UserExists;
            let merges = self.import.options.existing_users == ExistingUsers::Update;
            if merges && result.outcome == Outcome::Failed && result.violations.iter().all(is_user) {
                judged.existing.push(index);
            }
            let outcome = self.outcome(result);
            if outcome == ImportOutcome::Failed {
                judged.failures.push(failure(row, &result.violations));
            }
            judged.outcomes.push(outcome);
        }
        judged
    }

    /// The request that makes those who are there what their rows say; none when nobody is.
    pub fn merger(&self, request_id: RequestId, rows: &[SheetRow], judged: &Judged) -> Option<MergeUsers> {
        let existing = judged.existing.iter().filter_map(|index| rows.get(*index));
        let rows: Vec<_> = existing
            .map(|row| (row.user.email.clone(), merge::change(&row.user)))
            .collect();
        (!rows.is_empty()).then(|| MergeUsers {
            request_id,
            fingerprint: format!("{} {request_id}", self.import.id),
            rows,
            free: None,
        })
    }

    fn outcome(&self, result: &RowResult) -> ImportOutcome {
        match result.outcome {
            Outcome::Invited => ImportOutcome::Invited,
            Outcome::Created => ImportOutcome::Created,
            Outcome::TransferInvited => ImportOutcome::TransferInvited,
            Outcome::Failed if is_there(result) && self.import.options.existing_users != ExistingUsers::Fail => {
                ImportOutcome::Skipped
            }
            Outcome::Failed => ImportOutcome::Failed,
        }
    }
}

impl Judged {
    /// Takes over what became of those who were there.
    pub fn merge(&mut self, rows: &[SheetRow], answer: &user_update::Answer) {
        for (index, result) in self.existing.iter().zip(&answer.results) {
            let (Some(row), Some(outcome)) = (rows.get(*index), self.outcomes.get_mut(*index)) else {
                continue;
            };
            *outcome = match result.outcome {
                user_update::Outcome::Updated => ImportOutcome::Updated,
                user_update::Outcome::Unchanged => ImportOutcome::Unchanged,
                user_update::Outcome::Failed => ImportOutcome::Failed,
            };
            if let Some(violation) = &result.violation {
                self.failures.push(failure(row, std::slice::from_ref(violation)));
            }
        }
    }
}

/// Whether all that is wrong with a row is that the person is there already.
fn is_there(result: &RowResult) -> bool {
    let is_it = |violation: &Violation| matches!(violation.fault, Fault::UserExists | Fault::InvitationExists);
    result.violations.iter().all(is_it)
}

fn failure(row: &SheetRow, violations: &[Violation]) -> ImportFailure {
    let by_column = |violation: &Violation| Violation::new(violation.fault, column_of(&violation.field));
    ImportFailure {
        row: row.number,
        line: row.line,
        cells: row.cells.clone(),
        violations: violations.iter().map(by_column).collect(),
    }
}
