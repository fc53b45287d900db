//! `usher plan preview`, `change`, `cancel` and `resume`.

use std::collections::BTreeMap;

use proto::billing::v1::subscription_service_client::SubscriptionServiceClient;
use proto::billing::v1::{
    CancelSubscriptionRequest, ChangePreview, ChangeSubscriptionRequest, ChangeSubscriptionResponse, ChangeTiming,
    GetSubscriptionRequest, PreviewChangeRequest, ResumeSubscriptionRequest, SubscribedSeats, plan,
};

use crate::client::{Client, Repeatable, repeat};
use crate::output::{Output, Record, time, word};

#[derive(Debug, clap::Args)]
pub struct Preview {
    /// Another plan; without it the present one as it was sold.
    #[arg(default_value = "", hide_default_value = true)]
    plan: String,
    /// How many seats of which products; of the others as many as now. 0 for none.
    #[arg(long, value_name = "PRODUCT=N", value_delimiter = ',', value_parser = seat_count)]
    seats: Vec<(String, i64)>,
    /// When the period that is paid for is over, instead of now.
    #[arg(long)]
    at_period_end: bool,
    /// The same on this day, which is today or the day after the period's last.
    #[arg(
        long,
        value_name = "YYYY-MM-DD",
        default_value = "",
        hide_default_value = true,
        conflicts_with = "at_period_end"
    )]
    on: String,
    /// How often it is to be paid.
    #[arg(long, value_enum)]
    interval: Option<Interval>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Interval {
    Month,
    Year,
}

#[derive(Debug, clap::Args)]
pub struct Change {
    /// The token of a preview.
    token: String,
    #[command(flatten)]
    repeatable: Repeatable,
}

#[derive(Debug, clap::Args)]
pub struct Cancel {
    /// Now, instead of when the period is over; nothing is paid back.
    #[arg(long)]
    now: bool,
    #[command(flatten)]
    repeatable: Repeatable,
}

#[derive(Debug, clap::Args)]
pub struct Resume {
    #[command(flatten)]
    repeatable: Repeatable,
}

fn seat_count(text: &str) -> Result<(String, i64), String> {
    let (product, count) = text.split_once('=').ok_or("write PRODUCT=N, such as meeting=10")?;
    match count.parse() {
        Ok(count) if count >= 0 => Ok((product.to_owned(), count)),
        Ok(_) | Err(_) => Err("a number of seats is 0 or more".to_owned()),
    }
}

/// What is not named stays as it is, as far as the plan has it.
pub(super) async fn preview(client: &Client, output: &Output, args: Preview) -> anyhow::Result<()> {
    let mut subscriptions = SubscriptionServiceClient::new(client.channel());
    let mut wanted = vec![];
    if !args.seats.is_empty() {
        let request = client.request(GetSubscriptionRequest {}).await?;
        let present = subscriptions.get_subscription(request).await?.into_inner().subscription;
        let present = present.unwrap_or_default().seats.into_iter();
        let mut all: BTreeMap<String, i64> = present.map(|row| (row.product, row.seats)).collect();
        all.extend(args.seats);
        all.retain(|_, seats| *seats > 0);
        wanted = all
            .into_iter()
            .map(|(product, seats)| SubscribedSeats { product, seats })
            .collect();
    }
    let timing = match (args.at_period_end, args.on.as_str()) {
        (true, _) => ChangeTiming::PeriodEnd,
        (false, "") => ChangeTiming::Now,
        // The day says it.
        (false, _) => ChangeTiming::Unspecified,
    };
    let interval = match args.interval {
        None => plan::Interval::Unspecified,
        Some(Interval::Month) => plan::Interval::Month,
        Some(Interval::Year) => plan::Interval::Year,
    };
    let message = PreviewChangeRequest {
        plan: args.plan,
        seats: wanted,
        timing: timing.into(),
        interval: interval.into(),
        effective_date: args.on,
    };
    let request = client.request(message).await?;
    let answer = subscriptions.preview_change(request).await?;
    output.record(&answer.into_inner().preview.unwrap_or_default())
}

