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
use types::failpoint;

use super::Limits;
use super::server::{Security, Server};
use crate::domain::{Failure, Refusal, Step, one_line};

/// "Service not available, closing transmission channel" (RFC 5321 §4.2.3).
const CLOSING: u16 = 421;

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
    /// The server said no.
    Refused(Refusal),
    /// The server cannot take this mail, as it has told at the beginning.
    Unable(&'static str),
    /// The conversation ended without an answer.
    Broken(&'static str),
}

/// What went wrong with one mail, and where.
#[derive(Debug)]
pub(super) struct Stop {
    step: Step,
    trouble: Trouble,
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

    /// Names the reader and hands over the mail.
    pub(super) async fn transfer(&mut self, envelope: &Envelope, mail: &str) -> Result<(), Stop> {
        let stop = |step| move |trouble| Stop { step, trouble };
        if needs_utf8(envelope) && !supports_utf8(self.connection.server_info()) {
            let words = "The mail server takes no internationalised addresses (SMTPUTF8).";
            return Err(stop(Step::Reader)(Trouble::Unable(words)));
        }
        self.name_readers(envelope).await.map_err(stop(Step::Reader))?;
        self.hand_over(mail).await.map_err(stop(Step::Content))
    }

    async fn name_readers(&mut self, envelope: &Envelope) -> Result<(), Trouble> {
        for reader in envelope.to() {
            let command = Rcpt::new(reader.clone(), Vec::new());
            within(self.limits.command_timeout, self.connection.command(command)).await?;
        }
        Ok(())
    }

    async fn hand_over(&mut self, mail: &str) -> Result<(), Trouble> {
        let go_on = within(self.limits.command_timeout, self.connection.command(Data)).await?;
        if go_on.code().severity != Severity::PositiveIntermediate {
            return Err(Trouble::Broken("The mail server answered out of turn."));
        }
        failpoint("notification::smtp::data");
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

impl Stop {
    /// Whether another mail can be tried with the same connection.
    pub(super) const fn leaves_the_session_good(&self) -> bool {
        match &self.trouble {
            Trouble::Refused(refusal) => refusal.code != CLOSING,
            Trouble::Unable(_) => true,
            Trouble::Broken(_) => false,
        }
    }

    /// What this means for the mail.
    pub(super) fn into_failure(self) -> Failure {
        match self.trouble {
            Trouble::Refused(refusal) => refusal.means(self.step),
            Trouble::Unable(words) => Failure::Refused(words.to_owned()),
            // It may well be this mail at which the server has broken down.
            Trouble::Broken(words) => Failure::Deferred(words.to_owned()),
        }
    }
}

impl Trouble {
    /// What this means before a reader was named: whatever the server has against us (a wrong password, a sender it does not
    /// know), it is no reader's fault, and is for the operators to put right while the mails wait.
    pub(super) fn into_failure_of_ours(self) -> Failure {
        match self {
            Self::Refused(refusal) => {
                if refusal.code >= 500 {
                    tracing::error!(
                        code = refusal.code,
                        answer = one_line(&refusal.text),
                        "the mail server refuses this service"
                    );
                }
                refusal.means(Step::Ourselves)
            }
            Self::Unable(words) | Self::Broken(words) => Failure::Outage(words.to_owned()),
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
        return Trouble::Refused(Refusal {
            code: code.into(),
            text,
        });
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
