//! How an import ended.

use std::path::PathBuf;

use prost_reflect::DescriptorPool;
use proto::admin::v1::import::State;
use proto::admin::v1::import_options::SeatPolicy;
use proto::admin::v1::{Import, SeatCount};
use serde_json::{Value, json};

use crate::complaint::{Problem, status_of};
use crate::exit::Exit;
use crate::output::{Document, Output, Record};

/// An import, and where its failed rows are on this machine.
pub(super) struct Ending {
    import: Import,
    failures_file: Option<PathBuf>,
}

impl Ending {
    pub(super) const fn new(import: Import, failures_file: Option<PathBuf>) -> Self {
        Self { import, failures_file }
    }

    /// Prints it, and answers how the program ends.
    pub(super) fn print(&self, output: &Output) -> anyhow::Result<Exit> {
        output.record(self)?;
        let import = &self.import;
        if let Some(error) = &import.error {
            return Err(status_of(error).into());
        }
        let options = import.options.clone().unwrap_or_default();
        let is_short = options.validate_only && import.seats.iter().any(is_short);
        if is_short && options.seat_policy() != SeatPolicy::AsFarAsTheyGo {
            let text = "there are too few seats, and nobody would be added; `usher seats list` tells what is free";
            return Err(Problem::BadInput(text.to_owned()).into());
        }
        let some_failed = import.counts.is_some_and(|counts| counts.failed > 0);
        Ok(Exit::told(
            some_failed || is_short || import.state() == State::Cancelled,
        ))
    }
}

const fn is_short(seats: &SeatCount) -> bool {
    seats.requested > seats.available
}

impl Document for Ending {
    fn json(&self, pool: &DescriptorPool) -> anyhow::Result<Value> {
        Ok(json!({
            "import": self.import.json(pool)?,
            "failures_file": self.failures_file,
        }))
    }
}

impl Record for Ending {
    const COLUMNS: &'static [&'static str] = Import::COLUMNS;

    fn cells(&self) -> Vec<String> {
        self.import.cells()
    }
}
