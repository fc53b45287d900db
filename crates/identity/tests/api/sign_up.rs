//! SignUp and CompleteSignUp.

use futures::future::join_all;
use identity::Config;
use proto::admin::v1 as admin;
use proto::identity::internal::v1::{CompleteSignUpRequest, SignUpRequest};
use proto::identity::v1::SessionTokens;
use proto::notification::internal::v1::Mail;
use proto::notification::v1::delivery::Kind;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use types::RequestId;

use crate::stack::{LINK_BASE, Stack, on_both_databases, plain};
use crate::words::{PASSWORD, add, address, arrived, bad_fields, commit, new_account, refusal, token};

on_both_databases! {
    somebody_new_gets_a_link_that_makes_their_account
    a_link_makes_one_account_however_many_try
    a_user_gets_a_mail_that_says_so_and_the_answer_is_the_same
    the_same_request_sends_one_mail
    each_link_works_until_one_has_made_the_account
    an_altered_or_expired_link_makes_nothing
    an_address_that_was_taken_meanwhile_makes_nothing
    too_many_sign_ups_are_refused_alike_for_everybody
    bad_fields_are_named
    what_expired_long_ago_is_forgotten
}

fn wish(email: &str) -> admin::SignUpRequest {
    admin::SignUpRequest {
        request_id: RequestId::new().to_string(),
        email: email.to_owned(),
        given_name: "Ada".into(),
        family_name: "Lovelace".into(),
        account_name: "Analytical Engines".into(),
        language: "de".into(),
        time_zone: "Europe/Berlin".into(),
    }
}

async fn sign_up(stack: &Stack, request: admin::SignUpRequest) -> Result<admin::SignUpResponse, Status> {
    let request = Some(request);
    let message = stack.anonymous(SignUpRequest { request });
    Ok(stack.sign_ups().sign_up(message).await?.into_inner().response.unwrap())
}

async fn complete(stack: &Stack, token: &str, password: &str) -> Result<SessionTokens, Status> {
    let request = Some(admin::CompleteSignUpRequest {
        token: token.to_owned(),
        password: password.to_owned(),
    });
    let message = stack.anonymous(CompleteSignUpRequest { request });
    let answer = stack.sign_ups().complete_sign_up(message).await?.into_inner();
    Ok(answer.response.unwrap().tokens.unwrap())
}

/// The mails that have arrived at an address, when there are `count`.
async fn mails(stack: &Stack, to: &str, count: usize) -> Vec<Mail> {
    let to = to.to_owned();
    let list = move || {
        let mut mails = stack.peers.mails();
        mails.retain(|mail| mail.to == to);
        mails
    };
    arrived(count, list).await
}

async fn somebody_new_gets_a_link_that_makes_their_account(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let email = format!("Ada.{}", address());
    sign_up(&stack, wish(&email)).await.unwrap();
    assert_eq!(
        (stack.rows("accounts").await, stack.rows("users").await),
        (0, 0),
        "nothing is made before the address is proved"
    );
    let mail = mails(&stack, &email, 1).await.remove(0);
    assert_eq!((mail.kind(), mail.account_id.as_str()), (Kind::SignUp, ""));
    assert_eq!(
        (
            mail.given_name.as_str(),
            mail.account_name.as_str(),
            mail.language.as_str()
        ),
        ("Ada", "Analytical Engines", "de")
    );
    assert!(mail.link.starts_with(&format!("{LINK_BASE}/sign-up?token=")));

    let tokens = complete(&stack, &token(&mail), PASSWORD).await.unwrap();
    let posts = stack
        .count(
            "SELECT count(*) AS n FROM users u JOIN accounts a ON a.billing_contact_id = u.id
            WHERE u.role = 'SUPER_ADMIN' AND u.state = 'ACTIVE' AND a.state = 'ACTIVE' AND u.language = 'de'
                AND a.time_zone = 'Europe/Berlin'",
        )
        .await;
    assert_eq!(posts, 1);
    let later = stack.log_in(&email, PASSWORD).await.unwrap();
    assert_eq!(
        (later.user_id, later.account_id),
        (tokens.user_id.clone(), tokens.account_id.clone())
    );
    let told = arrived(1, || stack.peers.subscriptions()).await;
    assert_eq!(
        (told[0].account_id.as_str(), told[0].plan.as_str()),
        (tokens.account_id.as_str(), "trial")
    );
    let actors = stack
        .texts("SELECT actor_id AS text FROM audit_events WHERE action = 'account.create'".into())
        .await;
    assert_eq!(actors, [tokens.user_id]);
}

