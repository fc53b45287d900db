//! usher.identity.internal.v1.NoticeService.

use proto::identity::internal::v1::notice_service_server::NoticeService;
use proto::identity::internal::v1::{NotifyBillingContactRequest, NotifyBillingContactResponse};
use tonic::{Request, Response, Status};

use crate::app::App;
use crate::domain::error::Error;

/// What billing contacts are told.
pub struct Notices(pub App);

#[tonic::async_trait]
impl NoticeService for Notices {
    async fn notify_billing_contact(
        &self,
        request: Request<NotifyBillingContactRequest>,
    ) -> Result<Response<NotifyBillingContactResponse>, Status> {
        let notice = chassis::read_billing_notice(request.into_inner());
        let notice = notice.map_err(|field| Error::NoticeMalformed { field })?;
        self.0.notify_billing_contact(notice).await?;
        Ok(Response::new(NotifyBillingContactResponse {}))
    }
}
