//! What holds of an account whatever is done to it, read through the public API alone.

use std::collections::BTreeMap;

use proto::admin::v1::Person;
use proto::identity::v1::audit_event::Outcome;
use proto::identity::v1::invitation_service_client::InvitationServiceClient;
use proto::identity::v1::{Invitation, ListInvitationsRequest, Role, User, invitation, user};
use testkit::eventually;

use super::{Owner, PATIENCE, audit, settled};

/// Looks at everything that a super admin can see of their account, when nothing is under way any more: the posts are
/// filled, the seats are those of somebody, and the log tells each of these changes, by their subjects, at least as often.
pub async fn hold(reader: &Owner, changes: &BTreeMap<String, usize>) {
    posts_are_filled(&reader.people().await);
    seats_are_assignments(reader).await;
    let mut told = BTreeMap::<String, usize>::new();
    for event in audit::verified(reader).await {
        if event.outcome() == Outcome::Done {
            *told.entry(event.subject_id).or_default() += 1;
        }
    }
    for (subject, count) in changes {
        let events = told.get(subject).copied().unwrap_or_default();
        assert!(events >= *count, "{count} changes of {subject}, {events} events");
    }
}

fn posts_are_filled(people: &[Person]) {
    let users = || people.iter().filter_map(|person| person.user.as_ref());
    let active = |user: &&User| user.state() == user::State::Active;
    let super_admins = users().filter(active).filter(|user| user.role() == Role::SuperAdmin);
    assert!(super_admins.count() >= 1, "no super admin is left");
    let contacts: Vec<_> = users().filter(|user| user.billing_contact).collect();
    assert_eq!(contacts.len(), 1, "an account has one billing contact");
    assert!(active(&contacts[0]), "the billing contact is not active");
    assert!(
        matches!(contacts[0].role(), Role::Admin | Role::SuperAdmin),
        "the billing contact is no admin"
    );
}

/// Each seat is held by a user, or by an invitation to transfer, who is to have it; and the other way round.
async fn seats_are_assignments(reader: &Owner) {
    eventually(PATIENCE, async || {
        let pools = settled(reader).await;
        let people = reader.people().await;
        let mut meant = BTreeMap::<String, i64>::new();
        for person in &people {
            let user = person.user.as_ref().ok_or("a person without a user")?;
            if user.products != person.products {
                let User { id, products, .. } = user;
                return Err(format!("{id} is to hold {products:?} and holds {:?}", person.products));
            }
            count(&mut meant, &user.products);
        }
        for invitation in courted(reader).await {
            count(&mut meant, &invitation.products);
        }
        for pool in &pools {
            let meant = meant.remove(&pool.product).unwrap_or_default();
            if pool.assigned != meant || pool.assigned > pool.seats {
                return Err(format!("{pool:?} has {meant} holders"));
            }
        }
        if meant.is_empty() {
            Ok(())
        } else {
            Err(format!("no pool has {meant:?}"))
        }
    })
    .await;
}

fn count(meant: &mut BTreeMap<String, i64>, products: &[String]) {
    for product in products {
        *meant.entry(product.clone()).or_default() += 1;
    }
}

/// The invitations to transfer that wait for an answer.
async fn courted(reader: &Owner) -> Vec<Invitation> {
    let message = ListInvitationsRequest {
        page_size: 500,
        states: vec![invitation::State::Pending.into()],
        kind: invitation::Kind::Transfer.into(),
        ..ListInvitationsRequest::default()
    };
    let answer = InvitationServiceClient::new(reader.channel.clone())
        .list_invitations(reader.request(message))
        .await;
    answer.unwrap().into_inner().invitations
}
