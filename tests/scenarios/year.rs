//! A year of an account, from its sign-up to the end of its subscription, under a clock that is moved by hand.

use std::fmt::Write as _;

use jiff::civil::date;
use jiff::tz::TimeZone;
use proto::billing::v1::subscription::State;
use proto::billing::v1::{ChangeTiming, Invoice};
use testkit::eventually;

use crate::sign_up::{complete, sign_up};
use crate::support::{Mail, Owner, PASSWORD, PATIENCE, World, fresh, on_both};

on_both! {
    a_year_of_an_account_costs_and_tells_what_it_should
}

const DAY: i64 = 24 * 60 * 60;
/// The farthest that a clock is moved at once.
const JUMP: i64 = 400 * DAY;
/// How many mails there are in the end: those in the snapshot.
const MAILS: usize = 17;

/// Noon of a day of 2040: far enough that the year is the same whenever this is run.
fn noon(month: i8, day: i8) -> i64 {
    let noon = date(2040, month, day).at(12, 0, 0, 0).to_zoned(TimeZone::UTC);
    noon.unwrap().timestamp().as_second()
}

async fn go_to(owner: &Owner, month: i8, day: i8) -> State {
    owner.advance_to(noon(month, day)).await.unwrap().state()
}

/// Somebody who has signed up, with the seats of a trial.
async fn founder(world: &World, email: &str) -> Owner {
    sign_up(world, email).await.unwrap();
    let token = world.mail(email).await.token();
    let founder = complete(world, &token, PASSWORD).await.unwrap();
    eventually(PATIENCE, async || {
        founder.subscription().await.map_err(|status| format!("{status:?}"))
    })
    .await;
    founder
}

/// The trial and its end, and then years in which nothing is due.
async fn try_out(owner: &Owner) {
    let trial = owner.subscription().await.unwrap();
    assert_eq!(trial.state(), State::Trialing);
    // The second in which it ends is over.
    let mut time = trial.end_time.unwrap().seconds + 1;
    assert_eq!(owner.advance_to(time).await.unwrap().state(), State::Ended);
    while time < noon(1, 1) {
        time = noon(1, 1).min(time + JUMP);
        owner.advance_to(time).await.unwrap();
    }
}

async fn live(owner: &Owner) {
    owner.pay_by("sim_success").await;
    owner
        .change("team-monthly", &[("meeting", 10)], ChangeTiming::Now)
        .await
        .unwrap();
    assert_eq!(go_to(owner, 2, 10).await, State::Active);
    owner
        .change("", &[("meeting", 15), ("training", 2)], ChangeTiming::Now)
        .await
        .unwrap();
    assert_eq!(go_to(owner, 2, 11).await, State::Active);
    owner.pay_by("sim_fail").await;
    assert_eq!(go_to(owner, 3, 2).await, State::PastDue);
    assert_eq!(go_to(owner, 3, 31).await, State::Grace);
    owner.pay_by("sim_success").await;
    assert_eq!(owner.subscription().await.unwrap().state(), State::Active);
    owner
        .change("", &[("meeting", 5)], ChangeTiming::PeriodEnd)
        .await
        .unwrap();
    assert_eq!(go_to(owner, 5, 10).await, State::Active);
    owner.cancel().await;
    assert_eq!(go_to(owner, 6, 2).await, State::Cancelled);
    assert_eq!(go_to(owner, 6, 20).await, State::Ended);
}

