//! `usher welcome-emails preview`: a welcome e-mail, kept or not, as somebody would get it.

use clap::ValueEnum;
use proto::identity::v1::preview_welcome_email_request::{Draft, SampleUser, Source};
use proto::identity::v1::welcome_email_service_client::WelcomeEmailServiceClient;
use proto::identity::v1::{PreviewWelcomeEmailRequest, PreviewWelcomeEmailResponse};

use super::texts::Texts;
use crate::client::{Client, Lookup};
use crate::output::{Format, Output, Record};

/// What is to be written, and to whom.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  usher welcome-emails preview Research --language de
  usher welcome-emails preview --subject en=Welcome --body en=draft.html --part html > preview.html")]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true).args(["email", "subjects", "bodies"]))]
pub(super) struct Args {
    /// The welcome e-mail, by name or id.
    #[arg(conflicts_with_all = ["subjects", "bodies"])]
    email: Option<String>,
    #[command(flatten)]
    draft: Texts,
    /// The language they read (BCP 47); without it the account's.
    #[arg(long, default_value = "", hide_default_value = true)]
    language: String,
    /// Their given name; without it yours.
    #[arg(long, default_value = "", hide_default_value = true)]
    given_name: String,
    /// Their family name; without it yours.
    #[arg(long, default_value = "", hide_default_value = true)]
    family_name: String,
    /// A product they are given; several times for several, without it all there are.
    #[arg(long = "product", value_name = "PRODUCT")]
    products: Vec<String>,
    /// What is printed of it for people.
    #[arg(long, value_enum, default_value = "text")]
    part: Part,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The subject and the plain text.
    Text,
    /// The HTML.
    Html,
}

/// Does it.
pub(super) async fn run(client: &Client, output: &Output, args: Args) -> anyhow::Result<()> {
    let source = match &args.email {
        Some(email) => Source::WelcomeEmailId(Lookup(client).welcome_email_id(email).await?),
        None => Source::Draft(Draft {
            translations: args.draft.over(vec![])?,
        }),
    };
    let message = PreviewWelcomeEmailRequest {
        source: Some(source),
        language: args.language,
        sample_user: Some(SampleUser {
            given_name: args.given_name,
            family_name: args.family_name,
            products: args.products,
        }),
    };
    let request = client.request(message).await?;
    let mut emails = WelcomeEmailServiceClient::new(client.channel());
    let written = emails.preview_welcome_email(request).await?.into_inner();
    match (output.format(), args.part) {
        (Format::Table, Part::Text) => output.write(&format!("{}\n\n{}\n", written.subject, written.text.trim_end())),
        (Format::Table, Part::Html) => output.write(&written.html),
        (Format::Json | Format::Csv, _) => output.record(&written),
    }
}

impl Record for PreviewWelcomeEmailResponse {
    const COLUMNS: &'static [&'static str] = &["language", "subject", "text", "html"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.language.clone(),
            self.subject.clone(),
            self.text.clone(),
            self.html.clone(),
        ]
    }
}
