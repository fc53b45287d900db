//! `usher seats`: how many there are, who holds them, and giving and taking them.

mod change;
mod watch;

use proto::admin::v1::report_service_client::ReportServiceClient;
use proto::admin::v1::seat_use_report_row::HolderKind;
use proto::admin::v1::{SeatUseReportRow, StreamSeatUseReportRequest};
use proto::identity::v1::user;
use proto::licensing::v1::seat_service_client::SeatServiceClient;
use proto::licensing::v1::{ListSeatPoolsRequest, SeatPool};

use crate::client::{Client, Connection, after, resume};
use crate::exit::Exit;
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
    /// List the account's seats: how many there are of each product, and how many are free.
    #[command(after_help = "Examples:\n  usher seats list\n  usher seats list --output json")]
    List,
    /// List who holds a seat.
    #[command(after_help = "Examples:\n  usher seats holders\n  usher seats holders --product training --output csv")]
    Holders(Holders),
    /// Give people seats; whether there are enough is verified first.
    Assign(change::Assign),
    /// Take seats from people.
    Release(change::Release),
    /// Print how the seats of each product stand, and again whenever that has changed, until interrupted.
    #[command(after_help = watch::EXAMPLES)]
    Watch,
}

#[derive(Debug, clap::Args)]
struct Holders {
    /// Only seats of this product.
    #[arg(long, default_value = "", hide_default_value = true)]
    product: String,
}

/// Does it.
pub(crate) async fn run(args: Args) -> anyhow::Result<Exit> {
    let client = Client::open(&args.connection)?;
    let output = args.connection.output()?;
    match args.command {
        Command::List => output.rows(&pools(&client).await?)?,
        Command::Holders(args) => holders(&client, &output, &args.product).await?,
        Command::Watch => watch::run(&client, &output).await?,
        Command::Assign(args) => return change::assign(&client, &output, args).await,
        Command::Release(args) => return change::release(&client, &output, args).await,
    }
    Ok(Exit::Done)
}

/// The account's seat pools.
pub(crate) async fn pools(client: &Client) -> anyhow::Result<Vec<SeatPool>> {
    let request = client.request(ListSeatPoolsRequest {}).await?;
    let answer = SeatServiceClient::new(client.channel())
        .list_seat_pools(request)
        .await?;
    Ok(answer.into_inner().seat_pools)
}

async fn holders(client: &Client, output: &Output, product: &str) -> anyhow::Result<()> {
    let mut list = output.list();
    each_holder(client, product, |rows| list.push(rows)).await?;
    list.finish()
}

/// Takes whoever holds a seat; the empty text stands for every product.
pub(crate) async fn each_holder(
    client: &Client,
    product: &str,
    mut take: impl FnMut(&[SeatUseReportRow]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let open = async |resume_token| {
        let message = StreamSeatUseReportRequest {
            resume_token,
            product: product.to_owned(),
            ..StreamSeatUseReportRequest::default()
        };
        let request = client.request(message).await?;
        let answer = ReportServiceClient::new(client.patient_channel())
            .stream_seat_use_report(request)
            .await?;
        Ok(answer.into_inner())
    };
    resume(String::new(), open, |chunk| {
        take(&chunk.rows)?;
        Ok(after(chunk.resume_token))
    })
    .await
}

impl Record for SeatPool {
    const COLUMNS: &'static [&'static str] = &[
        "product",
        "seats",
        "assigned",
        "reserved",
        "available",
        "over_limit",
        "next_seats",
        "next_time",
    ];

    fn cells(&self) -> Vec<String> {
        let counts = [
            self.seats,
            self.assigned,
            self.reserved,
            self.available,
            self.over_limit,
        ];
        let mut cells = vec![self.product.clone()];
        cells.extend(counts.map(|count| count.to_string()));
        cells.push(self.next_seats.map(|seats| seats.to_string()).unwrap_or_default());
        cells.push(time(self.next_time.as_ref()));
        cells
    }
}

impl Record for SeatUseReportRow {
    const COLUMNS: &'static [&'static str] = &["product", "holder", "holder_id", "email", "name", "state"];

    fn cells(&self) -> Vec<String> {
        let state = match self.holder_kind() {
            HolderKind::Invitation => user::State::Unspecified,
            HolderKind::Unspecified | HolderKind::User => self.user_state(),
        };
        vec![
            self.product.clone(),
            word(self.holder_kind().as_str_name(), "HOLDER_KIND_"),
            self.holder_id.clone(),
            self.email.clone(),
            format!("{} {}", self.given_name, self.family_name).trim().to_owned(),
            word(state.as_str_name(), "STATE_"),
        ]
    }
}
