//! `usher.notification.internal.v1.MailService`.

use proto::notification::internal::v1::mail_service_server::MailService;
use proto::notification::internal::v1::{
    BatchGetDeliveriesRequest, BatchGetDeliveriesResponse, CancelMailsRequest, CancelMailsResponse,
    EnqueueMailsRequest, EnqueueMailsResponse,
};
use tonic::{Request, Response, Status};

use super::{Grpc, convert, wording};

#[tonic::async_trait]
impl MailService for Grpc {
    async fn enqueue_mails(
        &self,
        request: Request<EnqueueMailsRequest>,
    ) -> Result<Response<EnqueueMailsResponse>, Status> {
        let EnqueueMailsRequest { mails, wordings } = request.into_inner();
        let wordings = wordings.into_iter().enumerate();
        let wordings = wordings.map(|(index, words)| wording::wording(index, words));
        let wordings = wordings.collect::<Result<Vec<_>, _>>()?;
        let drafts = mails.into_iter().map(convert::draft).collect();
        self.0.enqueue_mails(drafts, wordings).await?;
        Ok(Response::new(EnqueueMailsResponse {}))
    }

    async fn cancel_mails(
        &self,
        request: Request<CancelMailsRequest>,
    ) -> Result<Response<CancelMailsResponse>, Status> {
        self.0.cancel_mails(convert::keys(request.into_inner())?).await?;
        Ok(Response::new(CancelMailsResponse {}))
    }

    async fn batch_get_deliveries(
        &self,
        request: Request<BatchGetDeliveriesRequest>,
    ) -> Result<Response<BatchGetDeliveriesResponse>, Status> {
        let (account, invitations) = convert::batch(&request.into_inner())?;
        let deliveries = self.0.batch_get_deliveries(account, &invitations).await?;
        let deliveries = convert::deliveries(deliveries);
        Ok(Response::new(BatchGetDeliveriesResponse { deliveries }))
    }
}
