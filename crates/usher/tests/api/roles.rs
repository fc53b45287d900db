//! `usher roles`.

use serde_json::json;

use crate::terminal::{Terminal, column};

#[tokio::test]
async fn roles_are_made_given_and_deleted() {
    let terminal = Terminal::start().await;
    let list = terminal.json(&["roles", "list"]).await;
    assert_eq!(column(&list, "id"), ["MEMBER", "ADMIN", "SUPER_ADMIN"]);
    let create = ["roles", "create", "Helpdesk", "--permission", "manage-users"];
    let role = terminal.json(&create).await;
    assert_eq!(role["permissions"], json!(["PERMISSION_MANAGE_USERS"]));
    let assigned = terminal
        .json(&["roles", "assign", "helpdesk", "ada@example.com", "alan@example.com"])
        .await;
    assert_eq!(assigned["results"].as_array().unwrap().len(), 2);
    assert_eq!(terminal.json(&["roles", "show", "Helpdesk"]).await["holder_count"], 2);
    let holders = terminal.json(&["users", "list", "--role", "custom"]).await;
    assert_eq!(
        column(&holders, "user.custom_role_id"),
        [role["id"].as_str().unwrap(); 2]
    );
    assert!(terminal.ok(&["users", "export"]).await.contains(",Helpdesk,"));

    let (exit, complaint) = terminal.refused(&["roles", "delete", "Helpdesk"]).await;
    assert_eq!(exit, 6);
    assert!(complaint.contains("ROLE_IN_USE"), "{complaint}");
    let deleted = terminal
        .json(&["roles", "delete", "Helpdesk", "--replacement", "member"])
        .await;
    assert_eq!(deleted["replaced_count"], 2);
    assert_eq!(terminal.refused(&["roles", "show", "Helpdesk"]).await.0, 5);
    assert_eq!(terminal.refused(&["roles", "delete", "admin"]).await.0, 6);
    let flying = ["roles", "create", "Pilot", "--permission", "FLY"];
    assert_eq!(terminal.refused(&flying).await.0, 2);
    let output = terminal
        .run(&[
            "roles",
            "assign",
            "member",
            "owner@example.com",
            "ada@example.com",
            "--allow-partial",
        ])
        .await;
    assert_eq!(output.status.code(), Some(1));
}
