//! A mail that was claimed for an attempt, and what may become of it without one.

use types::{MailId, Timestamp};

use super::mail::Mail;
use super::retry::Verdict;
use super::traffic::Lane;

/// What an admin is told of a mail that nobody needs any more.
pub(crate) const OBSOLETE: &str = "What it is about has ended, or was sent anew.";
/// What an admin is told of a mail that came to nothing.
const EXPIRED: &str = "Its link has expired.";

/// For how long mails are left to whom.
#[derive(Clone, Debug)]
pub(crate) struct Lease {
    /// Whose they are; a token per claim and not per process: an attempt that outlived its lease must not finish its own
    /// successor.
    pub(crate) owner: String,
    /// When they are anybody's again.
    pub(crate) until: Timestamp,
}

impl Lease {
    /// A new one.
    pub(crate) fn new(until: Timestamp) -> Self {
        Self {
            owner: format!("{:032x}", rand::random::<u128>()),
            until,
        }
    }
}

/// A mail that was put into the queue, with what may keep it from being sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queued {
    /// Whether it is claimed: it may go at once.
    pub(crate) is_leased: bool,
    /// Why its address takes no mail, if it takes none.
    pub(crate) suppressed: Option<String>,
    /// Whether it was cancelled before it came.
    pub(crate) cancelled: bool,
}

/// One claim.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    /// Which mail.
    pub(crate) id: MailId,
    /// Whose claim it is; a claim that was lost finishes nothing.
    pub(crate) owner: String,
    /// The account it is sent for and the domain it goes to.
    pub(crate) lane: Lane,
    /// The address it goes to, canonical.
    pub(crate) recipient: String,
    /// When it was queued.
    pub(crate) create_time: Timestamp,
    /// How many attempts there were, this one included.
    pub(crate) attempts: u32,
    /// Why its address takes no mail, if it takes none.
    pub(crate) suppressed: Option<String>,
    /// Whether somebody has asked for it since, who knows better.
    pub(crate) resent: bool,
    /// Whether it was cancelled, before or after it came.
    pub(crate) cancelled: bool,
    /// The trace of the request that it comes from, if that belongs to one.
    pub(crate) trace_parent: Option<String>,
    /// The mail; nothing when its row cannot be read.
    pub(crate) mail: Option<Mail>,
}

impl Claim {
    /// What becomes of it without an attempt; nothing when it is to be sent.
    pub(crate) fn verdict_without_attempt(&self, now: Timestamp) -> Option<Verdict> {
        let cancelled = |reason: &str| {
            let reason = reason.to_owned();
            Some(Verdict::Cancelled { reason })
        };
        let expire_time = self.mail.as_ref().and_then(|mail| mail.content.expire_time);
        match &self.suppressed {
            _ if self.cancelled => cancelled(OBSOLETE),
            _ if expire_time.is_some_and(|time| time <= now) => cancelled(EXPIRED),
            Some(reason) if !self.resent => Some(Verdict::Suppressed { reason: reason.clone() }),
            Some(_) | None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use types::Email;

    use super::super::bill::Bill;
    use super::super::content::Content;
    use super::super::mail::Kind;
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_000);

    fn claim() -> Claim {
        let id = MailId::new();
        let content = Content {
            given_name: String::new(),
            family_name: String::new(),
            account_name: "Analytical Engines".into(),
            person_name: String::new(),
            expire_time: Some(Timestamp::from_micros(1_001)),
            products: vec![],
            bill: Bill::default(),
        };
        let mail = Mail {
            id,
            kind: Kind::Welcome,
            to: Email::parse("Ada@example.com").unwrap(),
            language: "en".into(),
            content,
            link: None,
            message_id: format!("<{id}@usher.example>"),
            create_time: NOW,
            wording: None,
        };
        Claim {
            id,
            owner: "me".into(),
            lane: Lane {
                account: String::new(),
                domain: "example.com".into(),
            },
            recipient: "ada@example.com".into(),
            create_time: NOW,
            attempts: 1,
            suppressed: None,
            resent: false,
            cancelled: false,
            trace_parent: None,
            mail: Some(mail),
        }
    }

    #[test]
    fn only_what_is_still_wanted_is_attempted() {
        type Change = fn(&mut Claim);
        let suppressed = || Some("550 no such user".to_owned());
        let cancelled = |reason: &str| Some(Verdict::Cancelled { reason: reason.into() });
        let cases: [(Change, Option<Verdict>); 6] = [
            (|_| {}, None),
            (|claim| claim.mail = None, None),
            (|claim| claim.cancelled = true, cancelled(OBSOLETE)),
            (
                |claim| claim.mail.as_mut().unwrap().content.expire_time = Some(NOW),
                cancelled(EXPIRED),
            ),
            (
                |claim| claim.suppressed = Some("550 no such user".into()),
                suppressed().map(|reason| Verdict::Suppressed { reason }),
            ),
            (
                |claim| {
                    claim.suppressed = Some("550 no such user".into());
                    claim.resent = true;
                },
                None,
            ),
        ];
        for (change, verdict) in cases {
            let mut claim = claim();
            change(&mut claim);
            assert_eq!(claim.verdict_without_attempt(NOW), verdict);
        }
    }
}
