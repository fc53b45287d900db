//! `usher.billing.v1.PlanService`.

use proto::billing::v1::plan_service_server::PlanService;
use proto::billing::v1::{ListPlansRequest, ListPlansResponse};
use tonic::{Request, Response, Status};

use super::{Grpc, plan};

#[tonic::async_trait]
impl PlanService for Grpc {
    async fn list_plans(&self, request: Request<ListPlansRequest>) -> Result<Response<ListPlansResponse>, Status> {
        let catalogue = self.0.list_plans(chassis::caller(&request)?);
        let plans = plan::plans(catalogue);
        Ok(Response::new(ListPlansResponse { plans }))
    }
}
