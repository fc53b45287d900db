//! RevokeInvitation and DeclineInvitation: the seats come free, and who was to join is gone.

use chassis::Person;
use futures::future::join;
use identity::Config;
use proto::admin::v1::UserOptions;
use proto::admin::v1::add_user_result::Outcome;
use proto::identity::v1::invitation::State;
use proto::identity::v1::{
    AcceptInvitationRequest, DeclineInvitationRequest, GetInvitationRequest, Invitation, RevokeInvitationRequest, Role,
};
use proto::licensing::internal::v1::Release;
use tonic::{Code, Status};
use types::{InvitationId, Role as Rank, UserId};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{add, address, arrived, commit, outcomes, person, refusal, token};

on_both_databases! {
    who_was_to_join_is_gone_with_the_invitation
    who_was_to_move_stays_and_the_invitation_gives_up_its_seats
    only_a_pending_invitation_is_revoked
    another_accounts_invitation_is_not_found
    what_promises_administration_is_revoked_by_those_who_assign_roles
    of_an_acceptance_a_refusal_and_a_revocation_at_once_one_happens
}

async fn revoke(stack: &Stack, person: &Person, id: &str) -> Result<Invitation, Status> {
    let message = RevokeInvitationRequest {
        invitation_id: id.to_owned(),
    };
    let answer = stack.invitations().revoke_invitation(stack.by(person, message)).await?;
    Ok(answer.into_inner().invitation.unwrap())
}

async fn decline(stack: &Stack, token: &str) -> Result<(), Status> {
    let message = stack.anonymous(DeclineInvitationRequest {
        token: token.to_owned(),
    });
    stack.invitations().decline_invitation(message).await.map(drop)
}

async fn accept(stack: &Stack, token: &str) -> Result<(), Status> {
    let message = stack.anonymous(AcceptInvitationRequest {
        token: token.to_owned(),
        password: "a-password-that-ada-chose".into(),
    });
    stack.invitations().accept_invitation(message).await.map(drop)
}

/// Somebody invited: their address, and the ids of user and invitation; of a user of another account, the user's is empty.
struct Invited {
    email: String,
    user: String,
    invitation: String,
}

async fn invite(stack: &Stack, owner: &Person, email: String) -> Invited {
    let answer = stack.commit(owner, commit(owner, add(&[&email]))).await.unwrap();
    Invited {
        email,
        user: answer.results[0].user_id.clone(),
        invitation: answer.results[0].invitation_id.clone(),
    }
}

fn release(person: &Person, subject: &str) -> Release {
    Release {
        account_id: person.account.to_string(),
        subject: subject.to_owned(),
        version: 2,
        products: vec![],
    }
}

/// Actor, action and subject of the account's last events.
async fn events(stack: &Stack, person: &Person, count: usize) -> Vec<String> {
    let sql = format!(
        "SELECT actor_id || ' ' || action || ' ' || subject_id AS text FROM audit_events
        WHERE account_id = '{}' ORDER BY sequence DESC LIMIT {count}",
        person.account
    );
    let mut events = stack.texts(sql).await;
    events.reverse();
    events
}

async fn who_was_to_join_is_gone_with_the_invitation(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    for revoked in [true, false] {
        let Invited {
            email,
            user,
            invitation,
        } = invite(&stack, &owner, address()).await;
        let token = token(&stack.mail_to(&email).await);
        let (actor, action, state) = if revoked {
            let answer = revoke(&stack, &owner, &invitation).await.unwrap();
            assert_eq!((answer.state(), answer.answer_time.is_some()), (State::Revoked, true));
            (owner.user.to_string(), "invitation.revoke", "REVOKED")
        } else {
            decline(&stack, &token).await.unwrap();
            (user.clone(), "invitation.decline", "DECLINED")
        };
        let expected = [
            format!("{actor} {action} {invitation}"),
            format!("{actor} user.delete {user}"),
        ];
        assert_eq!(events(&stack, &owner, 2).await, expected);
        let sql = format!(
            "SELECT i.state || ' ' || u.state || ' ' || u.products AS text FROM users u
            JOIN invitations i ON i.user_id = u.id WHERE u.id = '{user}' AND u.delete_time IS NOT NULL"
        );
        assert_eq!(stack.texts(sql).await, [format!("{state} DELETED []")]);
        stack.delivered().await;
        assert_eq!(stack.peers.releases().last(), Some(&release(&owner, &user)));
        assert_eq!(stack.peers.cancelled().last(), Some(&format!("{invitation}:1")));
        accept(&stack, &token).await.unwrap_err();
        // The address is nobody's.
        let again = stack.commit(&owner, commit(&owner, add(&[&email]))).await.unwrap();
        assert_eq!(outcomes(&again), [Outcome::Invited]);
    }
    assert_eq!(stack.peers.releases().len(), 2);
}

