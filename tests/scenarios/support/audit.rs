//! An account's audit log, read and checked through the public API alone.

use proto::identity::v1::audit_service_client::AuditServiceClient;
use proto::identity::v1::{AuditEvent, GetAuditHeadRequest, ListAuditEventsRequest, ListAuditEventsResponse};
use testkit::Chain;
use tonic::Status;

use super::Owner;

/// A page of the log.
pub async fn page(reader: &Owner, message: ListAuditEventsRequest) -> Result<ListAuditEventsResponse, Status> {
    let mut client = AuditServiceClient::new(reader.channel.clone());
    Ok(client.list_audit_events(reader.request(message)).await?.into_inner())
}

/// Everything that a query finds, page by page.
pub async fn events(reader: &Owner, query: ListAuditEventsRequest) -> Vec<AuditEvent> {
    let (mut events, mut page_token) = (Vec::new(), String::new());
    loop {
        let message = ListAuditEventsRequest {
            page_size: if query.page_size == 0 { 500 } else { query.page_size },
            page_token,
            ..query.clone()
        };
        let answer = page(reader, message).await.unwrap();
        events.extend(answer.audit_events);
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return events;
        }
    }
}

/// The end of the log.
pub async fn head(reader: &Owner) -> Chain {
    let mut client = AuditServiceClient::new(reader.channel.clone());
    let answer = client.get_audit_head(reader.request(GetAuditHeadRequest {})).await;
    let answer = answer.unwrap().into_inner();
    Chain {
        sequence: answer.sequence,
        hash: answer.hash,
    }
}

/// The whole log of the reader's account, whose numbers have no gaps and whose seals are right, up to its end.
pub async fn verified(reader: &Owner) -> Vec<AuditEvent> {
    // The head first: events may be added while the log is read.
    let head = head(reader).await;
    let events = events(reader, ListAuditEventsRequest::default()).await;
    let mut chain = Chain::default();
    let (known, new) = events.split_at(usize::try_from(head.sequence).unwrap());
    chain.follow(known).unwrap();
    assert_eq!(chain, head, "the log does not end where it says");
    chain.follow(new).unwrap();
    events
}
