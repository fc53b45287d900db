//! PreviewTransfer and AcceptTransfer: a user of another account moves, in one transaction, with seats that are there already.

use chassis::Person;
use futures::future::{join, join_all};
use identity::Config;
use proto::admin::v1::UserOptions;
use proto::identity::v1::{
    AcceptInvitationRequest, AcceptTransferRequest, DeclineInvitationRequest, InspectInvitationRequest, Membership,
    PreviewTransferRequest, PreviewTransferResponse, RevokeInvitationRequest, Role, SessionTokens,
};
use proto::licensing::internal::v1::{Release, SeatMove};
use testkit::eventually;
use tonic::{Code, Status};
use types::{GroupId, Role as Rank, RoleId, TemplateId, UserId};

use crate::stack::{SOON, Stack, on_both_databases, plain};
use crate::words::{PASSWORD, add, address, commit, person, products, refusal, token};

on_both_databases! {
    everything_moves_and_both_accounts_know
    a_preview_tells_what_is_gained_lost_and_in_the_way
    competing_invitations_are_superseded_and_give_up_their_seats
    nobody_leaves_an_account_without_its_posts
    only_the_invited_person_previews_and_accepts
    an_invitation_that_has_ended_moves_nobody
    what_was_promised_and_is_gone_since_is_left_out
    of_parallel_acceptances_and_a_revocation_one_happens
    seats_that_have_not_come_yet_are_moved_when_they_have
}

/// Somebody who has joined an account, and the token by which they did.
struct Joined {
    email: String,
    person: Person,
    link: String,
}

async fn joined(stack: &Stack, owner: &Person) -> Joined {
    let email = address();
    stack.commit(owner, commit(owner, add(&[&email]))).await.unwrap();
    let link = token(&stack.mail_to(&email).await);
    let message = stack.anonymous(AcceptInvitationRequest {
        token: link.clone(),
        password: PASSWORD.into(),
    });
    let answer = stack.invitations().accept_invitation(message).await.unwrap();
    let user = answer.into_inner().tokens.unwrap().user_id.parse().unwrap();
    Joined {
        email,
        person: person(owner.account, user, Rank::Member),
        link,
    }
}

/// Invites somebody to transfer; answers the invitation's id and the token in their mail.
async fn court(stack: &Stack, suitor: &Person, email: &str, options: UserOptions) -> (String, String) {
    let mut request = add(&[email]);
    request.options = Some(options);
    let mut message = commit(suitor, request.clone());
    let seats: Vec<_> = request
        .options
        .iter()
        .flat_map(|it| &it.products)
        .map(|it| (it.as_str(), 1))
        .collect();
    message.grant = Some(crate::words::grant(
        crate::words::key(suitor.account, &request, 1),
        &seats,
    ));
    let answer = stack.commit(suitor, message).await.unwrap();
    let id = answer.results[0].invitation_id.clone();
    let mail = eventually(SOON, async || {
        let mails = stack.peers.mails().into_iter();
        mails
            .into_iter()
            .find(|mail| mail.invitation_id == id)
            .ok_or("no mail yet")
    });
    let token = token(&mail.await);
    (id, token)
}

async fn preview(stack: &Stack, person: &Person, token: &str) -> Result<PreviewTransferResponse, Status> {
    let message = PreviewTransferRequest {
        token: token.to_owned(),
    };
    Ok(stack
        .transfers()
        .preview_transfer(stack.by(person, message))
        .await?
        .into_inner())
}

async fn accept(stack: &Stack, person: &Person, token: &str) -> Result<SessionTokens, Status> {
    let message = AcceptTransferRequest {
        token: token.to_owned(),
    };
    let answer = stack.transfers().accept_transfer(stack.by(person, message)).await?;
    Ok(answer.into_inner().tokens.unwrap())
}

async fn revoke(stack: &Stack, person: &Person, id: &str) -> Result<(), Status> {
    let message = RevokeInvitationRequest {
        invitation_id: id.to_owned(),
    };
    stack
        .invitations()
        .revoke_invitation(stack.by(person, message))
        .await
        .map(drop)
}

