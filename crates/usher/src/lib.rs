//! What the `usher` program does: one service, all of them at once, the chores around them, and a client for people.

mod cli;
mod client;
mod commands;
mod complaint;
mod demo;
mod dev;
mod exit;
mod operator;
mod output;
mod private_file;
mod until;

pub use cli::{Cli, Command};
pub use commands::run;
pub use demo::DevFile;
pub use dev::{Dev, DevOptions};
pub use exit::Exit;
