//! Seats, as an account's admins see them.

use std::sync::Arc;

use proto::licensing::v1::seat_service_server::SeatService;
use proto::licensing::v1::{ListSeatPoolsRequest, ListSeatPoolsResponse};
use tonic::{Request, Response, Status};

use super::convert;
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
    async fn list_seat_pools(
        &self,
        request: Request<ListSeatPoolsRequest>,
    ) -> Result<Response<ListSeatPoolsResponse>, Status> {
        let caller = chassis::caller(&request)?;
        let pools = self.app.list_seat_pools(caller).await?;
        let seat_pools = pools.into_iter().map(convert::seat_pool).collect();
        Ok(Response::new(ListSeatPoolsResponse { seat_pools }))
    }
}
