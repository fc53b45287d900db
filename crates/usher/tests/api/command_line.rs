//! Which words the program understands.

use clap::Parser;
use usher::{Cli, Command};

use crate::program::{run, stderr, stdout};

fn dev_args(args: &[&str]) -> (String, String, bool) {
    let cli = Cli::try_parse_from([&["usher"], args].concat()).unwrap();
    let Command::Dev(args) = cli.into_command() else {
        panic!("{args:?} is not dev")
    };
    let data_dir = args.data_dir.to_str().unwrap().to_owned();
    (args.listen.to_string(), data_dir, args.quiet)
}

#[test]
fn no_command_is_dev() {
    let default = ("127.0.0.1:50051".to_owned(), ".usher".to_owned(), false);
    assert_eq!(dev_args(&[]), default);
    assert_eq!(dev_args(&["dev"]), default);
}

#[test]
fn dev_takes_its_options_with_and_without_its_name() {
    let expected = ("127.0.0.1:0".to_owned(), "/tmp/u".to_owned(), true);
    let options = ["--listen", "127.0.0.1:0", "--data-dir", "/tmp/u", "--quiet"];
    assert_eq!(dev_args(&options), expected);
    assert_eq!(dev_args(&[&["dev"], &options[..]].concat()), expected);
}

#[test]
fn what_is_not_understood_is_refused() {
    for args in [
        &["serve"][..],
        &["serve", "seats"],
        &["migrate", "gateway"],
        &["dev", "--listen", "here"],
        &["dev", "--config", "x"],
        &["--quiet", "keygen"],
        &["account", "create", "--name", "Demo"],
        &["launch"],
    ] {
        let args = [&["usher"], args].concat();
        assert!(Cli::try_parse_from(&args).is_err(), "{args:?}");
    }
}

#[tokio::test]
async fn keygen_prints_a_pair_that_toml_can_read() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), ["keygen"]).await;
    assert!(output.status.success(), "{}", stderr(&output));
    let pair: toml::Table = toml::from_str(&stdout(&output)).unwrap();
    let keys: Vec<_> = pair.keys().map(String::as_str).collect();
    assert_eq!(keys, ["key", "public_key"]);
    assert_ne!(pair["key"], pair["public_key"]);
}

/// As in `usher users list | head`.
#[tokio::test]
async fn a_reader_who_has_seen_enough_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let script = format!(
        "'{}' completions bash | head -c 1; exit ${{PIPESTATUS[0]}}",
        env!("CARGO_BIN_EXE_usher")
    );
    let output = tokio::process::Command::new("bash")
        .args(["-c", &script])
        .current_dir(folder.path())
        .output()
        .await
        .unwrap();
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
}

#[tokio::test]
async fn every_command_has_examples_and_shells_complete_them() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        let output = run(folder.path(), ["completions", shell]).await;
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(stdout(&output).contains("invitations"), "{shell}");
    }
    for command in [
        &["login"][..],
        &["users", "add"],
        &["users", "import"],
        &["users", "export"],
        &["imports", "list"],
        &["imports", "show"],
        &["imports", "cancel"],
        &["imports", "failures"],
        &["imports", "template"],
        &["invitations", "resend"],
        &["deliveries", "list"],
        &["deliveries", "show"],
        &["deliveries", "watch"],
        &["groups", "create"],
        &["templates", "apply"],
        &["roles", "assign"],
        &["seats", "list"],
        &["plan", "show"],
        &["plan", "preview"],
        &["plan", "change"],
        &["invoices", "list"],
        &["billing", "update"],
        &["audit", "tail"],
        &["matrix"],
        &["doctor"],
        &["completions"],
    ] {
        let output = run(folder.path(), [command, &["--help"]].concat()).await;
        assert!(stdout(&output).contains(&format!("usher {}", command.join(" "))));
        assert!(stdout(&output).contains("Examples:"), "{command:?}");
    }
    let output = run(folder.path(), ["--help"]).await;
    assert!(stdout(&output).contains("  7    unavailable"), "{}", stdout(&output));
}
