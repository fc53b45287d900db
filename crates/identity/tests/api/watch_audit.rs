//! Watching the audit log: in order, without gaps or repetitions, across processes, and not for longer than one may.

use std::time::Duration;

use chassis::{Actor, Channel, Person};
use identity::Config;
use proto::identity::v1::audit_service_client::AuditServiceClient;
use proto::identity::v1::{AuditEvent, WatchAuditEventsRequest, WatchAuditEventsResponse};
use testkit::Chain;
use tonic::{Code, Status, Streaming};
use types::Role;

use crate::stack::{SOON, Stack, on_both_databases, plain};
use crate::words::{PASSWORD, add, address, commit, new_account, person, refusal};

on_both_databases! {
    a_watcher_who_is_cut_and_resumes_misses_and_repeats_nothing
    a_watch_from_now_on_says_from_where
    a_watch_ends_when_its_session_does_or_its_time_is_over
    a_watch_ends_in_good_order_when_the_server_stops
    watchers_are_limited_and_cursors_checked
}

/// Somebody with a session.
async fn admin(stack: &Stack) -> Person {
    let account = new_account();
    let message = stack.signed("operator", account.clone());
    stack.accounts().create_account(message).await.unwrap();
    let tokens = stack.log_in(&account.email, PASSWORD).await.unwrap();
    let sessions = format!("SELECT id AS text FROM sessions WHERE user_id = '{}'", tokens.user_id);
    let session = stack.texts(sessions).await.remove(0).parse().unwrap();
    let (account, user) = (tokens.account_id.parse().unwrap(), tokens.user_id.parse().unwrap());
    Person {
        session,
        ..person(account, user, Role::SuperAdmin)
    }
}

async fn watch(
    stack: &Stack,
    channel: Channel,
    person: &Person,
    after: Option<i64>,
) -> Result<Streaming<WatchAuditEventsResponse>, Status> {
    let message = stack.signed_for("gateway", &Actor::Person(*person), WatchAuditEventsRequest { after });
    let answer = AuditServiceClient::new(channel).watch_audit_events(message).await?;
    Ok(answer.into_inner())
}

/// The next part of a watch, which comes soon.
async fn next(watch: &mut Streaming<WatchAuditEventsResponse>) -> Result<Option<WatchAuditEventsResponse>, Status> {
    tokio::time::timeout(SOON, watch.message()).await.unwrap()
}

async fn write(stack: &Stack, channel: &Channel, owner: &Person, times: usize) {
    for _ in 0..times {
        let message = commit(owner, add(&[&address()]));
        stack.commit_at(channel.clone(), owner, message).await.unwrap();
    }
}

async fn a_watcher_who_is_cut_and_resumes_misses_and_repeats_nothing(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, here) = (admin(&stack).await, stack.channel());
    let there = stack.replica().await;
    let (writers, each) = (4, 10);
    let channels = [&here, &there];
    let writing = async {
        let write = |writer: usize| write(&stack, channels[writer % 2], &owner, each);
        futures::future::join_all((0..writers).map(write)).await;
    };
    // The account, the log-in, and everybody who is added.
    let all = 2 + writers * each;
    let watching = async {
        let (mut seen, mut parts) = (Vec::<AuditEvent>::new(), 0);
        while seen.len() < all {
            let after = seen.last().map_or(0, |event| event.sequence);
            let mut watch = watch(&stack, here.clone(), &owner, Some(after)).await.unwrap();
            // Cut after one to three parts of the answer, wherever that is.
            for _ in 0..=(parts % 3) {
                parts += 1;
                if seen.len() < all {
                    seen.extend(next(&mut watch).await.unwrap().unwrap().audit_events);
                }
            }
        }
        seen
    };
    let ((), seen) = futures::join!(writing, watching);
    let mut chain = Chain::default();
    chain.follow(&seen).unwrap();
    assert_eq!((chain.sequence, seen.len()), (i64::try_from(all).unwrap(), all));
}

