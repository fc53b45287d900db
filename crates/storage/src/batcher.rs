//! Batching, for commits (group commit) and for look-ups: what is submitted while a batch is run makes up the next batch.
//!
//! There is no timer: an item that finds the batcher idle is run at once and alone, and batches grow by themselves as soon as
//! items come faster than they are run.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use opentelemetry::metrics::Histogram;
use opentelemetry::{KeyValue, global};
use tokio::sync::{mpsc, oneshot};

use crate::error::StorageError;

/// A handle to the queue of one task that runs batches; when all are dropped, the task runs what is queued and ends.
#[derive(Debug)]
pub struct Batcher<I, A, E> {
    queue: mpsc::Sender<Entry<I, A, E>>,
}

#[derive(Debug)]
struct Entry<I, A, E> {
    item: I,
    answer: oneshot::Sender<Result<A, E>>,
}

impl<I, A, E> Batcher<I, A, E>
where
    I: Clone + Send + Sync + 'static,
    A: Send + 'static,
    E: From<StorageError> + Send + 'static,
{
    /// Starts the task, whose batches are known as `name` in metrics. `run` does a batch of at most `max_batch` items in arrival order, and answers each in the same
    /// order; an `Err` of its own says that nothing was done. The items of a failed or lost batch are then run one by
    /// one, so that one of them cannot fail its neighbours. `run` must bear repetition: a commit whose answer is lost on
    /// the way is run again.
    ///
    /// At most `queue` items wait; more callers wait to be queued.
    pub fn spawn<F, Fut>(name: &'static str, max_batch: usize, queue: usize, run: F) -> Self
    where
        F: Fn(Vec<I>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Vec<Result<A, E>>, E>> + Send + 'static,
    {
        let (sender, receiver) = mpsc::channel(queue.max(1));
        tokio::spawn(drain(receiver, max_batch.max(1), Sizes::new(name), run));
        Self { queue: sender }
    }

    /// Queues `item` and waits for its answer. A caller who goes away once the item is queued does not stop it.
    pub async fn submit(&self, item: I) -> Result<A, E> {
        let (answer, answered) = oneshot::channel();
        if self.queue.send(Entry { item, answer }).await.is_err() {
            return Err(StorageError::Lost("the batcher has stopped").into());
        }
        answered
            .await
            .unwrap_or_else(|_| Err(StorageError::Lost("the batcher has stopped").into()))
    }
}

impl<I, A, E> Clone for Batcher<I, A, E> {
    fn clone(&self) -> Self {
        Self {
            queue: self.queue.clone(),
        }
    }
}

/// How large batches are.
struct Sizes {
    histogram: Histogram<u64>,
    attributes: [KeyValue; 1],
}

impl Sizes {
    fn new(name: &'static str) -> Self {
        Self {
            histogram: global::meter("usher")
                .u64_histogram("usher.batch.size")
                .with_unit("{item}")
                .with_description("How many items were run together.")
                .with_boundaries(vec![1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0])
                .build(),
            attributes: [KeyValue::new("batch", name)],
        }
    }

    fn record(&self, size: usize) {
        self.histogram
            .record(size.try_into().unwrap_or(u64::MAX), &self.attributes);
    }
}

async fn drain<I, A, E, F, Fut>(mut queue: mpsc::Receiver<Entry<I, A, E>>, max_batch: usize, sizes: Sizes, run: F)
where
    I: Clone + Send + Sync + 'static,
    A: Send + 'static,
    E: From<StorageError> + Send + 'static,
    F: Fn(Vec<I>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Vec<Result<A, E>>, E>> + Send,
{
    let mut batch = Vec::with_capacity(max_batch);
    while queue.recv_many(&mut batch, max_batch).await > 0 {
        sizes.record(batch.len());
        run_batch(std::mem::take(&mut batch), &run).await;
    }
}

async fn run_batch<I, A, E, F, Fut>(batch: Vec<Entry<I, A, E>>, run: &F)
where
    I: Clone + Send + Sync + 'static,
    A: Send + 'static,
    E: From<StorageError> + Send + 'static,
    F: Fn(Vec<I>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Vec<Result<A, E>>, E>> + Send,
{
    if batch.len() > 1 {
        let items = batch.iter().map(|entry| entry.item.clone()).collect();
        match attempt(items, batch.len(), run).await {
            Ok(answers) => {
                for (entry, answer) in batch.into_iter().zip(answers) {
                    // The caller may have gone; what was committed stays committed.
                    let _gone = entry.answer.send(answer);
                }
                return;
            }
            Err(_) => tracing::debug!(items = batch.len(), "a batch failed; its items are run one by one"),
        }
    } else if let Some(entry) = batch.into_iter().next() {
        return run_alone(entry, run).await;
    } else {
        return;
    }
    for entry in batch {
        // In an outage each attempt takes a time-out. Callers who have given up would hold up the queue for minutes, and
        // have to ask again anyway: the batch may or may not have been committed.
        if !entry.answer.is_closed() {
            run_alone(entry, run).await;
        }
    }
}

async fn run_alone<I, A, E, F, Fut>(entry: Entry<I, A, E>, run: &F)
where
    E: From<StorageError>,
    F: Fn(Vec<I>) -> Fut,
    Fut: Future<Output = Result<Vec<Result<A, E>>, E>>,
{
    let answer = match attempt(vec![entry.item], 1, run).await {
        Ok(answers) => answers
            .into_iter()
            .next()
            .unwrap_or_else(|| Err(StorageError::Lost("no answer came").into())),
        Err(error) => Err(error),
    };
    let _gone = entry.answer.send(answer);
}

/// Runs a batch; a panic, or another number of answers than items, is an error like any other.
async fn attempt<I, A, E, F, Fut>(items: Vec<I>, expected: usize, run: &F) -> Result<Vec<Result<A, E>>, E>
where
    E: From<StorageError>,
    F: Fn(Vec<I>) -> Fut,
    Fut: Future<Output = Result<Vec<Result<A, E>>, E>>,
{
    let guarded = AssertUnwindSafe(async { run(items).await }).catch_unwind();
    match guarded.await {
        Ok(Ok(answers)) if answers.len() == expected => Ok(answers),
        Ok(Ok(answers)) => {
            tracing::error!(
                expected,
                answers = answers.len(),
                "a batch was answered with the wrong number of answers"
            );
            Err(StorageError::Lost("the batch's answers do not fit its items").into())
        }
        Ok(Err(error)) => Err(error),
        Err(_) => Err(StorageError::Lost("running the batch panicked").into()),
    }
}
