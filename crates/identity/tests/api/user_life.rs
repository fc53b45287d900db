//! SuspendUser, ReactivateUser, DeleteUser and RestoreUser.

use std::time::Duration;

use chassis::Person;
use identity::Config;
use proto::identity::internal::v1::GetCallerRequest;
use proto::identity::v1::user::State;
use proto::identity::v1::{
    DeleteUserRequest, GetUserRequest, ReactivateUserRequest, RestoreUserRequest, SuspendUserRequest, User,
};
use testkit::eventually;
use tonic::{Code, Status};
use types::{Role, UserId};

use crate::stack::{SOON, Stack, on_both_databases, plain};
use crate::words::{PASSWORD, add, address, arrived, commit, refusal, token};

on_both_databases! {
    a_suspended_user_is_out_until_they_are_reactivated
    a_suspension_frees_seats_when_it_is_asked_to
    a_deleted_user_is_restored_without_seats
    a_restored_address_may_be_somebody_elses
    who_never_joined_is_not_restored_and_their_link_is_dead
    who_is_gone_for_long_is_not_restored
    who_cannot_be_restored_any_more_is_removed
    transfers_to_a_deleted_user_end_and_free_their_seats
    of_two_super_admins_who_suspend_each_other_one_stays
    the_billing_contact_and_the_last_super_admin_stay
    an_admin_ends_members_and_themselves_only
    an_offered_post_is_withdrawn_from_who_ends
    states_are_left_in_order_only
    nobody_ends_a_user_of_another_account_or_with_a_stale_etag
}

async fn suspend(stack: &Stack, by: &Person, user: &str, release_seats: bool, etag: &str) -> Result<User, Status> {
    let message = SuspendUserRequest {
        user_id: user.to_owned(),
        release_seats,
        etag: etag.to_owned(),
    };
    let answer = stack.users().suspend_user(stack.by(by, message)).await?;
    Ok(answer.into_inner().user.unwrap())
}

async fn reactivate(stack: &Stack, by: &Person, user: &str, etag: &str) -> Result<User, Status> {
    let message = ReactivateUserRequest {
        user_id: user.to_owned(),
        etag: etag.to_owned(),
    };
    let answer = stack.users().reactivate_user(stack.by(by, message)).await?;
    Ok(answer.into_inner().user.unwrap())
}

async fn delete(stack: &Stack, by: &Person, user: &str, etag: &str) -> Result<User, Status> {
    let message = DeleteUserRequest {
        user_id: user.to_owned(),
        etag: etag.to_owned(),
    };
    let answer = stack.users().delete_user(stack.by(by, message)).await?;
    Ok(answer.into_inner().user.unwrap())
}

async fn restore(stack: &Stack, by: &Person, user: &str, etag: &str) -> Result<User, Status> {
    let message = RestoreUserRequest {
        user_id: user.to_owned(),
        etag: etag.to_owned(),
    };
    let answer = stack.users().restore_user(stack.by(by, message)).await?;
    Ok(answer.into_inner().user.unwrap())
}

async fn get(stack: &Stack, by: &Person, user: &str) -> Result<User, Status> {
    let message = GetUserRequest {
        user_id: user.to_owned(),
    };
    let answer = stack.users().get_user(stack.by(by, message)).await?;
    Ok(answer.into_inner().user.unwrap())
}

/// Whether the gateway lets somebody in.
async fn is_in(stack: &Stack, person: &Person) -> bool {
    let message = GetCallerRequest {
        user_id: person.user.to_string(),
        session_id: person.session.to_string(),
    };
    let message = stack.signed("gateway", message);
    stack.authentication().get_caller(message).await.is_ok()
}

fn precondition(reason: &str) -> (Code, String) {
    (Code::FailedPrecondition, reason.to_owned())
}

fn protected() -> (Code, String) {
    (Code::PermissionDenied, "ADMINISTRATOR_PROTECTED".to_owned())
}

