//! The image: its Dockerfile is a good one, and fits the rest.

use crate::support::{deploy, output, tool};

#[test]
fn the_dockerfile_is_clean() {
    output(tool("hadolint").arg(deploy().join("Dockerfile")));
}

#[test]
fn the_program_is_built_by_the_compiler_that_it_names() {
    let dockerfile = std::fs::read_to_string(deploy().join("Dockerfile")).unwrap();
    let image = format!("rust:{}-", env!("CARGO_PKG_RUST_VERSION"));
    assert!(dockerfile.contains(&image), "no {image}");
}
