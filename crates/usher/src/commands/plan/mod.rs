//! `usher plan`: what the account pays for, what it could, and how it changes.

mod change;

use proto::billing::v1::plan_service_client::PlanServiceClient;
use proto::billing::v1::subscription_service_client::SubscriptionServiceClient;
use proto::billing::v1::{GetSubscriptionRequest, ListPlansRequest, Plan, PlanProduct, SubscribedSeats, Subscription};

use crate::client::{Client, Connection};
use crate::output::{Output, Record, time, word};

/// What to do.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show the account's subscription.
    #[command(after_help = "Examples:\n  usher plan show")]
    Show,
    /// List the plans there are, with the price of a seat in minor units.
    #[command(after_help = "Examples:\n  usher plan list --output json")]
    List,
    /// Show what a change would cost and do, with the token that makes it.
    #[command(
        after_help = "Examples:\n  usher plan preview --seats meeting=120,training=50\n  usher plan preview team-yearly \
                      --at-period-end"
    )]
    Preview(change::Preview),
    /// Make the change that a preview has shown, to the cent.
    #[command(after_help = "Examples:\n  usher plan change \"$TOKEN\"")]
    Change(change::Change),
    /// End the subscription, when the period that is paid for is over.
    #[command(after_help = "Examples:\n  usher plan cancel\n  usher plan cancel --now")]
    Cancel(change::Cancel),
    /// Withdraw a cancellation, or a change that is still to come.
    #[command(after_help = "Examples:\n  usher plan resume")]
    Resume(change::Resume),
}

/// Does it.
pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    let client = Client::open(&args.connection)?;
    let output = args.connection.output()?;
    match args.command {
        Command::Show => show(&client, &output).await,
        Command::List => list(&client, &output).await,
        Command::Preview(args) => change::preview(&client, &output, args).await,
        Command::Change(args) => change::change(&client, &output, args).await,
        Command::Cancel(args) => change::cancel(&client, &output, &args).await,
        Command::Resume(args) => change::resume(&client, &output, &args).await,
    }
}

async fn show(client: &Client, output: &Output) -> anyhow::Result<()> {
    let request = client.request(GetSubscriptionRequest {}).await?;
    let mut subscriptions = SubscriptionServiceClient::new(client.channel());
    let answer = subscriptions.get_subscription(request).await?;
    output.record(&answer.into_inner().subscription.unwrap_or_default())
}

async fn list(client: &Client, output: &Output) -> anyhow::Result<()> {
    let request = client.request(ListPlansRequest {}).await?;
    let answer = PlanServiceClient::new(client.channel()).list_plans(request).await?;
    output.rows(&answer.into_inner().plans)
}

impl Record for Subscription {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "plan",
        "state",
        "seats",
        "begun",
        "ends",
        "renewed",
        "scheduled",
        "currency",
        "balance",
    ];

    fn cells(&self) -> Vec<String> {
        let scheduled = self.scheduled_change.as_ref();
        let scheduled = scheduled.map(|change| format!("{} {}", change.plan, seats(&change.seats)));
        vec![
            self.id.clone(),
            self.plan.clone(),
            word(self.state().as_str_name(), "STATE_"),
            seats(&self.seats),
            time(self.create_time.as_ref()),
            time(self.end_time.as_ref()),
            self.period_end_date.clone(),
            scheduled.unwrap_or_default(),
            self.currency.clone(),
            self.balance.to_string(),
        ]
    }
}

/// Products with their seats in one cell.
fn seats(seats: &[SubscribedSeats]) -> String {
    let cell = |row: &SubscribedSeats| format!("{}={}", row.product, row.seats);
    seats.iter().map(cell).collect::<Vec<_>>().join(" ")
}

impl Record for Plan {
    const COLUMNS: &'static [&'static str] = &["id", "name", "interval", "currency", "seat_prices", "trial_days"];

    fn cells(&self) -> Vec<String> {
        let price = |product: &PlanProduct| format!("{}={}", product.product, product.seat_price);
        let prices: Vec<_> = self.products.iter().map(price).collect();
        vec![
            self.id.clone(),
            self.name.clone(),
            word(self.interval().as_str_name(), "INTERVAL_"),
            self.currency.clone(),
            prices.join(" "),
            self.trial_days.to_string(),
        ]
    }
}
