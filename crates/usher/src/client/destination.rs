//! Where a gateway is, and how it is talked to: what `usher login` is told, and the session remembers.

use std::path::{Path, PathBuf};

use chassis::{ClientConfig, Peer, PeerError, Visitor};
use serde::{Deserialize, Serialize};
use tonic::transport::Uri;

use crate::complaint::Problem;

/// What is meant without a port, where there is TLS.
const TLS_PORT: u16 = 443;

/// A gateway's place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Destination {
    /// `https://host:port`, or `host:port` in plaintext.
    server: String,
    /// The file of the authorities that are believed instead of the public ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ca: Option<PathBuf>,
    /// Whether plaintext may leave this machine.
    #[serde(default)]
    insecure_plaintext: bool,
}

impl Destination {
    /// What somebody typed: `https://host:port`, `http://host:port`, or `host:port`, which is plaintext on this machine
    /// and TLS elsewhere, and wherever an authority is named.
    ///
    /// # Errors
    /// When it is no address, or plaintext would leave this machine and may not.
    pub(crate) fn typed(server: &str, ca: Option<&Path>, insecure_plaintext: bool) -> anyhow::Result<Self> {
        let typed = |scheme: &str, place: &str| {
            let place = place.trim_end_matches('/');
            let uri: Uri = format!("{scheme}://{place}").parse().ok()?;
            let port = uri.port_u16().or((scheme == "https").then_some(TLS_PORT))?;
            let is_bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
            let place = format!("{}:{port}", uri.host().filter(|_| is_bare)?);
            let ca = ca.map(std::path::absolute).transpose().ok()?;
            let server = match scheme {
                "https" => format!("https://{place}"),
                "http" => place,
                _ => return None,
            };
            Some(Self {
                server,
                ca,
                insecure_plaintext,
            })
        };
        let found = match server.split_once("://") {
            Some((scheme, place)) => typed(scheme, place),
            None if ca.is_some() => typed("https", server),
            None => typed("http", server)
                .filter(|place| !place.leaves_in_the_clear())
                .or_else(|| typed("https", server)),
        };
        let found = found.ok_or_else(|| {
            let text = format!("{server:?} is no address of a gateway: https://host:port is expected, or host:port");
            Problem::BadInput(text)
        })?;
        found.refuse()?;
        Ok(found)
    }

    /// As it is told to people, and compared.
    pub(crate) fn server(&self) -> &str {
        &self.server
    }

    /// Whether plaintext may leave this machine.
    pub(super) const fn may_be_plain(&self) -> bool {
        self.insecure_plaintext
    }

    /// Whether it is called by TLS.
    pub(super) fn has_tls(&self) -> bool {
        self.server.starts_with("https://")
    }

    /// Its `host:port`.
    pub(super) fn place(&self) -> &str {
        self.server.trim_start_matches("https://")
    }

    pub(super) fn peer(&self) -> Peer {
        let scheme = if self.has_tls() { "" } else { "http://" };
        Peer::Tcp(format!("{scheme}{}", self.server))
    }

    /// How it is called.
    pub(super) fn clients(&self) -> anyhow::Result<ClientConfig> {
        Ok(ClientConfig {
            insecure_plaintext: self.insecure_plaintext,
            visitor: self.visitor()?,
            ..ClientConfig::default()
        })
    }

    /// Whom it is believed by; none in plaintext.
    pub(super) fn visitor(&self) -> anyhow::Result<Option<Visitor>> {
        if !self.has_tls() {
            return Ok(None);
        }
        let visitor = match &self.ca {
            Some(ca) => Visitor::believing(ca),
            None => Visitor::public(),
        };
        let visitor = visitor.map_err(|error| Problem::BadInput(format!("--ca: {error}")))?;
        Ok(Some(visitor))
    }

    fn leaves_in_the_clear(&self) -> bool {
        let clients = ClientConfig {
            insecure_plaintext: self.insecure_plaintext,
            ..ClientConfig::default()
        };
        !self.has_tls() && matches!(self.peer().channel("gateway", &clients), Err(PeerError::Plaintext(_)))
    }

    fn refuse(&self) -> Result<(), Problem> {
        let place = self.place();
        let text = if self.leaves_in_the_clear() {
            format!(
                "a password must not leave this machine in the clear: use https://{place}, or --insecure-plaintext where the \
                 network is encrypted by itself"
            )
        } else if !self.has_tls() && self.ca.is_some() {
            format!("--ca is of no use in plaintext: use https://{place}")
        } else {
            return Ok(());
        };
        Err(Problem::BadInput(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_is_plaintext_on_this_machine_and_tls_elsewhere() {
        let ca = Path::new("/ca.crt");
        let table = [
            ("127.0.0.1:50051", None, "127.0.0.1:50051"),
            ("http://127.0.0.1:50051", None, "127.0.0.1:50051"),
            ("http://localhost:50051/", None, "localhost:50051"),
            ("[::1]:50051", None, "[::1]:50051"),
            ("127.0.0.1:50051", Some(ca), "https://127.0.0.1:50051"),
            ("https://127.0.0.1:50051/", None, "https://127.0.0.1:50051"),
            ("usher.example:50051", None, "https://usher.example:50051"),
            ("https://usher.example", None, "https://usher.example:443"),
            ("usher.example", None, "https://usher.example:443"),
        ];
        for (server, ca, expected) in table {
            let found = Destination::typed(server, ca, false).unwrap();
            assert_eq!(found.server(), expected, "{server}");
            // What the session remembers means the same when it is read again.
            assert_eq!(Destination::typed(found.server(), ca, false).unwrap(), found);
        }
    }

    #[tokio::test]
    async fn what_is_no_address_or_would_leave_in_the_clear_is_refused() {
        let ca = Some(Path::new("/ca.crt"));
        let table = [
            ("", None),
            ("ftp://usher.example:1", None),
            ("http://127.0.0.1", None),
            ("http://usher.example:1", None),
            ("https://usher.example:1/path?x", None),
            ("http://127.0.0.1:1", ca),
        ];
        for (server, ca) in table {
            let error = Destination::typed(server, ca, false).unwrap_err();
            assert!(matches!(error.downcast_ref(), Some(Problem::BadInput(_))), "{server}");
        }
        let told = Destination::typed("http://usher.example:1", None, true).unwrap();
        assert_eq!(told.server(), "usher.example:1");
    }
}
