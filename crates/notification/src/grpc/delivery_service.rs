//! `usher.notification.v1.DeliveryService`.

use proto::notification::v1::delivery_service_server::DeliveryService;
use proto::notification::v1::{ListDeliveriesRequest, ListDeliveriesResponse};
use tonic::{Request, Response, Status};

use super::{Grpc, convert};

#[tonic::async_trait]
impl DeliveryService for Grpc {
    async fn list_deliveries(
        &self,
        request: Request<ListDeliveriesRequest>,
    ) -> Result<Response<ListDeliveriesResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let request = request.into_inner();
        let (filter, size) = convert::list(&request)?;
        let (deliveries, next_page_token) = self
            .0
            .list_deliveries(&caller, filter, size, &request.page_token)
            .await?;
        let deliveries = convert::deliveries(deliveries);
        Ok(Response::new(ListDeliveriesResponse {
            deliveries,
            next_page_token,
        }))
    }
}
