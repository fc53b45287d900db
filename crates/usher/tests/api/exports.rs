//! `usher users export`, read by `usher users import`.

use serde_json::Value;

use crate::imports::{QUIETLY, counts, put};
use crate::program::{stdout, with_input};
use crate::terminal::{Terminal, column};

#[tokio::test]
async fn an_export_that_is_imported_changes_nothing() {
    let terminal = Terminal::start().await;
    terminal.ok(&["groups", "create", "=Research, \"and\" more"]).await;
    terminal.ok(&["templates", "create", "@Quiet"]).await;
    let names = [
        "=Ada",
        "'=Ada",
        "''+Ada",
        "'Ada",
        "\"Ada\"",
        "Ada, Ää",
        "-李",
        "@Ada",
        "＝Ada",
        "O'Ada",
    ];
    for (index, name) in names.iter().enumerate() {
        let person = [
            ("email", format!("+user{index}@example.com")),
            ("given-name", (*name).to_owned()),
            ("family-name", (*name).to_owned()),
        ];
        let person = person.map(|(option, value)| format!("--{option}={value}"));
        let options = [
            "users",
            "add",
            "--product",
            "webinar",
            "--group",
            "=research, \"AND\" more",
            "--template",
            "@quiet",
            "--language",
            "fr",
        ];
        let person = person.each_ref().map(String::as_str);
        terminal.ok(&[&options[..], &person, &QUIETLY].concat()).await;
    }
    let export = terminal.ok(&["users", "export"]).await;
    put(&terminal, "people.csv", &export);
    let import = ["users", "import", "people.csv", "--existing", "update"];
    let ending = terminal.json(&import).await;
    assert_eq!(counts(&ending), [("unchanged", 14)]);
    assert_eq!(ending["failures_file"], Value::Null);
    assert_eq!(terminal.ok(&["users", "export"]).await, export);
    let people = terminal
        .json(&["users", "list", "--text", "+user", "--sort", "email"])
        .await;
    assert_eq!(column(&people, "user.given_name"), names);
    assert_eq!(column(&people, "user.family_name"), names);

    // A change comes with it, and only that.
    let changed = export.replace("O'Ada,O'Ada", "O'Ada,O'Neill");
    let command = terminal.command(&["users", "import", "-", "--existing", "update", "--output", "json"]);
    let output = with_input(command, &changed).await;
    let ending: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(counts(&ending), [("unchanged", 13), ("updated", 1)]);
    assert_eq!(terminal.ok(&["users", "export"]).await, changed);
}