/// The actions in an account's log, in order.
async fn actions(stack: &Stack, person: &Person) -> Vec<String> {
    let sql = format!(
        "SELECT action AS text FROM audit_events WHERE account_id = '{}' AND action NOT LIKE 'session.%'
            ORDER BY sequence",
        person.account
    );
    stack.texts(sql).await
}

async fn a_suspended_user_is_out_until_they_are_reactivated(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, email) = (stack.owner().await, address());
    let ada = stack.member_at(&owner, &email).await;
    let id = ada.user.to_string();
    assert!(is_in(&stack, &ada).await);

    let suspended = suspend(&stack, &owner, &id, false, "").await.unwrap();

    assert_eq!(
        (suspended.state(), suspended.products),
        (State::Suspended, vec!["training".to_owned()])
    );
    assert!(!is_in(&stack, &ada).await);
    let refused = refusal(stack.log_in(&email, PASSWORD).await);
    assert_eq!(refused, (Code::Unauthenticated, "CREDENTIALS_INVALID".into()));
    let active = reactivate(&stack, &owner, &id, &suspended.etag).await.unwrap();
    assert_eq!(active.state(), State::Active);
    stack.log_in(&email, PASSWORD).await.unwrap();
    // The old session is over for good.
    assert!(!is_in(&stack, &ada).await);
    stack.delivered().await;
    assert!(stack.peers.releases().is_empty());
    assert_eq!(actions(&stack, &owner).await[3..], ["user.suspend", "user.reactivate"]);
}

async fn a_suspension_frees_seats_when_it_is_asked_to(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let id = stack.member(&owner).await.user.to_string();
    let suspended = suspend(&stack, &owner, &id, true, "").await.unwrap();
    assert!(suspended.products.is_empty());
    let released = arrived(1, || stack.peers.releases()).await.remove(0);
    assert_eq!(
        (released.account_id, released.subject),
        (owner.account.to_string(), id.clone())
    );
    assert_eq!(released.version, 2);
    let active = reactivate(&stack, &owner, &id, "").await.unwrap();
    assert!(active.products.is_empty(), "seats are given by a change of products");
}

async fn a_deleted_user_is_restored_without_seats(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, email) = (stack.owner().await, address());
    let ada = stack.member_at(&owner, &email).await;
    let id = ada.user.to_string();

    let deleted = delete(&stack, &owner, &id, "").await.unwrap();

    assert_eq!((deleted.state(), deleted.products.len()), (State::Deleted, 0));
    let kept = deleted.purge_time.unwrap().seconds - deleted.delete_time.unwrap().seconds;
    assert_eq!(kept, 30 * 24 * 60 * 60);
    assert!(!is_in(&stack, &ada).await);
    assert_eq!(get(&stack, &owner, &id).await.unwrap().state(), State::Deleted);
    let released = arrived(1, || stack.peers.releases()).await.remove(0);
    assert_eq!((released.subject.as_str(), released.version), (id.as_str(), 2));

    let restored = restore(&stack, &owner, &id, &deleted.etag).await.unwrap();

    assert_eq!((restored.state(), restored.products.len()), (State::Active, 0));
    assert_eq!((restored.delete_time, restored.purge_time), (None, None));
    stack.log_in(&email, PASSWORD).await.unwrap();
    // Who was suspended comes back suspended, and can be let in.
    suspend(&stack, &owner, &id, false, "").await.unwrap();
    delete(&stack, &owner, &id, "").await.unwrap();
    assert_eq!(
        restore(&stack, &owner, &id, "").await.unwrap().state(),
        State::Suspended
    );
    assert_eq!(
        reactivate(&stack, &owner, &id, "").await.unwrap().state(),
        State::Active
    );
}

async fn a_restored_address_may_be_somebody_elses(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, email) = (stack.owner().await, address());
    let id = stack.member_at(&owner, &email).await.user.to_string();
    delete(&stack, &owner, &id, "").await.unwrap();
    let second = stack.commit(&owner, commit(&owner, add(&[&email]))).await.unwrap();
    assert_ne!(second.results[0].user_id, id);
    let refused = refusal(restore(&stack, &owner, &id, "").await);
    assert_eq!(refused, (Code::AlreadyExists, "USER_EXISTS".into()));
    delete(&stack, &owner, &second.results[0].user_id, "").await.unwrap();
    assert_eq!(restore(&stack, &owner, &id, "").await.unwrap().state(), State::Active);
}

