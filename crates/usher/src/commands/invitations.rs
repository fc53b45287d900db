//! `usher invitations`: who was invited, and what has become of it.

use clap::ValueEnum;
use proto::admin::v1::people_service_client::PeopleServiceClient;
use proto::admin::v1::{ResendInvitationRequest, ResendInvitationResponse};
use proto::identity::v1::invitation_service_client::InvitationServiceClient;
use proto::identity::v1::{Invitation, ListInvitationsRequest, RevokeInvitationRequest, invitation};
use types::Email;

use crate::client::{Client, Connection, Extent, Repeatable, pages, repeat};
use crate::complaint::Problem;
use crate::output::{Output, Record, products, time, word};

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
    /// List invitations, in the order in which they were made.
    List(List),
    /// Send one again: with a new link, the only one that works from then on, and with a new time to accept it.
    #[command(after_help = "Examples:\n  usher invitations resend ada@example.com")]
    Resend(Resend),
    /// Take one back: its link is dead at once, and its seats come free.
    #[command(after_help = "Examples:\n  usher invitations revoke ada@example.com")]
    Revoke(Revoke),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  usher invitations list --state pending
  usher invitations list --email ada --output json")]
struct List {
    /// Only those in this state; several times for several.
    #[arg(long = "state", value_enum)]
    states: Vec<State>,
    /// Only those of this kind.
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Only those whose address begins with this.
    #[arg(long, value_name = "PREFIX", default_value = "", hide_default_value = true)]
    email: String,
    #[command(flatten)]
    extent: Extent,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum State {
    Pending,
    Accepted,
    Declined,
    Revoked,
    Expired,
    Superseded,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    Join,
    Transfer,
}

#[derive(Debug, clap::Args)]
struct Resend {
    /// The invitation, by its id or by the invited address; of several, the latest.
    invitation: String,
    #[command(flatten)]
    repeatable: Repeatable,
}

#[derive(Debug, clap::Args)]
struct Revoke {
    /// The invitation, by its id or by the invited address; of several, the latest.
    invitation: String,
}

/// Does it.
pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    let client = Client::open(&args.connection)?;
    let output = args.connection.output()?;
    match args.command {
        Command::List(args) => list(&client, &output, args).await,
        Command::Resend(args) => resend(&client, &output, args).await,
        Command::Revoke(args) => revoke(&client, &output, &args).await,
    }
}

async fn list(client: &Client, output: &Output, args: List) -> anyhow::Result<()> {
    let states = args
        .states
        .into_iter()
        .map(|state| invitation::State::from(state).into());
    let filters = ListInvitationsRequest {
        states: states.collect(),
        kind: args.kind.map(invitation::Kind::from).unwrap_or_default().into(),
        email_prefix: args.email,
        ..ListInvitationsRequest::default()
    };
    let fetch = async |page_size, page_token| page(client, &filters, page_size, page_token).await;
    args.extent.print(output, fetch).await
}

/// One page of the invitations that pass these filters.
pub(crate) async fn page(
    client: &Client,
    filters: &ListInvitationsRequest,
    page_size: i32,
    page_token: String,
) -> anyhow::Result<(Vec<Invitation>, String)> {
    let message = ListInvitationsRequest {
        page_size,
        page_token,
        ..filters.clone()
    };
    let request = client.request(message).await?;
    let answer = InvitationServiceClient::new(client.channel())
        .list_invitations(request)
        .await?;
    let answer = answer.into_inner();
    Ok((answer.invitations, answer.next_page_token))
}

/// The id of an invitation that is called by it, or by the invited address.
pub(super) async fn id(client: &Client, text: &str) -> anyhow::Result<String> {
    let Ok(email) = Email::parse(text) else {
        return Ok(text.to_owned());
    };
    let filters = ListInvitationsRequest {
        email_prefix: email.address().to_owned(),
        ..ListInvitationsRequest::default()
    };
    let mut found = None;
    let fetch = async |size, token| page(client, &filters, size, token).await;
    let same = |it: &Invitation| Email::parse(&it.email).is_ok_and(|other| other.canonical() == email.canonical());
    pages(Extent::ALL, fetch, |invitations| {
        found = invitations.into_iter().rfind(same).or(found.take());
        Ok(())
    })
    .await?;
    let invitation = found.ok_or_else(|| Problem::NotFound(format!("nobody was invited as {text}")))?;
    Ok(invitation.id)
}

async fn resend(client: &Client, output: &Output, args: Resend) -> anyhow::Result<()> {
    let message = ResendInvitationRequest {
        welcome_email: None,
        request_id: args.repeatable.id(),
        invitation_id: id(client, &args.invitation).await?,
    };
    let answer = repeat(async || {
        let request = client.request(message.clone()).await?;
        let mut people = PeopleServiceClient::new(client.channel());
        Ok(people.resend_invitation(request).await?)
    });
    output.record(&answer.await?.into_inner())
}

async fn revoke(client: &Client, output: &Output, args: &Revoke) -> anyhow::Result<()> {
    let message = RevokeInvitationRequest {
        invitation_id: id(client, &args.invitation).await?,
    };
    let request = client.request(message).await?;
    let mut invitations = InvitationServiceClient::new(client.channel());
    let answer = invitations.revoke_invitation(request).await?;
    output.record(&answer.into_inner().invitation.unwrap_or_default())
}

impl From<State> for invitation::State {
    fn from(state: State) -> Self {
        match state {
            State::Pending => Self::Pending,
            State::Accepted => Self::Accepted,
            State::Declined => Self::Declined,
            State::Revoked => Self::Revoked,
            State::Expired => Self::Expired,
            State::Superseded => Self::Superseded,
        }
    }
}

impl From<Kind> for invitation::Kind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Join => Self::Join,
            Kind::Transfer => Self::Transfer,
        }
    }
}

impl Record for Invitation {
    const COLUMNS: &'static [&'static str] = &[
        "id", "email", "kind", "state", "role", "products", "sent", "made", "expires",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.id.clone(),
            self.email.clone(),
            word(self.kind().as_str_name(), "KIND_"),
            word(self.state().as_str_name(), "STATE_"),
            word(self.role().as_str_name(), "ROLE_"),
            products(&self.products),
            self.send_count.to_string(),
            time(self.create_time.as_ref()),
            time(self.expire_time.as_ref()),
        ]
    }
}

impl Record for ResendInvitationResponse {
    const COLUMNS: &'static [&'static str] = &["id", "sent", "last_sent", "expires"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.invitation_id.clone(),
            self.send_count.to_string(),
            time(self.send_time.as_ref()),
            time(self.expire_time.as_ref()),
        ]
    }
}
