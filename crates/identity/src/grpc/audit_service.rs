//! usher.identity.v1.AuditService.

use futures::StreamExt;
use futures::stream::BoxStream;
use proto::identity::v1::audit_event::Outcome as WireOutcome;
use proto::identity::v1::audit_service_server::AuditService;
use proto::identity::v1::{
    AuditEvent, GetAuditHeadRequest, GetAuditHeadResponse, ListAuditEventsRequest, ListAuditEventsResponse,
    WatchAuditEventsRequest, WatchAuditEventsResponse,
};
use tonic::{Request, Response, Status};
use types::{PageSize, Timestamp};

use super::convert;
use crate::app::{App, AuditBatch};
use crate::domain::audit::{Entry, Head, Outcome};
use crate::domain::audit_log::{Filter, Order, Shown};
use crate::domain::error::Error;

/// Reading the audit log.
pub struct Audit(pub App);

#[tonic::async_trait]
impl AuditService for Audit {
    async fn list_audit_events(
        &self,
        request: Request<ListAuditEventsRequest>,
    ) -> Result<Response<ListAuditEventsResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let message = request.into_inner();
        let size = PageSize::parse(message.page_size).map_err(|_| Error::PageSizeInvalid)?;
        let (filter, order) = (read_filter(&message)?, Order::parse(&message.order_by)?);
        let page = self
            .0
            .list_audit_events(&person, filter, order, size, &message.page_token)
            .await?;
        Ok(Response::new(ListAuditEventsResponse {
            audit_events: page.events.into_iter().map(write).collect(),
            next_page_token: page.next_page_token,
        }))
    }

    async fn get_audit_head(
        &self,
        request: Request<GetAuditHeadRequest>,
    ) -> Result<Response<GetAuditHeadResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let Head { sequence, hash } = self.0.get_audit_head(&person).await?;
        Ok(Response::new(GetAuditHeadResponse { sequence, hash }))
    }

    type WatchAuditEventsStream = BoxStream<'static, Result<WatchAuditEventsResponse, Status>>;

    async fn watch_audit_events(
        &self,
        request: Request<WatchAuditEventsRequest>,
    ) -> Result<Response<Self::WatchAuditEventsStream>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let batches = self.0.watch_audit_events(&person, request.into_inner().after).await?;
        Ok(Response::new(batches.map(write_batch).boxed()))
    }
}

fn write_batch(batch: Result<AuditBatch, Error>) -> Result<WatchAuditEventsResponse, Status> {
    let AuditBatch { events, sequence } = batch?;
    Ok(WatchAuditEventsResponse {
        audit_events: events.into_iter().map(write).collect(),
        sequence,
    })
}

fn read_filter(message: &ListAuditEventsRequest) -> Result<Filter, Error> {
    let filter = Filter {
        actor_id: message.actor_id.clone(),
        subject_id: message.subject_id.clone(),
        action_prefix: message.action_prefix.clone(),
        outcome: match message.outcome() {
            WireOutcome::Unspecified => None,
            WireOutcome::Done => Some(Outcome::Done),
            WireOutcome::Denied => Some(Outcome::Denied),
        },
        start_time: read_time(message.start_time, "start_time")?,
        end_time: read_time(message.end_time, "end_time")?,
        except_post: false,
    };
    filter.check()
}

fn read_time(time: Option<prost_types::Timestamp>, field: &'static str) -> Result<Option<Timestamp>, Error> {
    match (time, convert::read_timestamp(time)) {
        (Some(_), None) => Err(Error::TimeRangeInvalid { field }),
        (_, time) => Ok(time),
    }
}

/// An event on the wire.
fn write(shown: Shown) -> AuditEvent {
    let Shown {
        entry: Entry { head, event },
        redacted,
    } = shown;
    AuditEvent {
        sequence: head.sequence,
        hash: head.hash,
        id: if redacted { String::new() } else { event.id.to_string() },
        account_id: event.account_id.to_string(),
        actor_id: event.actor_id,
        on_behalf_of: event.on_behalf_of,
        action: event.action.into_owned(),
        subject_id: event.subject_id,
        before: event.before,
        after: event.after,
        outcome: match event.outcome {
            Outcome::Done => WireOutcome::Done.into(),
            Outcome::Denied => WireOutcome::Denied.into(),
        },
        request_id: event.request_id,
        source: event.source,
        create_time: Some(convert::timestamp(event.create_time)),
        redacted,
    }
}
