//! `SeatService/ListSeats`.

use licensing::Config;
use proto::licensing::internal::v1::{MoveSeatsRequest, SeatMove};
use proto::licensing::v1::seat::Holder;
use proto::licensing::v1::{ListSeatsRequest, ListSeatsResponse, Seat};
use tonic::{Code, Status};
use types::{AccountId, InvitationId, Role};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{confirmation, holder, in_seconds, person, refusal, user};

on_both_databases! {
    a_seat_says_who_holds_it_since_when_and_by_whom
    what_is_not_known_of_a_seat_is_not_told
    every_seat_stands_on_one_page
    a_seat_that_is_kept_or_handed_on_is_held_since_it_was_given
    bad_input_is_refused
}

async fn list(
    stack: &Stack,
    account: AccountId,
    product: &str,
    page_size: i32,
    page_token: &str,
) -> Result<ListSeatsResponse, Status> {
    let message = ListSeatsRequest {
        product: product.to_owned(),
        page_size,
        page_token: page_token.to_owned(),
    };
    let request = stack.signed_for("gateway", &person(account, Role::Admin), message);
    Ok(stack.seats().list_seats(request).await?.into_inner())
}

async fn all(stack: &Stack, account: AccountId, product: &str) -> Vec<Seat> {
    list(stack, account, product, 500, "").await.unwrap().seats
}

/// Gives a subject these products, besides what it has; as of so many seconds from now, and in somebody's name.
async fn give(
    stack: &Stack,
    account: AccountId,
    (subject, version): (&str, i64),
    (products, kept): (&[&str], &[&str]),
    (since, by): (i64, &str),
) {
    let seats: Vec<_> = products
        .iter()
        .filter(|product| !kept.contains(product))
        .map(|&product| (product, 1))
        .collect();
    let grant = stack.grant(account, &seats).await;
    let mut told = holder(subject, products);
    told.version = version;
    told.kept = kept.iter().map(|&product| product.to_owned()).collect();
    let mut confirmed = confirmation(&grant, vec![told]);
    by.clone_into(&mut confirmed.assigner_id);
    confirmed.assign_time = Some(in_seconds(since));
    stack.confirm(vec![confirmed]).await.unwrap();
}

async fn a_seat_says_who_holds_it_since_when_and_by_whom(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("meeting", 9), ("training", 9)]).await;
    let (someone, invited, admin) = (user(), InvitationId::new().to_string(), user());
    give(
        &stack,
        account,
        (&someone, 1),
        (&["meeting", "training"], &[]),
        (-20, &admin),
    )
    .await;
    give(&stack, account, (&invited, 1), (&["training"], &[]), (-10, "")).await;
    let seats = all(&stack, account, "").await;
    let holders: Vec<_> = seats
        .iter()
        .map(|seat| (seat.holder.clone().unwrap(), seat.product.as_str()))
        .collect();
    let expected = [
        (Holder::InvitationId(invited.clone()), "training"),
        (Holder::UserId(someone.clone()), "meeting"),
        (Holder::UserId(someone.clone()), "training"),
    ];
    assert_eq!(holders, expected);
    assert_eq!(
        seats.iter().map(|seat| seat.assigner_id.as_str()).collect::<Vec<_>>(),
        ["", &admin, &admin]
    );
    let since = |seat: &Seat| seat.assign_time.unwrap().seconds;
    assert_eq!(since(&seats[1]), since(&seats[2]));
    assert!(since(&seats[1]) < since(&seats[0]));
    assert_eq!(all(&stack, account, "meeting").await, seats[1..2]);
    assert_eq!(all(&stack, account, "phone").await, []);
    assert_eq!(all(&stack, AccountId::new(), "").await, []);
}

async fn what_is_not_known_of_a_seat_is_not_told(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 9)]).await;
    let grant = stack.grant(account, &[("training", 1)]).await;
    let mut confirmed = confirmation(&grant, vec![holder(&user(), &["training"])]);
    confirmed.assign_time = None;
    stack.confirm(vec![confirmed]).await.unwrap();
    let seats = all(&stack, account, "").await;
    assert_eq!((seats[0].assign_time, seats[0].assigner_id.as_str()), (None, ""));
}

async fn every_seat_stands_on_one_page(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("meeting", 9), ("phone", 9), ("training", 9)]).await;
    for products in [
        &["meeting", "phone", "training"][..],
        &["phone"],
        &["meeting", "training"],
        &["phone", "training"],
    ] {
        stack.seat(account, &user(), products).await;
    }
    for product in ["", "training"] {
        let whole = all(&stack, account, product).await;
        assert_eq!(whole.len(), if product.is_empty() { 8 } else { 3 });
        for size in 1..=3 {
            let (mut seats, mut token) = (Vec::new(), String::new());
            loop {
                let page = list(&stack, account, product, size, &token).await.unwrap();
                assert!(page.seats.len() <= usize::try_from(size).unwrap());
                seats.extend(page.seats);
                token = page.next_page_token;
                if token.is_empty() {
                    break;
                }
            }
            assert_eq!(seats, whole, "{product} {size} at a time");
        }
    }
}

async fn a_seat_that_is_kept_or_handed_on_is_held_since_it_was_given(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("meeting", 9), ("training", 9)]).await;
    let (invited, someone, admin, other) = (InvitationId::new().to_string(), user(), user(), user());
    give(&stack, account, (&invited, 1), (&["training"], &[]), (-30, &admin)).await;
    let before = all(&stack, account, "").await;
    give(
        &stack,
        account,
        (&invited, 2),
        (&["meeting", "training"], &["training"]),
        (-10, &other),
    )
    .await;
    let training = all(&stack, account, "training").await;
    assert_eq!(training, before);
    let meeting = all(&stack, account, "meeting").await;
    assert_eq!(meeting[0].assigner_id, other);
    let order = SeatMove {
        account_id: account.to_string(),
        from: invited,
        from_version: 3,
        to: someone.clone(),
        to_version: 1,
    };
    let message = stack.signed("identity", MoveSeatsRequest { moves: vec![order] });
    stack.ledger().move_seats(message).await.unwrap();
    let moved = Holder::UserId(someone);
    for seat in all(&stack, account, "").await {
        let was = if seat.product == "training" {
            &training[0]
        } else {
            &meeting[0]
        };
        let expected = Seat {
            holder: Some(moved.clone()),
            ..was.clone()
        };
        assert_eq!(seat, expected);
    }
}

async fn bad_input_is_refused(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 9)]).await;
    stack.seat(account, &user(), &["training"]).await;
    stack.seat(account, &user(), &["training"]).await;
    let token = list(&stack, account, "", 1, "").await.unwrap().next_page_token;
    let cases = [
        (account, "yoga", 1, "".to_owned(), "PRODUCT_UNKNOWN"),
        (account, "", -1, "".to_owned(), "PAGE_SIZE_INVALID"),
        (account, "", 1, format!("{token}x"), "PAGE_TOKEN_INVALID"),
        (account, "training", 1, token.clone(), "PAGE_TOKEN_INVALID"),
        (AccountId::new(), "", 1, token, "PAGE_TOKEN_INVALID"),
    ];
    for (account, product, size, token, reason) in cases {
        let refused = refusal(list(&stack, account, product, size, &token).await);
        assert_eq!(refused, (Code::InvalidArgument, reason.into()));
    }
}
