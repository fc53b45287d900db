//! `usher users import` and `usher imports`.

use std::fmt::Write;
use std::fs;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::eventually;

use crate::program::{stderr, stdout};
use crate::terminal::{Terminal, column};

const SOON: Duration = Duration::from_secs(60);
pub const QUIETLY: [&str; 2] = ["--welcome-email", "none"];

/// A file of so many people.
pub fn sheet(rows: usize) -> String {
    let mut sheet = "email,given_name,family_name\n".to_owned();
    for row in 0..rows {
        writeln!(sheet, "user{row}@example.com,Ada,Lovelace").unwrap();
    }
    sheet
}

pub fn put(terminal: &Terminal, name: &str, text: &str) {
    fs::write(terminal.folder().join(name), text).unwrap();
}

/// What became of rows, without what became of none.
pub fn counts(ending: &Value) -> Vec<(&str, i64)> {
    let counts = ending["import"]["counts"].as_object().unwrap().iter();
    let counts = counts.map(|(name, count)| (name.as_str(), count.as_i64().unwrap()));
    counts.filter(|(_, count)| *count != 0).collect()
}

/// The id of an import in what was said about it.
fn id(text: &str) -> String {
    let (_, rest) = text.split_once("imp_").unwrap_or_else(|| panic!("no id in {text}"));
    let id: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
    format!("imp_{id}")
}

#[tokio::test]
async fn whoever_is_at_a_terminal_sees_how_far_it_is() {
    let terminal = Terminal::start().await;
    put(&terminal, "people.csv", &sheet(10_000));
    let mut screen = terminal.watch(&[&["users", "import", "people.csv"], &QUIETLY[..]].concat());
    for part in [
        "uploading [",
        "importing [",
        " of 10,000 rows, ",
        " rows/s, ",
        " left",
        "SUCCEEDED",
    ] {
        screen.see(part).await;
    }
    let (exit, seen) = screen.end().await;
    assert_eq!(exit, 0, "{seen}");
    let cells: Vec<&str> = seen.split_whitespace().collect();
    let created = cells.iter().position(|cell| *cell == "created").unwrap();
    assert_eq!(cells[created + 1], "10000", "{seen}");
}

#[tokio::test]
async fn whoever_does_not_wait_can_look_at_it_later_and_stop_it() {
    let terminal = Terminal::start().await;
    put(&terminal, "many.csv", &sheet(30_000));
    let mut screen = terminal.watch(&[&["users", "import", "many.csv"], &QUIETLY[..]].concat());
    screen.see("validating").await;
    screen.interrupt().await;
    let (exit, seen) = screen.end().await;
    assert_eq!(exit, 130, "{seen}");
    let id = id(&seen);
    for part in ["goes on", "usher imports show", "usher imports cancel"] {
        assert!(seen.contains(part), "no {part} in {seen}");
    }
    // Others wait for their turn.
    put(&terminal, "few.csv", &sheet(1));
    let no_wait = ["users", "import", "few.csv", "--validate-only", "--no-wait"];
    let next = terminal.json(&no_wait).await;
    assert_eq!(next["import"]["state"], "STATE_QUEUED");
    let list = terminal.json(&["imports", "list"]).await;
    assert_eq!(column(&list, "id"), [next["import"]["id"].as_str().unwrap(), &id]);
    let look = async |id: &str, state: &str| {
        eventually(SOON, async || match terminal.json(&["imports", "show", id]).await {
            import if import["state"] == state => Ok(()),
            import => Err(import),
        })
        .await;
    };
    terminal.ok(&["imports", "cancel", &id]).await;
    look(&id, "STATE_CANCELLED").await;
    look(next["import"]["id"].as_str().unwrap(), "STATE_SUCCEEDED").await;
    let (exit, complaint) = terminal
        .refused(&["imports", "cancel", "imp_01a214f2023274da8dc61b7073c01318"])
        .await;
    assert_eq!(exit, 5);
    assert!(complaint.contains("IMPORT_NOT_FOUND"), "{complaint}");
}

#[tokio::test]
async fn rows_that_fail_are_mended_and_sent_again() {
    let terminal = Terminal::start().await;
    let file = "email,given_name,family_name,group\n\
        a@example.com,Ada,Lovelace,\n\
        b@example.com,=Bob,Builder,Nowhere\n\
        no address,Eve,Evil,\n";
    put(&terminal, "people.csv", file);
    let import = ["users", "import", "people.csv", "--output", "json"];
    let output = terminal.run(&[&import[..], &["--validate-only"]].concat()).await;
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(terminal.json(&["users", "list"]).await.as_array().unwrap().len(), 4);

    let output = terminal.run(&import).await;
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let ending: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(counts(&ending), [("failed", 2), ("invited", 1)]);
    assert_eq!(ending["failures_file"], "people.failures.csv");
    for part in ["uploading: ", "importing: 3 of 3 rows", "people.failures.csv"] {
        assert!(stderr(&output).contains(part), "no {part} in {}", stderr(&output));
    }
    assert_eq!(fs::read_to_string(terminal.folder().join("people.csv")).unwrap(), file);
    let failures = fs::read_to_string(terminal.folder().join("people.failures.csv")).unwrap();
    for part in [
        "import_line,import_error",
        "b@example.com,'=Bob,Builder,Nowhere,3,",
        "EMAIL_CHARACTER",
    ] {
        assert!(failures.contains(part), "no {part} in {failures}");
    }
    let id = ending["import"]["id"].as_str().unwrap();
    assert_eq!(terminal.ok(&["imports", "failures", id]).await, failures);
    terminal.ok(&["imports", "failures", id, "--file", "again.csv"]).await;
    assert_eq!(
        fs::read_to_string(terminal.folder().join("again.csv")).unwrap(),
        failures
    );

    let mended = failures.replace("Nowhere", "").replace("no address", "eve@example.com");
    put(&terminal, "people.failures.csv", &mended);
    let ending = terminal.json(&["users", "import", "people.failures.csv"]).await;
    assert_eq!(counts(&ending), [("invited", 2)]);
    let bob = terminal.json(&["users", "show", "b@example.com"]).await;
    assert_eq!(bob["user"]["given_name"], "=Bob");
}

