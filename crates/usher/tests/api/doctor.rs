//! `usher doctor`.

use serde_json::Value;

use crate::program::{stderr, stdout};
use crate::terminal::{Terminal, column};

fn verdict<'v>(findings: &'v Value, check: &str) -> &'v str {
    let row = findings.as_array().unwrap().iter().find(|row| row["check"] == check);
    row.unwrap_or_else(|| panic!("no {check} in {findings}"))["verdict"]
        .as_str()
        .unwrap()
}

#[tokio::test]
async fn a_sound_account_is_sound_and_whoever_sees_less_is_told_what_they_do_not_see() {
    let terminal = Terminal::start().await;
    terminal
        .ok(&["users", "update", "ada@example.com", "--role", "admin"])
        .await;
    let findings = terminal.json(&["doctor"]).await;
    let checks = [
        "gateway",
        "identity",
        "licensing",
        "billing",
        "notification",
        "seat pools",
        "seat holders",
        "super admins",
        "billing contact",
        "audit log",
        "e-mails",
    ];
    assert_eq!(column(&findings, "check"), checks);
    assert_eq!(column(&findings, "verdict"), ["ok"; 11], "{findings}");
    assert_eq!(terminal.ok(&["doctor"]).await.lines().count(), 12);

    terminal.log_in_invited("ada@example.com").await;
    let findings = terminal.json(&["doctor"]).await;
    assert_eq!(verdict(&findings, "super admins"), "not_checked");
    assert_eq!(verdict(&findings, "seat holders"), "ok");
    assert_eq!(verdict(&findings, "audit log"), "ok");
}

#[tokio::test]
async fn a_server_that_is_gone_is_found() {
    let terminal = Terminal::start().await;
    let session = std::fs::read_to_string(terminal.session()).unwrap();
    assert!(session.contains("access_token"));
    let Terminal { dev, folder } = terminal;
    dev.stop().await;
    let mut command = crate::program::usher(folder.path());
    command.args(["doctor", "--output", "json"]);
    command.env("XDG_CONFIG_HOME", folder.path().join("config"));
    let output = command.output().await.unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let findings: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(verdict(&findings, "gateway"), "wrong");
    let advice = findings[0]["advice"].as_str().unwrap();
    assert!(advice.contains("--server"), "{advice}");
}
