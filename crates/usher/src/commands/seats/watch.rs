//! `usher seats watch`.

use std::ops::ControlFlow;

use proto::licensing::v1::seat_service_client::SeatServiceClient;
use proto::licensing::v1::{SeatPool, WatchSeatsRequest, WatchSeatsResponse};

use crate::client::{Client, resume};
use crate::output::Output;

/// How it is called.
pub(super) const EXAMPLES: &str = "\
At first every product has a line, and from then on each whose seats have changed. With --output json each line is a pool.

Examples:
  usher seats watch
  usher seats watch --output json";

const WIDTHS: &[usize] = &[16, 8, 8, 8, 9, 10, 10, 1];

/// Prints the pools, and those that change, until interrupted.
pub(super) async fn run(client: &Client, output: &Output) -> anyhow::Result<()> {
    let mut known: Vec<SeatPool> = Vec::new();
    let mut feed = output.feed(WIDTHS);
    let open = async |()| {
        let request = client.request(WatchSeatsRequest {}).await?;
        let mut seats = SeatServiceClient::new(client.patient_channel());
        Ok(seats.watch_seats(request).await?.into_inner())
    };
    // A watch that is begun anew tells everything again.
    resume((), open, |part: WatchSeatsResponse| {
        let changed: Vec<_> = part
            .seat_pools
            .iter()
            .filter(|pool| !known.contains(pool))
            .cloned()
            .collect();
        feed.push(&changed)?;
        known = part.seat_pools;
        Ok(ControlFlow::Continue(()))
    })
    .await
}
