//! `usher.billing.v1.BillingInformationService`.

use proto::billing::v1::billing_information_service_server::BillingInformationService;
use proto::billing::v1::{
    BillingInformation as WireInformation, GetBillingInformationRequest, GetBillingInformationResponse,
    UpdateBillingInformationRequest, UpdateBillingInformationResponse,
};
use tonic::{Request, Response, Status};

use super::Grpc;
use super::invoice::{information, read_information};
use crate::app::InformationUpdate;
use crate::domain::BillingInformation;
use crate::error::Error;

#[tonic::async_trait]
impl BillingInformationService for Grpc {
    async fn get_billing_information(
        &self,
        request: Request<GetBillingInformationRequest>,
    ) -> Result<Response<GetBillingInformationResponse>, Status> {
        let (found, revision) = self.0.get_billing_information(chassis::caller(&request)?).await?;
        let billing_information = Some(information(found, revision.to_string()));
        Ok(Response::new(GetBillingInformationResponse { billing_information }))
    }

    async fn update_billing_information(
        &self,
        request: Request<UpdateBillingInformationRequest>,
    ) -> Result<Response<UpdateBillingInformationResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let update = read_update(request.into_inner())?;
        let (changed, revision) = self.0.update_billing_information(&caller, update).await?;
        let billing_information = Some(information(changed, revision.to_string()));
        Ok(Response::new(UpdateBillingInformationResponse { billing_information }))
    }
}

fn read_update(request: UpdateBillingInformationRequest) -> Result<InformationUpdate, Error> {
    let message = request.billing_information.unwrap_or_default();
    let paths = request.update_mask.map(|mask| mask.paths).unwrap_or_default();
    let all = || BillingInformation::FIELDS.iter().map(|&field| field.to_owned());
    let fields = match paths.as_slice() {
        [] => set_fields(&message),
        [all_fields] if all_fields == "*" => all().collect(),
        _ => paths,
    };
    let revision = match message.etag.as_str() {
        "" => None,
        etag => Some(etag.parse().map_err(|_| Error::EtagMismatch)?),
    };
    Ok(InformationUpdate {
        wanted: read_information(message),
        fields,
        revision,
    })
}

/// The fields that are not empty.
fn set_fields(message: &WireInformation) -> Vec<String> {
    let is_set = [
        !message.company.is_empty(),
        !message.address_lines.is_empty(),
        !message.city.is_empty(),
        !message.postal_code.is_empty(),
        !message.region.is_empty(),
        !message.country.is_empty(),
        !message.tax_id.is_empty(),
        !message.invoice_email.is_empty(),
        !message.purchase_order.is_empty(),
        !message.payment_method.is_empty(),
    ];
    let fields = BillingInformation::FIELDS.iter().zip(is_set);
    fields
        .filter(|(_, is_set)| *is_set)
        .map(|(&field, _)| field.to_owned())
        .collect()
}
