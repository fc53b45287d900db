//! `usher users suspend`, `reactivate`, `delete` and `restore`.

use proto::admin::v1::UserChange;
use proto::admin::v1::user_change::{Deletion, Reactivation, Suspension, Transition};
use proto::identity::v1::RestoreUserRequest;
use proto::identity::v1::user_service_client::UserServiceClient;

use super::update::{Batch, batch};
use crate::client::{Client, Lookup};
use crate::exit::Exit;
use crate::output::Output;

/// Whom to suspend.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  usher users suspend ada@example.com
  usher users suspend ada@example.com alan@example.com --release-seats")]
pub(super) struct Suspend {
    /// The people, by address or id.
    #[arg(required = true, value_name = "USER")]
    users: Vec<String>,
    /// Free their seats too.
    #[arg(long)]
    release_seats: bool,
    #[command(flatten)]
    batch: Batch,
}

/// Whom to let in again.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  usher users reactivate ada@example.com")]
pub(super) struct Reactivate {
    /// The people, by address or id.
    #[arg(required = true, value_name = "USER")]
    users: Vec<String>,
    #[command(flatten)]
    batch: Batch,
}

/// Whom to delete.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  usher users delete ada@example.com\n  usher users delete usr_… --validate-only")]
pub(super) struct Delete {
    /// The people, by address or id.
    #[arg(required = true, value_name = "USER")]
    users: Vec<String>,
    #[command(flatten)]
    batch: Batch,
}

/// Whom to bring back.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  usher users restore ada@example.com
  usher users update ada@example.com --add-product training     give the seat back")]
pub(super) struct Restore {
    /// The person, by address or id; of several who had the address, the one who was added last.
    user: String,
}

/// Suspends.
pub(super) async fn suspend(client: &Client, output: &Output, args: Suspend) -> anyhow::Result<Exit> {
    let release_seats = args.release_seats;
    let change = transition(Transition::Suspend(Suspension { release_seats }));
    batch(client, output, &args.users, change, args.batch).await
}

/// Lets in again.
pub(super) async fn reactivate(client: &Client, output: &Output, args: Reactivate) -> anyhow::Result<Exit> {
    let change = transition(Transition::Reactivate(Reactivation {}));
    batch(client, output, &args.users, change, args.batch).await
}

/// Deletes.
pub(super) async fn delete(client: &Client, output: &Output, args: Delete) -> anyhow::Result<Exit> {
    let change = transition(Transition::Delete(Deletion {}));
    batch(client, output, &args.users, change, args.batch).await
}

fn transition(transition: Transition) -> UserChange {
    UserChange {
        transition: Some(transition),
        ..UserChange::default()
    }
}

/// Brings back.
pub(super) async fn restore(client: &Client, output: &Output, args: &Restore) -> anyhow::Result<()> {
    let message = RestoreUserRequest {
        user_id: Lookup(client).deleted_user_id(&args.user).await?,
        etag: String::new(),
    };
    let request = client.request(message).await?;
    let answer = UserServiceClient::new(client.channel()).restore_user(request).await?;
    output.record(&answer.into_inner().user.unwrap_or_default())
}
