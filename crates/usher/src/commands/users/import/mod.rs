//! `usher users import`: a file of people, sent and watched until all of them are through.

mod ending;
mod failures;
mod progress;
mod source;
mod upload;

use std::future::Future;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use chassis::shutdown::{self, Shutdown};
use clap::ValueEnum;
use proto::admin::v1::import_options::{ExistingUsers, SeatPolicy};
use proto::admin::v1::import_service_client::ImportServiceClient;
use proto::admin::v1::{Import, ImportOptions, WatchImportRequest, WatchImportResponse};

use self::ending::Ending;
use self::progress::Progress;
use self::source::Source;
use super::options::Options;
use crate::client::{Client, Lookup, resume};
use crate::commands::imports;
use crate::exit::Exit;
use crate::output::{Output, tell};

/// What to import, and how.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The file is CSV; `usher imports template` prints one to begin with. The options are for every row that does not say otherwise.
Seats are counted before anybody is added. The import goes on by itself once the file has arrived: interrupt, and look at it
again with `usher imports show`. Rows that failed are written to a file of their own, each with what is wrong with it: mend them
there, and import that file. The exit code is 1 when rows failed, also when they only would.

Examples:
  usher users import people.csv --validate-only
  usher users import people.csv --product meeting --group Research --language de
  usher users import people.csv --existing update --welcome-email none
  usher users export | usher users import - --existing update --output json
  usher users import people.csv --no-wait")]
pub(super) struct Args {
    /// The file; `-` is standard input.
    file: PathBuf,
    #[command(flatten)]
    options: Options,
    /// Look at every row and tell what would happen, seats included; change nothing.
    #[arg(long)]
    validate_only: bool,
    /// What becomes of rows about people who are there, or invited, already.
    #[arg(long, value_enum, default_value_t = Existing::Skip)]
    existing: Existing,
    /// What becomes of rows when there are too few seats.
    #[arg(long, value_enum, default_value_t = Seats::AllOrNothing)]
    seats: Seats,
    /// Ignore columns with unknown names, which are refused otherwise.
    #[arg(long)]
    ignore_unknown_columns: bool,
    /// Import a file that was imported before with the same options.
    #[arg(long)]
    force: bool,
    /// End when the file has arrived; the import goes on by itself.
    #[arg(long, conflicts_with = "failures")]
    no_wait: bool,
    /// Where to write the rows that failed, if any; without it `people.failures.csv` beside `people.csv`, or
    /// `import.failures.csv` here for what is no file of its own, such as standard input.
    #[arg(long, value_name = "FILE")]
    failures: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Existing {
    /// They are left as they are.
    Skip,
    /// They are changed to what their row says; what it leaves out stays.
    Update,
    /// Their rows fail.
    Fail,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Seats {
    /// Nobody is added.
    AllOrNothing,
    /// Rows get seats in the file's order, and those that come too late fail.
    AsFarAsTheyGo,
}

/// Imports them.
pub(super) async fn run(client: &Client, output: &Output, args: Args) -> anyhow::Result<Exit> {
    let source = Source::named(args.file);
    let opened = source.open()?;
    let failures = failures::path(source.path().filter(|_| opened.length.is_some()), args.failures)?;
    let options = ImportOptions {
        user_options: Some(args.options.resolve(&Lookup(client)).await?),
        validate_only: args.validate_only,
        existing_users: ExistingUsers::from(args.existing).into(),
        seat_policy: SeatPolicy::from(args.seats).into(),
        ignore_unknown_columns: args.ignore_unknown_columns,
        force: args.force,
    };
    let stop = shutdown::signal()?;
    let mut progress = Progress::new();
    let sent = unless_interrupted(&stop, upload::upload(client, &options, &source, opened, &mut progress)).await;
    progress.end();
    let Some(import) = sent? else {
        tell("interrupted: a file that has not arrived whole is not imported; `usher imports list` tells");
        return Ok(Exit::Interrupted);
    };
    if args.no_wait {
        tell(&goes_on(&import.id));
        return Ending::new(import, None).print(output);
    }
    let watched = unless_interrupted(&stop, watch(client, &import.id, &mut progress)).await;
    progress.end();
    let Ok(Some(import)) = watched else {
        tell(&goes_on(&import.id));
        return watched.map(|_| Exit::Interrupted);
    };
    let id = import.id.clone();
    let Some(exit) = unless_interrupted(&stop, finish(client, output, import, &failures)).await? else {
        tell(&format!("interrupted: `usher imports show {id}` tells how it ended"));
        return Ok(Exit::Interrupted);
    };
    Ok(exit)
}

/// Watches an import until it has ended.
async fn watch(client: &Client, import_id: &str, progress: &mut Progress) -> anyhow::Result<Import> {
    let open = async |()| {
        let message = WatchImportRequest {
            import_id: import_id.to_owned(),
        };
        let request = client.request(message).await?;
        let answer = ImportServiceClient::new(client.patient_channel())
            .watch_import(request)
            .await?;
        Ok(answer.into_inner())
    };
    let mut last = Import::default();
    resume((), open, |seen: WatchImportResponse| {
        last = seen.import.unwrap_or_default();
        progress.show(&last);
        Ok(match last.end_time {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        })
    })
    .await?;
    Ok(last)
}

/// Fetches the rows that failed, and tells how it ended.
async fn finish(client: &Client, output: &Output, import: Import, failures: &Path) -> anyhow::Result<Exit> {
    let failed = import.counts.unwrap_or_default().failed;
    if failed == 0 {
        return Ending::new(import, None).print(output);
    }
    match imports::download(client, &import.id, failures).await {
        Ok(()) => {
            let file = failures.display();
            tell(&format!(
                "failed rows: {failed}, in {file}; mend them there, and import that file"
            ));
            Ending::new(import, Some(failures.to_owned())).print(output)
        }
        Err(error) => {
            let id = import.id.clone();
            Ending::new(import, None).print(output)?;
            Err(error.context(format!(
                "cannot fetch the failed rows; `usher imports failures {id}` does"
            )))
        }
    }
}

/// What the work comes to; nothing when the person at the terminal interrupts it.
async fn unless_interrupted<T>(
    stop: &Shutdown,
    work: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<Option<T>> {
    tokio::select! {
        done = work => done.map(Some),
        () = stop.cancelled() => Ok(None),
    }
}

fn goes_on(id: &str) -> String {
    format!("the import goes on by itself: `usher imports show {id}` looks at it, `usher imports cancel {id}` stops it")
}

impl From<Existing> for ExistingUsers {
    fn from(existing: Existing) -> Self {
        match existing {
            Existing::Skip => Self::Skip,
            Existing::Update => Self::Update,
            Existing::Fail => Self::Fail,
        }
    }
}

impl From<Seats> for SeatPolicy {
    fn from(seats: Seats) -> Self {
        match seats {
            Seats::AllOrNothing => Self::AllOrNothing,
            Seats::AsFarAsTheyGo => Self::AsFarAsTheyGo,
        }
    }
}
