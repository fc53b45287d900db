//! How many mails wait to be sent, and for how long.

use std::time::Duration;

/// Of some mails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// How many.
    pub(crate) mails: u64,
    /// How long the oldest has waited.
    pub(crate) oldest: Duration,
}
