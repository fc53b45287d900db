//! usher.identity.v1.BillingContactService.

use proto::identity::v1 as wire;
use proto::identity::v1::billing_contact_service_server::BillingContactService;
use proto::identity::v1::{
    AcceptBillingContactRequest, AcceptBillingContactResponse, DeclineBillingContactRequest,
    DeclineBillingContactResponse, GetBillingContactRequest, GetBillingContactResponse, OfferBillingContactRequest,
    OfferBillingContactResponse, WithdrawBillingContactOfferRequest, WithdrawBillingContactOfferResponse,
};
use tonic::{Request, Response, Status};

use super::convert;
use super::field::read_id;
use crate::app::{App, OpenOffer, Post};

/// The billing contact's post.
pub struct BillingContacts(pub App);

#[tonic::async_trait]
impl BillingContactService for BillingContacts {
    async fn get_billing_contact(
        &self,
        request: Request<GetBillingContactRequest>,
    ) -> Result<Response<GetBillingContactResponse>, Status> {
        let post = self.0.get_billing_contact(chassis::caller(&request)?.person()?).await?;
        let billing_contact = Some(billing_contact(post));
        Ok(Response::new(GetBillingContactResponse { billing_contact }))
    }

    async fn offer_billing_contact(
        &self,
        request: Request<OfferBillingContactRequest>,
    ) -> Result<Response<OfferBillingContactResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let to = read_id("user_id", &request.into_inner().user_id)?;
        let post = self.0.offer_billing_contact(&caller, *caller.person()?, to).await?;
        let billing_contact = Some(billing_contact(post));
        Ok(Response::new(OfferBillingContactResponse { billing_contact }))
    }

    async fn withdraw_billing_contact_offer(
        &self,
        request: Request<WithdrawBillingContactOfferRequest>,
    ) -> Result<Response<WithdrawBillingContactOfferResponse>, Status> {
        let caller = chassis::caller(&request)?;
        let post = self.0.withdraw_billing_contact_offer(caller, *caller.person()?).await?;
        let billing_contact = Some(billing_contact(post));
        Ok(Response::new(WithdrawBillingContactOfferResponse { billing_contact }))
    }

    async fn accept_billing_contact(
        &self,
        request: Request<AcceptBillingContactRequest>,
    ) -> Result<Response<AcceptBillingContactResponse>, Status> {
        let caller = chassis::caller(&request)?;
        let post = self.0.accept_billing_contact(caller, *caller.person()?).await?;
        let billing_contact = Some(billing_contact(post));
        Ok(Response::new(AcceptBillingContactResponse { billing_contact }))
    }

    async fn decline_billing_contact(
        &self,
        request: Request<DeclineBillingContactRequest>,
    ) -> Result<Response<DeclineBillingContactResponse>, Status> {
        let caller = chassis::caller(&request)?;
        self.0.decline_billing_contact(caller, *caller.person()?).await?;
        Ok(Response::new(DeclineBillingContactResponse {}))
    }
}

fn billing_contact(post: Post) -> wire::BillingContact {
    let offer = |offer: OpenOffer| wire::BillingContactOffer {
        user_id: offer.user_id.to_string(),
        create_time: Some(convert::timestamp(offer.create_time)),
        expire_time: Some(convert::timestamp(offer.expire_time)),
    };
    wire::BillingContact {
        user_id: post.holder.to_string(),
        offer: post.offer.map(offer),
    }
}
