//! Who a process is (SPIFFE ID, in the form that Kubernetes issuers write).

use std::fmt;
use std::str::FromStr;

use tokio_rustls::rustls::pki_types::CertificateDer;
use webpki::EndEntityCert;

/// `spiffe://<trust domain>/ns/<namespace>/sa/<service>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpiffeId {
    trust_domain: String,
    namespace: String,
    service: String,
}

/// A text that is no such name.
#[derive(Debug, thiserror::Error)]
#[error("spiffe://<trust domain>/ns/<namespace>/sa/<service> is expected")]
pub struct InvalidSpiffeId;

impl SpiffeId {
    /// The name of `service`, beside this one.
    #[must_use]
    pub fn sibling(&self, service: &str) -> Self {
        Self {
            service: service.to_owned(),
            ..self.clone()
        }
    }

    /// Whether both are of one trust domain and namespace.
    #[must_use]
    pub fn is_sibling(&self, other: &Self) -> bool {
        self.trust_domain == other.trust_domain && self.namespace == other.namespace
    }

    /// The service.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Whose a certificate is. One with several URIs is nobody's: the standard allows one (X.509-SVID §2).
    pub(crate) fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        let certificate = EndEntityCert::try_from(certificate).ok()?;
        let mut names = certificate.valid_uri_names();
        let name = names.next()?.parse().ok()?;
        names.next().is_none().then_some(name)
    }
}

impl FromStr for SpiffeId {
    type Err = InvalidSpiffeId;

    fn from_str(text: &str) -> Result<Self, InvalidSpiffeId> {
        let path = text.strip_prefix("spiffe://").ok_or(InvalidSpiffeId)?;
        let mut parts = path.split('/');
        let mut next = || parts.next().filter(|part| is_segment(part)).ok_or(InvalidSpiffeId);
        let id = match [next()?, next()?, next()?, next()?, next()?] {
            [trust_domain, "ns", namespace, "sa", service] => Self {
                trust_domain: trust_domain.to_owned(),
                namespace: namespace.to_owned(),
                service: service.to_owned(),
            },
            _ => return Err(InvalidSpiffeId),
        };
        parts.next().is_none().then_some(id).ok_or(InvalidSpiffeId)
    }
}

/// Letters, digits, dots, dashes and underscores (SPIFFE-ID §2).
fn is_segment(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    !text.is_empty() && !matches!(text, "." | "..") && text.chars().all(allowed)
}

impl fmt::Display for SpiffeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            trust_domain,
            namespace,
            service,
        } = self;
        write!(f, "spiffe://{trust_domain}/ns/{namespace}/sa/{service}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_form_are_read() {
        let name = "spiffe://example.org/ns/usher/sa/identity";
        let id: SpiffeId = name.parse().unwrap();
        assert_eq!((id.service(), id.to_string().as_str()), ("identity", name));
        for text in [
            "",
            "identity",
            "https://example.org/ns/usher/sa/identity",
            "spiffe:///ns/usher/sa/identity",
            "spiffe://example.org/ns/usher/sa/",
            "spiffe://example.org/ns/usher/sa/identity/",
            "spiffe://example.org/ns/usher/sa/identity/more",
            "spiffe://example.org/ns/../sa/identity",
            "spiffe://example.org/sa/usher/ns/identity",
            "spiffe://example.org/ns/us her/sa/identity",
            "spiffe://example.org/identity",
        ] {
            assert!(text.parse::<SpiffeId>().is_err(), "{text}");
        }
    }

    #[test]
    fn siblings_are_of_one_namespace() {
        let id = |text: &str| text.parse::<SpiffeId>().unwrap();
        let identity = id("spiffe://example.org/ns/usher/sa/identity");
        assert_eq!(
            identity.sibling("billing"),
            id("spiffe://example.org/ns/usher/sa/billing")
        );
        assert!(identity.is_sibling(&identity.sibling("billing")));
        for stranger in [
            "spiffe://example.org/ns/other/sa/identity",
            "spiffe://example.com/ns/usher/sa/identity",
        ] {
            assert!(!identity.is_sibling(&id(stranger)), "{stranger}");
        }
    }
}
