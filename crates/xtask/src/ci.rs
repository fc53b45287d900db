//! `cargo xtask ci`: everything that has to hold before a change lands.

use std::time::Instant;

use anyhow::Result;

use crate::command::{FEATURES, command, run, say};
use crate::layering::Layering;
use crate::setup::Setup;
use crate::test;

/// Check everything: format, lints, layers, proto, documentation, tests
#[derive(clap::Args)]
pub struct Ci {}

type Step = (&'static str, fn() -> Result<()>);

/// The quickest first; the tests last, so that their summary ends the output.
const STEPS: [Step; 7] = [
    ("setup", || Setup {}.run()),
    ("format", || run(&mut command("cargo", &["fmt", "--all", "--check"]))),
    ("layering", || Layering {}.run()),
    ("proto", proto),
    ("clippy", clippy),
    ("documentation", documentation),
    ("test", || test::every(&["--profile", "ci"])),
];

impl Ci {
    pub fn run(&self) -> Result<()> {
        let start = Instant::now();
        for (name, step) in STEPS {
            say(&format!("==> {name}"));
            let step_start = Instant::now();
            step()?;
            say(&format!("==> {name}: {:.0?}", step_start.elapsed()));
        }
        say(&format!("==> everything holds: {:.0?}", start.elapsed()));
        Ok(())
    }
}

fn proto() -> Result<()> {
    run(&mut command("buf", &["lint", "proto"]))?;
    run(&mut command("buf", &["format", "--diff", "--exit-code", "proto"]))
}

fn clippy() -> Result<()> {
    run(command("cargo", &["clippy", "--all-targets"])
        .args(FEATURES)
        .args(["--", "-D", "warnings"]))
}

fn documentation() -> Result<()> {
    let mut doc = command("cargo", &["doc", "--no-deps"]);
    run(doc.args(FEATURES).env("RUSTDOCFLAGS", "-D warnings"))
}
