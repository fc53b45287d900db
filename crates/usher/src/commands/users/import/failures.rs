//! Where the rows that failed are written.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::complaint::Problem;

/// The file that was named, or the one that goes with the imported file, if that is an ordinary one; never that file itself.
pub(super) fn path(file: Option<&Path>, named: Option<PathBuf>) -> anyhow::Result<PathBuf> {
    let Some(file) = file else {
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
        ];
        for (file, expected) in table {
            let file = Some(Path::new(file));
            assert_eq!(path(file, None).unwrap(), Path::new(expected));
            assert_eq!(path(file, Some("mine".into())).unwrap(), Path::new("mine"));
        }
        assert_eq!(path(None, None).unwrap(), Path::new("import.failures.csv"));
        assert_eq!(path(None, Some("mine".into())).unwrap(), Path::new("mine"));
    }

    #[test]
    fn a_file_is_never_overwritten_by_its_failures() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("people.csv");
        let link = folder.path().join("link.csv");
        fs::write(&file, "").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        for same in [&file, &link, &folder.path().join("./people.csv")] {
            let error = path(Some(&file), Some(same.clone())).unwrap_err();
            assert!(matches!(error.downcast_ref(), Some(Problem::BadInput(_))));
        }
    }
}
