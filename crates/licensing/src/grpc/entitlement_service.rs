//! What users are licensed for.

use std::sync::Arc;

use proto::licensing::v1::check_entitlement_response::Reason;
use proto::licensing::v1::entitlement_service_server::EntitlementService;
use proto::licensing::v1::{CheckEntitlementRequest, CheckEntitlementResponse, License};
use tonic::{Request, Response, Status};

use crate::app::{App, Error};
use crate::domain::license::Verdict;
use crate::domain::product::Product;

/// `usher.licensing.v1.EntitlementService`.
pub struct Service {
    app: Arc<App>,
}

impl Service {
    pub const fn new(app: Arc<App>) -> Self {
        Self { app }
    }
}

#[tonic::async_trait]
impl EntitlementService for Service {
    async fn check_entitlement(
        &self,
        request: Request<CheckEntitlementRequest>,
    ) -> Result<Response<CheckEntitlementResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let CheckEntitlementRequest { user_id, entitlement } = request.into_inner();
        let user = match user_id.as_str() {
            "" => None,
            id => Some(id.parse().map_err(|_| Error::IdMalformed { field: "user_id" })?),
        };
        let verdict = self.app.check_entitlement(&caller, user, &entitlement).await?;
        Ok(Response::new(write(&verdict)))
    }
}

fn write(verdict: &Verdict<'_>) -> CheckEntitlementResponse {
    let license = |product: &&Product| License {
        product: product.id.clone(),
        limits: product.limits.clone().into_iter().collect(),
    };
    match verdict {
        Verdict::SeatHeld(products) => CheckEntitlementResponse {
            licensed: true,
            reason: Reason::SeatHeld.into(),
            licenses: products.iter().map(license).collect(),
            sufficient_products: Vec::new(),
        },
        Verdict::NoSeat(products) => CheckEntitlementResponse {
            reason: Reason::NoSeat.into(),
            sufficient_products: products.iter().map(|product| product.id.clone()).collect(),
            ..CheckEntitlementResponse::default()
        },
        Verdict::NoProduct => CheckEntitlementResponse {
            reason: Reason::NoProduct.into(),
            ..CheckEntitlementResponse::default()
        },
    }
}
