//! A mail as it is written, before it becomes bytes.

use std::fmt;

use types::{Email, MailId, Timestamp};

/// Everything that goes on the wire, except how it is encoded.
#[derive(Clone)]
pub(crate) struct Letter {
    /// Which mail this is.
    pub(crate) id: MailId,
    /// Where it goes.
    pub(crate) to: Email,
    /// The reader's name; may be empty.
    pub(crate) to_name: String,
    /// One line.
    pub(crate) subject: String,
    /// The plain text.
    pub(crate) text: String,
    /// The same as HTML.
    pub(crate) html: String,
    /// The language it is written in, which is not always the one that was asked for.
    pub(crate) language: String,
    /// The `Message-ID` header.
    pub(crate) message_id: String,
    /// The `Date` header: when it was queued, so that every attempt sends the same bytes.
    pub(crate) date: Timestamp,
}

impl fmt::Debug for Letter {
    /// Nothing of what it says: there is a secret link in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What a letter says, before it is anybody's.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    /// The language it is written in, which is not always the one that was asked for.
    pub(crate) language: String,
    /// One line.
    pub(crate) subject: String,
    /// The plain text.
    pub(crate) text: String,
    /// The same as HTML.
    pub(crate) html: String,
}
