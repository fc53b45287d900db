//! Everything made from `proto/`: messages, clients, servers, descriptors, who may call what, and what may be sent twice.

pub mod access;
pub mod chain;

mod repetition;

pub use repetition::is_repeatable;

/// The files of `proto/` and their imports, as a `google.protobuf.FileDescriptorSet` with options and comments.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/usher.binpb"));

#[expect(
    missing_docs,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::all,
    clippy::pedantic,
    reason = "generated; what it means is documented in proto/"
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/usher.rs"));
}

pub use generated::usher::access::v1 as access_v1;
pub use generated::usher::{admin, billing, identity, licensing, notification};
