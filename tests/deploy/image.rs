//! The image: its Dockerfile is a good one, and fits the rest.

use std::process::Command;

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

#[test]
fn what_it_is_built_from_is_a_whole_workspace() {
    let repository = deploy().join("..");
    let folder = tempfile::tempdir().unwrap();
    let ignored = std::fs::read_to_string(repository.join(".dockerignore")).unwrap();
    assert!(ignored.lines().any(|line| line == "*"), "{ignored}");
    for path in ignored.lines().filter_map(|line| line.strip_prefix('!')) {
        let target = folder.path().join(path);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        output(Command::new("cp").arg("-r").arg(repository.join(path)).arg(target));
    }
    let mut cargo = Command::new("cargo");
    cargo.args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"]);
    let metadata = output(cargo.arg(folder.path().join("Cargo.toml")));
    assert!(metadata.contains("crates/usher/src/main.rs"), "{metadata}");
}
