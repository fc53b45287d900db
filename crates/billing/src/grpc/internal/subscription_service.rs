//! `usher.billing.internal.v1.SubscriptionService`.

use proto::billing::internal::v1::subscription_service_server::SubscriptionService;
use proto::billing::internal::v1::{
    EndSubscriptionRequest, EndSubscriptionResponse, StartSubscriptionRequest, StartSubscriptionResponse,
};
use tonic::{Request, Response, Status};
use types::TimeZone;

use crate::error::Error;
use crate::grpc::Grpc;

#[tonic::async_trait]
impl SubscriptionService for Grpc {
    async fn start_subscription(
        &self,
        request: Request<StartSubscriptionRequest>,
    ) -> Result<Response<StartSubscriptionResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let StartSubscriptionRequest {
            account_id,
            plan,
            time_zone,
        } = request.into_inner();
        let account = account_id.parse().map_err(Error::from)?;
        let zone = match time_zone.as_str() {
            "" => TimeZone::utc(),
            name => TimeZone::parse(name).map_err(Error::from)?,
        };
        let id = self.0.start_subscription(&caller, account, &plan, zone).await?;
        let subscription_id = id.to_string();
        Ok(Response::new(StartSubscriptionResponse { subscription_id }))
    }

    async fn end_subscription(
        &self,
        request: Request<EndSubscriptionRequest>,
    ) -> Result<Response<EndSubscriptionResponse>, Status> {
        let account = request.into_inner().account_id.parse().map_err(Error::from)?;
        self.0.end_subscription(account).await?;
        Ok(Response::new(EndSubscriptionResponse {}))
    }
}
