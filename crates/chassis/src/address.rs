//! Where a peer is, as it is written: `https://host:port`, with a name or an IP address for a host.

use std::io;
use std::net::{IpAddr, SocketAddr};

use http::Uri;
use http::uri::{Authority, Scheme};

/// One written address; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    scheme: Scheme,
    authority: Authority,
    port: u16,
}

impl Address {
    /// Reads `http://host:port` or `https://host:port`, and nothing longer.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let uri: Uri = text.parse().ok()?;
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return None;
        }
        let parts = uri.into_parts();
        let address = Self {
            scheme: parts
                .scheme
                .filter(|scheme| [Scheme::HTTP, Scheme::HTTPS].contains(scheme))?,
            port: parts.authority.as_ref()?.port_u16()?,
            authority: parts.authority?,
        };
        (!address.host().is_empty()).then_some(address)
    }

    /// The name or IP address, without the brackets of an IPv6 address.
    pub(crate) fn host(&self) -> &str {
        self.authority.host().trim_start_matches('[').trim_end_matches(']')
    }

    pub(crate) fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    pub(crate) fn is_plain(&self) -> bool {
        self.scheme == Scheme::HTTP
    }

    pub(crate) fn is_loopback(&self) -> bool {
        self.host() == "localhost" || self.ip().is_some_and(|address| address.ip().is_loopback())
    }

    /// The IP address, if one is written: then there is nothing to resolve.
    pub(crate) fn ip(&self) -> Option<SocketAddr> {
        let host: IpAddr = self.host().parse().ok()?;
        Some(SocketAddr::new(host, self.port))
    }

    /// Every IP address that the name stands for now.
    pub(crate) async fn resolve(&self) -> io::Result<Vec<SocketAddr>> {
        if let Some(address) = self.ip() {
            return Ok(vec![address]);
        }
        let mut found: Vec<_> = tokio::net::lookup_host((self.host(), self.port)).await?.collect();
        found.sort_unstable();
        found.dedup();
        if found.is_empty() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "the name has no addresses"));
        }
        Ok(found)
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}", self.scheme, self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_addresses_are_read() {
        let table = [
            ("http://127.0.0.1:5000", true),
            ("http://localhost:5000/", true),
            ("http://[::1]:5000", true),
            ("http://identity:5000", true),
            ("https://127.0.0.1:5000", true),
            ("ftp://127.0.0.1:5000", false),
            ("127.0.0.1:5000", false),
            ("http://127.0.0.1", false),
            ("http://127.0.0.1:5000/path", false),
            ("http://:5000", false),
            ("", false),
        ];
        for (address, good) in table {
            assert_eq!(Address::read(address).is_some(), good, "{address}");
        }
    }

    #[tokio::test]
    async fn an_ip_address_stands_for_itself() {
        for (address, expected) in [
            ("http://127.0.0.1:5000", "127.0.0.1:5000"),
            ("https://[::1]:7", "[::1]:7"),
        ] {
            let address = Address::read(address).unwrap();
            assert_eq!(address.resolve().await.unwrap(), [expected.parse().unwrap()]);
            assert!(address.is_loopback());
        }
    }
}
