//! BillingContactService: the post is offered and accepted, and never empty.

use std::time::Duration;

use chassis::Person;
use identity::Config;
use proto::identity::v1::{
    AcceptBillingContactRequest, BillingContact, DeclineBillingContactRequest, GetBillingContactRequest,
    ListAuditEventsRequest, OfferBillingContactRequest, Role, WithdrawBillingContactOfferRequest,
};
use tonic::{Code, Status};
use types::UserId;

use crate::audit::list;
use crate::roles::{assign, invited, signed, to};
use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{person, refusal};

on_both_databases! {
    the_post_changes_hands_in_two_steps
    only_whoever_it_is_offered_to_answers
    it_is_offered_to_active_administrators_of_the_account_only
    an_offer_comes_to_nothing_with_the_qualification
    an_offer_comes_to_nothing_in_time
    who_sees_no_roles_sees_no_posts
}

async fn get(stack: &Stack, by: &Person) -> Result<BillingContact, Status> {
    let message = signed(stack, by, GetBillingContactRequest {});
    let answer = stack.billing_contacts().get_billing_contact(message).await?;
    Ok(answer.into_inner().billing_contact.unwrap())
}

async fn offer(stack: &Stack, by: &Person, to: &str) -> Result<BillingContact, Status> {
    let message = OfferBillingContactRequest { user_id: to.into() };
    let answer = stack
        .billing_contacts()
        .offer_billing_contact(signed(stack, by, message))
        .await?;
    Ok(answer.into_inner().billing_contact.unwrap())
}

async fn withdraw(stack: &Stack, by: &Person) -> Result<BillingContact, Status> {
    let message = signed(stack, by, WithdrawBillingContactOfferRequest {});
    let answer = stack.billing_contacts().withdraw_billing_contact_offer(message).await?;
    Ok(answer.into_inner().billing_contact.unwrap())
}

async fn accept(stack: &Stack, by: &Person) -> Result<BillingContact, Status> {
    let message = signed(stack, by, AcceptBillingContactRequest {});
    let answer = stack.billing_contacts().accept_billing_contact(message).await?;
    Ok(answer.into_inner().billing_contact.unwrap())
}

async fn decline(stack: &Stack, by: &Person) -> Result<(), Status> {
    let message = signed(stack, by, DeclineBillingContactRequest {});
    stack
        .billing_contacts()
        .decline_billing_contact(message)
        .await
        .map(drop)
}

fn contact(person: &Person) -> Person {
    Person {
        billing_contact: true,
        permissions: types::Permissions::of(person.role, true),
        ..*person
    }
}

/// A new account's billing contact, and two active admins.
async fn account(stack: &Stack) -> (Person, [Person; 2]) {
    let owner = stack.owner().await;
    let users = invited(stack, &owner, 2).await;
    for id in &users {
        stack
            .execute(&format!("UPDATE users SET state = 'ACTIVE' WHERE id = '{id}'"))
            .await;
    }
    let rows = users.iter().map(|id| to(id, Role::Admin)).collect();
    assign(stack, &owner, rows, false).await.unwrap();
    let admin = |id: &String| person(owner.account, id.parse().unwrap(), types::Role::Admin);
    (contact(&owner), [admin(&users[0]), admin(&users[1])])
}

const NOT_FOUND: (Code, &str) = (Code::FailedPrecondition, "BILLING_CONTACT_OFFER_NOT_FOUND");

fn refused<T: std::fmt::Debug>(answer: Result<T, Status>, (code, reason): (Code, &str)) {
    assert_eq!(refusal(answer), (code, reason.to_owned()));
}

async fn the_post_changes_hands_in_two_steps(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, [ada, bob]) = account(&stack).await;
    let offered = offer(&stack, &owner, &bob.user.to_string())
        .await
        .unwrap()
        .offer
        .unwrap();
    let (from, until) = (
        offered.create_time.unwrap().seconds,
        offered.expire_time.unwrap().seconds,
    );
    assert_eq!(until - from, 7 * 24 * 60 * 60);
    // A later offer takes its place; the same once more changes nothing.
    offer(&stack, &owner, &ada.user.to_string()).await.unwrap();
    let once_more = offer(&stack, &owner, &ada.user.to_string()).await.unwrap();
    assert_eq!(get(&stack, &ada).await.unwrap(), once_more);
    refused(accept(&stack, &bob).await, NOT_FOUND);
    assert_eq!(get(&stack, &owner).await.unwrap().user_id, owner.user.to_string());

    let post = accept(&stack, &ada).await.unwrap();
    assert_eq!((post.user_id, post.offer), (ada.user.to_string(), None));
    refused(accept(&stack, &ada).await, NOT_FOUND);
    // Who had it cannot give it away any more, whatever is still believed of them; and is free to go.
    let lacking = (Code::PermissionDenied, "PERMISSION_REQUIRED");
    refused(offer(&stack, &owner, &bob.user.to_string()).await, lacking);
    refused(withdraw(&stack, &owner).await, lacking);
    let rows = vec![to(&ada.user.to_string(), Role::Member)];
    refused(
        assign(&stack, &owner, rows, false).await,
        (Code::FailedPrecondition, "BILLING_CONTACT"),
    );
    let events = "SELECT action AS text FROM audit_events WHERE action LIKE 'billing_contact.%' ORDER BY sequence";
    let expected = [
        "billing_contact.offer",
        "billing_contact.offer",
        "billing_contact.accept",
    ];
    assert_eq!(stack.texts(events.to_owned()).await, expected);
}