async fn a_watch_from_now_on_says_from_where(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (admin(&stack).await, admin(&stack).await);
    let there = stack.replica().await;
    let mut watch = watch(&stack, stack.channel(), &owner, None).await.unwrap();
    let first = next(&mut watch).await.unwrap().unwrap();
    assert_eq!((first.audit_events.len(), first.sequence), (0, 2));
    write(&stack, &there, &other, 1).await;
    write(&stack, &there, &owner, 1).await;
    let part = next(&mut watch).await.unwrap().unwrap();
    let (events, sequence) = (part.audit_events, part.sequence);
    assert_eq!((events.len(), sequence, events[0].sequence), (1, 3, 3));
    assert_eq!(events[0].account_id, owner.account.to_string());
}

async fn a_watch_ends_when_its_session_does_or_its_time_is_over(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(|config| config.watches.lifetime = Duration::from_secs(8)).await;
    let (owner, other) = (admin(&stack).await, admin(&stack).await);
    let mut watched = watch(&stack, stack.channel(), &owner, None).await.unwrap();
    let mut demoted = watch(&stack, stack.channel(), &other, None).await.unwrap();
    next(&mut watched).await.unwrap().unwrap();
    next(&mut demoted).await.unwrap().unwrap();
    stack
        .execute(&format!(
            "UPDATE sessions SET end_time = 1 WHERE id = '{}'",
            owner.session
        ))
        .await;
    stack
        .execute(&format!("UPDATE users SET role = 'MEMBER' WHERE id = '{}'", other.user))
        .await;
    stack
        .execute(&format!(
            "UPDATE accounts SET billing_contact_id = '{}' WHERE id = '{}'",
            owner.user, other.account
        ))
        .await;
    let ended = tokio::time::timeout(Duration::from_secs(5), watched.message()).await;
    assert_eq!(refusal(ended.unwrap()), (Code::Unauthenticated, "SESSION_ENDED".into()));
    let ended = refusal(next(&mut demoted).await);
    assert_eq!(ended, (Code::PermissionDenied, "PERMISSION_REQUIRED".into()));

    let mut watched = watch(&stack, stack.channel(), &admin(&stack).await, None)
        .await
        .unwrap();
    next(&mut watched).await.unwrap().unwrap();
    assert_eq!(next(&mut watched).await.unwrap(), None, "it ends with OK");
}

async fn a_watch_ends_in_good_order_when_the_server_stops(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let mut stack = stack(plain).await;
    let owner = admin(&stack).await;
    let mut watched = watch(&stack, stack.channel(), &owner, Some(0)).await.unwrap();
    let mut chain = Chain::default();
    while chain.sequence < 2 {
        let part = next(&mut watched).await.unwrap().unwrap();
        chain.follow(&part.audit_events).unwrap();
    }
    // It waits until the process has ended, which does not wait for its watchers.
    stack.restart().await;
    assert_eq!(
        refusal(next(&mut watched).await),
        (Code::Unavailable, "SERVER_STOPPING".into())
    );
    write(&stack, &stack.channel(), &owner, 1).await;
    let mut watched = watch(&stack, stack.channel(), &owner, Some(chain.sequence))
        .await
        .unwrap();
    while chain.sequence < 3 {
        let part = next(&mut watched).await.unwrap().unwrap();
        chain.follow(&part.audit_events).unwrap();
    }
}

async fn watchers_are_limited_and_cursors_checked(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(|config| config.watches.watchers_per_account = 2).await;
    let (owner, other) = (admin(&stack).await, admin(&stack).await);
    for after in [-1, 3, i64::MAX] {
        let refused = refusal(watch(&stack, stack.channel(), &owner, Some(after)).await);
        assert_eq!(refused, (Code::InvalidArgument, "CURSOR_INVALID".into()));
    }
    let first = watch(&stack, stack.channel(), &owner, None).await.unwrap();
    let _second = watch(&stack, stack.channel(), &owner, None).await.unwrap();
    let refused = refusal(watch(&stack, stack.channel(), &owner, None).await);
    assert_eq!(refused, (Code::ResourceExhausted, "TOO_MANY_WATCHERS".into()));
    let _others = watch(&stack, stack.channel(), &other, None).await.unwrap();
    // Whoever goes makes room.
    drop(first);
    testkit::eventually(SOON, async || {
        watch(&stack, stack.channel(), &owner, None)
            .await
            .map(drop)
            .map_err(|status| status.to_string())
    })
    .await;
}
