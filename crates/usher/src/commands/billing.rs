//! `usher billing`: whom the account's invoices are addressed to, and how they are paid.

use prost_types::FieldMask;
use proto::billing::v1::billing_information_service_client::BillingInformationServiceClient;
use proto::billing::v1::{BillingInformation, GetBillingInformationRequest, UpdateBillingInformationRequest};

use crate::client::{Client, Connection};
use crate::output::{Output, Record};

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
    /// Show what is to stand on the next invoices.
    #[command(after_help = "Examples:\n  usher billing show")]
    Show,
    /// Change some of it; an empty text takes a field away.
    #[command(
        after_help = "Examples:\n  usher billing update --company \"Ada GmbH\" --country DE --tax-id DE123456789\n  usher \
                      billing update --purchase-order \"\""
    )]
    Update(Box<Update>),
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
struct Update {
    /// The company's name.
    #[arg(long)]
    company: Option<String>,
    /// Street and house; up to three lines.
    #[arg(long = "address-line", value_name = "LINE")]
    address_lines: Vec<String>,
    /// The city.
    #[arg(long)]
    city: Option<String>,
    /// The postal code.
    #[arg(long)]
    postal_code: Option<String>,
    /// State or province.
    #[arg(long)]
    region: Option<String>,
    /// Two letters (ISO 3166-1), such as DE.
    #[arg(long)]
    country: Option<String>,
    /// As the country writes it.
    #[arg(long)]
    tax_id: Option<String>,
    /// Where invoices go.
    #[arg(long, value_name = "EMAIL")]
    invoice_email: Option<String>,
    /// The purchase order's number.
    #[arg(long)]
    purchase_order: Option<String>,
    /// What the payment provider calls the way to pay; never a card number.
    #[arg(long)]
    payment_method: Option<String>,
}

/// Does it.
pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    let client = Client::open(&args.connection)?;
    let output = args.connection.output()?;
    match args.command {
        Command::Show => show(&client, &output).await,
        Command::Update(args) => update(&client, &output, *args).await,
    }
}

async fn show(client: &Client, output: &Output) -> anyhow::Result<()> {
    let request = client.request(GetBillingInformationRequest {}).await?;
    let mut service = BillingInformationServiceClient::new(client.channel());
    let answer = service.get_billing_information(request).await?;
    output.record(&answer.into_inner().billing_information.unwrap_or_default())
}

async fn update(client: &Client, output: &Output, args: Update) -> anyhow::Result<()> {
    let message = UpdateBillingInformationRequest {
        update_mask: Some(FieldMask { paths: args.paths() }),
        billing_information: Some(args.information()),
    };
    let request = client.request(message).await?;
    let mut service = BillingInformationServiceClient::new(client.channel());
    let answer = service.update_billing_information(request).await?;
    output.record(&answer.into_inner().billing_information.unwrap_or_default())
}

impl Update {
    /// The fields that are named.
    fn paths(&self) -> Vec<String> {
        let named = [
            ("company", self.company.is_some()),
            ("address_lines", !self.address_lines.is_empty()),
            ("city", self.city.is_some()),
            ("postal_code", self.postal_code.is_some()),
            ("region", self.region.is_some()),
            ("country", self.country.is_some()),
            ("tax_id", self.tax_id.is_some()),
            ("invoice_email", self.invoice_email.is_some()),
            ("purchase_order", self.purchase_order.is_some()),
            ("payment_method", self.payment_method.is_some()),
        ];
        let named = named.into_iter().filter(|(_, is_named)| *is_named);
        named.map(|(path, _)| path.to_owned()).collect()
    }

    fn information(self) -> BillingInformation {
        BillingInformation {
            company: self.company.unwrap_or_default(),
            address_lines: self.address_lines,
            city: self.city.unwrap_or_default(),
            postal_code: self.postal_code.unwrap_or_default(),
            region: self.region.unwrap_or_default(),
            country: self.country.unwrap_or_default(),
            tax_id: self.tax_id.unwrap_or_default(),
            invoice_email: self.invoice_email.unwrap_or_default(),
            purchase_order: self.purchase_order.unwrap_or_default(),
            payment_method: self.payment_method.unwrap_or_default(),
            etag: String::new(),
        }
    }
}

impl Record for BillingInformation {
    const COLUMNS: &'static [&'static str] = &[
        "company",
        "address",
        "postal_code",
        "city",
        "region",
        "country",
        "tax_id",
        "invoice_email",
        "purchase_order",
        "payment_method",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.company.clone(),
            self.address_lines.join(", "),
            self.postal_code.clone(),
            self.city.clone(),
            self.region.clone(),
            self.country.clone(),
            self.tax_id.clone(),
            self.invoice_email.clone(),
            self.purchase_order.clone(),
            self.payment_method.clone(),
        ]
    }
}
