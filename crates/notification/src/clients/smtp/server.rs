//! A mail server's address: where it is, how the way to it is secured, and who we are there.

use std::fmt;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT};
use percent_encoding::percent_decode_str;
use url::Url;

/// Where a mail server is, as `smtp://user:password@host:port/ehlo-name?tls=required` or `smtps://…` says it.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) hello: ClientId,
    pub(super) credentials: Option<Credentials>,
}

/// How the way to a server is secured.
pub(super) enum Security {
    /// Not at all.
    Plain,
    /// By STARTTLS where the server has it.
    Opportunistic(TlsParameters),
    /// By STARTTLS or not at all.
    Required(TlsParameters),
    /// By TLS from the first byte.
    Wrapper(TlsParameters),
}

impl fmt::Debug for Security {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "Plain",
            Self::Opportunistic(_) => "Opportunistic",
            Self::Required(_) => "Required",
            Self::Wrapper(_) => "Wrapper",
        })
    }
}

/// A URL that names no way out. It never shows the URL, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub(in crate::clients) enum InvalidUrl {
    /// It is no URL, or of another kind.
    #[error("smtp://host, smtps://host or folder:PATH is expected")]
    Scheme,
    /// A folder without a path.
    #[error("folder:PATH needs a path")]
    Folder,
    /// Something in it is unknown.
    #[error("after the host, only /ehlo-name and ?tls=required or ?tls=opportunistic are known")]
    Query,
    /// A user name without a password, or one of them unreadable.
    #[error("a user name and a password, percent-encoded, are expected")]
    Credentials,
    /// The name to say hello with is not one.
    #[error("the EHLO name has to be a domain name")]
    Hello,
    /// The way cannot be secured.
    #[error("TLS cannot be used: {0}")]
    Tls(String),
}

impl Server {
    /// Reads an address; `certificates` (PEM) are trusted beside the public ones.
    pub(super) fn parse(text: &str, certificates: Option<&[u8]>) -> Result<Self, InvalidUrl> {
        let url = Url::parse(text).map_err(|_| InvalidUrl::Scheme)?;
        let host = url
            .host_str()
            .filter(|host| !host.is_empty())
            .ok_or(InvalidUrl::Scheme)?;
        // The brackets of an IPv6 address belong to the URL.
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let tls = || tls_parameters(&host, certificates);
        let mut query = url.query_pairs();
        let (security, port) = match (url.scheme(), query.next(), query.next()) {
            ("smtp", None, None) => (Security::Plain, SMTP_PORT),
            ("smtp", Some((key, value)), None) if key == "tls" && value == "required" => {
                (Security::Required(tls()?), SUBMISSION_PORT)
            }
            ("smtp", Some((key, value)), None) if key == "tls" && value == "opportunistic" => {
                (Security::Opportunistic(tls()?), SUBMISSION_PORT)
            }
            ("smtps", None, None) => (Security::Wrapper(tls()?), SUBMISSIONS_PORT),
            ("smtp" | "smtps", _, _) => return Err(InvalidUrl::Query),
            _ => return Err(InvalidUrl::Scheme),
        };
        Ok(Self {
            port: url.port().unwrap_or(port),
            security,
            hello: hello(&url)?,
            credentials: credentials(&url)?,
            host,
        })
    }
}

fn hello(url: &Url) -> Result<ClientId, InvalidUrl> {
    let name = url.path().trim_matches('/');
    if name.is_empty() {
        return Ok(ClientId::default());
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    if name.bytes().all(plain) {
        Ok(ClientId::Domain(name.to_owned()))
    } else {
        Err(InvalidUrl::Hello)
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, InvalidUrl> {
    let decode = |text| {
        percent_decode_str(text)
            .decode_utf8()
            .map_err(|_| InvalidUrl::Credentials)
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        (user, Some(password)) if !user.is_empty() => Ok(Some(Credentials::new(
            decode(user)?.into_owned(),
            decode(password)?.into_owned(),
        ))),
        _ => Err(InvalidUrl::Credentials),
    }
}

fn tls_parameters(host: &str, certificates: Option<&[u8]>) -> Result<TlsParameters, InvalidUrl> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(pem) = certificates {
        let certificate = Certificate::from_pem(pem).map_err(|error| InvalidUrl::Tls(error.to_string()))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build().map_err(|error| InvalidUrl::Tls(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_where_and_how() {
        let server = Server::parse(
            "smtp://usher:p%40ss%20word@mail.example/relay.example?tls=required",
            None,
        )
        .unwrap();
        assert_eq!((server.host.as_str(), server.port), ("mail.example", 587));
        assert!(matches!(server.security, Security::Required(_)));
        assert_eq!(server.hello, ClientId::Domain("relay.example".into()));
        assert_eq!(
            server.credentials,
            Some(Credentials::new("usher".into(), "p@ss word".into()))
        );
    }

    #[test]
    fn ports_follow_from_the_way_unless_told() {
        let table = [
            ("smtp://mail.example", "mail.example", 25),
            ("smtp://mail.example:2525", "mail.example", 2525),
            ("smtp://mail.example?tls=opportunistic", "mail.example", 587),
            ("smtps://mail.example", "mail.example", 465),
            ("smtp://[::1]:2525", "::1", 2525),
        ];
        for (url, host, port) in table {
            let server = Server::parse(url, None).unwrap();
            assert_eq!((server.host.as_str(), server.port), (host, port), "{url}");
        }
    }

    #[test]
    fn a_name_that_would_break_the_greeting_is_refused() {
        for url in ["smtp://mail.example/a%0D%0AQUIT", "smtp://mail.example/a%20b"] {
            assert!(matches!(Server::parse(url, None), Err(InvalidUrl::Hello)), "{url}");
        }
    }
}