async fn who_never_joined_is_not_restored_and_their_link_is_dead(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, email) = (stack.owner().await, address());
    let added = stack.commit(&owner, commit(&owner, add(&[&email]))).await.unwrap();
    let (id, link) = (added.results[0].user_id.clone(), token(&stack.mail_to(&email).await));
    delete(&stack, &owner, &id, "").await.unwrap();
    let message = proto::identity::v1::AcceptInvitationRequest {
        token: link,
        password: PASSWORD.into(),
    };
    let refused = refusal(stack.invitations().accept_invitation(stack.anonymous(message)).await);
    assert_eq!(refused, precondition("INVITATION_REVOKED"));
    let refused = refusal(restore(&stack, &owner, &id, "").await);
    assert_eq!(refused, precondition("USER_NEVER_JOINED"));
    stack.delivered().await;
    assert_eq!(
        stack.peers.cancelled(),
        [format!("{}:1", added.results[0].invitation_id)]
    );
    // The address is free.
    stack.commit(&owner, commit(&owner, add(&[&email]))).await.unwrap();
}

async fn who_is_gone_for_long_is_not_restored(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(|config| config.users.retention = Duration::from_micros(1)).await;
    let owner = stack.owner().await;
    let id = stack.member(&owner).await.user.to_string();
    delete(&stack, &owner, &id, "").await.unwrap();
    let refused = refusal(restore(&stack, &owner, &id, "").await);
    assert_eq!(refused, (Code::NotFound, "USER_NOT_FOUND".into()));
}

async fn who_cannot_be_restored_any_more_is_removed(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(|config| {
        config.users.retention = Duration::from_millis(1);
        config.users.purge_interval = Duration::from_millis(50);
    })
    .await;
    let (owner, other, email) = (stack.owner().await, stack.owner().await, address());
    let ada = stack.member_at(&owner, &email).await;
    let stays = stack.member(&owner).await;
    stack.commit(&other, commit(&other, add(&[&email]))).await.unwrap();

    delete(&stack, &owner, &ada.user.to_string(), "")
        .await
        .unwrap_or_default();

    let found = format!("SELECT count(*) AS n FROM users WHERE id = '{}'", ada.user);
    eventually(SOON, async || match stack.count(found.as_str()).await {
        0 => Ok(()),
        _ => Err("they are still there"),
    })
    .await;
    let gone = refusal(get(&stack, &owner, &ada.user.to_string()).await);
    assert_eq!(gone, (Code::NotFound, "USER_NOT_FOUND".into()));
    for table in ["sessions", "invitations"] {
        let account = owner.account;
        let left = format!("SELECT user_id AS text FROM {table} WHERE account_id = '{account}'");
        assert_eq!(stack.texts(left).await, [stays.user.to_string()], "{table}");
    }
    // Whom the other account had invited is its own to remember; and what was done is told for ever.
    assert_eq!(
        stack
            .count(format!("SELECT count(*) AS n FROM invitations WHERE email = '{email}'"))
            .await,
        1
    );
    let log = actions(&stack, &owner).await;
    assert_eq!(log[log.len() - 2..], ["user.delete", "user.purge"]);
}

async fn transfers_to_a_deleted_user_end_and_free_their_seats(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other, email) = (stack.owner().await, stack.owner().await, address());
    let ada = stack.member_at(&owner, &email).await;
    let invited = stack.commit(&other, commit(&other, add(&[&email]))).await.unwrap();
    let invitation = &invited.results[0].invitation_id;

    delete(&stack, &owner, &ada.user.to_string(), "").await.unwrap();

    let released = arrived(2, || stack.peers.releases()).await;
    let theirs = released.iter().find(|release| release.subject == *invitation).unwrap();
    assert_eq!(
        (theirs.account_id.as_str(), theirs.version),
        (other.account.to_string().as_str(), 2)
    );
    stack.delivered().await;
    assert!(stack.peers.cancelled().contains(&format!("{invitation}:1")));
    let state = format!("SELECT state AS text FROM invitations WHERE id = '{invitation}'");
    assert_eq!(stack.texts(state).await, ["SUPERSEDED"]);
    // The other account learns of it, and not from whom.
    let told = format!(
        "SELECT actor_id AS text FROM audit_events WHERE account_id = '{}' AND action = 'invitation.supersede'",
        other.account
    );
    assert_eq!(stack.texts(told).await, ["identity"]);
}

