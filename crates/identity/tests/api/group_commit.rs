//! CommitAddUsers when many come at once: written together, decided apart.

use std::collections::BTreeSet;

use chassis::Person;
use futures::future::join_all;
use identity::Config;
use proto::admin::v1::AddUsersRequest;
use proto::admin::v1::add_user_result::Outcome;
use sea_orm::{ConnectionTrait, DbBackend, TransactionTrait};
use testkit::eventually;
use tonic::Code;
use types::RequestId;

use crate::stack::{SOON, Stack, on_both_databases, plain};
use crate::words::{add, address, arrived, attempt, commit, outcomes, refusal};

on_both_databases! {
    a_hundred_requests_are_written_in_few_transactions
    an_address_that_is_wanted_twice_fails_its_own_request_only
    an_address_that_many_accounts_want_joins_one_of_them
    the_same_request_many_times_at_once_has_one_effect
    a_commit_that_is_rolled_back_tells_nobody
}

async fn owners(stack: &Stack, count: usize) -> Vec<Person> {
    join_all((0..count).map(|_| stack.owner())).await
}

async fn a_hundred_requests_are_written_in_few_transactions(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owners = owners(&stack, 100).await;
    let commits = owners
        .iter()
        .map(|owner| stack.commit(owner, commit(owner, add(&[&address()]))));
    for answer in join_all(commits).await {
        assert_eq!(outcomes(&answer.unwrap()), [Outcome::Invited]);
    }
    assert_eq!(stack.rows("requests").await, 100);
    if stack.on() == DbBackend::Postgres {
        // Each row tells which transaction has written it.
        let transactions = stack
            .count("SELECT count(DISTINCT xmin::text) AS n FROM requests")
            .await;
        assert!(transactions <= 50, "{transactions} transactions for 100 requests");
    }
    let confirmed = arrived(100, || stack.peers.confirmations()).await;
    let distinct: BTreeSet<_> = confirmed.into_iter().map(|sent| sent.key.unwrap().account_id).collect();
    assert_eq!(distinct.len(), 100);
}

async fn an_address_that_is_wanted_twice_fails_its_own_request_only(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owners = owners(&stack, 30).await;
    let wanted = address();
    let twice = [owners[0], owners[0]].map(|owner| (owner, wanted.clone()));
    let others = owners[1..].iter().map(|owner| (*owner, address()));
    let commits = twice
        .into_iter()
        .chain(others)
        .map(async |(owner, email)| stack.commit(&owner, commit(&owner, add(&[&email, &address()]))).await);
    let mut answers = join_all(commits).await;
    for answer in answers.split_off(2) {
        answer.unwrap();
    }
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 1));
    let refused = lost.into_iter().map(refusal).next().unwrap();
    assert_eq!(refused, (Code::AlreadyExists, "USER_EXISTS".into()));
    assert_eq!(stack.users_with(&wanted).await, 1);
    assert_eq!(stack.rows("invitations").await, 2 * 30);
    arrived(1, || stack.peers.aborted()).await;
    arrived(30, || stack.peers.confirmations()).await;
    stack.delivered().await;
    assert_eq!(
        (stack.peers.aborted().len(), stack.peers.confirmations().len()),
        (1, 30)
    );
}

async fn an_address_that_many_accounts_want_joins_one_of_them(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owners = owners(&stack, 4).await;
    let wanted = address();
    let other = stack.replica().await;
    let channels = [stack.channel(), other].into_iter().cycle();
    let commits = owners.iter().zip(channels).map(async |(owner, channel)| {
        let message = commit(owner, add(&[&wanted]));
        stack.commit_at(channel, owner, message).await
    });
    let told: Vec<_> = join_all(commits)
        .await
        .into_iter()
        .map(|answer| outcomes(&answer.unwrap())[0])
        .collect();
    let count = |outcome| told.iter().filter(|&&told| told == outcome).count();
    assert_eq!((count(Outcome::Invited), count(Outcome::TransferInvited)), (1, 3));
    assert_eq!(stack.users_with(&wanted).await, 1);
}

