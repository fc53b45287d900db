//! Adding users: prepare in identity, reserve in licensing, commit in identity.
//!
//! The gateway decides nothing and holds nothing: wherever it stops, licensing asks identity what became of the seats.

use std::collections::BTreeMap;
use std::time::Duration;

use chassis::{Refusal, reason};
use proto::admin::v1::add_user_result::Outcome;
use proto::admin::v1::{AddUserResult, AddUsersRequest, AddUsersResponse, SeatCount};
use proto::identity::internal::v1::{CommitAddUsersRequest, PlannedUser};
use proto::licensing::internal::v1::{Grant, ReserveSeatsRequest, ReserveSeatsResponse, SeatQuantity};
use tonic::{Code, Status};
use types::{RequestId, failpoint};

use super::{People, refusal};
use crate::caller::From;

/// How long a message may be on its way before its receiver refuses it.
const NOT_AFTER: Duration = Duration::from_secs(30);
/// How often a reservation that lapsed under way is made anew before the caller is told.
const ATTEMPTS: usize = 3;

impl People {
    /// Adds users, or tells what adding them would do.
    pub(super) async fn add(&self, from: &From, mut request: AddUsersRequest) -> Result<AddUsersResponse, Status> {
        if request.request_id.is_empty() {
            request.request_id = RequestId::new().to_string();
        } else if let Ok(request_id) = request.request_id.parse::<RequestId>() {
            // One spelling, so that every service knows the request by the same name.
            request.request_id = request_id.to_string();
        }
        for _ in 0..ATTEMPTS {
            match self.attempt(from, &request).await {
                Err(status) if reason(&status).as_deref() == Some("GRANT_LAPSED") => {}
                answer => return answer,
            }
        }
        let refusal = Refusal::new(
            Code::Aborted,
            "REQUEST_IN_PROGRESS",
            "an earlier attempt is being settled; try again",
        );
        Err(refusal.retry_after(Duration::from_secs(1)).into())
    }

    async fn attempt(&self, from: &From, request: &AddUsersRequest) -> Result<AddUsersResponse, Status> {
        let prepared = self.identity.prepare(from, request).await?;
        failpoint("gateway::add_users::prepared");
        if let Some(answered) = prepared.answered {
            return Ok(answered);
        }
        let plan = prepared.plan;
        if !request.allow_partial
            && let Some(refusal) = refusal::rows(&plan)
        {
            return Err(refusal);
        }
        let reserved = self.reserve(from, request, &plan).await?;
        failpoint("gateway::add_users::reserved");
        if let Some(refusal) = refusal::seats(&reserved) {
            return Err(refusal);
        }
        let seats = counts(&reserved);
        if request.validate_only || plan.iter().all(|row| row.error.is_some()) {
            return Ok(foretold(request, plan, seats));
        }
        let answer = self.commit(from, request, reserved.grant, seats).await;
        failpoint("gateway::add_users::committed");
        answer
    }

    /// Holds the seats that the good rows need; with `validate_only`, counts them.
    async fn reserve(
        &self,
        from: &From,
        request: &AddUsersRequest,
        plan: &[PlannedUser],
    ) -> Result<ReserveSeatsResponse, Status> {
        let seats = needed(plan);
        if seats.is_empty() {
            return Ok(ReserveSeatsResponse::default());
        }
        let message = ReserveSeatsRequest {
            account_id: from.person.account.to_string(),
            request_id: request.request_id.clone(),
            seats,
            not_after: (!request.validate_only).then(|| self.not_after()),
            validate_only: request.validate_only,
        };
        self.licensing.reserve(from, message).await
    }

    async fn commit(
        &self,
        from: &From,
        request: &AddUsersRequest,
        grant: Option<Grant>,
        seats: Vec<SeatCount>,
    ) -> Result<AddUsersResponse, Status> {
        let not_after = Some(self.not_after());
        let message = CommitAddUsersRequest {
            request: Some(request.clone()),
            grant,
            seats,
            not_after,
        };
        self.identity.commit(from, message).await
    }

    fn not_after(&self) -> prost_types::Timestamp {
        let not_after = self.clock.now() + NOT_AFTER;
        prost_types::Timestamp {
            seconds: not_after.seconds(),
            nanos: not_after.subsec_nanos(),
        }
    }
}

/// The seats that the good rows need, sorted by product.
fn needed(plan: &[PlannedUser]) -> Vec<SeatQuantity> {
    let mut needed = BTreeMap::<&str, i64>::new();
    for product in plan
        .iter()
        .filter(|row| row.error.is_none())
        .flat_map(|row| &row.products)
    {
        *needed.entry(product).or_default() += 1;
    }
    needed
        .into_iter()
        .map(|(product, quantity)| SeatQuantity {
            product: product.to_owned(),
            quantity,
        })
        .collect()
}

fn counts(reserved: &ReserveSeatsResponse) -> Vec<SeatCount> {
    let count = |seat: &proto::licensing::internal::v1::SeatAvailability| SeatCount {
        product: seat.product.clone(),
        requested: seat.requested,
        available: seat.available,
    };
    reserved.seats.iter().map(count).collect()
}

/// The plan as an answer: what would be done, without ids.
fn foretold(request: &AddUsersRequest, plan: Vec<PlannedUser>, seats: Vec<SeatCount>) -> AddUsersResponse {
    let result = |(index, (row, user)): (i32, (PlannedUser, &proto::admin::v1::NewUser))| AddUserResult {
        index,
        email: user.email.clone(),
        outcome: if row.error.is_some() {
            Outcome::Failed.into()
        } else {
            row.outcome
        },
        user_id: String::new(),
        invitation_id: String::new(),
        error: row.error,
    };
    let results = (0..).zip(plan.into_iter().zip(&request.users)).map(result).collect();
    AddUsersResponse { results, seats }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_good_rows_need_seats() {
        let row = |products: &[&str], bad: bool| PlannedUser {
            outcome: 0,
            products: products.iter().map(|product| (*product).to_owned()).collect(),
            error: bad.then(tonic_types::Status::default),
        };
        let plan = [
            row(&["training", "meeting"], false),
            row(&["training"], false),
            row(&["phone"], true),
        ];
        let seats: Vec<_> = needed(&plan)
            .into_iter()
            .map(|seat| (seat.product, seat.quantity))
            .collect();
        assert_eq!(seats, [("meeting".to_owned(), 1), ("training".to_owned(), 2)]);
    }
}
