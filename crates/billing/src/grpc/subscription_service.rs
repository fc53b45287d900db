//! `usher.billing.v1.SubscriptionService`.

use prost::Message;
use proto::billing::v1::subscription_service_server::SubscriptionService;
use proto::billing::v1::{
    CancelSubscriptionRequest, CancelSubscriptionResponse, ChangeSubscriptionRequest, ChangeSubscriptionResponse,
    GetSubscriptionRequest, GetSubscriptionResponse, PreviewChangeRequest, PreviewChangeResponse,
    ResumeSubscriptionRequest, ResumeSubscriptionResponse,
};
use sha2::{Digest, Sha256};
use tonic::{Request, Response, Status};

use super::Grpc;
use super::subscription::{preview, read_request_id, read_wish, subscription, when};
use crate::app::RequestKey;
use crate::error::Error;

#[tonic::async_trait]
impl SubscriptionService for Grpc {
    async fn get_subscription(
        &self,
        request: Request<GetSubscriptionRequest>,
    ) -> Result<Response<GetSubscriptionResponse>, Status> {
        let standing = self.0.get_subscription(chassis::caller(&request)?).await?;
        let subscription = Some(subscription(standing));
        Ok(Response::new(GetSubscriptionResponse { subscription }))
    }

    async fn preview_change(
        &self,
        request: Request<PreviewChangeRequest>,
    ) -> Result<Response<PreviewChangeResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let wish = read_wish(request.into_inner())?;
        let foretold = self.0.preview_change(&caller, wish).await?;
        let preview = Some(preview(foretold));
        Ok(Response::new(PreviewChangeResponse { preview }))
    }

    async fn change_subscription(
        &self,
        request: Request<ChangeSubscriptionRequest>,
    ) -> Result<Response<ChangeSubscriptionResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let ChangeSubscriptionRequest {
            request_id,
            preview_token,
        } = request.into_inner();
        let key = key("change", &request_id, preview_token.as_bytes())?;
        let (standing, answer) = self.0.change_subscription(&caller, key, &preview_token).await?;
        Ok(Response::new(ChangeSubscriptionResponse {
            subscription: Some(subscription(standing)),
            invoice_id: answer.invoice_id.map(|id| id.to_string()).unwrap_or_default(),
        }))
    }

    async fn cancel_subscription(
        &self,
        request: Request<CancelSubscriptionRequest>,
    ) -> Result<Response<CancelSubscriptionResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let mut message = request.into_inner();
        let request_id = std::mem::take(&mut message.request_id);
        let key = key("cancel", &request_id, &message.encode_to_vec())?;
        let standing = self.0.cancel_subscription(&caller, key, when(message.timing())).await?;
        let subscription = Some(subscription(standing));
        Ok(Response::new(CancelSubscriptionResponse { subscription }))
    }

    async fn resume_subscription(
        &self,
        request: Request<ResumeSubscriptionRequest>,
    ) -> Result<Response<ResumeSubscriptionResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let key = key("resume", &request.into_inner().request_id, &[])?;
        let standing = self.0.resume_subscription(&caller, key).await?;
        let subscription = Some(subscription(standing));
        Ok(Response::new(ResumeSubscriptionResponse { subscription }))
    }
}

/// The name of a request, and what it is recognised by.
pub(super) fn key(kind: &str, request_id: &str, content: &[u8]) -> Result<RequestKey, Error> {
    let digest = Sha256::new().chain_update(kind).chain_update([0]).chain_update(content);
    Ok(RequestKey {
        id: read_request_id(request_id)?,
        fingerprint: digest.finalize().iter().map(|octet| format!("{octet:02x}")).collect(),
    })
}
