//! The stream of a report: a chunk is read when the one before it has been taken, for whoever the reader is by then.

use std::future::Future;

use chassis::{Refusal, Shutdown, reason};
use futures::stream::{self, BoxStream, StreamExt};
use tonic::{Code, Response, Status};
use types::Permission;

use super::slots::{Slot, Slots};
use crate::authentication::Authentication;
use crate::caller::From;

/// What a reader of reports must be allowed to do, as the methods declare.
const NEEDED: Permission = Permission::ManageAccountSettings;

/// The chunks of a report.
pub type Chunks<C> = BoxStream<'static, Result<C, Status>>;

/// Where the chunks of a report come from.
pub trait Report: Send + 'static {
    /// What it is told in.
    type Chunk: Send + 'static;

    /// The chunk after the one with this token, or the first one, and the chunk's own token; empty when it is the last.
    fn chunk(&self, from: &From, token: &str) -> impl Future<Output = Result<(Self::Chunk, String), Status>> + Send;
}

/// Streams reports; cheap to clone.
#[derive(Clone)]
pub struct Desk {
    /// Says who the reader is by now.
    pub authentication: Authentication,
    /// How many may read at once.
    pub slots: Slots,
    /// The end of all streams.
    pub shutdown: Shutdown,
}

impl Desk {
    /// Streams a report, from its beginning or from where a stream was cut. What can be refused at once is refused here,
    /// before the stream begins.
    ///
    /// # Errors
    /// Those of the first chunk; `RESOURCE_EXHAUSTED/REPORTS_IN_PROGRESS`.
    pub async fn stream<R: Report>(
        &self,
        from: From,
        report: R,
        resume_token: String,
    ) -> Result<Response<Chunks<R::Chunk>>, Status> {
        let mut reading = Reading {
            desk: self.clone(),
            report,
            next: Some(resume_token),
            _slot: self.slots.take(from.person.account)?,
            from,
        };
        let first = reading.step().await?;
        let rest = stream::try_unfold(reading, |mut reading| async move {
            let chunk = reading.step().await?;
            Ok(chunk.map(|chunk| (chunk, reading)))
        });
        Ok(Response::new(stream::iter(first.map(Ok)).chain(rest).boxed()))
    }
}

/// A report that is being read.
struct Reading<R> {
    desk: Desk,
    report: R,
    from: From,
    next: Option<String>,
    _slot: Slot,
}

impl<R: Report> Reading<R> {
    /// The next chunk; none after the last one.
    async fn step(&mut self) -> Result<Option<R::Chunk>, Status> {
        let Some(token) = self.next.take() else {
            return Ok(None);
        };
        let shutdown = self.desk.shutdown.clone();
        tokio::select! {
            biased;
            () = shutdown.cancelled() => Err(stopping()),
            chunk = self.read(&token) => chunk.map(Some),
        }
    }

    async fn read(&mut self, token: &str) -> Result<R::Chunk, Status> {
        let person = self.desk.authentication.again(&self.from.person).await?;
        self.from = self.from.as_now(person, NEEDED)?;
        let (chunk, next) = self.report.chunk(&self.from, token).await.map_err(translate)?;
        self.next = Some(next).filter(|next| !next.is_empty());
        Ok(chunk)
    }
}

/// To the readers of a report, what its lists call a page token is where they resume.
fn translate(status: Status) -> Status {
    if reason(&status).as_deref() != Some("PAGE_TOKEN_INVALID") {
        return status;
    }
    let (reason, message) = (
        "RESUME_TOKEN_INVALID",
        "The token is not one of this report's; begin from the beginning.",
    );
    Refusal::new(Code::InvalidArgument, reason, message)
        .field("resume_token", reason, message)
        .into()
}

fn stopping() -> Status {
    Refusal::new(
        Code::Unavailable,
        "SHUTTING_DOWN",
        "This process is stopping; resume with the token of the last chunk that you received.",
    )
    .retry_after(std::time::Duration::from_secs(1))
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_page_token_is_a_bad_resume_token() {
        let bad: Status = Refusal::new(Code::InvalidArgument, "PAGE_TOKEN_INVALID", "no").into();
        let status = translate(bad);
        assert_eq!(
            (status.code(), reason(&status).as_deref()),
            (Code::InvalidArgument, Some("RESUME_TOKEN_INVALID"))
        );
        let other: Status = Refusal::new(Code::InvalidArgument, "PRODUCT_UNKNOWN", "no").into();
        assert_eq!(reason(&translate(other)).as_deref(), Some("PRODUCT_UNKNOWN"));
    }
}
