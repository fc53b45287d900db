//! CommitChange of a request to add users: what is refused, what is answered, and what is told to whom.

use identity::Config;
use proto::admin::v1::SeatCount;
use proto::admin::v1::add_user_result::Outcome;
use proto::licensing::internal::v1::Grant;
use tonic::Code;
use types::{AccountId, Mac, RequestId};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{
    AddUsersCommit, add, address, arrived, attempt, bad_fields, commit, grant, in_seconds, key, new_user, outcomes,
    prove, refusal,
};

on_both_databases! {
    a_forged_grant_is_refused
    a_grant_for_something_else_is_refused
    nothing_is_committed_within_the_margin_before_the_deadline
    rows_that_need_more_than_the_grant_are_refused_and_the_reservation_is_given_up
    seats_without_a_grant_are_refused
    rows_without_products_need_no_grant
    a_message_that_comes_too_late_is_refused
    a_row_that_has_gone_bad_refuses_the_whole_and_gives_the_reservation_up
    with_allow_partial_the_good_rows_go_in
    a_repeated_request_is_answered_as_the_first_time
    a_request_id_is_not_good_for_another_content
    somebody_of_another_account_is_invited_to_transfer
}

const INVALID: &str = "GRANT_INVALID";

async fn a_forged_grant_is_refused(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, ada) = (stack.owner().await, address());
    let good = commit(&owner, add(&[&ada]));
    let cases: [fn(&mut Grant); 12] = [
        |bad| bad.key = None,
        |bad| bad.key.as_mut().unwrap().account_id = AccountId::new().to_string(),
        |bad| bad.key.as_mut().unwrap().request_id = RequestId::new().to_string(),
        |bad| bad.key.as_mut().unwrap().epoch += 1,
        |bad| bad.seats[0].quantity += 1,
        |bad| bad.seats[0].product = "phone".into(),
        |bad| bad.seats.push(bad.seats[0].clone()),
        |bad| bad.deadline.as_mut().unwrap().seconds += 1,
        |bad| bad.deadline.as_mut().unwrap().nanos += 1_000,
        |bad| bad.mac[31] ^= 1,
        |bad| bad.mac.truncate(31),
        |bad| bad.mac.clear(),
    ];
    for (index, change) in cases.into_iter().enumerate() {
        let mut bad = good.clone();
        change(bad.grant.as_mut().unwrap());
        let refused = refusal(stack.commit(&owner, bad).await);
        assert_eq!(refused, (Code::PermissionDenied, INVALID.into()), "case {index}");
    }
    let mut bad = good.clone();
    let forged = prost::Message::encode_to_vec(&Grant {
        mac: vec![],
        ..good.grant.clone().unwrap()
    });
    bad.grant.as_mut().unwrap().mac = Mac::new(b"another key").unwrap().sign(&forged);
    assert_eq!(
        refusal(stack.commit(&owner, bad).await),
        (Code::PermissionDenied, INVALID.into())
    );
    assert_eq!((stack.users_with(&ada).await, stack.rows("requests").await), (0, 0));
    // What was refused is not remembered: the true one is as good as before.
    stack.commit(&owner, good).await.unwrap();
    assert_eq!(stack.users_with(&ada).await, 1);
}

async fn a_grant_for_something_else_is_refused(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let good = commit(&owner, add(&[&address()]));
    // Each is licensing's own, but not for this.
    let cases: [fn(&mut Grant); 5] = [
        |bad| bad.key = None,
        |bad| bad.key.as_mut().unwrap().account_id = AccountId::new().to_string(),
        |bad| bad.key.as_mut().unwrap().request_id = RequestId::new().to_string(),
        |bad| bad.key.as_mut().unwrap().epoch = 0,
        |bad| bad.deadline = None,
    ];
    for (index, change) in cases.into_iter().enumerate() {
        let mut bad = good.grant.clone().unwrap();
        change(&mut bad);
        let message = AddUsersCommit {
            grant: Some(prove(bad)),
            ..good.clone()
        };
        let refused = refusal(stack.commit(&owner, message).await);
        assert_eq!(refused, (Code::PermissionDenied, INVALID.into()), "case {index}");
    }
    // Another account's admin holds it.
    let refused = refusal(stack.commit(&other, good).await);
    assert_eq!(refused, (Code::PermissionDenied, INVALID.into()));
    assert_eq!(stack.rows("invitations").await, 0);
}

