//! Streams that are gone on with when they are cut.

use std::ops::ControlFlow;

use futures::{Stream, StreamExt};
use tonic::{Code, Status};

use super::repeat::repeat;

/// How often a stream that makes no progress is taken up again.
const TRIES: u32 = 3;

/// Takes a stream to its end. `open` begins it at a place; `take` is given each part, and answers the place after it, or that
/// it was the last one.
pub(crate) async fn resume<P: Clone, C, S>(
    mut place: P,
    open: impl AsyncFn(P) -> anyhow::Result<S>,
    mut take: impl FnMut(C) -> anyhow::Result<ControlFlow<(), P>>,
) -> anyhow::Result<()>
where
    S: Stream<Item = Result<C, Status>> + Unpin,
{
    let mut tries = TRIES;
    loop {
        let mut stream = repeat(async || open(place.clone()).await).await?;
        let cut = loop {
            match stream.next().await {
                Some(Ok(part)) => match take(part)? {
                    ControlFlow::Continue(next) => (place, tries) = (next, TRIES),
                    ControlFlow::Break(()) => return Ok(()),
                },
                Some(Err(status)) if is_passing(status.code()) => break status,
                Some(Err(status)) => return Err(status.into()),
                None => break Status::unavailable("The stream has ended early."),
            }
        };
        tries = tries.checked_sub(1).ok_or(cut)?;
    }
}

/// Where a report goes on after a chunk; the last one has no token.
pub(crate) fn after(resume_token: String) -> ControlFlow<(), String> {
    if resume_token.is_empty() {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(resume_token)
    }
}

/// Whether going on makes sense: the server is replaced, the connection was lost, or the time for one call is over.
const fn is_passing(code: Code) -> bool {
    matches!(
        code,
        Code::Unavailable | Code::Unknown | Code::Cancelled | Code::DeadlineExceeded
    )
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures::stream;

    use super::*;

    /// The numbers up to ten, from a server that cuts each stream with this status after a few.
    async fn numbers(few: usize, code: Code) -> (Vec<usize>, anyhow::Result<()>) {
        let mut seen = Vec::new();
        let open = async |place: usize| {
            let rest = (place..10).take(few).map(Ok);
            Ok(stream::iter(rest.chain([Err(Status::new(code, ""))])))
        };
        let end = resume(0, open, |number| {
            seen.push(number);
            Ok(if number == 9 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(number + 1)
            })
        });
        let end = end.await;
        (seen, end)
    }

    #[tokio::test]
    async fn nothing_is_missing_and_nothing_comes_twice() {
        for few in [1, 3, 10] {
            let (seen, end) = numbers(few, Code::Unavailable).await;
            end.unwrap();
            assert_eq!(seen, (0..10).collect::<Vec<_>>(), "{few} at a time");
        }
    }

    #[tokio::test]
    async fn what_does_not_pass_and_what_makes_no_progress_ends_it() {
        let (seen, end) = numbers(3, Code::PermissionDenied).await;
        assert_eq!((seen, end.is_err()), (vec![0, 1, 2], true));
        let (seen, end) = numbers(0, Code::Unavailable).await;
        assert_eq!((seen, end.is_err()), (vec![], true));
    }

    #[tokio::test]
    async fn a_stream_that_ends_before_its_last_part_is_taken_up_again() {
        let opened = Cell::new(0);
        let open = async |place: usize| {
            opened.set(opened.get() + 1);
            Ok(stream::iter((place..10).take(4).map(Ok::<_, Status>)))
        };
        let take = |number| {
            Ok(if number == 9 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(number + 1)
            })
        };
        resume(0, open, take).await.unwrap();
        assert_eq!(opened.get(), 3);
    }
}
