//! What people are given, by names that people use.

use proto::admin::v1::{UserOptions, WelcomeEmail, welcome_email};

use crate::client::Lookup;

/// The configuration of new users.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// A product to hold a seat of, such as `training`; several times for several.
    #[arg(long = "product", value_name = "PRODUCT")]
    products: Vec<String>,
    /// `member`, `admin`, `super-admin`, or a role of the account's own by name or id; only super admins may name one.
    #[arg(long)]
    role: Option<String>,
    /// A group, by name or id.
    #[arg(long)]
    group: Option<String>,
    /// A settings template, by name or id; without it the system default.
    #[arg(long)]
    template: Option<String>,
    /// The language they read (BCP 47); without it the account's.
    #[arg(long)]
    language: Option<String>,
    /// Where they are (IANA), such as `Europe/Berlin`; without it the account's.
    #[arg(long)]
    time_zone: Option<String>,
    /// The welcome e-mail: `default`, `none`, or one of the account's own, by name or id.
    #[arg(long, value_name = "EMAIL", default_value = "default")]
    welcome_email: String,
}

impl Options {
    /// The same in the words of the API.
    pub(super) async fn resolve(self, lookup: &Lookup<'_>) -> anyhow::Result<UserOptions> {
        let role = lookup.role_if_named(self.role.as_deref()).await?;
        Ok(UserOptions {
            products: self.products,
            settings_template_id: lookup.template_id(&self.template.unwrap_or_default()).await?,
            role: role.role.into(),
            group_id: lookup.group_id(&self.group.unwrap_or_default()).await?,
            language: self.language.unwrap_or_default(),
            time_zone: self.time_zone.unwrap_or_default(),
            welcome_email: welcome_email(&self.welcome_email, lookup).await?,
            custom_role_id: role.custom_role_id,
        })
    }
}

async fn welcome_email(text: &str, lookup: &Lookup<'_>) -> anyhow::Result<Option<WelcomeEmail>> {
    let choice = match text {
        "" | "default" => return Ok(None),
        "none" => welcome_email::Choice::Declined(true),
        own => welcome_email::Choice::TemplateId(lookup.welcome_email_id(own).await?),
    };
    Ok(Some(WelcomeEmail { choice: Some(choice) }))
}
