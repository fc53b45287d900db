//! What the README tells people to paste, pasted.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use testkit::{Process, eventually, usher_program};

use crate::support::PATIENCE;

const README: &str = include_str!("../../README.md");

/// The shell blocks of the README between two of its marks.
fn commands(mark: &str) -> String {
    let (_, rest) = README.split_once(&format!("<!-- test: {mark} -->")).unwrap();
    let (_, rest) = rest.split_once("```sh\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

/// Runs commands as a shell would, in a folder that is home, with the program at hand; answers what they print.
async fn paste(folder: &Path, text: &str) -> String {
    let program = usher_program();
    let script = format!("PATH=\"{}:$PATH\"\n{text}", program.parent().unwrap().display());
    let output = tokio::process::Command::new("bash")
        .args(["-euo", "pipefail", "-c", &script])
        .current_dir(folder)
        .env("XDG_CONFIG_HOME", folder.join("config"))
        .output()
        .await
        .unwrap();
    let (out, complaint) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{text}\n{out}\n{complaint}");
    out.into_owned()
}

/// `usher dev` as a process, in a folder.
async fn dev(folder: &Path) -> (Process, Value) {
    let data: PathBuf = folder.join("data");
    // One that was killed leaves its file behind.
    let _absent = std::fs::remove_file(data.join("dev.json"));
    let mut command = Command::new(usher_program());
    command
        .args(["dev", "--quiet", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(&data);
    let process = Process::start("usher dev", &mut command, &folder.join("dev.log")).unwrap();
    let file = eventually(PATIENCE, async || {
        let text = std::fs::read_to_string(data.join("dev.json")).map_err(|error| error.to_string())?;
        serde_json::from_str::<Value>(&text).map_err(|error| error.to_string())
    })
    .await;
    (process, file)
}

#[tokio::test]
async fn the_commands_of_the_readme_work_with_real_grpcurl() {
    let folder = tempfile::tempdir().unwrap();
    let (_process, _file) = dev(folder.path()).await;
    let text = commands("grpcurl").replace(".usher/", "data/");
    assert!(text.matches("grpcurl").count() >= 5, "{text}");
    let out = paste(folder.path(), &text).await;
    for expected in [
        "OUTCOME_INVITED",
        "ada@example.com",
        "\"assigned\"",
        "STATE_",
        "usher.admin.v1.PeopleService",
    ] {
        assert!(out.contains(expected), "no {expected} in\n{out}");
    }
}

#[tokio::test]
async fn the_commands_of_the_readme_work_with_the_program_itself() {
    let folder = tempfile::tempdir().unwrap();
    let (_process, _file) = dev(folder.path()).await;
    let text = commands("usher").replace(".usher/", "data/");
    assert!(text.matches("usher ").count() >= 15, "{text}");
    let out = paste(folder.path(), &text).await;
    for expected in [
        "INVITED",
        "van Rossum",
        "\"assigned\"",
        "team-monthly",
        "MANAGE_USERS",
        "billing contact",
        "unchanged         5",
    ] {
        assert!(out.contains(expected), "no {expected} in\n{out}");
    }
    let people = std::fs::read_to_string(folder.path().join("people.csv")).unwrap();
    assert!(
        people.contains("mary@example.com,Mary,Jackson,MEMBER,meeting|training|webinar,"),
        "{people}"
    );
    let log = std::fs::read_to_string(folder.path().join("log.jsonl")).unwrap();
    assert!(
        log.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()),
        "{log}"
    );
}

#[tokio::test]
async fn a_killed_dev_goes_on_with_its_data() {
    let folder = tempfile::tempdir().unwrap();
    let (mut process, first) = dev(folder.path()).await;
    process.kill();
    let (_process, second) = dev(folder.path()).await;
    assert_eq!(first["account_id"], second["account_id"]);
    assert_ne!(first["access_token"], second["access_token"]);
    for key in [
        "address",
        "access_token",
        "refresh_token",
        "account_id",
        "owner_email",
        "owner_password",
        "mail_dir",
    ] {
        assert!(second[key].as_str().is_some_and(|text| !text.is_empty()), "{key}");
    }
    let bearer = format!("authorization: Bearer {}", second["access_token"].as_str().unwrap());
    let method = "usher.admin.v1.PeopleService/ListPeople";
    let out = testkit::grpcurl(["-plaintext", "-H", &bearer, second["address"].as_str().unwrap(), method]).await;
    assert_eq!(out.json()["people"].as_array().unwrap().len(), 4, "{}", out.stderr);
}
