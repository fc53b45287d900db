//! The one commit point against the sweeper: an attempt is committed or aborted, never both.

use std::time::Duration;

use chassis::{Channel, Person};
use identity::Config;
use proto::admin::v1::AddUsersResponse;
use proto::identity::internal::v1::resolution::Outcome;
use proto::licensing::internal::v1::{Confirmation, Holder};
use tonic::{Code, Status};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{add, address, arrived, attempt, commit, grant, key, new_user, outcomes, products, refusal};

on_both_databases! {
    an_aborted_attempt_is_never_committed_and_the_next_one_is
    without_tombstones_a_seat_that_was_freed_is_taken_by_a_late_commit
    a_later_abort_buries_all_earlier_attempts
    a_committed_attempt_resolves_to_exactly_what_was_confirmed
    another_attempt_at_a_committed_request_is_aborted
    an_attempt_that_nobody_has_heard_of_is_aborted
    a_commit_that_races_a_resolve_agrees_with_it
    without_tombstones_a_commit_that_races_a_resolve_contradicts_it
    malformed_reservations_are_refused
}

fn without_tombstones(config: &mut Config) {
    config.admission.tombstones = false;
}

/// What licensing is told of an attempt, and what then becomes of its commit.
struct Late {
    resolved: Outcome,
    committed: Result<AddUsersResponse, Status>,
    users: i64,
}

/// Licensing's sweeper frees the seats of the first attempt; then its commit arrives after all.
async fn commit_late(stack: &Stack, owner: &Person, email: &str) -> (Late, proto::admin::v1::AddUsersRequest) {
    let request = add(&[email]);
    let resolved = stack.resolve(vec![key(owner.account, &request, 1)]).await.remove(0);
    let committed = stack.commit(owner, commit(owner, request.clone())).await;
    let users = stack.users_with(email).await;
    let late = Late {
        resolved,
        committed,
        users,
    };
    (late, request)
}

async fn an_aborted_attempt_is_never_committed_and_the_next_one_is(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, ada) = (stack.owner().await, address());
    let (late, request) = commit_late(&stack, &owner, &ada).await;
    assert_eq!(late.resolved, Outcome::Aborted(key(owner.account, &request, 1)));
    assert_eq!(refusal(late.committed), (Code::Aborted, "GRANT_LAPSED".into()));
    assert_eq!((late.users, stack.rows("invitations").await), (0, 0));
    // However often it comes.
    let again = stack.commit(&owner, commit(&owner, request.clone())).await;
    assert_eq!(refusal(again), (Code::Aborted, "GRANT_LAPSED".into()));
    let next = attempt(&owner, request.clone(), 2);
    stack.commit(&owner, next).await.unwrap();
    assert_eq!(stack.users_with(&ada).await, 1);
    let confirmed = arrived(1, || stack.peers.confirmations()).await;
    assert_eq!(confirmed[0].key, Some(key(owner.account, &request, 2)));
}

/// The control: what the check is for.
async fn without_tombstones_a_seat_that_was_freed_is_taken_by_a_late_commit(
    stack: impl AsyncFn(fn(&mut Config)) -> Stack,
) {
    let stack = stack(without_tombstones).await;
    let (owner, ada) = (stack.owner().await, address());
    let (late, request) = commit_late(&stack, &owner, &ada).await;
    assert_eq!(late.resolved, Outcome::Aborted(key(owner.account, &request, 1)));
    late.committed.unwrap();
    assert_eq!(
        late.users, 1,
        "a user thinks that they hold a seat which licensing has freed"
    );
}

async fn a_later_abort_buries_all_earlier_attempts(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let request = add(&[&address()]);
    stack.resolve(vec![key(owner.account, &request, 3)]).await;
    stack.resolve(vec![key(owner.account, &request, 2)]).await;
    for epoch in 1..=3 {
        let refused = stack.commit(&owner, attempt(&owner, request.clone(), epoch)).await;
        assert_eq!(refusal(refused), (Code::Aborted, "GRANT_LAPSED".into()), "{epoch}");
    }
    stack.commit(&owner, attempt(&owner, request, 4)).await.unwrap();
}

async fn a_committed_attempt_resolves_to_exactly_what_was_confirmed(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    // Somebody who belongs to another account holds the seat by their invitation until they move.
    let stranger = address();
    stack.commit(&other, commit(&other, add(&[&stranger]))).await.unwrap();
    let mut request = add(&[&address(), &address(), &address(), &stranger]);
    request.users[1].options = Some(products(&["phone", "meeting"]));
    request.options = None;
    request.users[0].options = Some(products(&["training"]));
    request.users[3].options = Some(products(&["training"]));
    let mut message = commit(&owner, request.clone());
    let key = key(owner.account, &request, 1);
    message.grant = Some(grant(key.clone(), &[("meeting", 1), ("phone", 1), ("training", 2)]));
    let answer = stack.commit(&owner, message).await.unwrap();
    let holder = |subject: &str, list: &[&str]| Holder {
        subject: subject.to_owned(),
        version: 1,
        products: list.iter().map(|&product| product.to_owned()).collect(),
        kept: vec![],
    };
    let expected = Confirmation {
        key: Some(key.clone()),
        holders: vec![
            holder(&answer.results[0].user_id, &["training"]),
            holder(&answer.results[1].user_id, &["meeting", "phone"]),
            holder(&answer.results[3].invitation_id, &["training"]),
        ],
        assigner_id: owner.user.to_string(),
        assign_time: None,
    };
    // When it was decided is told too, and is the same however often it is asked.
    let untimed = |confirmation: Confirmation| {
        let time = confirmation.assign_time.unwrap();
        let untimed = Confirmation {
            assign_time: None,
            ..confirmation
        };
        (untimed, time)
    };
    let Outcome::Committed(resolved) = stack.resolve(vec![key.clone()]).await.remove(0) else {
        panic!("it was committed");
    };
    let (resolved, decided) = untimed(resolved);
    assert_eq!(resolved, expected);
    let confirmed = arrived(2, || stack.peers.confirmations()).await;
    let of_this: Vec<_> = confirmed
        .into_iter()
        .filter(|sent| sent.key.as_ref() == Some(&key))
        .collect();
    assert_eq!(
        of_this.into_iter().map(untimed).collect::<Vec<_>>(),
        [(expected, decided)]
    );
}