async fn nothing_is_committed_within_the_margin_before_the_deadline(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, ada) = (stack.owner().await, address());
    let mut message = commit(&owner, add(&[&ada]));
    let mut until = |seconds| {
        let grant = message.grant.take().unwrap();
        message.grant = Some(prove(Grant {
            deadline: Some(in_seconds(seconds)),
            ..grant
        }));
        message.clone()
    };
    for seconds in [-3_600, -1, 0, 4] {
        let refused = refusal(stack.commit(&owner, until(seconds)).await);
        assert_eq!(refused, (Code::Aborted, "GRANT_LAPSED".into()), "{seconds}");
    }
    assert_eq!((stack.users_with(&ada).await, stack.rows("requests").await), (0, 0));
    stack.commit(&owner, until(60)).await.unwrap();
}

async fn rows_that_need_more_than_the_grant_are_refused_and_the_reservation_is_given_up(
    stack: impl AsyncFn(fn(&mut Config)) -> Stack,
) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let request = add(&[&address(), &address()]);
    let key = |epoch| key(owner.account, &request, epoch);
    let mut message = commit(&owner, request.clone());
    let short: [&[(&str, i64)]; 3] = [&[("training", 1)], &[], &[("phone", 2), ("meeting", 9)]];
    for (epoch, seats) in (1..).zip(short) {
        message.grant = Some(grant(key(epoch), seats));
        let refused = refusal(stack.commit(&owner, message.clone()).await);
        assert_eq!(refused, (Code::Aborted, "GRANT_LAPSED".into()), "{seats:?}");
    }
    let mut aborted = arrived(3, || stack.peers.aborted()).await;
    aborted.sort_by_key(|key| key.epoch);
    assert_eq!(aborted, [key(1), key(2), key(3)]);
    // An attempt that was given up is so for good, also with enough seats.
    let refused = refusal(stack.commit(&owner, attempt(&owner, request.clone(), 3)).await);
    assert_eq!(refused, (Code::Aborted, "GRANT_LAPSED".into()));
    assert_eq!(stack.rows("invitations").await, 0);
    stack.commit(&owner, attempt(&owner, request.clone(), 4)).await.unwrap();
    let confirmed = arrived(1, || stack.peers.confirmations()).await;
    assert_eq!(confirmed[0].key, Some(key(4)));
    assert_eq!(stack.peers.aborted().len(), 3);
}

async fn seats_without_a_grant_are_refused(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, ada) = (stack.owner().await, address());
    let mut message = commit(&owner, add(&[&ada]));
    message.grant = None;
    let refused = refusal(stack.commit(&owner, message).await);
    assert_eq!(refused, (Code::Aborted, "GRANT_LAPSED".into()));
    assert_eq!(stack.users_with(&ada).await, 0);
}

async fn rows_without_products_need_no_grant(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, ada) = (stack.owner().await, address());
    let mut message = commit(&owner, add(&[&ada]));
    message.grant = None;
    message.request.as_mut().unwrap().options = None;
    let answer = stack.commit(&owner, message.clone()).await.unwrap();
    assert_eq!(outcomes(&answer), [Outcome::Invited]);
    assert_eq!(stack.commit(&owner, message).await.unwrap(), answer);
    arrived(1, || stack.peers.mails()).await;
    stack.delivered().await;
    assert_eq!((stack.peers.mails().len(), stack.peers.confirmations().len()), (1, 0));
}

async fn a_message_that_comes_too_late_is_refused(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, ada) = (stack.owner().await, address());
    let mut message = commit(&owner, add(&[&ada]));
    for not_after in [None, Some(in_seconds(-1)), Some(in_seconds(-3_600))] {
        message.not_after = not_after;
        let refused = refusal(stack.commit(&owner, message.clone()).await);
        assert_eq!(refused, (Code::Aborted, "REQUEST_STALE".into()), "{not_after:?}");
    }
    assert_eq!((stack.users_with(&ada).await, stack.rows("requests").await), (0, 0));
}

async fn a_row_that_has_gone_bad_refuses_the_whole_and_gives_the_reservation_up(
    stack: impl AsyncFn(fn(&mut Config)) -> Stack,
) {
    let stack = stack(plain).await;
    let (owner, ada, grace) = (stack.owner().await, address(), address());
    stack.commit(&owner, commit(&owner, add(&[&ada]))).await.unwrap();
    // Both were good when the request was prepared; meanwhile somebody else has added one.
    let request = add(&[&grace, &ada.to_uppercase()]);
    let status = stack.commit(&owner, commit(&owner, request.clone())).await.unwrap_err();
    assert_eq!(bad_fields(&status), [("users[1].email".into(), "USER_EXISTS".into())]);
    assert_eq!(refusal::<()>(Err(status)), (Code::AlreadyExists, "USER_EXISTS".into()));
    assert_eq!((stack.users_with(&ada).await, stack.users_with(&grace).await), (1, 0));
    let aborted = arrived(1, || stack.peers.aborted()).await;
    assert_eq!(aborted, [key(owner.account, &request, 1)]);
    stack.delivered().await;
    assert_eq!((stack.peers.confirmations().len(), stack.peers.mails().len()), (1, 1));
    // A refusal is not remembered: without the bad row the next attempt goes through.
    let mended = proto::admin::v1::AddUsersRequest {
        users: vec![new_user(&grace)],
        ..request
    };
    stack.commit(&owner, attempt(&owner, mended, 2)).await.unwrap();
}

