//! The audit log: every change is in it once, in order, and nobody can take anything out unnoticed.

use proto::identity::v1::audit_event::Outcome;
use proto::identity::v1::audit_service_client::AuditServiceClient;
use proto::identity::v1::{AuditEvent, ListAuditEventsRequest, WatchAuditEventsRequest};
use serde_json::{Value, json};
use testkit::{Chain, eventually};
use tonic::Code;

use crate::support::audit::{events, page, verified};
use crate::support::{Owner, PATIENCE, World, adding, fresh, on_both, refusal};

on_both! {
    each_account_reads_its_own_log_and_can_check_it
    a_log_reads_the_same_backwards_and_a_page_token_is_good_for_its_own_query_only
    a_watcher_who_is_cut_and_resumes_misses_and_repeats_nothing
    a_refusal_is_told_with_its_reason_and_not_without_end
    what_other_services_do_is_in_the_log_once
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

async fn each_account_reads_its_own_log_and_can_check_it(world: &World) {
    let (owner, other) = (world.account().await, world.account().await);
    let (ada, alan) = (fresh("ada"), fresh("alan"));
    let request = adding(&[&ada, &alan], &["training"]);
    let added = owner.add(request.clone()).await.unwrap();
    let member = Owner::accept(world, &world.mail(&ada).await.token()).await.unwrap();

    let log = verified(&owner).await;
    assert!(log.iter().all(|event| event.account_id == owner.tokens.account_id));
    let invited: Vec<_> = log.iter().filter(|event| event.action == "user.invite").collect();
    assert_eq!(invited.len(), 2);
    for (event, result) in invited.iter().zip(&added.results) {
        assert_eq!(event.actor_id, owner.tokens.user_id);
        assert_eq!(event.subject_id, result.user_id);
        assert_eq!(event.request_id, request.request_id);
        assert_eq!(event.source, "127.0.0.1");
        let after = json_of(&event.after);
        assert_eq!(
            (&after["email"], &after["role"]),
            (&json!(result.email), &json!("MEMBER"))
        );
    }
    let accepted: Vec<_> = log.iter().filter(|event| event.action == "invitation.accept").collect();
    assert_eq!(accepted.len(), 1);
    assert_eq!(accepted[0].actor_id, member.tokens.user_id);
    assert_eq!(accepted[0].subject_id, added.results[0].invitation_id);
    assert_eq!(accepted[0].source, "127.0.0.1");

    // The other account has a log of its own, with nothing of this one in it.
    let others = verified(&other).await;
    assert!(others.iter().all(|event| event.account_id == other.tokens.account_id));
    assert!(others.iter().all(|event| event.action != "user.invite"));
    let about = ListAuditEventsRequest {
        subject_id: added.results[0].user_id.clone(),
        ..ListAuditEventsRequest::default()
    };
    assert!(events(&other, about.clone()).await.is_empty());
    let subjects: Vec<_> = events(&owner, about)
        .await
        .into_iter()
        .map(|it| it.subject_id)
        .collect();
    assert!(!subjects.is_empty() && subjects.iter().all(|subject| *subject == added.results[0].user_id));

    // A member does not read it at all.
    let refused = refusal(&page(&member, ListAuditEventsRequest::default()).await.unwrap_err());
    assert_eq!(refused, (Code::PermissionDenied, "PERMISSION_REQUIRED".into()));
}

async fn a_log_reads_the_same_backwards_and_a_page_token_is_good_for_its_own_query_only(world: &World) {
    let (owner, other) = (world.account().await, world.account().await);
    let (ada, alan) = (fresh("ada"), fresh("alan"));
    owner.add(adding(&[&ada, &alan], &[])).await.unwrap();
    let log = verified(&owner).await;
    let backwards = ListAuditEventsRequest {
        page_size: 2,
        order_by: "sequence desc".into(),
        end_time: log.last().unwrap().create_time.map(|mut time| {
            time.seconds += 1;
            time
        }),
        ..ListAuditEventsRequest::default()
    };
    let mut reversed = events(&owner, backwards.clone()).await;
    reversed.reverse();
    assert_eq!(reversed[..log.len()], log[..]);

    let token = page(&owner, backwards.clone()).await.unwrap().next_page_token;
    let queries = [
        (&owner, "sequence", token.clone()),
        (&owner, "sequence desc", format!("{token}x")),
        (&other, "sequence desc", token.clone()),
    ];
    for (reader, order_by, page_token) in queries {
        let message = ListAuditEventsRequest {
            order_by: order_by.into(),
            page_token,
            ..backwards.clone()
        };
        let refused = refusal(&page(reader, message).await.unwrap_err());
        assert_eq!(refused, (Code::InvalidArgument, "PAGE_TOKEN_INVALID".into()));
    }
}

async fn a_watcher_who_is_cut_and_resumes_misses_and_repeats_nothing(world: &World) {
    let owner = world.account().await;
    let (writers, each) = (4, 5);
    let write = async |_| {
        for _ in 0..each {
            owner.add(adding(&[&fresh("ada")], &[])).await.unwrap();
        }
    };
    let writing = futures::future::join_all((0..writers).map(write));
    let watching = async {
        let mut seen = Vec::<AuditEvent>::new();
        let mut parts = 0;
        let added = |seen: &[AuditEvent]| seen.iter().filter(|event| event.action == "user.invite").count();
        while added(&seen) < writers * each {
            // A connection of its own, cut with the watch.
            let reader = Owner::with_token(world, &owner.tokens.access_token);
            let after = Some(seen.last().map_or(0, |event| event.sequence));
            let mut client = AuditServiceClient::new(reader.channel.clone());
            let watch = client
                .watch_audit_events(reader.request(WatchAuditEventsRequest { after }))
                .await;
            let mut watch = watch.unwrap().into_inner();
            for _ in 0..=(parts % 3) {
                parts += 1;
                if added(&seen) < writers * each {
                    let part = tokio::time::timeout(PATIENCE, watch.message()).await.unwrap();
                    seen.extend(part.unwrap().unwrap().audit_events);
                }
            }
        }
        seen
    };
    let (_, seen) = futures::join!(writing, watching);
    Chain::default().follow(&seen).unwrap();
    assert_eq!(verified(&owner).await[..seen.len()], seen[..]);
}

async fn a_refusal_is_told_with_its_reason_and_not_without_end(world: &World) {
    let (owner, other) = (world.account().await, world.account().await);
    let email = fresh("member");
    owner.add(adding(&[&email], &[])).await.unwrap();
    let member = Owner::accept(world, &world.mail(&email).await.token()).await.unwrap();
    for _ in 0..40 {
        let refused = refusal(&page(&member, ListAuditEventsRequest::default()).await.unwrap_err());
        assert_eq!(refused, (Code::PermissionDenied, "PERMISSION_REQUIRED".into()));
    }
    let query = ListAuditEventsRequest {
        outcome: Outcome::Denied.into(),
        actor_id: member.tokens.user_id.clone(),
        ..ListAuditEventsRequest::default()
    };
    let denied = eventually(PATIENCE, async || {
        let denied = events(&owner, query.clone()).await;
        if denied.len() >= 30 {
            Ok(denied)
        } else {
            Err(format!("{} are told", denied.len()))
        }
    })
    .await;
    assert_eq!(denied.len(), 30, "the rest is counted only");
    for event in &denied {
        assert_eq!(event.action, "usher.identity.v1.AuditService/ListAuditEvents");
        let reason = json!({ "reason": "PERMISSION_REQUIRED", "permission": "MANAGE_ACCOUNT_SETTINGS" });
        assert_eq!(json_of(&event.after), reason);
        assert_eq!(event.source, "127.0.0.1");
    }
    verified(&owner).await;
    let elsewhere = verified(&other).await;
    assert!(elsewhere.iter().all(|event| event.outcome() == Outcome::Done));
}

async fn what_other_services_do_is_in_the_log_once(world: &World) {
    let owner = world.account().await;
    let named = |log: &[AuditEvent], action: &str| -> Vec<AuditEvent> {
        log.iter().filter(|event| event.action == action).cloned().collect()
    };
    let (subscribed, set) = eventually(PATIENCE, async || {
        let log = verified(&owner).await;
        let found = (named(&log, "subscription.start"), named(&log, "seats.set_totals"));
        if found.0.is_empty() || found.1.is_empty() {
            Err(format!("{found:?}"))
        } else {
            Ok(found)
        }
    })
    .await;
    assert_eq!((subscribed.len(), set.len()), (1, 1));
    assert_eq!(
        (subscribed[0].actor_id.as_str(), set[0].actor_id.as_str()),
        ("identity", "billing")
    );
    assert_eq!(json_of(&subscribed[0].after)["plan"], "team-monthly");
    let seats = json_of(&set[0].after)["seats"]["training"].as_i64().unwrap();
    assert_eq!(seats, owner.pool("training").await.seats);
    assert_eq!(json_of(&set[0].before), json!({ "seats": {} }));
}