async fn the_same_request_many_times_at_once_has_one_effect(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let other = stack.replica().await;
    for round in 0..10 {
        let emails = [address(), address()];
        let mut request = add(&[&emails[0], &emails[1]]);
        let needs_seats = round % 2 == 0;
        if !needs_seats {
            request.options = None;
        }
        let commits = (0..20).map(async |index| {
            let channel = if index % 2 == 0 { stack.channel() } else { other.clone() };
            // A retry brings its own grant, or the same one again.
            let mut message = attempt(&owner, request.clone(), 1 + index % 3);
            message.grant = message.grant.filter(|_| needs_seats);
            stack.commit_at(channel, &owner, message).await.unwrap()
        });
        let answers = join_all(commits).await;
        assert!(answers.iter().all(|answer| *answer == answers[0]));
        assert_eq!(outcomes(&answers[0]), [Outcome::Invited, Outcome::Invited]);
        assert_eq!(
            (stack.users_with(&emails[0]).await, stack.users_with(&emails[1]).await),
            (1, 1)
        );
    }
    arrived(5, || stack.peers.confirmations()).await;
    arrived(20, || stack.peers.mails()).await;
    stack.delivered().await;
    assert_eq!((stack.peers.confirmations().len(), stack.peers.mails().len()), (5, 20));
    assert_eq!(stack.peers.aborted(), []);
    assert_eq!(
        (stack.rows("requests").await, stack.rows("invitations").await),
        (10, 20)
    );
}

/// From now on every transaction that has written to the outbox fails, at its very end.
async fn break_commits(stack: &Stack) {
    if stack.on() == DbBackend::Postgres {
        stack
            .execute(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'broken', MESSAGE = 'broken'; END $$;
                CREATE CONSTRAINT TRIGGER broken AFTER INSERT ON outbox DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION refuse()",
            )
            .await;
    } else {
        stack
            .execute(
                "CREATE TABLE creditors (id INTEGER PRIMARY KEY);
                CREATE TABLE debts (id INTEGER REFERENCES creditors (id) DEFERRABLE INITIALLY DEFERRED);
                CREATE TRIGGER broken AFTER INSERT ON outbox BEGIN INSERT INTO debts (id) VALUES (1); END",
            )
            .await;
    }
}

async fn mend_commits(stack: &Stack) {
    if stack.on() == DbBackend::Postgres {
        stack.execute("DROP TRIGGER broken ON outbox").await;
    } else {
        stack.execute("DROP TRIGGER broken").await;
    }
}

async fn a_commit_that_is_rolled_back_tells_nobody(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, ada) = (stack.owner().await, address());
    arrived(1, || stack.peers.subscriptions()).await;
    stack.delivered().await;
    break_commits(&stack).await;
    let message = commit(&owner, add(&[&ada]));
    let refused = refusal(stack.commit(&owner, message.clone()).await);
    assert_eq!(refused, (Code::Aborted, "REQUEST_IN_PROGRESS".into()));
    for table in ["requests", "invitations", "outbox"] {
        assert_eq!(stack.rows(table).await, 0, "{table}");
    }
    assert_eq!((stack.users_with(&ada).await, stack.rows("audit_events").await), (0, 1));
    mend_commits(&stack).await;
    stack.commit(&owner, message).await.unwrap();
    arrived(1, || stack.peers.confirmations()).await;
    arrived(1, || stack.peers.mails()).await;
    stack.delivered().await;
    assert_eq!((stack.peers.offered().len(), stack.peers.confirmations().len()), (1, 1));
    assert_eq!(stack.peers.aborted(), []);
}

/// Only PostgreSQL lets two transactions meet here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_that_is_overtaken_by_its_own_commit_gives_nothing_up() {
    let stack = Stack::on_postgres(plain).await;
    let owner = stack.owner().await;
    let first = add(&[&address()]);
    let answer = stack.commit(&owner, commit(&owner, first.clone())).await.unwrap();
    // The same again by another name is refused, but another process is about to commit it.
    let second = AddUsersRequest {
        request_id: RequestId::new().to_string(),
        ..first.clone()
    };
    let other_process = stack.database.writer().begin().await.unwrap();
    let decide = format!(
        "INSERT INTO requests SELECT account_id, '{}', committed_epoch, aborted_epoch, fingerprint, answer, holders,
            create_time FROM requests WHERE request_id = '{}'",
        second.request_id, first.request_id
    );
    other_process.execute_unprepared(&decide).await.unwrap();
    let (repeated, ()) = tokio::join!(stack.commit(&owner, commit(&owner, second)), async {
        eventually(SOON, async || {
            let waiting = "SELECT count(*) AS n FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock'";
            match stack.count(waiting).await {
                0 => Err("nobody waits for the other process"),
                _ => Ok(()),
            }
        })
        .await;
        other_process.commit().await.unwrap();
    });
    assert_eq!(repeated.unwrap(), answer);
    stack.delivered().await;
    assert_eq!(stack.peers.aborted(), []);
}
