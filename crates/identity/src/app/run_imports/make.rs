//! One chunk: its new people are added, and then those changed who are there already; each by a request that takes effect
//! once, however often it is made.

use types::{RequestId, Timestamp, failpoint};

use super::Work;
use super::judge::Judged;
use crate::app::{Attempt, Prepared};
use crate::clients::Reserved;
use crate::domain::admission::{AddUsers, Answer, Grant, Outcome, SeatCount, SeatQuantity};
use crate::domain::error::Error;
use crate::domain::fault::{Fault, Violation};
use crate::domain::free_seats::FreeSeats;
use crate::domain::import::SeatPolicy;
use crate::domain::merge::MergeUsers;
use crate::domain::sheet::{Column, SheetRow};
use crate::domain::user_update;
use crate::store::import_chunks::Chunk;

/// How often a request is decided anew when seats or people have changed meanwhile.
const ATTEMPTS: usize = 5;

/// What became of a chunk.
pub enum Made {
    Committed(Judged),
    TooFewSeats,
}

/// What became of seats that a request needs.
enum Seats {
    Held(Option<Grant>),
    Short(Vec<SeatCount>),
}

impl Work {
    /// Makes a chunk, or finds that it was made.
    pub async fn make(
        &self,
        rows: &[SheetRow],
        planned: &Chunk,
        [grant, update_grant]: [Option<Grant>; 2],
    ) -> Result<Made, Error> {
        let request = self.request(planned.request_id, planned.number, rows);
        let Some(answer) = self.add(request, planned.seats.clone(), grant).await? else {
            return Ok(Made::TooFewSeats);
        };
        failpoint("identity::run_imports::committed");
        let mut judged = self.judge(rows, &answer);
        if let Some(merger) = self.merger(planned.update_request_id, rows, &judged) {
            let Some(answer) = self.merge(merger, planned.update_seats.clone(), update_grant).await? else {
                return Ok(Made::TooFewSeats);
            };
            judged.merge(rows, &answer);
        }
        Ok(Made::Committed(judged))
    }

    async fn add(
        &self,
        mut request: AddUsers,
        mut seats: Vec<SeatQuantity>,
        mut grant: Option<Grant>,
    ) -> Result<Option<Answer>, Error> {
        for _ in 0..ATTEMPTS {
            let grant = match self.seats(request.request_id, &seats, grant.take()).await? {
                Seats::Held(grant) => grant,
                Seats::Short(_) if self.is_all_or_nothing() => return Ok(None),
                Seats::Short(counts) => match self.fit(&mut request, &counts).await? {
                    Prepared::Answered(answer) => return Ok(Some(answer)),
                    Prepared::Foretold { seats: fewer, .. } => {
                        seats = fewer;
                        continue;
                    }
                },
            };
            match self
                .app
                .commit_add_users(self.attempt(grant), request.clone().into())
                .await
            {
                // Somebody else has added or removed some of them, or it took too long.
                Err(Error::GrantLapsed) => {
                    match self.app.prepare_add_users(&self.person, request.clone().into()).await? {
                        Prepared::Answered(answer) => return Ok(Some(answer)),
                        Prepared::Foretold { seats: other, .. } => seats = other,
                    }
                }
                answer => return answer.map(Some),
            }
        }
        Err(Error::Contended)
    }

    async fn merge(
        &self,
        mut request: MergeUsers,
        mut seats: Vec<SeatQuantity>,
        mut grant: Option<Grant>,
    ) -> Result<Option<user_update::Answer>, Error> {
        for _ in 0..ATTEMPTS {
            match self.seats(request.request_id, &seats, grant.take()).await? {
                Seats::Held(grant) => match self.app.commit_change(self.attempt(grant), request.clone()).await {
                    Err(Error::GrantLapsed) => {}
                    answer => return answer.map(Some),
                },
                Seats::Short(_) if self.is_all_or_nothing() => return Ok(None),
                Seats::Short(counts) => request.free = Some(FreeSeats::new(&counts)),
            }
            match self.app.prepare_change(&self.person, &request).await? {
                Prepared::Answered(answer) => return Ok(Some(answer)),
                Prepared::Foretold { seats: other, .. } => seats = other,
            }
        }
        Err(Error::Contended)
    }

    /// Holds seats for a request, unless they are held.
    async fn seats(&self, request_id: RequestId, seats: &[SeatQuantity], grant: Option<Grant>) -> Result<Seats, Error> {
        if seats.is_empty() || grant.is_some() {
            return Ok(Seats::Held(grant));
        }
        let reserved = self.reserve(request_id, seats).await?;
        Ok(match reserved.grant {
            Some(grant) => Seats::Held(Some(grant)),
            None => Seats::Short(reserved.seats),
        })
    }

    /// Reserves seats. Those of an import that is for all or nobody have no deadline: licensing takes none back before it was
    /// told to, and of a request that such an import still wants to make, nothing is told.
    pub async fn reserve(&self, request_id: RequestId, seats: &[SeatQuantity]) -> Result<Reserved, Error> {
        let (account, not_after) = (self.import.account_id, Some(self.not_after()));
        let mut reserved = self
            .app
            .licensing
            .reserve(account, request_id, seats, not_after)
            .await?;
        if let Some(grant) = reserved.grant.as_mut().filter(|_| self.is_all_or_nothing()) {
            grant.deadline = Timestamp::from_micros(i64::MAX);
        }
        Ok(reserved)
    }

    fn attempt(&self, grant: Option<Grant>) -> Attempt {
        Attempt {
            person: self.person,
            origin: self.import.origin.clone(),
            grant,
            seats: vec![],
        }
    }

    fn is_all_or_nothing(&self) -> bool {
        self.import.options.seat_policy == SeatPolicy::AllOrNothing
    }

    /// Leaves those out for whom there is no seat, in the file's order, and judges the rest anew.
    async fn fit(&self, request: &mut AddUsers, counts: &[SeatCount]) -> Result<Prepared<Answer>, Error> {
        let prepared = self.app.prepare_add_users(&self.person, request.clone().into()).await?;
        let Prepared::Foretold { answer, .. } = &prepared else {
            return Ok(prepared);
        };
        let mut free = FreeSeats::new(counts);
        for (user, result) in request.users.iter_mut().zip(&answer.results) {
            if result.outcome == Outcome::Failed {
                continue;
            }
            let products = match user.options.products.as_slice() {
                [] => &request.options.products[..],
                own => own,
            };
            if !free.take(products) {
                let column = Column::Products.name();
                user.faults.push(Violation::new(Fault::SeatsExhausted, column));
            }
        }
        self.app.prepare_add_users(&self.person, request.clone().into()).await
    }
}
