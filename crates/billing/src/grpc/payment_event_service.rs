//! `usher.billing.v1.PaymentEventService`.

use proto::billing::v1::payment_event_service_server::PaymentEventService;
use proto::billing::v1::{ReceivePaymentEventRequest, ReceivePaymentEventResponse};
use tonic::{Request, Response, Status};

use super::Grpc;
use crate::domain::SignedEvent;

#[tonic::async_trait]
impl PaymentEventService for Grpc {
    async fn receive_payment_event(
        &self,
        request: Request<ReceivePaymentEventRequest>,
    ) -> Result<Response<ReceivePaymentEventResponse>, Status> {
        let ReceivePaymentEventRequest { body, signature } = request.into_inner();
        self.0.receive_payment_event(SignedEvent { body, signature }).await?;
        Ok(Response::new(ReceivePaymentEventResponse {}))
    }
}
