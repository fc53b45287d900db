//! Who gets through the guard, method by method.

use std::time::Duration;

use chassis::{Actor, CALLER_KEY, CallerConfig, ServerConfig, Signer};
use http::uri::PathAndQuery;
use proto::identity::v1::{LogInRequest, LogOutRequest};
use tonic::client::Grpc;
use tonic::metadata::MetadataValue;
use tonic::{Code, Request, Status};
use types::Role;

use crate::support::{Stand, person, refusal};

/// Calls any method of any service with an empty message.
async fn call(stand: &Stand, path: &'static str, token: Option<&str>) -> Result<(), Status> {
    let mut request = Request::new(LogOutRequest {});
    if let Some(token) = token {
        request
            .metadata_mut()
            .insert(CALLER_KEY, MetadataValue::try_from(token).unwrap());
    }
    let mut grpc = Grpc::new(stand.channel());
    grpc.ready().await.unwrap();
    let codec = tonic_prost::ProstCodec::<LogOutRequest, LogOutRequest>::default();
    grpc.unary(request, PathAndQuery::from_static(path), codec)
        .await
        .map(|_| ())
}

fn token(signer: &Signer, actor: &Actor, audience: &str) -> String {
    signer.token(actor, audience).unwrap().to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_call_without_a_good_token_is_refused_and_one_with_it_passes() {
    let stand = Stand::memory(ServerConfig::default());
    let gateway = stand.signer("gateway");
    let strangers = CallerConfig::circle(["gateway", "mallory"]);
    let forger = Signer::new("gateway", &strangers["gateway"], stand.clock.clone()).unwrap();
    let mallory = Signer::new("mallory", &strangers["mallory"], stand.clock.clone()).unwrap();
    let good = token(&gateway, &Actor::Nobody, "identity");
    let mut altered = good.clone().into_bytes();
    let middle = altered.len() / 2;
    altered[middle] = if altered[middle] == b'A' { b'B' } else { b'A' };
    let refused = [
        ("no token", None),
        ("an empty token", Some(String::new())),
        ("another audience", Some(token(&gateway, &Actor::Nobody, "licensing"))),
        ("an untrusted issuer", Some(token(&mallory, &Actor::Nobody, "identity"))),
        (
            "a trusted name with another key",
            Some(token(&forger, &Actor::Nobody, "identity")),
        ),
        ("an altered token", Some(String::from_utf8(altered).unwrap())),
    ];
    for (case, token) in refused {
        let answer = call(&stand, "/usher.identity.v1.SessionService/LogIn", token.as_deref()).await;
        assert_eq!(
            refusal(answer),
            (Code::Unauthenticated, "CALLER_REQUIRED".into()),
            "{case}"
        );
    }
    call(&stand, "/usher.identity.v1.SessionService/LogIn", Some(&good))
        .await
        .unwrap();
    stand.clock.advance(Duration::from_secs(61));
    let expired = call(&stand, "/usher.identity.v1.SessionService/LogIn", Some(&good)).await;
    assert_eq!(refusal(expired), (Code::Unauthenticated, "CALLER_REQUIRED".into()));
}

#[tokio::test]
async fn each_method_lets_through_whom_its_rule_in_the_proto_names() {
    let stand = Stand::memory(ServerConfig::default());
    let (gateway, licensing) = (stand.signer("gateway"), stand.signer("licensing"));
    let tokens = [
        token(&gateway, &Actor::Nobody, "identity"),
        token(&gateway, &person(Role::Member), "identity"),
        token(&gateway, &person(Role::Admin), "identity"),
        token(&gateway, &Actor::Service, "identity"),
        token(&licensing, &Actor::Service, "identity"),
    ];
    // Methods that pass the guard and are not served by this stand are unimplemented.
    let (passed, absent) = ((Code::Ok, ""), (Code::Unimplemented, "METHOD_UNKNOWN"));
    let required = (Code::Unauthenticated, "CALLER_REQUIRED");
    let lacking = (Code::PermissionDenied, "PERMISSION_REQUIRED");
    let barred = (Code::PermissionDenied, "CALLER_NOT_ALLOWED");
    let table = [
        ("/usher.identity.v1.SessionService/LogIn", [passed; 5]),
        (
            "/usher.identity.v1.SessionService/LogOut",
            [required, passed, passed, passed, passed],
        ),
        (
            "/usher.admin.v1.PeopleService/AddUsers",
            [required, lacking, absent, required, required],
        ),
        (
            "/usher.identity.internal.v1.AuthenticationService/GetCaller",
            [absent; 5],
        ),
        (
            "/usher.identity.internal.v1.ChangeService/ResolveReservations",
            [barred, barred, barred, barred, absent],
        ),
        ("/usher.identity.v1.SessionService/Nothing", [absent; 5]),
        ("/usher.nothing.v1.Nothing/Nothing", [absent; 5]),
    ];
    for (path, expected) in table {
        for (token, (code, reason)) in tokens.iter().zip(expected) {
            let answer = call(&stand, path, Some(token)).await;
            let got = answer.map_or_else(|status| refusal::<()>(Err(status)), |()| (Code::Ok, String::new()));
            assert_eq!(got, (code, reason.to_owned()), "{path}");
        }
    }
}

#[tokio::test]
async fn a_handler_is_told_who_called() {
    let stand = Stand::tcp(ServerConfig::default()).await;
    let request = stand
        .signer("licensing")
        .request(LogInRequest::default(), &Actor::Service, "identity")
        .unwrap();
    let answer = stand.client().log_in(request).await.unwrap().into_inner();
    assert_eq!(answer.tokens.unwrap().access_token, "licensing");
}
