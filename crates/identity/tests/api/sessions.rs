//! Sessions: logging in, renewing, and who a caller is right now.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chassis::{Actor, Person};
use ed25519_dalek::{Signature, SigningKey, Verifier};
use futures::future::join_all;
use identity::Config;
use proto::identity::internal::v1::{CreateAccountRequest, GetCallerRequest, GetCallerResponse};
use proto::identity::v1::{LogOutRequest, RefreshSessionRequest, Role, SessionTokens};
use tonic::{Code, Status};
use tonic_types::StatusExt;
use types::{Clock, SessionId, UserId};

use crate::stack::{ACCESS_KEY, Stack, on_both_databases, plain};
use crate::words::{PASSWORD, add, address, arrived, commit, new_account, refusal};

on_both_databases! {
    who_has_a_session_is_who_they_are_now
    who_has_none_is_nobody
    an_access_token_is_signed_and_short_lived
    an_access_token_that_lives_longer_is_refused_by_configuration
    a_refresh_token_works_once_and_its_reuse_ends_the_session
    of_twenty_parallel_refreshes_one_wins_at_most
    a_refresh_token_that_has_expired_or_never_was_is_refused
    whatever_is_wrong_a_failed_log_in_looks_the_same
    too_many_attempts_at_one_address_are_refused
}

async fn account(stack: &Stack) -> CreateAccountRequest {
    let request = new_account();
    let message = stack.signed("operator", request.clone());
    stack.accounts().create_account(message).await.unwrap();
    request
}

async fn log_in(stack: &Stack) -> SessionTokens {
    let email = account(stack).await.email;
    stack.log_in(&email, PASSWORD).await.unwrap()
}

async fn refresh(stack: &Stack, token: &str) -> Result<SessionTokens, Status> {
    let message = stack.anonymous(RefreshSessionRequest {
        refresh_token: token.to_owned(),
    });
    Ok(stack
        .sessions()
        .refresh_session(message)
        .await?
        .into_inner()
        .tokens
        .unwrap())
}

async fn caller(stack: &Stack, user: &str, session: &str) -> Result<GetCallerResponse, Status> {
    let message = GetCallerRequest {
        user_id: user.to_owned(),
        session_id: session.to_owned(),
    };
    let answer = stack
        .authentication()
        .get_caller(stack.signed("gateway", message))
        .await?;
    Ok(answer.into_inner())
}

/// Header and claims of an access token.
fn read(token: &str) -> [serde_json::Value; 2] {
    let mut parts = token.split('.');
    [(); 2].map(|()| {
        let octets = URL_SAFE_NO_PAD.decode(parts.next().unwrap()).unwrap();
        serde_json::from_slice(&octets).unwrap()
    })
}

/// The session that an access token names.
pub fn session(tokens: &SessionTokens) -> String {
    let [_, claims] = read(&tokens.access_token);
    claims["sid"].as_str().unwrap().to_owned()
}

fn ended() -> (Code, String) {
    (Code::Unauthenticated, "SESSION_ENDED".into())
}

fn invalid() -> (Code, String) {
    (Code::Unauthenticated, "REFRESH_TOKEN_INVALID".into())
}

async fn who_has_a_session_is_who_they_are_now(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let tokens = log_in(&stack).await;
    let told = caller(&stack, &tokens.user_id, &session(&tokens)).await.unwrap();
    assert_eq!(told.account_id, tokens.account_id);
    assert_eq!((told.role(), told.billing_contact), (Role::SuperAdmin, true));
    stack.execute("UPDATE users SET role = 'MEMBER'").await;
    let told = caller(&stack, &tokens.user_id, &session(&tokens)).await.unwrap();
    assert_eq!(told.role(), Role::Member, "the token says who, not what they may do");
    stack.execute("UPDATE users SET state = 'SUSPENDED'").await;
    let refused = caller(&stack, &tokens.user_id, &session(&tokens)).await;
    assert_eq!(refusal(refused), ended());
    assert_eq!(refusal(refresh(&stack, &tokens.refresh_token).await), invalid());
}

async fn who_has_none_is_nobody(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (tokens, other) = (log_in(&stack).await, log_in(&stack).await);
    let unknown = [
        (tokens.user_id.clone(), SessionId::new().to_string()),
        (UserId::new().to_string(), session(&tokens)),
        (tokens.user_id.clone(), session(&other)),
    ];
    for (user, session) in unknown {
        assert_eq!(refusal(caller(&stack, &user, &session).await), ended());
    }
    let malformed = refusal(caller(&stack, "ada", &session(&tokens)).await);
    assert_eq!(malformed, (Code::InvalidArgument, "ID_MALFORMED".into()));
    let person = Actor::Person(Person {
        account: tokens.account_id.parse().unwrap(),
        user: tokens.user_id.parse().unwrap(),
        role: types::Role::SuperAdmin,
        billing_contact: true,
        permissions: types::Permissions::of(types::Role::SuperAdmin, true),
        session: session(&tokens).parse().unwrap(),
    });
    let log_out = stack.signed_for("gateway", &person, LogOutRequest {});
    stack.sessions().log_out(log_out).await.unwrap();
    assert_eq!(
        refusal(caller(&stack, &tokens.user_id, &session(&tokens)).await),
        ended()
    );
    assert_eq!(refusal(refresh(&stack, &tokens.refresh_token).await), invalid());
    // Nobody else was logged out.
    caller(&stack, &other.user_id, &session(&other)).await.unwrap();
}

