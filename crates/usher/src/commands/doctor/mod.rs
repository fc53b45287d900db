//! `usher doctor`: whether everything is as it must be, as far as the public API tells.

mod finding;
mod health;
mod log;
mod mails;
mod posts;
mod seats;

use crate::client::{Client, Connection};
use crate::exit::Exit;

use self::finding::{Finding, Verdict};

/// Whom to look at.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
It looks at the services that the gateway shows, and at the account of whoever is logged in: seats, posts, the audit log and
e-mails. What the caller may not see is not looked at, and told as such. The exit code is 1 when something is wrong.

Examples:
  usher doctor
  usher doctor --output json | jq '.[] | select(.verdict == \"wrong\")'")]
pub struct Args {
    #[command(flatten)]
    connection: Connection,
}

/// Looks at everything, and prints what it finds.
pub(crate) async fn run(args: Args) -> anyhow::Result<Exit> {
    let client = Client::open(&args.connection)?;
    let output = args.connection.output()?;
    let mut findings = health::examine(&client).await?;
    if findings.iter().all(|finding| finding.verdict != Verdict::Wrong) {
        findings.extend(seats::examine(&client).await);
        findings.extend(posts::examine(&client).await);
        findings.push(log::examine(&client).await);
        findings.push(mails::examine(&client).await);
    }
    output.rows(&findings)?;
    let is_wrong = |finding: &Finding| finding.verdict == Verdict::Wrong;
    Ok(Exit::told(findings.iter().any(is_wrong)))
}
