//! What the program does about a network that is cut.

use std::fs;

use serde_json::json;
use testkit::{Network, Proxy};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::imports::{QUIETLY, sheet};
use crate::program::{stderr, with_input};
use crate::screen::Screen;
use crate::terminal::Terminal;

/// A terminal whose session goes through a network that can be cut.
struct Remote {
    terminal: Terminal,
    proxy: Proxy,
}

impl Remote {
    /// With a file of so many people at hand.
    async fn start(rows: usize) -> Self {
        let terminal = Terminal::start().await;
        let file = terminal.dev.file();
        let proxy = Proxy::start(&file.address).await.unwrap();
        let server = proxy.address().to_string();
        let login = [
            "login",
            "--server",
            &server,
            "--email",
            &file.owner_email,
            "--password-stdin",
        ];
        let output = with_input(terminal.command(&login), &file.owner_password).await;
        assert!(output.status.success(), "{}", stderr(&output));
        fs::write(terminal.folder().join("people.csv"), sheet(rows)).unwrap();
        Self { terminal, proxy }
    }

    fn import(&self) -> Screen {
        self.terminal
            .watch(&[&["users", "import", "people.csv"], &QUIETLY[..]].concat())
    }

    /// Cuts what is connected now.
    async fn cut(&self) {
        let mut probe = TcpStream::connect(self.proxy.address()).await.unwrap();
        self.proxy.set(Network::Cut);
        // The probe is the last one to be cut, or was not even let in.
        assert!(matches!(probe.read(&mut [0]).await, Ok(0) | Err(_)));
    }
}

#[tokio::test]
async fn an_import_outlives_a_cut_while_it_is_sent_and_while_it_is_watched() {
    let remote = Remote::start(10_000).await;
    remote.proxy.set(Network::Stalled);
    let mut screen = remote.import();
    screen.see("uploading").await;
    remote.cut().await;
    remote.proxy.set(Network::Fine);
    screen.see("validating").await;
    remote.cut().await;
    remote.proxy.set(Network::Fine);
    let (exit, seen) = screen.end().await;
    assert_eq!(exit, 0, "{seen}");
    let list = remote.terminal.json(&["imports", "list"]).await;
    assert_eq!(list.as_array().unwrap().len(), 1, "{list}");
    assert_eq!(list[0]["counts"]["created"], 10_000);
}

#[tokio::test]
async fn whoever_loses_sight_of_an_import_is_told_that_it_goes_on() {
    let remote = Remote::start(10_000).await;
    let mut screen = remote.import();
    screen.see("validating").await;
    remote.cut().await;
    let (exit, seen) = screen.end().await;
    assert_eq!(exit, 7, "{seen}");
    for part in ["goes on by itself", "usher imports show imp_", "error: "] {
        assert!(seen.contains(part), "no {part} in {seen}");
    }
}

#[tokio::test]
async fn a_file_that_does_not_arrive_is_no_import() {
    let remote = Remote::start(10_000).await;
    remote.proxy.set(Network::Stalled);
    let mut screen = remote.import();
    screen.see("uploading").await;
    screen.interrupt().await;
    let (exit, seen) = screen.end().await;
    assert_eq!(exit, 130, "{seen}");
    assert!(seen.contains("not imported"), "{seen}");
    remote.proxy.set(Network::Fine);
    assert_eq!(remote.terminal.json(&["imports", "list"]).await, json!([]));
    // The error stands on a line of its own, where the bar was.
    let mut screen = remote.terminal.watch(&["users", "import", "config/usher/session.json"]);
    screen.see("error: ").await;
    let (exit, seen) = screen.end().await;
    assert_eq!(exit, 6, "{seen}");
    assert!(
        seen.contains("\u{1b}[2Kerror: ") || seen.contains("\rerror: "),
        "{seen:?}"
    );
}
