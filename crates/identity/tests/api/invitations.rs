//! InspectInvitation and AcceptInvitation.

use std::time::Duration;

use futures::future::join_all;
use identity::Config;
use proto::identity::v1::invitation::{Kind, State};
use proto::identity::v1::{
    AcceptInvitationRequest, InspectInvitationRequest, InspectInvitationResponse, SessionTokens,
};
use tonic::{Code, Status};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{add, address, arrived, bad_fields, commit, refusal, token};

on_both_databases! {
    an_invitation_is_accepted_once_and_logs_in
    of_parallel_acceptances_one_wins
    a_password_of_the_wrong_length_changes_nothing
    an_altered_token_belongs_to_nothing
    an_expired_invitation_is_shown_and_not_accepted
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

/// Invites somebody; answers their address and the token in their mail.
async fn invite(stack: &Stack) -> (String, String) {
    let (owner, email) = (stack.owner().await, address());
    stack.commit(&owner, commit(&owner, add(&[&email]))).await.unwrap();
    let mails = arrived(1, || stack.peers.mails()).await;
    (email, token(&mails[0]))
}

async fn an_invitation_is_accepted_once_and_logs_in(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (email, token) = invite(&stack).await;
    let tokens = accept(&stack, &token, CHOSEN).await.unwrap();
    assert_eq!(inspect(&stack, &token).await.unwrap().state(), State::Accepted);
    let again = refusal(accept(&stack, &token, "another-password").await);
    assert_eq!(again, (Code::FailedPrecondition, "INVITATION_NOT_PENDING".into()));
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
    }
    assert_eq!(inspect(&stack, &token).await.unwrap().state(), State::Pending);
}

async fn an_expired_invitation_is_shown_and_not_accepted(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(|config| config.invitations.lifetime = Duration::from_millis(1)).await;
    let (email, token) = invite(&stack).await;
    let inspected = inspect(&stack, &token).await.unwrap();
    assert_eq!((inspected.state(), inspected.email), (State::Expired, email));
    let refused = refusal(accept(&stack, &token, CHOSEN).await);
    assert_eq!(refused, (Code::FailedPrecondition, "INVITATION_EXPIRED".into()));
}

async fn a_transfer_is_not_accepted_with_a_password(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (email, _) = invite(&stack).await;
    let other = stack.owner().await;
    stack.commit(&other, commit(&other, add(&[&email]))).await.unwrap();
    let mails = arrived(2, || stack.peers.mails()).await;
    let transfer = token(&mails[1]);
    assert_eq!(inspect(&stack, &transfer).await.unwrap().kind(), Kind::Transfer);
    let refused = refusal(accept(&stack, &transfer, CHOSEN).await);
    assert_eq!(refused, (Code::FailedPrecondition, "TRANSFER_NEEDS_SESSION".into()));
}
