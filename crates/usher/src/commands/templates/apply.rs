//! `usher templates apply`.

use proto::identity::v1::apply_settings_template_request::{Target, Users};
use proto::identity::v1::settings_template_service_client::SettingsTemplateServiceClient;
use proto::identity::v1::{ApplySettingsTemplateRequest, ApplySettingsTemplateResponse};

use crate::client::{Client, Lookup};
use crate::output::{Output, Record};

/// What to give to whom.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "\
Examples:
  usher templates apply Quiet ada@example.com alan@example.com
  usher templates apply Quiet --group Research
  usher templates apply \"\" ada@example.com        the system default",
    group = clap::ArgGroup::new("target").required(true).args(["users", "group"])
)]
pub(super) struct Args {
    /// The template, by name or id; the empty text is the system default.
    template: String,
    /// The people, by address or id.
    #[arg(value_name = "USER")]
    users: Vec<String>,
    /// All people of this group, by name or id.
    #[arg(long)]
    group: Option<String>,
}

/// Gives it.
pub(super) async fn run(client: &Client, output: &Output, args: Args) -> anyhow::Result<()> {
    let lookup = Lookup(client);
    let target = match &args.group {
        Some(group) => Target::GroupId(lookup.group_id(group).await?),
        None => Target::Users(Users {
            ids: lookup.user_ids(&args.users).await?,
        }),
    };
    let message = ApplySettingsTemplateRequest {
        settings_template_id: lookup.template_id(&args.template).await?,
        target: Some(target),
    };
    let request = client.request(message).await?;
    let mut templates = SettingsTemplateServiceClient::new(client.channel());
    let answer = templates.apply_settings_template(request).await?;
    output.record(&answer.into_inner())
}

impl Record for ApplySettingsTemplateResponse {
    const COLUMNS: &'static [&'static str] = &["changed", "protected"];

    fn cells(&self) -> Vec<String> {
        vec![self.changed_count.to_string(), self.protected_count.to_string()]
    }
}
