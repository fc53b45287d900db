//! Billing: beginning and ending subscriptions.

use chassis::{Actor, Channel, Signer};
use proto::billing::internal::v1::subscription_service_client::SubscriptionServiceClient;
use proto::billing::internal::v1::{EndSubscriptionRequest, StartSubscriptionRequest};

use super::Refused;
use crate::domain::message::{EndSubscription, StartSubscription};

/// A client of billing; cheap to clone.
#[derive(Clone)]
pub struct Billing {
    subscriptions: SubscriptionServiceClient<Channel>,
    signer: Signer,
}

impl Billing {
    /// A client that calls through `channel`.
    pub fn new(channel: &Channel, signer: Signer) -> Self {
        Self {
            subscriptions: SubscriptionServiceClient::new(channel.clone()),
            signer,
        }
    }

    /// Subscribes an account that has no subscription yet.
    ///
    /// # Errors
    /// [`Refused`]; doing it again is harmless.
    pub async fn start_subscription(&self, order: &StartSubscription) -> Result<(), Refused> {
        let message = StartSubscriptionRequest {
            account_id: order.account_id.to_string(),
            plan: order.plan.clone(),
            time_zone: order.time_zone.clone(),
        };
        let request = self.signer.request(message, &Actor::Service, "billing")?;
        self.subscriptions.clone().start_subscription(request).await?;
        Ok(())
    }

    /// Ends the subscription of a closed account.
    ///
    /// # Errors
    /// [`Refused`]; doing it again is harmless.
    pub async fn end_subscription(&self, order: &EndSubscription) -> Result<(), Refused> {
        let message = EndSubscriptionRequest {
            account_id: order.account_id.to_string(),
        };
        let request = self.signer.request(message, &Actor::Service, "billing")?;
        self.subscriptions.clone().end_subscription(request).await?;
        Ok(())
    }
}
