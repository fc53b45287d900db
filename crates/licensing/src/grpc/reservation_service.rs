//! Reserving seats, and settling reservations.

use std::sync::Arc;

use proto::licensing::internal::v1::reservation_service_server::ReservationService;
use proto::licensing::internal::v1::{
    AbortReservationsRequest, AbortReservationsResponse, ConfirmReservationsRequest, ConfirmReservationsResponse,
    ReserveSeatsRequest, ReserveSeatsResponse,
};
use tonic::{Request, Response, Status};

use super::convert::{self, Reserving};
use super::seal::Seal;
use crate::app::App;

/// `usher.licensing.internal.v1.ReservationService`.
pub struct Service {
    app: Arc<App>,
    seal: Seal,
}

impl Service {
    pub const fn new(app: Arc<App>, seal: Seal) -> Self {
        Self { app, seal }
    }
}

#[tonic::async_trait]
impl ReservationService for Service {
    async fn reserve_seats(
        &self,
        request: Request<ReserveSeatsRequest>,
    ) -> Result<Response<ReserveSeatsResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let answer = match convert::reserving(request.into_inner())? {
            Reserving::Hold(ask) => self.app.reserve_seats(&caller, ask).await?,
            Reserving::Count(account, key, seats) => self.app.count_seats(&caller, account, key, seats).await?,
        };
        Ok(Response::new(convert::answer(answer, |grant| self.seal.sign(grant))))
    }

    async fn confirm_reservations(
        &self,
        request: Request<ConfirmReservationsRequest>,
    ) -> Result<Response<ConfirmReservationsResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let confirmations = convert::confirmations(request.into_inner())?;
        self.app.confirm_reservations(&caller, confirmations).await?;
        Ok(Response::new(ConfirmReservationsResponse {}))
    }

    async fn abort_reservations(
        &self,
        request: Request<AbortReservationsRequest>,
    ) -> Result<Response<AbortReservationsResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let keys = convert::aborts(request.into_inner())?;
        self.app.abort_reservations(&caller, keys).await?;
        Ok(Response::new(AbortReservationsResponse {}))
    }
}
