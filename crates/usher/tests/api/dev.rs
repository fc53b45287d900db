//! `usher dev`: started, used, stopped, and started again on the same folder.

use std::path::Path;
use std::time::Duration;

use ::usher::{Dev, DevFile, DevOptions};
use testkit::{Process, eventually, grpcurl};

use crate::program::{run, stderr, usher};

const SOON: Duration = Duration::from_secs(60);

fn options(data_dir: &Path) -> DevOptions {
    DevOptions {
        listen: ([127, 0, 0, 1], 0).into(),
        data_dir: data_dir.to_owned(),
    }
}

async fn people(file: &DevFile) -> Vec<String> {
    let authorization = format!("authorization: Bearer {}", file.access_token);
    let list = "usher.admin.v1.PeopleService/ListPeople";
    let answer = grpcurl(["-plaintext", "-H", &authorization, &file.address, list])
        .await
        .json();
    let people = answer["people"].as_array().unwrap();
    people
        .iter()
        .map(|person| person["user"]["email"].as_str().unwrap().to_owned())
        .collect()
}

fn read(data_dir: &Path) -> Result<DevFile, String> {
    let text = std::fs::read_to_string(data_dir.join("dev.json")).map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

#[tokio::test]
async fn it_goes_on_with_its_data_when_it_is_started_again() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    let first = Dev::start(&options(&data_dir)).await.unwrap();
    let account = first.file().account_id.clone();
    let expected = [
        "owner@example.com",
        "ada@example.com",
        "alan@example.com",
        "grace@example.com",
    ];
    assert_eq!(people(first.file()).await, expected);
    assert_eq!(read(&data_dir).unwrap().access_token, first.file().access_token);
    first.stop().await;
    assert!(read(&data_dir).is_err());

    let second = Dev::start(&options(&data_dir)).await.unwrap();
    assert_eq!(second.file().account_id, account);
    assert_eq!(people(second.file()).await, expected);
    let mails = eventually(SOON, async || {
        let mails = std::fs::read_dir(&second.file().mail_dir).unwrap().count();
        // Three welcomes, and an invoice.
        if mails == 4 {
            Ok(mails)
        } else {
            Err(format!("{mails} mails"))
        }
    });
    mails.await;
    second.stop().await;
}

#[tokio::test]
async fn every_command_it_shows_works_as_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let dev = Dev::start(&options(folder.path())).await.unwrap();
    let welcome = dev.welcome();
    let tokens: Vec<_> = welcome
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("TOKEN="))
        .collect();
    let commands: Vec<_> = welcome
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("grpcurl"))
        .collect();
    assert_eq!((tokens.len(), commands.len()), (2, 5));
    for token in tokens {
        for command in &commands {
            let script = format!("{token}\n{command}");
            let output = tokio::process::Command::new("sh")
                .args(["-c", &script])
                .output()
                .await
                .unwrap();
            assert!(output.status.success(), "{command}: {}", stderr(&output));
        }
    }
    dev.stop().await;
}

#[tokio::test]
async fn its_owner_logs_in_to_the_command_line_as_it_shows() {
    let folder = tempfile::tempdir().unwrap();
    let dev = Dev::start(&options(folder.path())).await.unwrap();
    let this = std::env::current_exe().unwrap();
    let this = format!("'{}'", this.display());
    let welcome = dev.welcome();
    let commands: Vec<_> = welcome
        .lines()
        .filter_map(|line| line.trim().strip_prefix(&this))
        .collect();
    assert_eq!(commands.len(), 2, "{welcome}");
    for command in commands {
        let script = format!("'{}'{command}", env!("CARGO_BIN_EXE_usher"));
        let output = tokio::process::Command::new("sh")
            .args(["-c", &script])
            .env("XDG_CONFIG_HOME", folder.path().join("config"))
            .output()
            .await
            .unwrap();
        assert!(output.status.success(), "{script}: {}", stderr(&output));
    }
    dev.stop().await;
}

#[tokio::test]
async fn a_second_one_on_the_same_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let lock = std::fs::File::create(folder.path().join("lock")).unwrap();
    lock.lock().unwrap();
    std::fs::write(folder.path().join("dev.json"), "of the first").unwrap();
    let data_dir = folder.path().to_str().unwrap();
    let output = run(
        folder.path(),
        ["dev", "--listen", "127.0.0.1:0", "--data-dir", data_dir],
    )
    .await;
    assert!(!output.status.success());
    assert!(
        stderr(&output).contains("another `usher dev` is running on the folder"),
        "{}",
        stderr(&output)
    );
    assert_eq!(
        std::fs::read_to_string(folder.path().join("dev.json")).unwrap(),
        "of the first"
    );
}

#[tokio::test]
async fn an_address_that_others_can_reach_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), ["dev", "--listen", "0.0.0.0:0"]).await;
    assert!(!output.status.success());
    assert!(stderr(&output).contains("loopback only"), "{}", stderr(&output));
    assert!(!folder.path().join(".usher").exists());
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(folder.path(), ["dev", "--listen", &address]).await;
    assert!(!output.status.success());
    let expected = format!("cannot listen on {address}");
    assert!(stderr(&output).contains(&expected), "{}", stderr(&output));
}

fn start(folder: &Path, settings: &[(&str, &str)]) -> Process {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_usher"));
    command.current_dir(folder).args(["--listen", "127.0.0.1:0", "--quiet"]);
    command.envs(settings.iter().copied());
    Process::start("usher dev", &mut command, &folder.join("log")).unwrap()
}

#[tokio::test]
async fn the_program_is_ready_when_its_file_is_there_and_stops_on_sigterm() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join(".usher");
    let mut dev = start(folder.path(), &[]);
    let file = eventually(SOON, async || read(&data_dir)).await;
    assert_eq!(people(&file).await.len(), 4);
    dev.terminate();
    assert!(dev.exited(SOON).await.unwrap().success(), "{}", dev.output());
    assert_eq!(dev.output(), "");
    assert!(read(&data_dir).is_err());
}

#[tokio::test]
async fn the_tokens_in_its_file_are_renewed_before_they_expire() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join(".usher");
    let _dev = start(folder.path(), &[("USHER_IDENTITY__SESSIONS__ACCESS_LIFETIME", "3s")]);
    let first = eventually(SOON, async || read(&data_dir)).await;
    let renewed = eventually(SOON, async || match read(&data_dir)? {
        file if file.access_token != first.access_token => Ok(file),
        _ => Err("the token is still the first".to_owned()),
    })
    .await;
    assert_ne!(renewed.refresh_token, first.refresh_token);
    assert_eq!(people(&renewed).await.len(), 4);
}

#[tokio::test]
async fn it_goes_on_after_it_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join(".usher");
    let mut dev = start(folder.path(), &[]);
    let first = eventually(SOON, async || read(&data_dir)).await;
    dev.kill();
    let _dev = start(folder.path(), &[]);
    let second = eventually(SOON, async || match read(&data_dir)? {
        file if file.access_token != first.access_token => Ok(file),
        _ => Err("the file is still of the first".to_owned()),
    })
    .await;
    assert_eq!(second.account_id, first.account_id);
    assert_eq!(people(&second).await.len(), 4);
}

#[tokio::test]
async fn a_setting_that_does_not_exist_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = usher(folder.path());
    command.args(["dev", "--listen", "127.0.0.1:0"]);
    command.env("USHER_LICENSING__SWEP__INTERVAL", "1s");
    let output = command.output().await.unwrap();
    assert!(!output.status.success());
    assert!(stderr(&output).contains("USHER_LICENSING__SWEP"), "{}", stderr(&output));
}
