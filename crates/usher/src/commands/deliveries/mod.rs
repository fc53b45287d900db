//! `usher deliveries`: the account's e-mails, and how far they have come.

mod watch;

use clap::ValueEnum;
use proto::notification::v1::delivery_service_client::DeliveryServiceClient;
use proto::notification::v1::{Delivery, GetDeliveryRequest, ListDeliveriesRequest, delivery};

use super::invitations;
use crate::client::{Client, Connection, Extent};
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
    /// List e-mails, the latest first.
    List(List),
    /// Print how far one e-mail has come, and why no further.
    #[command(after_help = "Examples:\n  usher deliveries show eml_0192f5e44cbd7a3c8f3e5a3c1d2b4e60")]
    Show(Show),
    /// Print e-mails as they come and change, until interrupted.
    #[command(after_help = watch::EXAMPLES)]
    Watch,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  usher deliveries list --state bounced
  usher deliveries list --invitation ada@example.com --output json")]
struct List {
    /// Only those in this state.
    #[arg(long, value_enum)]
    state: Option<State>,
    /// Only those about this invitation, by its id or by the invited address; of several, the latest.
    #[arg(long)]
    invitation: Option<String>,
    #[command(flatten)]
    extent: Extent,
}

#[derive(Debug, clap::Args)]
struct Show {
    /// The e-mail, by its id.
    delivery: String,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum State {
    Queued,
    Sending,
    Sent,
    Retrying,
    Bounced,
    Failed,
    Suppressed,
    Cancelled,
}

/// Does it.
pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    let client = Client::open(&args.connection)?;
    let output = args.connection.output()?;
    match args.command {
        Command::List(args) => list(&client, &output, args).await,
        Command::Show(args) => show(&client, &output, args).await,
        Command::Watch => watch::run(&client, &output).await,
    }
}

async fn list(client: &Client, output: &Output, args: List) -> anyhow::Result<()> {
    let invitation_id = match args.invitation {
        Some(invitation) => invitations::id(client, &invitation).await?,
        None => String::new(),
    };
    let filters = ListDeliveriesRequest {
        state: args.state.map(delivery::State::from).unwrap_or_default().into(),
        invitation_id,
        ..ListDeliveriesRequest::default()
    };
    let fetch = async |size, token| page(client, &filters, size, token).await;
    args.extent.print(output, fetch).await
}

/// One page of the e-mails that pass these filters.
pub(crate) async fn page(
    client: &Client,
    filters: &ListDeliveriesRequest,
    page_size: i32,
    page_token: String,
) -> anyhow::Result<(Vec<Delivery>, String)> {
    let message = ListDeliveriesRequest {
        page_size,
        page_token,
        ..filters.clone()
    };
    let request = client.request(message).await?;
    let answer = DeliveryServiceClient::new(client.channel())
        .list_deliveries(request)
        .await?;
    let answer = answer.into_inner();
    Ok((answer.deliveries, answer.next_page_token))
}

async fn show(client: &Client, output: &Output, args: Show) -> anyhow::Result<()> {
    let message = GetDeliveryRequest {
        delivery_id: args.delivery,
    };
    let request = client.request(message).await?;
    let answer = DeliveryServiceClient::new(client.channel())
        .get_delivery(request)
        .await?;
    output.record(&answer.into_inner().delivery.unwrap_or_default())
}

impl From<State> for delivery::State {
    fn from(state: State) -> Self {
        match state {
            State::Queued => Self::Queued,
            State::Sending => Self::Sending,
            State::Sent => Self::Sent,
            State::Retrying => Self::Retrying,
            State::Bounced => Self::Bounced,
            State::Failed => Self::Failed,
            State::Suppressed => Self::Suppressed,
            State::Cancelled => Self::Cancelled,
        }
    }
}

impl Record for Delivery {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "kind",
        "to",
        "state",
        "attempts",
        "queued",
        "sent",
        "next_attempt",
        "reason",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.id.clone(),
            word(self.kind().as_str_name(), "KIND_"),
            self.to.clone(),
            word(self.state().as_str_name(), "STATE_"),
            self.attempts.to_string(),
            time(self.create_time.as_ref()),
            time(self.send_time.as_ref()),
            time(self.next_attempt_time.as_ref()),
            self.reason.clone(),
        ]
    }
}
