//! The way out that was configured.

use lettre::Address;
use lettre::message::Mailbox;
use types::{Email, InvalidEmail};

use super::dkim::Dkim;
use super::folder::Folder;
use super::message;
use super::smtp::{InvalidUrl, Limits, Smtp};
use crate::config::MailConfig;
use crate::domain::{Failure, Letter, one_line};

/// Where letters are handed over.
#[derive(Debug)]
pub(crate) struct Transport {
    from: Mailbox,
    dkim: Option<Dkim>,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Smtp(Box<Smtp>),
    Folder(Folder),
}

/// A `[mail]` block that cannot be used. It names the key and never shows the URL, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum InvalidMailConfig {
    /// The sender's address is not one.
    #[error("mail.from_address: {0}")]
    FromAddress(InvalidEmail),
    /// The sender's name cannot stand in a header.
    #[error("mail.from_name: one line without control characters is expected")]
    FromName,
    /// The domain of the Message-IDs is not one.
    #[error("mail.message_id_domain: a domain name is expected")]
    MessageIdDomain,
    /// The way out cannot be used.
    #[error("mail.url: {0}")]
    Url(String),
    /// Mails cannot be signed.
    #[error("mail.dkim: {0}")]
    Dkim(String),
    /// The certificates to trust cannot be read.
    #[error("mail.ca_file: {0}")]
    CaFile(String),
}

impl From<InvalidUrl> for InvalidMailConfig {
    fn from(invalid: InvalidUrl) -> Self {
        Self::Url(invalid.to_string())
    }
}

impl Transport {
    /// The way out that `config` names. Nothing is connected yet.
    ///
    /// # Errors
    /// When the block cannot be used.
    pub(crate) fn new(config: &MailConfig) -> Result<Self, InvalidMailConfig> {
        let email = Email::parse(&config.from_address).map_err(InvalidMailConfig::FromAddress)?;
        let address = message::address(&email).ok_or(InvalidMailConfig::FromAddress(InvalidEmail::Malformed))?;
        if one_line(&config.from_name) != config.from_name {
            return Err(InvalidMailConfig::FromName);
        }
        let name = Some(config.from_name.clone()).filter(|name| !name.is_empty());
        let url = config.url.expose();
        let way = match url.strip_prefix("folder:") {
            Some("") => return Err(InvalidUrl::Folder.into()),
            Some(path) => Way::Folder(Folder::new(path)),
            None => Way::Smtp(Box::new(Smtp::new(url, certificates(config)?, limits(config))?)),
        };
        let load = |dkim| Dkim::load(dkim, email.domain()).map_err(|error| InvalidMailConfig::Dkim(error.to_string()));
        Ok(Self {
            from: Mailbox::new(name, address),
            dkim: config.dkim.as_ref().map(load).transpose()?,
            way,
        })
    }

    /// Hands a letter over; `Ok` when the next server has taken it, or the file is there.
    pub(crate) async fn deliver(&self, letter: &Letter) -> Result<(), Failure> {
        let mail = message::write(letter, &self.from, self.dkim.as_ref()).map_err(|error| {
            // What was ordered is checked when it is: this is for what the library knows better.
            tracing::error!(mail.id = %letter.id, error = &error as &dyn std::error::Error, "a mail cannot be written");
            Failure::Refused("This address cannot be written to.".to_owned())
        })?;
        match &self.way {
            Way::Smtp(smtp) => smtp.deliver(&mail.envelope, &mail.text).await,
            Way::Folder(folder) => folder.deliver(letter, &mail.text).await,
        }
    }

    /// Lets go of connections that nobody has used for a while.
    pub(crate) fn tidy(&self) {
        match &self.way {
            Way::Smtp(smtp) => smtp.tidy(),
            Way::Folder(_) => {}
        }
    }

    /// Takes leave of the mail server.
    pub(crate) async fn close(&self) {
        match &self.way {
            Way::Smtp(smtp) => smtp.close().await,
            Way::Folder(_) => {}
        }
    }
}

/// The right side of every Message-ID.
///
/// # Errors
/// When it is not a domain name.
pub(crate) fn message_id_domain(config: &MailConfig) -> Result<String, InvalidMailConfig> {
    let email = Email::parse(&config.from_address).map_err(InvalidMailConfig::FromAddress)?;
    let domain = match &config.message_id_domain {
        Some(domain) => domain.clone(),
        None => email.domain().to_owned(),
    };
    match Address::new("id", &domain) {
        Ok(_) if domain.is_ascii() => Ok(domain),
        Ok(_) | Err(_) => Err(InvalidMailConfig::MessageIdDomain),
    }
}

fn limits(config: &MailConfig) -> Limits {
    Limits {
        command_timeout: config.command_timeout,
        data_timeout: config.data_timeout,
        idle_timeout: config.idle_timeout,
        idle_connections: config.workers,
    }
}

fn certificates(config: &MailConfig) -> Result<Option<Vec<u8>>, InvalidMailConfig> {
    let read = |path| std::fs::read(path).map_err(|error| InvalidMailConfig::CaFile(error.to_string()));
    config.ca_file.as_ref().map(read).transpose()
}

#[cfg(test)]
mod tests {
    use chassis::Secret;

    use super::*;

    fn config(url: &str) -> MailConfig {
        MailConfig::new(Secret::new(url).unwrap(), "usher@example.com")
    }

    #[test]
    fn the_ways_out_are_told_apart_by_their_url() {
        let table = [
            ("folder:/tmp/mail box", true),
            ("smtp://127.0.0.1:2525", true),
            ("smtp://usher:p%40ss@mail.example?tls=required", true),
            ("smtp://mail.example?tls=opportunistic", true),
            ("smtps://usher:pass@mail.example/ehlo.example", true),
            ("folder:", false),
            ("mail.example:25", false),
            ("http://mail.example", false),
            ("smtp://", false),
            ("smtp://mail.example?tls=maybe", false),
            ("smtp://mail.example?tsl=required", false),
            ("smtp://usher@mail.example", false),
        ];
        for (url, good) in table {
            assert_eq!(Transport::new(&config(url)).is_ok(), good, "{url}");
        }
    }

    #[test]
    fn a_sender_that_would_break_a_header_is_refused() {
        let mut name = config("folder:/tmp");
        name.from_name = "Usher\r\nBcc: eve@example.com".into();
        assert!(matches!(Transport::new(&name), Err(InvalidMailConfig::FromName)));
        let mut address = config("folder:/tmp");
        address.from_address = "usher@example.com\r\n".into();
        assert!(matches!(
            Transport::new(&address),
            Err(InvalidMailConfig::FromAddress(_))
        ));
    }

    #[test]
    fn the_message_id_domain_is_the_senders_unless_told() {
        let mut config = config("folder:/tmp");
        assert_eq!(message_id_domain(&config).unwrap(), "example.com");
        config.message_id_domain = Some("mail.example.com".into());
        assert_eq!(message_id_domain(&config).unwrap(), "mail.example.com");
        for domain in ["", "mail example", "mail>\r\nBcc: eve@example.com", "bücher.example"] {
            config.message_id_domain = Some(domain.into());
            assert!(message_id_domain(&config).is_err(), "{domain:?}");
        }
    }

    #[test]
    fn a_refused_url_does_not_show_its_password() {
        let error = Transport::new(&config("smtp://usher:s3cret@mail.example?tls=maybe")).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3cret"));
    }
}