async fn an_access_token_is_signed_and_short_lived(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let first = log_in(&stack).await;
    let second = refresh(&stack, &first.refresh_token).await.unwrap();
    let seed = STANDARD.decode(ACCESS_KEY).unwrap().try_into().unwrap();
    let key = SigningKey::from_bytes(&seed).verifying_key();
    for tokens in [&first, &second] {
        let [header, claims] = read(&tokens.access_token);
        assert_eq!(header["alg"], "EdDSA");
        let (signed, signature) = tokens.access_token.rsplit_once('.').unwrap();
        let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
        key.verify(signed.as_bytes(), &signature).unwrap();
        let (begin, end) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
        assert!((1..=300).contains(&(end - begin)), "{begin} to {end}");
        assert_eq!(end, tokens.access_token_expire_time.unwrap().seconds);
        assert!(end <= Clock::system().now().seconds() + 300);
        assert_eq!(claims["sub"], tokens.user_id);
        let mut names: Vec<_> = claims.as_object().unwrap().keys().cloned().collect();
        names.sort();
        assert_eq!(names, ["exp", "iat", "iss", "sid", "sub"], "no role, no account");
    }
    assert_eq!(session(&first), session(&second));
}

async fn an_access_token_that_lives_longer_is_refused_by_configuration(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(|config| config.sessions.access_lifetime = Duration::from_secs(301)).await;
    assert!(stack.ended().await.is_err());
}

async fn a_refresh_token_works_once_and_its_reuse_ends_the_session(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let email = account(&stack).await.email;
    let first = stack.log_in(&email, PASSWORD).await.unwrap();
    let elsewhere = stack.log_in(&email, PASSWORD).await.unwrap();
    let second = refresh(&stack, &first.refresh_token).await.unwrap();
    assert_ne!(first.refresh_token, second.refresh_token);
    assert_eq!(
        (&first.user_id, &first.account_id),
        (&second.user_id, &second.account_id)
    );
    let third = refresh(&stack, &second.refresh_token).await.unwrap();
    caller(&stack, &third.user_id, &session(&third)).await.unwrap();
    // Somebody uses the first one again: one of the two who hold it is not its owner.
    assert_eq!(refusal(refresh(&stack, &first.refresh_token).await), invalid());
    assert_eq!(refusal(refresh(&stack, &third.refresh_token).await), invalid());
    assert_eq!(refusal(caller(&stack, &third.user_id, &session(&third)).await), ended());
    refresh(&stack, &elsewhere.refresh_token).await.unwrap();
}

async fn of_twenty_parallel_refreshes_one_wins_at_most(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    for _ in 0..5 {
        let tokens = log_in(&stack).await;
        let answers = join_all((0..20).map(|_| refresh(&stack, &tokens.refresh_token))).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert!(won.len() <= 1, "{} have won", won.len());
        for answer in lost {
            assert_eq!(refusal(answer), invalid());
        }
        // It was used twenty times: the session is over, for the winner too.
        for winner in won {
            assert_eq!(
                refusal(refresh(&stack, &winner.unwrap().refresh_token).await),
                invalid()
            );
        }
        assert_eq!(
            refusal(caller(&stack, &tokens.user_id, &session(&tokens)).await),
            ended()
        );
    }
}

async fn a_refresh_token_that_has_expired_or_never_was_is_refused(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let first = log_in(&stack).await;
    // The right session, and a secret that somebody has made up: no reason to end the session of its owner.
    let made_up = format!(
        "{}{}",
        &first.refresh_token[..22],
        "A".repeat(first.refresh_token.len() - 22)
    );
    for token in [
        "",
        "x",
        &"A".repeat(64),
        &"A".repeat(100_000),
        first.access_token.as_str(),
        made_up.as_str(),
    ] {
        assert_eq!(refusal(refresh(&stack, token).await), invalid());
    }
    let tokens = refresh(&stack, &first.refresh_token).await.unwrap();
    stack.execute("UPDATE sessions SET expire_time = 1").await;
    assert_eq!(refusal(refresh(&stack, &tokens.refresh_token).await), invalid());
}

async fn whatever_is_wrong_a_failed_log_in_looks_the_same(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let email = account(&stack).await.email;
    let (owner, ada) = (stack.owner().await, address());
    stack.commit(&owner, commit(&owner, add(&[&ada]))).await.unwrap();
    arrived(1, || stack.peers.mails()).await;
    let wrong = [
        (email.as_str(), "another-password"),
        (email.as_str(), ""),
        ("nobody@example.com", PASSWORD),
        (ada.as_str(), PASSWORD),
        (ada.as_str(), ""),
        ("not an address", PASSWORD),
    ];
    for (address, password) in wrong {
        let status = stack.log_in(address, password).await.unwrap_err();
        assert_eq!(status.message(), "address or password are wrong", "{address}");
        assert_eq!(
            refusal::<()>(Err(status)),
            (Code::Unauthenticated, "CREDENTIALS_INVALID".into())
        );
    }
    stack.log_in(&email.to_uppercase(), PASSWORD).await.unwrap();
}

async fn too_many_attempts_at_one_address_are_refused(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(|config| config.sessions.attempts_per_minute = 3).await;
    let (email, other) = (account(&stack).await.email, account(&stack).await.email);
    for _ in 0..3 {
        let refused = refusal(stack.log_in(&email, "another-password").await);
        assert_eq!(refused, (Code::Unauthenticated, "CREDENTIALS_INVALID".into()));
    }
    let status = stack.log_in(&email.to_uppercase(), PASSWORD).await.unwrap_err();
    assert!(status.get_error_details().retry_info().is_some());
    assert_eq!(
        refusal::<()>(Err(status)),
        (Code::ResourceExhausted, "RATE_LIMITED".into())
    );
    stack.log_in(&other, PASSWORD).await.unwrap();
}