#[tokio::test]
async fn a_pipe_is_read_once_and_its_failures_are_put_here() {
    let terminal = Terminal::start().await;
    put(&terminal, "people.csv", &(sheet(1) + "no address,Eve,Evil\n"));
    let import = format!(
        "mkfifo pipe; cat people.csv > pipe & '{}' users import pipe --output json",
        env!("CARGO_BIN_EXE_usher")
    );
    let output = tokio::process::Command::new("bash")
        .args(["-c", &import])
        .current_dir(terminal.folder())
        .env("XDG_CONFIG_HOME", terminal.folder().join("config"))
        .output()
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let ending: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(counts(&ending), [("failed", 1), ("invited", 1)]);
    assert_eq!(ending["failures_file"], "import.failures.csv");
    let failures = fs::read_to_string(terminal.folder().join("import.failures.csv")).unwrap();
    assert!(failures.contains("no address,Eve,Evil,3,"), "{failures}");
}

#[tokio::test]
async fn what_cannot_be_imported_is_told_and_changes_nothing() {
    let terminal = Terminal::start().await;
    put(&terminal, "people.csv", &sheet(21));
    put(
        &terminal,
        "shoes.csv",
        "email,given_name,family_name,shoe size\na@example.com,Ada,Lovelace,38\n",
    );
    for (args, exit, part) in [
        (&["none.csv"][..], 5, "none.csv"),
        (&["data"], 6, "data"),
        (&["shoes.csv"], 6, "COLUMN_UNKNOWN"),
        (&["people.csv", "--failures", "./people.csv"], 6, "people.csv"),
        (&["people.csv", "--group", "Nowhere"], 5, "Nowhere"),
        (&["people.csv", "--language", "xx"], 6, "LANGUAGE_UNKNOWN"),
        (&["people.csv", "--no-wait", "--failures", "x"], 2, "--no-wait"),
        (&["people.csv", "--existing", "eat"], 2, "eat"),
        (&[], 2, "FILE"),
    ] {
        let refused = terminal.refused(&[&["users", "import"], args].concat()).await;
        assert!(refused.0 == exit && refused.1.contains(part), "{args:?}: {refused:?}");
    }
    assert_eq!(terminal.json(&["imports", "list"]).await, json!([]));

    let import = [
        "users",
        "import",
        "people.csv",
        "--product",
        "webinar",
        "--output",
        "json",
    ];
    for more in [&["--validate-only"][..], &[]] {
        let output = terminal.run(&[&import[..], more].concat()).await;
        assert_eq!(output.status.code(), Some(6), "{}", stderr(&output));
        let ending: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(
            ending["import"]["seats"][0],
            json!({ "product": "webinar", "requested": 21, "available": 20 })
        );
        assert!(stderr(&output).contains("usher seats list"), "{}", stderr(&output));
    }
    assert_eq!(terminal.json(&["users", "list"]).await.as_array().unwrap().len(), 4);
    let partly = [&import[..], &["--seats", "as-far-as-they-go"], &QUIETLY].concat();
    let output = terminal.run(&partly).await;
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let ending: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(counts(&ending), [("created", 20), ("failed", 1)]);

    // Once is enough, unless it is to be done again.
    let (exit, complaint) = terminal.refused(&partly).await;
    assert_eq!(exit, 6);
    for part in ["FILE_IMPORTED", "--force", ending["import"]["id"].as_str().unwrap()] {
        assert!(complaint.contains(part), "no {part} in {complaint}");
    }
    let lenient = ["users", "import", "shoes.csv", "--ignore-unknown-columns"];
    assert!(terminal.ok(&lenient).await.contains("shoe size"));
    let again = terminal.json(&[&lenient[..], &["--force"]].concat()).await;
    assert_eq!(counts(&again), [("skipped", 1)]);
}

#[tokio::test]
async fn the_template_is_a_file_to_import() {
    let terminal = Terminal::start().await;
    let template = terminal.ok(&["imports", "template"]).await;
    put(&terminal, "people.csv", &template);
    let list = terminal.ok(&["imports", "list", "--output", "csv"]).await;
    assert!(list.starts_with("id,state,validate_only,rows,"), "{list}");
    assert!(template.starts_with("email,given_name,family_name,"), "{template}");
    assert_eq!(
        terminal.refused(&["imports", "template", "--output", "json"]).await.0,
        6
    );
    let (exit, complaint) = terminal.refused(&["imports", "show", "x"]).await;
    assert_eq!(exit, 6);
    assert!(complaint.contains("ID_MALFORMED"), "{complaint}");
}
