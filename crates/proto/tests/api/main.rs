//! What the build of `proto` refuses.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../build/undeclared.rs"]
mod undeclared;

use std::path::Path;

use prost_reflect::DescriptorPool;

/// Compiles one made-up service with `body` beside the real files.
fn compile(body: &str) -> DescriptorPool {
    let folder = tempfile::tempdir().unwrap();
    let source = format!(
        r#"syntax = "proto3"; package sample; import "usher/access/v1/access.proto"; message Empty {{}}
        service Sample {{ {body} }}"#
    );
    std::fs::write(folder.path().join("sample.proto"), source).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto");
    let mut compiler = protox::Compiler::new([folder.path(), &root]).unwrap();
    compiler.include_imports(true).open_file("sample.proto").unwrap();
    DescriptorPool::decode(compiler.encode_file_descriptor_set().as_slice()).unwrap()
}

#[test]
fn a_method_without_an_access_option_is_refused() {
    let pool = compile("rpc Silent(Empty) returns (Empty);");
    assert_eq!(undeclared::methods(&pool), Ok(vec!["sample.Sample.Silent".to_owned()]));
}

#[test]
fn an_access_option_that_says_nothing_is_refused() {
    let pool = compile("rpc Empty(Empty) returns (Empty) { option (usher.access.v1.rule) = {}; }");
    assert_eq!(undeclared::methods(&pool), Ok(vec!["sample.Sample.Empty".to_owned()]));
}

#[test]
fn a_method_with_an_access_option_is_let_through() {
    let pool = compile("rpc Open(Empty) returns (Empty) { option (usher.access.v1.rule).audience = AUDIENCE_PUBLIC; }");
    assert_eq!(undeclared::methods(&pool), Ok(vec![]));
}
