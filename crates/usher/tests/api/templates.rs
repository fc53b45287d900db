//! `usher templates`.

use crate::terminal::{Terminal, column};

#[tokio::test]
async fn templates_are_made_of_others_and_shown() {
    let terminal = Terminal::start().await;
    let set = [
        "--set",
        "session.lobby=false",
        "--set",
        "session.max_attendees=30",
        "--set",
        "session.chat=",
    ];
    let quiet = terminal
        .json(&[&["templates", "create", "Quiet"], &set[..]].concat())
        .await;
    assert_eq!(quiet["values"]["session.lobby"]["boolean"], false);
    assert_eq!(quiet["values"]["session.max_attendees"]["integer"], 30);
    assert_eq!(quiet["values"].get("session.chat"), None);
    let copy = [
        "templates",
        "create",
        "Quieter",
        "--from",
        "quiet",
        "--set",
        "session.max_attendees=3",
    ];
    assert_eq!(terminal.json(&copy).await["values"]["session.lobby"]["boolean"], false);
    assert_eq!(
        column(&terminal.json(&["templates", "list"]).await, "name"),
        ["Quiet", "Quieter"]
    );
    let shown = terminal.ok(&["templates", "show", "Quieter"]).await;
    let row = shown
        .lines()
        .find(|line| line.starts_with("session.max_attendees"))
        .unwrap();
    assert_eq!(row.split_whitespace().last(), Some("3"));

    let bad = ["templates", "create", "Bad", "--set", "session.lobby=perhaps"];
    assert_eq!(terminal.refused(&bad).await.0, 6);
    let bad = ["templates", "create", "Bad", "--set", "session.flight=high"];
    let (exit, complaint) = terminal.refused(&bad).await;
    assert_eq!(exit, 6);
    assert!(complaint.contains("SETTING_UNKNOWN"), "{complaint}");
}

#[tokio::test]
async fn templates_are_applied_and_whoever_has_a_deleted_one_gets_another() {
    let terminal = Terminal::start().await;
    for name in ["Quiet", "Quieter"] {
        terminal.ok(&["templates", "create", name]).await;
    }
    let apply = ["templates", "apply", "Quiet", "ada@example.com", "alan@example.com"];
    assert_eq!(terminal.json(&apply).await["changed_count"], 2);
    terminal.ok(&["groups", "create", "Research"]).await;
    terminal
        .ok(&["users", "update", "grace@example.com", "--group", "Research"])
        .await;
    let apply = ["templates", "apply", "Quiet", "--group", "Research"];
    assert_eq!(terminal.json(&apply).await["changed_count"], 1);
    assert_eq!(terminal.refused(&["templates", "apply", "Quiet"]).await.0, 2);

    let (exit, complaint) = terminal.refused(&["templates", "delete", "Quiet"]).await;
    assert_eq!(exit, 6);
    assert!(complaint.contains("SETTINGS_TEMPLATE_IN_USE"), "{complaint}");
    let deleted = terminal
        .json(&["templates", "delete", "Quiet", "--replacement", "Quieter"])
        .await;
    assert_eq!(deleted["user_count"], 3);
    let deleted = terminal
        .json(&["templates", "delete", "Quieter", "--replacement", ""])
        .await;
    assert_eq!(deleted["user_count"], 3);
}
