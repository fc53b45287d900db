//! Whether every service answers.

use proto::billing::v1::ListPlansRequest;
use proto::billing::v1::plan_service_client::PlanServiceClient;
use proto::identity::v1::GetAccountRequest;
use proto::identity::v1::account_service_client::AccountServiceClient;
use proto::licensing::v1::ListProductsRequest;
use proto::licensing::v1::product_service_client::ProductServiceClient;
use proto::notification::v1::ListDeliveriesRequest;
use proto::notification::v1::delivery_service_client::DeliveryServiceClient;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::finding::Finding;
use crate::client::Client;
use crate::complaint::explain;
use crate::exit::Exit;

const NOT_SERVING: &str = "look whether it is starting or stopping, and at its log";

/// Asks the gateway how it is, and then each service behind it something that costs nothing.
///
/// # Errors
/// When the caller is not logged in any more.
pub(super) async fn examine(client: &Client) -> anyhow::Result<Vec<Finding>> {
    let mut findings = vec![gateway(client).await];
    let channel = client.channel();
    let identity = async |request| AccountServiceClient::new(channel.clone()).get_account(request).await;
    findings.push(service(client, "identity", GetAccountRequest {}, identity).await?);
    let licensing = async |request| ProductServiceClient::new(channel.clone()).list_products(request).await;
    findings.push(service(client, "licensing", ListProductsRequest {}, licensing).await?);
    let billing = async |request| PlanServiceClient::new(channel.clone()).list_plans(request).await;
    findings.push(service(client, "billing", ListPlansRequest {}, billing).await?);
    let one = ListDeliveriesRequest {
        page_size: 1,
        ..ListDeliveriesRequest::default()
    };
    let notification = async |request| {
        DeliveryServiceClient::new(channel.clone())
            .list_deliveries(request)
            .await
    };
    findings.push(service(client, "notification", one, notification).await?);
    Ok(findings)
}

async fn gateway(client: &Client) -> Finding {
    let whole = HealthCheckRequest { service: String::new() };
    match HealthClient::new(client.channel()).check(whole).await {
        Ok(answer) if answer.get_ref().status() == ServingStatus::Serving => Finding::ok("gateway", "serving"),
        Ok(_) => Finding::wrong("gateway", "not serving", NOT_SERVING),
        Err(status) => {
            let advice = match client.greet().await {
                Ok(()) => "look whether it is running, and at its log".to_owned(),
                Err(reason) => reason.to_string(),
            };
            Finding::wrong("gateway", status.message(), &advice)
        }
    }
}

async fn service<M, T>(
    client: &Client,
    name: &str,
    message: M,
    ask: impl AsyncFn(tonic::Request<M>) -> Result<tonic::Response<T>, tonic::Status>,
) -> anyhow::Result<Finding> {
    let answer = match client.request(message).await {
        Ok(request) => ask(request).await.map_err(anyhow::Error::from),
        Err(error) => Err(error),
    };
    let Err(error) = answer else {
        return Ok(Finding::ok(name, "answers"));
    };
    let exit = explain(&error).0;
    if exit == Exit::NotLoggedIn {
        return Err(error);
    }
    // Whoever refuses is well.
    let is_well = exit == Exit::Refused;
    Ok(if is_well {
        Finding::ok(name, "answers")
    } else {
        Finding::unseen(name, &error)
    })
}
