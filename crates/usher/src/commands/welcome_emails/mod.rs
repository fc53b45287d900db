//! `usher welcome-emails`: what people are sent who are invited to join.

mod preview;
mod texts;

use prost_types::FieldMask;
use proto::identity::v1::welcome_email_service_client::WelcomeEmailServiceClient;
use proto::identity::v1::{
    CreateWelcomeEmailRequest, DeleteWelcomeEmailRequest, DeleteWelcomeEmailResponse, GetWelcomeEmailRequest,
    ListWelcomeEmailsRequest, SetDefaultWelcomeEmailRequest, SetDefaultWelcomeEmailResponse, UpdateWelcomeEmailRequest,
    WelcomeEmail, WelcomeEmailTranslation,
};

use self::texts::Texts;
use crate::client::{Client, Connection, Extent, Lookup, Repeatable, repeat};
use crate::complaint::Problem;
use crate::output::{Format, Output, Record, time};

/// What to do.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A text has variables such as {{ given_name }} and {{ accept_link }}; a body is HTML of few elements. Both are described in
proto/usher/identity/v1/welcome_email.proto. `usher users add --welcome-email NAME` sends another one than the default.")]
pub struct Args {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the welcome e-mails by name.
    #[command(after_help = "Examples:\n  usher welcome-emails list")]
    List(Extent),
    /// Show one welcome e-mail, or the body of one of its translations.
    #[command(after_help = "\
Examples:
  usher welcome-emails show Research
  usher welcome-emails show Research --body de > research.de.html")]
    Show(Show),
    /// Make a welcome e-mail.
    #[command(after_help = "\
Examples:
  usher welcome-emails create Research --subject 'en=Welcome, {{ given_name }}!' --body en=research.en.html")]
    Create(Create),
    /// Change a welcome e-mail's name or what it says.
    #[command(after_help = "\
Examples:
  usher welcome-emails update Research --subject 'de=Willkommen!' --body de=research.de.html
  usher welcome-emails update Research --without fr")]
    Update(Update),
    /// Delete a welcome e-mail; what was ordered is sent.
    #[command(after_help = "Examples:\n  usher welcome-emails delete Research")]
    Delete(Named),
    /// Write a welcome e-mail to somebody who does not exist, and print it.
    Preview(preview::Args),
    /// Say which welcome e-mail those get for whom no other is chosen.
    #[command(after_help = "\
Examples:
  usher welcome-emails default Research
  usher welcome-emails default \"\"      the system's")]
    Default(Named),
}

#[derive(Debug, clap::Args)]
struct Named {
    /// The welcome e-mail, by name or id.
    email: String,
}

#[derive(Debug, clap::Args)]
struct Show {
    /// The welcome e-mail, by name or id.
    email: String,
    /// Print the body in this language, as it is, and nothing else.
    #[arg(long, value_name = "LANGUAGE")]
    body: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Create {
    /// Its name.
    name: String,
    #[command(flatten)]
    texts: Texts,
    #[command(flatten)]
    repeatable: Repeatable,
}

#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("change").required(true).multiple(true)
    .args(["name", "subjects", "bodies", "without"]))]
struct Update {
    /// The welcome e-mail, by name or id.
    email: String,
    /// Its new name.
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    texts: Texts,
    /// A language that it is no longer in. Several times for several.
    #[arg(long, value_name = "LANGUAGE")]
    without: Vec<String>,
}

/// Does it.
pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    let client = Client::open(&args.connection)?;
    let output = args.connection.output()?;
    match args.command {
        Command::List(extent) => list(&client, &output, extent).await,
        Command::Show(args) => show(&client, &output, &args).await,
        Command::Create(args) => create(&client, &output, args).await,
        Command::Update(args) => update(&client, &output, args).await,
        Command::Delete(args) => delete(&client, &output, &args).await,
        Command::Preview(args) => preview::run(&client, &output, args).await,
        Command::Default(args) => set_default(&client, &output, &args).await,
    }
}

async fn list(client: &Client, output: &Output, extent: Extent) -> anyhow::Result<()> {
    let fetch = async |page_size, page_token| {
        let message = ListWelcomeEmailsRequest { page_size, page_token };
        let request = client.request(message).await?;
        let mut emails = WelcomeEmailServiceClient::new(client.channel());
        let answer = emails.list_welcome_emails(request).await?.into_inner();
        Ok((answer.welcome_emails, answer.next_page_token))
    };
    extent.print(output, fetch).await
}

async fn show(client: &Client, output: &Output, args: &Show) -> anyhow::Result<()> {
    let email = get(client, &args.email).await?;
    let Some(language) = &args.body else {
        return print(output, &email);
    };
    let mut translations = email.translations.iter();
    let translation = translations.find(|translation| translation.language.eq_ignore_ascii_case(language));
    let missing = || Problem::NotFound(format!("{} has no body in {language}", email.name));
    output.write(&translation.ok_or_else(missing)?.body)
}

