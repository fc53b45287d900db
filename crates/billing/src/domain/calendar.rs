//! Days as an account counts them: those of its time zone.

use jiff::civil::Date;
use jiff::tz;
use types::{TimeZone, Timestamp};

/// The days of one time zone.
#[derive(Clone, Debug)]
pub(crate) struct Calendar(tz::TimeZone);

impl Calendar {
    /// The calendar of a place.
    pub(crate) fn new(zone: &TimeZone) -> Self {
        let zone = tz::TimeZoneDatabase::bundled().get(zone.as_str());
        Self(zone.unwrap_or(tz::TimeZone::UTC))
    }

    /// Which day it is.
    pub(crate) fn date(&self, time: Timestamp) -> Date {
        let time = jiff::Timestamp::from_microsecond(time.micros()).unwrap_or(jiff::Timestamp::MAX);
        self.0.to_datetime(time).date()
    }

    /// When a day begins. Where midnight is skipped, that is when the clocks have gone forward.
    pub(crate) fn beginning(&self, date: Date) -> Timestamp {
        let time = date
            .to_zoned(self.0.clone())
            .map(|zoned| zoned.timestamp().as_microsecond());
        Timestamp::from_micros(time.unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_micros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    #[test]
    fn a_day_begins_when_it_does_in_its_zone() {
        let table = [
            ("UTC", "2026-03-29T00:00:00Z", date(2026, 3, 29)),
            ("Europe/Berlin", "2026-03-28T23:00:00Z", date(2026, 3, 29)),
            ("Europe/Berlin", "2026-03-29T22:00:00Z", date(2026, 3, 30)),
            ("America/New_York", "2026-01-01T05:00:00Z", date(2026, 1, 1)),
            ("Pacific/Auckland", "2025-12-31T11:00:00Z", date(2026, 1, 1)),
            // Midnight is skipped here: the day begins at one o'clock.
            ("America/Asuncion", "2024-10-06T04:00:00Z", date(2024, 10, 6)),
        ];
        for (zone, time, date) in table {
            let calendar = Calendar::new(&TimeZone::parse(zone).unwrap());
            assert_eq!(calendar.beginning(date), at(time), "{zone}");
            assert_eq!(calendar.date(at(time)), date, "{zone}");
            let before = Timestamp::from_micros(at(time).micros() - 1);
            assert_eq!(calendar.date(before), date.yesterday().unwrap(), "{zone}");
        }
    }
}
