//! `usher audit tail`.

use std::ops::ControlFlow;

use proto::identity::v1::audit_service_client::AuditServiceClient;
use proto::identity::v1::{AuditEvent, WatchAuditEventsRequest, WatchAuditEventsResponse};
use tonic::Streaming;

use super::{head, page};
use crate::client::{Client, Extent, pages, resume};
use crate::output::{Format, List, Output, Record, printable};

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
    let mut lines = Lines::new(output);
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
async fn last(client: &Client, lines: &mut Lines<'_>, limit: u32) -> anyhow::Result<i64> {
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
    lines.print(&events)?;
    Ok(events.last().map_or(0, |event| event.sequence))
}

/// Prints the events after a number until the one with the number `end`; takes up a watch that has ended.
async fn watch(client: &Client, lines: &mut Lines<'_>, begin: i64, end: i64) -> anyhow::Result<()> {
    let open = async |after| open(client, after).await;
    resume(begin, open, |part: WatchAuditEventsResponse| {
        lines.print(&part.audit_events)?;
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

/// Events as lines that come one by one.
struct Lines<'o> {
    output: &'o Output,
    list: List<'o, AuditEvent>,
}

impl<'o> Lines<'o> {
    fn new(output: &'o Output) -> Self {
        let list = output.list();
        Self { output, list }
    }

    fn print(&mut self, events: &[AuditEvent]) -> anyhow::Result<()> {
        match self.output.format() {
            Format::Csv => self.list.push(events),
            Format::Json => events.iter().try_for_each(|event| self.output.json_line(event)),
            Format::Table => events.iter().try_for_each(|event| self.output.write(&line(event))),
        }
    }

    fn finish(self) -> anyhow::Result<()> {
        match self.output.format() {
            Format::Csv => self.list.finish(),
            Format::Json | Format::Table => Ok(()),
        }
    }
}

/// An event for people: when a line is written, it is not known how wide the next one will be.
fn line(event: &AuditEvent) -> String {
    let cells = event.cells();
    let widths = [6, 27, 30, 24, 30, 6];
    let padded = cells
        .iter()
        .zip(widths)
        .map(|(cell, width)| format!("{:<width$}", printable(cell)));
    let mut line: Vec<_> = padded.collect();
    line.push(printable(&event.after));
    line.join("  ").trim_end().to_owned() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_whatever_is_in_it() {
        let event = AuditEvent {
            sequence: 7,
            action: "user.invite".into(),
            after: "{\"given_name\":\"A\u{1b}[2J\nB\"}".into(),
            ..AuditEvent::default()
        };
        let line = line(&event);
        assert!(line.starts_with('7') && line.contains("user.invite"), "{line}");
        assert_eq!(line.find(char::is_control), Some(line.len() - 1), "{line:?}");
    }
}