/// The reason for which somebody can neither preview nor accept.
async fn refused(stack: &Stack, person: &Person, token: &str) -> (Code, String) {
    let previewed = refusal(preview(stack, person, token).await);
    assert_eq!(previewed, refusal(accept(stack, person, token).await.map(|_| ())));
    previewed
}

fn release(owner: &Person, subject: impl ToString) -> Release {
    Release {
        account_id: owner.account.to_string(),
        subject: subject.to_string(),
        version: 2,
        products: vec![],
    }
}

fn moved(suitor: &Person, invitation: &str, user: UserId) -> SeatMove {
    SeatMove {
        account_id: suitor.account.to_string(),
        from: invitation.to_owned(),
        from_version: 2,
        to: user.to_string(),
        to_version: 2,
    }
}

/// The account somebody is in, their role, language, products and the version of these.
async fn standing(stack: &Stack, user: UserId) -> String {
    let sql = format!(
        "SELECT account_id || ' ' || role || ' ' || language || ' ' || products || ' ' || settings AS text
        FROM users WHERE id = '{user}'"
    );
    stack.texts(sql).await.remove(0)
}

async fn last_event(stack: &Stack, owner: &Person) -> String {
    let sql = format!(
        "SELECT actor_id || ' ' || action || ' ' || subject_id AS text FROM audit_events
        WHERE account_id = '{}' ORDER BY sequence DESC LIMIT 1",
        owner.account
    );
    stack.texts(sql).await.remove(0)
}

async fn everything_moves_and_both_accounts_know(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (home, suitor) = (stack.owner().await, stack.owner().await);
    let ada = joined(&stack, &home).await;
    let id = ada.person.user;
    stack
        .execute(&format!("UPDATE users SET settings = '{{\"a\":1}}' WHERE id = '{id}'"))
        .await;
    stack
        .execute(&format!(
            "UPDATE accounts SET offered_user_id = '{id}', offer_time = 1 WHERE id = '{}'",
            home.account
        ))
        .await;
    let options = UserOptions {
        role: Role::Admin.into(),
        language: "de".into(),
        ..products(&["phone", "training"])
    };
    let (invitation, token) = court(&stack, &suitor, &ada.email, options).await;

    let tokens = accept(&stack, &ada.person, &token).await.unwrap();

    assert_eq!(
        (tokens.user_id, tokens.account_id.clone()),
        (id.to_string(), suitor.account.to_string())
    );
    let expected = format!("{} ADMIN de [\"phone\",\"training\"] {{}}", suitor.account);
    assert_eq!(standing(&stack, id).await, expected);
    let sessions = format!("SELECT account_id AS text FROM sessions WHERE user_id = '{id}' AND end_time IS NULL");
    assert_eq!(stack.texts(sessions).await, [suitor.account.to_string()]);
    assert_eq!(last_event(&stack, &suitor).await, format!("{id} transfer.accept {id}"));
    assert_eq!(
        last_event(&stack, &home).await,
        format!("{id} billing_contact.withdraw_offer {id}")
    );
    let left = "SELECT count(*) AS n FROM audit_events WHERE action = 'user.leave'";
    assert_eq!(stack.count(left).await, 1);
    let offers = "SELECT count(*) AS n FROM accounts WHERE offered_user_id IS NOT NULL OR offer_time IS NOT NULL";
    assert_eq!(stack.count(offers).await, 0);
    stack.delivered().await;
    assert_eq!(stack.peers.releases(), [release(&home, id)]);
    assert_eq!(stack.peers.moves(), [moved(&suitor, &invitation, id)]);
    assert!(stack.peers.cancelled().contains(&format!("{invitation}:1")));
    // The password is the same, and the place another.
    let later = stack.log_in(&ada.email, PASSWORD).await.unwrap();
    assert_eq!(later.account_id, tokens.account_id);
}

