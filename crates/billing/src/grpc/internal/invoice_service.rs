//! `usher.billing.internal.v1.InvoiceService`.

use proto::billing::internal::v1::invoice_service_server::InvoiceService;
use proto::billing::internal::v1::{
    CorrectInvoiceRequest, CorrectInvoiceResponse, MarkInvoicePaidRequest, MarkInvoicePaidResponse,
};
use tonic::{Request, Response, Status};

use crate::error::Error;
use crate::grpc::Grpc;
use crate::grpc::invoice_service::read_id;

#[tonic::async_trait]
impl InvoiceService for Grpc {
    async fn mark_invoice_paid(
        &self,
        request: Request<MarkInvoicePaidRequest>,
    ) -> Result<Response<MarkInvoicePaidResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let MarkInvoicePaidRequest { account_id, invoice_id } = request.into_inner();
        let account = account_id.parse().map_err(Error::from)?;
        self.0
            .mark_invoice_paid(&caller, account, read_id(&invoice_id)?)
            .await?;
        Ok(Response::new(MarkInvoicePaidResponse {}))
    }

    async fn correct_invoice(
        &self,
        request: Request<CorrectInvoiceRequest>,
    ) -> Result<Response<CorrectInvoiceResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let CorrectInvoiceRequest { account_id, invoice_id } = request.into_inner();
        let account = account_id.parse().map_err(Error::from)?;
        let note = self.0.correct_invoice(&caller, account, read_id(&invoice_id)?).await?;
        let credit_note_id = note.to_string();
        Ok(Response::new(CorrectInvoiceResponse { credit_note_id }))
    }
}
