//! One conversation with a mail server (RFC 5321), every step of which has its time-out.

use std::fmt;
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::authentication::DEFAULT_MECHANISMS;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::{Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::{Response, Severity};
use lettre::transport::smtp::{self, extension::ServerInfo};

use super::Limits;
use super::server::{Security, Server};
use crate::domain::{Failure, one_line};

/// "Service not available, closing transmission channel" (RFC 5321 §4.2.3).
const CLOSING: &str = "421";

/// A connection with which a conversation is held.
pub(super) struct Session {
    connection: AsyncSmtpConnection,
    limits: Limits,
}

/// A mail as it follows `DATA`, with its end, in one piece: in two, as the library would send it, the end waits for the
/// server's delayed acknowledgement of what came before (40 ms a mail).
struct Content<'a>(&'a str);

impl fmt::Display for Content<'_> {
    /// Full stops that begin a line are doubled (RFC 5321 §4.5.2).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.0.split_inclusive("\r\n") {
            if line.starts_with('.') {
                f.write_str(".")?;
            }
            f.write_str(line)?;
        }
        f.write_str(if self.0.ends_with("\r\n") { ".\r\n" } else { "\r\n.\r\n" })
    }
}

/// What went wrong in a conversation.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The server said no, and goes on listening.
    Refused {
        /// Whether it will say no the next time too.
        permanent: bool,
        /// Its words.
        words: String,
    },
    /// The server said no and hangs up.
    Closing {
        /// Its words.
        words: String,
    },
    /// The conversation ended without an answer.
    Broken(&'static str),
}

impl Session {
    /// Connects, secures the way and says who we are.
    pub(super) async fn open(server: &Server, limits: Limits) -> Result<Self, Trouble> {
        within(limits.command_timeout * 2, connect(server, limits.command_timeout))
            .await
            .map(|connection| Self { connection, limits })
    }

    /// `MAIL FROM`, with what the mail asks of the server.
    pub(super) async fn name_sender(&mut self, envelope: &Envelope) -> Result<(), Trouble> {
        let mut parameters = Vec::new();
        if needs_utf8(envelope) && supports_utf8(self.connection.server_info()) {
            // RFC 6531 §3.4: the headers are in UTF-8 too.
            parameters = vec![
                MailParameter::SmtpUtfEight,
                MailParameter::Body(MailBodyParameter::EightBitMime),
            ];
        }
        let command = Mail::new(envelope.from().cloned(), parameters);
        within(self.limits.command_timeout, self.connection.command(command))
            .await
            .map(drop)
    }

    /// Names the recipient and hands over the mail; from here on a refusal is about this mail.
    pub(super) async fn transfer(&mut self, envelope: &Envelope, mail: &str) -> Result<(), Trouble> {
        let limit = self.limits.command_timeout;
        if needs_utf8(envelope) && !supports_utf8(self.connection.server_info()) {
            let words = "The mail server takes no internationalised addresses (SMTPUTF8).".to_owned();
            return Err(Trouble::Refused { permanent: true, words });
        }
        for recipient in envelope.to() {
            let command = Rcpt::new(recipient.clone(), Vec::new());
            within(limit, self.connection.command(command)).await?;
        }
        let go_on = within(limit, self.connection.command(Data)).await?;
        if go_on.code().severity != Severity::PositiveIntermediate {
            return Err(Trouble::Broken("The mail server answered out of turn."));
        }
        let taken = within(self.limits.data_timeout, self.connection.command(Content(mail))).await?;
        if taken.code().severity == Severity::PositiveCompletion {
            Ok(())
        } else {
            Err(Trouble::Broken("The mail server answered out of turn."))
        }
    }

    /// `RSET`: what was begun is forgotten.
    pub(super) async fn reset(&mut self) -> Result<(), Trouble> {
        within(self.limits.command_timeout, self.connection.command(Rset))
            .await
            .map(drop)
    }

