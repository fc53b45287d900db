//! How long and how often is measured.

use std::time::Duration;

/// The sizes of a run.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Rounds that count, each of ours and of the reference.
    pub rounds: usize,
    /// How long one side of a round takes, where time is what ends it.
    pub time: Duration,
    quick: bool,
}

impl Plan {
    /// A run whose figures mean something.
    pub const fn full(rounds: usize) -> Self {
        Self {
            rounds,
            time: Duration::from_secs(4),
            quick: false,
        }
    }

    /// A run that only shows that everything works.
    pub const fn quick() -> Self {
        Self {
            rounds: 1,
            time: Duration::from_secs(1),
            quick: true,
        }
    }

    /// How many people are in the databases before anything is measured: as many as make no difference any more.
    pub const fn people(&self) -> u32 {
        self.size(5_000, 500)
    }

    /// A size of a full run, or of a quick one.
    pub const fn size<T: Copy>(&self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }

    /// Whether a round comes first that does not count.
    pub const fn warms_up(&self) -> bool {
        !self.quick
    }
}
