//! One file a benchmark.

pub mod accept;
pub mod add_user;
pub mod add_users_batch;
pub mod check_access;
pub mod embedded;
pub mod idle;
pub mod import;
pub mod import_memory;
pub mod list_deep;
pub mod list_people;
pub mod mail;
pub mod overload;
pub mod telemetry;
