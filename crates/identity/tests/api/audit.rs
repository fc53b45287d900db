//! The audit log: complete, in order, sealed, and readable as far as the reader may see.

use chassis::{Actor, Person};
use identity::Config;
use proto::identity::internal::v1::audit_service_client::AuditServiceClient;
use proto::identity::internal::v1::{AppendAuditEventsRequest, NewAuditEvent};
use proto::identity::v1::audit_event::Outcome;
use proto::identity::v1::{
    AuditEvent, GetAuditHeadRequest, GetAuditHeadResponse, ListAuditEventsRequest, ListAuditEventsResponse,
    LogOutRequest, RefreshSessionRequest,
};
use sea_orm::ConnectionTrait;
use testkit::{BrokenChain, Chain, eventually};
use tonic::{Code, Status};
use types::{AccountId, AuditEventId, Role};

use crate::stack::{SOON, Stack, on_both_databases, plain};
use crate::words::{PASSWORD, add, address, bad_fields, commit, in_seconds, new_account, person, refusal};

on_both_databases! {
    a_log_is_read_in_pages_and_its_chain_verifies
    the_database_keeps_every_event_and_tampering_is_noticed
    who_may_not_see_roles_reads_everything_else
    a_query_that_makes_no_sense_is_refused_by_field
    other_services_events_join_the_log_once
    an_event_that_makes_no_sense_is_refused_with_its_batch
    sessions_and_attempts_on_them_are_told
}

fn all() -> ListAuditEventsRequest {
    ListAuditEventsRequest::default()
}

pub async fn list(
    stack: &Stack,
    person: &Person,
    message: ListAuditEventsRequest,
) -> Result<ListAuditEventsResponse, Status> {
    let message = stack.signed_for("gateway", &Actor::Person(*person), message);
    Ok(stack.audit().list_audit_events(message).await?.into_inner())
}

async fn log(stack: &Stack, person: &Person) -> Vec<AuditEvent> {
    list(stack, person, all()).await.unwrap().audit_events
}

async fn head(stack: &Stack, person: &Person) -> Chain {
    let message = stack.signed_for("gateway", &Actor::Person(*person), GetAuditHeadRequest {});
    let GetAuditHeadResponse { sequence, hash } = stack.audit().get_audit_head(message).await.unwrap().into_inner();
    Chain { sequence, hash }
}

/// An account whose log has an event for each of `count` people who were added.
async fn busy(stack: &Stack, count: usize) -> Person {
    let owner = stack.owner().await;
    let emails: Vec<_> = (0..count).map(|_| address()).collect();
    let rows: Vec<_> = emails.iter().map(String::as_str).collect();
    stack.commit(&owner, commit(&owner, add(&rows))).await.unwrap();
    owner
}

async fn a_log_is_read_in_pages_and_its_chain_verifies(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (busy(&stack, 7).await, busy(&stack, 1).await);
    let (mut chain, mut message, mut seen) = (Chain::default(), all(), 0);
    message.page_size = 3;
    loop {
        let page = list(&stack, &owner, message.clone()).await.unwrap();
        chain.follow(&page.audit_events).unwrap();
        seen += page.audit_events.len();
        message.page_token = page.next_page_token;
        if message.page_token.is_empty() {
            break;
        }
    }
    assert_eq!(chain, head(&stack, &owner).await);
    let invited = ListAuditEventsRequest {
        action_prefix: "user.".into(),
        actor_id: owner.user.to_string(),
        outcome: Outcome::Done.into(),
        order_by: "sequence desc".into(),
        ..all()
    };
    let found = list(&stack, &owner, invited).await.unwrap().audit_events;
    assert_eq!(found.len(), 7);
    assert!(found.is_sorted_by(|one, next| one.sequence > next.sequence));
    assert!(seen > 7 && found.iter().all(|event| event.action == "user.invite"));
    for nothing in [
        ListAuditEventsRequest {
            // An underscore stands for itself.
            action_prefix: "user_".into(),
            ..all()
        },
        ListAuditEventsRequest {
            outcome: Outcome::Denied.into(),
            ..all()
        },
        ListAuditEventsRequest {
            actor_id: other.user.to_string(),
            ..all()
        },
        ListAuditEventsRequest {
            end_time: Some(prost_types::Timestamp { seconds: 1, nanos: 0 }),
            ..all()
        },
    ] {
        assert_eq!(list(&stack, &owner, nothing).await.unwrap().audit_events, []);
    }
}

