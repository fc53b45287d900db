//! The time that is paid at once: a month or a year of days.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Interval;

/// A run of days, each in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Period {
    /// Its first day.
    pub(crate) start: Date,
    /// The day after its last one: the first day of the next period.
    pub(crate) end: Date,
    /// The day of the month on which periods begin, where the month has it; on the last day of the month otherwise.
    anchor: i8,
}

impl Period {
    /// The period that begins on `start`.
    pub(crate) fn begin(start: Date, interval: Interval) -> Self {
        Self::from(start, start.day(), interval)
    }

    /// The period after this one.
    pub(crate) fn next(self, interval: Interval) -> Self {
        Self::from(self.end, self.anchor, interval)
    }

    /// How many days it has.
    pub(crate) fn days(self) -> i64 {
        days(self.start, self.end)
    }

    /// How many of them are left, `date` included.
    pub(crate) fn days_from(self, date: Date) -> i64 {
        days(date, self.end).clamp(0, self.days())
    }

    fn from(start: Date, anchor: i8, interval: Interval) -> Self {
        let month = start.first_of_month().saturating_add(interval.months().months());
        let end = month.last_of_month().day().min(anchor);
        Self {
            start,
            end: month.saturating_add((end - 1).days()),
            anchor,
        }
    }
}

fn days(from: Date, to: Date) -> i64 {
    (to - from).get_days().into()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_year_of_months_begins_on_the_same_day_of_each_month_that_has_it() {
        let mut period = Period::begin(date(2027, 1, 31), Interval::Month);
        let mut ends = vec![];
        for _ in 0..14 {
            ends.push((
                i64::from(period.end.month()),
                i64::from(period.end.day()),
                period.days(),
            ));
            period = period.next(Interval::Month);
        }
        let expected = [
            (2, 28, 28),
            (3, 31, 31),
            (4, 30, 30),
            (5, 31, 31),
            (6, 30, 30),
            (7, 31, 31),
            (8, 31, 31),
            (9, 30, 30),
            (10, 31, 31),
            (11, 30, 30),
            (12, 31, 31),
            (1, 31, 31),
            (2, 29, 29),
            (3, 31, 31),
        ];
        assert_eq!(ends, expected);
    }

    #[test]
    fn a_year_that_begins_on_a_leap_day_comes_back_to_it() {
        let mut period = Period::begin(date(2024, 2, 29), Interval::Year);
        let ends = [
            date(2025, 2, 28),
            date(2026, 2, 28),
            date(2027, 2, 28),
            date(2028, 2, 29),
        ];
        for end in ends {
            assert_eq!(period.end, end);
            period = period.next(Interval::Year);
        }
    }

    #[test]
    fn days_are_left_from_the_first_to_the_last() {
        let period = Period::begin(date(2026, 3, 1), Interval::Month);
        let table = [
            (date(2026, 2, 1), 31),
            (date(2026, 3, 1), 31),
            (date(2026, 3, 31), 1),
            (date(2026, 4, 1), 0),
            (date(2027, 1, 1), 0),
        ];
        for (day, left) in table {
            assert_eq!(period.days_from(day), left, "{day}");
        }
    }
}