async fn get(client: &Client, email: &str) -> anyhow::Result<WelcomeEmail> {
    let welcome_email_id = Lookup(client).welcome_email_id(email).await?;
    let request = client.request(GetWelcomeEmailRequest { welcome_email_id }).await?;
    let mut emails = WelcomeEmailServiceClient::new(client.channel());
    let answer = emails.get_welcome_email(request).await?.into_inner();
    Ok(answer.welcome_email.unwrap_or_default())
}

/// Prints a welcome e-mail, for people with its translations.
fn print(output: &Output, email: &WelcomeEmail) -> anyhow::Result<()> {
    output.record(email)?;
    if output.format() == Format::Table {
        output.write("\n")?;
        output.rows(&email.translations)?;
    }
    Ok(())
}

async fn create(client: &Client, output: &Output, args: Create) -> anyhow::Result<()> {
    let message = CreateWelcomeEmailRequest {
        request_id: args.repeatable.id(),
        welcome_email: Some(WelcomeEmail {
            name: args.name,
            translations: args.texts.over(vec![])?,
            ..WelcomeEmail::default()
        }),
    };
    let answer = repeat(async || {
        let request = client.request(message.clone()).await?;
        let mut emails = WelcomeEmailServiceClient::new(client.channel());
        Ok(emails.create_welcome_email(request).await?)
    });
    print(output, &answer.await?.into_inner().welcome_email.unwrap_or_default())
}

async fn update(client: &Client, output: &Output, args: Update) -> anyhow::Result<()> {
    let present = get(client, &args.email).await?;
    let mut translations = present.translations;
    for language in &args.without {
        let count = translations.len();
        translations.retain(|translation| !translation.language.eq_ignore_ascii_case(language));
        if translations.len() == count {
            return Err(Problem::NotFound(format!("{} is not in {language}", present.name)).into());
        }
    }
    let changes = !args.texts.is_empty() || !args.without.is_empty();
    let named = [("name", args.name.is_some()), ("translations", changes)];
    let paths = named.into_iter().filter(|(_, is_named)| *is_named);
    let email = WelcomeEmail {
        id: present.id,
        name: args.name.unwrap_or_default(),
        translations: args.texts.over(translations)?,
        etag: present.etag,
        ..WelcomeEmail::default()
    };
    let message = UpdateWelcomeEmailRequest {
        welcome_email: Some(email),
        update_mask: Some(FieldMask {
            paths: paths.map(|(path, _)| path.to_owned()).collect(),
        }),
    };
    let request = client.request(message).await?;
    let mut emails = WelcomeEmailServiceClient::new(client.channel());
    let answer = emails.update_welcome_email(request).await?.into_inner();
    print(output, &answer.welcome_email.unwrap_or_default())
}

async fn delete(client: &Client, output: &Output, args: &Named) -> anyhow::Result<()> {
    let message = DeleteWelcomeEmailRequest {
        welcome_email_id: Lookup(client).welcome_email_id(&args.email).await?,
        etag: String::new(),
    };
    let request = client.request(message).await?;
    let mut emails = WelcomeEmailServiceClient::new(client.channel());
    output.record(&emails.delete_welcome_email(request).await?.into_inner())
}

async fn set_default(client: &Client, output: &Output, args: &Named) -> anyhow::Result<()> {
    let message = SetDefaultWelcomeEmailRequest {
        welcome_email_id: Lookup(client).welcome_email_id(&args.email).await?,
    };
    let request = client.request(message).await?;
    let mut emails = WelcomeEmailServiceClient::new(client.channel());
    output.record(&emails.set_default_welcome_email(request).await?.into_inner())
}

impl Record for WelcomeEmail {
    const COLUMNS: &'static [&'static str] = &["id", "name", "languages", "default", "version", "made"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.id.clone(),
            self.name.clone(),
            self.languages.join(" "),
            if self.is_default { "yes" } else { "no" }.to_owned(),
            self.version.to_string(),
            time(self.create_time.as_ref()),
        ]
    }
}

impl Record for WelcomeEmailTranslation {
    const COLUMNS: &'static [&'static str] = &["language", "subject", "octets"];

    fn cells(&self) -> Vec<String> {
        vec![self.language.clone(), self.subject.clone(), self.body.len().to_string()]
    }
}

impl Record for DeleteWelcomeEmailResponse {
    const COLUMNS: &'static [&'static str] = &[];

    fn cells(&self) -> Vec<String> {
        vec![]
    }
}

impl Record for SetDefaultWelcomeEmailResponse {
    const COLUMNS: &'static [&'static str] = &[];

    fn cells(&self) -> Vec<String> {
        vec![]
    }
}
