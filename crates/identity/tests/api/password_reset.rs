//! RequestPasswordReset, ResetPassword and ChangePassword.

use chassis::{Actor, Person};
use futures::future::join_all;
use identity::Config;
use proto::identity::internal::v1::GetCallerRequest;
use proto::identity::v1::{
    ChangePasswordRequest, RequestPasswordResetRequest, RequestPasswordResetResponse, ResetPasswordRequest,
    SessionTokens,
};
use proto::notification::internal::v1::Mail;
use proto::notification::v1::delivery::Kind;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use types::{RequestId, Role};

use crate::stack::{LINK_BASE, Stack, on_both_databases, plain};
use crate::words::{PASSWORD, add, address, arrived, bad_fields, commit, new_account, refusal, token};

on_both_databases! {
    a_forgotten_password_is_replaced_and_every_session_ends
    a_link_works_once_and_takes_the_others_with_it
    whoever_is_not_an_active_user_gets_nothing_and_the_answer_is_the_same
    an_altered_or_expired_link_sets_nothing
    the_same_request_sends_one_mail
    too_many_requests_are_refused_alike_for_everybody
    a_password_is_changed_by_whoever_knows_it
    a_wrong_password_changes_nothing_and_guessing_is_slowed_down
}

const CHOSEN: &str = "a-password-that-charles-chose";

/// A user who can log in: their address.
async fn user(stack: &Stack) -> String {
    let account = new_account();
    let message = stack.signed("operator", account.clone());
    stack.accounts().create_account(message).await.unwrap();
    account.email
}

async fn request(stack: &Stack, request_id: &str, email: &str) -> Result<RequestPasswordResetResponse, Status> {
    let message = RequestPasswordResetRequest {
        request_id: request_id.to_owned(),
        email: email.to_owned(),
    };
    let answer = stack
        .passwords()
        .request_password_reset(stack.anonymous(message))
        .await?;
    Ok(answer.into_inner())
}

async fn reset(stack: &Stack, token: &str, password: &str) -> Result<(), Status> {
    let message = ResetPasswordRequest {
        token: token.to_owned(),
        password: password.to_owned(),
    };
    stack
        .passwords()
        .reset_password(stack.anonymous(message))
        .await
        .map(drop)
}

async fn change(stack: &Stack, tokens: &SessionTokens, current: &str, password: &str) -> Result<(), Status> {
    let message = ChangePasswordRequest {
        current_password: current.to_owned(),
        password: password.to_owned(),
    };
    let actor = Actor::Person(person(tokens));
    let message = stack.signed_for("gateway", &actor, message);
    stack.passwords().change_password(message).await.map(drop)
}

fn person(tokens: &SessionTokens) -> Person {
    Person {
        account: tokens.account_id.parse().unwrap(),
        user: tokens.user_id.parse().unwrap(),
        role: Role::SuperAdmin,
        billing_contact: true,
        permissions: types::Permissions::of(Role::SuperAdmin, true),
        session: crate::sessions::session(tokens).parse().unwrap(),
    }
}

/// What the gateway is told of a session.
async fn standing(stack: &Stack, tokens: &SessionTokens) -> Result<(), Status> {
    let message = GetCallerRequest {
        user_id: tokens.user_id.clone(),
        session_id: crate::sessions::session(tokens),
    };
    let message = stack.signed("gateway", message);
    stack.authentication().get_caller(message).await.map(drop)
}

/// The mails of a kind, when there are `count`.
async fn mails(stack: &Stack, kind: Kind, count: usize) -> Vec<Mail> {
    let list = || {
        let mut mails = stack.peers.mails();
        mails.retain(|mail| mail.kind() == kind);
        mails
    };
    arrived(count, list).await
}

