//! The methods that licensing serves.

mod convert;
mod entitlement_service;
mod internal_seat_service;
mod product_service;
mod reservation_service;
mod seal;
mod seat;
mod seat_service;
mod status;

use std::sync::Arc;

use proto::licensing::internal::v1::reservation_service_server::ReservationServiceServer;
use proto::licensing::internal::v1::seat_service_server::SeatServiceServer as InternalSeatServiceServer;
use proto::licensing::v1::entitlement_service_server::EntitlementServiceServer;
use proto::licensing::v1::product_service_server::ProductServiceServer;
use proto::licensing::v1::seat_service_server::SeatServiceServer;
use tonic::service::Routes;

use crate::app::App;

pub use seal::Seal;

/// The packages that are served.
pub const PACKAGES: [&str; 2] = ["usher.licensing.v1", "usher.licensing.internal.v1"];

/// All methods, on `app`; messages are taken up to `max_message_bytes`.
pub fn routes(app: &Arc<App>, seal: Seal, max_message_bytes: usize) -> Routes {
    let seats = seat_service::Service::new(Arc::clone(app));
    let products = product_service::Service::new(Arc::clone(app));
    let entitlements = entitlement_service::Service::new(Arc::clone(app));
    let reservations = reservation_service::Service::new(Arc::clone(app), seal);
    let ledger = internal_seat_service::Service::new(Arc::clone(app));
    Routes::new(SeatServiceServer::new(seats).max_decoding_message_size(max_message_bytes))
        .add_service(ProductServiceServer::new(products).max_decoding_message_size(max_message_bytes))
        .add_service(EntitlementServiceServer::new(entitlements).max_decoding_message_size(max_message_bytes))
        .add_service(ReservationServiceServer::new(reservations).max_decoding_message_size(max_message_bytes))
        .add_service(InternalSeatServiceServer::new(ledger).max_decoding_message_size(max_message_bytes))
}
