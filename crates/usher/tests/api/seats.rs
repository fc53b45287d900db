//! `usher seats`, `usher plan` and `usher matrix`: what is only looked at.

use serde_json::json;

use crate::program::{stderr, usher};
use crate::terminal::{Terminal, column};

#[tokio::test]
async fn seats_are_counted_and_their_holders_named() {
    let terminal = Terminal::start().await;
    let pools = terminal.json(&["seats", "list"]).await;
    let training = json!({ "product": "training", "seats": 50, "assigned": 3, "reserved": 0, "available": 47 });
    assert!(pools.as_array().unwrap().contains(&training), "{pools}");
    let csv = terminal.ok(&["seats", "list", "--output", "csv"]).await;
    assert!(csv.starts_with("product,seats,assigned,reserved,available\n"), "{csv}");
    assert!(csv.contains("\ntraining,50,3,0,47\n"), "{csv}");
    let holders = terminal.json(&["seats", "holders", "--product", "training"]).await;
    let mut emails = column(&holders, "email");
    emails.sort_unstable();
    assert_eq!(emails, ["ada@example.com", "alan@example.com", "grace@example.com"]);
    let (exit, complaint) = terminal.refused(&["seats", "holders", "--product", "flying"]).await;
    assert_eq!(exit, 6);
    assert!(complaint.contains("PRODUCT_UNKNOWN"), "{complaint}");
}

#[tokio::test]
async fn the_plan_is_shown_among_those_there_are() {
    let terminal = Terminal::start().await;
    let plan = terminal.json(&["plan", "show"]).await;
    assert_eq!(
        (&plan["plan"], &plan["state"]),
        (&json!("team-monthly"), &json!("STATE_ACTIVE"))
    );
    let plans = terminal.json(&["plan", "list"]).await;
    assert!(column(&plans, "id").contains(&"team-monthly"), "{plans}");
    assert!(terminal.ok(&["plan", "show"]).await.contains("team-monthly"));
}

#[tokio::test]
async fn anybody_who_knows_the_address_may_see_the_matrix() {
    let terminal = Terminal::start().await;
    let matrix = terminal.json(&["matrix"]).await;
    let row = matrix
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["permission"] == "PERMISSION_ASSIGN_ROLES");
    assert_eq!(row.unwrap()["super_admin"], "GRANT_YES");
    assert_eq!(row.unwrap()["admin"], "GRANT_NO");

    let mut stranger = usher(terminal.folder());
    stranger.env("XDG_CONFIG_HOME", terminal.folder().join("stranger"));
    stranger.args(["matrix", "--server", &terminal.dev.file().address]);
    let output = stranger.output().await.unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}
