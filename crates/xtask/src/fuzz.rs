//! `cargo xtask fuzz`: lets what reads foreign texts read everything that libFuzzer can think of.

use anyhow::Result;
use clap::ValueEnum;

use crate::command::{command, run, works};

/// Look for texts that break a reader, from the corpus in `tests/fuzz/corpus` on, which grows by what is found
#[derive(clap::Args)]
pub struct Fuzz {
    /// What is to read
    target: Target,
    /// For how many seconds
    #[arg(long, default_value_t = 600)]
    seconds: u32,
}

#[derive(Clone, Copy, ValueEnum)]
enum Target {
    /// Files of people
    Sheet,
    /// E-mail addresses
    Email,
    /// The tokens in links and sessions
    Token,
    /// Page tokens
    PageToken,
}

impl Target {
    const fn name(self) -> &'static str {
        match self {
            Self::Sheet => "sheet",
            Self::Email => "email",
            Self::Token => "token",
            Self::PageToken => "page_token",
        }
    }
}

impl Fuzz {
    pub fn run(&self) -> Result<()> {
        if !works("cargo", &["fuzz", "--version"]) {
            run(&mut command("cargo", &["install", "cargo-fuzz", "--locked"]))?;
        }
        let fuzz = |verb| {
            let mut fuzz = command(
                "cargo",
                &["fuzz", verb, "--fuzz-dir", "tests/fuzz", "--sanitizer", "none"],
            );
            // Coverage is a matter of compiler flags that the stable compiler hides.
            fuzz.env("RUSTC_BOOTSTRAP", "1").arg(self.target.name());
            fuzz
        };
        let limit = format!("-max_total_time={}", self.seconds);
        run(fuzz("run").args(["--", &limit, "-max_len=4096", "-timeout=10"]))?;
        run(&mut fuzz("cmin"))
    }
}
