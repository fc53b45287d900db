//! Points in time as messages carry them.

use types::Timestamp;

/// A point in time as a message carries it.
#[must_use]
pub fn timestamp(timestamp: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: timestamp.seconds(),
        nanos: timestamp.subsec_nanos(),
    }
}
