//! `usher.billing.v1.SubscriptionService`.

use proto::billing::v1::subscription_service_server::SubscriptionService;
use proto::billing::v1::{GetSubscriptionRequest, GetSubscriptionResponse};
use tonic::{Request, Response, Status};

use super::{Grpc, convert};

#[tonic::async_trait]
impl SubscriptionService for Grpc {
    async fn get_subscription(
        &self,
        request: Request<GetSubscriptionRequest>,
    ) -> Result<Response<GetSubscriptionResponse>, Status> {
        let subscription = self.0.get_subscription(chassis::caller(&request)?).await?;
        let subscription = Some(convert::subscription(subscription));
        Ok(Response::new(GetSubscriptionResponse { subscription }))
    }
}
