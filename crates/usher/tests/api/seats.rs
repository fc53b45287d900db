//! `usher seats`, `usher plan` and `usher matrix`: what is only looked at.

use std::fs::File;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::eventually;

use crate::program::{stderr, usher};
use crate::terminal::{Terminal, column};

const SOON: Duration = Duration::from_secs(60);
const REQUEST: &str = "9f0c1d52-6a57-4b7e-8f0e-2d1f6f3c7a11";

#[tokio::test]
async fn seats_are_counted_and_their_holders_named() {
    let terminal = Terminal::start().await;
    let pools = terminal.json(&["seats", "list"]).await;
    let training = json!({
        "product": "training", "seats": 50, "assigned": 3, "reserved": 0, "available": 47, "over_limit": 0,
    });
    assert!(pools.as_array().unwrap().contains(&training), "{pools}");
    let csv = terminal.ok(&["seats", "list", "--output", "csv"]).await;
    let header = "product,seats,assigned,reserved,available,over_limit,next_seats,next_time\n";
    assert!(csv.starts_with(header), "{csv}");
    assert!(csv.contains("\ntraining,50,3,0,47,0,,\n"), "{csv}");
    let holders = terminal.json(&["seats", "holders", "--product", "training"]).await;
    let mut emails = column(&holders, "email");
    emails.sort_unstable();
    assert_eq!(emails, ["ada@example.com", "alan@example.com", "grace@example.com"]);
    let (exit, complaint) = terminal.refused(&["seats", "holders", "--product", "flying"]).await;
    assert_eq!(exit, 6);
    assert!(complaint.contains("PRODUCT_UNKNOWN"), "{complaint}");
}

#[tokio::test]
async fn seats_are_given_and_taken() {
    let terminal = Terminal::start().await;
    let (ada, alan) = ("ada@example.com", "alan@example.com");
    let foretold = terminal
        .json(&["seats", "assign", ada, alan, "--product", "phone", "--validate-only"])
        .await;
    assert_eq!(foretold["seats"][0]["requested"], 2);
    let twice = [
        "seats",
        "assign",
        ada,
        alan,
        "--product",
        "phone",
        "--request-id",
        REQUEST,
    ];
    let given = terminal.json(&twice).await;
    assert_eq!(column(&given["results"], "outcome"), ["OUTCOME_UPDATED"; 2]);
    assert_eq!(terminal.json(&twice).await, given);
    let holders = async || {
        let holders = terminal.json(&["seats", "holders", "--product", "phone"]).await;
        let mut emails: Vec<String> = column(&holders, "email").into_iter().map(str::to_owned).collect();
        emails.sort_unstable();
        emails
    };
    let until = async |expected: &[&str]| {
        eventually(SOON, async || match holders().await {
            emails if emails == expected => Ok(()),
            emails => Err(format!("{emails:?}")),
        })
        .await;
    };
    until(&[ada, alan]).await;
    let taken = terminal.ok(&["seats", "release", ada, "--product", "phone"]).await;
    assert!(taken.contains("UPDATED"), "{taken}");
    until(&[alan]).await;
    let (exit, complaint) = terminal.refused(&["seats", "assign", ada, "--product", "flying"]).await;
    assert_eq!(exit, 6);
    assert!(
        complaint.contains("PRODUCT_UNKNOWN") && complaint.contains("products[0]"),
        "{complaint}"
    );
    let (exit, _) = terminal.refused(&["seats", "assign", ada]).await;
    assert_eq!(exit, 2);
}

#[tokio::test]
async fn whoever_watches_sees_every_product_and_then_what_changes() {
    let terminal = Terminal::start().await;
    let log = terminal.folder().join("seats.jsonl");
    let mut watch = terminal.command(&["seats", "watch", "--output", "json"]);
    let mut watching = watch.stdout(File::create(&log).unwrap()).spawn().unwrap();
    let lines = || -> Vec<Value> {
        let text = std::fs::read_to_string(&log).unwrap();
        text.lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    };
    let pools = terminal.json(&["seats", "list"]).await;
    eventually(SOON, async || match lines() {
        lines if Value::from(lines.clone()) == pools => Ok(()),
        lines => Err(format!("{lines:?}")),
    })
    .await;
    terminal
        .ok(&["seats", "assign", "ada@example.com", "--product", "phone"])
        .await;
    eventually(SOON, async || match lines().pop() {
        Some(last) if last["product"] == "phone" && last["assigned"] == 1 && last["reserved"] == 0 => Ok(()),
        last => Err(format!("{last:?}")),
    })
    .await;
    let told = lines();
    let others = told.iter().skip(pools.as_array().unwrap().len());
    assert!(others.into_iter().all(|pool| pool["product"] == "phone"), "{told:?}");
    watching.kill().await.unwrap();
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
async fn a_change_is_previewed_made_and_invoiced() {
    let terminal = Terminal::start().await;
    let preview = terminal.json(&["plan", "preview", "--seats", "meeting=101"]).await;
    assert_eq!(preview["quote"]["total"], preview["quote"]["due"], "{preview}");
    let token = preview["preview_token"].as_str().unwrap();
    let changed = terminal.json(&["plan", "change", token]).await;
    let seats = changed["subscription"]["seats"].as_array().unwrap();
    let meeting = seats.iter().find(|row| row["product"] == "meeting").unwrap();
    assert_eq!(
        (seats.len(), &meeting["seats"]),
        (4, &json!(101)),
        "what is not named stays"
    );
    let invoice = changed["invoice_id"].as_str().unwrap();
    let shown = terminal.json(&["invoices", "show", invoice]).await;
    assert_eq!(shown["quote"]["lines"][1]["seats"], json!(101), "{shown}");
    let invoices = terminal.json(&["invoices", "list"]).await;
    assert!(column(&invoices, "id").contains(&invoice), "{invoices}");
    let file = terminal.folder().join("invoice.html");
    let path = file.display().to_string();
    terminal.ok(&["invoices", "download", invoice, "--file", &path]).await;
    assert!(std::fs::read_to_string(file).unwrap().contains("101 × meeting"));
    let (exit, complaint) = terminal
        .refused(&["plan", "preview", "--seats", "meeting=1000001"])
        .await;
    assert!(exit == 6 && complaint.contains("CHANGE_INVALID"), "{exit} {complaint}");
    let (_, complaint) = terminal
        .refused(&["billing", "update", "--tax-id", "DE123456789"])
        .await;
    assert!(complaint.contains("BILLING_INFORMATION_INVALID"), "{complaint}");
    let updated = terminal.json(&["billing", "update", "--company", "Ada GmbH"]).await;
    assert_eq!(updated["company"], "Ada GmbH");
    assert_eq!(terminal.json(&["billing", "show"]).await, updated);
    let cancelled = terminal.json(&["plan", "cancel"]).await;
    assert_eq!(cancelled["state"], "STATE_ACTIVE");
    let resumed = terminal.json(&["plan", "resume"]).await;
    assert_eq!(resumed.get("end_time"), None, "{resumed}");
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
