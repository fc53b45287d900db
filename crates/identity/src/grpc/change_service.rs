//! usher.identity.internal.v1.ChangeService.

use proto::identity::internal::v1::change::Kind;
use proto::identity::internal::v1::change_service_server::ChangeService;
use proto::identity::internal::v1::{
    Answer, Change as WireChange, CommitChangeRequest, CommitChangeResponse, PrepareChangeRequest,
    PrepareChangeResponse, ResolveReservationsRequest, ResolveReservationsResponse,
};
use tonic::{Request, Response, Status};
use types::{Mac, RequestId};

use super::{change, convert};
use crate::app::{App, Attempt, Change, Prepared, origin};
use crate::domain::answered::Answered;
use crate::domain::error::Error;

/// Changes of people that may need seats.
pub struct Changes {
    /// The use cases.
    pub app: App,
    /// Checks licensing's proofs.
    pub grants: Mac,
}

#[tonic::async_trait]
impl ChangeService for Changes {
    async fn prepare_change(
        &self,
        request: Request<PrepareChangeRequest>,
    ) -> Result<Response<PrepareChangeResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let response = match read(request.into_inner().change)? {
            Kind::AddUsers(request) => {
                let request = convert::read_add_users(&request)?;
                prepared(self.app.prepare_add_users(&person, request.into()).await?)
            }
            Kind::BatchUpdateUsers(request) => {
                let request = change::read_update_users(&request)?;
                prepared(self.app.prepare_change(&person, &request).await?)
            }
            Kind::ResendInvitation(request) => {
                let request = change::read_resend_invitation(&request)?;
                prepared(self.app.prepare_resend(&person, &request).await?)
            }
        };
        Ok(Response::new(response))
    }

    async fn commit_change(
        &self,
        request: Request<CommitChangeRequest>,
    ) -> Result<Response<CommitChangeResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let person = *caller.person()?;
        let message = request.into_inner();
        if convert::read_timestamp(message.not_after).is_none_or(|not_after| not_after < self.app.clock.now()) {
            return Err(Error::MessageStale.into());
        }
        let attempt = |request_id: RequestId| {
            let read = |grant| convert::read_grant(grant, &self.grants, person.account, request_id);
            Ok::<_, Error>(Attempt {
                person,
                origin: origin(&caller, &request_id.to_string()),
                grant: message.grant.map(read).transpose()?,
                seats: convert::read_seats(message.seats),
            })
        };
        let answer: Answered = match read(message.change)? {
            Kind::AddUsers(request) => {
                let request = convert::read_add_users(&request)?;
                let attempt = attempt(request.request_id)?;
                self.app.commit_add_users(attempt, request.into()).await?.into()
            }
            Kind::BatchUpdateUsers(request) => {
                let request = change::read_update_users(&request)?;
                let attempt = attempt(request.request_id())?;
                self.app.commit_change(attempt, request).await?.into()
            }
            Kind::ResendInvitation(request) => {
                let request = change::read_resend_invitation(&request)?;
                let attempt = attempt(request.request_id())?;
                self.app.commit_change(attempt, request).await?.into()
            }
        };
        Ok(Response::new(CommitChangeResponse {
            answer: Some(write(answer)),
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

/// What is asked for; nothing at all has no request id either.
fn read(change: Option<WireChange>) -> Result<Kind, Error> {
    change.and_then(|change| change.kind).ok_or(Error::RequestIdMalformed)
}

fn write(answered: Answered) -> Answer {
    Answer {
        kind: Some(change::answered(answered)),
    }
}

fn prepared(prepared: Prepared<impl Into<Answered>>) -> PrepareChangeResponse {
    match prepared {
        Prepared::Answered(answer) => PrepareChangeResponse {
            answered: Some(write(answer.into())),
            ..PrepareChangeResponse::default()
        },
        Prepared::Foretold { answer, seats } => PrepareChangeResponse {
            foretold: Some(write(answer.into())),
            seats: change::seats(seats),
            answered: None,
        },
    }
}
