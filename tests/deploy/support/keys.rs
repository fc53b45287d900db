//! The keys and passwords of an installation, as `make_keys.sh` makes them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::usher_program;

use super::{deploy, output};

/// Every process of an installation.
pub const SERVICES: [&str; 5] = ["gateway", "identity", "licensing", "billing", "notification"];

/// A folder of keys.
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
