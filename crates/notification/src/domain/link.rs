//! The link in a mail: whoever has it can do what it is for.

use std::fmt;

/// A secret link. It has no `Display`, and its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Link(String);

/// Shorter ends of a link are words, not tokens.
const SHORTEST_TOKEN: usize = 16;

impl Link {
    /// Keeps a link from now on.
    pub(crate) fn new(link: impl Into<String>) -> Self {
        Self(link.into())
    }

    /// The link itself: for the mail, and for the row it waits in.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// `text` without the link or the token in it: mail servers quote what they refuse.
    pub(crate) fn blot_out(&self, text: &str) -> String {
        let token = self.0.rsplit(['/', '=', '#', '?', '&']).next().unwrap_or_default();
        let mut clean = text.to_owned();
        for secret in [self.0.as_str(), token] {
            if secret.len() >= SHORTEST_TOKEN {
                clean = clean.replace(secret, "[link]");
            }
        }
        clean
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_not_shown_by_debug() {
        let link = Link::new("https://usher.example/accept/0123456789abcdef");
        assert_eq!(format!("{link:?}"), "Link(…)");
    }

    #[test]
    fn a_quoted_link_is_blotted_out_with_its_token() {
        let link = Link::new("https://usher.example/accept?token=0123456789abcdef");
        let cases = [
            ("550 no", "550 no"),
            (
                "550 https://usher.example/accept?token=0123456789abcdef is spam",
                "550 [link] is spam",
            ),
            ("550 usher.example 0123456789abcdef", "550 usher.example [link]"),
        ];
        for (text, clean) in cases {
            assert_eq!(link.blot_out(text), clean);
        }
    }

    #[test]
    fn a_link_that_ends_in_a_word_takes_no_words_away() {
        let link = Link::new("https://usher.example/accept");
        assert_eq!(link.blot_out("550 accept this"), "550 accept this");
    }
}
