//! Reports, chunk by chunk, gone on with when the connection is lost.

use tonic::{Code, Status, Streaming};

use super::repeat::repeat;

/// How often a report that makes no progress is taken up again.
const TRIES: u32 = 3;

/// Takes a report to its end. `open` begins it where a token says; `take` is given each chunk and answers the token after
/// it, which is empty after the last one.
pub(crate) async fn chunks<C>(
    open: impl AsyncFn(String) -> anyhow::Result<Streaming<C>>,
    mut take: impl FnMut(C) -> anyhow::Result<String>,
) -> anyhow::Result<()> {
    let mut token = String::new();
    let mut tries = TRIES;
    loop {
        let mut stream = repeat(async || open(token.clone()).await).await?;
        loop {
            match stream.message().await {
                Ok(Some(chunk)) => {
                    token = take(chunk)?;
                    tries = TRIES;
                    if token.is_empty() {
                        return Ok(());
                    }
                }
                Err(status) if !is_passing(status.code()) => return Err(status.into()),
                // It was cut: what was taken is not taken again.
                Err(status) => {
                    tries = tries.checked_sub(1).ok_or(status)?;
                    break;
                }
                Ok(None) => {
                    let early = || Status::unavailable("the report ended before its last chunk");
                    tries = tries.checked_sub(1).ok_or_else(early)?;
                    break;
                }
            }
        }
    }
}

/// Whether a stream can be gone on with: the server is replaced, the connection was lost, or the time for one call is over.
pub(crate) const fn is_passing(code: Code) -> bool {
    matches!(
        code,
        Code::Unavailable | Code::Unknown | Code::Cancelled | Code::DeadlineExceeded
    )
}
