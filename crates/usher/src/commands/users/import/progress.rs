//! How far an import is: a bar on a terminal, now and then a line elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressState, ProgressStyle};
use proto::admin::v1::Import;
use proto::admin::v1::import::State;

use crate::output::tell;

/// How often a bar moves when nothing else does.
const TICK: Duration = Duration::from_millis(200);
/// How many lines there are at most from the beginning of a stage to its end, when that is known.
const LINES: u64 = 10;
/// After how much there is a line at the earliest: octets sent, rows looked at, rows imported.
const SENT: u64 = 4 * 1024 * 1024;
const VALIDATED: u64 = 10_000;
const IMPORTED: u64 = 1_000;

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Uploading,
    Queued,
    Validating,
    Importing,
}

/// How far it is. Clones tell of the same stage.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    stage: Stage,
    /// Up to which step it is told by lines.
    told: Arc<AtomicU64>,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self {
            bar: ProgressBar::no_length(),
            stage: Stage::Uploading,
            told: Arc::default(),
        }
    }

    /// The file is being sent, from its beginning.
    pub(super) fn begin_upload(&mut self, length: Option<u64>) {
        self.begin(Stage::Uploading, length);
    }

    /// So much of the stage is done: octets or rows.
    pub(super) fn reach(&self, position: u64) {
        self.bar.set_position(position);
        if !self.bar.is_hidden() {
            return;
        }
        let length = self.bar.length();
        let step = self.stage.step().max(length.unwrap_or_default().div_ceil(LINES));
        let is_end = length == Some(position);
        let reached = position / step + u64::from(is_end) + 1;
        if self.told.fetch_max(reached, Ordering::Relaxed) < reached {
            tell(&self.stage.line(position, length));
        }
    }

    /// The import has come as far as this.
    pub(super) fn show(&mut self, import: &Import) {
        let rows = |count| u64::try_from(count).unwrap_or_default();
        let validates = import.options.as_ref().is_some_and(|options| options.validate_only);
        let (stage, length) = match import.state() {
            State::Unspecified | State::Queued => (Stage::Queued, None),
            State::Validating => (Stage::Validating, None),
            State::Running | State::Succeeded if validates => (Stage::Validating, None),
            State::Running | State::Succeeded => (Stage::Importing, Some(rows(import.row_count))),
            // It is where it was when it was stopped.
            State::Failed | State::Cancelled => return,
        };
        if stage != self.stage {
            self.begin(stage, length);
        }
        self.reach(match stage {
            Stage::Uploading | Stage::Queued => 0,
            Stage::Validating => rows(import.row_count),
            Stage::Importing => rows(import.done_count),
        });
    }

    /// Leaves the terminal as it was.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }

    fn begin(&mut self, stage: Stage, length: Option<u64>) {
        self.end();
        let bar = match length {
            Some(length) => ProgressBar::new(length),
            None => ProgressBar::no_length(),
        };
        self.bar = bar.with_prefix(stage.name()).with_style(stage.style(length.is_some()));
        self.bar.enable_steady_tick(TICK);
        self.stage = stage;
        self.told = Arc::default();
        self.reach(0);
    }
}

impl Stage {
    const fn name(self) -> &'static str {
        match self {
            Self::Uploading => "uploading",
            Self::Queued => "waiting for its turn",
            Self::Validating => "validating",
            Self::Importing => "importing",
        }
    }

    const fn step(self) -> u64 {
        match self {
            Self::Uploading => SENT,
            Self::Queued | Self::Validating => VALIDATED,
            Self::Importing => IMPORTED,
        }
    }

    fn style(self, is_bounded: bool) -> ProgressStyle {
        let template = match (self, is_bounded) {
            (Self::Uploading, true) => "{prefix} [{bar:30}] {bytes} of {total_bytes}, {bytes_per_sec}{left}",
            (Self::Uploading, false) => "{prefix} {spinner} {bytes}, {bytes_per_sec}",
            (Self::Queued, _) => "{prefix} {spinner} {elapsed}",
            (Self::Validating | Self::Importing, true) => {
                "{prefix} [{bar:30}] {human_pos} of {human_len} rows, {rate}{left}"
            }
            (Self::Validating | Self::Importing, false) => "{prefix} {spinner} {human_pos} rows, {rate}",
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        style
            .progress_chars("=> ")
            .with_key("rate", rate)
            .with_key("left", left)
    }

    fn line(self, position: u64, length: Option<u64>) -> String {
        let amount = |count: u64| match self {
            Self::Uploading => HumanBytes(count).to_string(),
            Self::Queued | Self::Validating | Self::Importing => HumanCount(count).to_string(),
        };
        let mut line = self.name().to_owned();
        if self != Self::Queued {
            line += &format!(": {}", amount(position));
            if let Some(length) = length {
                line += &format!(" of {}", amount(length));
            }
        }
        if matches!(self, Self::Validating | Self::Importing) {
            line += " rows";
        }
        line
    }
}

fn rate(state: &ProgressState, out: &mut dyn std::fmt::Write) {
    // A bar that is not drawn is no reason to stop.
    let _ = write!(out, "{:.0} rows/s", state.per_sec());
}

/// Nobody knows before there is something to go by.
fn left(state: &ProgressState, out: &mut dyn std::fmt::Write) {
    if state.pos() > 0 {
        // As above.
        let _ = write!(out, ", {:#} left", HumanDuration(state.eta()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_has_a_style_and_a_line() {
        let table = [
            (Stage::Uploading, Some(4096), "uploading: 1.00 KiB of 4.00 KiB"),
            (Stage::Uploading, None, "uploading: 1.00 KiB"),
            (Stage::Queued, None, "waiting for its turn"),
            (Stage::Validating, None, "validating: 1,024 rows"),
            (Stage::Importing, Some(4096), "importing: 1,024 of 4,096 rows"),
        ];
        for (stage, length, line) in table {
            assert_eq!(stage.line(1024, length), line);
        }
    }
}
