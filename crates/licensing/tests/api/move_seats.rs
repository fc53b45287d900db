//! `SeatService/MoveSeats`.

use licensing::Config;
use proto::licensing::internal::v1::{MoveSeatsRequest, SeatMove};
use tonic::{Code, Status};
use types::{AccountId, InvitationId};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{confirmation, holder, refusal, user};

on_both_databases! {
    seats_move_to_the_user_and_are_never_free
    a_move_waits_for_its_seats_and_holds_up_no_other
    moves_and_repetitions_at_once_end_as_one
    bad_input_is_refused_and_moves_nothing
}

fn order(account: AccountId, from: &str, to: &str) -> SeatMove {
    SeatMove {
        account_id: account.to_string(),
        from: from.to_owned(),
        from_version: 2,
        to: to.to_owned(),
        to_version: 1,
    }
}

async fn hand_on(stack: &Stack, moves: Vec<SeatMove>) -> Result<Vec<i32>, Status> {
    let message = stack.signed("identity", MoveSeatsRequest { moves });
    Ok(stack.ledger().move_seats(message).await?.into_inner().pending)
}

fn invitation() -> String {
    InvitationId::new().to_string()
}

async fn seats_move_to_the_user_and_are_never_free(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 1), ("phone", 1)]).await;
    let grant = stack.grant(account, &[("training", 1), ("phone", 1)]).await;
    let (invited, ada) = (invitation(), user());
    let holders = vec![holder(&invited, &["phone", "training"])];
    stack.confirm(vec![confirmation(&grant, holders)]).await.unwrap();
    for _ in 0..2 {
        assert_eq!(
            hand_on(&stack, vec![order(account, &invited, &ada)]).await.unwrap(),
            [0_i32; 0]
        );
        assert_eq!(
            stack.holdings(account, &[&invited, &ada]).await,
            [holder(&ada, &["phone", "training"])]
        );
        assert_eq!(stack.pool(account, "training").await, [1, 1, 0, 0]);
        assert_eq!(stack.pool(account, "phone").await, [1, 1, 0, 0]);
    }
    // What was theirs at the time stays moved when the invitation's first change comes once more.
    let holders = vec![holder(&invited, &["phone", "training"])];
    stack.confirm(vec![confirmation(&grant, holders)]).await.unwrap();
    assert_eq!(stack.pool(account, "training").await, [1, 1, 0, 0]);
    stack.release(account, &ada, 2).await.unwrap();
    assert_eq!(stack.pool(account, "training").await, [1, 0, 0, 1]);
    assert_eq!(stack.wrong_counters().await, 0);
}

async fn a_move_waits_for_its_seats_and_holds_up_no_other(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 2)]).await;
    let (first, second) = (
        stack.grant(account, &[("training", 1)]).await,
        stack.grant(account, &[("training", 1)]).await,
    );
    let (early, late) = ((invitation(), user()), (invitation(), user()));
    let take = async |grant, subject: &str| {
        let holders = vec![holder(subject, &["training"])];
        stack.confirm(vec![confirmation(grant, holders)]).await.unwrap();
    };
    take(&first, &early.0).await;
    let moves = vec![order(account, &late.0, &late.1), order(account, &early.0, &early.1)];
    assert_eq!(hand_on(&stack, moves.clone()).await.unwrap(), [0]);
    assert_eq!(
        stack.holdings(account, &[&early.0, &early.1, &late.0, &late.1]).await,
        [holder(&early.1, &["training"])]
    );
    assert_eq!(
        stack.pool(account, "training").await,
        [2, 1, 1, 0],
        "the reservation holds it"
    );
    take(&second, &late.0).await;
    assert_eq!(hand_on(&stack, moves).await.unwrap(), [0_i32; 0]);
    assert_eq!(stack.pool(account, "training").await, [2, 2, 0, 0]);
    assert_eq!(
        stack.holdings(account, &[&late.0, &late.1]).await,
        [holder(&late.1, &["training"])]
    );
    assert_eq!((stack.wrong_counters().await, stack.oversubscribed().await), (0, 0));
}

async fn moves_and_repetitions_at_once_end_as_one(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 8)]).await;
    let grant = stack.grant(account, &[("training", 8)]).await;
    let pairs: Vec<_> = (0..8).map(|_| (invitation(), user())).collect();
    let holders = pairs.iter().map(|(from, _)| holder(from, &["training"])).collect();
    stack.confirm(vec![confirmation(&grant, holders)]).await.unwrap();
    let forth: Vec<_> = pairs.iter().map(|(from, to)| order(account, from, to)).collect();
    let back: Vec<_> = forth.iter().rev().cloned().collect();
    let calls = [forth.clone(), back.clone(), forth, back].map(|moves| hand_on(&stack, moves));
    for pending in futures::future::join_all(calls).await {
        assert_eq!(pending.unwrap(), [0_i32; 0]);
    }
    let users: Vec<&str> = pairs.iter().map(|(_, to)| to.as_str()).collect();
    assert_eq!(stack.holdings(account, &users).await.len(), 8);
    assert_eq!(stack.pool(account, "training").await, [8, 8, 0, 0]);
    assert_eq!(stack.wrong_counters().await, 0);
}

async fn bad_input_is_refused_and_moves_nothing(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 1)]).await;
    let grant = stack.grant(account, &[("training", 1)]).await;
    let (invited, ada) = (invitation(), user());
    let held = holder(&invited, &["training"]);
    stack
        .confirm(vec![confirmation(&grant, vec![held.clone()])])
        .await
        .unwrap();
    let good = order(account, &invited, &ada);
    let cases: [fn(&mut SeatMove); 6] = [
        |bad| bad.account_id.clear(),
        |bad| bad.from = "ada".into(),
        |bad| bad.to.clear(),
        |bad| bad.to = bad.from.clone(),
        |bad| bad.from_version = 1,
        |bad| bad.to_version = 0,
    ];
    for spoil in cases {
        let mut bad = good.clone();
        spoil(&mut bad);
        let refused = refusal(hand_on(&stack, vec![good.clone(), bad]).await);
        assert_eq!(refused, (Code::InvalidArgument, "MOVE_MALFORMED".into()));
    }
    let refused = refusal(hand_on(&stack, vec![good; 1_001]).await);
    assert_eq!(refused, (Code::InvalidArgument, "MOVE_MALFORMED".into()));
    assert_eq!(stack.holdings(account, &[&invited, &ada]).await, [held]);
}
