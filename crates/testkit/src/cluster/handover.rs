//! From one authority to the next, step by step, as an installation does it that wants nobody to notice.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use super::{OPERATOR, PROCESSES};

const AUTHORITY: &str = "ca.crt";
const OWN: [&str; 2] = ["tls.crt", "tls.key"];

/// New certificates, not installed yet. Each step may be taken when all processes have taken up the one before.
#[derive(Debug)]
pub struct Handover {
    old: PathBuf,
    new: PathBuf,
}

impl Handover {
    pub(super) const fn new(old: PathBuf, new: PathBuf) -> Self {
        Self { old, new }
    }

    /// Everybody believes both authorities.
    pub fn believe_both(&self) -> Result<()> {
        for process in processes() {
            let authority = |folder: &PathBuf| fs::read(folder.join(process).join(AUTHORITY));
            let both = [authority(&self.old)?, authority(&self.new)?].concat();
            let file = self.old.join(process).join("both");
            fs::write(&file, both)?;
            fs::rename(file, self.old.join(process).join(AUTHORITY))?;
        }
        Ok(())
    }

    /// Everybody proves themselves by the new one.
    pub fn use_new(&self) -> Result<()> {
        self.install(&OWN)
    }

    /// Nobody believes the old one any more.
    pub fn forget_old(&self) -> Result<()> {
        self.install(&OWN)?;
        self.install(&[AUTHORITY])
    }

    fn install(&self, files: &[&str]) -> Result<()> {
        for process in processes() {
            for file in files {
                let target = self.old.join(process).join(file);
                let written = target.with_extension("new");
                fs::copy(self.new.join(process).join(file), &written)?;
                fs::rename(written, target)?;
            }
        }
        Ok(())
    }
}

fn processes() -> impl Iterator<Item = &'static str> {
    PROCESSES.into_iter().chain([OPERATOR])
}
