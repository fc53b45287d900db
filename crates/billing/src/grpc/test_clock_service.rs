//! `usher.billing.v1.TestClockService`.

use proto::billing::v1::test_clock_service_server::TestClockService;
use proto::billing::v1::{AdvanceTestClockRequest, AdvanceTestClockResponse};
use tonic::{Request, Response, Status};
use types::Timestamp;

use super::Grpc;
use super::subscription::subscription;
use crate::error::Error;

#[tonic::async_trait]
impl TestClockService for Grpc {
    async fn advance_test_clock(
        &self,
        request: Request<AdvanceTestClockRequest>,
    ) -> Result<Response<AdvanceTestClockResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let time = request.into_inner().time.ok_or(Error::TimeNotAhead)?;
        let micros = time
            .seconds
            .saturating_mul(1_000_000)
            .saturating_add(i64::from(time.nanos / 1_000));
        self.0
            .advance_test_clock(&caller, Timestamp::from_micros(micros))
            .await?;
        let standing = self.0.get_subscription(&caller).await?;
        let subscription = Some(subscription(standing));
        Ok(Response::new(AdvanceTestClockResponse { subscription }))
    }
}
