//! The audit log: every change is in it once, in order, and nobody can take anything out unnoticed.

use proto::identity::v1::ListAuditEventsRequest;
use serde_json::{Value, json};
use tonic::Code;

use crate::support::audit::{events, page, verified};
use crate::support::{Owner, World, adding, fresh, on_both, refusal};

on_both! {
    each_account_reads_its_own_log_and_can_check_it
    a_log_reads_the_same_backwards_and_a_page_token_is_good_for_its_own_query_only
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
