//! `usher login` and `usher logout`, and the session between them.

use std::fs::{self, Permissions};
use std::net::Ipv6Addr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use futures::future::join_all;
use serde_json::Value;
use testkit::{Hosts, Process, Proxy, eventually, free_port};
use tokio::process::Command;

use crate::program::{stderr, usher, with_input};
use crate::terminal::Terminal;

const SOON: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_session_is_begun_used_and_ended() {
    let terminal = Terminal::start().await;
    for path in [terminal.session(), terminal.session().parent().unwrap().to_owned()] {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "others can use {}", path.display());
    }
    terminal.ok(&["seats", "list"]).await;
    let kept = fs::read_to_string(terminal.session()).unwrap();
    terminal.ok(&["logout"]).await;
    assert!(!terminal.session().exists());
    let (exit, complaint) = terminal.refused(&["seats", "list"]).await;
    assert_eq!(exit, 3);
    assert!(complaint.contains("usher login"), "{complaint}");

    // It has ended at the gateway too: a copy of it is worth nothing.
    fs::write(terminal.session(), kept).unwrap();
    fs::set_permissions(terminal.session(), Permissions::from_mode(0o600)).unwrap();
    let ended = eventually(SOON, async || match terminal.run(&["seats", "list"]).await {
        output if output.status.code() == Some(3) => Ok(stderr(&output)),
        output => Err(format!("{:?}", output.status)),
    });
    let complaint = ended.await;
    assert!(complaint.contains("usher login"), "{complaint}");
}

#[tokio::test]
async fn whoever_cannot_log_in_is_told_and_keeps_the_session_they_have() {
    let terminal = Terminal::start().await;
    let output = terminal.log_in("owner@example.com", "a wrong password").await;
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("CREDENTIALS_INVALID"), "{}", stderr(&output));
    terminal.ok(&["seats", "list"]).await;

    let elsewhere = ["seats", "list", "--server", "127.0.0.1:1"];
    let (exit, complaint) = terminal.refused(&elsewhere).await;
    assert_eq!(exit, 3);
    assert!(complaint.contains("not at 127.0.0.1:1"), "{complaint}");
    let here = ["login", "--server", &terminal.dev.file().address];
    let (exit, _) = terminal
        .refused(&[&here[..], &["--email", "a@example.com"]].concat())
        .await;
    assert_eq!(exit, 6, "nobody is there to type a password");
    let (exit, _) = terminal.refused(&["login"]).await;
    assert_eq!(exit, 2);
}

#[tokio::test]
async fn whoever_knocks_in_the_wrong_way_is_told_before_a_password_is_typed() {
    let terminal = Terminal::start().await;
    let knock = async |args: &[&str]| {
        terminal
            .refused(&[&["login", "--email", "a@example.com"], args].concat())
            .await
    };
    let (exit, complaint) = knock(&["--server", "http://10.0.0.1:1"]).await;
    assert_eq!(exit, 6, "a password must not leave this machine in the clear");
    assert!(complaint.contains("https://10.0.0.1:1"), "{complaint}");
    let address = &terminal.dev.file().address;
    let (exit, complaint) = knock(&["--server", &format!("https://{address}")]).await;
    assert_eq!(exit, 6);
    assert!(complaint.contains("does not speak TLS"), "{complaint}");
    let (exit, complaint) = knock(&["--server", address, "--ca", "nowhere.crt"]).await;
    assert_eq!(exit, 6);
    assert!(complaint.contains("nowhere.crt"), "{complaint}");
    let nobody = format!("127.0.0.1:{}", free_port().unwrap());
    for server in [&nobody, &format!("https://{nobody}")] {
        let (exit, complaint) = knock(&["--server", server]).await;
        assert_eq!(exit, 7, "{complaint}");
        assert!(complaint.contains("is the server running"), "{complaint}");
    }
}

#[tokio::test]
async fn localhost_is_wherever_the_gateway_listens() {
    let terminal = Terminal::start().await;
    let file = terminal.dev.file();
    let hosts = Hosts::new(&["::1 localhost", "127.0.0.1 localhost"].map(str::to_owned)).unwrap();
    let six = Proxy::start_at(Ipv6Addr::LOCALHOST, &file.address).await.unwrap();
    for place in [file.address.clone(), six.address().to_string()] {
        let (_, port) = place.rsplit_once(':').unwrap();
        let mut login = Command::from(hosts.command(Path::new(env!("CARGO_BIN_EXE_usher"))));
        login.args(["login", "--server", &format!("localhost:{port}"), "--password-stdin"]);
        login.args(["--email", &file.owner_email]);
        login.env("XDG_CONFIG_HOME", terminal.folder().join(port));
        let output = with_input(login, &format!("{}\n", file.owner_password)).await;
        assert!(output.status.success(), "{place}: {}", stderr(&output));
    }
}

#[tokio::test]
async fn a_session_that_others_could_have_read_is_not_used() {
    let terminal = Terminal::start().await;
    fs::set_permissions(terminal.session(), Permissions::from_mode(0o644)).unwrap();
    let (exit, complaint) = terminal.refused(&["seats", "list"]).await;
    assert_eq!(exit, 6);
    let path = terminal.session();
    assert!(
        complaint.contains(&format!("chmod 600 {}", path.display())),
        "{complaint}"
    );
}

async fn short_lived(folder: &Path) -> Process {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_usher"));
    command.current_dir(folder).args(["--listen", "127.0.0.1:0", "--quiet"]);
    // Less than what a client wants an access token to have left: each command renews it.
    command.env("USHER_IDENTITY__SESSIONS__ACCESS_LIFETIME", "20s");
    let process = Process::start("usher dev", &mut command, &folder.join("log")).unwrap();
    eventually(SOON, async || {
        fs::metadata(folder.join(".usher/dev.json")).map_err(|error| error.to_string())
    })
    .await;
    process
}

#[tokio::test]
async fn commands_that_renew_the_session_at_once_do_not_end_it() {
    let folder = tempfile::tempdir().unwrap();
    let _dev = short_lived(folder.path()).await;
    let run = async |args: &[&str]| {
        let mut command = usher(folder.path());
        command.args(args).env("XDG_CONFIG_HOME", folder.path().join("config"));
        command.output().await.unwrap()
    };
    let output = run(&["login", "--demo", ".usher/dev.json"]).await;
    assert!(output.status.success(), "{}", stderr(&output));
    let session = folder.path().join("config/usher/session.json");
    let refresh_token = || {
        let session: Value = serde_json::from_str(&fs::read_to_string(&session).unwrap()).unwrap();
        session["refresh_token"].as_str().unwrap().to_owned()
    };
    let first = refresh_token();
    let outputs = join_all((0..8).map(|_| run(&["seats", "list"]))).await;
    for output in outputs {
        assert!(output.status.success(), "{}", stderr(&output));
    }
    assert_ne!(refresh_token(), first);
    let output = run(&["seats", "list"]).await;
    assert!(output.status.success(), "{}", stderr(&output));
}
