//! Invitations that nobody answers in time end by themselves, and their seats come free.

use std::time::Duration;

use futures::future::join_all;
use identity::Config;
use proto::identity::v1::AcceptInvitationRequest;
use testkit::eventually;
use types::Clock;

use crate::stack::{SOON, Stack, on_both_databases};
use crate::words::{add, address, commit, token};

on_both_databases! {
    the_seats_of_an_expired_invitation_come_free_once_however_many_look
    an_invitation_is_either_accepted_or_expired
}

/// Waits until no invitation is pending.
async fn ended(stack: &Stack) {
    eventually(SOON, async || {
        match stack
            .count("SELECT count(*) AS n FROM invitations WHERE state = 'PENDING'")
            .await
        {
            0 => Ok(()),
            pending => Err(format!("{pending} are pending")),
        }
    })
    .await;
    stack.delivered().await;
}

async fn the_seats_of_an_expired_invitation_come_free_once_however_many_look(
    stack: impl AsyncFn(fn(&mut Config)) -> Stack,
) {
    let stack = stack(|config| {
        config.invitations.lifetime = Duration::from_millis(1);
        config.invitations.sweep = Duration::from_millis(5);
    })
    .await;
    let (home, suitor) = (stack.owner().await, stack.owner().await);
    let _others = (stack.replica().await, stack.replica().await);
    let emails: Vec<String> = (0..20).map(|_| address()).collect();
    let emails: Vec<&str> = emails.iter().map(String::as_str).collect();
    let joining = stack.commit(&home, commit(&home, add(&emails))).await.unwrap();
    let moving = stack.commit(&suitor, commit(&suitor, add(&emails))).await.unwrap();
    let mut without = add(&[&address()]);
    without.options.as_mut().unwrap().products.clear();
    stack.commit(&home, commit(&home, without)).await.unwrap();
    ended(&stack).await;

    let users = joining.results.iter().map(|result| &result.user_id);
    let invitations = moving.results.iter().map(|result| &result.invitation_id);
    let mut expected: Vec<(&String, i64)> = users.chain(invitations).map(|subject| (subject, 2)).collect();
    let releases = stack.peers.releases();
    let mut told: Vec<_> = releases
        .iter()
        .map(|release| (&release.subject, release.version))
        .collect();
    expected.sort();
    told.sort();
    assert_eq!(told, expected);
    let events = "SELECT count(*) AS n FROM audit_events WHERE action = 'invitation.expire' AND actor_id = 'identity'";
    assert_eq!(stack.count(events).await, 41);
    // Who was to join still can, when the invitation is sent again: it knows what it had promised.
    let remembered = "SELECT count(*) AS n FROM users u JOIN invitations i ON i.user_id = u.id
        WHERE u.state = 'INVITED' AND u.products = '[]' AND i.kind = 'JOIN' AND i.products = '[\"training\"]'";
    assert_eq!(stack.count(remembered).await, 20);
}

async fn an_invitation_is_either_accepted_or_expired(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(|config| config.invitations.sweep = Duration::from_millis(1)).await;
    let owner = stack.owner().await;
    let emails: Vec<String> = (0..12).map(|_| address()).collect();
    let emails: Vec<&str> = emails.iter().map(String::as_str).collect();
    stack.commit(&owner, commit(&owner, add(&emails))).await.unwrap();
    let accepts = emails.iter().enumerate().map(async |(index, email)| {
        let token = token(&stack.mail_to(email).await);
        // From here on there is no telling which comes first.
        let soon = Clock::system().now().micros() + 1_000 * i64::try_from(index).unwrap();
        stack
            .execute(&format!(
                "UPDATE invitations SET expire_time = {soon} WHERE email = '{email}'"
            ))
            .await;
        let message = stack.anonymous(AcceptInvitationRequest {
            token,
            password: "a-password-that-ada-chose".into(),
        });
        stack.invitations().accept_invitation(message).await.is_ok()
    });
    let accepted = join_all(accepts).await.into_iter().filter(|accepted| *accepted).count();
    ended(&stack).await;
    assert_eq!(stack.peers.releases().len(), emails.len() - accepted);
    let active = "SELECT count(*) AS n FROM users u JOIN invitations i ON i.user_id = u.id
        WHERE u.state = 'ACTIVE' AND i.state = 'ACCEPTED' AND u.products <> '[]'";
    assert_eq!(stack.count(active).await, i64::try_from(accepted).unwrap());
}
