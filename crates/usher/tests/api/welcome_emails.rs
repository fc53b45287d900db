//! `usher welcome-emails`.

use tempfile::TempDir;

use crate::terminal::{Terminal, column};

/// `en=FILE`, a file with this body.
fn body(folder: &TempDir, language: &str, text: &str) -> String {
    let path = folder.path().join(format!("{language}.html"));
    std::fs::write(&path, text).unwrap();
    format!("{language}={}", path.display())
}

fn create(body: &str) -> [&str; 7] {
    let subject = "en=Hi {{ given_name }}";
    [
        "welcome-emails",
        "create",
        "Research",
        "--subject",
        subject,
        "--body",
        body,
    ]
}

#[tokio::test]
async fn a_welcome_email_is_written_and_looked_at() {
    let (terminal, folder) = (Terminal::start().await, tempfile::tempdir().unwrap());
    let bad = body(&folder, "en", "<p>Hello</p>\n<p>{{ nobody }}</p>");
    let (exit, complaint) = terminal.refused(&create(&bad)).await;
    assert_eq!(exit, 6);
    assert!(complaint.contains("line 2, column 4"), "{complaint}");

    let english = body(&folder, "en", "<p>Hello {{ full_name }}</p>");
    let made = terminal.json(&create(&english)).await;
    assert_eq!(made["languages"][0], "en");
    let german = body(&folder, "de", "<p>Hallo {{ full_name }}</p>");
    let update = ["welcome-emails", "update", "research", "--subject", "de=Hallo"];
    let changed = terminal.json(&[&update[..], &["--body", &german]].concat()).await;
    assert_eq!(changed["languages"][1], "de");
    assert_eq!(changed["version"], 2);
    let preview = ["welcome-emails", "preview", "Research", "--language", "de"];
    let reader = ["--given-name", "Grace", "--family-name", "Hopper"];
    let written = terminal.ok(&[&preview[..], &reader].concat()).await;
    assert!(written.starts_with("Hallo\n\nHallo Grace Hopper\n"), "{written}");
    let draft = ["welcome-emails", "preview", "--subject", "en=Draft", "--part", "html"];
    let html = terminal.ok(&[&draft[..], &["--body", &english]].concat()).await;
    assert!(html.contains("<p>Hello "), "{html}");
    assert_eq!(terminal.refused(&["welcome-emails", "preview"]).await.0, 2);
    let show = ["welcome-emails", "show", "Research", "--body", "DE"];
    assert_eq!(terminal.ok(&show).await, "<p>Hallo {{ full_name }}</p>");
    let without = ["welcome-emails", "update", "Research", "--without", "de"];
    let changed = terminal.json(&without).await;
    assert_eq!(changed["languages"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_welcome_email_is_made_the_default_chosen_and_deleted() {
    let (terminal, folder) = (Terminal::start().await, tempfile::tempdir().unwrap());
    let english = body(&folder, "en", "<p>Hello {{ full_name }}</p>");
    terminal.ok(&create(&english)).await;
    terminal.ok(&["welcome-emails", "default", "Research"]).await;
    let listed = terminal.json(&["welcome-emails", "list"]).await;
    assert_eq!(column(&listed, "name"), ["Research"]);
    assert_eq!(listed[0]["is_default"], true);
    let add = ["users", "add", "--email", "new@example.com"];
    let choose = ["--given-name", "New", "--family-name", "Comer", "--welcome-email"];
    let add = [&add[..], &choose].concat();
    assert_eq!(terminal.refused(&[&add[..], &["Party"]].concat()).await.0, 5);
    terminal.ok(&[&add[..], &["research"]].concat()).await;
    terminal.ok(&["welcome-emails", "delete", "Research"]).await;
    assert_eq!(terminal.refused(&["welcome-emails", "show", "Research"]).await.0, 5);
}
