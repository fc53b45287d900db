//! The mails in the folder.

use std::fs;
use std::path::Path;

/// A mail, as it arrived.
#[derive(Clone, Debug)]
pub struct Mail {
    to: String,
    pub message_id: String,
    pub subject: String,
    pub text: String,
}

impl Mail {
    /// Whether it is for this address. A domain is the same in any case, and mail libraries write it in lower case.
    pub fn is_to(&self, email: &str) -> bool {
        self.to.contains(&email.to_lowercase())
    }

    /// The token in its accept link.
    pub fn token(&self) -> String {
        let (_, rest) = self.text.split_once("token=").unwrap();
        rest.chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
            .collect()
    }
}

/// The mails to an address in a folder, the earliest first.
pub fn read(folder: &Path, to: &str) -> Vec<Mail> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
    paths.sort();
    paths
        .iter()
        .filter_map(|path| parse(&fs::read_to_string(path).unwrap()))
        .filter(|mail| mail.is_to(to))
        .collect()
}

fn parse(raw: &str) -> Option<Mail> {
    let (headers, _) = raw.split_once("\r\n\r\n").unwrap();
    let headers = headers.replace("\r\n ", " ");
    let header = |name: &str| {
        let line = headers
            .lines()
            .find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    Some(Mail {
        to: header("to")?.to_lowercase(),
        message_id: header("message-id")?,
        subject: header("subject")?,
        text: quoted_printable(raw),
    })
}

/// Undoes soft line breaks and encoded octets (RFC 2045 §6.7), as far as these mails need it.
fn quoted_printable(text: &str) -> String {
    text.replace("=\r\n", "").replace("=3D", "=")
}