async fn a_link_makes_one_account_however_many_try(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let email = address();
    sign_up(&stack, wish(&email)).await.unwrap();
    let token = token(&mails(&stack, &email, 1).await[0]);
    let answers = join_all((0..10).map(|_| complete(&stack, &token, PASSWORD))).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    for answer in lost {
        assert_eq!(refusal(answer), (Code::FailedPrecondition, "SIGN_UP_COMPLETED".into()));
    }
    let again = refusal(complete(&stack, &token, "another-password").await);
    assert_eq!(again, (Code::FailedPrecondition, "SIGN_UP_COMPLETED".into()));
    let made = (
        stack.rows("accounts").await,
        stack.rows("users").await,
        stack.rows("sessions").await,
    );
    assert_eq!(made, (1, 1, 1));
    stack.delivered().await;
    assert_eq!(stack.peers.subscriptions().len(), 1);
}

async fn a_user_gets_a_mail_that_says_so_and_the_answer_is_the_same(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, account, new) = (stack.owner().await, new_account(), address());
    let message = stack.signed("operator", account.clone());
    stack.accounts().create_account(message).await.unwrap();
    let invited = address();
    stack.commit(&owner, commit(&owner, add(&[&invited]))).await.unwrap();
    let mut answers = Vec::new();
    for email in [&account.email.to_uppercase(), &invited, &new] {
        answers.push(sign_up(&stack, wish(email)).await.unwrap());
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));

    let mail = mails(&stack, &account.email, 1).await.remove(0);
    assert_eq!((mail.kind(), mail.link.as_str()), (Kind::SignUpKnown, ""));
    // What a stranger has typed is not what a user is called.
    assert_eq!((mail.given_name.as_str(), mail.account_id.as_str()), ("Charles", ""));
    let kinds: Vec<_> = mails(&stack, &invited, 2).await.iter().map(Mail::kind).collect();
    assert!(kinds.contains(&Kind::SignUpKnown), "{kinds:?}");
    assert_eq!(mails(&stack, &new, 1).await[0].kind(), Kind::SignUp);
    // The same is written for each of them.
    assert_eq!(stack.rows("sign_ups").await, 3);
}

async fn the_same_request_sends_one_mail(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (request, other) = (wish(&address()), address());
    let twins = (0..3).map(|_| sign_up(&stack, request.clone()));
    for answer in join_all(twins).await {
        answer.unwrap();
    }
    // For another address it is another request: whoever tries addresses learns nothing from it.
    let elsewhere = admin::SignUpRequest {
        email: other.clone(),
        ..request.clone()
    };
    sign_up(&stack, elsewhere).await.unwrap();
    mails(&stack, &other, 1).await;
    stack.delivered().await;
    assert_eq!(mails(&stack, &request.email, 1).await.len(), 1);
}

async fn each_link_works_until_one_has_made_the_account(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let email = address();
    for _ in 0..2 {
        sign_up(&stack, wish(&email)).await.unwrap();
    }
    let links = mails(&stack, &email, 2).await;
    assert_ne!(links[0].link, links[1].link);
    complete(&stack, &token(&links[0]), PASSWORD).await.unwrap();
    let status = complete(&stack, &token(&links[1]), PASSWORD).await.unwrap_err();
    assert_eq!(bad_fields(&status), [("email".into(), "USER_EXISTS".into())]);
    assert_eq!(refusal::<()>(Err(status)), (Code::AlreadyExists, "USER_EXISTS".into()));
    assert_eq!(stack.rows("accounts").await, 1);
}