async fn a_preview_tells_what_is_gained_lost_and_in_the_way(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (home, suitor) = (stack.owner().await, stack.owner().await);
    let ada = joined(&stack, &home).await;
    let group = GroupId::new();
    stack
        .execute(&format!(
            "INSERT INTO groups (id, account_id, name, name_key, description, revision, create_time, update_time)
            VALUES ('{group}', '{}', 'Sales', 'sales', '', 1, 0, 0)",
            suitor.account
        ))
        .await;
    let (invitation, token) = court(&stack, &suitor, &ada.email, products(&["phone"])).await;
    stack
        .execute(&format!(
            "UPDATE invitations SET group_id = '{group}' WHERE id = '{invitation}'"
        ))
        .await;
    let before = standing(&stack, ada.person.user).await;

    let seen = preview(&stack, &ada.person, &token).await.unwrap();

    let losses = Membership {
        account_name: "Analytical Engines".into(),
        products: vec!["training".into()],
        role: Role::Member.into(),
        language: "en".into(),
        time_zone: "UTC".into(),
        ..Membership::default()
    };
    let gains = Membership {
        products: vec!["phone".into()],
        group_name: "Sales".into(),
        ..losses.clone()
    };
    assert_eq!((seen.gains, seen.losses), (Some(gains), Some(losses)));
    assert_eq!((seen.blockers, seen.resets_own_settings), (vec![], false));
    assert!(seen.expire_time.is_some());
    assert_eq!(standing(&stack, ada.person.user).await, before);
}

async fn competing_invitations_are_superseded_and_give_up_their_seats(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (home, suitor, rival) = (stack.owner().await, stack.owner().await, stack.owner().await);
    let ada = joined(&stack, &home).await;
    let (_, token) = court(&stack, &suitor, &ada.email, products(&["training"])).await;
    let (lost, late) = court(&stack, &rival, &ada.email, products(&["training"])).await;
    accept(&stack, &ada.person, &token).await.unwrap();
    let superseded = (Code::FailedPrecondition, "INVITATION_SUPERSEDED".to_owned());
    let there = person(suitor.account, ada.person.user, Rank::Member);
    assert_eq!(refused(&stack, &there, &late).await, superseded);
    let inspect = stack.anonymous(InspectInvitationRequest { token: late });
    assert_eq!(
        refusal(stack.invitations().inspect_invitation(inspect).await),
        superseded
    );
    assert_eq!(refusal(revoke(&stack, &rival, &lost).await), superseded);
    assert_eq!(
        last_event(&stack, &rival).await,
        format!("identity invitation.supersede {lost}")
    );
    stack.delivered().await;
    let mut released = stack.peers.releases();
    released.sort_by_key(|release| release.subject.clone());
    assert_eq!(released, [release(&rival, &lost), release(&home, ada.person.user)]);
    assert!(stack.peers.cancelled().contains(&format!("{lost}:1")));
}

async fn nobody_leaves_an_account_without_its_posts(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (home, suitor) = (stack.owner().await, stack.owner().await);
    let ada = joined(&stack, &home).await.person.user;
    let email = stack
        .texts(format!("SELECT email AS text FROM users WHERE id = '{}'", home.user))
        .await
        .remove(0);
    let (_, token) = court(&stack, &suitor, &email, products(&[])).await;
    let blocked = async |reasons: &[&str]| {
        let seen = preview(&stack, &home, &token).await.unwrap();
        let blockers: Vec<_> = seen.blockers.iter().map(|blocker| blocker.reason.as_str()).collect();
        assert_eq!(blockers, reasons);
        if let Some(reason) = reasons.first() {
            let refused = refusal(accept(&stack, &home, &token).await.map(|_| ()));
            assert_eq!(refused, (Code::FailedPrecondition, (*reason).into()));
        }
    };
    blocked(&["BILLING_CONTACT", "LAST_SUPER_ADMIN"]).await;
    stack
        .execute(&format!("UPDATE users SET role = 'ADMIN' WHERE id = '{ada}'"))
        .await;
    stack
        .execute(&format!(
            "UPDATE accounts SET billing_contact_id = '{ada}' WHERE id = '{}'",
            home.account
        ))
        .await;
    blocked(&["LAST_SUPER_ADMIN"]).await;
    assert!(standing(&stack, home.user).await.starts_with(&home.account.to_string()));
    stack
        .execute(&format!("UPDATE users SET role = 'SUPER_ADMIN' WHERE id = '{ada}'"))
        .await;
    blocked(&[]).await;
    accept(&stack, &home, &token).await.unwrap();
    assert!(
        standing(&stack, home.user)
            .await
            .starts_with(&suitor.account.to_string())
    );
    stack.delivered().await;
    assert_eq!((stack.peers.releases(), stack.peers.moves()), (vec![], vec![]));
}

