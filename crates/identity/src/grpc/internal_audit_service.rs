//! usher.identity.internal.v1.AuditService.

use proto::identity::internal::v1::audit_service_server::AuditService;
use proto::identity::internal::v1::{AppendAuditEventsRequest, AppendAuditEventsResponse, NewAuditEvent};
use proto::identity::v1::audit_event::Outcome as WireOutcome;
use tonic::{Request, Response, Status};

use super::convert;
use crate::app::App;
use crate::domain::audit::{Event, Outcome};
use crate::domain::error::Error;

/// The longest id or name, in octets.
const MAX_ID: usize = 128;
/// The longest action, in octets.
const MAX_ACTION: usize = 200;
/// The longest text of what was changed, in octets.
const MAX_CHANGE: usize = 64 * 1_024;

/// Adding other services' events.
pub struct AuditAppending(pub App);

#[tonic::async_trait]
impl AuditService for AuditAppending {
    async fn append_audit_events(
        &self,
        request: Request<AppendAuditEventsRequest>,
    ) -> Result<Response<AppendAuditEventsResponse>, Status> {
        let events = request.into_inner().events.into_iter().enumerate();
        let read = |(index, event)| {
            read(event).map_err(|field| Error::AuditEventMalformed {
                field: format!("events[{index}].{field}"),
            })
        };
        let events = events.map(read).collect::<Result<_, _>>()?;
        self.0.append_audit_events(events).await?;
        Ok(Response::new(AppendAuditEventsResponse {}))
    }
}

/// An event from the wire, or the field that is not as it must be.
fn read(event: NewAuditEvent) -> Result<Event, &'static str> {
    let outcome = match event.outcome() {
        WireOutcome::Unspecified => return Err("outcome"),
        WireOutcome::Done => Outcome::Done,
        WireOutcome::Denied => Outcome::Denied,
    };
    let bounded = |text: &str, most: usize, field| if text.len() <= most { Ok(()) } else { Err(field) };
    let present = |text: &str, field| if text.is_empty() { Err(field) } else { Ok(()) };
    present(&event.actor_id, "actor_id")?;
    present(&event.action, "action")?;
    bounded(&event.actor_id, MAX_ID, "actor_id")?;
    bounded(&event.on_behalf_of, MAX_ID, "on_behalf_of")?;
    bounded(&event.action, MAX_ACTION, "action")?;
    bounded(&event.subject_id, MAX_ID, "subject_id")?;
    bounded(&event.request_id, MAX_ID, "request_id")?;
    bounded(&event.source, MAX_ID, "source")?;
    change(&event.before, "before")?;
    change(&event.after, "after")?;
    Ok(Event {
        id: event.id.parse().map_err(|_| "id")?,
        account_id: event.account_id.parse().map_err(|_| "account_id")?,
        actor_id: event.actor_id,
        on_behalf_of: event.on_behalf_of,
        action: event.action.into(),
        subject_id: event.subject_id,
        before: event.before,
        after: event.after,
        outcome,
        request_id: event.request_id,
        source: event.source,
        create_time: convert::read_timestamp(event.create_time).ok_or("create_time")?,
    })
}

/// Nothing, or a JSON object of bounded size.
fn change(text: &str, field: &'static str) -> Result<(), &'static str> {
    let is_object = || serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).is_ok();
    if text.is_empty() || (text.len() <= MAX_CHANGE && is_object()) {
        Ok(())
    } else {
        Err(field)
    }
}
