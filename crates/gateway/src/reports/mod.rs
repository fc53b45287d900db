//! usher.admin.v1.ReportService: reports, composed page by page from the services that know the parts.

mod cell;
mod chunks;
mod invitations;
mod seat_use;
mod sheet;
mod slots;
mod users;

pub use chunks::Desk;
pub use slots::Slots;

use chassis::Refusal;
use proto::admin::v1::report_service_server::ReportService;
use proto::admin::v1::{
    ReportFormat, StreamInvitationsReportRequest, StreamInvitationsReportResponse, StreamSeatUseReportRequest,
    StreamSeatUseReportResponse, StreamUsersReportRequest, StreamUsersReportResponse,
};
use tonic::{Code, Request, Response, Status};

use crate::caller::From;
use crate::clients::{Identity, Licensing, Notification};
use crate::reports::chunks::Chunks;
use crate::reports::invitations::InvitationsReport;
use crate::reports::seat_use::SeatUseReport;
use crate::reports::users::UsersReport;

/// The reports; cheap to clone.
#[derive(Clone)]
pub struct Reports {
    /// Users.
    pub identity: Identity,
    /// Seats.
    pub licensing: Licensing,
    /// E-mails.
    pub notification: Notification,
    /// Streams them.
    pub desk: Desk,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Rows,
    Csv,
}

impl Format {
    fn read(format: i32) -> Result<Self, Status> {
        match ReportFormat::try_from(format) {
            Ok(ReportFormat::Unspecified | ReportFormat::Rows) => Ok(Self::Rows),
            Ok(ReportFormat::Csv) => Ok(Self::Csv),
            Err(_) => {
                let (reason, message) = ("REPORT_FORMAT_UNKNOWN", "There is no such format.");
                Err(Refusal::new(Code::InvalidArgument, reason, message)
                    .field("format", reason, message)
                    .into())
            }
        }
    }
}

#[tonic::async_trait]
impl ReportService for Reports {
    type StreamUsersReportStream = Chunks<StreamUsersReportResponse>;
    type StreamInvitationsReportStream = Chunks<StreamInvitationsReportResponse>;
    type StreamSeatUseReportStream = Chunks<StreamSeatUseReportResponse>;

    async fn stream_users_report(
        &self,
        request: Request<StreamUsersReportRequest>,
    ) -> Result<Response<Self::StreamUsersReportStream>, Status> {
        let from = From::request(&request)?;
        let request = request.into_inner();
        let report = UsersReport {
            identity: self.identity.clone(),
            licensing: self.licensing.clone(),
            format: Format::read(request.format)?,
            filter: request.filter,
        };
        self.desk.stream(from, report, request.resume_token).await
    }

    async fn stream_invitations_report(
        &self,
        request: Request<StreamInvitationsReportRequest>,
    ) -> Result<Response<Self::StreamInvitationsReportStream>, Status> {
        let from = From::request(&request)?;
        let mut request = request.into_inner();
        let resume_token = std::mem::take(&mut request.resume_token);
        let report = InvitationsReport {
            identity: self.identity.clone(),
            notification: self.notification.clone(),
            format: Format::read(request.format)?,
            asked: request,
        };
        self.desk.stream(from, report, resume_token).await
    }

    async fn stream_seat_use_report(
        &self,
        request: Request<StreamSeatUseReportRequest>,
    ) -> Result<Response<Self::StreamSeatUseReportStream>, Status> {
        let from = From::request(&request)?;
        let request = request.into_inner();
        let report = SeatUseReport {
            identity: self.identity.clone(),
            licensing: self.licensing.clone(),
            format: Format::read(request.format)?,
            product: request.product,
        };
        self.desk.stream(from, report, request.resume_token).await
    }
}
