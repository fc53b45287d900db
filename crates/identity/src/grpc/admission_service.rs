//! usher.identity.internal.v1.AdmissionService.

use proto::identity::internal::v1::admission_service_server::AdmissionService;
use proto::identity::internal::v1::{
    CommitAddUsersRequest, CommitAddUsersResponse, PlannedUser, PrepareAddUsersRequest, PrepareAddUsersResponse,
    ResolveReservationsRequest, ResolveReservationsResponse,
};
use tonic::{Request, Response, Status};
use types::Mac;

use super::convert;
use crate::app::{App, Plan, Planned};
use crate::domain::error::Error;

/// Adding users.
pub struct Admission {
    /// The use cases.
    pub app: App,
    /// Checks licensing's proofs.
    pub grants: Mac,
}

#[tonic::async_trait]
impl AdmissionService for Admission {
    async fn prepare_add_users(
        &self,
        request: Request<PrepareAddUsersRequest>,
    ) -> Result<Response<PrepareAddUsersResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let request = convert::read_add_users(&request.into_inner().request.unwrap_or_default())?;
        let response = match self.app.prepare_add_users(&person, &request).await? {
            Plan::Answered(answer) => PrepareAddUsersResponse {
                answered: Some(convert::answer(answer)),
                plan: vec![],
            },
            Plan::Planned(rows) => PrepareAddUsersResponse {
                answered: None,
                plan: rows.into_iter().map(planned).collect(),
            },
        };
        Ok(Response::new(response))
    }

    async fn commit_add_users(
        &self,
        request: Request<CommitAddUsersRequest>,
    ) -> Result<Response<CommitAddUsersResponse>, Status> {
        let caller = chassis::caller(&request)?;
        let (person, source) = (*caller.person()?, caller.source.map(|source| source.to_string()));
        let message = request.into_inner();
        if convert::read_timestamp(message.not_after).is_none_or(|not_after| not_after < self.app.clock.now()) {
            return Err(Error::MessageStale.into());
        }
        let request = convert::read_add_users(&message.request.unwrap_or_default())?;
        let read = |grant| convert::read_grant(grant, &self.grants, person.account, &request);
        let grant = message.grant.map(read).transpose()?;
        let seats = convert::read_seats(message.seats);
        let answer = self.app.commit_add_users(person, source, request, grant, seats).await?;
        Ok(Response::new(CommitAddUsersResponse {
            response: Some(convert::answer(answer)),
        }))
    }

    async fn resolve_reservations(
        &self,
        request: Request<ResolveReservationsRequest>,
    ) -> Result<Response<ResolveReservationsResponse>, Status> {
        let keys = request
            .into_inner()
            .reservations
            .into_iter()
            .map(convert::read_reservation_key);
        let resolutions = self.app.resolve_reservations(keys.collect::<Result<_, _>>()?).await?;
        let resolutions = resolutions.iter().map(convert::resolution).collect();
        Ok(Response::new(ResolveReservationsResponse { resolutions }))
    }
}

fn planned(row: Planned) -> PlannedUser {
    PlannedUser {
        outcome: convert::outcome(row.outcome).into(),
        products: row.products,
        error: convert::row_error(&row.violations),
    }
}
