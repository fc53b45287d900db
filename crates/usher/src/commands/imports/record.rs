//! An import in a table.

use proto::admin::v1::{Import, SeatCount};

use crate::complaint::reason_of;
use crate::output::{Record, time, word};

impl Record for Import {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "state",
        "validate_only",
        "rows",
        "done",
        "invited",
        "created",
        "transfer_invited",
        "updated",
        "unchanged",
        "skipped",
        "failed",
        "seats",
        "error",
        "ignored_columns",
        "made",
        "ended",
    ];

    fn cells(&self) -> Vec<String> {
        let counts = self.counts.unwrap_or_default();
        let validate_only = self.options.as_ref().is_some_and(|options| options.validate_only);
        let seats: Vec<String> = self.seats.iter().map(seats).collect();
        vec![
            self.id.clone(),
            word(self.state().as_str_name(), "STATE_"),
            validate_only.to_string(),
            self.row_count.to_string(),
            self.done_count.to_string(),
            counts.invited.to_string(),
            counts.created.to_string(),
            counts.transfer_invited.to_string(),
            counts.updated.to_string(),
            counts.unchanged.to_string(),
            counts.skipped.to_string(),
            counts.failed.to_string(),
            seats.join("|"),
            reason_of(self.error.as_ref()),
            self.ignored_columns.join("|"),
            time(self.create_time.as_ref()),
            time(self.end_time.as_ref()),
        ]
    }
}

/// How many are needed, and how many were free.
fn seats(count: &SeatCount) -> String {
    format!("{} {}/{}", count.product, count.requested, count.available)
}
