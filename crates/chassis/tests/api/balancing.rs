//! Calls to a peer of several replicas: who gets them, who is left out, and what is sent again.

use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use chassis::{ClientConfig, Peer, Shutdown};
use testkit::{eventually, free_port};
use tonic::Code;

use crate::replica::{READ, Replica, WRITE, call, channel, connected};
use crate::support::DEADLINE;

#[tokio::test]
async fn whoever_has_less_to_do_gets_the_next_call() {
    let (one, other) = (Replica::start().await, Replica::start().await);
    let channel = channel(&[&one, &other]);
    connected(&channel, &[&one, &other]).await;
    let before = [one.calls(), other.calls()];
    for replica in [&one, &other] {
        replica.behaviour.is_gated.store(true, Ordering::SeqCst);
    }
    let begin = || {
        let channel = channel.clone();
        tokio::spawn(async move { call(&channel, READ).await })
    };
    let mut calls = Vec::new();
    for count in 1..=10_u32 {
        calls.push(begin());
        eventually(DEADLINE, async || {
            let arrived = one.calls() + other.calls() - before[0] - before[1];
            if arrived == count {
                Ok(())
            } else {
                Err(format!("{arrived} of {count}"))
            }
        })
        .await;
    }
    assert_eq!([one.calls() - before[0], other.calls() - before[1]], [5, 5]);
    for replica in [&one, &other] {
        replica.behaviour.gate.0.add_permits(5);
    }
    for call in calls {
        assert_eq!(call.await.unwrap(), Code::Ok);
    }
}

#[tokio::test]
async fn a_replica_that_is_not_there_is_done_without_until_it_is() {
    let live = Replica::start().await;
    let port = free_port().unwrap();
    let absent = SocketAddr::from(([127, 0, 0, 1], port));
    let peer = Peer::Replicas(vec![format!("http://{absent}"), live.url()]);
    let channel = peer.channel("identity", &ClientConfig::default()).unwrap();
    for _ in 0..50 {
        assert_eq!(call(&channel, WRITE).await, Code::Ok);
    }
    let late = Replica::at(absent).await;
    connected(&channel, &[&late]).await;
}

#[tokio::test]
async fn replicas_that_stop_and_come_back_fail_no_call() {
    let mut replicas = vec![Replica::start().await, Replica::start().await];
    let channel = channel(&[&replicas[0], &replicas[1]]);
    let stop = Shutdown::new();
    let calling: Vec<_> = (0..4)
        .map(|_| {
            let (channel, stop) = (channel.clone(), stop.clone());
            tokio::spawn(async move {
                let mut codes = Vec::new();
                while !stop.is_cancelled() {
                    codes.push(call(&channel, WRITE).await);
                }
                codes
            })
        })
        .collect();
    for _ in 0..6 {
        let replica = replicas.remove(0);
        connected(&channel, &[&replica]).await;
        let address = replica.address;
        replica.stop().await;
        let again = Replica::at(address).await;
        connected(&channel, &[&again]).await;
        replicas.push(again);
    }
    stop.cancel();
    for codes in calling {
        let codes = codes.await.unwrap();
        let failed = codes.iter().filter(|code| **code != Code::Ok).count();
        assert_eq!(failed, 0, "of {}", codes.len());
    }
}

#[tokio::test]
async fn a_replica_that_fails_again_and_again_is_left_out_and_let_in_again() {
    let (good, bad) = (Replica::start().await, Replica::start().await);
    let channel = channel(&[&good, &bad]);
    connected(&channel, &[&good, &bad]).await;
    bad.set_unavailable(true);
    let mut failed = 0;
    for _ in 0..200 {
        failed += u32::from(call(&channel, WRITE).await != Code::Ok);
    }
    // By turns a hundred would have failed.
    assert!((5..30).contains(&failed), "{failed} calls failed");
    bad.set_unavailable(false);
    let before = bad.calls();
    eventually(DEADLINE, async || {
        call(&channel, WRITE).await;
        if bad.calls() > before {
            Ok(())
        } else {
            Err("it is still left out")
        }
    })
    .await;
}

#[tokio::test]
async fn the_last_replica_is_never_left_out() {
    let (one, other) = (Replica::start().await, Replica::start().await);
    let channel = channel(&[&one, &other]);
    connected(&channel, &[&one, &other]).await;
    for replica in [&one, &other] {
        replica.set_unavailable(true);
    }
    for _ in 0..50 {
        assert_eq!(call(&channel, WRITE).await, Code::Unavailable);
    }
    for replica in [&one, &other] {
        replica.set_unavailable(false);
    }
    assert_eq!(call(&channel, WRITE).await, Code::Ok);
}

