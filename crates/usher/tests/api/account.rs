//! `usher account create`.

use std::path::Path;

use chassis::CallerConfig;
use tokio::process::Command;

use crate::identity::FakeIdentity;
use crate::program::{stderr, stdout, usher, with_input};

async fn identity(folder: &Path) -> FakeIdentity {
    let callers = CallerConfig::circle(["operator", "identity"]);
    let identity = FakeIdentity::start(&callers["identity"]).await;
    let key = callers["operator"].key.expose();
    let config = format!("identity = \"{}\"\n[callers]\nkey = \"{key}\"\n", identity.address);
    std::fs::write(folder.join("operator.toml"), config).unwrap();
    identity
}

fn create(folder: &Path, email: &str) -> Command {
    let mut command = usher(folder);
    command.args(["account", "create", "--config", "operator.toml"]);
    command.args(["--name", "Initech", "--plan", "team-monthly"]);
    command.args(["--given-name", "Bill", "--family-name", "Lumbergh", "--email", email]);
    command
}

#[tokio::test]
async fn an_account_is_made_and_its_ids_are_printed() {
    let folder = tempfile::tempdir().unwrap();
    let identity = identity(folder.path()).await;
    let mut command = create(folder.path(), "bill@example.com");
    command.env("USHER_OWNER_PASSWORD", "what's happening");
    let output = command.output().await.unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let answer: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(answer, serde_json::json!({ "account_id": "acc_1", "user_id": "usr_1" }));
    let asked = identity.asked.lock().unwrap();
    let [request] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!(
        (request.name.as_str(), request.plan.as_str()),
        ("Initech", "team-monthly")
    );
    assert_eq!((request.language.as_str(), request.time_zone.as_str()), ("en", "UTC"));
    assert_eq!(request.password, "what's happening");
    request.request_id.parse::<types::RequestId>().unwrap();
}

#[tokio::test]
async fn the_password_comes_from_a_file_or_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let identity = identity(folder.path()).await;
    std::fs::write(folder.path().join("password"), "from a file\n").unwrap();
    for (source, input) in [("password", ""), ("-", "from the input\nand more\n")] {
        let mut command = create(folder.path(), "bill@example.com");
        command.args(["--password-file", source]);
        let output = with_input(command, input).await;
        assert!(output.status.success(), "{}", stderr(&output));
    }
    let asked = identity.asked.lock().unwrap();
    let passwords: Vec<_> = asked.iter().map(|request| request.password.as_str()).collect();
    assert_eq!(passwords, ["from a file", "from the input"]);
}

#[tokio::test]
async fn a_refusal_is_told_with_its_reason_and_without_the_password() {
    let folder = tempfile::tempdir().unwrap();
    let _identity = identity(folder.path()).await;
    let mut command = create(folder.path(), "taken@example.com");
    command.env("USHER_OWNER_PASSWORD", "s3cret-s3cret");
    let output = command.output().await.unwrap();
    assert!(!output.status.success());
    assert!(stderr(&output).contains("USER_EXISTS"), "{}", stderr(&output));
    assert!(!stderr(&output).contains("s3cret"), "{}", stderr(&output));
}

#[tokio::test]
async fn without_a_password_nothing_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let identity = identity(folder.path()).await;
    let output = create(folder.path(), "bill@example.com").output().await.unwrap();
    assert!(!output.status.success());
    assert!(stderr(&output).contains("--password-file"), "{}", stderr(&output));
    assert!(identity.asked.lock().unwrap().is_empty());
}
