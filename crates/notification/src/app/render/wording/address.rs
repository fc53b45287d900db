//! The addresses that links lead to and pictures come from.

use types::Email;
use url::Url;

/// The most octets of an address.
const MAX_OCTETS: usize = 2_000;

/// Where a link may lead: to a page by https, or to a mailbox.
pub(super) fn link(text: &str) -> Option<String> {
    let url = read(text)?;
    let is_mailbox = || url.scheme() == "mailto" && Email::parse(url.path()).is_ok();
    (is_web(&url) || is_mailbox()).then(|| url.into())
}

/// Where a picture may come from: by https.
pub(super) fn picture(text: &str) -> Option<Url> {
    read(text).filter(is_web)
}

/// Whether an address is on one of these hosts.
pub(super) fn is_on(url: &Url, hosts: &[String]) -> bool {
    let host = url.host_str().unwrap_or_default();
    hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(host))
}

fn is_web(url: &Url) -> bool {
    let is_anonymous = url.username().is_empty() && url.password().is_none();
    url.scheme() == "https" && url.host_str().is_some_and(|host| !host.is_empty()) && is_anonymous
}

/// Browsers drop white space and control characters in an address, so that it reads as another one.
fn read(text: &str) -> Option<Url> {
    let is_plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    (is_plain && text.len() <= MAX_OCTETS).then(|| Url::parse(text).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_pages_and_mailboxes() {
        for (text, written) in [
            ("https://example.com", "https://example.com/"),
            ("HTTPS://EXAMPLE.com/a?b=c&d#e", "https://example.com/a?b=c&d#e"),
            ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
            (
                "https://example.com/\"><script>",
                "https://example.com/%22%3E%3Cscript%3E",
            ),
            ("mailto:help@example.com", "mailto:help@example.com"),
            (
                "mailto:help@example.com?subject=Hello",
                "mailto:help@example.com?subject=Hello",
            ),
        ] {
            assert_eq!(link(text).as_deref(), Some(written), "{text}");
        }
    }

    #[test]
    fn nothing_else_is_linked_to() {
        for text in [
            "",
            "example.com",
            "/accept",
            "//example.com",
            "#top",
            "http://example.com",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "java\tscript:alert(1)",
            "\u{1}javascript:alert(1)",
            " https://example.com",
            "https://exa mple.com",
            "https://example.com/\n",
            "https://user:password@example.com",
            "https://trusted.example@evil.example",
            "data:text/html,<script>alert(1)</script>",
            "vbscript:x",
            "ftp://example.com",
            "mailto:",
            "mailto:help",
            "mailto:a@example.com,b@example.com",
            &format!("https://example.com/{}", "x".repeat(2_000)),
        ] {
            assert_eq!(link(text), None, "{text}");
        }
    }

    #[test]
    fn pictures_come_by_https_from_hosts_that_are_allowed() {
        let hosts = ["images.example".to_owned()];
        let url = picture("https://IMAGES.example/logo.png").unwrap();
        assert!(is_on(&url, &hosts));
        for foreign in [
            "https://evil.example/logo.png",
            "https://images.example.evil.example/x",
            "https://x.images.example/x",
        ] {
            assert!(!is_on(&picture(foreign).unwrap(), &hosts), "{foreign}");
        }
        for bad in [
            "http://images.example/x",
            "data:image/png;base64,AAAA",
            "mailto:a@images.example",
            "x.png",
        ] {
            assert_eq!(picture(bad), None, "{bad}");
        }
    }
}
