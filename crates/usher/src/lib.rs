//! What the `usher` program does: one service, all of them at once, and the chores around them.

mod cli;
mod commands;
mod dev;
mod operator;
mod private_file;

pub use cli::{Cli, Command};
pub use commands::run;
pub use dev::{Dev, DevFile, DevOptions};
