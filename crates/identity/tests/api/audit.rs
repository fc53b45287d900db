//! The audit log: complete, in order, sealed, and readable as far as the reader may see.

use chassis::{Actor, Person};
use identity::Config;
use proto::identity::v1::audit_event::Outcome;
use proto::identity::v1::{
    AuditEvent, GetAuditHeadRequest, GetAuditHeadResponse, ListAuditEventsRequest, ListAuditEventsResponse,
};
use sea_orm::ConnectionTrait;
use testkit::{BrokenChain, Chain};
use tonic::{Code, Status};
use types::Role;

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{add, address, commit, person, refusal};

on_both_databases! {
    a_log_is_read_in_pages_and_its_chain_verifies
    the_database_keeps_every_event_and_tampering_is_noticed
    who_may_not_see_roles_reads_everything_else
    a_query_that_makes_no_sense_is_refused_by_field
}

fn all() -> ListAuditEventsRequest {
    ListAuditEventsRequest::default()
}

async fn list(
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
