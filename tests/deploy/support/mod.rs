//! The files of `deploy/` as tests see them.

mod installation;
mod keys;
mod manifests;
mod operator;
mod pod;
mod podman;
mod tool;

pub use installation::{Installation, OWNERS};
pub use keys::{Keys, SERVICES};
pub use manifests::{Manifests, each_overlay};
pub use operator::Owner;
pub use pod::{Pod, selects};
pub use podman::Podman;
pub use tool::{deploy, output, tool};

use std::time::Duration;

use serde_json::Value;

/// Longer than anything takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The text at a path of objects' keys, `/metadata/name`.
///
/// # Panics
/// When there is none.
pub fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("no text at {pointer} of {value}"))
}

/// The list at a path of objects' keys; none is an empty one.
pub fn list<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}
