//! Whether something is still what somebody has seen.

use super::error::Error;

/// Whether the etag that a caller has sent is that of what there is; an empty one is that of anything.
///
/// # Errors
/// [`Error::EtagMismatch`].
pub fn check_etag(etag: &str, present: impl ToString) -> Result<(), Error> {
    if etag.is_empty() || etag == present.to_string() {
        Ok(())
    } else {
        Err(Error::EtagMismatch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_present_etag_and_none_at_all_will_do() {
        for (etag, good) in [
            ("", true),
            ("7", true),
            ("6", false),
            ("+7", false),
            ("07", false),
            ("x", false),
        ] {
            assert_eq!(check_etag(etag, 7).is_ok(), good, "{etag}");
        }
    }
}
