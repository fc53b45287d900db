//! The catalogue.

use std::sync::Arc;

use proto::licensing::v1 as wire;
use proto::licensing::v1::product_service_server::ProductService;
use proto::licensing::v1::{ListProductsRequest, ListProductsResponse};
use tonic::{Request, Response, Status};

use crate::app::App;
use crate::domain::product::Product;

/// `usher.licensing.v1.ProductService`.
pub struct Service {
    app: Arc<App>,
}

impl Service {
    pub const fn new(app: Arc<App>) -> Self {
        Self { app }
    }
}

#[tonic::async_trait]
impl ProductService for Service {
    async fn list_products(
        &self,
        request: Request<ListProductsRequest>,
    ) -> Result<Response<ListProductsResponse>, Status> {
        let caller = chassis::caller(&request)?;
        let products = self.app.list_products(caller).iter().map(write).collect();
        Ok(Response::new(ListProductsResponse { products }))
    }
}

fn write(product: &Product) -> wire::Product {
    wire::Product {
        id: product.id.clone(),
        name: product.name.clone(),
        guide_url: product.guide_url.clone(),
        entitlements: product.entitlements.iter().cloned().collect(),
        limits: product.limits.clone().into_iter().collect(),
    }
}
