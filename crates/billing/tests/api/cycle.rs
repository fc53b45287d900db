//! The timer: whom it takes on, and whom it leaves alone.

use std::time::Duration;

use proto::billing::v1::invoice::State as InvoiceState;
use sea_orm::{ConnectionTrait, TransactionTrait};
use testkit::eventually;
use types::{AccountId, Clock, SubscriptionId};

use crate::billing::{Billing, Place};

crate::on_both_databases!(
    accounts_that_cannot_be_taken_on_keep_nobody_waiting,
    a_clock_that_is_moved_leaves_nothing_to_the_timer,
);

const SOON: Duration = Duration::from_secs(20);
const DAY: i64 = 24 * 60 * 60;
/// As many as are looked at in one round.
const BATCH: i64 = 100;

/// Adds a trial that was over at `time`; one whose seats cannot be read is broken.
async fn insert(billing: &Billing, time: i64, seats: &str) -> AccountId {
    let (account, id) = (AccountId::new(), SubscriptionId::new());
    let sql = format!(
        "INSERT INTO subscriptions (id, account_id, plan, seats, version, state, create_time, end_time, next_time)
        VALUES ('{id}', '{account}', 'trial', '{seats}', 1, 'TRIALING', 1, {time}, {time});
        INSERT INTO accounts (account_id, time_zone, currency, balance, last_invoice, information, revision)
        VALUES ('{account}', 'UTC', 'EUR', 0, 0, '{{}}', 1)"
    );
    billing.database.writer().execute_unprepared(&sql).await.unwrap();
    account
}

/// How many rows there are.
async fn count(billing: &Billing, from: &str) -> i64 {
    let reader = billing.database.reader();
    let sql = format!("SELECT count(*) AS n FROM {from}");
    let statement = sea_orm::Statement::from_string(reader.get_database_backend(), sql);
    let row = reader.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get("", "n").unwrap()
}

async fn accounts_that_cannot_be_taken_on_keep_nobody_waiting(place: Place) {
    let billing = Billing::start(place).await;
    for time in 1..=BATCH {
        insert(&billing, time, "broken").await;
    }
    let healthy = insert(&billing, BATCH + 1, "{\"meeting\":5}").await;
    eventually(SOON, async || {
        let ended = format!("subscriptions WHERE account_id = '{healthy}' AND state = 'ENDED'");
        match count(&billing, &ended).await {
            1 => Ok(()),
            _ => Err("it waits behind the others"),
        }
    })
    .await;
    // They are tried again, each time later.
    eventually(SOON, async || {
        match count(&billing, "accounts WHERE failures >= 3").await {
            BATCH => Ok(()),
            others => Err(format!("{others} have failed three times")),
        }
    })
    .await;
    assert_eq!(
        count(
            &billing,
            &format!("accounts WHERE account_id = '{healthy}' AND failures = 0")
        )
        .await,
        1
    );
}

async fn a_clock_that_is_moved_leaves_nothing_to_the_timer(place: Place) {
    let billing = Billing::start(place).await;
    let (account, contact) = billing.subscriber("team-monthly").await;
    let database = billing.database.clone();
    // Somebody who is at the account most of the time, as a timer might be.
    let other = tokio::spawn(async move {
        let touch = format!("UPDATE accounts SET revision = revision WHERE account_id = '{account}'");
        loop {
            if let Ok(tx) = database.writer().begin().await
                && tx.execute_unprepared(&touch).await.is_ok()
            {
                let _ = tx.commit().await;
            }
            tokio::task::yield_now().await;
        }
    });
    let mut time = Clock::system().now().seconds();
    for periods in 2..=6 {
        time += 32 * DAY;
        billing.advance(&contact, time).await.unwrap();
        let invoices = billing.invoices(&contact).await;
        let paid = invoices
            .iter()
            .filter(|invoice| invoice.state() == InvoiceState::Paid)
            .count();
        assert!(
            paid >= periods && paid == invoices.len(),
            "{paid} of {} are paid",
            invoices.len()
        );
    }
    other.abort();
}
