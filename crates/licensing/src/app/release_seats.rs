//! Takes all seats from holders.

use std::sync::Arc;

use chassis::Caller;
use storage::BoxFuture;

use super::{App, Error, retry, settle};
use crate::domain::holder::{HolderKey, Holding};
use crate::domain::settlement::Books;
use crate::store::{Tx, seat_holders};

/// One who gives up all seats.
#[derive(Clone, Debug)]
pub struct Release {
    /// Who.
    pub key: HolderKey,
    /// What remains: no products, and the version of this change.
    pub holding: Holding,
}

impl App {
    /// Ends what these hold; also what an older change, still under way, would give them.
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
        books.hold(release.key, &release.holding);
    }
    settle::write(tx, &books.into_changes()).await
}
