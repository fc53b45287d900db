//! `usher imports`: what has become of files of people.

mod failures;
mod record;

use proto::admin::v1::import_service_client::ImportServiceClient;
use proto::admin::v1::{CancelImportRequest, GetImportRequest, GetImportTemplateRequest, Import, ListImportsRequest};

pub(crate) use self::failures::download;
use crate::client::{Client, Connection, Extent};
use crate::output::Output;

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
    /// List the imports of the last 30 days, the latest first.
    #[command(after_help = "Examples:\n  usher imports list --output json")]
    List(List),
    /// Show one import.
    #[command(after_help = "Examples:\n  usher imports show imp_…")]
    Show(One),
    /// Stop an import before its next rows; whoever was added stays.
    #[command(after_help = "Examples:\n  usher imports cancel imp_…")]
    Cancel(One),
    /// Write the rows that failed as CSV, with what is wrong with each, to be mended and imported.
    Failures(failures::Args),
    /// Print a file to begin with: every column, and a row as an example.
    #[command(after_help = "Examples:\n  usher imports template > people.csv")]
    Template,
}

#[derive(Debug, clap::Args)]
struct List {
    #[command(flatten)]
    extent: Extent,
}

#[derive(Debug, clap::Args)]
struct One {
    /// The import, by its id (`imp_…`).
    import: String,
}

/// Does it.
pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    let client = Client::open(&args.connection)?;
    let output = args.connection.output()?;
    match args.command {
        Command::List(args) => list(&client, &output, &args).await,
        Command::Show(args) => show(&client, &output, args).await,
        Command::Cancel(args) => cancel(&client, &output, args).await,
        Command::Failures(args) => failures::run(&client, &output, args).await,
        Command::Template => template(&client, &output).await,
    }
}

async fn list(client: &Client, output: &Output, args: &List) -> anyhow::Result<()> {
    let fetch = async |page_size, page_token| {
        let request = client.request(ListImportsRequest { page_size, page_token }).await?;
        let answer = ImportServiceClient::new(client.channel()).list_imports(request).await?;
        let answer = answer.into_inner();
        Ok((answer.imports, answer.next_page_token))
    };
    args.extent.print::<Import>(output, fetch).await
}

async fn show(client: &Client, output: &Output, args: One) -> anyhow::Result<()> {
    let request = client.request(GetImportRequest { import_id: args.import }).await?;
    let answer = ImportServiceClient::new(client.channel()).get_import(request).await?;
    output.record(&answer.into_inner().import.unwrap_or_default())
}

async fn cancel(client: &Client, output: &Output, args: One) -> anyhow::Result<()> {
    let request = client.request(CancelImportRequest { import_id: args.import }).await?;
    let answer = ImportServiceClient::new(client.channel())
        .cancel_import(request)
        .await?;
    output.record(&answer.into_inner().import.unwrap_or_default())
}

async fn template(client: &Client, output: &Output) -> anyhow::Result<()> {
    output.refuse_json("a template is CSV")?;
    let request = client.request(GetImportTemplateRequest {}).await?;
    let answer = ImportServiceClient::new(client.channel())
        .get_import_template(request)
        .await?;
    output.write(&String::from_utf8(answer.into_inner().content)?)
}
