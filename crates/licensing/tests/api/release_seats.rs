//! `SeatService/ReleaseSeats`.

use licensing::Config;
use proto::licensing::internal::v1::{Release, ReleaseSeatsRequest};
use tonic::Code;
use types::{AccountId, InvitationId};

use crate::stack::{Stack, on_both_databases, plain};
use crate::words::{confirmation, holder, refusal, user};

on_both_databases! {
    releasing_frees_all_seats_of_a_holder_once
    an_older_release_changes_nothing
    a_release_can_leave_some_products
    bad_input_is_refused_and_releases_nothing
}

async fn releasing_frees_all_seats_of_a_holder_once(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 5), ("phone", 5)]).await;
    let grant = stack.grant(account, &[("training", 2), ("phone", 1)]).await;
    let (ann, invited) = (user(), InvitationId::new().to_string());
    let holders = vec![holder(&ann, &["phone", "training"]), holder(&invited, &["training"])];
    stack.confirm(vec![confirmation(&grant, holders)]).await.unwrap();
    for _ in 0..2 {
        stack.release(account, &ann, 2).await.unwrap();
        assert_eq!(stack.pool(account, "training").await, [5, 1, 0, 4]);
        assert_eq!(stack.pool(account, "phone").await, [5, 0, 0, 5]);
    }
    assert_eq!(
        stack.holdings(account, &[&ann, &invited]).await,
        [holder(&invited, &["training"])]
    );
    // Another account's holder of the same name is another holder.
    stack.release(AccountId::new(), &invited, 9).await.unwrap();
    assert_eq!(stack.pool(account, "training").await, [5, 1, 0, 4]);
    assert_eq!(stack.wrong_counters().await, 0);
}

async fn an_older_release_changes_nothing(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 5)]).await;
    let grant = stack.grant(account, &[("training", 1)]).await;
    let ann = user();
    let mut now = holder(&ann, &["training"]);
    now.version = 7;
    stack
        .confirm(vec![confirmation(&grant, vec![now.clone()])])
        .await
        .unwrap();
    for version in [1, 6, 7] {
        stack.release(account, &ann, version).await.unwrap();
    }
    assert_eq!(stack.holdings(account, &[&ann]).await, [now]);
    assert_eq!(stack.pool(account, "training").await, [5, 1, 0, 4]);
}

async fn a_release_can_leave_some_products(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let account = stack.account(&[("training", 5), ("phone", 5)]).await;
    let grant = stack.grant(account, &[("training", 1), ("phone", 1)]).await;
    let ann = user();
    let holders = vec![holder(&ann, &["phone", "training"])];
    stack.confirm(vec![confirmation(&grant, holders)]).await.unwrap();
    for _ in 0..2 {
        stack.release_to(account, &ann, 2, &["phone"]).await.unwrap();
        assert_eq!(stack.pool(account, "training").await, [5, 0, 0, 5]);
        assert_eq!(stack.pool(account, "phone").await, [5, 1, 0, 4]);
    }
    // A release gives nobody anything: nobody has reserved what it names.
    let bob = user();
    stack.release_to(account, &bob, 1, &["phone"]).await.unwrap();
    assert_eq!(stack.holdings(account, &[&bob]).await, []);
    assert_eq!(stack.pool(account, "phone").await, [5, 1, 0, 4]);
    assert_eq!(stack.wrong_counters().await, 0);
}

async fn bad_input_is_refused_and_releases_nothing(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let good = Release {
        account_id: AccountId::new().to_string(),
        subject: user(),
        version: 1,
        products: vec!["training".into()],
    };
    let cases = [
        vec![
            good.clone(),
            Release {
                account_id: String::new(),
                ..good.clone()
            },
        ],
        vec![
            good.clone(),
            Release {
                subject: "ann".into(),
                ..good.clone()
            },
        ],
        vec![
            good.clone(),
            Release {
                version: 0,
                ..good.clone()
            },
        ],
        vec![
            good.clone(),
            Release {
                products: vec!["training".into(), "training".into()],
                ..good.clone()
            },
        ],
        vec![good; 1_001],
    ];
    for releases in cases {
        let message = stack.signed("identity", ReleaseSeatsRequest { releases });
        let refused = refusal(stack.ledger().release_seats(message).await);
        assert_eq!(refused, (Code::InvalidArgument, "RELEASE_MALFORMED".into()));
    }
    assert_eq!(stack.count("SELECT count(*) AS n FROM seat_holders").await, 0);
}
