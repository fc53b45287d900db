//! The services that licensing calls.

pub mod identity;