async fn the_database_keeps_every_event_and_tampering_is_noticed(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = busy(&stack, 3).await;
    let log_before = log(&stack, &owner).await;
    let mut statements = vec!["UPDATE audit_events SET after = '{}'", "DELETE FROM audit_events"];
    let postgres = stack.on() == sea_orm::DbBackend::Postgres;
    if postgres {
        statements.push("TRUNCATE audit_events");
    }
    for statement in statements {
        let refused = stack.database.writer().execute_unprepared(statement).await;
        assert!(refused.unwrap_err().to_string().contains("append-only"), "{statement}");
    }
    assert_eq!(log(&stack, &owner).await, log_before);

    // Somebody who owns the database takes the guard away.
    for trigger in ["audit_events_kept", "audit_events_kept_whole"] {
        let on = if postgres { " ON audit_events" } else { "" };
        stack.execute(&format!("DROP TRIGGER {trigger}{on}")).await;
    }
    let middle = log_before[2].sequence;
    stack
        .execute(&format!(
            "UPDATE audit_events SET actor_id = 'nobody' WHERE sequence = {middle}"
        ))
        .await;
    let broken = Chain::default().follow(&log(&stack, &owner).await).unwrap_err();
    assert_eq!(broken, BrokenChain::Seal { sequence: middle });
    stack
        .execute(&format!("DELETE FROM audit_events WHERE sequence = {middle}"))
        .await;
    let broken = Chain::default().follow(&log(&stack, &owner).await).unwrap_err();
    let (expected, found) = (middle, middle + 1);
    assert_eq!(broken, BrokenChain::Number { expected, found });
}

async fn who_may_not_see_roles_reads_everything_else(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = busy(&stack, 2).await;
    let admin = person(owner.account, owner.user, Role::Admin);
    let (whole, shown) = (log(&stack, &owner).await, log(&stack, &admin).await);
    let mut chain = Chain::default();
    chain.follow(&shown).unwrap();
    assert_eq!(chain, head(&stack, &owner).await);
    let mut redacted = 0;
    for (whole, shown) in whole.iter().zip(&shown) {
        assert!(!whole.redacted && !shown.after.contains("role"), "{shown:?}");
        redacted += usize::from(shown.redacted);
        let left = AuditEvent {
            id: String::new(),
            after: whole.after.replace(r#","role":"MEMBER""#, ""),
            redacted: true,
            ..whole.clone()
        };
        assert_eq!(shown, if shown.redacted { &left } else { whole });
    }
    assert_eq!(redacted, 2);
}

async fn a_query_that_makes_no_sense_is_refused_by_field(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let seconds = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    let query = |change: fn(&mut ListAuditEventsRequest)| {
        let mut message = all();
        change(&mut message);
        message
    };
    let mut empty_range = query(|it| it.page_size = 1);
    (empty_range.start_time, empty_range.end_time) = (seconds(2), seconds(2));
    let mut no_time = query(|it| it.page_size = 1);
    no_time.start_time = seconds(i64::MAX);
    let cases = [
        (query(|it| it.page_size = -1), "PAGE_SIZE_INVALID"),
        (query(|it| it.page_token = "x".into()), "PAGE_TOKEN_INVALID"),
        (query(|it| it.actor_id = "a' OR 1=1".into()), "ID_MALFORMED"),
        (query(|it| it.subject_id = "ü".into()), "ID_MALFORMED"),
        (query(|it| it.action_prefix = "x".repeat(201)), "ACTION_PREFIX_TOO_LONG"),
        (no_time, "TIME_RANGE_INVALID"),
        (empty_range, "TIME_RANGE_INVALID"),
        (query(|it| it.order_by = "create_time".into()), "ORDER_BY_UNKNOWN"),
    ];
    for (message, reason) in cases {
        let refused = refusal(list(&stack, &owner, message).await);
        assert_eq!(refused, (Code::InvalidArgument, reason.into()));
    }
}

/// An event as another service tells of it.
fn told(account: &AccountId, action: &str) -> NewAuditEvent {
    NewAuditEvent {
        id: AuditEventId::new().to_string(),
        account_id: account.to_string(),
        actor_id: "billing".into(),
        action: action.into(),
        subject_id: account.to_string(),
        after: r#"{"plan":"team"}"#.into(),
        outcome: Outcome::Done.into(),
        create_time: Some(in_seconds(0)),
        ..NewAuditEvent::default()
    }
}

async fn append(stack: &Stack, issuer: &str, events: Vec<NewAuditEvent>) -> Result<(), Status> {
    let message = stack.signed(issuer, AppendAuditEventsRequest { events });
    let mut client = AuditServiceClient::new(stack.channel());
    client.append_audit_events(message).await.map(drop)
}

async fn other_services_events_join_the_log_once(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let first = told(&owner.account, "subscription.start");
    let events = vec![first.clone(), told(&other.account, "subscription.start"), first.clone()];
    append(&stack, "billing", events).await.unwrap();
    // A delivery is repeated, with something new in it; and several repeat it at once.
    let second = told(&owner.account, "subscription.change");
    let again = || append(&stack, "licensing", vec![first.clone(), second.clone()]);
    for outcome in futures::future::join_all((0..8).map(|_| again())).await {
        if let Err(status) = outcome {
            assert_eq!(status.code(), Code::Aborted, "the caller tries again");
        }
    }
    again().await.unwrap();
    let events = log(&stack, &owner).await;
    Chain::default().follow(&events).unwrap();
    let theirs: Vec<_> = events.iter().filter(|event| event.actor_id == "billing").collect();
    let ids: Vec<_> = theirs.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids, [&first.id, &second.id]);
    assert_eq!(theirs[0].after, first.after);
    assert_eq!(log(&stack, &other).await.len(), 2);
    let refused = refusal(append(&stack, "operator", vec![first]).await);
    assert_eq!(refused, (Code::PermissionDenied, "CALLER_NOT_ALLOWED".into()));
}

