//! Telling licensing what became of reservations that nobody has settled.

use std::collections::HashMap;

use types::failpoint;

use super::App;
use crate::domain::admission::{Confirmation, ReservationKey, Resolution};
use crate::domain::error::Error;
use crate::store::import_chunks;
use crate::store::requests::{self, Key};

impl App {
    /// What became of each reservation. One that was not committed is aborted here and now, for good: after this answer no
    /// commit of that attempt can succeed, however late it arrives. Only what an import goes on with stays open.
    ///
    /// # Errors
    /// When the database fails; then nothing is aborted.
    pub async fn resolve_reservations(&self, keys: Vec<ReservationKey>) -> Result<Vec<Resolution>, Error> {
        failpoint("identity::resolve_reservations::received");
        let now = self.clock.now();
        let resolve = self.database.transaction(move |tx| {
            Box::pin(async move {
                let ids: Vec<&str> = keys.iter().map(|key| key.request_id.as_str()).collect();
                let live = import_chunks::live(tx, &ids).await?;
                let is_over = |key: &&ReservationKey| !live.contains(&key.request_id);
                let over: Vec<ReservationKey> = keys.iter().filter(is_over).cloned().collect();
                requests::abort(tx, &over, now).await?;
                let names: Vec<Key> = keys
                    .iter()
                    .map(|key| Key {
                        account_id: key.account_id,
                        request_id: key.request_id.clone(),
                    })
                    .collect();
                let remembered = requests::find(tx, &names).await?;
                let committed: HashMap<Key, requests::Committed> = remembered
                    .into_iter()
                    .filter_map(|remembered| Some((remembered.key, remembered.committed?)))
                    .collect();
                let resolve = |(key, name): (ReservationKey, Key)| match committed.get(&name) {
                    Some(committed) if committed.epoch == key.epoch => Resolution::Committed(Confirmation {
                        key,
                        holders: committed.holders.clone(),
                        assigner_id: committed.assigner_id,
                        assign_time: Some(committed.create_time),
                    }),
                    None if live.contains(&key.request_id) => Resolution::Undecided,
                    Some(_) | None => Resolution::Aborted(key),
                };
                Ok::<_, Error>(keys.into_iter().zip(names).map(resolve).collect())
            })
        });
        let resolutions = resolve.await;
        failpoint("identity::resolve_reservations::committed");
        resolutions
    }
}
