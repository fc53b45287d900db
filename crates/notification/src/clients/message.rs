//! Letters as bytes (RFC 5322): headers by the library's builder, bodies always encoded.

use std::time::{Duration, UNIX_EPOCH};

use lettre::address::Envelope;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use types::{Email, Timestamp};

use super::dkim::Dkim;
use crate::domain::Letter;

/// A letter that cannot be written as a mail.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unwritable {
    /// A header would hold a control character, at which the library panics.
    #[error("a header has a control character")]
    Control,
    /// The address is not one for the library.
    #[error("the address cannot be written")]
    Address,
    /// A body cannot be encoded.
    #[error("a body cannot be encoded")]
    Body,
    /// The headers do not make a mail.
    #[error("the mail cannot be put together")]
    Mail(#[from] lettre::error::Error),
    /// A line of the mail would not end as lines of a mail do.
    #[error("the mail has a bare CR or LF")]
    LineEnd,
}

/// A mail ready to go.
pub(super) struct Written {
    /// From whom to whom it goes.
    pub(super) envelope: Envelope,
    /// Headers and bodies.
    pub(super) text: String,
}

/// The mail that `letter` is, the same bytes every time but for the time of its signature.
pub(super) fn write(letter: &Letter, from: &Mailbox, dkim: Option<&Dkim>) -> Result<Written, Unwritable> {
    if [&letter.to_name, &letter.subject]
        .iter()
        .any(|text| text.chars().any(char::is_control))
    {
        return Err(Unwritable::Control);
    }
    let to = address(&letter.to).ok_or(Unwritable::Address)?;
    let name = Some(letter.to_name.clone()).filter(|name| !name.is_empty());
    // An equals sign cannot stand before an underscore in quoted-printable: no part can contain its own end.
    let parts = MultiPart::alternative()
        .boundary(format!("=_{}", letter.id))
        .singlepart(part(ContentType::TEXT_PLAIN, &letter.text)?)
        .singlepart(part(ContentType::TEXT_HTML, &letter.html)?);
    let mut message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(name, to))
        .subject(letter.subject.clone())
        .date(UNIX_EPOCH + since_epoch(letter.date))
        .message_id(Some(letter.message_id.clone()))
        .raw_header(header("Content-Language", &letter.language))
        // So that no holiday notice answers it (RFC 3834).
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .multipart(parts)?;
    if let Some(dkim) = dkim {
        dkim.sign(&mut message);
    }
    let text = String::from_utf8(message.formatted()).map_err(|_| Unwritable::Body)?;
    // What a lenient server takes for a line end could otherwise end the mail early and begin another one.
    if has_bare_line_end(text.as_bytes()) {
        return Err(Unwritable::LineEnd);
    }
    Ok(Written {
        envelope: message.envelope().clone(),
        text,
    })
}

/// The address as it was typed, its domain in ASCII: so only the part before the @ may need a server that takes UTF-8.
pub(super) fn address(email: &Email) -> Option<Address> {
    let (local, _) = email.address().rsplit_once('@')?;
    Address::new(local, email.domain()).ok()
}

