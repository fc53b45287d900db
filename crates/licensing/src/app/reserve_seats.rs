//! Holds seats for a request, all of them or none; many requests in one transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chassis::Caller;
use storage::{Batcher, BoxFuture, Database};
use types::{AccountId, failpoint};

use super::{App, Error, retry};
use crate::config::ReservationConfig;
use crate::domain::grant::{Answer, Ask, Availability, Ledger, Terms};
use crate::domain::reservation::RequestKey;
use crate::domain::seat_pool::PoolKey;
use crate::domain::seats::Seats;
use crate::store::{Tx, reservations, seat_pools};

impl App {
    /// Holds what `ask` asks for, or says what is short or unknown.
    pub async fn reserve_seats(&self, _caller: &Caller, mut ask: Ask) -> Result<Answer, Error> {
        failpoint("licensing::reserve_seats::received");
        (ask.seats, ask.unknown) = ask.seats.split(|product| self.catalogue.has(product));
        let answer = self.reserver.submit(ask).await?;
        failpoint("licensing::reserve_seats::committed");
        Ok(answer)
    }

    /// Says how the products of `seats` stand, for a request if there is one already; holds nothing and waits for nobody.
    pub async fn count_seats(
        &self,
        _caller: &Caller,
        account: AccountId,
        request: Option<RequestKey>,
        seats: Seats,
    ) -> Result<Answer, Error> {
        let (seats, unknown) = seats.split(|product| self.catalogue.has(product));
        let reader = self.database.reader();
        let pools = seat_pools::list(reader, account).await?;
        let own = match &request {
            Some(key) => reservations::find(reader, key).await?,
            None => BTreeMap::new(),
        };
        let availability: Vec<Availability> = Ledger::new(pools, own).count(account, request.as_ref(), &seats);
        Ok(Answer {
            grant: None,
            availability,
            unknown,
        })
    }
}

/// Starts the task that decides batch after batch.
pub fn batcher(database: &Database, config: &ReservationConfig) -> Batcher<Ask, Answer, Error> {
    let database = database.clone();
    let ttl = config.ttl;
    Batcher::spawn("reservations", config.max_batch, config.queue, move |batch| {
        decide(database.clone(), ttl, batch.into())
    })
}

async fn decide(
    database: Database,
    ttl: Duration,
    batch: std::sync::Arc<[Ask]>,
) -> Result<Vec<Result<Answer, Error>>, Error> {
    let attempt = || {
        let batch = batch.clone();
        database.transaction(move |tx| -> BoxFuture<'_, _> { Box::pin(async move { commit(tx, ttl, &batch).await }) })
    };
    retry::on_conflict(attempt).await
}

async fn commit(tx: &Tx, ttl: Duration, batch: &[Ask]) -> Result<Vec<Result<Answer, Error>>, Error> {
    let requests: BTreeSet<_> = batch.iter().map(|ask| ask.key).collect();
    let known = reservations::lock(tx, requests.iter()).await?;
    let wanted: BTreeSet<_> = batch.iter().flat_map(pools_of).collect();
    let pools = seat_pools::lock(tx, wanted.iter()).await?;
    // After the locks: waiting for them must not shorten the promise.
    let now = storage::now(tx).await?;
    let mut ledger = Ledger::new(pools, known);
    let terms = Terms { now, ttl };
    let answers = batch
        .iter()
        .map(|ask| ledger.decide(ask, terms).map_err(Error::from))
        .collect();
    seat_pools::take(tx, ledger.taken()).await?;
    reservations::put(tx, now, ledger.made()).await?;
    Ok(answers)
}

fn pools_of(ask: &Ask) -> impl Iterator<Item = PoolKey> {
    let account = ask.key.account;
    ask.seats.iter().map(move |(product, _)| PoolKey::new(account, product))
}
