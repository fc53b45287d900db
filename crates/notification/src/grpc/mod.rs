//! The services on the wire: each handler converts in, calls its use case and converts out.

mod convert;
mod delivery_service;
mod mail_service;
mod status;
mod suppression_service;
mod wording;
mod wording_service;

use proto::notification::internal::v1::mail_service_server::MailServiceServer;
use proto::notification::internal::v1::suppression_service_server::SuppressionServiceServer;
use proto::notification::internal::v1::wording_service_server::WordingServiceServer;
use proto::notification::v1::delivery_service_server::DeliveryServiceServer;
use tonic::service::Routes;

use crate::app::App;

/// The use cases as gRPC services.
#[derive(Clone, Debug)]
struct Grpc(App);

/// Every service of this process; none takes a message larger than `max_message_bytes`.
pub(crate) fn routes(app: App, max_message_bytes: usize) -> Routes {
    let grpc = Grpc(app);
    Routes::new(DeliveryServiceServer::new(grpc.clone()).max_decoding_message_size(max_message_bytes))
        .add_service(MailServiceServer::new(grpc.clone()).max_decoding_message_size(max_message_bytes))
        .add_service(WordingServiceServer::new(grpc.clone()).max_decoding_message_size(max_message_bytes))
        .add_service(SuppressionServiceServer::new(grpc).max_decoding_message_size(max_message_bytes))
}
