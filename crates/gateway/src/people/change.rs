//! Changing people: prepare in identity, reserve in licensing, commit in identity; the same for every change.
//!
//! The gateway decides nothing and holds nothing: wherever it stops, licensing asks identity what became of the seats.

use std::time::Duration;

use chassis::{Refusal, reason};
use proto::admin::v1::SeatCount;
use proto::identity::internal::v1::{Answer, Change as WireChange, CommitChangeRequest, answer, change};
use proto::licensing::internal::v1::{
    Grant, ReserveSeatsRequest, ReserveSeatsResponse, SeatAvailability, SeatQuantity,
};
use tonic::{Code, Status};
use types::{RequestId, failpoint};

use super::{People, refusal};
use crate::caller::From;

/// How long a message may be on its way before its receiver refuses it.
const NOT_AFTER: Duration = Duration::from_secs(30);
/// How often a reservation that lapsed under way is made anew before the caller is told.
const ATTEMPTS: usize = 3;

/// A request to change people.
pub trait Change: Clone {
    /// What it is answered with.
    type Answer;
    /// Where it names products, for who asks for one that there is not.
    const PRODUCTS: &'static str;
    /// How the fields of identity's refusals begin that have other names in this request, and how they begin there: the first
    /// that fits is taken.
    const FIELDS: &'static [(&'static str, &'static str)] = &[];

    /// The name under which it is remembered.
    fn request_id(&mut self) -> &mut String;

    /// Whether it is only asked what would happen.
    fn validate_only(&self) -> bool;

    /// Whether good rows count when others are bad.
    fn allow_partial(&self) -> bool;

    /// The request as identity reads it.
    fn into_kind(self) -> change::Kind;

    /// The answer, if identity has given one of this kind.
    fn read(kind: answer::Kind) -> Option<Self::Answer>;

    /// What is wrong with each row, if anything.
    fn errors(answer: &Self::Answer) -> Vec<Option<&tonic_types::Status>>;

    /// The same answer with seat counts, where it has any.
    fn with_seats(answer: Self::Answer, seats: Vec<SeatCount>) -> Self::Answer;
}

impl People {
    /// Makes a change, or tells what it would do.
    pub(super) async fn change<C: Change>(&self, from: &From, mut change: C) -> Result<C::Answer, Status> {
        let request_id = change.request_id();
        if request_id.is_empty() {
            *request_id = RequestId::new().to_string();
        } else if let Ok(parsed) = request_id.parse::<RequestId>() {
            // One spelling, so that every service knows the request by the same name.
            *request_id = parsed.to_string();
        }
        for _ in 0..ATTEMPTS {
            match self.attempt(from, &mut change).await {
                Err(status) if reason(&status).as_deref() == Some("GRANT_LAPSED") => {}
                answer => return answer.map_err(|status| refusal::renamed(status, C::FIELDS)),
            }
        }
        let refusal = Refusal::new(
            Code::Aborted,
            "REQUEST_IN_PROGRESS",
            "an earlier attempt is being settled; try again",
        );
        Err(refusal.retry_after(Duration::from_secs(1)).into())
    }

    async fn attempt<C: Change>(&self, from: &From, change: &mut C) -> Result<C::Answer, Status> {
        let prepared = self.identity.prepare(from, wire(change)).await?;
        failpoint("gateway::change::prepared");
        if let Some(answered) = prepared.answered {
            return read::<C>(answered);
        }
        let foretold = read::<C>(prepared.foretold.unwrap_or_default())?;
        let errors = C::errors(&foretold);
        if !change.allow_partial()
            && let Some(refusal) = refusal::rows(errors.iter().copied().flatten())
        {
            return Err(refusal);
        }
        // An answer without rows is about one thing, which is good.
        let all_bad = !errors.is_empty() && errors.iter().all(Option::is_some);
        let reserved = self.reserve(from, change, prepared.seats).await?;
        failpoint("gateway::change::reserved");
        if let Some(refusal) = refusal::seats(&reserved, C::PRODUCTS) {
            return Err(refusal);
        }
        let seats = counts(&reserved);
        if change.validate_only() || all_bad {
            return Ok(C::with_seats(foretold, seats));
        }
        let answer = self.commit(from, change, reserved.grant, seats).await;
        failpoint("gateway::change::committed");
        answer
    }

    /// Holds seats; with `validate_only`, counts them.
    async fn reserve<C: Change>(
        &self,
        from: &From,
        change: &mut C,
        seats: Vec<SeatQuantity>,
    ) -> Result<ReserveSeatsResponse, Status> {
        if seats.is_empty() {
            return Ok(ReserveSeatsResponse::default());
        }
        let message = ReserveSeatsRequest {
            account_id: from.person.account.to_string(),
            request_id: change.request_id().clone(),
            seats,
            not_after: (!change.validate_only()).then(|| self.not_after()),
            validate_only: change.validate_only(),
        };
        self.licensing.reserve(from, message).await
    }

    async fn commit<C: Change>(
        &self,
        from: &From,
        change: &C,
        grant: Option<Grant>,
        seats: Vec<SeatCount>,
    ) -> Result<C::Answer, Status> {
        let not_after = Some(self.not_after());
        let message = CommitChangeRequest {
            change: Some(wire(change)),
            grant,
            seats,
            not_after,
        };
        read::<C>(self.identity.commit(from, message).await?)
    }

    fn not_after(&self) -> prost_types::Timestamp {
        chassis::timestamp(self.clock.now() + NOT_AFTER)
    }
}

fn wire(change: &impl Change) -> WireChange {
    WireChange {
        kind: Some(change.clone().into_kind()),
    }
}

/// What identity has answered; of another kind it never is.
fn read<C: Change>(answer: Answer) -> Result<C::Answer, Status> {
    let unreadable = || chassis::internal(&std::io::Error::other("identity's answer is of another kind"));
    answer.kind.and_then(C::read).ok_or_else(unreadable)
}

fn counts(reserved: &ReserveSeatsResponse) -> Vec<SeatCount> {
    let count = |seat: &SeatAvailability| SeatCount {
        product: seat.product.clone(),
        requested: seat.requested,
        available: seat.available,
    };
    reserved.seats.iter().map(count).collect()
}
