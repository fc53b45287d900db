//! What group commit promises.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::join_all;
use storage::{Batcher, StorageError};
use tokio::sync::Semaphore;

use crate::support::eventually;

type Numbers = Batcher<u32, u32, StorageError>;

/// A batcher of numbers: remembers its batches, waits at a gate before each, and answers ten times the number.
#[derive(Clone)]
struct Bench {
    batcher: Option<Numbers>,
    runs: Arc<Mutex<Vec<Vec<u32>>>>,
    gate: Arc<Semaphore>,
}

#[derive(Clone, Copy)]
enum Fault {
    Error,
    Panic,
    TooFewAnswers,
}

impl Bench {
    /// A batch with a 13 in it fails.
    fn new(max_batch: usize, queue: usize, fault: Fault) -> Self {
        let runs: Arc<Mutex<Vec<Vec<u32>>>> = Arc::default();
        let gate = Arc::new(Semaphore::new(0));
        let (seen, key) = (Arc::clone(&runs), Arc::clone(&gate));
        let batcher = Batcher::spawn("test", max_batch, queue, move |batch: Vec<u32>| {
            seen.lock().unwrap().push(batch.clone());
            let key = Arc::clone(&key);
            async move {
                key.acquire().await.unwrap().forget();
                match fault {
                    _ if !batch.contains(&13) => Ok(batch.into_iter().map(|n| Ok(n * 10)).collect()),
                    Fault::Error => Err(StorageError::Constraint {
                        name: "thirteen".to_owned(),
                    }),
                    Fault::Panic => panic!("as the test wants it"),
                    Fault::TooFewAnswers => Ok(Vec::new()),
                }
            }
        });
        Self {
            batcher: Some(batcher),
            runs,
            gate,
        }
    }

    fn batcher(&self) -> Numbers {
        self.batcher.clone().unwrap()
    }

    fn runs(&self) -> Vec<Vec<u32>> {
        self.runs.lock().unwrap().clone()
    }

    /// Submits `first` and waits until it is at the gate, so that what follows is one batch.
    async fn occupy(&self, first: u32) -> tokio::task::JoinHandle<Result<u32, StorageError>> {
        let batcher = self.batcher();
        let task = tokio::spawn(async move { batcher.submit(first).await });
        eventually(1, async || self.runs().len()).await;
        task
    }
}

#[tokio::test]
async fn what_comes_during_a_commit_is_the_next_batch() {
    let bench = Bench::new(64, 256, Fault::Error);
    let first = bench.occupy(0).await;
    let batcher = bench.batcher();
    let rest = tokio::spawn(async move { join_all((101..=200).map(|n| batcher.submit(n))).await });
    // Waits until all are queued: with the gate shut nothing else is ready to run.
    tokio::task::yield_now().await;
    bench.gate.add_permits(100);
    assert_eq!(first.await.unwrap().unwrap(), 0);
    let answers: Vec<_> = rest.await.unwrap().into_iter().map(Result::unwrap).collect();
    assert_eq!(answers, (101..=200).map(|n| n * 10).collect::<Vec<_>>());
    let sizes: Vec<_> = bench.runs().iter().map(Vec::len).collect();
    assert_eq!(sizes, [1, 64, 36]);
    assert!(bench.runs().concat().is_sorted(), "arrival order");
}

#[tokio::test]
async fn an_item_that_finds_the_batcher_idle_is_run_at_once() {
    let bench = Bench::new(64, 256, Fault::Error);
    bench.gate.add_permits(10);
    assert_eq!(bench.batcher().submit(4).await.unwrap(), 40);
    assert_eq!(bench.runs(), [[4]]);
}

#[tokio::test]
async fn a_failing_item_does_not_fail_its_neighbours() {
    for fault in [Fault::Error, Fault::Panic, Fault::TooFewAnswers] {
        let bench = Bench::new(64, 256, fault);
        let first = bench.occupy(0).await;
        let batcher = bench.batcher();
        let rest = tokio::spawn(async move { join_all([11, 12, 13, 14].map(|n| batcher.submit(n))).await });
        tokio::task::yield_now().await;
        bench.gate.add_permits(100);
        first.await.unwrap().unwrap();
        let answers = rest.await.unwrap();
        let good: Vec<_> = answers
            .iter()
            .filter_map(|answer| answer.as_ref().ok().copied())
            .collect();
        assert_eq!(good, [110, 120, 140]);
        let refusal = answers[2].as_ref().unwrap_err();
        let expected = if matches!(fault, Fault::Error) {
            Some("thirteen")
        } else {
            None
        };
        assert_eq!(refusal.constraint(), expected, "{refusal:?}");
        assert_eq!(
            bench.runs(),
            [vec![0], vec![11, 12, 13, 14], vec![11], vec![12], vec![13], vec![14]]
        );
    }
}

#[tokio::test]
async fn a_caller_who_goes_away_does_not_stop_the_commit() {
    let bench = Bench::new(64, 256, Fault::Error);
    let first = bench.occupy(0).await;
    first.abort();
    let batcher = bench.batcher();
    let second = tokio::spawn(async move { batcher.submit(1).await });
    tokio::task::yield_now().await;
    second.abort();
    assert!(second.await.unwrap_err().is_cancelled());
    bench.gate.add_permits(100);
    eventually(vec![vec![0], vec![1]], async || bench.runs()).await;
}

#[tokio::test]
async fn the_rest_is_committed_when_all_handles_are_gone() {
    let mut bench = Bench::new(2, 256, Fault::Error);
    let first = bench.occupy(0).await;
    let batcher = bench.batcher();
    let rest = tokio::spawn(async move { join_all((1..=4).map(|n| batcher.submit(n))).await });
    tokio::task::yield_now().await;
    first.abort();
    rest.abort();
    bench.batcher = None;
    bench.gate.add_permits(100);
    eventually(vec![vec![0], vec![1, 2], vec![3, 4]], async || bench.runs()).await;
}

#[tokio::test]
async fn a_full_queue_makes_callers_wait_outside() {
    let bench = Bench::new(64, 2, Fault::Error);
    let first = bench.occupy(0).await;
    let batcher = bench.batcher();
    let mut queued = [batcher.submit(1), batcher.submit(2)].map(Box::pin);
    for caller in &mut queued {
        assert!(futures::poll!(caller).is_pending());
    }
    let outside = tokio::time::timeout(Duration::ZERO, batcher.submit(3));
    assert!(outside.await.is_err());
    bench.gate.add_permits(100);
    first.await.unwrap().unwrap();
    join_all(queued).await;
    assert_eq!(bench.runs(), [vec![0], vec![1, 2]]);
    assert_eq!(batcher.submit(4).await.unwrap(), 40);
}
