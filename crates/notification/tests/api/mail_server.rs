//! A mail server that answers as each test tells it to, and remembers what it was given.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use mail_parser::{Message, MessageParser};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

/// User `usher` and password `right`, as AUTH PLAIN says them.
const CREDENTIALS: &str = "AHVzaGVyAHJpZ2h0";

/// A connection, secured or not.
trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

type Stream = BufReader<Box<dyn Wire>>;

/// What becomes of one mail.
#[derive(Clone, Debug)]
pub enum Answer {
    /// This line, when the recipient is named.
    AtRecipient(&'static str),
    /// This line, when the mail has been handed over.
    AtEnd(&'static str),
    /// A refusal that quotes the mail's longest line that holds this text.
    Quoting(&'static str),
    /// The connection ends when the mail has been handed over.
    HangUp,
    /// No answer to the mail, for as long as the test does not release it.
    Silence,
}

/// A mail that was handed over, whatever the answer.
#[derive(Clone, Debug)]
pub struct Received {
    pub to: String,
    pub bytes: Vec<u8>,
}

impl Received {
    /// The mail, read by a parser that is not ours.
    pub fn parse(&self) -> Message<'_> {
        MessageParser::default().parse(&self.bytes).unwrap()
    }

    /// The Message-ID with its brackets.
    pub fn message_id(&self) -> String {
        format!("<{}>", self.parse().message_id().unwrap())
    }
}

/// When TLS begins.
#[derive(Clone)]
pub enum Tls {
    /// With the first byte.
    AtOnce(TlsAcceptor),
    /// When it is asked for.
    OnRequest(TlsAcceptor),
}

struct Shared {
    extensions: Vec<&'static str>,
    tls: Option<Tls>,
    answers: Mutex<HashMap<String, VecDeque<Answer>>>,
    received: Mutex<Vec<Received>>,
    commands: Mutex<Vec<String>>,
    connections: AtomicUsize,
    release: Semaphore,
}

/// The server; it stops when it is dropped.
pub struct MailServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

impl MailServer {
    /// A server that takes every mail.
    pub async fn start() -> Self {
        Self::with(&["8BITMIME", "SMTPUTF8"]).await
    }

    /// A server that offers these extensions.
    pub async fn with(extensions: &[&'static str]) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), extensions, None).await
    }

    /// A server with this certificate.
    pub async fn secured(tls: Tls, extensions: &[&'static str]) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), extensions, Some(tls)).await
    }

    /// A server at this address.
    pub async fn at(address: SocketAddr, extensions: &[&'static str], tls: Option<Tls>) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let shared = Arc::new(Shared {
            extensions: extensions.to_vec(),
            tls,
            answers: Mutex::default(),
            received: Mutex::default(),
            commands: Mutex::default(),
            connections: AtomicUsize::new(0),
            release: Semaphore::new(0),
        });
        Self {
            address: listener.local_addr().unwrap(),
            shared: Arc::clone(&shared),
            task: tokio::spawn(accept(listener, shared)),
        }
    }

    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// What becomes of the next mails to `to`, in this order; those after them are taken.
    pub fn answer(&self, to: &str, answers: impl IntoIterator<Item = Answer>) {
        self.shared
            .answers
            .lock()
            .unwrap()
            .entry(to.to_owned())
            .or_default()
            .extend(answers);
    }

    /// Ends one silence with a 250.
    pub fn release(&self) {
        self.shared.release.add_permits(1);
    }

    pub fn received(&self) -> Vec<Received> {
        self.shared.received.lock().unwrap().clone()
    }

    pub fn received_by(&self, to: &str) -> Vec<Received> {
        self.received()
            .into_iter()
            .filter(|received| received.to == to)
            .collect()
    }

    /// The first words of every command.
    pub fn commands(&self) -> Vec<String> {
        self.shared.commands.lock().unwrap().clone()
    }

    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut conversations = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        shared.connections.fetch_add(1, Ordering::SeqCst);
        let shared = Arc::clone(&shared);
        conversations.spawn(async move {
            // A client may hang up at any time.
            let _ = converse(stream, &shared).await;
        });
    }
}

async fn converse(stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut stream: Stream = BufReader::new(match &shared.tls {
        Some(Tls::AtOnce(acceptor)) => Box::new(acceptor.accept(stream).await?),
        Some(Tls::OnRequest(_)) | None => Box::new(stream),
    });
    say(&mut stream, "220 sink.example ready").await?;
    let mut to = String::new();
    let mut answer = None;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let verb = line.split([' ', '\r']).next().unwrap_or_default().to_ascii_uppercase();
        shared.commands.lock().unwrap().push(verb.clone());
        match verb.as_str() {
            "EHLO" => {
                for extension in &shared.extensions {
                    say(&mut stream, &format!("250-{extension}")).await?;
                }
                say(&mut stream, "250 HELP").await?;
            }
            "AUTH" if line.trim_end().ends_with(CREDENTIALS) => say(&mut stream, "235 2.7.0 welcome").await?,
            "AUTH" => say(&mut stream, "535 5.7.8 Authentication credentials invalid").await?,
            "STARTTLS" => {
                let Some(Tls::OnRequest(acceptor)) = &shared.tls else {
                    return Ok(());
                };
                say(&mut stream, "220 go on").await?;
                stream = BufReader::new(Box::new(acceptor.accept(stream.into_inner()).await?));
            }
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                answer = shared
                    .answers
                    .lock()
                    .unwrap()
                    .get_mut(&to)
                    .and_then(VecDeque::pop_front);
                match answer {
                    Some(Answer::AtRecipient(words)) => say(&mut stream, words).await?,
                    _ => say(&mut stream, "250 ok").await?,
                }
            }
            "DATA" => take(&mut stream, shared, &to, answer.take()).await?,
            "QUIT" => return say(&mut stream, "221 bye").await,
            _ => say(&mut stream, "250 ok").await?,
        }
    }
}

