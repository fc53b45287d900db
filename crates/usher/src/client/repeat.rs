//! Calls that bear repetition: the same request id does it once, however often it is sent.

use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::StatusExt;
use types::RequestId;

use crate::output::tell;

/// How often a call is made when its outcome is not known.
const TRIES: u32 = 4;
/// How long to wait when the answer does not say.
const PAUSE: Duration = Duration::from_secs(1);
/// How long the answer may let us wait: a person is waiting too.
const MOST: Duration = Duration::from_secs(5);

/// The name of a request that is to take effect once.
#[derive(Clone, Debug, clap::Args)]
pub struct Repeatable {
    /// A UUID: the same command with the same one takes effect once, for 7 days. Without it one is made, and told.
    #[arg(long, value_name = "UUID")]
    pub request_id: Option<RequestId>,
}

impl Repeatable {
    /// The id, told when it is new.
    pub(crate) fn id(&self) -> String {
        let id = self.request_id.unwrap_or_else(|| {
            let id = RequestId::new();
            tell(&format!("request id {id}"));
            id
        });
        id.to_string()
    }
}

/// Makes a call, and makes it again as long as its outcome is not known, or the answer says when to come back.
pub(crate) async fn repeat<T>(mut call: impl AsyncFnMut() -> anyhow::Result<T>) -> anyhow::Result<T> {
    let mut tries = TRIES;
    loop {
        tries -= 1;
        let error = match call().await {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        match error.downcast_ref().and_then(pause) {
            Some(pause) if tries > 0 => tokio::time::sleep(pause).await,
            Some(_) | None => return Err(error),
        }
    }
}

/// How long to wait before the call is made again; nothing when that would not help.
fn pause(status: &Status) -> Option<Duration> {
    let told = status.get_details_retry_info().and_then(|info| info.retry_delay);
    let code = status.code();
    if matches!(code, Code::Unavailable | Code::DeadlineExceeded) {
        return Some(told.unwrap_or(PAUSE).min(MOST));
    }
    let is_early = matches!(code, Code::Aborted | Code::ResourceExhausted);
    told.filter(|delay| is_early && *delay <= MOST)
}

#[cfg(test)]
mod tests {
    use chassis::Refusal;

    use super::*;

    #[test]
    fn only_what_may_turn_out_otherwise_is_repeated() {
        let second = Duration::from_secs(1);
        let table = [
            (Code::Unavailable, None, true),
            (Code::DeadlineExceeded, None, true),
            (Code::Aborted, Some(second), true),
            (Code::Aborted, None, false),
            (Code::ResourceExhausted, Some(second), true),
            (Code::ResourceExhausted, Some(second * 60), false),
            (Code::InvalidArgument, None, false),
            (Code::FailedPrecondition, Some(second), false),
            (Code::Unauthenticated, None, false),
        ];
        for (code, delay, repeated) in table {
            let mut refusal = Refusal::new(code, "REASON", "");
            if let Some(delay) = delay {
                refusal = refusal.retry_after(delay);
            }
            assert_eq!(pause(&refusal.into()).is_some(), repeated, "{code:?} {delay:?}");
        }
    }

    #[tokio::test]
    async fn what_is_known_is_not_asked_again() {
        let mut calls = 0;
        let answer: anyhow::Result<()> = repeat(async || {
            calls += 1;
            Err(Status::not_found("").into())
        })
        .await;
        assert!(answer.is_err());
        assert_eq!(calls, 1);
    }
}
