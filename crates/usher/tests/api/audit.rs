//! `usher audit`.

use std::fs::File;
use std::time::Duration;

use serde_json::Value;
use testkit::eventually;

use crate::terminal::Terminal;

const SOON: Duration = Duration::from_secs(60);

fn events(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn numbers(events: &[Value]) -> Vec<i64> {
    events.iter().map(|event| event["sequence"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn the_log_is_read_from_its_end_and_from_any_number() {
    let terminal = Terminal::start().await;
    let all = events(
        &terminal
            .ok(&["audit", "tail", "--after", "0", "--output", "json"])
            .await,
    );
    let end = i64::try_from(all.len()).unwrap();
    assert!(end > 3);
    assert_eq!(numbers(&all), (1..=end).collect::<Vec<_>>());
    let last = events(&terminal.ok(&["audit", "tail", "-n", "2", "--output", "json"]).await);
    assert_eq!(last, all[all.len() - 2..]);
    let after = (end - 1).to_string();
    let rest = events(
        &terminal
            .ok(&["audit", "tail", "--after", &after, "--output", "json"])
            .await,
    );
    assert_eq!(numbers(&rest), [end]);
    assert_eq!(terminal.ok(&["audit", "tail", "--after", &end.to_string()]).await, "");
    let (exit, complaint) = terminal
        .refused(&["audit", "tail", "--after", "100000", "--follow"])
        .await;
    assert_eq!(exit, 6);
    assert!(complaint.contains("CURSOR_INVALID"), "{complaint}");
    let table = terminal.ok(&["audit", "tail", "-n", "1"]).await;
    let lines: Vec<_> = table.lines().collect();
    assert!(lines[0].starts_with("SEQUENCE  TIME"), "{table}");
    assert!(lines[1].starts_with(&end.to_string()) && lines.len() == 2, "{table}");
    let csv = terminal.ok(&["audit", "tail", "-n", "1", "--output", "csv"]).await;
    assert_eq!(csv.lines().count(), 2);
    assert!(csv.starts_with("sequence,time,actor,action,subject,outcome"), "{csv}");
}

#[tokio::test]
async fn whoever_follows_the_log_sees_what_happens_from_now_on() {
    let terminal = Terminal::start().await;
    let log = terminal.folder().join("log.jsonl");
    let mut follow = terminal.command(&["audit", "tail", "-n", "1", "--follow", "--output", "json"]);
    let mut following = follow.stdout(File::create(&log).unwrap()).spawn().unwrap();
    let seen = async |action: &str| {
        eventually(SOON, async || {
            let events = events(&std::fs::read_to_string(&log).unwrap());
            match events.iter().position(|event| event["action"] == action) {
                Some(_) => Ok(events),
                None => Err(format!("no {action}: {events:?}")),
            }
        })
        .await
    };
    terminal.ok(&["groups", "create", "Research"]).await;
    seen("group.create").await;
    terminal.ok(&["groups", "delete", "Research"]).await;
    let events = seen("group.delete").await;
    let first = numbers(&events)[0];
    let expected: Vec<_> = (first..).take(events.len()).collect();
    assert_eq!(numbers(&events), expected);
    following.kill().await.unwrap();
}
