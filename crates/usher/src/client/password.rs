//! Asking for a password.

use std::io::{IsTerminal, Read};

use anyhow::Context;

use crate::complaint::Problem;

/// Where a password comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Password {
    /// The person at the terminal types it, unseen.
    Terminal,
    /// The first line of standard input.
    StandardInput,
}

impl Password {
    /// Gets it.
    pub(crate) fn read(self) -> anyhow::Result<String> {
        match self {
            Self::Terminal if std::io::stdin().is_terminal() => {
                rpassword::prompt_password("Password: ").context("cannot read the password")
            }
            Self::Terminal => {
                let text = "nobody is at the terminal to type a password; use --password-stdin";
                Err(Problem::BadInput(text.to_owned()).into())
            }
            Self::StandardInput => {
                let mut text = String::new();
                std::io::stdin().read_to_string(&mut text)?;
                Ok(text.lines().next().unwrap_or_default().to_owned())
            }
        }
    }
}
