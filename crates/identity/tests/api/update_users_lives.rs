//! Changes of users: their roles, and where they are in their lives.

use identity::Config;
use proto::admin::v1::UserChange;
use proto::admin::v1::update_user_result::Outcome;
use proto::admin::v1::user_change::{Deletion, Reactivation, Suspension, Transition};
use tonic::Code;
use types::{Role, UserId};

use crate::stack::{Stack, on_both_databases, plain};
use crate::update_users::{outcomes, setting, speaking, update};
use crate::words::{arrived, bad_fields, person, refusal};

on_both_databases! {
    roles_are_given_by_those_who_may_and_no_post_is_left_empty
    users_are_suspended_reactivated_and_deleted_with_their_seats
    a_contradictory_change_is_refused
}

fn as_role(role: i32) -> UserChange {
    UserChange {
        role,
        ..UserChange::default()
    }
}

fn going_on(transition: Transition) -> UserChange {
    UserChange {
        transition: Some(transition),
        ..UserChange::default()
    }
}

async fn roles_are_given_by_those_who_may_and_no_post_is_left_empty(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let user = stack.trained(&owner, 1).await.remove(0);
    let admin = person(owner.account, UserId::new(), Role::Admin);
    let raised = update(std::slice::from_ref(&user), as_role(2));
    let status = stack.update(&admin, &raised, None).await.unwrap_err();
    assert_eq!(
        bad_fields(&status),
        [("change.role".into(), "ROLE_ASSIGNMENT_FORBIDDEN".into())]
    );
    assert_eq!(stack.value(&user, "role").await, "MEMBER");

    let answer = stack.update(&owner, &raised, None).await.unwrap();

    assert_eq!(outcomes(&answer), [Outcome::Updated]);
    assert_eq!(
        (stack.value(&user, "role").await, stack.promise(&user, "role").await),
        ("ADMIN".into(), "ADMIN".into())
    );
    let again = stack
        .update(&owner, &update(std::slice::from_ref(&user), as_role(2)), None)
        .await
        .unwrap();
    assert_eq!(outcomes(&again), [Outcome::Unchanged]);
    // The owner is the last super admin, and the billing contact besides.
    let both = [user.clone(), owner.user.to_string()];
    for (change, reason) in [
        (as_role(2), "LAST_SUPER_ADMIN"),
        (as_role(1), "BILLING_CONTACT"),
        (going_on(Transition::Delete(Deletion {})), "BILLING_CONTACT"),
        (going_on(Transition::Suspend(Suspension::default())), "BILLING_CONTACT"),
    ] {
        let mut request = update(&both, change);
        if reason == "BILLING_CONTACT" {
            request.user_ids.remove(0);
        }
        let refused = refusal(stack.update(&owner, &request, None).await);
        assert_eq!(refused, (Code::FailedPrecondition, reason.into()));
    }
    assert_eq!(stack.value(&owner.user.to_string(), "role").await, "SUPER_ADMIN");
}

#[expect(clippy::too_many_lines, reason = "a life from its beginning to its end")]
async fn users_are_suspended_reactivated_and_deleted_with_their_seats(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let users = stack.trained(&owner, 2).await;
    let suspend = |release_seats| going_on(Transition::Suspend(Suspension { release_seats }));
    let refused = refusal(stack.update(&owner, &update(&users, suspend(false)), None).await);
    assert_eq!(
        refused,
        (Code::FailedPrecondition, "USER_NOT_ACTIVE".into()),
        "they have not joined yet"
    );
    let reactivate = going_on(Transition::Reactivate(Reactivation {}));
    let refused = refusal(stack.update(&owner, &update(&users, reactivate.clone()), None).await);
    assert_eq!(refused, (Code::FailedPrecondition, "USER_NOT_SUSPENDED".into()));
    stack.execute("UPDATE users SET state = 'ACTIVE'").await;
    stack.execute("UPDATE invitations SET state = 'ACCEPTED'").await;

    stack
        .update(&owner, &update(&users[..1], suspend(true)), None)
        .await
        .unwrap();
    stack
        .update(&owner, &update(&users[1..], suspend(false)), None)
        .await
        .unwrap();
    let released = arrived(1, || stack.peers.releases()).await;
    assert_eq!(
        (released[0].subject.as_str(), released[0].version),
        (users[0].as_str(), 2)
    );
    assert_eq!(
        (
            stack.value(&users[1], "state").await.as_str(),
            stack.value(&users[1], "products").await.as_str()
        ),
        ("SUSPENDED", "[\"training\"]")
    );
    let answer = stack
        .update(&owner, &update(&users, suspend(false)), None)
        .await
        .unwrap();
    assert_eq!(outcomes(&answer), [Outcome::Unchanged; 2]);
    let answer = stack.update(&owner, &update(&users, reactivate), None).await.unwrap();
    assert_eq!(outcomes(&answer), [Outcome::Updated; 2]);
    assert_eq!(stack.value(&users[0], "state").await, "ACTIVE");
    stack
        .update(&owner, &update(&users, going_on(Transition::Delete(Deletion {}))), None)
        .await
        .unwrap();
    assert_eq!(
        (
            stack.value(&users[0], "state").await.as_str(),
            stack.value(&users[1], "products").await.as_str()
        ),
        ("DELETED", "[]")
    );
    assert_eq!(arrived(2, || stack.peers.releases()).await[1].subject, users[1]);
    for (action, count) in [
        ("user.suspend", 2),
        ("user.reactivate", 2),
        ("user.delete", 2),
        ("user.update", 0),
    ] {
        assert_eq!(stack.done(action).await, count, "{action}");
    }
}

async fn a_contradictory_change_is_refused(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let users = stack.trained(&owner, 1).await;
    let with = |change: UserChange, transition| UserChange {
        transition: Some(transition),
        ..change
    };
    let release = Suspension { release_seats: true };
    for (change, field) in [
        (with(speaking("fr"), Transition::Delete(Deletion {})), "change.delete"),
        (
            with(setting(&["phone"]), Transition::Suspend(release)),
            "change.suspend",
        ),
    ] {
        let status = stack.update(&owner, &update(&users, change), None).await.unwrap_err();
        assert_eq!(bad_fields(&status), [(field.into(), "CHANGE_CONTRADICTORY".into())]);
    }
}
