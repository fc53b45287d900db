//! `cargo xtask layering`: which crate and which room may use what, and what every file looks like.

mod crates;
mod files;
mod manifest;
mod rooms;
mod source;

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::command::{root, say};

use self::source::Source;

/// Check which crate and which room uses what
#[derive(clap::Args)]
pub struct Layering {}

impl Layering {
    pub fn run(&self) -> Result<()> {
        let violations = check(root())?;
        violations.iter().for_each(|violation| say(&violation.to_string()));
        ensure!(violations.is_empty(), "{} violations of the layering", violations.len());
        Ok(())
    }
}

/// One broken rule, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Violation {
    file: PathBuf,
    line: usize,
    rule: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.rule)
    }
}

/// Every broken rule in the repository at `root`.
fn check(root: &Path) -> Result<Vec<Violation>> {
    let mut violations = Vec::new();
    for manifest in manifests(root)? {
        let text = read(root, &manifest)?;
        let dependencies = manifest::dependencies(&text);
        report(
            &mut violations,
            &manifest,
            crates::check(&manifest::package(&text), &dependencies),
        );
    }
    for file in rust_files(root)? {
        let file = file.strip_prefix(root)?.to_owned();
        let source = Source::new(&read(root, &file)?);
        report(&mut violations, &file, files::check(&file, &source));
        report(&mut violations, &file, rooms::check(&file, &source));
    }
    Ok(violations)
}

fn report(violations: &mut Vec<Violation>, file: &Path, mut found: Vec<(usize, String)>) {
    // One line may name the same thing several times.
    found.dedup();
    violations.extend(found.into_iter().map(|(line, rule)| Violation {
        file: file.to_owned(),
        line,
        rule,
    }));
}

fn read(root: &Path, file: &Path) -> Result<String> {
    std::fs::read_to_string(root.join(file)).with_context(|| format!("cannot read {}", file.display()))
}

fn manifests(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = vec![PathBuf::from("tests/Cargo.toml")];
    for entry in root.join("crates").read_dir()? {
        found.push(Path::new("crates").join(entry?.file_name()).join("Cargo.toml"));
    }
    found.retain(|manifest| root.join(manifest).is_file());
    found.sort();
    Ok(found)
}

/// Every Rust file that we write by hand.
pub fn rust_files(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![root.join("crates"), root.join("tests")];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().into_iter().flatten() {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests;
