//! The services on the wire: each handler converts in, calls its use case and converts out.

mod internal;
mod plan;
mod plan_service;
mod quote;
mod status;
mod subscription;
mod subscription_service;

use proto::billing::internal::v1::subscription_service_server::SubscriptionServiceServer as InternalSubscriptionServiceServer;
use proto::billing::v1::plan_service_server::PlanServiceServer;
use proto::billing::v1::subscription_service_server::SubscriptionServiceServer;
use tonic::service::Routes;

use crate::app::App;

/// The use cases as gRPC services.
#[derive(Clone, Debug)]
struct Grpc(App);

/// Every service of this process; none takes a message larger than `max_message_bytes`.
pub(crate) fn routes(app: App, max_message_bytes: usize) -> Routes {
    let grpc = Grpc(app);
    Routes::new(PlanServiceServer::new(grpc.clone()).max_decoding_message_size(max_message_bytes))
        .add_service(SubscriptionServiceServer::new(grpc.clone()).max_decoding_message_size(max_message_bytes))
        .add_service(InternalSubscriptionServiceServer::new(grpc).max_decoding_message_size(max_message_bytes))
}
