//! A stream of notices that admits when it may have missed some.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::Stream;
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

/// Notices that may wait for their reader.
const WAITING: usize = 1_024;

/// What a subscriber hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody published this.
    Message(String),
    /// Something may have been published and missed: what was concluded from silence is no longer certain.
    Gap,
}

/// What is published on a channel. Ends only when dropped.
#[derive(Debug)]
pub struct Subscription {
    events: mpsc::Receiver<Event>,
    _task: AbortOnDropHandle<()>,
}

impl Subscription {
    /// A subscription fed by the task that `feed` makes.
    pub(super) fn fed_by<F>(feed: impl FnOnce(mpsc::Sender<Event>) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (sender, events) = mpsc::channel(WAITING);
        Self {
            events,
            _task: AbortOnDropHandle::new(tokio::spawn(feed(sender))),
        }
    }

    /// The next event.
    pub async fn next(&mut self) -> Option<Event> {
        self.events.recv().await
    }
}

impl Stream for Subscription {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        self.events.poll_recv(cx)
    }
}
