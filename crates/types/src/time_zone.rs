//! A place's time zone, by its name in the IANA database.

use std::fmt;

/// The name of a zone in the IANA time zone database, in its usual spelling: `Europe/Berlin`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TimeZone(String);

/// A text that names no time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a time zone of the IANA database, such as Europe/Berlin")]
pub struct InvalidTimeZone;

impl TimeZone {
    /// Looks a zone up by its name, in any case.
    ///
    /// # Errors
    /// [`InvalidTimeZone`] when the bundled database has no such zone.
    pub fn parse(text: &str) -> Result<Self, InvalidTimeZone> {
        let zone = jiff::tz::TimeZoneDatabase::bundled()
            .get(text)
            .map_err(|_| InvalidTimeZone)?;
        zone.iana_name()
            .map(|name| Self(name.to_owned()))
            .ok_or(InvalidTimeZone)
    }

    /// Coordinated universal time.
    #[must_use]
    pub fn utc() -> Self {
        Self("UTC".to_owned())
    }

    /// The zone's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_found_in_any_case() {
        for (text, name) in [
            ("Europe/Berlin", "Europe/Berlin"),
            ("europe/berlin", "Europe/Berlin"),
            ("UTC", "UTC"),
        ] {
            assert_eq!(TimeZone::parse(text).unwrap().as_str(), name);
        }
    }

    #[test]
    fn zones_that_do_not_exist_are_refused() {
        for text in ["", "Europe/Atlantis", "+01:00", "../etc/passwd", "Europe/Berlin\n"] {
            assert_eq!(TimeZone::parse(text), Err(InvalidTimeZone), "{text}");
        }
    }
}
