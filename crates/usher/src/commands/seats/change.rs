//! `usher seats assign` and `usher seats release`.

use proto::admin::v1::seat_service_client::SeatServiceClient;
use proto::admin::v1::{AssignSeatsRequest, ReleaseSeatsRequest};

use crate::client::{Client, Lookup, repeat};
use crate::commands::users::{Batch, some_failed};
use crate::exit::Exit;
use crate::output::Output;

/// To whom, and of what.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Either everybody gets their seats or nobody, but for --allow-partial. Who holds a seat already keeps it.

Examples:
  usher seats assign ada@example.com --product training
  usher seats assign ada@example.com alan@example.com --product meeting --product webinar --validate-only")]
pub(super) struct Assign {
    #[command(flatten)]
    seats: Seats,
}

/// From whom, and of what.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Either everybody's seats are taken or nobody's, but for --allow-partial.

Examples:
  usher seats release ada@example.com --product training")]
pub(super) struct Release {
    #[command(flatten)]
    seats: Seats,
}

/// Whose seats, and of what.
#[derive(Debug, clap::Args)]
struct Seats {
    /// The people, by address or id.
    #[arg(required = true, value_name = "USER")]
    users: Vec<String>,
    /// The product; several times for several.
    #[arg(long, required = true)]
    product: Vec<String>,
    #[command(flatten)]
    batch: Batch,
}

/// Gives people seats.
pub(super) async fn assign(client: &Client, output: &Output, args: Assign) -> anyhow::Result<Exit> {
    let Seats { users, product, batch } = args.seats;
    let message = AssignSeatsRequest {
        request_id: batch.repeatable.id(),
        user_ids: Lookup(client).user_ids(&users).await?,
        products: product,
        validate_only: batch.validate_only,
        allow_partial: batch.allow_partial,
    };
    let answer = repeat(async || {
        let request = client.request(message.clone()).await?;
        Ok(SeatServiceClient::new(client.channel()).assign_seats(request).await?)
    });
    let answer = answer.await?.into_inner();
    output.answer(&answer, &answer.results)?;
    Ok(Exit::told(some_failed(&answer.results)))
}

/// Takes seats from people.
pub(super) async fn release(client: &Client, output: &Output, args: Release) -> anyhow::Result<Exit> {
    let Seats { users, product, batch } = args.seats;
    let message = ReleaseSeatsRequest {
        request_id: batch.repeatable.id(),
        user_ids: Lookup(client).user_ids(&users).await?,
        products: product,
        validate_only: batch.validate_only,
        allow_partial: batch.allow_partial,
    };
    let answer = repeat(async || {
        let request = client.request(message.clone()).await?;
        Ok(SeatServiceClient::new(client.channel()).release_seats(request).await?)
    });
    let answer = answer.await?.into_inner();
    output.answer(&answer, &answer.results)?;
    Ok(Exit::told(some_failed(&answer.results)))
}
