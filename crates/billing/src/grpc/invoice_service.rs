//! `usher.billing.v1.InvoiceService`.

use proto::billing::v1::invoice_service_server::InvoiceService;
use proto::billing::v1::{
    DownloadInvoiceRequest, DownloadInvoiceResponse, GetInvoiceRequest, GetInvoiceResponse, ListInvoicesRequest,
    ListInvoicesResponse,
};
use tonic::{Request, Response, Status};
use types::{InvoiceId, PageSize};

use super::Grpc;
use super::invoice::invoice;
use crate::error::Error;

const CONTENT_TYPE: &str = "text/html; charset=utf-8";

#[tonic::async_trait]
impl InvoiceService for Grpc {
    async fn list_invoices(
        &self,
        request: Request<ListInvoicesRequest>,
    ) -> Result<Response<ListInvoicesResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let ListInvoicesRequest { page_size, page_token } = request.into_inner();
        let size = PageSize::parse(page_size).map_err(|_| Error::PageSizeInvalid)?;
        let (rows, next_page_token) = self.0.list_invoices(&caller, size, &page_token).await?;
        Ok(Response::new(ListInvoicesResponse {
            invoices: rows.into_iter().map(invoice).collect(),
            next_page_token,
        }))
    }

    async fn get_invoice(&self, request: Request<GetInvoiceRequest>) -> Result<Response<GetInvoiceResponse>, Status> {
        let id = read_id(&request.get_ref().invoice_id)?;
        let found = self.0.get_invoice(chassis::caller(&request)?, id).await?;
        let invoice = Some(invoice(found));
        Ok(Response::new(GetInvoiceResponse { invoice }))
    }

    async fn download_invoice(
        &self,
        request: Request<DownloadInvoiceRequest>,
    ) -> Result<Response<DownloadInvoiceResponse>, Status> {
        let id = read_id(&request.get_ref().invoice_id)?;
        let (filename, page) = self.0.download_invoice(chassis::caller(&request)?, id).await?;
        Ok(Response::new(DownloadInvoiceResponse {
            filename,
            content_type: CONTENT_TYPE.to_owned(),
            content: page.into_bytes(),
        }))
    }
}

/// The id of an invoice.
pub(super) fn read_id(text: &str) -> Result<InvoiceId, Error> {
    text.parse().map_err(|_| Error::IdMalformed("invoice_id"))
}
