//! Hands seats on from one holder to another.

use std::collections::BTreeMap;
use std::sync::Arc;

use chassis::Caller;
use storage::BoxFuture;

use super::{App, Error, retry, settle};
use crate::domain::settlement::{Books, Move, NotYet};
use crate::store::{Tx, seat_holders};

impl App {
    /// Carries these out, and answers the indexes of those whose seats are still to come.
    pub async fn move_seats(&self, _caller: &Caller, moves: Vec<Move>) -> Result<Vec<usize>, Error> {
        if moves.is_empty() {
            return Ok(vec![]);
        }
        let moves: Arc<[Move]> = moves.into();
        let attempt = || {
            let moves = moves.clone();
            self.database
                .transaction(move |tx| -> BoxFuture<'_, _> { Box::pin(async move { commit(tx, &moves).await }) })
        };
        retry::on_conflict(attempt).await
    }
}

async fn commit(tx: &Tx, moves: &[Move]) -> Result<Vec<usize>, Error> {
    let keys = moves.iter().flat_map(|order| [order.from, order.to]);
    let mut books = Books::new(BTreeMap::new(), seat_holders::lock(tx, keys).await?);
    let mut pending = Vec::new();
    for (index, order) in moves.iter().enumerate() {
        if books.hand_on(order) == Err(NotYet) {
            pending.push(index);
        }
    }
    settle::write(tx, &books.into_changes()).await?;
    Ok(pending)
}
