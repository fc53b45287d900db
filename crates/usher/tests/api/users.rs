//! `usher users`.

use serde_json::json;

use crate::program::{stderr, stdout};
use crate::terminal::{Terminal, column};

#[tokio::test]
async fn people_are_added_once_however_often_the_command_runs() {
    let terminal = Terminal::start().await;
    let id = "9f0c1d52-6a57-4b7e-8f0e-2d1f6f3c7a10";
    let add = [
        "users",
        "add",
        "--user",
        "Mary Jackson <mary@example.com>",
        "--user",
        "van Rossum, Guido <guido@example.com>",
        "--product",
        "meeting",
        "--language",
        "de",
        "--welcome-email",
        "none",
        "--request-id",
        id,
    ];
    let dry = terminal.json(&[&add[..], &["--validate-only"]].concat()).await;
    assert_eq!(dry["results"][0]["user_id"], "");
    assert_eq!(
        dry["seats"],
        json!([{ "product": "meeting", "requested": 2, "available": 97 }])
    );
    let first = terminal.json(&add).await;
    assert_eq!(
        column(&first["results"], "outcome"),
        ["OUTCOME_CREATED", "OUTCOME_CREATED"]
    );
    assert_eq!(terminal.json(&add).await, first);

    let list = terminal.json(&["users", "list", "--text", "guido"]).await;
    assert_eq!(column(&list, "user.family_name"), ["van Rossum"]);
    assert_eq!(column(&list, "user.language"), ["de"]);
    assert_eq!(list[0]["products"], json!(["meeting"]));
    let all = terminal.json(&["users", "list", "--sort", "email", "--all"]).await;
    let expected = [
        "ada@example.com",
        "alan@example.com",
        "grace@example.com",
        "guido@example.com",
        "mary@example.com",
        "owner@example.com",
    ];
    assert_eq!(column(&all, "user.email"), expected);
    let table = terminal.ok(&["users", "list", "--text", "mary"]).await;
    let cells: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(cells[0][..4], ["ID", "EMAIL", "GIVEN", "NAME"]);
    assert_eq!(cells[1][1..4], ["mary@example.com", "Mary", "Jackson"]);
    assert_eq!(cells.len(), 2);
}

#[tokio::test]
async fn what_cannot_be_added_changes_nothing_and_is_told_field_by_field() {
    let terminal = Terminal::start().await;
    let bad = [
        "--email",
        "no address",
        "--given-name",
        "",
        "--family-name",
        "X",
        "--product",
        "flying",
    ];
    let (exit, complaint) = terminal.refused(&[&["users", "add"], &bad[..]].concat()).await;
    assert_eq!(exit, 6);
    for part in [
        "users[0].email",
        "users[0].given_name",
        "NAME_MISSING",
        "options.products[0]",
        "PRODUCT_UNKNOWN",
    ] {
        assert!(complaint.contains(part), "no {part} in {complaint}");
    }
    let people: Vec<_> = (0..21).map(|n| format!("--user=A B <u{n}@example.com>")).collect();
    let mut many = vec!["users", "add", "--product", "webinar"];
    many.extend(people.iter().map(String::as_str));
    let (exit, complaint) = terminal.refused(&many).await;
    assert_eq!(exit, 6);
    for part in ["SEATS_EXHAUSTED", "webinar", "21", "20"] {
        assert!(complaint.contains(part), "no {part} in {complaint}");
    }
    for unknown in [["--group", "Nowhere"], ["--template", "None"], ["--role", "Wizard"]] {
        let user = "--user=A B <a@example.com>";
        let (exit, complaint) = terminal
            .refused(&[&["users", "add", user], &unknown[..]].concat())
            .await;
        assert_eq!(exit, 5, "{complaint}");
        assert!(complaint.contains(unknown[1]), "{complaint}");
    }
    for usage in [
        &["users", "add"][..],
        &["users", "add", "--email", "a@example.com"],
        &["users", "add", "--user", "x"],
    ] {
        assert_eq!(terminal.refused(usage).await.0, 2, "{usage:?}");
    }
    assert_eq!(terminal.json(&["users", "list"]).await.as_array().unwrap().len(), 4);

    // The good row goes in, and the exit code says that another did not.
    let partial = [
        "--user=A B <a@example.com>",
        "--user=Ada L <ada@example.com>",
        "--allow-partial",
    ];
    let output = terminal.run(&[&["users", "add"], &partial[..]].concat()).await;
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stdout(&output).contains("USER_EXISTS"), "{}", stdout(&output));
    terminal.ok(&["users", "show", "A@Example.com"]).await;
}

