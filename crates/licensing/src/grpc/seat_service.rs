//! Seats, as an account's admins see them.

use std::sync::Arc;

use futures::StreamExt;
use futures::stream::BoxStream;
use proto::licensing::v1::seat_service_server::SeatService;
use proto::licensing::v1::{
    ListSeatPoolsRequest, ListSeatPoolsResponse, ListSeatsRequest, ListSeatsResponse, WatchSeatsRequest,
    WatchSeatsResponse,
};
use tonic::{Request, Response, Status};

use super::seat;
use crate::app::App;

/// `usher.licensing.v1.SeatService`.
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
    type WatchSeatsStream = BoxStream<'static, Result<WatchSeatsResponse, Status>>;

    async fn list_seat_pools(
        &self,
        request: Request<ListSeatPoolsRequest>,
    ) -> Result<Response<ListSeatPoolsResponse>, Status> {
        let caller = chassis::caller(&request)?;
        let pools = self.app.list_seat_pools(caller).await?;
        let seat_pools = pools.into_iter().map(seat::pool).collect();
        Ok(Response::new(ListSeatPoolsResponse { seat_pools }))
    }

    async fn list_seats(&self, request: Request<ListSeatsRequest>) -> Result<Response<ListSeatsResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let query = seat::query(request.into_inner())?;
        let page = self.app.list_seats(&caller, query).await?;
        Ok(Response::new(ListSeatsResponse {
            seats: page.seats.into_iter().map(seat::seat).collect(),
            next_page_token: page.next_page_token,
        }))
    }

    async fn watch_seats(
        &self,
        request: Request<WatchSeatsRequest>,
    ) -> Result<Response<Self::WatchSeatsStream>, Status> {
        let watch = self.app.watch_seats(chassis::caller(&request)?)?;
        let parts = watch.map(|pools| {
            let seat_pools = pools?.into_iter().map(seat::pool).collect();
            Ok(WatchSeatsResponse { seat_pools })
        });
        Ok(Response::new(parts.boxed()))
    }
}