async fn of_two_super_admins_who_suspend_each_other_one_stays(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    for _ in 0..5 {
        // The owner remains the billing contact, as an admin.
        let owner = stack.owner().await;
        let ada = stack.promote(&stack.member(&owner).await, Role::SuperAdmin).await;
        let mary = stack.promote(&stack.member(&owner).await, Role::SuperAdmin).await;
        stack.promote(&owner, Role::Admin).await;
        let (first, second) = (ada.user.to_string(), mary.user.to_string());
        let (one, other) = tokio::join!(
            suspend(&stack, &ada, &second, false, ""),
            suspend(&stack, &mary, &first, false, ""),
        );
        let refused = match (one, other) {
            (Ok(_), Err(refused)) | (Err(refused), Ok(_)) => refused,
            both => panic!("one is suspended and one is refused: {both:?}"),
        };
        assert_eq!(refusal::<()>(Err(refused)), precondition("LAST_SUPER_ADMIN"));
    }
}

async fn the_billing_contact_and_the_last_super_admin_stay(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let id = owner.user.to_string();
    let before = actions(&stack, &owner).await;
    for by in [
        &owner,
        &stack.promote(&stack.member(&owner).await, Role::SuperAdmin).await,
    ] {
        assert_eq!(
            refusal(suspend(&stack, by, &id, true, "").await),
            precondition("BILLING_CONTACT")
        );
        assert_eq!(
            refusal(delete(&stack, by, &id, "").await),
            precondition("BILLING_CONTACT")
        );
    }
    let owner = stack.promote(&owner, Role::Admin).await;
    let last = stack
        .texts("SELECT id AS text FROM users WHERE role = 'SUPER_ADMIN'".into())
        .await
        .remove(0);
    let last = Person {
        user: last.parse().unwrap(),
        ..stack.promote(&owner, Role::Admin).await
    };
    let last = stack.promote(&last, Role::SuperAdmin).await;
    let id = last.user.to_string();
    assert_eq!(
        refusal(suspend(&stack, &last, &id, true, "").await),
        precondition("LAST_SUPER_ADMIN")
    );
    assert_eq!(
        refusal(delete(&stack, &last, &id, "").await),
        precondition("LAST_SUPER_ADMIN")
    );
    let user = get(&stack, &last, &id).await.unwrap();
    assert_eq!(
        (user.state(), user.products),
        (State::Active, vec!["training".to_owned()])
    );
    let after: Vec<_> = actions(&stack, &owner).await.split_off(before.len());
    assert_eq!(
        after,
        ["user.invite", "invitation.accept"],
        "what is refused changes nothing"
    );
}

async fn an_admin_ends_members_and_themselves_only(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let admin = stack.promote(&stack.member(&owner).await, Role::Admin).await;
    let colleague = stack.promote(&stack.member(&owner).await, Role::Admin).await;
    let member = stack.member(&owner).await.user.to_string();
    for protected_one in [owner.user, colleague.user] {
        let id = protected_one.to_string();
        assert_eq!(refusal(suspend(&stack, &admin, &id, false, "").await), protected());
        assert_eq!(refusal(delete(&stack, &admin, &id, "").await), protected());
    }
    suspend(&stack, &owner, &colleague.user.to_string(), false, "")
        .await
        .unwrap();
    assert_eq!(
        refusal(reactivate(&stack, &admin, &colleague.user.to_string(), "").await),
        protected()
    );
    delete(&stack, &owner, &colleague.user.to_string(), "").await.unwrap();
    assert_eq!(
        refusal(restore(&stack, &admin, &colleague.user.to_string(), "").await),
        protected()
    );
    suspend(&stack, &admin, &member, false, "").await.unwrap();
    delete(&stack, &admin, &member, "").await.unwrap();
    delete(&stack, &admin, &admin.user.to_string(), "").await.unwrap();
}

