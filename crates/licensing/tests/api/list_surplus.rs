//! `SeatService/ListSurplus`.

use licensing::Config;
use proto::licensing::internal::v1::{ListSurplusRequest, Surplus};
use tonic::{Code, Status};
use types::{AccountId, InvitationId};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{confirmation, holder, in_seconds, refusal, seats, user};

on_both_databases! {
    invitations_come_first_and_then_the_latest
    what_is_reserved_counts_though_nobody_holds_it_yet
    a_thousand_are_named_and_all_are_counted
    bad_input_is_refused
}

async fn list(stack: &Stack, account: AccountId, list: &[(&str, i64)]) -> Result<Vec<Surplus>, Status> {
    let message = ListSurplusRequest {
        account_id: account.to_string(),
        seats: seats(list),
    };
    let answer = stack.ledger().list_surplus(stack.signed("billing", message)).await?;
    Ok(answer.into_inner().surpluses)
}

/// Products with numbers.
type List<'a> = &'a [(&'a str, i64)];

/// Gives these subjects seats, as of so many seconds from now.
async fn seat(stack: &Stack, account: AccountId, subjects: &[&str], products: &[&str], since: i64) {
    let count = i64::try_from(subjects.len()).unwrap();
    let wanted: Vec<_> = products.iter().map(|&product| (product, count)).collect();
    let grant = stack.grant(account, &wanted).await;
    let holders = subjects.iter().map(|subject| holder(subject, products)).collect();
    let mut confirmed = confirmation(&grant, holders);
    confirmed.assign_time = Some(in_seconds(since));
    stack.confirm(vec![confirmed]).await.unwrap();
}

fn surplus(product: &str, count: i64, subjects: &[&String]) -> Surplus {
    Surplus {
        product: product.to_owned(),
        count,
        subjects: subjects.iter().map(|&subject| subject.clone()).collect(),
    }
}

async fn invitations_come_first_and_then_the_latest(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 9), ("phone", 9), ("meeting", 9)]).await;
    let [early, middle, late] = [(); 3].map(|()| user());
    let invited = InvitationId::new().to_string();
    seat(&stack, account, &[&invited], &["training"], -30).await;
    seat(&stack, account, &[&late], &["training", "phone"], -1).await;
    seat(&stack, account, &[&early], &["training", "meeting"], -20).await;
    seat(&stack, account, &[&middle], &["training"], -10).await;
    stack
        .seat(stack.account(&[("training", 1)]).await, &user(), &["training"])
        .await;
    let cases: [(List<'_>, Vec<Surplus>); 4] = [
        (&[("training", 4), ("phone", 1), ("meeting", 1)], vec![]),
        (
            &[("training", 2), ("phone", 1), ("meeting", 1)],
            vec![surplus("training", 2, &[&invited, &late])],
        ),
        (
            &[("training", 3)],
            vec![
                surplus("meeting", 1, &[&early]),
                surplus("phone", 1, &[&late]),
                surplus("training", 1, &[&invited]),
            ],
        ),
        (
            &[("phone", 1), ("meeting", 1)],
            vec![surplus("training", 4, &[&invited, &late, &middle, &early])],
        ),
    ];
    for (totals, expected) in cases {
        assert_eq!(list(&stack, account, totals).await.unwrap(), expected, "{totals:?}");
    }
}

async fn what_is_reserved_counts_though_nobody_holds_it_yet(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 9)]).await;
    let holder = user();
    stack.seat(account, &holder, &["training"]).await;
    stack.grant(account, &[("training", 2)]).await;
    let found = list(&stack, account, &[("training", 1)]).await.unwrap();
    assert_eq!(found, [surplus("training", 2, &[&holder])]);
}

async fn a_thousand_are_named_and_all_are_counted(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 2_000)]).await;
    let subjects: Vec<_> = (0..1_002).map(|_| user()).collect();
    let subjects: Vec<_> = subjects.iter().map(String::as_str).collect();
    seat(&stack, account, &subjects, &["training"], 0).await;
    let found = list(&stack, account, &[("training", 1)]).await.unwrap();
    assert_eq!((found[0].count, found[0].subjects.len()), (1_001, 1_000));
}

async fn bad_input_is_refused(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = AccountId::new();
    let malformed = (Code::InvalidArgument, "SEAT_TOTALS_MALFORMED".to_owned());
    for totals in [
        &[("yoga", 1)][..],
        &[("training", 0)],
        &[("training", 1), ("training", 1)],
    ] {
        assert_eq!(refusal(list(&stack, account, totals).await), malformed);
    }
    let nobody = stack.signed("billing", ListSurplusRequest::default());
    assert_eq!(refusal(stack.ledger().list_surplus(nobody).await), malformed);
}
