//! `usher seats watch`.

use std::ops::ControlFlow;

use proto::licensing::v1::seat_service_client::SeatServiceClient;
use proto::licensing::v1::{SeatPool, WatchSeatsRequest, WatchSeatsResponse};

use crate::client::{Client, resume};
use crate::output::{Format, List, Output, Record, printable};

/// How it is called.
pub(super) const EXAMPLES: &str = "\
At first every product has a line, and from then on each whose seats have changed. With --output json each line is a pool.

Examples:
  usher seats watch
  usher seats watch --output json";

/// Prints the pools, and those that change, until interrupted.
pub(super) async fn run(client: &Client, output: &Output) -> anyhow::Result<()> {
    let mut known: Vec<SeatPool> = Vec::new();
    let mut list = output.list();
    if output.format() == Format::Table {
        let names: Vec<_> = SeatPool::COLUMNS.iter().map(|name| name.to_uppercase()).collect();
        output.write(&line(&names))?;
    }
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
        print(output, &mut list, &changed)?;
        known = part.seat_pools;
        Ok(ControlFlow::Continue(()))
    })
    .await
}

fn print(output: &Output, list: &mut List<'_, SeatPool>, pools: &[SeatPool]) -> anyhow::Result<()> {
    match output.format() {
        Format::Csv => list.push(pools),
        Format::Json => pools.iter().try_for_each(|pool| output.json_line(pool)),
        Format::Table => pools.iter().try_for_each(|pool| output.write(&line(&pool.cells()))),
    }
}

/// A line for people: when one is written, it is not known how wide the next one will be.
fn line(cells: &[String]) -> String {
    let widths = [16, 9, 9, 9, 10, 11, 11, 0];
    let padded = cells
        .iter()
        .zip(widths)
        .map(|(cell, width)| format!("{:<width$}", printable(cell)));
    padded.collect::<Vec<_>>().join(" ").trim_end().to_owned() + "\n"
}
