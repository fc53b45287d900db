//! A year of an account under the test clock.

use std::fmt::Write as _;

use chassis::Actor;
use proto::billing::v1::subscription::State;
use proto::billing::v1::{CancelSubscriptionRequest, ChangeTiming, Invoice};
use sea_orm::ConnectionTrait;
use storage::Database;
use types::{AccountId, RequestId, SubscriptionId};

use crate::billing::{Billing, Place, contact};

crate::on_both_databases!(a_year_of_an_account_costs_what_its_invoices_say);

/// Noon of a day in Berlin's winter.
fn noon(date: &str) -> i64 {
    let time: jiff::Timestamp = format!("{date}T11:00:00Z").parse().unwrap();
    time.as_second()
}

/// An account in Berlin on trial, whose time stands still at the beginning of 2027.
async fn trial(place: &Place, account: AccountId) {
    let database = Database::connect(&place.config()).await.unwrap();
    database.migrate::<billing::Migrator>().await.unwrap();
    let (id, start, end) = (SubscriptionId::new(), noon("2027-01-01"), noon("2027-01-31"));
    let sql = format!(
        "INSERT INTO subscriptions (id, account_id, plan, seats, version, state, create_time, end_time, next_time)
        VALUES ('{id}', '{account}', 'trial', '{{\"meeting\":5}}', 1, 'TRIALING',
            {start}000000, {end}000000, {end}000000);
        INSERT INTO accounts (account_id, time_zone, currency, balance, last_invoice, test_time, information, revision)
        VALUES ('{account}', 'Europe/Berlin', 'EUR', 0, 0, {start}000000, '{{}}', 1)"
    );
    database.writer().execute_unprepared(&sql).await.unwrap();
    database.close().await;
}

async fn change(billing: &Billing, contact: &Actor, plan: &str, seats: &[(&str, i64)], timing: ChangeTiming) {
    let preview = billing.preview(contact, plan, seats, timing).await.unwrap();
    billing
        .change(contact, RequestId::new(), &preview.preview_token)
        .await
        .unwrap();
}

async fn go_to(billing: &Billing, contact: &Actor, date: &str) -> State {
    billing.advance(contact, noon(date)).await.unwrap().state()
}

fn statement(invoices: &[Invoice]) -> String {
    let mut text = String::new();
    for invoice in invoices {
        let issued = jiff::Timestamp::from_second(invoice.issue_time.unwrap().seconds).unwrap();
        let issued = issued.in_tz("Europe/Berlin").unwrap();
        let quote = invoice.quote.as_ref().unwrap();
        let _ = writeln!(
            text,
            "{} {} {} {} total {} balance {} due {}",
            invoice.number,
            issued.strftime("%F"),
            invoice.kind().as_str_name(),
            invoice.state().as_str_name(),
            quote.total,
            quote.from_balance - quote.credited,
            quote.due
        );
        for line in &quote.lines {
            let _ = writeln!(
                text,
                "  {} {} {} {}..{} {}",
                line.plan, line.seats, line.product, line.start_date, line.end_date, line.amount
            );
        }
    }
    text
}

/// From the end of the trial to the end of everything.
async fn live(billing: &Billing, contact: &Actor) {
    billing.pay_by(contact, "sim_success").await;
    assert_eq!(go_to(billing, contact, "2027-01-31").await, State::Ended);
    change(billing, contact, "team-monthly", &[("meeting", 10)], ChangeTiming::Now).await;
    assert_eq!(go_to(billing, contact, "2027-03-15").await, State::Active);
    change(
        billing,
        contact,
        "",
        &[("meeting", 15), ("training", 2)],
        ChangeTiming::Now,
    )
    .await;
    change(billing, contact, "", &[("meeting", 8)], ChangeTiming::PeriodEnd).await;
    assert_eq!(go_to(billing, contact, "2027-05-10").await, State::Active);
    change(billing, contact, "", &[("meeting", 4)], ChangeTiming::Now).await;
    assert_eq!(go_to(billing, contact, "2027-06-15").await, State::Active);
    billing.pay_by(contact, "sim_fail_once").await;
    assert_eq!(go_to(billing, contact, "2027-07-01").await, State::PastDue);
    assert_eq!(go_to(billing, contact, "2027-07-20").await, State::Active);
    billing.pay_by(contact, "sim_success").await;
    change(
        billing,
        contact,
        "team-yearly",
        &[("meeting", 4)],
        ChangeTiming::PeriodEnd,
    )
    .await;
    assert_eq!(go_to(billing, contact, "2027-08-01").await, State::Active);
    let message = CancelSubscriptionRequest {
        request_id: RequestId::new().to_string(),
        timing: ChangeTiming::PeriodEnd.into(),
    };
    let request = billing.signed("gateway", message, contact);
    billing.subscriptions().cancel_subscription(request).await.unwrap();
    assert_eq!(go_to(billing, contact, "2028-08-01").await, State::Cancelled);
    assert_eq!(go_to(billing, contact, "2028-08-20").await, State::Ended);
}

async fn a_year_of_an_account_costs_what_its_invoices_say(place: Place) {
    let account = AccountId::new();
    trial(&place, account).await;
    let billing = Billing::start(place).await;
    let contact = contact(account);
    live(&billing, &contact).await;
    insta::assert_snapshot!(statement(&billing.invoices(&contact).await), @r"
    1 2027-01-31 KIND_INVOICE STATE_PAID total 10000 balance 0 due 10000
      team-monthly 10 meeting 2027-01-31..2027-02-28 10000
    2 2027-02-28 KIND_INVOICE STATE_PAID total 10000 balance 0 due 10000
      team-monthly 10 meeting 2027-02-28..2027-03-31 10000
    3 2027-03-15 KIND_INVOICE STATE_PAID total 4646 balance 0 due 4646
      team-monthly 10 meeting 2027-03-15..2027-03-31 -5161
      team-monthly 15 meeting 2027-03-15..2027-03-31 7742
      team-monthly 2 training 2027-03-15..2027-03-31 2065
    4 2027-03-31 KIND_INVOICE STATE_PAID total 8000 balance 0 due 8000
      team-monthly 8 meeting 2027-03-31..2027-04-30 8000
    5 2027-04-30 KIND_INVOICE STATE_PAID total 8000 balance 0 due 8000
      team-monthly 8 meeting 2027-04-30..2027-05-31 8000
    6 2027-05-10 KIND_CREDIT_NOTE STATE_PAID total -2709 balance -2709 due 0
      team-monthly 8 meeting 2027-05-10..2027-05-31 -5419
      team-monthly 4 meeting 2027-05-10..2027-05-31 2710
    7 2027-05-31 KIND_INVOICE STATE_PAID total 4000 balance 2709 due 1291
      team-monthly 4 meeting 2027-05-31..2027-06-30 4000
    8 2027-06-30 KIND_INVOICE STATE_PAID total 4000 balance 0 due 4000
      team-monthly 4 meeting 2027-06-30..2027-07-31 4000
    9 2027-07-31 KIND_INVOICE STATE_PAID total 40000 balance 0 due 40000
      team-yearly 4 meeting 2027-07-31..2028-07-31 40000
    ");
}
