//! The keys and passwords of an installation, as `make_keys.sh` makes them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::usher_program;

use super::{deploy, output};

/// Every process of an installation.
pub const SERVICES: [&str; 5] = ["gateway", "identity", "licensing", "billing", "notification"];

/// A folder of keys.
#[derive(Clone)]
pub struct Keys {
    folder: PathBuf,
}

impl Keys {
    /// New ones, in a folder that is made; `variables` name the stores.
    pub fn make(folder: &Path, variables: &[(&str, &str)]) -> Self {
        output(
            Command::new(deploy().join("make_keys.sh"))
                .arg(folder)
                .env("USHER", usher_program())
                .envs(variables.iter().copied()),
        );
        Self {
            folder: folder.to_owned(),
        }
    }

    /// Where they are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A file of a process's certificate: `tls.crt`, `tls.key` or `ca.crt`.
    pub fn certificate(&self, process: &str, file: &str) -> PathBuf {
        self.folder.join("certs").join(process).join(file)
    }

    /// What is in the Secret with a service's certificate, if it is one.
    pub fn certificate_secret(&self, name: &str) -> Option<BTreeMap<String, String>> {
        let process = name.strip_suffix("-tls")?;
        let read = |file: &str| {
            let text = std::fs::read_to_string(self.certificate(process, file)).ok()?;
            Some((file.to_owned(), text))
        };
        ["tls.crt", "tls.key", "ca.crt"].into_iter().map(read).collect()
    }

    /// Variables by which a service finds its certificate here, and not where it would be mounted.
    pub fn certificate_variables(&self, service: &str) -> BTreeMap<String, String> {
        let prefix = format!("USHER_{}__", service.to_uppercase());
        let mut variables = BTreeMap::new();
        for (key, file) in [("CERTIFICATE", "tls.crt"), ("KEY", "tls.key"), ("CA", "ca.crt")] {
            let path = self.certificate(service, file).display().to_string();
            variables.insert(format!("{prefix}CLIENTS__TLS__{key}"), path.clone());
            // Clients of the gateway prove themselves otherwise.
            if service != "gateway" || key != "CA" {
                variables.insert(format!("{prefix}SERVER__TLS__{key}"), path);
            }
        }
        variables
    }

    /// The configuration of whoever makes accounts.
    pub fn operator(&self) -> PathBuf {
        self.folder.join("operator.toml")
    }

    /// The variables of one file, if there is such a file.
    pub fn variables(&self, name: &str) -> Option<BTreeMap<String, String>> {
        let text = std::fs::read_to_string(self.folder.join(name).with_extension("env")).ok()?;
        let variable = |line: &str| {
            let (key, value) = line.split_once('=').unwrap_or_else(|| panic!("{line}"));
            (key.to_owned(), value.to_owned())
        };
        Some(text.lines().map(variable).collect())
    }
}
