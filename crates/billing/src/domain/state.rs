//! Where a subscription is in its life, and what it allows there.

use serde::{Deserialize, Serialize};

/// Where a subscription is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum State {
    /// Free for a time; then it is paid for, or ends.
    Trialing,
    /// Paid for, period by period.
    Active,
    /// A payment is late, and is asked for again.
    PastDue,
    /// The payment was asked for in vain; what is held is left for a time of grace.
    Grace,
    /// Cancelled, its period over; what is held is left for a time of grace.
    Cancelled,
    /// Gives nothing any more, and can begin anew.
    Ended,
    /// Of an account that is closed: nothing can begin any more.
    Closed,
}

/// What a state allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allowed {
    /// The seats are there for those who hold them.
    pub(crate) seats: bool,
    /// Seats can be given to others.
    pub(crate) new_seats: bool,
    /// The plan and the number of seats can be changed.
    pub(crate) change: bool,
    /// It can be cancelled.
    pub(crate) cancel: bool,
    /// A cancellation or a change to come can be withdrawn.
    pub(crate) resume: bool,
    /// The next period begins when one is over.
    pub(crate) renew: bool,
}

/// The one table of what each state allows: seats, new seats, change, cancel, resume, renew.
const TABLE: [(State, &str, [bool; 6]); 7] = [
    (State::Trialing, "TRIALING", [true, true, true, true, false, false]),
    (State::Active, "ACTIVE", [true, true, true, true, true, true]),
    (State::PastDue, "PAST_DUE", [true, true, false, true, false, false]),
    (State::Grace, "GRACE", [true, false, false, true, false, false]),
    (State::Cancelled, "CANCELLED", [true, false, true, false, true, false]),
    (State::Ended, "ENDED", [false, false, true, false, false, false]),
    (State::Closed, "CLOSED", [false, false, false, false, false, false]),
];

impl State {
    /// What can be done in it.
    pub(crate) const fn allows(self) -> Allowed {
        let [seats, new_seats, change, cancel, resume, renew] = TABLE[self as usize].2;
        Allowed {
            seats,
            new_seats,
            change,
            cancel,
            resume,
            renew,
        }
    }

    /// The word for it in the database.
    pub(crate) const fn as_str(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// The state that is called this in the database.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.1 == name).map(|row| row.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_stands_where_its_state_says_and_reads_back_as_it_was_written() {
        for (row, (state, name, _)) in TABLE.into_iter().enumerate() {
            assert_eq!(state as usize, row);
            assert_eq!((state.as_str(), State::from_name(name)), (name, Some(state)));
        }
        assert_eq!(State::from_name("active"), None);
    }

    #[test]
    fn nobody_is_given_a_seat_that_is_not_there() {
        for (state, ..) in TABLE {
            let allowed = state.allows();
            assert!(allowed.seats || !allowed.new_seats, "{state:?}");
        }
        assert_eq!(
            State::Closed.allows(),
            Allowed {
                seats: false,
                new_seats: false,
                change: false,
                cancel: false,
                resume: false,
                renew: false
            }
        );
    }
}
