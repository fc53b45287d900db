//! Where the octets of a file come from.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::complaint::Problem;

/// A file that is to be sent.
#[derive(Debug)]
pub(super) enum Source {
    /// It has a name.
    File(PathBuf),
    /// It is piped in.
    StandardInput,
}

/// A file that can be read from its beginning.
pub(super) struct Opened {
    pub(super) reader: Box<dyn Read + Send>,
    /// In octets, of an ordinary file; that one can be read again, too.
    pub(super) length: Option<u64>,
}

impl Source {
    /// The file with this name; `-` is standard input.
    pub(super) fn named(path: PathBuf) -> Self {
        if path == Path::new("-") {
            Self::StandardInput
        } else {
            Self::File(path)
        }
    }

    /// Its name, if it has one.
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::StandardInput => None,
        }
    }

    /// Begins to read it. Of what is no ordinary file, such as a pipe with a name, this is the only time.
    pub(super) fn open(&self) -> anyhow::Result<Opened> {
        let Some(path) = self.path() else {
            return Ok(Opened {
                reader: Box::new(io::stdin()),
                length: None,
            });
        };
        let unreadable = |error| self.unreadable(&error);
        let file = File::open(path).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if metadata.is_dir() {
            return Err(self.unreadable(&io::ErrorKind::IsADirectory.into()).into());
        }
        Ok(Opened {
            reader: Box::new(file),
            length: metadata.is_file().then_some(metadata.len()),
        })
    }

    /// What is said when it cannot be read.
    pub(super) fn unreadable(&self, error: &io::Error) -> Problem {
        let name = self.path().unwrap_or(Path::new("standard input")).display();
        let text = format!("cannot read {name}: {error}");
        if error.kind() == io::ErrorKind::NotFound {
            Problem::NotFound(text)
        } else {
            Problem::BadInput(text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_told_apart_from_what_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let open = |path: PathBuf| Source::named(path).open().map(|opened| opened.length);
        let error = open(folder.path().join("none.csv")).unwrap_err();
        assert!(matches!(error.downcast_ref(), Some(Problem::NotFound(_))));
        let error = open(folder.path().to_owned()).unwrap_err();
        assert!(matches!(error.downcast_ref(), Some(Problem::BadInput(_))));
        std::fs::write(folder.path().join("people.csv"), "email").unwrap();
        assert_eq!(open(folder.path().join("people.csv")).unwrap(), Some(5));
        assert_eq!(open("-".into()).unwrap(), None);
        assert_eq!(open("/dev/null".into()).unwrap(), None);
    }
}