/// Quoted-printable even where 7 bits would do: no line of a body reaches the wire as it was written.
fn part(kind: ContentType, text: &str) -> Result<SinglePart, Unwritable> {
    let encoded = Body::new_with_encoding(text.to_owned(), ContentTransferEncoding::QuotedPrintable);
    Ok(SinglePart::builder()
        .header(kind)
        .body(encoded.map_err(|_| Unwritable::Body)?))
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn since_epoch(time: Timestamp) -> Duration {
    time.since(Timestamp::from_micros(0))
}

fn has_bare_line_end(bytes: &[u8]) -> bool {
    let mut previous = b'\n';
    for &byte in bytes {
        if (previous == b'\r') != (byte == b'\n') {
            return true;
        }
        previous = byte;
    }
    previous == b'\r'
}

#[cfg(test)]
mod tests {
    use mail_parser::{MessageParser, MimeHeaders};
    use types::MailId;

    use super::*;

    fn letter() -> Letter {
        Letter {
            id: MailId::new(),
            to: Email::parse("Ada@bücher.example").unwrap(),
            to_name: "Ada Lovelace".into(),
            subject: "Welcome".into(),
            text: "Hello\n.\nBye".into(),
            html: "<p>Hällo</p>".into(),
            language: "en".into(),
            message_id: "<eml_1@usher.example>".into(),
            date: Timestamp::from_micros(1_700_000_000_000_000),
        }
    }

    fn from() -> Mailbox {
        Mailbox::new(Some("Usher".into()), "usher@example.com".parse().unwrap())
    }

    #[test]
    fn a_letter_has_two_encoded_parts_and_its_headers() {
        let text = write(&letter(), &from(), None).unwrap().text;
        let mail = MessageParser::default().parse(text.as_bytes()).unwrap();
        assert_eq!(mail.body_text(0).unwrap(), "Hello\r\n.\r\nBye");
        assert_eq!(mail.body_html(0).unwrap(), "<p>Hällo</p>");
        assert_eq!(mail.content_type().unwrap().subtype(), Some("alternative"));
        let lines: Vec<_> = text.split("\r\n").collect();
        for header in [
            "From: Usher <usher@example.com>",
            "To: \"Ada Lovelace\" <Ada@xn--bcher-kva.example>",
            "Message-ID: <eml_1@usher.example>",
            "Date: Tue, 14 Nov 2023 22:13:20 +0000",
            "Auto-Submitted: auto-generated",
            "Content-Language: en",
        ] {
            assert!(lines.contains(&header), "{header} is missing in {lines:#?}");
        }
        assert_eq!(
            lines
                .iter()
                .filter(|line| **line == "Content-Transfer-Encoding: quoted-printable")
                .count(),
            2
        );
    }

    #[test]
    fn every_attempt_sends_the_same_bytes() {
        let letter = letter();
        let (first, second) = (
            write(&letter, &from(), None).unwrap(),
            write(&letter, &from(), None).unwrap(),
        );
        assert_eq!(first.text, second.text);
    }

    #[test]
    fn control_characters_are_never_written() {
        for text in [
            "Ada\r\nBcc: eve@example.com",
            "Ada\nBcc: eve@example.com",
            "Ada\rBcc: eve@example.com",
            "Ada\0",
        ] {
            let (mut name, mut subject) = (letter(), letter());
            name.to_name = text.into();
            subject.subject = text.into();
            for letter in [name, subject] {
                assert!(
                    matches!(write(&letter, &from(), None), Err(Unwritable::Control)),
                    "{text:?}"
                );
            }
        }
    }

    #[test]
    fn what_a_name_or_subject_holds_stays_in_its_header() {
        let hostile = [
            "\" <eve@example.com>, \"",
            "Ada <eve@example.com>, Bob",
            "Ada, Bob",
            "=?utf-8?q?=0D=0ABcc:_eve@example.com?=",
            "Łukasz \"Quote\" \\ Back",
            "名前名前名前名前名前名前名前名前名前名前名前名前名前名前",
            "x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x",
        ];
        for text in hostile {
            let mut letter = letter();
            letter.to_name = text.into();
            letter.subject = text.into();
            let Written {
                envelope,
                text: written,
            } = write(&letter, &from(), None).unwrap();
            let mail = MessageParser::default().parse(written.as_bytes()).unwrap();
            assert!(mail.bcc().is_none(), "{text:?}");
            let to = mail.to().unwrap().as_list().unwrap();
            assert_eq!(to.len(), 1, "{text:?}: {to:?}");
            assert_eq!(to[0].address(), Some("Ada@xn--bcher-kva.example"), "{text:?}");
            assert_eq!(envelope.to().len(), 1, "{text:?}");
            assert_eq!(mail.parts.len(), 3, "{text:?}");
        }
    }

    #[test]
    fn bare_line_ends_are_found() {
        for (bytes, bare) in [
            (&b"a\r\nb\r\n"[..], false),
            (b"", false),
            (b"a", false),
            (b"a\nb", true),
            (b"\n", true),
            (b"a\rb", true),
            (b"a\r", true),
            (b"a\r\n\n", true),
            (b"a\r\r\n", true),
        ] {
            assert_eq!(has_bare_line_end(bytes), bare, "{bytes:?}");
        }
    }
}