/// Takes a mail, and answers it as the test says.
async fn take(stream: &mut Stream, shared: &Shared, to: &str, answer: Option<Answer>) -> std::io::Result<()> {
    say(stream, "354 go on").await?;
    let bytes = read_mail(stream).await?;
    let quote = |text| format!("550 {}", quote(&bytes, text));
    let words = match &answer {
        None | Some(Answer::AtRecipient(_) | Answer::Silence) => "250 taken".to_owned(),
        Some(Answer::AtEnd(words)) => (*words).to_owned(),
        Some(Answer::Quoting(text)) => quote(text),
        Some(Answer::HangUp) => String::new(),
    };
    let received = Received {
        to: to.to_owned(),
        bytes,
    };
    shared.received.lock().unwrap().push(received);
    match answer {
        Some(Answer::HangUp) => return Err(std::io::ErrorKind::ConnectionAborted.into()),
        Some(Answer::Silence) => shared.release.acquire().await.unwrap().forget(),
        None | Some(Answer::AtRecipient(_) | Answer::AtEnd(_) | Answer::Quoting(_)) => {}
    }
    say(stream, &words).await
}

/// One write an answer, so that the client's next command does not wait for an acknowledgement.
async fn say(stream: &mut Stream, line: &str) -> std::io::Result<()> {
    stream.write_all(format!("{line}\r\n").as_bytes()).await?;
    stream.flush().await
}

/// Reads up to the lone full stop, and takes away the full stops that were doubled for it.
async fn read_mail(stream: &mut Stream) -> std::io::Result<Vec<u8>> {
    let mut mail = Vec::new();
    loop {
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(mail);
        }
        let line = if line.starts_with(b"..") { &line[1..] } else { &line[..] };
        mail.extend_from_slice(line);
    }
}

fn quote(bytes: &[u8], text: &str) -> String {
    let mail = MessageParser::default().parse(bytes).unwrap();
    let body = mail.body_text(0).unwrap().into_owned();
    body.lines().find(|line| line.contains(text)).unwrap().to_owned()
}
