//! What a billing contact can ask for.

use proto::billing::v1::billing_information_service_client::BillingInformationServiceClient;
use proto::billing::v1::invoice_service_client::InvoiceServiceClient;
use proto::billing::v1::subscription_service_client::SubscriptionServiceClient;
use proto::billing::v1::test_clock_service_client::TestClockServiceClient;
use proto::billing::v1::{
    AdvanceTestClockRequest, BillingInformation, CancelSubscriptionRequest, ChangePreview, ChangeSubscriptionRequest,
    ChangeTiming, GetSubscriptionRequest, Invoice, ListInvoicesRequest, PreviewChangeRequest, SubscribedSeats,
    Subscription, UpdateBillingInformationRequest,
};
use testkit::eventually;
use tonic::Status;
use types::{RequestId, Timestamp};

use super::{Owner, PATIENCE};

/// All seats that a subscription is to have.
pub type Seats<'a> = &'a [(&'a str, i64)];

impl Owner {
    fn subscriptions(&self) -> SubscriptionServiceClient<tonic::transport::Channel> {
        SubscriptionServiceClient::new(self.channel.clone())
    }

    pub async fn subscription(&self) -> Result<Subscription, Status> {
        let request = self.request(GetSubscriptionRequest {});
        let answer = self.subscriptions().get_subscription(request).await?;
        Ok(answer.into_inner().subscription.unwrap())
    }

    /// What it would cost to have these seats, of this plan or, without a name, of the present one.
    pub async fn preview(&self, plan: &str, seats: Seats<'_>, timing: ChangeTiming) -> Result<ChangePreview, Status> {
        let seats = seats.iter().map(|&(product, seats)| SubscribedSeats {
            product: product.into(),
            seats,
        });
        let message = PreviewChangeRequest {
            plan: plan.into(),
            seats: seats.collect(),
            timing: timing.into(),
            ..PreviewChangeRequest::default()
        };
        let answer = self.subscriptions().preview_change(self.request(message)).await?;
        Ok(answer.into_inner().preview.unwrap())
    }

    /// Makes the change that a token says; answers the id of its invoice.
    pub async fn change_by(&self, request_id: RequestId, preview_token: &str) -> Result<String, Status> {
        let message = ChangeSubscriptionRequest {
            request_id: request_id.to_string(),
            preview_token: preview_token.to_owned(),
        };
        let answer = self.subscriptions().change_subscription(self.request(message)).await?;
        Ok(answer.into_inner().invoice_id)
    }

    /// Previews a change and makes it.
    pub async fn change(&self, plan: &str, seats: Seats<'_>, timing: ChangeTiming) -> Result<String, Status> {
        let preview = self.preview(plan, seats, timing).await?;
        self.change_by(RequestId::new(), &preview.preview_token).await
    }

    /// Cancels the subscription at the period's end.
    pub async fn cancel(&self) -> Subscription {
        let message = CancelSubscriptionRequest {
            request_id: RequestId::new().to_string(),
            timing: ChangeTiming::PeriodEnd.into(),
        };
        let answer = self.subscriptions().cancel_subscription(self.request(message)).await;
        answer.unwrap().into_inner().subscription.unwrap()
    }

    /// Has the account pay like this.
    pub async fn pay_by(&self, method: &str) {
        let information = BillingInformation {
            payment_method: method.into(),
            ..BillingInformation::default()
        };
        self.inform(information).await;
    }

    /// Changes the billing information's fields that are not empty.
    pub async fn inform(&self, information: BillingInformation) {
        let message = UpdateBillingInformationRequest {
            billing_information: Some(information),
            update_mask: None,
        };
        let mut client = BillingInformationServiceClient::new(self.channel.clone());
        client.update_billing_information(self.request(message)).await.unwrap();
    }

    /// Lets the account's time go on, in Unix seconds.
    pub async fn advance_to(&self, seconds: i64) -> Result<Subscription, Status> {
        let time = Some(chassis::timestamp(Timestamp::from_micros(seconds * 1_000_000)));
        let request = self.request(AdvanceTestClockRequest { time });
        let answer = TestClockServiceClient::new(self.channel.clone())
            .advance_test_clock(request)
            .await?;
        Ok(answer.into_inner().subscription.unwrap())
    }

    /// All invoices, the first first.
    pub async fn invoices(&self) -> Vec<Invoice> {
        let mut client = InvoiceServiceClient::new(self.channel.clone());
        let (mut invoices, mut page_token) = (Vec::new(), String::new());
        loop {
            let message = ListInvoicesRequest {
                page_token,
                ..ListInvoicesRequest::default()
            };
            let page = client.list_invoices(self.request(message)).await.unwrap().into_inner();
            invoices.extend(page.invoices);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                invoices.reverse();
                return invoices;
            }
        }
    }

    /// Waits until the first period is begun and invoiced: before that a preview would soon be outdated.
    pub async fn invoiced(&self) {
        eventually(PATIENCE, async || {
            let invoices = self.invoices().await;
            let issued = invoices.iter().any(|invoice| invoice.number == 1);
            issued.then_some(()).ok_or("no invoice yet")
        })
        .await;
    }
}
