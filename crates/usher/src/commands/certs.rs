//! `usher certs`: certificates to try a cluster with.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, SanType,
};
use time::{Duration, OffsetDateTime};
use types::Clock;

use crate::operator;
use crate::private_file;

/// The processes that have one.
const NAMES: [&str; 6] = [
    "identity",
    "licensing",
    "billing",
    "notification",
    "gateway",
    operator::NAME,
];

/// What to do with certificates.
#[derive(Debug, clap::Subcommand)]
pub enum Certs {
    /// Make an authority, certificates for every process and the operator, and throw the authority's key away.
    ///
    /// Each process gets a folder of the form that cert-manager writes: tls.crt, tls.key, ca.crt. For trying out: in
    /// production certificates come from an issuer that renews them.
    Dev(Dev),
}

/// Where to, and for whom.
#[derive(Debug, clap::Args)]
pub struct Dev {
    /// The folder; what is there is not written over.
    #[arg(long, value_name = "DIR", default_value = "certs")]
    pub dir: PathBuf,
    /// The trust domain: who a process is reads spiffe://DOMAIN/ns/NAMESPACE/sa/SERVICE.
    #[arg(long, value_name = "DOMAIN", default_value = "cluster.local")]
    pub trust_domain: String,
    /// The namespace.
    #[arg(long, default_value = "usher")]
    pub namespace: String,
    /// For how many days they are good.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(i64).range(1..=3_650))]
    pub days: i64,
}

/// Makes them.
pub(crate) fn run(command: &Certs) -> anyhow::Result<()> {
    let Certs::Dev(dev) = command;
    let authority = authority(dev)?;
    for name in NAMES {
        let folder = dev.dir.join(name);
        ensure!(
            !folder.exists(),
            "{} is there already; remove it, or name another folder with --dir",
            folder.display()
        );
        issue(dev, &authority, name, &folder).with_context(|| format!("cannot write {}", folder.display()))?;
    }
    Ok(())
}

fn authority(dev: &Dev) -> anyhow::Result<CertifiedIssuer<'static, KeyPair>> {
    let mut params = params("Usher development authority", dev.days)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    Ok(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?)
}

fn issue(dev: &Dev, authority: &CertifiedIssuer<'static, KeyPair>, name: &str, folder: &Path) -> anyhow::Result<()> {
    let uri = format!("spiffe://{}/ns/{}/sa/{name}", dev.trust_domain, dev.namespace);
    let uri: chassis::SpiffeId = uri.parse()?;
    let mut params = params(name, dev.days)?;
    params.subject_alt_names = vec![
        SanType::URI(Ia5String::try_from(uri.to_string())?),
        // For clients of the gateway, which look at addresses.
        SanType::DnsName(Ia5String::try_from(name)?),
        SanType::DnsName(Ia5String::try_from("localhost")?),
        SanType::IpAddress(std::net::Ipv4Addr::LOCALHOST.into()),
    ];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, authority)?;
    fs::create_dir_all(folder)?;
    fs::write(folder.join("tls.crt"), certificate.pem())?;
    fs::write(folder.join("ca.crt"), authority.pem())?;
    private_file::write(&folder.join("tls.key"), &key.serialize_pem())?;
    Ok(())
}

fn params(name: &str, days: i64) -> anyhow::Result<CertificateParams> {
    let now = OffsetDateTime::from_unix_timestamp(Clock::system().now().micros() / 1_000_000)?;
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    // Clocks differ a little.
    params.not_before = now - Duration::HOUR;
    params.not_after = now + Duration::days(days);
    Ok(params)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn every_process_gets_a_folder_and_none_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let dev = Certs::Dev(Dev {
            dir: folder.path().join("certs"),
            trust_domain: "example.org".into(),
            namespace: "usher".into(),
            days: 1,
        });
        run(&dev).unwrap();
        for name in NAMES {
            let file = |file| folder.path().join("certs").join(name).join(file);
            let mode = fs::metadata(file("tls.key")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
            assert!(
                fs::read_to_string(file("tls.crt"))
                    .unwrap()
                    .starts_with("-----BEGIN CERTIFICATE")
            );
            assert!(file("ca.crt").exists());
        }
        assert!(run(&dev).is_err(), "certificates are there");
    }
}