async fn a_forgotten_password_is_replaced_and_every_session_ends(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (email, other) = (user(&stack).await, user(&stack).await);
    let (tokens, others) = (
        stack.log_in(&email, PASSWORD).await.unwrap(),
        stack.log_in(&other, PASSWORD).await.unwrap(),
    );
    request(&stack, "", &email.to_uppercase()).await.unwrap();
    let mail = mails(&stack, Kind::PasswordReset, 1).await.remove(0);
    assert_eq!(
        (mail.to.as_str(), mail.account_id.as_str()),
        (email.as_str(), tokens.account_id.as_str())
    );
    assert!(mail.link.starts_with(&format!("{LINK_BASE}/reset-password?token=")));
    standing(&stack, &tokens).await.unwrap();

    reset(&stack, &token(&mail), CHOSEN).await.unwrap();
    let ended = refusal(standing(&stack, &tokens).await);
    assert_eq!(ended, (Code::Unauthenticated, "SESSION_ENDED".into()));
    let wrong = refusal(stack.log_in(&email, PASSWORD).await);
    assert_eq!(wrong, (Code::Unauthenticated, "CREDENTIALS_INVALID".into()));
    stack.log_in(&email, CHOSEN).await.unwrap();
    standing(&stack, &others).await.unwrap();
    let told = mails(&stack, Kind::PasswordChanged, 1).await;
    assert_eq!((told[0].to.as_str(), told[0].link.as_str()), (email.as_str(), ""));
    let events = "SELECT subject_id AS text FROM audit_events WHERE action = 'user.reset_password'";
    assert_eq!(stack.texts(events.into()).await, [tokens.user_id]);
}

async fn a_link_works_once_and_takes_the_others_with_it(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let email = user(&stack).await;
    for _ in 0..2 {
        request(&stack, "", &email).await.unwrap();
    }
    let links: Vec<_> = mails(&stack, Kind::PasswordReset, 2).await.iter().map(token).collect();
    let passwords: Vec<_> = (0..8).map(|index| format!("password-number-{index}")).collect();
    let answers = join_all(passwords.iter().map(|password| reset(&stack, &links[0], password))).await;
    let winner = answers.iter().position(Result::is_ok).unwrap();
    let ended = (Code::FailedPrecondition, "PASSWORD_RESET_ENDED".to_owned());
    for (index, answer) in answers.into_iter().enumerate() {
        if index != winner {
            assert_eq!(refusal(answer), ended, "{index}");
        }
    }
    for link in &links {
        assert_eq!(refusal(reset(&stack, link, CHOSEN).await), ended);
    }
    stack.log_in(&email, &passwords[winner]).await.unwrap();
}