    /// `QUIT`.
    pub(super) async fn quit(&mut self) -> Result<Response, smtp::Error> {
        self.connection.command(Quit).await
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

impl Trouble {
    /// Whether another mail can be tried with the same connection.
    pub(super) const fn leaves_the_session_good(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }

    /// What this means for a mail whose recipient has been named.
    pub(super) fn into_failure(self) -> Failure {
        match self {
            Self::Refused { permanent: true, words } => Failure::Permanent(words),
            Self::Refused {
                permanent: false,
                words,
            }
            | Self::Closing { words } => Failure::Transient(words),
            Self::Broken(words) => Failure::Transient(words.to_owned()),
        }
    }

    /// What this means before a recipient has been named: whatever the server has against us (a wrong password, a sender it
    /// does not know), it is no reader's fault, and is for the operators to put right while the mails wait.
    pub(super) fn into_failure_of_ours(self) -> Failure {
        match self {
            Self::Refused { permanent: true, words } => {
                tracing::error!(answer = one_line(&words), "the mail server refuses this service");
                Failure::Transient(words)
            }
            Self::Refused {
                permanent: false,
                words,
            }
            | Self::Closing { words } => Failure::Transient(words),
            Self::Broken(words) => Failure::Transient(words.to_owned()),
        }
    }
}

async fn connect(server: &Server, timeout: Duration) -> Result<AsyncSmtpConnection, smtp::Error> {
    let wrapper = match &server.security {
        Security::Wrapper(tls) => Some(tls.clone()),
        Security::Plain | Security::Opportunistic(_) | Security::Required(_) => None,
    };
    let address = (server.host.as_str(), server.port);
    let mut connection =
        AsyncSmtpConnection::connect_tokio1(address, Some(timeout), &server.hello, wrapper, None).await?;
    match &server.security {
        Security::Required(tls) => connection.starttls(tls.clone(), &server.hello).await?,
        Security::Opportunistic(tls) if connection.can_starttls() => {
            connection.starttls(tls.clone(), &server.hello).await?;
        }
        Security::Opportunistic(_) | Security::Plain | Security::Wrapper(_) => {}
    }
    if let Some(credentials) = &server.credentials {
        connection.auth(DEFAULT_MECHANISMS, credentials).await?;
    }
    Ok(connection)
}

fn needs_utf8(envelope: &Envelope) -> bool {
    let ascii = |address: &lettre::Address| AsRef::<str>::as_ref(address).is_ascii();
    !envelope.from().is_none_or(ascii) || !envelope.to().iter().all(ascii)
}

fn supports_utf8(server: &ServerInfo) -> bool {
    server.supports_feature(Extension::SmtpUtfEight) && server.supports_feature(Extension::EightBitMime)
}

async fn within<T>(limit: Duration, step: impl Future<Output = Result<T, smtp::Error>>) -> Result<T, Trouble> {
    match tokio::time::timeout(limit, step).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(trouble(&error)),
        Err(_) => Err(Trouble::Broken("The mail server did not answer in time.")),
    }
}

fn trouble(error: &smtp::Error) -> Trouble {
    if let Some(code) = error.status() {
        let text = std::error::Error::source(error)
            .map(ToString::to_string)
            .unwrap_or_default();
        let words = format!("{code} {text}");
        return if code.to_string() == CLOSING {
            Trouble::Closing { words }
        } else {
            Trouble::Refused {
                permanent: error.is_permanent(),
                words,
            }
        };
    }
    tracing::warn!(
        error = error as &dyn std::error::Error,
        "a conversation with the mail server failed"
    );
    Trouble::Broken(if error.is_timeout() {
        "The mail server did not answer in time."
    } else if error.is_client() {
        "The mail server does not offer what this service is configured to ask for."
    } else if error.is_response() {
        "The mail server ended the conversation without an answer."
    } else {
        "The connection to the mail server failed."
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_of_a_mail_looks_like_its_end() {
        let table = [
            ("Subject: x\r\n\r\nHello\r\n", "Subject: x\r\n\r\nHello\r\n.\r\n"),
            ("Hello", "Hello\r\n.\r\n"),
            (".\r\n..\r\n.a\r\nb.\r\n", "..\r\n...\r\n..a\r\nb.\r\n.\r\n"),
            ("a\r\n.", "a\r\n..\r\n.\r\n"),
            ("", "\r\n.\r\n"),
        ];
        for (mail, content) in table {
            assert_eq!(Content(mail).to_string(), content);
        }
    }
}
