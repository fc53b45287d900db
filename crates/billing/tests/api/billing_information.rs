//! `usher.billing.v1.BillingInformationService`.

use proto::billing::v1::billing_information_service_client::BillingInformationServiceClient;
use proto::billing::v1::{BillingInformation, GetBillingInformationRequest, UpdateBillingInformationRequest};
use tonic::Code;
use tonic_types::StatusExt;
use types::Role;

use crate::billing::{Billing, Place, person, refusal};

crate::on_both_databases!(
    the_fields_that_are_named_change_and_no_others,
    what_is_wrong_is_named_and_changes_nothing,
    only_the_billing_contact_sees_and_changes_it,
);

async fn the_fields_that_are_named_change_and_no_others(place: Place) {
    let billing = Billing::start(place).await;
    let (_, contact) = billing.subscriber("team-monthly").await;
    let first = BillingInformation {
        company: "Ada GmbH".to_owned(),
        country: "DE".to_owned(),
        tax_id: "DE123456789".to_owned(),
        ..BillingInformation::default()
    };
    let first = billing.inform(&contact, first).await.unwrap();
    billing.pay_by(&contact, "sim_success").await;
    let stale = BillingInformation {
        company: "Late AG".to_owned(),
        ..first.clone()
    };
    let refused = billing.inform(&contact, stale).await;
    assert_eq!(refusal(refused), (Code::Aborted, "ETAG_MISMATCH".into()));
    let request = billing.signed("gateway", GetBillingInformationRequest {}, &contact);
    let mut client = BillingInformationServiceClient::new(billing.channel.clone());
    let found = client.get_billing_information(request).await.unwrap().into_inner();
    let expected = BillingInformation {
        payment_method: "sim_success".to_owned(),
        etag: "3".to_owned(),
        ..first
    };
    assert_eq!(found.billing_information, Some(expected));
    let message = UpdateBillingInformationRequest {
        billing_information: None,
        update_mask: Some(prost_types::FieldMask {
            paths: vec!["colour".to_owned()],
        }),
    };
    let refused = client
        .update_billing_information(billing.signed("gateway", message, &contact))
        .await;
    assert_eq!(
        refusal(refused),
        (Code::InvalidArgument, "BILLING_INFORMATION_INVALID".into())
    );
}

async fn what_is_wrong_is_named_and_changes_nothing(place: Place) {
    let billing = Billing::start(place).await;
    let (_, contact) = billing.subscriber("team-monthly").await;
    let bad = BillingInformation {
        company: "Ada GmbH".to_owned(),
        country: "DE".to_owned(),
        tax_id: "DE1".to_owned(),
        purchase_order: "4111 1111 1111 1111".to_owned(),
        ..BillingInformation::default()
    };
    let status = billing.inform(&contact, bad).await.unwrap_err();
    let violations = status.get_details_bad_request().unwrap().field_violations;
    let named: Vec<_> = violations
        .iter()
        .map(|it| (it.field.as_str(), it.reason.as_str()))
        .collect();
    assert_eq!(
        named,
        [("purchase_order", "CARD_NUMBER"), ("tax_id", "TAX_ID_MALFORMED")]
    );
    assert!(!format!("{status:?}").contains("4111"), "the number is told to nobody");
    let unchanged = billing.inform(&contact, BillingInformation::default()).await.unwrap();
    assert_eq!((unchanged.company.as_str(), unchanged.etag.as_str()), ("", "1"));
}

async fn only_the_billing_contact_sees_and_changes_it(place: Place) {
    let billing = Billing::start(place).await;
    let (account, _) = billing.subscriber("team-monthly").await;
    let admin = person(account, Role::SuperAdmin);
    let refused = billing.inform(&admin, BillingInformation::default()).await;
    assert_eq!(refusal(refused), (Code::PermissionDenied, "PERMISSION_REQUIRED".into()));
}
