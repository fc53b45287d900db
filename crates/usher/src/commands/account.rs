//! `usher account`: what the operator of an installation does with accounts.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;
use proto::identity::internal::v1::CreateAccountRequest;
use types::RequestId;

use crate::operator::{Config, Operator};

/// What to do with accounts.
#[derive(Debug, clap::Subcommand)]
pub enum Account {
    /// Make an account with its first user, who is its super admin and billing contact. Prints their ids as JSON.
    Create(Create),
}

/// The account to make.
#[derive(Debug, clap::Args)]
pub struct Create {
    /// The operator's configuration (TOML): [callers] and `identity`. Variables USHER_OPERATOR__SECTION__KEY override it.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The account's name.
    #[arg(long)]
    pub name: String,
    /// The plan to subscribe to, such as `team-monthly`.
    #[arg(long)]
    pub plan: String,
    /// The account's language (BCP 47).
    #[arg(long, default_value = "en")]
    pub language: String,
    /// The account's time zone (IANA).
    #[arg(long, default_value = "UTC")]
    pub time_zone: String,
    /// The first user's given name.
    #[arg(long)]
    pub given_name: String,
    /// The first user's family name.
    #[arg(long)]
    pub family_name: String,
    /// The first user's address.
    #[arg(long)]
    pub email: String,
    /// A file with the first user's password; `-` for standard input. Or set USHER_OWNER_PASSWORD.
    #[arg(long, value_name = "FILE", required_unless_present = "password")]
    pub password_file: Option<PathBuf>,
    /// Hidden: what stands on a command line can be read by every user of the machine. It is there for its variable.
    #[arg(long, hide = true, env = "USHER_OWNER_PASSWORD", hide_env_values = true)]
    pub password: Option<String>,
    /// A UUID: the same one again makes no second account.
    #[arg(long, value_name = "UUID")]
    pub request_id: Option<String>,
}

/// Makes the account.
#[expect(clippy::print_stdout, reason = "the answer is what the command is for")]
pub(crate) async fn create(args: Create) -> anyhow::Result<()> {
    let config = Config::load(args.config.as_deref())?;
    let operator = Operator::new(&config.callers, &config.identity, &config.clients)?;
    let request = request(args)?;
    let created = operator.create_account(request).await?;
    let answer = serde_json::json!({ "account_id": created.account_id, "user_id": created.user_id });
    println!("{answer}");
    Ok(())
}

fn request(args: Create) -> anyhow::Result<CreateAccountRequest> {
    let password = match (args.password_file, args.password) {
        (Some(file), _) => read_password(&file)?,
        (None, password) => password.context("a password is needed")?,
    };
    Ok(CreateAccountRequest {
        request_id: args.request_id.unwrap_or_else(|| RequestId::new().uuid().to_string()),
        name: args.name,
        plan: args.plan,
        language: args.language,
        time_zone: args.time_zone,
        given_name: args.given_name,
        family_name: args.family_name,
        email: args.email,
        password,
    })
}

/// The first line, so that a file made with `echo` does.
fn read_password(file: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    if file == Path::new("-") {
        std::io::stdin().read_to_string(&mut text)?;
    } else {
        text = std::fs::read_to_string(file)
            .with_context(|| format!("cannot read the password file {}", file.display()))?;
    }
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
