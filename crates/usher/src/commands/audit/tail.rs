//! `usher audit tail`.

use std::ops::ControlFlow;

use proto::identity::v1::audit_service_client::AuditServiceClient;
use proto::identity::v1::{AuditEvent, WatchAuditEventsRequest, WatchAuditEventsResponse};
use tonic::Streaming;

use super::{head, page};
use crate::client::{Client, Extent, pages, resume};
use crate::output::{Feed, Output};

/// What people see of an event: not whence it came, nor what was before.
const WIDTHS: &[usize] = &[8, 27, 36, 24, 36, 7, 0, 0, 1];

/// What to print.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
With --output json each event is a line of its own. The number of the last event that was seen is what --after takes, to go on
where an earlier run ended: nothing is missed and nothing comes twice.

Examples:
  usher audit tail
  usher audit tail --limit 50 --follow
  usher audit tail --after 0 --output json > log.jsonl          the whole log
  usher audit tail --after 1234 --follow --output json")]
pub(super) struct Args {
    /// How many of the last events.
    #[arg(long, short = 'n', value_name = "N", default_value_t = 10)]
    limit: u32,
    /// Every event after the one with this number, however many there are; 0 for the whole log.
    #[arg(long, value_name = "SEQUENCE", conflicts_with = "limit", value_parser = clap::value_parser!(i64).range(0..))]
    after: Option<i64>,
    /// Go on with the events to come, until interrupted.
    #[arg(long, short)]
    follow: bool,
}

/// Prints them.
pub(super) async fn run(client: &Client, output: &Output, args: Args) -> anyhow::Result<()> {
    let mut lines = output.feed(WIDTHS);
    let end = head(client).await?.sequence;
    let begin = match args.after {
        Some(after) => after,
        None => last(client, &mut lines, args.limit).await?.max(end),
    };
    if args.follow {
        return watch(client, &mut lines, begin, i64::MAX).await;
    }
    if begin < end {
        watch(client, &mut lines, begin, end).await?;
    }
    lines.finish()
}

/// Prints the last events, and answers the number of the very last.
async fn last(client: &Client, lines: &mut Feed<'_, AuditEvent>, limit: u32) -> anyhow::Result<i64> {
    if limit == 0 {
        return Ok(0);
    }
    let mut events = Vec::new();
    let fetch = async |size, token| page(client, "sequence desc", size, token).await;
    pages(Extent { limit, all: false }, fetch, |page| {
        events.extend(page);
        Ok(())
    })
    .await?;
    events.reverse();
    lines.push(&events)?;
    Ok(events.last().map_or(0, |event| event.sequence))
}

/// Prints the events after a number until the one with the number `end`; takes up a watch that has ended.
async fn watch(client: &Client, lines: &mut Feed<'_, AuditEvent>, begin: i64, end: i64) -> anyhow::Result<()> {
    let open = async |after| open(client, after).await;
    resume(begin, open, |part: WatchAuditEventsResponse| {
        lines.push(&part.audit_events)?;
        Ok(if part.sequence < end {
            ControlFlow::Continue(part.sequence)
        } else {
            ControlFlow::Break(())
        })
    })
    .await
}

async fn open(client: &Client, after: i64) -> anyhow::Result<Streaming<WatchAuditEventsResponse>> {
    let message = WatchAuditEventsRequest { after: Some(after) };
    let request = client.request(message).await?;
    let mut log = AuditServiceClient::new(client.patient_channel());
    Ok(log.watch_audit_events(request).await?.into_inner())
}
