//! Seats, as the other services change and see them.

use std::sync::Arc;

use proto::licensing::internal::v1::seat_service_server::SeatService;
use proto::licensing::internal::v1::{
    BatchGetHoldingsRequest, BatchGetHoldingsResponse, ListHoldersRequest, ListHoldersResponse, ListSurplusRequest,
    ListSurplusResponse, MoveSeatsRequest, MoveSeatsResponse, ReleaseSeatsRequest, ReleaseSeatsResponse,
    SetSeatTotalsRequest, SetSeatTotalsResponse,
};
use tonic::{Request, Response, Status};

use super::convert;
use crate::app::App;

/// `usher.licensing.internal.v1.SeatService`.
pub struct Service {
    app: Arc<App>,
}

impl Service {
    pub const fn new(app: Arc<App>) -> Self {
        Self { app }
    }
}

#[tonic::async_trait]
impl SeatService for Service {
    async fn set_seat_totals(
        &self,
        request: Request<SetSeatTotalsRequest>,
    ) -> Result<Response<SetSeatTotalsResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let (totals, in_use) = convert::seat_totals(request.into_inner())?;
        self.app.set_seat_totals(&caller, totals, in_use).await?;
        Ok(Response::new(SetSeatTotalsResponse {}))
    }

    async fn release_seats(
        &self,
        request: Request<ReleaseSeatsRequest>,
    ) -> Result<Response<ReleaseSeatsResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let releases = convert::releases(request.into_inner())?;
        self.app.release_seats(&caller, releases).await?;
        Ok(Response::new(ReleaseSeatsResponse {}))
    }

    async fn move_seats(&self, request: Request<MoveSeatsRequest>) -> Result<Response<MoveSeatsResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let moves = convert::moves(request.into_inner())?;
        let pending = self.app.move_seats(&caller, moves).await?;
        let pending = pending.into_iter().filter_map(|index| i32::try_from(index).ok());
        Ok(Response::new(MoveSeatsResponse {
            pending: pending.collect(),
        }))
    }

    async fn list_holders(
        &self,
        request: Request<ListHoldersRequest>,
    ) -> Result<Response<ListHoldersResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let query = convert::holder_query(request.into_inner())?;
        let page = self.app.list_holders(&caller, query).await?;
        Ok(Response::new(convert::holder_page(page)))
    }

    async fn list_surplus(
        &self,
        request: Request<ListSurplusRequest>,
    ) -> Result<Response<ListSurplusResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let (account, seats) = convert::fewer_seats(request.into_inner())?;
        let surpluses = self.app.list_surplus(&caller, account, seats).await?;
        let surpluses = surpluses.into_iter().map(convert::surplus).collect();
        Ok(Response::new(ListSurplusResponse { surpluses }))
    }

    async fn batch_get_holdings(
        &self,
        request: Request<BatchGetHoldingsRequest>,
    ) -> Result<Response<BatchGetHoldingsResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let (account, subjects) = convert::subjects(request.into_inner())?;
        let holders = self.app.batch_get_holdings(&caller, account, subjects).await?;
        let holders = holders.into_iter().map(convert::holder).collect();
        Ok(Response::new(BatchGetHoldingsResponse { holders }))
    }
}