async fn an_event_that_makes_no_sense_is_refused_with_its_batch(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let good = || told(&owner.account, "subscription.start");
    let before = log(&stack, &owner).await;
    let bad = |change: fn(&mut NewAuditEvent)| {
        let mut event = good();
        change(&mut event);
        event
    };
    let cases = [
        (bad(|it| it.id = "aud_1".into()), "id"),
        (bad(|it| it.account_id = String::new()), "account_id"),
        (bad(|it| it.actor_id = String::new()), "actor_id"),
        (bad(|it| it.action = "x".repeat(201)), "action"),
        (bad(|it| it.outcome = 0), "outcome"),
        (bad(|it| it.before = "[1]".into()), "before"),
        (
            bad(|it| it.after = format!("{{\"x\":\"{}\"}}", "x".repeat(65_536))),
            "after",
        ),
        (bad(|it| it.create_time = None), "create_time"),
    ];
    for (event, field) in cases {
        let status = append(&stack, "billing", vec![good(), event]).await.unwrap_err();
        let expected = (format!("events[1].{field}"), "AUDIT_EVENT_MALFORMED".to_owned());
        assert_eq!(bad_fields(&status), [expected]);
    }
    let unknown = vec![good(), told(&AccountId::new(), "subscription.start")];
    let batches = [
        (unknown, "AUDIT_ACCOUNT_UNKNOWN"),
        (vec![], "AUDIT_EVENTS_COUNT"),
        ((0..1_001).map(|_| good()).collect(), "AUDIT_EVENTS_COUNT"),
    ];
    for (batch, reason) in batches {
        let refused = refusal(append(&stack, "billing", batch).await);
        assert_eq!(refused, (Code::InvalidArgument, reason.into()));
    }
    assert_eq!(log(&stack, &owner).await, before);
}

async fn sessions_and_attempts_on_them_are_told(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = new_account();
    let message = stack.signed("operator", account.clone());
    stack.accounts().create_account(message).await.unwrap();
    let tokens = stack.log_in(&account.email, PASSWORD).await.unwrap();
    let owner = person(
        tokens.account_id.parse().unwrap(),
        tokens.user_id.parse().unwrap(),
        Role::SuperAdmin,
    );
    stack.log_in(&account.email, "another password").await.unwrap_err();
    stack.log_in(&address(), "another password").await.unwrap_err();
    for _ in 0..2 {
        let message = stack.anonymous(RefreshSessionRequest {
            refresh_token: tokens.refresh_token.clone(),
        });
        drop(stack.sessions().refresh_session(message).await);
    }
    stack.log_in(&account.email, PASSWORD).await.unwrap();
    let session = stack
        .texts("SELECT id AS text FROM sessions WHERE end_time IS NULL".into())
        .await;
    let session = session[0].parse().unwrap();
    let message = stack.signed_for("gateway", &Actor::Person(Person { session, ..owner }), LogOutRequest {});
    stack.sessions().log_out(message).await.unwrap();
    // The attempt is told beside its answer.
    let events = eventually(SOON, async || {
        let events = log(&stack, &owner).await;
        if events.len() == 6 {
            Ok(events)
        } else {
            Err(format!("{events:?}"))
        }
    })
    .await;
    Chain::default().follow(&events).unwrap();
    let told: Vec<_> = events
        .iter()
        .map(|event| (event.action.as_str(), event.outcome(), event.actor_id.as_str()))
        .collect();
    let user = tokens.user_id.as_str();
    for expected in [
        ("session.begin", Outcome::Done, user),
        ("session.begin", Outcome::Denied, "gateway"),
        ("session.compromised", Outcome::Done, "gateway"),
        ("session.end", Outcome::Done, user),
    ] {
        assert!(told.contains(&expected), "{expected:?} in {told:?}");
    }
    let denied = events.iter().find(|event| event.outcome() == Outcome::Denied).unwrap();
    assert_eq!(
        (denied.subject_id.as_str(), denied.after.as_str()),
        (user, r#"{"reason":"CREDENTIALS_INVALID"}"#)
    );
}
