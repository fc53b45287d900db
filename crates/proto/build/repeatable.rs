//! Finds the methods that may be sent twice.

use prost_reflect::DescriptorPool;
use prost_reflect::prost_types::method_options::IdempotencyLevel;

/// The paths of the methods that say by `idempotency_level` that doing them again changes nothing, in alphabetical order.
pub fn paths(pool: &DescriptorPool) -> Vec<String> {
    let mut paths = Vec::new();
    for service in pool.services() {
        for method in service.methods() {
            let options = method.method_descriptor_proto().options.as_ref();
            let level = options.map(|options| options.idempotency_level()).unwrap_or_default();
            if level != IdempotencyLevel::IdempotencyUnknown {
                paths.push(format!("/{}/{}", service.full_name(), method.name()));
            }
        }
    }
    paths.sort();
    paths
}
