//! The services on the wire: each handler converts in, calls its use case and converts out.

mod billing_information_service;
mod internal;
mod invoice;
mod invoice_service;
mod payment_event_service;
mod plan;
mod plan_service;
mod quote;
mod status;
mod subscription;
mod subscription_service;
mod test_clock_service;

use proto::billing::internal::v1::invoice_service_server::InvoiceServiceServer as InternalInvoiceServiceServer;
use proto::billing::internal::v1::subscription_service_server::SubscriptionServiceServer as InternalSubscriptionServiceServer;
use proto::billing::v1::billing_information_service_server::BillingInformationServiceServer;
use proto::billing::v1::invoice_service_server::InvoiceServiceServer;
use proto::billing::v1::payment_event_service_server::PaymentEventServiceServer;
use proto::billing::v1::plan_service_server::PlanServiceServer;
use proto::billing::v1::subscription_service_server::SubscriptionServiceServer;
use proto::billing::v1::test_clock_service_server::TestClockServiceServer;
use tonic::service::Routes;

use crate::app::App;

/// The use cases as gRPC services.
#[derive(Clone, Debug)]
struct Grpc(App);

/// Every service of this process; none takes a message larger than `most` octets.
pub(crate) fn routes(app: App, most: usize) -> Routes {
    let grpc = Grpc(app);
    Routes::new(PlanServiceServer::new(grpc.clone()).max_decoding_message_size(most))
        .add_service(SubscriptionServiceServer::new(grpc.clone()).max_decoding_message_size(most))
        .add_service(BillingInformationServiceServer::new(grpc.clone()).max_decoding_message_size(most))
        .add_service(InvoiceServiceServer::new(grpc.clone()).max_decoding_message_size(most))
        .add_service(PaymentEventServiceServer::new(grpc.clone()).max_decoding_message_size(most))
        .add_service(TestClockServiceServer::new(grpc.clone()).max_decoding_message_size(most))
        .add_service(InternalInvoiceServiceServer::new(grpc.clone()).max_decoding_message_size(most))
        .add_service(InternalSubscriptionServiceServer::new(grpc).max_decoding_message_size(most))
}
