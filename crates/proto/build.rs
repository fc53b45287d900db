//! Compiles `proto/`, refuses a method that does not say who may call it, and lists those that may be sent twice.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use prost_reflect::DescriptorPool;

#[path = "build/repeatable.rs"]
mod repeatable;
#[path = "build/undeclared.rs"]
mod undeclared;

#[expect(clippy::disallowed_methods, reason = "cargo tells a build script where to write")]
fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto");
    let third_party = root.join("third_party");
    println!("cargo::rerun-if-changed={}", root.display());

    let mut files = Vec::new();
    find(&root.join("usher"), &mut files)?;
    // Nothing imports it, but a client that reads errors by reflection looks for it.
    files.push(third_party.join("google/rpc/error_details.proto"));
    files.sort();
    let mut compiler = protox::Compiler::new([&third_party, &root])?;
    compiler
        .include_imports(true)
        .include_source_info(true)
        .open_files(&files)?;

    let encoded = compiler.encode_file_descriptor_set();
    let pool = DescriptorPool::decode(encoded.as_slice())?;
    let undeclared = undeclared::methods(&pool)?;
    if !undeclared.is_empty() {
        return Err(format!(
            "methods without the option usher.access.v1.rule: {}",
            undeclared.join(", ")
        )
        .into());
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    fs::write(out.join("usher.binpb"), &encoded)?;
    fs::write(out.join("repeatable.rs"), format!("{:?}", repeatable::paths(&pool)))?;
    // tonic-types has the errors: nobody needs them twice as Rust types.
    let mut files = compiler.file_descriptor_set();
    files
        .file
        .retain(|file| file.name() != "google/rpc/error_details.proto");
    let mut config = tonic_prost_build::Config::new();
    // By its name a message is found among the descriptors.
    config.enable_type_names();
    tonic_prost_build::configure()
        .extern_path(".google.rpc.Status", "::tonic_types::Status")
        .include_file("usher.rs")
        .compile_fds_with_config(files, config)?;
    Ok(())
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "proto") {
            files.push(path);
        }
    }
    Ok(())
}
