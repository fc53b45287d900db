//! A certificate authority for tests, and folders with what it has issued.

use std::path::Path;
use std::time::Duration;

use chassis::TlsConfig;
use rcgen::string::Ia5String;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, SanType, date_time_ymd};

pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A folder as cert-manager writes it.
pub struct Files(tempfile::TempDir);

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    /// A certificate of a process of the namespace that the tests have.
    pub fn issue(&self, service: &str) -> Files {
        self.issue_named(&format!("spiffe://test/ns/usher/sa/{service}"))
    }

    /// One that says where the process is, too.
    pub fn issue_at(&self, service: &str, host: &str) -> Files {
        self.issue_with(&format!("spiffe://test/ns/usher/sa/{service}"), |params| {
            params
                .subject_alt_names
                .push(SanType::DnsName(host.try_into().unwrap()));
        })
    }

    pub fn issue_named(&self, uri: &str) -> Files {
        self.issue_with(uri, |_| {})
    }

    /// One that was good last year.
    pub fn issue_expired(&self, service: &str) -> Files {
        self.issue_with(&format!("spiffe://test/ns/usher/sa/{service}"), |params| {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
            params
                .subject_alt_names
                .push(SanType::DnsName("localhost".try_into().unwrap()));
        })
    }

    fn issue_with(&self, uri: &str, change: impl FnOnce(&mut CertificateParams)) -> Files {
        let mut params = CertificateParams::default();
        params.subject_alt_names = vec![SanType::URI(Ia5String::try_from(uri).unwrap())];
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let files = Files(tempfile::tempdir().unwrap());
        std::fs::write(files.path("tls.crt"), certificate.pem()).unwrap();
        std::fs::write(files.path("tls.key"), key.serialize_pem()).unwrap();
        std::fs::write(files.path("ca.crt"), self.0.pem()).unwrap();
        files
    }
}

impl Files {
    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    pub fn config(&self) -> TlsConfig {
        TlsConfig {
            certificate: self.path("tls.crt"),
            key: self.path("tls.key"),
            ca: Some(self.path("ca.crt")),
            reload_interval: Duration::from_millis(20),
        }
    }

    /// Writes what `other` holds over what is here.
    pub fn replace(&self, other: &Self, names: &[&str]) {
        for name in names {
            let (from, to): (&Path, &Path) = (&other.path(name), &self.path(name));
            std::fs::copy(from, to).unwrap();
        }
    }
}
