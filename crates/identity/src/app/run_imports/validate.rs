//! Looking at every row: what would become of it, and the seats that takes.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};
use types::RequestId;

use super::judge::Judged;
use super::rows::{Chunk, Rows};
use super::{End, IN_FLIGHT, Step, Work};
use crate::app::Prepared;
use crate::domain::admission::{SeatCount, SeatQuantity};
use crate::domain::error::Error;
use crate::domain::import::{Counts, ImportFault, ImportState, MAX_ROWS, SeatPolicy};
use crate::store::{import_chunks, import_failures};

impl Work {
    /// Looks at every row; afterwards the import is running, unless that is all, or something ends it.
    pub async fn validate(&mut self) -> Result<Option<End>, Error> {
        self.begin().await?;
        let rows = Rows::new(&self.app, &self.import)?;
        let foreteller = self.clone();
        let chunks = stream::try_unfold(rows, |mut rows| async move {
            let chunk = rows.next().await?;
            Ok::<_, Error>(chunk.map(|chunk| (chunk, rows)))
        });
        let foretold = chunks.map_ok(move |chunk| foreteller.clone().foretell(chunk));
        let mut foretold = foretold.try_buffered(IN_FLIGHT).boxed();
        let mut needed = BTreeMap::<String, i64>::new();
        while let Some((chunk, judged)) = foretold.try_next().await? {
            for seat in chunk.seats.iter().chain(&chunk.update_seats) {
                *needed.entry(seat.product.clone()).or_default() += seat.quantity;
            }
            let number = chunk.number;
            let step = Step {
                number,
                chunk: Some(chunk),
                judged,
            };
            self.record(step).await?;
            if self.import.row_count > MAX_ROWS {
                return Ok(Some(End::Failed(ImportFault::TooManyRows)));
            }
            if self.import.is_cancelled {
                return Ok(Some(End::Cancelled));
            }
        }
        drop(foretold);
        self.decide(needed).await
    }

    /// From the beginning, whatever a process that is gone has looked at.
    async fn begin(&mut self) -> Result<(), Error> {
        let id = self.import.id;
        import_chunks::delete(self.app.database.writer(), id).await?;
        import_failures::delete(self.app.database.writer(), id).await?;
        self.change(|import| {
            (import.state, import.row_count, import.counts) = (ImportState::Validating, 0, Counts::default());
        })
        .await
    }

    /// What would become of a chunk.
    async fn foretell(self, chunk: Chunk) -> Result<(import_chunks::Chunk, Judged), Error> {
        let request_id = RequestId::new();
        let request = self.request(request_id, chunk.number, &chunk.rows);
        let Prepared::Foretold { answer, seats } = self.app.prepare_add_users(&self.person, request.into()).await?
        else {
            return Err(Error::Contended);
        };
        let mut judged = self.judge(&chunk.rows, &answer);
        let update_request_id = RequestId::new();
        let mut update_seats = vec![];
        if let Some(merger) = self.merger(update_request_id, &chunk.rows, &judged) {
            let Prepared::Foretold { answer, seats } = self.app.prepare_change(&self.person, &merger).await? else {
                return Err(Error::Contended);
            };
            judged.merge(&chunk.rows, &answer);
            update_seats = seats;
        }
        let outcomes = self.import.options.validate_only.then(|| judged.outcomes.clone());
        let chunk = import_chunks::Chunk {
            number: chunk.number,
            request_id,
            update_request_id,
            is_held: self.import.options.seat_policy == SeatPolicy::AllOrNothing,
            seats,
            update_seats,
            outcomes,
        };
        Ok((chunk, judged))
    }

    /// Counts the seats; goes on when that is wanted and they are enough.
    async fn decide(&mut self, needed: BTreeMap<String, i64>) -> Result<Option<End>, Error> {
        let needed: Vec<SeatQuantity> = needed
            .into_iter()
            .map(|(product, quantity)| SeatQuantity { product, quantity })
            .collect();
        let seats = if needed.is_empty() {
            vec![]
        } else {
            let licensing = &self.app.licensing;
            let counted = licensing.reserve(self.import.account_id, RequestId::new(), &needed, None);
            counted.await?.seats
        };
        let is_short = seats.iter().any(|seat: &SeatCount| seat.requested > seat.available);
        let options = &self.import.options;
        let end = if options.validate_only {
            Some(End::Succeeded)
        } else if is_short && options.seat_policy == SeatPolicy::AllOrNothing {
            Some(End::Failed(ImportFault::SeatsExhausted))
        } else {
            None
        };
        let runs = end.is_none();
        self.change(move |import| {
            import.seats = seats;
            if runs {
                import.state = ImportState::Running;
            }
        })
        .await?;
        Ok(end)
    }
}