async fn another_attempt_at_a_committed_request_is_aborted(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let request = add(&[&address()]);
    let answer = stack.commit(&owner, attempt(&owner, request.clone(), 2)).await.unwrap();
    let keys: Vec<_> = [1, 3, 2, 4].map(|epoch| key(owner.account, &request, epoch)).into();
    for _ in 0..2 {
        let resolved = stack.resolve(keys.clone()).await;
        assert_eq!(resolved[0], Outcome::Aborted(keys[0].clone()));
        assert_eq!(resolved[1], Outcome::Aborted(keys[1].clone()));
        assert!(matches!(&resolved[2], Outcome::Committed(committed) if committed.key.as_ref() == Some(&keys[2])));
        assert_eq!(resolved[3], Outcome::Aborted(keys[3].clone()));
    }
    // The decision stands, whatever else was aborted.
    let repeated = stack.commit(&owner, attempt(&owner, request, 4)).await.unwrap();
    assert_eq!(repeated, answer);
}

async fn an_attempt_that_nobody_has_heard_of_is_aborted(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = types::AccountId::new();
    let keys: Vec<_> = (1..=1_000).map(|_| key(account, &add(&[]), 1)).collect();
    let aborted: Vec<_> = keys.iter().cloned().map(Outcome::Aborted).collect();
    assert_eq!(stack.resolve(keys).await, aborted);
    assert_eq!(stack.rows("requests").await, 1_000);
}

/// Lets a hundred commits race their resolves at two processes; answers how many were committed, how many aborted, and how
/// many both.
async fn race(stack: &Stack) -> [u32; 3] {
    let owner = stack.owner().await;
    let sweeper: Channel = stack.replica().await;
    stack.resolve_at(sweeper.clone(), vec![]).await;
    let mut found = [0; 3];
    // How much earlier the commit starts: it follows the outcomes, so that the two go on meeting at the critical moment.
    let mut lead = Duration::ZERO;
    for _ in 0..100 {
        let email = address();
        let mut request = add(&[]);
        request.users.push(new_user(&email));
        let keys = vec![key(owner.account, &request, 1)];
        let (committed, resolved) = tokio::join!(stack.commit(&owner, commit(&owner, request)), async {
            tokio::time::sleep(lead).await;
            stack.resolve_at(sweeper.clone(), keys.clone()).await
        });
        let aborted = matches!(resolved[0], Outcome::Aborted(_));
        let answer = match committed {
            Ok(answer) => Some(outcomes(&answer)),
            Err(status) => {
                assert_eq!(refusal::<()>(Err(status)), (Code::Aborted, "GRANT_LAPSED".into()));
                None
            }
        };
        assert_eq!(stack.users_with(&email).await, i64::from(answer.is_some()));
        match (answer.is_some(), aborted) {
            (true, false) => {
                found[0] += 1;
                lead = lead.saturating_sub(Duration::from_millis(1));
            }
            (false, true) => {
                found[1] += 1;
                lead += Duration::from_millis(1);
            }
            (true, true) => {
                found[2] += 1;
                lead += Duration::from_millis(1);
            }
            (false, false) => panic!("refused as aborted, resolved as committed"),
        }
        if found[2] == 0 {
            assert_eq!(stack.resolve(keys).await, resolved, "what was said stays so");
        }
    }
    found
}

async fn a_commit_that_races_a_resolve_agrees_with_it(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let [committed, aborted, both] = race(&stack).await;
    assert_eq!((committed + aborted, both), (100, 0));
    assert!(aborted > 0 && committed > 0, "{committed} committed, {aborted} aborted");
}

/// The control: the race above is one that can be lost.
async fn without_tombstones_a_commit_that_races_a_resolve_contradicts_it(
    stack: impl AsyncFn(fn(&mut Config)) -> Stack,
) {
    let stack = stack(without_tombstones).await;
    let [committed, aborted, both] = race(&stack).await;
    assert!(both > 0, "{committed} committed, {aborted} aborted");
}

async fn malformed_reservations_are_refused(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    use proto::identity::internal::v1::ResolveReservationsRequest;
    use proto::licensing::internal::v1::ReservationKey;
    let stack = stack(plain).await;
    let good = key(types::AccountId::new(), &add(&[]), 1);
    let cases: [fn(&mut ReservationKey); 4] = [
        |bad| bad.account_id.clear(),
        |bad| bad.request_id.clear(),
        |bad| bad.epoch = 0,
        |bad| bad.epoch = -1,
    ];
    for (index, change) in cases.into_iter().enumerate() {
        let mut bad = good.clone();
        change(&mut bad);
        let reservations = vec![good.clone(), bad];
        let message = stack.signed("licensing", ResolveReservationsRequest { reservations });
        let refused = refusal(stack.changes().resolve_reservations(message).await);
        assert_eq!(refused, (Code::InvalidArgument, "ID_MALFORMED".into()), "case {index}");
    }
    assert_eq!(stack.rows("requests").await, 0);
}
