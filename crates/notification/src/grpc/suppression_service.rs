//! `usher.notification.internal.v1.SuppressionService`.

use proto::notification::internal::v1::suppression_service_server::SuppressionService;
use proto::notification::internal::v1::{
    DeleteSuppressionRequest, DeleteSuppressionResponse, GetSuppressionRequest, GetSuppressionResponse,
};
use tonic::{Request, Response, Status};

use super::{Grpc, convert};

#[tonic::async_trait]
impl SuppressionService for Grpc {
    async fn get_suppression(
        &self,
        request: Request<GetSuppressionRequest>,
    ) -> Result<Response<GetSuppressionResponse>, Status> {
        let email = convert::address(&request.into_inner().address)?;
        let suppression = convert::suppression(self.0.find_suppression(&email).await?);
        Ok(Response::new(GetSuppressionResponse {
            suppression: Some(suppression),
        }))
    }

    async fn delete_suppression(
        &self,
        request: Request<DeleteSuppressionRequest>,
    ) -> Result<Response<DeleteSuppressionResponse>, Status> {
        let email = convert::address(&request.into_inner().address)?;
        self.0.delete_suppression(&email).await?;
        Ok(Response::new(DeleteSuppressionResponse {}))
    }
}
