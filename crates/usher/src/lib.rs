//! What the `usher` program does: one service, all of them at once, and the chores around them.

mod cli;
mod commands;
mod demo;
mod dev;
mod operator;
mod private_file;
mod until;

pub use cli::{Cli, Command};
pub use commands::run;
pub use demo::DevFile;
pub use dev::{Dev, DevOptions};