async fn only_whoever_it_is_offered_to_answers(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, [ada, bob]) = account(&stack).await;
    let (stranger, _) = account(&stack).await;
    for person in [&owner, &ada, &stranger] {
        refused(accept(&stack, person).await, NOT_FOUND);
        refused(decline(&stack, person).await, NOT_FOUND);
    }
    refused(withdraw(&stack, &owner).await, NOT_FOUND);
    offer(&stack, &owner, &ada.user.to_string()).await.unwrap();
    for person in [&owner, &bob, &stranger] {
        refused(accept(&stack, person).await, NOT_FOUND);
        refused(decline(&stack, person).await, NOT_FOUND);
    }
    decline(&stack, &ada).await.unwrap();
    refused(accept(&stack, &ada).await, NOT_FOUND);
    offer(&stack, &owner, &ada.user.to_string()).await.unwrap();
    assert_eq!(withdraw(&stack, &owner).await.unwrap().offer, None);
    refused(accept(&stack, &ada).await, NOT_FOUND);
}

async fn it_is_offered_to_active_administrators_of_the_account_only(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, [ada, _]) = account(&stack).await;
    let (stranger, _) = account(&stack).await;
    let member = invited(&stack, &owner, 1).await.remove(0);
    let unqualified = (Code::FailedPrecondition, "BILLING_CONTACT_UNQUALIFIED");
    let unknown = (Code::NotFound, "USER_NOT_FOUND");
    refused(offer(&stack, &owner, &member).await, unqualified);
    assign(&stack, &owner, vec![to(&member, Role::Admin)], false)
        .await
        .unwrap();
    refused(offer(&stack, &owner, &member).await, unqualified);
    let held = (Code::FailedPrecondition, "BILLING_CONTACT_HELD");
    refused(offer(&stack, &owner, &owner.user.to_string()).await, held);
    refused(offer(&stack, &owner, &stranger.user.to_string()).await, unknown);
    refused(offer(&stack, &owner, &UserId::new().to_string()).await, unknown);
    refused(
        offer(&stack, &owner, "usr_1").await,
        (Code::InvalidArgument, "ID_MALFORMED"),
    );
    let lacking = (Code::PermissionDenied, "PERMISSION_REQUIRED");
    refused(offer(&stack, &ada, &ada.user.to_string()).await, lacking);
    assert_eq!(get(&stack, &owner).await.unwrap().offer, None);
}

async fn an_offer_comes_to_nothing_with_the_qualification(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, [ada, _]) = account(&stack).await;
    let id = ada.user.to_string();
    offer(&stack, &owner, &id).await.unwrap();
    assign(&stack, &owner, vec![to(&id, Role::Member)], false)
        .await
        .unwrap();
    refused(accept(&stack, &ada).await, NOT_FOUND);
    // It does not come back with the role.
    assign(&stack, &owner, vec![to(&id, Role::SuperAdmin)], false)
        .await
        .unwrap();
    refused(accept(&stack, &ada).await, NOT_FOUND);
    offer(&stack, &owner, &id).await.unwrap();
    assign(&stack, &owner, vec![to(&id, Role::Admin)], false).await.unwrap();
    accept(&stack, &ada).await.unwrap();
}

async fn an_offer_comes_to_nothing_in_time(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(|config| config.billing_contacts.offer_lifetime = Duration::ZERO).await;
    let (owner, [ada, _]) = account(&stack).await;
    let offered = offer(&stack, &owner, &ada.user.to_string()).await.unwrap();
    assert_eq!(offered.offer, None);
    refused(accept(&stack, &ada).await, NOT_FOUND);
    refused(withdraw(&stack, &owner).await, NOT_FOUND);
}

async fn who_sees_no_roles_sees_no_posts(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, [ada, bob]) = account(&stack).await;
    let lacking = (Code::PermissionDenied, "PERMISSION_REQUIRED");
    refused(get(&stack, &ada).await, lacking);
    offer(&stack, &owner, &ada.user.to_string()).await.unwrap();
    assert_eq!(get(&stack, &ada).await.unwrap().user_id, owner.user.to_string());
    refused(get(&stack, &bob).await, lacking);
    accept(&stack, &ada).await.unwrap();
    let former = person(owner.account, owner.user, types::Role::Admin);
    refused(get(&stack, &former).await, lacking);
    // Nor do they find out by looking for somebody in the log.
    for (reader, found) in [(&owner, 2), (&bob, 0)] {
        let about = |by: &Person| ListAuditEventsRequest {
            actor_id: by.user.to_string(),
            action_prefix: "billing_contact.".into(),
            ..ListAuditEventsRequest::default()
        };
        let by_offerer = list(&stack, reader, about(&owner)).await.unwrap().audit_events;
        let by_acceptor = list(&stack, reader, about(&ada)).await.unwrap().audit_events;
        assert_eq!(by_offerer.len() + by_acceptor.len(), found);
    }
}
