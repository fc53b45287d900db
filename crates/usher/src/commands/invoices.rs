//! `usher invoices`: what the account was asked to pay, and given back.

use std::path::PathBuf;

use anyhow::Context;
use proto::billing::v1::invoice_service_client::InvoiceServiceClient;
use proto::billing::v1::{DownloadInvoiceRequest, GetInvoiceRequest, Invoice, ListInvoicesRequest};

use crate::client::{Client, Connection, Extent};
use crate::output::{Output, Record, tell, time, word};

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
    /// List the invoices and credit notes, latest first; amounts are minor units.
    #[command(after_help = "Examples:\n  usher invoices list --output csv")]
    List(List),
    /// Show one; as JSON with its lines.
    #[command(after_help = "Examples:\n  usher invoices show ivc_0198c5b47a2e7c3d9f103b6a2d8e4f51 --output json")]
    Show(Show),
    /// Save one as a page to read, print and keep.
    #[command(after_help = "Examples:\n  usher invoices download ivc_0198c5b47a2e7c3d9f103b6a2d8e4f51")]
    Download(Download),
}

#[derive(Debug, clap::Args)]
struct List {
    #[command(flatten)]
    extent: Extent,
}

#[derive(Debug, clap::Args)]
struct Show {
    /// The invoice's id.
    invoice: String,
}

#[derive(Debug, clap::Args)]
struct Download {
    /// The invoice's id.
    invoice: String,
    /// The file to write; without it one in this folder that has the invoice's number in its name.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Does it.
pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    let client = Client::open(&args.connection)?;
    let output = args.connection.output()?;
    match args.command {
        Command::List(args) => list(&client, &output, &args).await,
        Command::Show(args) => show(&client, &output, args).await,
        Command::Download(args) => download(&client, args).await,
    }
}

async fn list(client: &Client, output: &Output, args: &List) -> anyhow::Result<()> {
    let fetch = async |page_size, page_token| {
        let request = client.request(ListInvoicesRequest { page_size, page_token }).await?;
        let answer = InvoiceServiceClient::new(client.channel())
            .list_invoices(request)
            .await?;
        let answer = answer.into_inner();
        Ok((answer.invoices, answer.next_page_token))
    };
    args.extent.print(output, fetch).await
}

async fn show(client: &Client, output: &Output, args: Show) -> anyhow::Result<()> {
    let message = GetInvoiceRequest {
        invoice_id: args.invoice,
    };
    let request = client.request(message).await?;
    let answer = InvoiceServiceClient::new(client.channel()).get_invoice(request).await?;
    output.record(&answer.into_inner().invoice.unwrap_or_default())
}

async fn download(client: &Client, args: Download) -> anyhow::Result<()> {
    let message = DownloadInvoiceRequest {
        invoice_id: args.invoice,
    };
    let request = client.request(message).await?;
    let answer = InvoiceServiceClient::new(client.channel())
        .download_invoice(request)
        .await?;
    let answer = answer.into_inner();
    // The name comes from outside: only its last part is a name.
    let name = PathBuf::from(answer.filename).file_name().map(PathBuf::from);
    let file = args.file.or(name).context("the invoice has no name")?;
    std::fs::write(&file, answer.content).with_context(|| format!("cannot write {}", file.display()))?;
    tell(&format!("written to {}", file.display()));
    Ok(())
}

impl Record for Invoice {
    const COLUMNS: &'static [&'static str] = &[
        "id", "number", "kind", "state", "issued", "currency", "total", "due", "paid",
    ];

    fn cells(&self) -> Vec<String> {
        let quote = self.quote.clone().unwrap_or_default();
        vec![
            self.id.clone(),
            self.number.to_string(),
            word(self.kind().as_str_name(), "KIND_"),
            word(self.state().as_str_name(), "STATE_"),
            time(self.issue_time.as_ref()),
            quote.currency,
            quote.total.to_string(),
            quote.due.to_string(),
            time(self.pay_time.as_ref()),
        ]
    }
}
