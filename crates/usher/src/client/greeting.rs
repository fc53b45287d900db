//! Whether a gateway answers in the way it will be talked to, and if it does not, what to do: found out before a password is
//! typed, since a call would tell only that the gateway cannot be reached.

use std::io;
use std::time::Duration;

use chassis::Distrust;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic::transport::Uri;

use super::destination::Destination;
use crate::complaint::Problem;

/// How long a gateway may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How a client begins, with settings that are all defaults (RFC 9113 §3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
/// What the answer begins with: settings, too.
const SETTINGS: u8 = 4;

/// Greets a gateway.
///
/// # Errors
/// When it does not answer, or otherwise than it should.
pub(crate) async fn greet(gateway: &Destination) -> anyhow::Result<()> {
    let (server, place) = (gateway.server(), gateway.place());
    let Some(visitor) = gateway.visitor()? else {
        return Ok(greet_plainly(place).await?);
    };
    let uri: Uri = server.parse()?;
    let met = visitor
        .meet(uri.host().unwrap_or_default(), uri.port_u16().unwrap_or_default())
        .await;
    let step = match &met {
        Ok(()) => return Ok(()),
        Err(Distrust::Unreachable(error)) => return Err(unreachable(place, error).into()),
        Err(Distrust::Plaintext) => format!("http://{place} would be plaintext"),
        Err(Distrust::Authority) => "name the file of its authority's certificate with --ca".to_owned(),
        Err(Distrust::Name) => "use the name that its certificate is for in --server".to_owned(),
        Err(Distrust::Time) => "compare this machine's clock, or have the certificate renewed".to_owned(),
        Err(Distrust::Other(_)) => "ask whoever runs it".to_owned(),
    };
    let reason = met.err().map(|reason| reason.to_string()).unwrap_or_default();
    Err(Problem::BadInput(format!("{server}: {reason}; {step}")).into())
}

async fn greet_plainly(place: &str) -> Result<(), Problem> {
    let greeting = async {
        let mut stream = TcpStream::connect(place).await?;
        stream.write_all(PREFACE).await?;
        let mut answer = [0; 4];
        // Whoever hangs up has not understood.
        let understood = stream.read_exact(&mut answer).await.is_ok();
        Ok(understood && answer[3] == SETTINGS)
    };
    let answer = tokio::time::timeout(PATIENCE, greeting).await;
    match answer.unwrap_or_else(|_elapsed| Err(io::ErrorKind::TimedOut.into())) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Problem::BadInput(format!(
            "{place} does not speak gRPC in plaintext; if it does in TLS, use https://{place}, with --ca if its authority is not \
             a public one"
        ))),
        Err(error) => Err(unreachable(place, &error)),
    }
}

fn unreachable(place: &str, error: &io::Error) -> Problem {
    Problem::Unavailable(format!(
        "{place} cannot be reached ({error}); is the server running, and is --server right?"
    ))
}
