//! `usher deliveries`.

use std::fs::File;
use std::time::Duration;

use serde_json::Value;
use testkit::eventually;

use crate::terminal::{Terminal, column};

const SOON: Duration = Duration::from_secs(60);

#[tokio::test]
async fn mails_are_listed_and_shown() {
    let terminal = Terminal::start().await;
    let of_ada = [
        "deliveries",
        "list",
        "--invitation",
        "ada@example.com",
        "--state",
        "sent",
    ];
    let sent = eventually(SOON, async || match terminal.json(&of_ada).await {
        list if list.as_array().unwrap().len() == 1 => Ok(list),
        list => Err(format!("{list}")),
    })
    .await;
    assert_eq!(column(&sent, "to"), ["ada@example.com"]);
    let id = sent[0]["id"].as_str().unwrap();
    assert_eq!(terminal.json(&["deliveries", "show", id]).await, sent[0]);
    let shown = terminal.ok(&["deliveries", "show", id]).await;
    assert!(shown.contains("WELCOME") && shown.contains("SENT"), "{shown}");
    let csv = terminal.ok(&["deliveries", "list", "--output", "csv"]).await;
    let header = "id,kind,to,state,attempts,queued,sent,next_attempt,reason\n";
    assert!(csv.starts_with(header), "{csv}");
    assert!(
        csv.contains(&format!("\n{id},WELCOME,ada@example.com,SENT,1,")),
        "{csv}"
    );
    assert_eq!(
        terminal.json(&["deliveries", "list", "--state", "bounced"]).await,
        Value::Array(vec![])
    );

    let (exit, complaint) = terminal.refused(&["deliveries", "show", "eml_1"]).await;
    assert!(exit == 6 && complaint.contains("ID_MALFORMED"), "{exit} {complaint}");
    let unknown = format!("{}{}", &id[..id.len() - 1], if id.ends_with('0') { '1' } else { '0' });
    let (exit, complaint) = terminal.refused(&["deliveries", "show", &unknown]).await;
    assert!(
        exit == 5 && complaint.contains("DELIVERY_NOT_FOUND"),
        "{exit} {complaint}"
    );
    let nobody = ["deliveries", "list", "--invitation", "nobody@example.com"];
    assert_eq!(terminal.refused(&nobody).await.0, 5);
    assert_eq!(terminal.refused(&["deliveries", "list", "--state", "lost"]).await.0, 2);
}

#[tokio::test]
async fn whoever_watches_sees_a_mail_until_it_is_sent() {
    let terminal = Terminal::start().await;
    let log = terminal.folder().join("deliveries.jsonl");
    let mut watch = terminal.command(&["deliveries", "watch", "--output", "json"]);
    let mut watching = watch.stdout(File::create(&log).unwrap()).spawn().unwrap();
    let mut invited = 0;
    // What happens before the watch has begun is not told: somebody is invited until it is.
    let last = eventually(SOON, async || {
        invited += 1;
        let email = format!("mary{invited}@example.com");
        let add = [
            "users",
            "add",
            "--email",
            &email,
            "--given-name",
            "Mary",
            "--family-name",
            "Jackson",
        ];
        terminal.ok(&add).await;
        let text = std::fs::read_to_string(&log).unwrap();
        let lines: Vec<Value> = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect();
        let sent = lines.iter().rfind(|mail| mail["state"] == "STATE_SENT");
        sent.cloned().ok_or_else(|| format!("{lines:?}"))
    })
    .await;
    let shown = terminal
        .json(&["deliveries", "show", last["id"].as_str().unwrap()])
        .await;
    assert_eq!(shown, last, "it does not change any more");
    watching.kill().await.unwrap();
}
