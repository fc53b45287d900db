//! Notification: how far e-mails have come.

use std::collections::HashMap;

use chassis::{Channel, Signer};
use proto::notification::internal::v1::BatchGetDeliveriesRequest;
use proto::notification::internal::v1::mail_service_client::MailServiceClient;
use proto::notification::v1::Delivery;
use tonic::Status;

use super::translate;
use crate::caller::From;

const NAME: &str = "notification";

/// A client of notification; cheap to clone.
#[derive(Clone)]
pub struct Notification {
    mails: MailServiceClient<Channel>,
    signer: Signer,
}

impl Notification {
    /// A client that calls through `channel`.
    pub fn new(channel: &Channel, signer: Signer) -> Self {
        Self {
            mails: MailServiceClient::new(channel.clone()),
            signer,
        }
    }

    /// The latest e-mail about each of these invitations.
    ///
    /// # Errors
    /// Notification's own.
    pub async fn deliveries(
        &self,
        from: &From,
        invitation_ids: Vec<String>,
    ) -> Result<HashMap<String, Delivery>, Status> {
        if invitation_ids.is_empty() {
            return Ok(HashMap::new());
        }
        let message = BatchGetDeliveriesRequest {
            account_id: from.person.account.to_string(),
            invitation_ids,
        };
        let request = from.sign(&self.signer, message, NAME)?;
        let answer = self
            .mails
            .clone()
            .batch_get_deliveries(request)
            .await
            .map_err(translate)?
            .into_inner();
        Ok(answer
            .deliveries
            .into_iter()
            .map(|delivery| (delivery.invitation_id.clone(), delivery))
            .collect())
    }
}
