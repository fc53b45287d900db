//! `usher imports failures`: the rows that failed, as a file.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use proto::admin::v1::DownloadImportFailuresRequest;
use proto::admin::v1::import_service_client::ImportServiceClient;

use crate::client::{Client, repeat};
use crate::output::{Output, tell};

/// Of which import, and where to.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The columns are those of the imported file, then import_line and import_error, which imports pass over.

Examples:
  usher imports failures imp_… > failures.csv
  usher imports failures imp_… --file failures.csv")]
pub(super) struct Args {
    /// The import, by its id (`imp_…`).
    import: String,
    /// Where to write them, in the place of what is there; without it standard output.
    #[arg(long)]
    file: Option<PathBuf>,
}

pub(super) async fn run(client: &Client, output: &Output, args: Args) -> anyhow::Result<()> {
    output.refuse_json("failed rows are CSV, for an import")?;
    match args.file {
        Some(file) => {
            download(client, &args.import, &file).await?;
            tell(&format!("failed rows: in {}", file.display()));
            Ok(())
        }
        None => copy(client, &args.import, || Ok(io::stdout())).await,
    }
}

/// Writes the rows that failed into a file, in the place of what is there.
pub(crate) async fn download(client: &Client, import_id: &str, path: &Path) -> anyhow::Result<()> {
    let create = || File::create(path).with_context(|| format!("cannot write {}", path.display()));
    repeat(async || copy(client, import_id, create).await).await
}

/// Opens where they go when there is something to write.
async fn copy<W: Write>(
    client: &Client,
    import_id: &str,
    open: impl FnOnce() -> anyhow::Result<W>,
) -> anyhow::Result<()> {
    let message = DownloadImportFailuresRequest {
        import_id: import_id.to_owned(),
    };
    let request = client.request(message).await?;
    let mut imports = ImportServiceClient::new(client.patient_channel());
    let mut pieces = imports.download_import_failures(request).await?.into_inner();
    let mut piece = pieces.message().await?;
    let mut out = open()?;
    while let Some(next) = piece {
        out.write_all(&next.content)?;
        piece = pieces.message().await?;
    }
    Ok(out.flush()?)
}
