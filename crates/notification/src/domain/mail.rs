//! A mail in the queue.

use types::{Email, MailId, Timestamp};

use super::content::Content;
use super::link::AcceptLink;

/// What a mail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Welcome to an account.
    Welcome,
    /// An invitation to transfer.
    Transfer,
}

impl Kind {
    /// Every kind.
    pub(crate) const ALL: [Self; 2] = [Self::Welcome, Self::Transfer];

    /// The kind's name.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Welcome => "WELCOME",
            Self::Transfer => "TRANSFER",
        }
    }

    /// The kind of this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// How far a mail has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Waiting for its first attempt, or in it.
    Queued,
    /// An attempt failed for now.
    Retrying,
    /// Taken by the next mail server.
    Sent,
    /// Refused for good, or given up.
    Bounced,
}

impl State {
    /// Every state.
    pub(crate) const ALL: [Self; 4] = [Self::Queued, Self::Retrying, Self::Sent, Self::Bounced];

    /// The state's name.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Retrying => "RETRYING",
            Self::Sent => "SENT",
            Self::Bounced => "BOUNCED",
        }
    }

    /// The state of this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// A mail that has been claimed to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    /// Which.
    pub(crate) id: MailId,
    /// What it is about.
    pub(crate) kind: Kind,
    /// Where it goes.
    pub(crate) to: Email,
    /// The reader's language.
    pub(crate) language: String,
    /// What it tells.
    pub(crate) content: Content,
    /// The link it carries.
    pub(crate) accept_link: AcceptLink,
    /// The `Message-ID` header.
    pub(crate) message_id: String,
    /// When it was queued.
    pub(crate) create_time: Timestamp,
    /// How many attempts there were, this one included.
    pub(crate) attempts: u32,
    /// Whose claim it is; a claim that was lost finishes nothing.
    pub(crate) owner: String,
}

/// The `Message-ID` of a mail: derived once, so that every attempt carries the same (RFC 5322 §3.6.4).
pub(crate) fn message_id(id: MailId, domain: &str) -> String {
    format!("<{id}@{domain}>")
}
