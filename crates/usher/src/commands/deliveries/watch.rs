//! `usher deliveries watch`.

use std::ops::ControlFlow;

use proto::notification::v1::delivery_service_client::DeliveryServiceClient;
use proto::notification::v1::{WatchDeliveriesRequest, WatchDeliveriesResponse};

use crate::client::{Client, resume};
use crate::output::Output;

/// How it is called.
pub(super) const EXAMPLES: &str = "\
With --output json each e-mail is a line of its own, as it is by then; the same one comes again when it has changed.

Examples:
  usher deliveries watch
  usher deliveries watch --output json";

const WIDTHS: &[usize] = &[36, 16, 30, 10, 8, 0, 0, 27, 1];

/// Prints the e-mails that come and change, until interrupted.
pub(super) async fn run(client: &Client, output: &Output) -> anyhow::Result<()> {
    let mut feed = output.feed(WIDTHS);
    let open = async |since| {
        let request = client.request(WatchDeliveriesRequest { since }).await?;
        let mut deliveries = DeliveryServiceClient::new(client.patient_channel());
        Ok(deliveries.watch_deliveries(request).await?.into_inner())
    };
    resume(None, open, |part: WatchDeliveriesResponse| {
        feed.push(&part.deliveries)?;
        Ok(ControlFlow::Continue(part.since))
    })
    .await
}
