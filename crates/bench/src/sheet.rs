//! A file of people, and its way through the gateway.

use std::fmt::Write;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::stream;
use proto::admin::v1::import::State;
use proto::admin::v1::import_service_client::ImportServiceClient;
use proto::admin::v1::import_users_request::Part;
use proto::admin::v1::{Import, ImportOptions, ImportUsersRequest, WatchImportRequest};
use types::RequestId;

use crate::account::{Account, Gateway, PRODUCT};

/// Octets in a piece of a file.
const PIECE: usize = 1024 * 1024;

/// A file of people whom nobody knows yet.
#[derive(Clone, Debug)]
pub struct Sheet {
    rows: u32,
    file: String,
}

impl Sheet {
    /// So many, with a seat and without a welcome e-mail.
    pub fn new(rows: u32) -> Result<Self> {
        let crowd = RequestId::new();
        let mut file = String::from("email,given_name,family_name,products,welcome_email\n");
        for row in 0..rows {
            writeln!(file, "ada-{row}-{crowd}@example.com,Ada,Lovelace,{PRODUCT},none")?;
        }
        Ok(Self { rows, file })
    }

    /// Imports it, all rows of which have to be accepted; how long that takes, from the first octet that is sent to the
    /// import's end.
    pub async fn import(&self, gateway: &Gateway, account: &Account) -> Result<Duration> {
        let mut client = ImportServiceClient::new(gateway.lane(0));
        let messages = self.messages();
        let begun = Instant::now();
        let answer = client.import_users(account.request(stream::iter(messages))).await?;
        let import = answer.into_inner().import.context("an import that is not told")?;
        let import = end(&mut client, account, import).await?;
        let time = begun.elapsed();
        let created = import.counts.unwrap_or_default().created;
        ensure!(
            import.state() == State::Succeeded && created == i64::from(self.rows),
            "the import came to {import:?}"
        );
        Ok(time)
    }

    fn messages(&self) -> Vec<ImportUsersRequest> {
        let pieces = self.file.as_bytes().chunks(PIECE);
        let pieces = pieces.map(|piece| Part::Content(piece.to_vec()));
        let parts = [Part::Options(ImportOptions::default())].into_iter().chain(pieces);
        parts.map(|part| ImportUsersRequest { part: Some(part) }).collect()
    }
}

/// An import when it has ended.
async fn end(
    client: &mut ImportServiceClient<tonic::transport::Channel>,
    account: &Account,
    mut import: Import,
) -> Result<Import> {
    let message = WatchImportRequest {
        import_id: import.id.clone(),
    };
    let mut looks = client.watch_import(account.request(message)).await?.into_inner();
    while let Some(look) = looks.message().await? {
        import = look.import.context("an import that is not told")?;
    }
    ensure!(import.end_time.is_some(), "a watch ended before the import: {import:?}");
    Ok(import)
}
