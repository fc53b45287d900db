//! Sending a file in pieces, as it is read.

use std::io::{self, Read};
use std::thread;

use futures::{StreamExt, stream};
use proto::admin::v1::import_service_client::ImportServiceClient;
use proto::admin::v1::import_users_request::Part;
use proto::admin::v1::{Import, ImportOptions, ImportUsersRequest};
use tokio::sync::{mpsc, oneshot};

use super::progress::Progress;
use super::source::{Opened, Source};
use crate::client::{Client, repeat};

/// How many octets travel together.
const PIECE: u64 = 256 * 1024;
/// How many pieces are read before they are sent.
const AHEAD: usize = 2;

type Pieces = mpsc::Sender<Vec<u8>>;

/// Sends the file, and answers the import that has begun. When it is not known whether it has, the file is sent again where it
/// can be read again: while the first import is at work, it is the answer. With `force` a second one might begin.
pub(super) async fn upload(
    client: &Client,
    options: &ImportOptions,
    source: &Source,
    opened: Opened,
    progress: &mut Progress,
) -> anyhow::Result<Import> {
    let is_repeatable = opened.length.is_some() && !options.force;
    let mut first = Some(opened);
    let mut attempt = async || {
        let opened = match first.take() {
            Some(opened) => opened,
            None => source.open()?,
        };
        send(client, options, source, opened, progress).await
    };
    if is_repeatable {
        repeat(attempt).await
    } else {
        attempt().await
    }
}

async fn send(
    client: &Client,
    options: &ImportOptions,
    source: &Source,
    Opened { reader, length }: Opened,
    progress: &mut Progress,
) -> anyhow::Result<Import> {
    progress.begin_upload(length);
    let (pieces, failure) = read(reader);
    let progress = progress.clone();
    let content = stream::unfold((pieces, 0), move |(mut pieces, sent)| {
        let progress = progress.clone();
        async move {
            let piece = pieces.recv().await?;
            let sent = sent + piece.len() as u64;
            progress.reach(sent);
            Some((Part::Content(piece), (pieces, sent)))
        }
    });
    let parts = stream::iter([Part::Options(options.clone())]).chain(content);
    let messages = parts.map(|part| ImportUsersRequest { part: Some(part) });
    let request = client.request(messages).await?;
    let mut imports = ImportServiceClient::new(client.patient_channel());
    tokio::select! {
        answer = imports.import_users(request) => Ok(answer?.into_inner().import.unwrap_or_default()),
        Ok((error, _)) = failure => Err(source.unreadable(&error).into()),
    }
}

/// Reads pieces in a thread that nobody waits for: a pipe may be silent for ever. A failure brings the sender of the pieces
/// with it, since their end would say that the file is whole.
fn read(mut reader: impl Read + Send + 'static) -> (mpsc::Receiver<Vec<u8>>, oneshot::Receiver<(io::Error, Pieces)>) {
    let (pieces, received) = mpsc::channel(AHEAD);
    let (failed, failure) = oneshot::channel();
    thread::spawn(move || {
        loop {
            let mut piece = Vec::new();
            match reader.by_ref().take(PIECE).read_to_end(&mut piece) {
                Ok(0) => return,
                Ok(_) if pieces.blocking_send(piece).is_ok() => {}
                // The call is over already.
                Ok(_) => return,
                Err(error) => {
                    drop(failed.send((error, pieces)));
                    return;
                }
            }
        }
    });
    (received, failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Torn(u64);

    impl Read for Torn {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let read = io::repeat(7).take(self.0).read(buffer)?;
            self.0 -= read as u64;
            if read == 0 {
                Err(io::ErrorKind::Other.into())
            } else {
                Ok(read)
            }
        }
    }

    #[tokio::test]
    async fn a_file_arrives_whole_and_in_pieces() {
        let (mut pieces, failure) = read(io::repeat(7).take(PIECE * 2 + 1));
        let mut lengths = vec![];
        while let Some(piece) = pieces.recv().await {
            lengths.push(piece.len() as u64);
        }
        assert_eq!(lengths, [PIECE, PIECE, 1]);
        assert!(failure.await.is_err());
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_read_to_its_end_has_none() {
        let (mut pieces, failure) = read(Torn(PIECE + 1));
        assert_eq!(pieces.recv().await.map(|piece| piece.len() as u64), Some(PIECE));
        let failure = failure.await.unwrap();
        assert!(
            pieces
                .try_recv()
                .is_err_and(|error| error == mpsc::error::TryRecvError::Empty)
        );
        drop(failure);
        assert_eq!(pieces.recv().await, None);
    }
}