async fn only_the_invited_person_previews_and_accepts(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (home, suitor) = (stack.owner().await, stack.owner().await);
    let (ada, bob) = (joined(&stack, &home).await, joined(&stack, &home).await);
    let (_, token) = court(&stack, &suitor, &ada.email, products(&["training"])).await;
    let unknown = (Code::NotFound, "INVITATION_NOT_FOUND".to_owned());
    for person in [&bob.person, &home, &suitor] {
        assert_eq!(refused(&stack, person, &token).await, unknown);
    }
    let altered = format!("{}A", &token[..token.len() - 2]);
    for token in ["", "x", &altered, &token[1..], &ada.link, &bob.link] {
        assert_eq!(refused(&stack, &ada.person, token).await, unknown, "{token}");
    }
    // Of an earlier link only the person themselves learns that it was one.
    stack
        .execute("UPDATE invitations SET generation = 2, token_hash = 'another' WHERE kind = 'TRANSFER'")
        .await;
    let superseded = (Code::FailedPrecondition, "INVITATION_SUPERSEDED".to_owned());
    assert_eq!(refused(&stack, &ada.person, &token).await, superseded);
    assert_eq!(refused(&stack, &bob.person, &token).await, unknown);
}

async fn an_invitation_that_has_ended_moves_nobody(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (home, suitor) = (stack.owner().await, stack.owner().await);
    let ada = joined(&stack, &home).await;
    let before = standing(&stack, ada.person.user).await;
    let (id, token) = court(&stack, &suitor, &ada.email, products(&["training"])).await;
    revoke(&stack, &suitor, &id).await.unwrap();
    let revoked = (Code::FailedPrecondition, "INVITATION_REVOKED".to_owned());
    assert_eq!(refused(&stack, &ada.person, &token).await, revoked);
    // Declined, by the person or whoever reads their mail.
    let (_, token) = court(&stack, &suitor, &ada.email, products(&["training"])).await;
    let decline = DeclineInvitationRequest { token: token.clone() };
    let declined = stack
        .invitations()
        .decline_invitation(stack.by(&ada.person, decline))
        .await;
    declined.unwrap();
    let answered = (Code::FailedPrecondition, "INVITATION_NOT_PENDING".to_owned());
    assert_eq!(refused(&stack, &ada.person, &token).await, answered);
    let (id, token) = court(&stack, &suitor, &ada.email, products(&["training"])).await;
    stack
        .execute(&format!("UPDATE invitations SET expire_time = 0 WHERE id = '{id}'"))
        .await;
    let expired = (Code::FailedPrecondition, "INVITATION_EXPIRED".to_owned());
    assert_eq!(refused(&stack, &ada.person, &token).await, expired);
    eventually(SOON, async || {
        let pending = stack
            .count("SELECT count(*) AS n FROM invitations WHERE state = 'PENDING'")
            .await;
        if pending == 0 { Ok(()) } else { Err("not expired yet") }
    })
    .await;
    let (_, token) = court(&stack, &suitor, &ada.email, products(&["training"])).await;
    stack
        .execute(&format!(
            "UPDATE users SET state = 'SUSPENDED' WHERE id = '{}'",
            ada.person.user
        ))
        .await;
    let suspended = refusal(accept(&stack, &ada.person, &token).await.map(|_| ()));
    assert_eq!(suspended, (Code::Unauthenticated, "SESSION_ENDED".into()));
    stack
        .execute(&format!(
            "UPDATE accounts SET state = 'CLOSED' WHERE id = '{}'",
            suitor.account
        ))
        .await;
    assert_eq!(refused(&stack, &ada.person, &token).await, revoked);
    assert_eq!(standing(&stack, ada.person.user).await, before);
    assert_eq!(stack.peers.moves(), []);
}

