//! Every chore of this repository, one file a task: `cargo xtask --help`.

mod bench;
mod ci;
mod command;
mod fuzz;
mod image;
mod layering;
mod load;
mod setup;
mod task;
mod test;
mod up;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match task::Task::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            command::say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
