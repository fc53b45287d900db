//! Adding the people: seats are held for all of them first, where all or nobody is to be added; then chunk after chunk is
//! committed, several at a time.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use futures::{StreamExt, TryStreamExt, stream};
use types::{RequestId, failpoint};

use super::make::Made;
use super::rows::Rows;
use super::{End, IN_FLIGHT, Step, Work};
use crate::domain::admission::{Grant, ReservationKey, SeatQuantity};
use crate::domain::error::Error;
use crate::domain::import::{ImportFault, SeatPolicy};
use crate::store::import_chunks::{self, Chunk};
use crate::store::requests::{self, Key};

/// How many chunks there can be, and more.
const ALL: i64 = 1_000;

/// What is still to be done.
struct Plan {
    /// The chunks that are not finished, by number.
    chunks: BTreeMap<i64, Chunk>,
    /// The seats that are held for their requests.
    grants: HashMap<RequestId, Grant>,
}

impl Work {
    /// Adds people until all are added, or something ends the import; tells which reservations are not needed any more.
    pub async fn commit(&mut self) -> Result<(End, Vec<ReservationKey>), Error> {
        let mut plan = self.plan().await?;
        if self.import.options.seat_policy == SeatPolicy::AllOrNothing && !self.import.is_cancelled {
            let needs = plan.chunks.values().flat_map(needs).collect::<Vec<_>>();
            let count = needs.len();
            plan.grants = self.hold(needs).await?;
            if plan.grants.len() < count {
                return Ok((End::Failed(ImportFault::SeatsExhausted), self.held(&plan)));
            }
        }
        let end = self.make_all(&mut plan).await?;
        Ok((end, self.held(&plan)))
    }

    /// What is still to be done: when the import is to stop, only to write down what was done already.
    async fn plan(&self) -> Result<Plan, Error> {
        let reader = self.app.database.reader();
        let mut chunks = import_chunks::list(reader, self.import.id, 0, ALL).await?;
        chunks.retain(|chunk| chunk.outcomes.is_none());
        if self.import.is_cancelled {
            let key = |chunk: &Chunk| Key {
                account_id: self.import.account_id,
                request_id: chunk.request_id.to_string(),
            };
            let keys: Vec<Key> = chunks.iter().map(key).collect();
            let remembered = requests::find(reader, &keys).await?;
            chunks.retain(|chunk| {
                let mut of_chunk = remembered.iter().filter(|it| it.key == key(chunk));
                of_chunk.any(|it| it.committed.is_some())
            });
        }
        Ok(Plan {
            chunks: chunks.into_iter().map(|chunk| (chunk.number, chunk)).collect(),
            grants: HashMap::new(),
        })
    }

    /// Holds seats for requests; those are left out for which there are too few.
    async fn hold(&self, needs: Vec<(RequestId, Vec<SeatQuantity>)>) -> Result<HashMap<RequestId, Grant>, Error> {
        let holder = self.clone();
        let grants = stream::iter(needs).map(move |(request_id, seats)| {
            let holder = holder.clone();
            async move {
                let reserved = holder.reserve(request_id, &seats).await?;
                Ok::<_, Error>(reserved.grant.map(|grant| (request_id, grant)))
            }
        });
        let grants: Vec<_> = grants.buffer_unordered(IN_FLIGHT).try_collect().await?;
        failpoint("identity::run_imports::held");
        Ok(grants.into_iter().flatten().collect())
    }

    fn held(&self, plan: &Plan) -> Vec<ReservationKey> {
        let key = |(request_id, grant): (&RequestId, &Grant)| ReservationKey {
            account_id: self.import.account_id,
            request_id: request_id.to_string(),
            epoch: grant.epoch,
        };
        plan.grants.iter().map(key).collect()
    }

    async fn make_all(&mut self, plan: &mut Plan) -> Result<End, Error> {
        let rows = Rows::new(&self.app, &self.import)?;
        // No chunk is begun any more; those under way come to their end, so that it is known what they have done.
        let stop = Arc::new(OnceLock::new());
        let (beginner, stopped) = (self.clone(), stop.clone());
        let chunks = stream::try_unfold(rows, move |mut rows| {
            let (beginner, stopped) = (beginner.clone(), stopped.clone());
            async move {
                if stopped.get().is_some() {
                    return Ok::<_, Error>(None);
                }
                let Some(maker) = beginner.anew().await? else {
                    stopped.get_or_init(|| End::Failed(ImportFault::PermissionLost));
                    return Ok(None);
                };
                let chunk = rows.next().await?;
                Ok(chunk.map(|chunk| ((maker, chunk), rows)))
            }
        });
        let (planned, grants) = (plan.chunks.clone(), plan.grants.clone());
        let planned = chunks.try_filter_map(move |(maker, chunk)| {
            let planned = planned.get(&chunk.number).cloned();
            async move { Ok(planned.map(|planned| (maker, chunk, planned))) }
        });
        let made = planned.map_ok(move |(maker, chunk, planned)| {
            let grant = |request_id| grants.get(&request_id).cloned();
            let grants = [grant(planned.request_id), grant(planned.update_request_id)];
            async move {
                let made = maker.make(&chunk.rows, &planned, grants).await?;
                Ok::<_, Error>((planned.number, made))
            }
        });
        let mut made = made.try_buffered(IN_FLIGHT).boxed();
        // One that was to stop from the beginning only writes down what was done.
        let is_late = self.import.is_cancelled;
        while let Some((number, made)) = made.try_next().await? {
            match made {
                Made::Committed(judged) => {
                    let step = Step {
                        number,
                        chunk: None,
                        judged,
                    };
                    self.record(step).await?;
                    failpoint("identity::run_imports::recorded");
                    if let Some(chunk) = plan.chunks.get(&number) {
                        plan.grants.remove(&chunk.request_id);
                        plan.grants.remove(&chunk.update_request_id);
                    }
                }
                Made::TooFewSeats => {
                    stop.get_or_init(|| End::Failed(ImportFault::SeatsExhausted));
                }
            }
            if self.import.is_cancelled && !is_late {
                stop.get_or_init(|| End::Cancelled);
            }
        }
        let end = stop.get().copied().unwrap_or(End::Succeeded);
        Ok(if self.import.is_cancelled { End::Cancelled } else { end })
    }

    /// The same work with what whoever imports may do by now; none when they may not import any more.
    async fn anew(&self) -> Result<Option<Self>, Error> {
        let person = self.app.importer(&self.import).await?;
        Ok(person.map(|person| Self { person, ..self.clone() }))
    }
}

/// The requests of a chunk that need seats.
fn needs(chunk: &Chunk) -> impl Iterator<Item = (RequestId, Vec<SeatQuantity>)> {
    let both = [
        (chunk.request_id, chunk.seats.clone()),
        (chunk.update_request_id, chunk.update_seats.clone()),
    ];
    both.into_iter().filter(|(_, seats)| !seats.is_empty())
}
