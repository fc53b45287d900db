//! The `usher` program as people at a terminal meet it.

#[cfg(test)]
mod account;
#[cfg(test)]
mod command_line;
#[cfg(test)]
mod dev;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod program;
#[cfg(test)]
mod serve;
