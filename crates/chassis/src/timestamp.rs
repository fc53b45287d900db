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

/// A point in time out of a message, to the microsecond; none when it is beyond what can be told.
#[must_use]
pub fn read_timestamp(timestamp: prost_types::Timestamp) -> Option<Timestamp> {
    let micros = timestamp.seconds.checked_mul(1_000_000)?;
    let micros = micros.checked_add(i64::from(timestamp.nanos) / 1_000)?;
    Some(Timestamp::from_micros(micros))
}
