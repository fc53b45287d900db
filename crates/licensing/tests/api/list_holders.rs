//! `SeatService/ListHolders`.

use std::collections::BTreeSet;

use licensing::Config;
use proto::licensing::internal::v1::{Holder, ListHoldersRequest, ListHoldersResponse};
use tonic::{Code, Status};
use types::{AccountId, InvitationId};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{holder, refusal, user};

on_both_databases! {
    everybody_who_holds_seats_is_listed_once
    the_pools_stand_on_the_first_page
    one_product_can_be_asked_for
    bad_input_is_refused
}

async fn list(stack: &Stack, message: ListHoldersRequest) -> Result<ListHoldersResponse, Status> {
    let answer = stack.ledger().list_holders(stack.signed("gateway", message)).await?;
    Ok(answer.into_inner())
}

fn query(account: AccountId, product: &str, page_size: i32, page_token: &str) -> ListHoldersRequest {
    ListHoldersRequest {
        account_id: account.to_string(),
        product: product.to_owned(),
        page_size,
        page_token: page_token.to_owned(),
    }
}

/// Every page's holders, one after another.
async fn pages(stack: &Stack, account: AccountId, product: &str, size: i32) -> Vec<Vec<Holder>> {
    let (mut pages, mut token) = (Vec::new(), String::new());
    loop {
        let page = list(stack, query(account, product, size, &token)).await.unwrap();
        pages.push(page.holders);
        token = page.next_page_token;
        if token.is_empty() {
            return pages;
        }
    }
}

async fn everybody_who_holds_seats_is_listed_once(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("meeting", 9), ("training", 9)]).await;
    let other = stack.account(&[("training", 9)]).await;
    let mut subjects: Vec<_> = (0..4).map(|_| user()).collect();
    subjects.push(InvitationId::new().to_string());
    for subject in &subjects {
        stack.seat(account, subject, &["meeting", "training"]).await;
    }
    let gone = user();
    stack.seat(account, &gone, &["training"]).await;
    stack.release(account, &gone, 2).await.unwrap();
    stack.seat(other, &user(), &["training"]).await;

    for (size, lengths) in [(2, vec![2, 2, 1]), (5, vec![5]), (0, vec![5])] {
        let pages = pages(&stack, account, "", size).await;
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), lengths);
        let listed: Vec<_> = pages.into_iter().flatten().collect();
        assert!(listed.iter().all(|holder| holder.products == ["meeting", "training"]));
        let listed: Vec<_> = listed.into_iter().map(|holder| holder.subject).collect();
        let expected: BTreeSet<_> = subjects.iter().cloned().collect();
        assert_eq!(listed, expected.into_iter().collect::<Vec<_>>());
    }
    assert_eq!(pages(&stack, AccountId::new(), "", 5).await, [vec![]]);
}

async fn the_pools_stand_on_the_first_page(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("meeting", 3), ("training", 2)]).await;
    for _ in 0..2 {
        stack.seat(account, &user(), &["training"]).await;
    }
    let first = list(&stack, query(account, "", 1, "")).await.unwrap();
    assert_eq!(first.seat_pools, stack.pools(account).await);
    let second = list(&stack, query(account, "", 1, &first.next_page_token))
        .await
        .unwrap();
    assert_eq!((second.seat_pools, second.holders.len()), (vec![], 1));
    let training = list(&stack, query(account, "training", 1, ""))
        .await
        .unwrap()
        .seat_pools;
    assert_eq!(training, stack.pools(account).await[1..]);
}

async fn one_product_can_be_asked_for(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("meeting", 9), ("training", 9)]).await;
    let (ann, bob) = (user(), user());
    stack.seat(account, &ann, &["meeting"]).await;
    stack.seat(account, &bob, &["meeting", "training"]).await;
    let listed = async |product| pages(&stack, account, product, 1).await.concat();
    assert_eq!(listed("meeting").await.len(), 2);
    assert_eq!(listed("training").await, [holder(&bob, &["meeting", "training"])]);
    assert_eq!(listed("phone").await, []);
}

async fn bad_input_is_refused(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 9)]).await;
    for _ in 0..2 {
        stack.seat(account, &user(), &["training"]).await;
    }
    let token = list(&stack, query(account, "", 1, "")).await.unwrap().next_page_token;
    let mut nameless = query(account, "", 1, "");
    nameless.account_id.clear();
    let cases = [
        (nameless, "HOLDERS_MALFORMED"),
        (query(account, "", -1, ""), "HOLDERS_MALFORMED"),
        (query(account, "train", 1, ""), "PRODUCT_UNKNOWN"),
        (query(account, "", 1, "x"), "PAGE_TOKEN_INVALID"),
        (query(account, "", 1, &format!("{token}x")), "PAGE_TOKEN_INVALID"),
        (query(account, "training", 1, &token), "PAGE_TOKEN_INVALID"),
        (query(AccountId::new(), "", 1, &token), "PAGE_TOKEN_INVALID"),
    ];
    for (message, reason) in cases {
        let refused = refusal(list(&stack, message).await);
        assert_eq!(refused, (Code::InvalidArgument, reason.into()));
    }
}
