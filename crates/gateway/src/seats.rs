//! usher.admin.v1.SeatService: giving seats and taking them, which is changing people.

use proto::admin::v1::seat_service_server::SeatService;
use proto::admin::v1::{AssignSeatsRequest, AssignSeatsResponse, ReleaseSeatsRequest, ReleaseSeatsResponse};
use tonic::{Request, Response, Status};

use crate::people::People;

/// What an admin does with seats; cheap to clone.
#[derive(Clone)]
pub struct Seats {
    /// Those who hold them.
    pub people: People,
}

#[tonic::async_trait]
impl SeatService for Seats {
    async fn assign_seats(
        &self,
        request: Request<AssignSeatsRequest>,
    ) -> Result<Response<AssignSeatsResponse>, Status> {
        self.people.spawn_change(request).await
    }

    async fn release_seats(
        &self,
        request: Request<ReleaseSeatsRequest>,
    ) -> Result<Response<ReleaseSeatsResponse>, Status> {
        self.people.spawn_change(request).await
    }
}
