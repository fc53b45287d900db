//! `usher groups`.

use crate::terminal::{Terminal, column};

#[tokio::test]
async fn groups_are_made_once_changed_and_deleted() {
    let terminal = Terminal::start().await;
    let create = [
        "groups",
        "create",
        "Research",
        "--request-id",
        "9f0c1d52-6a57-4b7e-8f0e-2d1f6f3c7a11",
    ];
    let group = terminal.json(&create).await;
    assert_eq!(terminal.json(&create).await["id"], group["id"]);
    terminal
        .ok(&["users", "update", "ada@example.com", "--group", "RESEARCH"])
        .await;
    terminal.ok(&["groups", "create", "Accounting"]).await;
    let list = terminal.json(&["groups", "list"]).await;
    assert_eq!(column(&list, "name"), ["Accounting", "Research"]);
    assert_eq!(list[1]["user_count"], 1);
    let csv = terminal
        .ok(&["groups", "list", "--name", "acc", "--output", "csv"])
        .await;
    let lines: Vec<_> = csv.lines().collect();
    assert_eq!((lines[0], lines.len()), ("id,name,users,description,made", 2));

    let (exit, complaint) = terminal.refused(&["groups", "create", "research"]).await;
    assert_eq!(exit, 6);
    assert!(complaint.contains("GROUP_EXISTS"), "{complaint}");
    terminal
        .ok(&["groups", "update", "Research", "--description", "finds things out"])
        .await;
    let renamed = terminal
        .json(&["groups", "update", "Research", "--name", "Development"])
        .await;
    assert_eq!(
        (&renamed["name"], &renamed["description"]),
        (&"Development".into(), &"finds things out".into())
    );
    assert_eq!(terminal.refused(&["groups", "update", "Development"]).await.0, 2);
    assert_eq!(
        terminal.json(&["groups", "delete", "development"]).await["user_count"],
        1
    );
    assert_eq!(terminal.refused(&["groups", "delete", "development"]).await.0, 5);
}

#[tokio::test]
async fn a_list_is_cut_where_it_was_asked_to_and_says_so() {
    let terminal = Terminal::start().await;
    for name in ["One", "Two", "Three"] {
        terminal.ok(&["groups", "create", name]).await;
    }
    let output = terminal
        .run(&["groups", "list", "--limit", "2", "--output", "json"])
        .await;
    let list: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert!(String::from_utf8_lossy(&output.stderr).contains("--all"));
    let all = terminal.json(&["groups", "list", "--all"]).await;
    assert_eq!(all.as_array().unwrap().len(), 3);
    let none = terminal
        .ok(&["groups", "list", "--name", "zzz", "--output", "json"])
        .await;
    assert_eq!(none, "[]\n");
}

#[tokio::test]
async fn a_table_has_a_line_for_each_row_whatever_is_in_it() {
    let terminal = Terminal::start().await;
    let create = ["groups", "create", "Research", "--description", "one\n\ttwo"];
    terminal.ok(&create).await;
    let table = terminal.ok(&["groups", "list"]).await;
    assert!(table.contains("one\\n\\ttwo"), "{table}");
    assert_eq!(table.lines().count(), 2, "{table}");
    let list = terminal.json(&["groups", "list"]).await;
    assert_eq!(column(&list, "description"), ["one\n\ttwo"]);
}