async fn with_allow_partial_the_good_rows_go_in(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, ada, grace) = (stack.owner().await, address(), address());
    stack.commit(&owner, commit(&owner, add(&[&ada]))).await.unwrap();
    let mut request = add(&[&ada, &grace, "nobody"]);
    request.allow_partial = true;
    let answer = stack.commit(&owner, commit(&owner, request.clone())).await.unwrap();
    assert_eq!(outcomes(&answer), [Outcome::Failed, Outcome::Invited, Outcome::Failed]);
    let reasons: Vec<_> = answer
        .results
        .iter()
        .map(|result| result.error.as_ref().map(|error| error.code))
        .collect();
    assert_eq!(
        reasons,
        [
            Some(Code::AlreadyExists.into()),
            None,
            Some(Code::InvalidArgument.into())
        ]
    );
    assert_eq!(
        (
            answer.results[0].user_id.as_str(),
            answer.results[0].invitation_id.as_str()
        ),
        ("", "")
    );
    let confirmed = arrived(2, || stack.peers.confirmations()).await;
    let sent = confirmed
        .into_iter()
        .find(|sent| sent.key == Some(key(owner.account, &request, 1)))
        .unwrap();
    assert_eq!(sent.holders.len(), 1);
    assert_eq!(sent.holders[0].subject, answer.results[1].user_id);
    assert_eq!(stack.peers.aborted(), []);
}

async fn a_repeated_request_is_answered_as_the_first_time(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, ada) = (stack.owner().await, address());
    let mut message = commit(&owner, add(&[&ada]));
    message.seats = vec![SeatCount {
        product: "training".into(),
        requested: 1,
        available: 7,
    }];
    let answer = stack.commit(&owner, message.clone()).await.unwrap();
    assert_eq!(answer.seats, message.seats);
    // Also when the reservation has lapsed long since, has been made again, or is not there.
    for grant in [
        message.grant.clone(),
        Some(prove(Grant {
            deadline: Some(in_seconds(-60)),
            ..message.grant.clone().unwrap()
        })),
        attempt(&owner, message.request.clone().unwrap(), 2).grant,
        None,
    ] {
        message.grant = grant;
        message.seats.clear();
        assert_eq!(stack.commit(&owner, message.clone()).await.unwrap(), answer);
    }
    arrived(1, || stack.peers.confirmations()).await;
    stack.delivered().await;
    assert_eq!((stack.peers.mails().len(), stack.peers.confirmations().len()), (1, 1));
    assert_eq!((stack.users_with(&ada).await, stack.rows("invitations").await), (1, 1));
}

async fn a_request_id_is_not_good_for_another_content(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other) = (stack.owner().await, stack.owner().await);
    let request = add(&[&address()]);
    stack.commit(&owner, commit(&owner, request.clone())).await.unwrap();
    let cases: [fn(&mut proto::admin::v1::AddUsersRequest); 5] = [
        |other| other.users[0].email = address(),
        |other| other.users[0].given_name.push('x'),
        |other| other.users.push(new_user(&address())),
        |other| other.options = None,
        |other| other.allow_partial = true,
    ];
    for (index, change) in cases.into_iter().enumerate() {
        let mut changed = request.clone();
        change(&mut changed);
        let refused = refusal(stack.commit(&owner, commit(&owner, changed)).await);
        assert_eq!(
            refused,
            (Code::InvalidArgument, "REQUEST_ID_REUSED".into()),
            "case {index}"
        );
    }
    // Another account may use the same id for something else.
    let elsewhere = proto::admin::v1::AddUsersRequest {
        users: vec![new_user(&address())],
        ..request
    };
    stack.commit(&other, commit(&other, elsewhere)).await.unwrap();
    assert_eq!(stack.rows("invitations").await, 2);
}

async fn somebody_of_another_account_is_invited_to_transfer(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, other, ada) = (stack.owner().await, stack.owner().await, address());
    stack.commit(&other, commit(&other, add(&[&ada]))).await.unwrap();
    let answer = stack.commit(&owner, commit(&owner, add(&[&ada]))).await.unwrap();
    assert_eq!(outcomes(&answer), [Outcome::TransferInvited]);
    assert_eq!(answer.results[0].user_id, "", "who they are elsewhere is not told");
    assert_eq!(stack.users_with(&ada).await, 1);
    let again = stack.commit(&owner, commit(&owner, add(&[&ada]))).await;
    assert_eq!(refusal(again), (Code::AlreadyExists, "INVITATION_EXISTS".into()));
}