pub(super) async fn change(client: &Client, output: &Output, args: Change) -> anyhow::Result<()> {
    let message = ChangeSubscriptionRequest {
        request_id: args.repeatable.id(),
        preview_token: args.token,
    };
    let answer = repeat(async || {
        let request = client.request(message.clone()).await?;
        let mut subscriptions = SubscriptionServiceClient::new(client.channel());
        Ok(subscriptions.change_subscription(request).await?)
    });
    output.record(&answer.await?.into_inner())
}

pub(super) async fn cancel(client: &Client, output: &Output, args: &Cancel) -> anyhow::Result<()> {
    let timing = if args.now {
        ChangeTiming::Now
    } else {
        ChangeTiming::PeriodEnd
    };
    let message = CancelSubscriptionRequest {
        request_id: args.repeatable.id(),
        timing: timing.into(),
    };
    let answer = repeat(async || {
        let request = client.request(message.clone()).await?;
        let mut subscriptions = SubscriptionServiceClient::new(client.channel());
        Ok(subscriptions.cancel_subscription(request).await?)
    });
    output.record(&answer.await?.into_inner().subscription.unwrap_or_default())
}

pub(super) async fn resume(client: &Client, output: &Output, args: &Resume) -> anyhow::Result<()> {
    let message = ResumeSubscriptionRequest {
        request_id: args.repeatable.id(),
    };
    let answer = repeat(async || {
        let request = client.request(message.clone()).await?;
        let mut subscriptions = SubscriptionServiceClient::new(client.channel());
        Ok(subscriptions.resume_subscription(request).await?)
    });
    output.record(&answer.await?.into_inner().subscription.unwrap_or_default())
}

impl Record for ChangePreview {
    const COLUMNS: &'static [&'static str] = &[
        "plan",
        "comes",
        "seats",
        "currency",
        "lines",
        "total",
        "from_balance",
        "due",
        "balance_after",
        "seats_too_few",
        "token",
        "expires",
    ];

    fn cells(&self) -> Vec<String> {
        let seats = self
            .seats
            .iter()
            .map(|row| format!("{}={}→{}", row.product, row.before, row.after));
        let surplus = self
            .surpluses
            .iter()
            .map(|row| format!("{}={}", row.product, row.count));
        let quote = self.quote.clone().unwrap_or_default();
        let lines = quote.lines.iter().map(|line| {
            let kind = word(line.kind().as_str_name(), "KIND_");
            let days = format!("{}..{}", line.start_date, line.end_date);
            format!("{kind} {}={} {days} {}", line.product, line.seats, line.amount)
        });
        vec![
            self.plan.clone(),
            self.effective_date.clone(),
            seats.collect::<Vec<_>>().join(" "),
            quote.currency.clone(),
            lines.collect::<Vec<_>>().join("; "),
            quote.total.to_string(),
            quote.from_balance.to_string(),
            quote.due.to_string(),
            self.balance_after.to_string(),
            surplus.collect::<Vec<_>>().join(" "),
            self.preview_token.clone(),
            time(self.expire_time.as_ref()),
        ]
    }
}

impl Record for ChangeSubscriptionResponse {
    const COLUMNS: &'static [&'static str] = &["invoice_id", "plan", "state", "seats", "balance"];

    fn cells(&self) -> Vec<String> {
        let subscription = self.subscription.clone().unwrap_or_default();
        vec![
            self.invoice_id.clone(),
            subscription.plan.clone(),
            word(subscription.state().as_str_name(), "STATE_"),
            super::seats(&subscription.seats),
            subscription.balance.to_string(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_are_counted_in_whole_numbers() {
        assert_eq!(seat_count("meeting=10"), Ok(("meeting".to_owned(), 10)));
        assert_eq!(seat_count("meeting=0"), Ok(("meeting".to_owned(), 0)));
        for text in ["meeting", "meeting=", "meeting=-1", "meeting=1.5", "meeting=x"] {
            assert!(seat_count(text).is_err(), "{text}");
        }
    }
}