async fn what_was_promised_and_is_gone_since_is_left_out(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (home, suitor) = (stack.owner().await, stack.owner().await);
    let ada = joined(&stack, &home).await;
    let (id, token) = court(&stack, &suitor, &ada.email, products(&["training"])).await;
    stack
        .execute(&format!(
            "UPDATE invitations SET role = 'CUSTOM', custom_role_id = '{}', group_id = '{}',
            settings_template_id = '{}' WHERE id = '{id}'",
            RoleId::new(),
            GroupId::new(),
            TemplateId::new()
        ))
        .await;
    let seen = preview(&stack, &ada.person, &token).await.unwrap().gains.unwrap();
    assert_eq!((seen.role(), seen.group_name.as_str()), (Role::Member, ""));
    accept(&stack, &ada.person, &token).await.unwrap();
    let left_out = format!(
        "SELECT count(*) AS n FROM users WHERE id = '{}' AND account_id = '{}' AND role = 'MEMBER'
        AND custom_role_id IS NULL AND group_id IS NULL AND settings_template_id IS NULL",
        ada.person.user, suitor.account
    );
    assert_eq!(stack.count(left_out).await, 1);
}

async fn of_parallel_acceptances_and_a_revocation_one_happens(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (home, suitor) = (stack.owner().await, stack.owner().await);
    let mut gone = 0;
    for round in 0..4 {
        let ada = joined(&stack, &home).await;
        let (id, token) = court(&stack, &suitor, &ada.email, products(&["training"])).await;
        let accepts = join_all((0..5).map(|_| accept(&stack, &ada.person, &token)));
        let (accepts, revoked) = join(accepts, revoke(&stack, &suitor, &id)).await;
        let accepted = accepts.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(accepted + usize::from(revoked.is_ok()), 1, "{round}");
        let account = if accepted == 1 { suitor.account } else { home.account };
        assert!(
            standing(&stack, ada.person.user)
                .await
                .starts_with(&account.to_string())
        );
        gone += accepted;
    }
    stack.delivered().await;
    assert_eq!(stack.peers.moves().len(), gone);
    // The old account's seats of those who have gone, and the new one's of those who have not.
    assert_eq!(stack.peers.releases().len(), 4);
}

async fn seats_that_have_not_come_yet_are_moved_when_they_have(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (home, suitor) = (stack.owner().await, stack.owner().await);
    let (ada, bob) = (joined(&stack, &home).await, joined(&stack, &home).await);
    let (early, late) = (
        court(&stack, &suitor, &ada.email, products(&["training"])).await,
        court(&stack, &suitor, &bob.email, products(&["training"])).await,
    );
    stack.peers.hold_back(Some(&late.0));
    accept(&stack, &bob.person, &late.1).await.unwrap();
    accept(&stack, &ada.person, &early.1).await.unwrap();
    eventually(SOON, async || {
        let (moves, held_back) = (stack.peers.moves(), stack.peers.held_back());
        if moves == [moved(&suitor, &early.0, ada.person.user)] && held_back > 2 {
            Ok(())
        } else {
            Err(format!("{moves:?}, {held_back}"))
        }
    })
    .await;
    stack.peers.hold_back(None);
    stack.delivered().await;
    assert_eq!(
        stack.peers.moves().last(),
        Some(&moved(&suitor, &late.0, bob.person.user))
    );
}
