//! `usher templates`: sets of settings that people are given.

mod apply;
mod values;

use std::collections::HashMap;

use proto::identity::v1::delete_settings_template_request::Successor;
use proto::identity::v1::settings_template_service_client::SettingsTemplateServiceClient;
use proto::identity::v1::{
    CreateSettingsTemplateRequest, DeleteSettingsTemplateRequest, DeleteSettingsTemplateResponse,
    GetSettingsTemplateRequest, ListSettingsTemplatesRequest, SettingsTemplate,
};

use self::values::{Assignment, rows, typed};
use crate::client::{Client, Connection, Extent, Lookup, Repeatable, repeat};
use crate::output::{Format, Output, Record, time};

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
    /// List the templates by name.
    #[command(after_help = "Examples:\n  usher templates list")]
    List(Extent),
    /// Show one template with its values.
    #[command(after_help = "Examples:\n  usher templates show Quiet")]
    Show(Show),
    /// Make a template: a copy of the system default or of another one, with some values of its own.
    #[command(after_help = "\
Examples:
  usher templates create Quiet --set session.recording=false
  usher templates create Quieter --from Quiet --set session.maximum_minutes=30")]
    Create(Create),
    /// Delete a template; whoever has it gets another one.
    #[command(after_help = "\
Examples:
  usher templates delete Quiet
  usher templates delete Quiet --replacement Quieter
  usher templates delete Quiet --replacement \"\"      the system default in its place")]
    Delete(Delete),
    /// Give a template to people, or to a whole group.
    Apply(apply::Args),
}

#[derive(Debug, clap::Args)]
struct Show {
    /// The template, by name or id.
    template: String,
}

#[derive(Debug, clap::Args)]
struct Create {
    /// Its name.
    name: String,
    /// What it is for.
    #[arg(long, default_value = "", hide_default_value = true)]
    description: String,
    /// The template to copy, by name or id; without it the system default.
    #[arg(long, value_name = "TEMPLATE", default_value = "", hide_default_value = true)]
    from: String,
    /// A value that is different from the copied one; without a value the account's counts. Several times for several.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    values: Vec<Assignment>,
    #[command(flatten)]
    repeatable: Repeatable,
}

#[derive(Debug, clap::Args)]
struct Delete {
    /// The template, by name or id.
    template: String,
    /// What those get who have it, by name or id; the empty text is the system default. Needed when somebody has it.
    #[arg(long, value_name = "TEMPLATE")]
    replacement: Option<String>,
}

/// Does it.
pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    let client = Client::open(&args.connection)?;
    let output = args.connection.output()?;
    match args.command {
        Command::List(extent) => list(&client, &output, extent).await,
        Command::Show(args) => show(&client, &output, &args).await,
        Command::Create(args) => create(&client, &output, args).await,
        Command::Delete(args) => delete(&client, &output, args).await,
        Command::Apply(args) => apply::run(&client, &output, args).await,
    }
}

async fn list(client: &Client, output: &Output, extent: Extent) -> anyhow::Result<()> {
    let fetch = async |page_size, page_token| {
        let message = ListSettingsTemplatesRequest { page_size, page_token };
        let request = client.request(message).await?;
        let mut templates = SettingsTemplateServiceClient::new(client.channel());
        let answer = templates.list_settings_templates(request).await?.into_inner();
        Ok((answer.settings_templates, answer.next_page_token))
    };
    extent.print(output, fetch).await
}

async fn show(client: &Client, output: &Output, args: &Show) -> anyhow::Result<()> {
    let settings_template_id = Lookup(client).template_id(&args.template).await?;
    let request = client
        .request(GetSettingsTemplateRequest { settings_template_id })
        .await?;
    let mut templates = SettingsTemplateServiceClient::new(client.channel());
    let answer = templates.get_settings_template(request).await?;
    print(output, &answer.into_inner().settings_template.unwrap_or_default())
}

/// Prints a template, for people with its values.
fn print(output: &Output, template: &SettingsTemplate) -> anyhow::Result<()> {
    output.record(template)?;
    if output.format() == Format::Table {
        output.write("\n")?;
        output.rows(&rows(&template.values))?;
    }
    Ok(())
}

async fn create(client: &Client, output: &Output, args: Create) -> anyhow::Result<()> {
    let values = if args.values.is_empty() {
        HashMap::new()
    } else {
        typed(client, args.values).await?
    };
    let message = CreateSettingsTemplateRequest {
        request_id: args.repeatable.id(),
        name: args.name,
        description: args.description,
        source_template_id: Lookup(client).template_id(&args.from).await?,
        values,
    };
    let answer = repeat(async || {
        let request = client.request(message.clone()).await?;
        let mut templates = SettingsTemplateServiceClient::new(client.channel());
        Ok(templates.create_settings_template(request).await?)
    });
    print(
        output,
        &answer.await?.into_inner().settings_template.unwrap_or_default(),
    )
}

async fn delete(client: &Client, output: &Output, args: Delete) -> anyhow::Result<()> {
    let lookup = Lookup(client);
    let successor = match args.replacement.as_deref() {
        None => None,
        Some("") => Some(Successor::UseSystemDefault(true)),
        Some(template) => Some(Successor::ReplacementTemplateId(lookup.template_id(template).await?)),
    };
    let message = DeleteSettingsTemplateRequest {
        settings_template_id: lookup.template_id(&args.template).await?,
        etag: String::new(),
        successor,
    };
    let request = client.request(message).await?;
    let mut templates = SettingsTemplateServiceClient::new(client.channel());
    let answer = templates.delete_settings_template(request).await?;
    output.record(&answer.into_inner())
}

impl Record for SettingsTemplate {
    const COLUMNS: &'static [&'static str] = &["id", "name", "users", "description", "made"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.id.clone(),
            self.name.clone(),
            self.user_count.to_string(),
            self.description.clone(),
            time(self.create_time.as_ref()),
        ]
    }
}

impl Record for DeleteSettingsTemplateResponse {
    const COLUMNS: &'static [&'static str] = &["users_with_replacement"];

    fn cells(&self) -> Vec<String> {
        vec![self.user_count.to_string()]
    }
}
