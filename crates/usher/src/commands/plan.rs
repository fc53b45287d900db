//! `usher plan`: what the account pays for, and what it could.

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
}

/// Does it.
pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    let client = Client::open(&args.connection)?;
    let output = args.connection.output()?;
    match args.command {
        Command::Show => show(&client, &output).await,
        Command::List => list(&client, &output).await,
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
    const COLUMNS: &'static [&'static str] = &["id", "plan", "state", "seats", "begun", "ends"];

    fn cells(&self) -> Vec<String> {
        let seats = |seats: &SubscribedSeats| format!("{}={}", seats.product, seats.seats);
        let seats: Vec<_> = self.seats.iter().map(seats).collect();
        vec![
            self.id.clone(),
            self.plan.clone(),
            word(self.state().as_str_name(), "STATE_"),
            seats.join(" "),
            time(self.create_time.as_ref()),
            time(self.end_time.as_ref()),
        ]
    }
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
