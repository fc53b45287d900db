//! Where the rows that failed are written.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::source::Source;
use crate::complaint::Problem;

/// The file that was named, or the one that goes with the source; never the source itself.
pub(super) fn path(source: &Source, named: Option<PathBuf>) -> anyhow::Result<PathBuf> {
    let Source::File(file) = source else {
        return Ok(named.unwrap_or_else(|| "import.failures.csv".into()));
    };
    let path = named.unwrap_or_else(|| beside(file));
    if identity(&path)?.is_some_and(|it| identity(file).is_ok_and(|other| other == Some(it))) {
        let text = format!("--failures would overwrite {}", file.display());
        return Err(Problem::BadInput(text).into());
    }
    Ok(path)
}

fn beside(file: &Path) -> PathBuf {
    let is_csv = file
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    if is_csv {
        file.with_extension("failures.csv")
    } else {
        file.with_added_extension("failures.csv")
    }
}

/// What tells a file from others, whatever it is called; nothing when it is not there.
fn identity(path: &Path) -> io::Result<Option<(u64, u64)>> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(Some((metadata.dev(), metadata.ino()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_stand_beside_their_file() {
        let table = [
            ("people.csv", "people.failures.csv"),
            ("in/People.CSV", "in/People.failures.csv"),
            ("people", "people.failures.csv"),
            ("people.2026-11", "people.2026-11.failures.csv"),
            ("-", "import.failures.csv"),
        ];
        for (file, expected) in table {
            let source = Source::named(file.into());
            assert_eq!(path(&source, None).unwrap(), Path::new(expected), "{file}");
            assert_eq!(path(&source, Some("mine".into())).unwrap(), Path::new("mine"), "{file}");
        }
    }

    #[test]
    fn a_file_is_never_overwritten_by_its_failures() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("people.csv");
        let link = folder.path().join("link.csv");
        fs::write(&file, "").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let source = Source::named(file.clone());
        for same in [file, link, folder.path().join("./people.csv")] {
            let error = path(&source, Some(same)).unwrap_err();
            assert!(matches!(error.downcast_ref(), Some(Problem::BadInput(_))));
        }
    }
}
