//! Where a command calls, and how it prints what it is answered.

use crate::output::{Format, Output};

/// Where their help stands.
const HEADING: &str = "Options of every command";

/// What every command that calls a gateway takes.
#[derive(Clone, Debug, clap::Args)]
pub struct Connection {
    /// The gateway, as `https://host:port` or `host:port`; without it, the one that was logged in at.
    #[arg(long, global = true, help_heading = HEADING, value_name = "ADDRESS", env = "USHER_SERVER")]
    pub server: Option<String>,
    /// How answers are printed.
    #[arg(long, global = true, help_heading = HEADING, value_enum, value_name = "FORMAT", default_value_t = Format::Table)]
    pub output: Format,
}

impl Connection {
    /// Where to print.
    pub(crate) fn output(&self) -> anyhow::Result<Output> {
        Output::new(self.output)
    }
}
