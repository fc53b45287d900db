//! What was in a mail, where no mail is for people.

use types::{Email, MailId};

use super::delivery::Delivery;
use super::mail::Kind;

/// Which mail is waited for.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// To whom.
    pub(crate) recipient: Email,
    /// About what; anything unless told.
    pub(crate) kind: Option<Kind>,
    /// Later than this one.
    pub(crate) after: Option<MailId>,
}

/// A sent mail with its content.
#[derive(Clone, Debug)]
pub(crate) struct KeptMail {
    pub(crate) delivery: Delivery,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

impl KeptMail {
    /// The links in its text, each once, in their order.
    pub(crate) fn links(&self) -> Vec<String> {
        let mut links = Vec::new();
        for word in self.text.split_whitespace() {
            let is_link = word.starts_with("https://") || word.starts_with("http://");
            if is_link && links.iter().all(|link| link != word) {
                links.push(word.to_owned());
            }
        }
        links
    }
}
