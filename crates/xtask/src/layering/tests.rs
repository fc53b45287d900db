//! Made-up repositories that break the rules, the real one, which does not.

use std::fs;

use super::*;

/// Checks a made-up repository of these files.
fn check_files(files: &[(&str, &str)]) -> Vec<String> {
    let root = tempfile::tempdir().unwrap();
    for (file, text) in files {
        let path = root.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    fs::create_dir_all(root.path().join("crates")).unwrap();
    check(root.path()).unwrap().iter().map(Violation::to_string).collect()
}

fn manifest_of(name: &str, dependencies: &str) -> Vec<String> {
    let manifest = format!("[package]\nname = \"{name}\"\n\n{dependencies}\n");
    check_files(&[(&format!("crates/{name}/Cargo.toml"), &manifest)])
}

#[test]
fn this_repository_keeps_its_rules() {
    let violations = check(root()).unwrap();
    let lines: Vec<_> = violations.iter().map(Violation::to_string).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

#[test]
fn a_crate_uses_only_the_crates_below_it() {
    for (name, dependencies) in [
        ("types", "[dependencies]\ntokio.workspace = true"),
        ("types", "[dependencies]\nproto.workspace = true"),
        ("proto", "[dependencies]\ntypes.workspace = true"),
        ("storage", "[dependencies]\nchassis = { workspace = true }"),
        ("storage", "[dependencies]\ntonic-types.workspace = true"),
        ("chassis", "[dependencies]\nstorage.workspace = true"),
        ("chassis", "[build-dependencies]\nsea-orm-migration = \"2\""),
        ("identity", "[dependencies]\nlicensing.workspace = true"),
        ("identity", "[dev-dependencies]\nlicensing.workspace = true"),
        ("identity", "[dependencies.billing]\npath = \"../billing\""),
        ("billing", "[dependencies]\ntestkit.workspace = true"),
        ("gateway", "[dependencies]\nstorage.workspace = true"),
        ("gateway", "[dependencies]\nidentity.workspace = true"),
        (
            "gateway",
            "[dependencies]\norm = { package = \"sea-orm\", version = \"2\" }",
        ),
        ("usher", "[dependencies]\ntestkit.workspace = true"),
        ("helpers", "[dependencies]\ntypes.workspace = true"),
    ] {
        let violations = manifest_of(name, dependencies);
        assert_eq!(violations.len(), 1, "{name}: {dependencies}: {violations:?}");
    }
}

#[test]
fn a_crate_may_use_what_is_below_it_and_the_testkit_in_its_tests() {
    for (name, dependencies) in [
        (
            "types",
            "[dependencies]\nuuid.workspace = true\n[dev-dependencies]\nproptest.workspace = true",
        ),
        (
            "chassis",
            "[dependencies]\nproto.workspace = true\ntypes.workspace = true\ntonic.workspace = true",
        ),
        (
            "identity",
            "[dependencies]\nstorage.workspace = true\n[dev-dependencies]\ntestkit.workspace = true",
        ),
        (
            "usher",
            "[dependencies]\nidentity.workspace = true\ngateway.workspace = true",
        ),
        (
            "testkit",
            "[dependencies]\nidentity.workspace = true\nstorage.workspace = true",
        ),
    ] {
        assert_eq!(manifest_of(name, dependencies), [""; 0], "{name}: {dependencies}");
    }
}

#[test]
fn a_violation_names_the_line_and_the_rule() {
    let violations = manifest_of(
        "gateway",
        "[dependencies]\ntypes.workspace = true\nstorage.workspace = true",
    );
    assert_eq!(
        violations,
        ["crates/gateway/Cargo.toml:6: `gateway` must not use the crate `storage`"]
    );
}

#[test]
fn a_room_names_only_what_belongs_there() {
    for (file, line) in [
        ("identity/src/domain/user.rs", "use tokio::sync::Mutex;"),
        ("identity/src/domain/user.rs", "use crate::store::users;"),
        ("identity/src/domain.rs", "fn f(now: chassis::Caller) {}"),
        ("identity/src/app/add_users.rs", "fn f() -> tonic::Status { g() }"),
        (
            "identity/src/app/add_users.rs",
            "use sea_orm::{EntityTrait, QueryFilter};",
        ),
        (
            "identity/src/app/add_users.rs",
            "use crate::{domain::User, grpc::convert};",
        ),
        ("identity/src/store/users.rs", "use proto::identity::v1::User;"),
        ("identity/src/store/users.rs", "fn f() { crate::app::add_users() }"),
        ("identity/src/clients/licensing.rs", "use {sea_orm::DbErr, std::fmt};"),
        ("identity/src/grpc/user_service.rs", "#[sea_orm::model]\nstruct User;"),
        ("identity/src/grpc/user_service.rs", "use crate::store;"),
        ("identity/src/grpc.rs", "use super::store::users;"),
        ("identity/src/relay/confirm.rs", "use ::tonic::Status;"),
        ("identity/src/config.rs", "use prost_types::Any;"),
        ("identity/src/migration/m1.rs", "use crate::store::users::Entity;"),
        ("identity/src/helpers.rs", "fn f() {}"),
    ] {
        let violations = check_files(&[(&format!("crates/{file}"), &format!("//! A file.\n{line}\n"))]);
        assert_eq!(violations.len(), 1, "{file}: {line}: {violations:?}");
    }
}

#[test]
fn a_room_may_name_what_belongs_there() {
    for (file, line) in [
        (
            "identity/src/domain/user.rs",
            "// tonic::Status is made elsewhere.\nconst TEXT: &str = \"sea_orm::DbErr\";",
        ),
        ("identity/src/domain/user.rs", "use types::{proto::X, Email};"),
        (
            "identity/src/app/add_users.rs",
            "use crate::{clients::Licensing, domain::User, store};",
        ),
        ("identity/src/store/users.rs", "use sea_orm::entity::prelude::*;"),
        (
            "identity/src/grpc/user_service.rs",
            "use proto::identity::v1::User;\nuse super::convert;",
        ),
        ("identity/src/migration/m1.rs", "use sea_orm_migration::prelude::*;"),
        (
            "identity/src/lib.rs",
            "use tonic::service::Routes;\nuse sea_orm_migration::MigratorTrait;",
        ),
        ("gateway/src/forward.rs", "use tonic::Status;"),
        ("storage/src/sql.rs", "use sea_orm::DbErr;"),
    ] {
        let violations = check_files(&[(&format!("crates/{file}"), &format!("//! A file.\n{line}\n"))]);
        assert_eq!(violations, [""; 0], "{file}: {line}");
    }
}

#[test]
fn a_service_shows_config_migrator_and_serve_and_nothing_else() {
    let shown = |text: &str| check_files(&[("crates/billing/src/lib.rs", &format!("//! Billing.\n{text}\n"))]);
    let whole = "mod config;\npub use config::Config;\npub struct Migrator;\nimpl Migrator { pub fn f() {} }\n\
                 pub(crate) fn g() {}\npub async fn serve() {}";
    assert_eq!(shown(whole), [""; 0]);
    for extra in [
        "pub mod app;",
        "pub use crate::domain::{Plan, Seat as Chair};",
        "pub fn helper() {}",
    ] {
        assert!(!shown(extra).is_empty(), "{extra}");
    }
}

#[test]
fn a_file_says_what_it_is_stays_short_and_is_finished() {
    let long = format!("//! A file.\n{}", "\n".repeat(500));
    let long_main = format!("//! A program.\nfn main() {{}}\n{}", "//\n".repeat(29));
    for (file, text) in [
        ("types/src/id.rs", "use std::fmt;\n"),
        ("types/src/id.rs", ""),
        ("types/src/id.rs", long.as_str()),
        ("usher/src/main.rs", long_main.as_str()),
        ("types/src/id.rs", "//! Ids.\nfn f() { todo!() }\n"),
        ("types/src/id.rs", "//! Ids.\nfn f() { unimplemented!(\"later\") }\n"),
        ("types/tests/ids.rs", "//! Ids.\nfn f() { dbg!(1); }\n"),
    ] {
        let violations = check_files(&[(&format!("crates/{file}"), text)]);
        assert_eq!(violations.len(), 1, "{file}: {violations:?}");
    }
    assert_eq!(
        check_files(&[("tests/scenarios/seats.rs", "//! Seats.\n// todo!() is not allowed\n")]),
        [""; 0]
    );
}
