//! What became of the rows of a request.

use proto::admin::v1::{UpdateUserResult, update_user_result};

use crate::complaint::reason_of;
use crate::output::{Record, word};

impl Record for UpdateUserResult {
    const COLUMNS: &'static [&'static str] = &["user_id", "outcome", "error"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.user_id.clone(),
            word(self.outcome().as_str_name(), "OUTCOME_"),
            reason_of(self.error.as_ref()),
        ]
    }
}

/// Whether some of them failed.
pub(crate) fn some_failed(rows: &[UpdateUserResult]) -> bool {
    rows.iter()
        .any(|row| row.outcome() == update_user_result::Outcome::Failed)
}
