//! A terminal beside a running `usher dev`, at which somebody is logged in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use ::usher::{Dev, DevOptions};
use proto::identity::v1::AcceptInvitationRequest;
use proto::identity::v1::invitation_service_client::InvitationServiceClient;
use serde_json::Value;
use tempfile::TempDir;
use testkit::eventually;
use tokio::process::Command;
use tonic::transport::Endpoint;

use crate::program::{stderr, stdout, usher, with_input};
use crate::screen::Screen;

pub const PASSWORD: &str = "correct horse battery";
const SOON: Duration = Duration::from_secs(60);

/// Dropping it ends the server.
pub struct Terminal {
    pub dev: Dev,
    pub folder: TempDir,
}

impl Terminal {
    /// With the owner of the demo account logged in.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = DevOptions {
            listen: ([127, 0, 0, 1], 0).into(),
            data_dir: folder.path().join("data"),
        };
        let dev = Dev::start(&options).await.unwrap();
        let terminal = Self { dev, folder };
        terminal.ok(&["login", "--demo", "data/dev.json"]).await;
        terminal
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The file with the session.
    pub fn session(&self) -> PathBuf {
        self.folder().join("config/usher/session.json")
    }

    /// A command in the name of whoever is logged in.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = usher(self.folder());
        command.args(args).env("XDG_CONFIG_HOME", self.folder().join("config"));
        command
    }

    /// The same, before the eyes of whoever is logged in.
    pub fn watch(&self, args: &[&str]) -> Screen {
        Screen::start(self.folder(), &self.folder().join("config"), args)
    }

    pub async fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().await.unwrap()
    }

    /// What a command prints that does its work.
    pub async fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args).await;
        assert_eq!(
            output.status.code(),
            Some(0),
            "{args:?}: {}{}",
            stdout(&output),
            stderr(&output)
        );
        stdout(&output)
    }

    /// The same, as a script reads it.
    pub async fn json(&self, args: &[&str]) -> Value {
        let text = self.ok(&[args, &["--output", "json"]].concat()).await;
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{args:?}: {error} in {text}"))
    }

    /// The exit code and the complaint of a command that does not do its work, and prints nothing.
    pub async fn refused(&self, args: &[&str]) -> (i32, String) {
        let output = self.run(args).await;
        assert_eq!(stdout(&output), "", "{args:?}");
        (output.status.code().unwrap(), stderr(&output))
    }

    /// Logs somebody in who was invited, in the place of whoever is.
    pub async fn log_in_invited(&self, email: &str) {
        let token = eventually(SOON, async || {
            token(&self.dev.file().mail_dir, email).ok_or("no e-mail yet")
        });
        let channel = Endpoint::from_shared(format!("http://{}", self.dev.file().address)).unwrap();
        let message = AcceptInvitationRequest {
            token: token.await,
            password: PASSWORD.to_owned(),
        };
        let mut invitations = InvitationServiceClient::new(channel.connect().await.unwrap());
        invitations.accept_invitation(message).await.unwrap();
        let output = self.log_in(email, PASSWORD).await;
        assert!(output.status.success(), "{}", stderr(&output));
    }

    /// Tries to log in with a password from standard input.
    pub async fn log_in(&self, email: &str, password: &str) -> Output {
        let address = &self.dev.file().address;
        let command = self.command(&["login", "--server", address, "--email", email, "--password-stdin"]);
        with_input(command, &format!("{password}\n")).await
    }
}

/// The token in the link of the latest e-mail to an address.
fn token(folder: &Path, email: &str) -> Option<String> {
    let mut paths: Vec<_> = fs::read_dir(folder).ok()?.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
    paths.sort();
    let texts = paths.iter().map(|path| fs::read_to_string(path).unwrap());
    // Soft line breaks and encoded octets (RFC 2045 §6.7), as far as these mails need it.
    let plain = texts.map(|text| text.replace("=\r\n", "").replace("=3D", "="));
    let mail = plain.rev().find(|text| text.contains(email))?;
    let (_, rest) = mail.split_once("token=")?;
    let is_token = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    Some(rest.chars().take_while(is_token).collect())
}

/// The values of one key in a list.
pub fn column<'v>(list: &'v Value, key: &str) -> Vec<&'v str> {
    let pointer = format!("/{}", key.replace('.', "/"));
    let rows = list.as_array().unwrap();
    rows.iter()
        .map(|row| row.pointer(&pointer).unwrap().as_str().unwrap())
        .collect()
}
