//! Takes seats from holders, all or some.

use std::sync::Arc;

use chassis::Caller;
use storage::BoxFuture;

use super::{App, Error, retry, settle};
use crate::domain::holder::{HolderKey, HoldingChange};
use crate::domain::settlement::Books;
use crate::store::{Tx, seat_holders};

/// One who gives up seats.
#[derive(Clone, Debug)]
pub struct Release {
    /// Who.
    pub key: HolderKey,
    /// What remains, as of the version of this change.
    pub change: HoldingChange,
}

impl App {
    /// Ends what these hold beyond what remains; also what an older change, still under way, would give them.
    pub async fn release_seats(&self, _caller: &Caller, releases: Vec<Release>) -> Result<(), Error> {
        if releases.is_empty() {
            return Ok(());
        }
        let releases: Arc<[Release]> = releases.into();
        let attempt = || {
            let releases = releases.clone();
            self.database
                .transaction(move |tx| -> BoxFuture<'_, _> { Box::pin(async move { commit(tx, &releases).await }) })
        };
        retry::on_conflict(attempt).await
    }
}

async fn commit(tx: &Tx, releases: &[Release]) -> Result<(), Error> {
    let holdings = seat_holders::lock(tx, releases.iter().map(|release| release.key)).await?;
    let mut books = Books::new(std::collections::BTreeMap::new(), holdings);
    for release in releases {
        books.change(release.key, &release.change);
    }
    settle::write(tx, &books.into_changes()).await
}