async fn an_altered_or_expired_link_makes_nothing(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let email = address();
    sign_up(&stack, wish(&email)).await.unwrap();
    let token = token(&mails(&stack, &email, 1).await[0]);
    let mut altered: Vec<String> = (0..token.len() - 1)
        .step_by(7)
        .map(|at| {
            let other = if &token[at..=at] == "A" { "B" } else { "A" };
            format!("{}{other}{}", &token[..at], &token[at + 1..])
        })
        .collect();
    altered.extend(["", "x", &token[1..], &format!("{token}A")].map(str::to_owned));
    for altered in altered {
        let refused = refusal(complete(&stack, &altered, PASSWORD).await);
        assert_eq!(refused, (Code::NotFound, "SIGN_UP_NOT_FOUND".into()), "{altered}");
    }
    let refused = refusal(complete(&stack, &token, "too short").await);
    assert_eq!(refused, (Code::InvalidArgument, "PASSWORD_UNACCEPTABLE".into()));
    stack.execute("UPDATE sign_ups SET expire_time = 1").await;
    let refused = refusal(complete(&stack, &token, PASSWORD).await);
    assert_eq!(refused, (Code::FailedPrecondition, "SIGN_UP_EXPIRED".into()));
    assert_eq!((stack.rows("accounts").await, stack.rows("users").await), (0, 0));
}

async fn an_address_that_was_taken_meanwhile_makes_nothing(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = new_account();
    sign_up(&stack, wish(&account.email)).await.unwrap();
    let token = token(&mails(&stack, &account.email, 1).await[0]);
    let message = stack.signed("operator", account.clone());
    stack.accounts().create_account(message).await.unwrap();
    for _ in 0..2 {
        let refused = refusal(complete(&stack, &token, PASSWORD).await);
        assert_eq!(refused, (Code::AlreadyExists, "USER_EXISTS".into()));
    }
    assert_eq!((stack.rows("accounts").await, stack.rows("sessions").await), (1, 0));
}

async fn too_many_sign_ups_are_refused_alike_for_everybody(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(|config| config.open_mails.per_address_per_hour = 2).await;
    let account = new_account();
    let message = stack.signed("operator", account.clone());
    stack.accounts().create_account(message).await.unwrap();
    for email in [account.email, address()] {
        for _ in 0..2 {
            sign_up(&stack, wish(&email)).await.unwrap();
        }
        let status = sign_up(&stack, wish(&email.to_uppercase())).await.unwrap_err();
        assert!(status.get_error_details().retry_info().is_some());
        assert_eq!(
            refusal::<()>(Err(status)),
            (Code::ResourceExhausted, "RATE_LIMITED".into())
        );
    }
    sign_up(&stack, wish(&address())).await.unwrap();
}

async fn bad_fields_are_named(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    type Case = (fn(&mut admin::SignUpRequest), &'static str, &'static str);
    let stack = stack(plain).await;
    let cases: [Case; 8] = [
        (
            |bad| bad.request_id = "one".into(),
            "request_id",
            "REQUEST_ID_MALFORMED",
        ),
        (|bad| bad.email.clear(), "email", "EMAIL_MISSING"),
        (|bad| bad.email = "ada".into(), "email", "EMAIL_MALFORMED"),
        (|bad| bad.given_name.clear(), "given_name", "NAME_MISSING"),
        (|bad| bad.family_name = "x".repeat(65), "family_name", "NAME_TOO_LONG"),
        (
            |bad| bad.account_name = "Evil\r\nBcc: x".into(),
            "account_name",
            "NAME_CHARACTER",
        ),
        (|bad| bad.language = "klingon!".into(), "language", "LANGUAGE_UNKNOWN"),
        (
            |bad| bad.time_zone = "Mars/Olympus".into(),
            "time_zone",
            "TIME_ZONE_UNKNOWN",
        ),
    ];
    for (change, field, reason) in cases {
        let mut bad = wish(&address());
        change(&mut bad);
        let status = sign_up(&stack, bad).await.unwrap_err();
        assert_eq!(bad_fields(&status), [(field.into(), reason.into())]);
    }
    assert_eq!((stack.rows("sign_ups").await, stack.rows("outbox").await), (0, 0));
}

async fn what_expired_long_ago_is_forgotten(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let mut stack = stack(plain).await;
    for _ in 0..2 {
        sign_up(&stack, wish(&address())).await.unwrap();
    }
    let one = "(SELECT min(id) FROM sign_ups)";
    stack
        .execute(&format!("UPDATE sign_ups SET expire_time = 1 WHERE id = {one}"))
        .await;
    // The timer looks when the service starts.
    stack.restart().await;
    testkit::eventually(crate::stack::SOON, async || match stack.rows("sign_ups").await {
        1 => Ok(()),
        count => Err(count),
    })
    .await;
}
