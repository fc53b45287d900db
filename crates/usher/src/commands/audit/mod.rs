//! `usher audit`: the account's log.

mod tail;

use proto::identity::v1::audit_service_client::AuditServiceClient;
use proto::identity::v1::{AuditEvent, GetAuditHeadRequest, GetAuditHeadResponse, ListAuditEventsRequest};

use crate::client::{Client, Connection};
use crate::output::{Record, time, word};

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
    /// Print the last events, and with `--follow` those to come.
    Tail(tail::Args),
}

/// Does it.
pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    let client = Client::open(&args.connection)?;
    let output = args.connection.output()?;
    let Command::Tail(args) = args.command;
    tail::run(&client, &output, args).await
}

/// The end of the log.
pub(crate) async fn head(client: &Client) -> anyhow::Result<GetAuditHeadResponse> {
    let request = client.request(GetAuditHeadRequest {}).await?;
    let answer = AuditServiceClient::new(client.channel())
        .get_audit_head(request)
        .await?;
    Ok(answer.into_inner())
}

/// One page of the log in an order: `sequence` or `sequence desc`.
pub(crate) async fn page(
    client: &Client,
    order_by: &str,
    page_size: i32,
    page_token: String,
) -> anyhow::Result<(Vec<AuditEvent>, String)> {
    let message = ListAuditEventsRequest {
        page_size,
        page_token,
        order_by: order_by.to_owned(),
        ..ListAuditEventsRequest::default()
    };
    let request = client.request(message).await?;
    let answer = AuditServiceClient::new(client.channel())
        .list_audit_events(request)
        .await?;
    let answer = answer.into_inner();
    Ok((answer.audit_events, answer.next_page_token))
}

impl Record for AuditEvent {
    const COLUMNS: &'static [&'static str] = &[
        "sequence", "time", "actor", "action", "subject", "outcome", "source", "before", "after",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.sequence.to_string(),
            time(self.create_time.as_ref()),
            self.actor_id.clone(),
            self.action.clone(),
            self.subject_id.clone(),
            word(self.outcome().as_str_name(), "OUTCOME_"),
            self.source.clone(),
            self.before.clone(),
            self.after.clone(),
        ]
    }
}