async fn whoever_is_not_an_active_user_gets_nothing_and_the_answer_is_the_same(
    stack: impl AsyncFn(fn(&mut Config)) -> Stack,
) {
    let stack = stack(plain).await;
    let (owner, invited) = (stack.owner().await, address());
    stack.commit(&owner, commit(&owner, add(&[&invited]))).await.unwrap();
    let (suspended, active) = (user(&stack).await, user(&stack).await);
    let suspend = format!("UPDATE users SET state = 'SUSPENDED' WHERE email = '{suspended}'");
    stack.execute(&suspend).await;
    let mut answers = Vec::new();
    for email in [&address(), &invited, &suspended, &active] {
        answers.push(request(&stack, "", email).await.unwrap());
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    mails(&stack, Kind::PasswordReset, 1).await;
    stack.delivered().await;
    let reached: Vec<_> = mails(&stack, Kind::PasswordReset, 1)
        .await
        .into_iter()
        .map(|mail| mail.to)
        .collect();
    assert_eq!(reached, std::slice::from_ref(&active));
    assert_eq!(
        stack.rows("password_resets").await,
        4,
        "the same is written for each of them"
    );
    // A link that was sent before its user was suspended sets nothing.
    let link = token(&mails(&stack, Kind::PasswordReset, 1).await[0]);
    stack
        .execute(&format!(
            "UPDATE users SET state = 'SUSPENDED' WHERE email = '{active}'"
        ))
        .await;
    let refused = refusal(reset(&stack, &link, CHOSEN).await);
    assert_eq!(refused, (Code::FailedPrecondition, "PASSWORD_RESET_ENDED".into()));
}

async fn an_altered_or_expired_link_sets_nothing(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let email = user(&stack).await;
    request(&stack, "", &email).await.unwrap();
    let link = token(&mails(&stack, Kind::PasswordReset, 1).await[0]);
    let mut altered: Vec<String> = (0..link.len() - 1)
        .step_by(7)
        .map(|at| {
            let other = if &link[at..=at] == "A" { "B" } else { "A" };
            format!("{}{other}{}", &link[..at], &link[at + 1..])
        })
        .collect();
    altered.extend(["", "x", &link[1..], &format!("{link}A")].map(str::to_owned));
    for altered in altered {
        let refused = refusal(reset(&stack, &altered, CHOSEN).await);
        assert_eq!(
            refused,
            (Code::NotFound, "PASSWORD_RESET_NOT_FOUND".into()),
            "{altered}"
        );
    }
    let status = reset(&stack, &link, "too short").await.unwrap_err();
    assert_eq!(
        bad_fields(&status),
        [("password".into(), "PASSWORD_UNACCEPTABLE".into())]
    );
    stack.execute("UPDATE password_resets SET expire_time = 1").await;
    let refused = refusal(reset(&stack, &link, CHOSEN).await);
    assert_eq!(refused, (Code::FailedPrecondition, "PASSWORD_RESET_EXPIRED".into()));
    stack.log_in(&email, PASSWORD).await.unwrap();
}

async fn the_same_request_sends_one_mail(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (email, id) = (user(&stack).await, RequestId::new().to_string());
    for _ in 0..3 {
        request(&stack, &id, &email).await.unwrap();
    }
    stack.delivered().await;
    assert_eq!(mails(&stack, Kind::PasswordReset, 1).await.len(), 1);
    let status = request(&stack, "one", &email).await.unwrap_err();
    assert_eq!(
        bad_fields(&status),
        [("request_id".into(), "REQUEST_ID_MALFORMED".into())]
    );
    let status = request(&stack, "", "ada").await.unwrap_err();
    assert_eq!(bad_fields(&status), [("email".into(), "EMAIL_MALFORMED".into())]);
}

async fn too_many_requests_are_refused_alike_for_everybody(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(|config| config.open_mails.per_address_per_hour = 1).await;
    for email in [user(&stack).await, address()] {
        request(&stack, "", &email).await.unwrap();
        let status = request(&stack, "", &email).await.unwrap_err();
        assert!(status.get_error_details().retry_info().is_some());
        assert_eq!(
            refusal::<()>(Err(status)),
            (Code::ResourceExhausted, "RATE_LIMITED".into())
        );
    }
}

async fn a_password_is_changed_by_whoever_knows_it(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let email = user(&stack).await;
    let (here, elsewhere) = (
        stack.log_in(&email, PASSWORD).await.unwrap(),
        stack.log_in(&email, PASSWORD).await.unwrap(),
    );
    request(&stack, "", &email).await.unwrap();
    let link = token(&mails(&stack, Kind::PasswordReset, 1).await[0]);
    change(&stack, &here, PASSWORD, CHOSEN).await.unwrap();
    standing(&stack, &here).await.unwrap();
    let ended = refusal(standing(&stack, &elsewhere).await);
    assert_eq!(ended, (Code::Unauthenticated, "SESSION_ENDED".into()));
    stack.log_in(&email, CHOSEN).await.unwrap();
    let refused = refusal(reset(&stack, &link, PASSWORD).await);
    assert_eq!(refused, (Code::FailedPrecondition, "PASSWORD_RESET_ENDED".into()));
    mails(&stack, Kind::PasswordChanged, 1).await;
}

async fn a_wrong_password_changes_nothing_and_guessing_is_slowed_down(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(|config| config.sessions.attempts_per_minute = 3).await;
    let email = user(&stack).await;
    let tokens = stack.log_in(&email, PASSWORD).await.unwrap();
    for wrong in ["", "another-password", CHOSEN] {
        let status = change(&stack, &tokens, wrong, CHOSEN).await.unwrap_err();
        assert_eq!(
            bad_fields(&status),
            [("current_password".into(), "PASSWORD_WRONG".into())]
        );
        assert_eq!(
            refusal::<()>(Err(status)),
            (Code::InvalidArgument, "PASSWORD_WRONG".into())
        );
    }
    let refused = refusal(change(&stack, &tokens, PASSWORD, CHOSEN).await);
    assert_eq!(refused, (Code::ResourceExhausted, "RATE_LIMITED".into()));
    stack.log_in(&email, PASSWORD).await.unwrap();
}