#[tokio::test]
async fn people_are_changed_suspended_deleted_and_restored() {
    let terminal = Terminal::start().await;
    terminal.log_in_invited("ada@example.com").await;
    terminal.ok(&["login", "--demo", "data/dev.json"]).await;
    let ada = "ada@example.com";
    terminal.ok(&["groups", "create", "Research"]).await;
    let change = ["--group", "research", "--add-product", "webinar"];
    let both = terminal
        .json(&[&["users", "update", ada, "alan@example.com"], &change[..]].concat())
        .await;
    assert_eq!(
        column(&both["results"], "outcome"),
        ["OUTCOME_UPDATED", "OUTCOME_UPDATED"]
    );
    terminal
        .ok(&["users", "update", ada, "--family-name", "King", "--language", "fr"])
        .await;
    let shown = terminal.json(&["users", "show", ada]).await;
    assert_eq!(
        (&shown["user"]["family_name"], &shown["user"]["language"]),
        (&json!("King"), &json!("fr"))
    );
    let held = || async { terminal.json(&["users", "show", ada]).await["user"]["products"].clone() };
    assert_eq!(held().await, json!(["meeting", "training", "webinar"]));
    terminal.ok(&["users", "update", ada, "--no-products"]).await;
    assert_eq!(held().await, json!([]));
    terminal.ok(&["users", "update", ada, "--product", "meeting"]).await;
    assert_eq!(held().await, json!(["meeting"]));

    let state = || async { terminal.json(&["users", "show", ada]).await["user"]["state"].clone() };
    terminal.ok(&["users", "suspend", ada, "--release-seats"]).await;
    assert_eq!((state().await, held().await), (json!("STATE_SUSPENDED"), json!([])));
    terminal.ok(&["users", "reactivate", ada]).await;
    assert_eq!(state().await, "STATE_ACTIVE");
    terminal.ok(&["users", "delete", ada]).await;
    assert_eq!(terminal.refused(&["users", "show", ada]).await.0, 5);
    let gone = terminal.json(&["users", "list", "--state", "deleted"]).await;
    assert_eq!(column(&gone, "user.email"), [ada]);
    terminal.ok(&["users", "restore", ada]).await;
    assert_eq!(state().await, "STATE_ACTIVE");

    let (exit, complaint) = terminal.refused(&["users", "delete", "owner@example.com"]).await;
    assert_eq!(exit, 6);
    assert!(
        complaint.contains("BILLING_CONTACT") || complaint.contains("LAST_SUPER_ADMIN"),
        "{complaint}"
    );
    assert_eq!(
        terminal.refused(&["users", "update", ada]).await.0,
        2,
        "a change without a change"
    );
    let dry = ["users", "update", ada, "--given-name", "X", "--validate-only"];
    assert_eq!(terminal.refused(&dry).await.0, 2, "names are changed at once");
    let names = ["users", "update", ada, "alan@example.com", "--given-name", "X"];
    assert_eq!(terminal.refused(&names).await.0, 6, "one name for two");
}

#[tokio::test]
async fn an_export_has_the_columns_of_an_import_and_names_for_ids() {
    let terminal = Terminal::start().await;
    terminal.ok(&["groups", "create", "Research, \"and\" more"]).await;
    terminal.ok(&["templates", "create", "Quiet"]).await;
    let to = ["--group", "research, \"and\" more", "--template", "quiet"];
    terminal
        .ok(&[&["users", "update", "ada@example.com"], &to[..]].concat())
        .await;
    let text = terminal.ok(&["users", "export"]).await;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns = "email,given_name,family_name,role,products,settings_template,group,language,time_zone,welcome_email";
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>().join(","), columns);
    let rows: Vec<Vec<String>> = reader
        .records()
        .map(|row| row.unwrap().iter().map(Into::into).collect())
        .collect();
    let owner = [
        "owner@example.com",
        "Olivia",
        "Owner",
        "SUPER_ADMIN",
        "",
        "",
        "",
        "en",
        "Europe/Berlin",
        "none",
    ];
    assert_eq!(rows[0], owner);
    let research = "Research, \"and\" more";
    let ada = [
        "ada@example.com",
        "Ada",
        "Lovelace",
        "MEMBER",
        "meeting|training",
        "Quiet",
        research,
        "en",
        "Europe/Berlin",
        "none",
    ];
    assert_eq!(rows[1], ada);
    assert_eq!(rows.len(), 4);
    assert_eq!(terminal.refused(&["users", "export", "--output", "json"]).await.0, 6);
    let research = terminal.ok(&["users", "export", "--group", research]).await;
    assert_eq!(research.lines().count(), 2);
}

#[tokio::test]
async fn whoever_may_not_manage_people_is_refused_and_whoever_sees_no_roles_gets_none() {
    let terminal = Terminal::start().await;
    terminal
        .ok(&["users", "update", "alan@example.com", "--role", "admin"])
        .await;
    terminal.log_in_invited("ada@example.com").await;
    let (exit, complaint) = terminal.refused(&["users", "list"]).await;
    assert_eq!(exit, 4);
    for part in ["PERMISSION_REQUIRED", "MANAGE_USERS", "usher matrix"] {
        assert!(complaint.contains(part), "no {part} in {complaint}");
    }
    terminal.log_in_invited("alan@example.com").await;
    let export = terminal.ok(&["users", "export"]).await;
    assert!(export.contains("owner@example.com,Olivia,Owner,,,"), "{export}");
    let (exit, complaint) = terminal
        .refused(&["users", "update", "ada@example.com", "--role", "admin"])
        .await;
    assert_eq!(exit, 4);
    assert!(complaint.contains("ROLE_ASSIGNMENT_FORBIDDEN"), "{complaint}");
}