async fn who_was_to_move_stays_and_the_invitation_gives_up_its_seats(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (home, suitor) = (stack.owner().await, stack.owner().await);
    let ada = invite(&stack, &home, address()).await;
    for revoked in [true, false] {
        let before = stack.peers.mails().len();
        let transfer = invite(&stack, &suitor, ada.email.clone()).await;
        assert_eq!(transfer.user, "");
        if revoked {
            let answer = revoke(&stack, &suitor, &transfer.invitation).await.unwrap();
            assert_eq!(answer.user_id, ada.user);
        } else {
            let mails = arrived(before + 1, || stack.peers.mails()).await;
            decline(&stack, &token(mails.last().unwrap())).await.unwrap();
        }
        stack.delivered().await;
        assert_eq!(
            stack.peers.releases().last(),
            Some(&release(&suitor, &transfer.invitation))
        );
        let version = format!(
            "SELECT seat_version AS n FROM invitations WHERE id = '{}'",
            transfer.invitation
        );
        assert_eq!(stack.count(version).await, 2);
    }
    let stayed = format!(
        "SELECT count(*) AS n FROM users WHERE id = '{}' AND state = 'INVITED' AND account_id = '{}'",
        ada.user, home.account
    );
    assert_eq!(stack.count(stayed).await, 1);
}

async fn only_a_pending_invitation_is_revoked(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let ada = invite(&stack, &owner, address()).await;
    let cases = [
        ("ACCEPTED", "INVITATION_NOT_PENDING"),
        ("DECLINED", "INVITATION_NOT_PENDING"),
        ("REVOKED", "INVITATION_REVOKED"),
        ("SUPERSEDED", "INVITATION_SUPERSEDED"),
        ("EXPIRED", "INVITATION_EXPIRED"),
    ];
    for (state, reason) in cases {
        stack
            .execute(&format!("UPDATE invitations SET state = '{state}'"))
            .await;
        let refused = refusal(revoke(&stack, &owner, &ada.invitation).await);
        assert_eq!(refused, (Code::FailedPrecondition, reason.into()));
    }
    stack.delivered().await;
    assert!(stack.peers.releases().is_empty());
}

async fn another_accounts_invitation_is_not_found(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, stranger) = (stack.owner().await, stack.owner().await);
    let ada = invite(&stack, &owner, address()).await;
    let unknown = InvitationId::new().to_string();
    for (person, id) in [(&stranger, &ada.invitation), (&owner, &unknown)] {
        let refused = refusal(revoke(&stack, person, id).await);
        assert_eq!(refused, (Code::NotFound, "INVITATION_NOT_FOUND".into()));
        let get = GetInvitationRequest {
            invitation_id: id.clone(),
        };
        let refused = refusal(stack.invitations().get_invitation(stack.by(person, get)).await);
        assert_eq!(refused, (Code::NotFound, "INVITATION_NOT_FOUND".into()));
    }
    for id in ["", "x", &ada.user, &ada.invitation.to_uppercase()] {
        let refused = refusal(revoke(&stack, &owner, id).await);
        assert_eq!(refused, (Code::InvalidArgument, "ID_MALFORMED".into()), "{id}");
    }
    assert_eq!(
        stack
            .count("SELECT count(*) AS n FROM invitations WHERE state = 'PENDING'")
            .await,
        1
    );
}

async fn what_promises_administration_is_revoked_by_those_who_assign_roles(
    stack: impl AsyncFn(fn(&mut Config)) -> Stack,
) {
    let stack = stack(plain).await;
    let (home, owner) = (stack.owner().await, stack.owner().await);
    let admin = person(owner.account, UserId::new(), Rank::Admin);
    let mut joining = add(&[&address()]);
    joining.options = Some(UserOptions {
        role: Role::Admin.into(),
        ..joining.options.unwrap()
    });
    let (member, mut moving) = (invite(&stack, &home, address()).await, joining.clone());
    moving.request_id = types::RequestId::new().to_string();
    moving.users[0].email = member.email;
    for request in [joining, moving] {
        let answer = stack.commit(&owner, commit(&owner, request)).await.unwrap();
        let id = &answer.results[0].invitation_id;
        let refused = refusal(revoke(&stack, &admin, id).await);
        assert_eq!(refused, (Code::PermissionDenied, "ADMINISTRATOR_PROTECTED".into()));
        revoke(&stack, &owner, id).await.unwrap();
    }
    let plain = invite(&stack, &owner, address()).await;
    let revoked = revoke(&stack, &admin, &plain.invitation).await.unwrap();
    assert_eq!(revoked.role(), Role::Unspecified, "an admin does not see roles");
}

async fn of_an_acceptance_a_refusal_and_a_revocation_at_once_one_happens(
    stack: impl AsyncFn(fn(&mut Config)) -> Stack,
) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let mut refused = 0;
    for _ in 0..6 {
        let ada = invite(&stack, &owner, address()).await;
        let token = token(&stack.mail_to(&ada.email).await);
        let (accepted, (declined, revoked)) = join(
            accept(&stack, &token),
            join(decline(&stack, &token), revoke(&stack, &owner, &ada.invitation)),
        )
        .await;
        let happened = [accepted.is_ok(), declined.is_ok(), revoked.is_ok()];
        let expected = match happened {
            [true, false, false] => "ACCEPTED ACTIVE",
            [false, true, false] => "DECLINED DELETED",
            [false, false, true] => "REVOKED DELETED",
            other => panic!("{other:?} happened"),
        };
        refused += usize::from(accepted.is_err());
        let sql = format!(
            "SELECT i.state || ' ' || u.state AS text FROM users u
            JOIN invitations i ON i.user_id = u.id WHERE u.id = '{}'",
            ada.user
        );
        assert_eq!(stack.texts(sql).await, [expected]);
    }
    stack.delivered().await;
    assert_eq!(stack.peers.releases().len(), refused);
}