async fn an_offered_post_is_withdrawn_from_who_ends(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let admin = stack.promote(&stack.member(&owner).await, Role::Admin).await;
    let offer = format!(
        "UPDATE accounts SET offered_user_id = '{}', offer_time = 1 WHERE id = '{}'",
        admin.user, owner.account
    );
    stack.execute(&offer).await;
    suspend(&stack, &owner, &admin.user.to_string(), false, "")
        .await
        .unwrap();
    let offers = "SELECT count(*) AS n FROM accounts WHERE offered_user_id IS NOT NULL OR offer_time IS NOT NULL";
    assert_eq!(stack.count(offers).await, 0);
    let log = actions(&stack, &owner).await;
    assert_eq!(log[3..], ["user.suspend", "billing_contact.withdraw_offer"]);
}

async fn states_are_left_in_order_only(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let added = stack.commit(&owner, commit(&owner, add(&[&address()]))).await.unwrap();
    let invited = &added.results[0].user_id;
    let not_active = precondition("USER_NOT_ACTIVE");
    assert_eq!(refusal(suspend(&stack, &owner, invited, false, "").await), not_active);
    assert_eq!(
        refusal(reactivate(&stack, &owner, invited, "").await),
        precondition("USER_NOT_SUSPENDED")
    );
    assert_eq!(
        refusal(restore(&stack, &owner, invited, "").await),
        precondition("USER_NOT_DELETED")
    );
    let id = stack.member(&owner).await.user.to_string();
    assert_eq!(
        refusal(reactivate(&stack, &owner, &id, "").await),
        precondition("USER_NOT_SUSPENDED")
    );
    suspend(&stack, &owner, &id, false, "").await.unwrap();
    assert_eq!(refusal(suspend(&stack, &owner, &id, false, "").await), not_active);
    delete(&stack, &owner, &id, "").await.unwrap();
    let deleted = precondition("USER_DELETED");
    assert_eq!(refusal(suspend(&stack, &owner, &id, false, "").await), deleted);
    assert_eq!(refusal(reactivate(&stack, &owner, &id, "").await), deleted);
    assert_eq!(refusal(delete(&stack, &owner, &id, "").await), deleted);
}

async fn nobody_ends_a_user_of_another_account_or_with_a_stale_etag(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let theirs = stack.member(&other).await.user.to_string();
    for (id, code, reason) in [
        (theirs.as_str(), Code::NotFound, "USER_NOT_FOUND"),
        (&UserId::new().to_string(), Code::NotFound, "USER_NOT_FOUND"),
        ("ada", Code::InvalidArgument, "ID_MALFORMED"),
        ("", Code::InvalidArgument, "ID_MALFORMED"),
    ] {
        let expected = (code, reason.to_owned());
        assert_eq!(refusal(suspend(&stack, &owner, id, true, "").await), expected);
        assert_eq!(refusal(reactivate(&stack, &owner, id, "").await), expected);
        assert_eq!(refusal(delete(&stack, &owner, id, "").await), expected);
        assert_eq!(refusal(restore(&stack, &owner, id, "").await), expected);
    }
    let stale = (Code::Aborted, "ETAG_MISMATCH".to_owned());
    let before = get(&stack, &other, &theirs).await.unwrap();
    assert_eq!(refusal(suspend(&stack, &other, &theirs, true, "0").await), stale);
    assert_eq!(refusal(delete(&stack, &other, &theirs, "x").await), stale);
    assert_eq!(get(&stack, &other, &theirs).await.unwrap(), before);
    suspend(&stack, &other, &theirs, false, &before.etag).await.unwrap();
    assert_eq!(refusal(reactivate(&stack, &other, &theirs, &before.etag).await), stale);
}