#[tokio::test]
async fn what_one_replica_cannot_answer_is_asked_of_another_if_that_is_harmless() {
    let (good, bad) = (Replica::start().await, Replica::start().await);
    let channel = channel(&[&good, &bad]);
    connected(&channel, &[&good, &bad]).await;
    bad.set_unavailable(true);
    let before = bad.calls();
    for _ in 0..50 {
        assert_eq!(call(&channel, READ).await, Code::Ok);
    }
    assert!(bad.calls() > before, "it was asked first now and then");
}

#[tokio::test]
async fn an_outage_is_not_made_worse_by_trying_again() {
    let (one, other) = (Replica::start().await, Replica::start().await);
    let channel = channel(&[&one, &other]);
    connected(&channel, &[&one, &other]).await;
    for replica in [&one, &other] {
        replica.set_unavailable(true);
    }
    let calls = 1_000;
    let before = one.calls() + other.calls();
    let begin = Instant::now();
    for _ in 0..calls {
        assert_eq!(call(&channel, READ).await, Code::Unavailable);
    }
    let tries = one.calls() + other.calls() - before;
    // A fifth more, ten a second, and a hundred that are there for quiet times.
    let seconds = u32::try_from(begin.elapsed().as_secs()).unwrap();
    let more = calls / 5 + 10 * (seconds + 1) + 100;
    assert!(tries > calls && tries <= calls + more + 2, "{tries} tries");
}

#[tokio::test]
async fn a_call_that_dies_with_its_replica_is_made_again_only_if_that_is_harmless() {
    for (path, expected) in [(READ, Code::Ok), (WRITE, Code::Unavailable)] {
        let (survivor, victim) = (Replica::start().await, Replica::start().await);
        let channel = channel(&[&survivor, &victim]);
        connected(&channel, &[&survivor, &victim]).await;
        victim.behaviour.is_gated.store(true, Ordering::SeqCst);
        let before = victim.calls();
        // Until one of them is the victim's.
        let held = loop {
            let channel = channel.clone();
            let mut held = tokio::spawn(async move { call(&channel, path).await });
            tokio::select! {
                code = &mut held => assert_eq!(code.unwrap(), Code::Ok),
                () = eventually(DEADLINE, async || {
                    if victim.calls() > before { Ok(()) } else { Err("it is not called") }
                }) => break held,
            }
        };
        victim.die().await;
        assert_eq!(held.await.unwrap(), expected, "{path}");
    }
}

#[tokio::test]
async fn each_try_gets_what_is_left_of_the_time() {
    let (one, other) = (Replica::start().await, Replica::start().await);
    let channel = channel(&[&one, &other]);
    connected(&channel, &[&one, &other]).await;
    for replica in [&one, &other] {
        replica.behaviour.timeouts.lock().unwrap().clear();
        replica.set_unavailable(true);
    }
    assert_eq!(call(&channel, READ).await, Code::Unavailable);
    let mut timeouts = Vec::new();
    for replica in [&one, &other] {
        for timeout in replica.behaviour.timeouts.lock().unwrap().iter() {
            timeouts.push(timeout.trim_end_matches('u').parse::<u64>().unwrap());
        }
    }
    let most = u64::try_from(Duration::from_secs(10).as_micros()).unwrap();
    assert!(
        timeouts.len() == 3 && timeouts.iter().all(|timeout| *timeout < most),
        "{timeouts:?}"
    );
    timeouts.sort_unstable();
    timeouts.dedup();
    assert_eq!(timeouts.len(), 3, "each is shorter than the one before: {timeouts:?}");
}

#[tokio::test]
async fn a_name_stands_for_its_addresses() {
    let replica = Replica::start().await;
    let peer = Peer::Tcp(format!("http://localhost:{}", replica.address.port()));
    let channel = peer.channel("identity", &ClientConfig::default()).unwrap();
    assert_eq!(call(&channel, WRITE).await, Code::Ok);
    let peer = Peer::Tcp("http://nowhere.invalid:1".to_owned());
    let config = ClientConfig {
        insecure_plaintext: true,
        ..ClientConfig::default()
    };
    let channel = peer.channel("identity", &config).unwrap();
    assert_eq!(call(&channel, READ).await, Code::Unavailable);
}
