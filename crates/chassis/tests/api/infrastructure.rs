//! Health and reflection, over TCP and in memory.

use chassis::{Channel, ServerConfig};
use futures::StreamExt;
use testkit::eventually;
use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::{v1, v1alpha};

use crate::support::{DEADLINE, Stand, refusal};

fn with_reflection() -> ServerConfig {
    ServerConfig {
        reflection: true,
        ..ServerConfig::default()
    }
}

async fn health(channel: Channel, service: &str) -> Result<i32, Code> {
    let request = HealthCheckRequest {
        service: service.to_owned(),
    };
    let answer = HealthClient::new(channel).check(request).await;
    answer
        .map(|answer| answer.into_inner().status)
        .map_err(|status| status.code())
}

#[tokio::test]
async fn health_is_told_for_the_process_and_for_each_service_without_a_token() {
    for stand in [
        Stand::tcp(ServerConfig::default()).await,
        Stand::memory(ServerConfig::default()),
    ] {
        for service in ["", "usher.identity.v1.SessionService", "usher.identity.v1.UserService"] {
            assert_eq!(
                health(stand.channel(), service).await,
                Ok(ServingStatus::Serving.into()),
                "{service}"
            );
        }
        assert_eq!(
            health(stand.channel(), "usher.billing.v1.PlanService").await,
            Err(Code::NotFound)
        );
    }
}

#[tokio::test]
async fn those_who_watch_health_are_told_of_the_end_and_do_not_hold_it_up() {
    let stand = Stand::tcp(ServerConfig::default()).await;
    let mut watch = HealthClient::new(stand.channel())
        .watch(HealthCheckRequest::default())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(watch.next().await.unwrap().unwrap().status(), ServingStatus::Serving);
    stand.shutdown.cancel();
    assert_eq!(watch.next().await.unwrap().unwrap().status(), ServingStatus::NotServing);
    tokio::time::timeout(DEADLINE, stand.server)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn both_versions_of_reflection_list_the_public_services_and_hide_the_internal_ones() {
    let stand = Stand::tcp(with_reflection()).await;
    let listed = [list_v1(stand.channel()).await, list_v1alpha(stand.channel()).await];
    for names in listed {
        assert!(
            names.contains(&"usher.identity.v1.SessionService".to_owned()),
            "{names:?}"
        );
        assert!(names.iter().all(|name| !name.contains(".internal.")), "{names:?}");
    }
    assert!(describes(stand.channel(), "usher.identity.v1.SessionService").await);
    assert!(!describes(stand.channel(), "usher.identity.internal.v1.AuthenticationService").await);
}

#[tokio::test]
async fn reflection_is_off_unless_it_is_switched_on() {
    let stand = Stand::tcp(ServerConfig::default()).await;
    let request = futures::stream::iter([v1::ServerReflectionRequest::default()]);
    let answer = v1::server_reflection_client::ServerReflectionClient::new(stand.channel())
        .server_reflection_info(request)
        .await;
    assert_eq!(answer.unwrap_err().code(), Code::Unimplemented);
}

#[tokio::test]
async fn a_service_that_has_stopped_is_unavailable_to_its_callers() {
    for stand in [
        Stand::tcp(ServerConfig::default()).await,
        Stand::memory(ServerConfig::default()),
    ] {
        let (mut client, request) = (stand.client(), stand.log_in("ada"));
        client.log_in(request).await.unwrap();
        stand.shutdown.cancel();
        stand.server.await.unwrap().unwrap();
        eventually(DEADLINE, async || {
            let (code, reason) = refusal(client.log_in(Request::new(Default::default())).await);
            if code == Code::Unavailable && reason == "PEER_UNAVAILABLE" {
                Ok(())
            } else {
                Err(format!("{code} {reason}"))
            }
        })
        .await;
    }
}

async fn list_v1(channel: Channel) -> Vec<String> {
    use v1::server_reflection_request::MessageRequest;
    use v1::server_reflection_response::MessageResponse;
    let message_request = Some(MessageRequest::ListServices(String::new()));
    let request = futures::stream::iter([v1::ServerReflectionRequest {
        message_request,
        ..Default::default()
    }]);
    let mut client = v1::server_reflection_client::ServerReflectionClient::new(channel);
    let mut answers = client.server_reflection_info(request).await.unwrap().into_inner();
    match answers.next().await.unwrap().unwrap().message_response {
        Some(MessageResponse::ListServicesResponse(list)) => {
            list.service.into_iter().map(|service| service.name).collect()
        }
        other => panic!("{other:?}"),
    }
}

async fn list_v1alpha(channel: Channel) -> Vec<String> {
    use v1alpha::server_reflection_request::MessageRequest;
    use v1alpha::server_reflection_response::MessageResponse;
    let message_request = Some(MessageRequest::ListServices(String::new()));
    let request = futures::stream::iter([v1alpha::ServerReflectionRequest {
        message_request,
        ..Default::default()
    }]);
    let mut client = v1alpha::server_reflection_client::ServerReflectionClient::new(channel);
    let mut answers = client.server_reflection_info(request).await.unwrap().into_inner();
    match answers.next().await.unwrap().unwrap().message_response {
        Some(MessageResponse::ListServicesResponse(list)) => {
            list.service.into_iter().map(|service| service.name).collect()
        }
        other => panic!("{other:?}"),
    }
}

/// Whether reflection describes a symbol.
async fn describes(channel: Channel, symbol: &str) -> bool {
    use v1::server_reflection_request::MessageRequest;
    use v1::server_reflection_response::MessageResponse;
    let message_request = Some(MessageRequest::FileContainingSymbol(symbol.to_owned()));
    let request = futures::stream::iter([v1::ServerReflectionRequest {
        message_request,
        ..Default::default()
    }]);
    let mut client = v1::server_reflection_client::ServerReflectionClient::new(channel);
    let mut answers = client.server_reflection_info(request).await.unwrap().into_inner();
    match answers.next().await {
        Some(Ok(answer)) => matches!(
            answer.message_response,
            Some(MessageResponse::FileDescriptorResponse(_))
        ),
        Some(Err(_)) | None => false,
    }
}