fn statement(invoices: &[Invoice]) -> String {
    let mut text = String::new();
    for invoice in invoices {
        let quote = invoice.quote.as_ref().unwrap();
        let _ = writeln!(
            text,
            "{} {} {} total {} due {} after {} attempts",
            invoice.number,
            invoice.kind().as_str_name(),
            invoice.state().as_str_name(),
            quote.total,
            quote.due,
            invoice.payment_attempts,
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

/// The subjects of all mails, sorted: they overtake one another. The trial has the day of its end in it.
async fn subjects(world: &World, email: &str) -> String {
    let mails = eventually(PATIENCE, async || {
        let mails = world.mails(email);
        match mails.len() {
            MAILS => Ok(mails),
            count => Err(format!("{count} mails: {mails:?}")),
        }
    })
    .await;
    let subject = |mail: Mail| match mail.subject.split_once(" ends on ") {
        Some((trial, _)) => format!("{trial} ends on [day]"),
        None => mail.subject,
    };
    let mut subjects: Vec<String> = mails.into_iter().map(subject).collect();
    subjects.sort();
    subjects.join("\n")
}

/// The kinds of the account's mails, sorted.
async fn kinds(owner: &Owner) -> String {
    let deliveries = owner.deliveries().await.into_iter();
    let mut kinds: Vec<&str> = deliveries.map(|delivery| delivery.kind().as_str_name()).collect();
    kinds.sort_unstable();
    kinds.join("\n")
}

async fn a_year_of_an_account_costs_and_tells_what_it_should(world: &World) {
    let email = fresh("founder");
    let owner = founder(world, &email).await;
    try_out(&owner).await;
    live(&owner).await;
    insta::assert_snapshot!(statement(&owner.invoices().await), @r"
    1 KIND_INVOICE STATE_PAID total 10000 due 10000 after 1 attempts
      team-monthly 10 meeting 2040-01-01..2040-02-01 10000
    2 KIND_INVOICE STATE_PAID total 10000 due 10000 after 1 attempts
      team-monthly 10 meeting 2040-02-01..2040-03-01 10000
    3 KIND_INVOICE STATE_PAID total 6207 due 6207 after 1 attempts
      team-monthly 10 meeting 2040-02-10..2040-03-01 -6897
      team-monthly 15 meeting 2040-02-10..2040-03-01 10345
      team-monthly 2 training 2040-02-10..2040-03-01 2759
    4 KIND_INVOICE STATE_PAID total 19000 due 19000 after 5 attempts
      team-monthly 15 meeting 2040-03-01..2040-04-01 15000
      team-monthly 2 training 2040-03-01..2040-04-01 4000
    5 KIND_INVOICE STATE_PAID total 5000 due 5000 after 1 attempts
      team-monthly 5 meeting 2040-04-01..2040-05-01 5000
    6 KIND_INVOICE STATE_PAID total 5000 due 5000 after 1 attempts
      team-monthly 5 meeting 2040-05-01..2040-06-01 5000
    ");
    insta::assert_snapshot!(subjects(world, &email).await, @r"
    Difference Engines will have fewer licenses
    Finish making the account Difference Engines
    Invoice 1 for Difference Engines
    Invoice 2 for Difference Engines
    Invoice 3 for Difference Engines
    Invoice 4 for Difference Engines
    Invoice 4 for Difference Engines is not paid
    Invoice 4 for Difference Engines is not paid
    Invoice 4 for Difference Engines is not paid
    Invoice 4 for Difference Engines is not paid
    Invoice 5 for Difference Engines
    Invoice 6 for Difference Engines
    The subscription of Difference Engines has ended
    The subscription of Difference Engines has ended
    The subscription of Difference Engines is cancelled
    The subscription of Difference Engines is not paid
    The trial of Difference Engines ends on [day]
    ");
    insta::assert_snapshot!(kinds(&owner).await, @r"
    KIND_INVOICE_ISSUED
    KIND_INVOICE_ISSUED
    KIND_INVOICE_ISSUED
    KIND_INVOICE_ISSUED
    KIND_INVOICE_ISSUED
    KIND_INVOICE_ISSUED
    KIND_PAYMENT_FAILED
    KIND_PAYMENT_FAILED
    KIND_PAYMENT_FAILED
    KIND_PAYMENT_FAILED
    KIND_SEATS_DECREASING
    KIND_SUBSCRIPTION_CANCELLED
    KIND_SUBSCRIPTION_ENDED
    KIND_SUBSCRIPTION_ENDED
    KIND_SUBSCRIPTION_GRACE
    KIND_TRIAL_ENDING
    ");
}
