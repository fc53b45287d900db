//! Which methods may be sent again by themselves when nobody knows what became of them.

/// Their paths in alphabetical order, as the build found them in the descriptors.
const REPEATABLE: &[&str] = &include!(concat!(env!("OUT_DIR"), "/repeatable.rs"));

/// Whether the method at an HTTP path says by `idempotency_level` that doing it again changes nothing and answers the same.
#[must_use]
pub fn is_repeatable(path: &str) -> bool {
    REPEATABLE.binary_search(&path).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Policy;

    #[test]
    fn methods_say_themselves_whether_they_are_repeatable() {
        let table = [
            ("/usher.identity.v1.AccessService/CheckAccess", true),
            ("/usher.licensing.internal.v1.ReservationService/ReserveSeats", true),
            // Without a request id they are done twice, and the id may be left out.
            ("/usher.admin.v1.PeopleService/AddUsers", false),
            // A refresh token that comes again ends the session.
            ("/usher.identity.v1.SessionService/RefreshSession", false),
            ("/usher.identity.v1.SessionService/Nothing", false),
        ];
        for (path, expected) in table {
            assert_eq!(is_repeatable(path), expected, "{path}");
        }
    }

    #[test]
    fn whatever_only_reads_is_repeatable() {
        let reads = [
            "Get", "List", "BatchGet", "Check", "Watch", "Preview", "Download", "Stream",
        ];
        for (path, _) in Policy::load().unwrap().iter() {
            let name = path.rsplit('/').next().unwrap();
            let reading = reads.iter().any(|verb| name.starts_with(verb));
            assert!(!reading || is_repeatable(path), "{path} does not say so");
        }
    }
}
