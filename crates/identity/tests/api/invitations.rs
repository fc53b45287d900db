//! InspectInvitation, AcceptInvitation and DeclineInvitation: the invited person's side.

use futures::future::join_all;
use identity::Config;
use proto::identity::v1::invitation::{Kind, State};
use proto::identity::v1::{
    AcceptInvitationRequest, DeclineInvitationRequest, InspectInvitationRequest, InspectInvitationResponse,
    SessionTokens,
};
use tonic::{Code, Status};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{add, address, arrived, bad_fields, commit, refusal, token};

on_both_databases! {
    an_invitation_is_accepted_once_and_logs_in
    of_parallel_acceptances_one_wins
    a_password_of_the_wrong_length_changes_nothing
    an_altered_token_belongs_to_nothing
    each_way_an_invitation_has_ended_is_told_by_its_reason
    a_transfer_is_not_accepted_with_a_password
}

const CHOSEN: &str = "a-password-that-ada-chose";

async fn inspect(stack: &Stack, token: &str) -> Result<InspectInvitationResponse, Status> {
    let message = stack.anonymous(InspectInvitationRequest {
        token: token.to_owned(),
    });
    Ok(stack.invitations().inspect_invitation(message).await?.into_inner())
}

async fn accept(stack: &Stack, token: &str, password: &str) -> Result<SessionTokens, Status> {
    let message = stack.anonymous(AcceptInvitationRequest {
        token: token.to_owned(),
        password: password.to_owned(),
    });
    let answer = stack.invitations().accept_invitation(message).await?;
    Ok(answer.into_inner().tokens.unwrap())
}

async fn decline(stack: &Stack, token: &str) -> Result<(), Status> {
    let message = stack.anonymous(DeclineInvitationRequest {
        token: token.to_owned(),
    });
    stack.invitations().decline_invitation(message).await.map(drop)
}

/// Invites somebody; answers their address and the token in their mail.
async fn invite(stack: &Stack) -> (String, String) {
    let (owner, email) = (stack.owner().await, address());
    stack.commit(&owner, commit(&owner, add(&[&email]))).await.unwrap();
    let mail = stack.mail_to(&email).await;
    (email, token(&mail))
}

async fn an_invitation_is_accepted_once_and_logs_in(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (email, token) = invite(&stack).await;
    let tokens = accept(&stack, &token, CHOSEN).await.unwrap();
    assert_eq!(ended(&stack, &token).await, "INVITATION_NOT_PENDING");
    stack.delivered().await;
    let unneeded = stack
        .texts("SELECT id || ':1' AS text FROM invitations".to_owned())
        .await;
    assert_eq!(stack.peers.cancelled(), unneeded);
    let later = stack.log_in(&email, CHOSEN).await.unwrap();
    assert_eq!((later.user_id, later.account_id), (tokens.user_id, tokens.account_id));
}

async fn of_parallel_acceptances_one_wins(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (email, token) = invite(&stack).await;
    let passwords: Vec<_> = (0..8).map(|index| format!("password-number-{index}")).collect();
    let accepts = passwords.iter().map(|password| accept(&stack, &token, password));
    let answers = join_all(accepts).await;
    let winner = answers.iter().position(Result::is_ok).unwrap();
    for (index, answer) in answers.into_iter().enumerate().filter(|(index, _)| *index != winner) {
        let refused = refusal(answer);
        let expected = (Code::FailedPrecondition, "INVITATION_NOT_PENDING".to_owned());
        assert_eq!(refused, expected, "{index}");
    }
    assert_eq!(stack.rows("sessions").await, 1);
    stack.log_in(&email, &passwords[winner]).await.unwrap();
}

async fn a_password_of_the_wrong_length_changes_nothing(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (_, token) = invite(&stack).await;
    for password in ["", "too short", &"x".repeat(257)] {
        let status = accept(&stack, &token, password).await.unwrap_err();
        assert_eq!(
            bad_fields(&status),
            [("password".into(), "PASSWORD_UNACCEPTABLE".into())]
        );
        assert_eq!(
            refusal::<()>(Err(status)),
            (Code::InvalidArgument, "PASSWORD_UNACCEPTABLE".into())
        );
    }
    assert_eq!(inspect(&stack, &token).await.unwrap().state(), State::Pending);
}

async fn an_altered_token_belongs_to_nothing(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (_, token) = invite(&stack).await;
    let mut altered: Vec<String> = (0..token.len() - 1)
        .map(|at| {
            let other = if &token[at..=at] == "A" { "B" } else { "A" };
            format!("{}{other}{}", &token[..at], &token[at + 1..])
        })
        .collect();
    altered.extend(["", "x", &token[1..], &format!("{token}A")].map(str::to_owned));
    for altered in altered {
        assert_eq!(
            refusal(inspect(&stack, &altered).await),
            (Code::NotFound, "INVITATION_NOT_FOUND".into()),
            "{altered}"
        );
        accept(&stack, &altered, CHOSEN).await.unwrap_err();
        decline(&stack, &altered).await.unwrap_err();
    }
    assert_eq!(inspect(&stack, &token).await.unwrap().state(), State::Pending);
}

async fn each_way_an_invitation_has_ended_is_told_by_its_reason(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let cases = [
        ("state = 'ACCEPTED'", "INVITATION_NOT_PENDING"),
        ("state = 'DECLINED'", "INVITATION_NOT_PENDING"),
        ("state = 'REVOKED'", "INVITATION_REVOKED"),
        ("state = 'SUPERSEDED'", "INVITATION_SUPERSEDED"),
        ("state = 'EXPIRED'", "INVITATION_EXPIRED"),
        // Its time is over, and no timer has come by yet.
        ("state = 'PENDING', expire_time = 0", "INVITATION_EXPIRED"),
        // The link is not the last that was sent.
        (
            "state = 'PENDING', generation = 2, token_hash = 'another'",
            "INVITATION_SUPERSEDED",
        ),
    ];
    let (_, token) = invite(&stack).await;
    for (change, reason) in cases {
        stack.execute(&format!("UPDATE invitations SET {change}")).await;
        assert_eq!(ended(&stack, &token).await, reason, "{change}");
    }
    let (_, token) = invite(&stack).await;
    stack.execute("UPDATE accounts SET state = 'CLOSED'").await;
    assert_eq!(ended(&stack, &token).await, "INVITATION_REVOKED");
}

/// The reason for which an invitation is neither shown, accepted nor declined: one and the same.
async fn ended(stack: &Stack, token: &str) -> String {
    let inspected = refusal(inspect(stack, token).await);
    let accepted = refusal(accept(stack, token, CHOSEN).await);
    let declined = refusal(decline(stack, token).await);
    assert_eq!((&inspected, &inspected), (&accepted, &declined));
    assert_eq!(inspected.0, Code::FailedPrecondition);
    inspected.1
}

async fn a_transfer_is_not_accepted_with_a_password(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (email, _) = invite(&stack).await;
    let other = stack.owner().await;
    stack.commit(&other, commit(&other, add(&[&email]))).await.unwrap();
    let mails = arrived(2, || stack.peers.mails()).await;
    let transfer = token(mails.last().unwrap());
    assert_eq!(inspect(&stack, &transfer).await.unwrap().kind(), Kind::Transfer);
    let refused = refusal(accept(&stack, &transfer, CHOSEN).await);
    assert_eq!(refused, (Code::FailedPrecondition, "TRANSFER_NEEDS_SESSION".into()));
}
