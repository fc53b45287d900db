//! `usher doctor`.

use std::time::Duration;

use sea_orm_migration::sea_orm::{ConnectionTrait, Database};
use serde_json::Value;
use testkit::eventually;

use crate::program::{stderr, stdout, usher};
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
    let Terminal { dev, folder } = terminal;
    dev.stop().await;
    let run = async |args: &[&str]| {
        let mut command = usher(folder.path());
        command.args(args).env("XDG_CONFIG_HOME", folder.path().join("config"));
        command.output().await.unwrap()
    };
    let output = run(&["seats", "list"]).await;
    assert_eq!(output.status.code(), Some(7));
    assert!(stderr(&output).contains("--server"), "{}", stderr(&output));
    let output = run(&["doctor", "--output", "json"]).await;
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let findings: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(verdict(&findings, "gateway"), "wrong");
    let advice = findings[0]["advice"].as_str().unwrap();
    assert!(advice.contains("--server"), "{advice}");
}

/// What no service does, done to the database of one.
async fn tamper(terminal: &Terminal, service: &str, statements: &[&str]) {
    let path = terminal.folder.path().join(format!("data/{service}.db"));
    let database = Database::connect(format!("sqlite://{}", path.display())).await.unwrap();
    for statement in statements {
        let done = database.execute_unprepared(statement).await.unwrap();
        assert!(
            statement.starts_with("DROP") || done.rows_affected() == 1,
            "{statement}"
        );
    }
    database.close().await.unwrap();
}

#[tokio::test]
async fn what_was_tampered_with_is_found() {
    let terminal = Terminal::start().await;
    eventually(Duration::from_secs(60), async || {
        let ada = terminal.json(&["users", "show", "ada@example.com"]).await;
        let sent = ada["delivery"]["state"] == "STATE_SENT";
        sent.then_some(()).ok_or("her e-mail is not sent yet")
    })
    .await;
    let diseases: [(&str, &str, &[&str]); 5] = [
        (
            "seat holders",
            "licensing",
            &["UPDATE seat_pools SET assigned = assigned + 1 WHERE product = 'meeting'"],
        ),
        (
            "seat pools",
            "licensing",
            &["UPDATE seat_pools SET seats = 1 WHERE product = 'training'"],
        ),
        (
            "billing contact",
            "identity",
            &["UPDATE accounts SET billing_contact_id = (SELECT id FROM users WHERE email = 'ada@example.com')"],
        ),
        (
            "audit log",
            "identity",
            &[
                "DROP TRIGGER audit_events_kept",
                "UPDATE audit_events SET subject_id = 'usr_other' WHERE sequence = 2",
            ],
        ),
        (
            "e-mails",
            "notification",
            &[
                "UPDATE mails SET state = 'QUEUED', create_time = 1, next_attempt_time = 9000000000000000, send_time = NULL \
               WHERE to_address = 'ada@example.com'",
            ],
        ),
    ];
    let findings = terminal.json(&["doctor"]).await;
    for (check, service, statements) in diseases {
        assert_eq!(verdict(&findings, check), "ok");
        tamper(&terminal, service, statements).await;
    }
    let output = terminal.run(&["doctor", "--output", "json"]).await;
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let findings: Value = serde_json::from_str(&stdout(&output)).unwrap();
    for (check, ..) in diseases {
        assert_eq!(verdict(&findings, check), "wrong", "{findings}");
    }
    for finding in findings.as_array().unwrap() {
        assert_eq!(finding["verdict"] == "wrong", finding["advice"] != "", "{finding}");
    }
}
