//! Every method there is, called by everybody: each is refused as its access option says.

use std::collections::BTreeMap;

use proto::access::{Policy, Rule};
use proto::billing::v1::GetSubscriptionRequest;
use proto::billing::v1::subscription_service_client::SubscriptionServiceClient;
use proto::identity::v1::user_service_client::UserServiceClient;
use proto::identity::v1::{GetUserRequest, ListUsersRequest};
use proto::notification::v1::ListDeliveriesRequest;
use proto::notification::v1::delivery_service_client::DeliveryServiceClient;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::{Code, Request, Status};

use crate::support::{Owner, World, adding, channel, fresh, on_both, refusal};

on_both! {
    every_method_is_refused_as_its_option_says
    what_the_outside_says_of_itself_is_not_believed
    another_tenant_sees_nothing
}

/// Calls any method with an empty message, which every request type can be read from.
async fn call(world: &World, path: &str, caller: Option<&Owner>) -> Result<(), Status> {
    let mut client = Grpc::new(channel(world));
    client.ready().await.unwrap();
    let request = caller.map_or_else(|| Request::new(()), |caller| caller.request(()));
    let codec = tonic_prost::ProstCodec::<(), ()>::default();
    client
        .unary(request, PathAndQuery::try_from(path).unwrap(), codec)
        .await
        .map(drop)
}

/// What a refusal for want of rights looks like; anything else means that the caller was let through to the method.
fn denied(answer: &Result<(), Status>) -> Option<(Code, String)> {
    let rights = [
        "ACCESS_TOKEN_REQUIRED",
        "PERMISSION_REQUIRED",
        "METHOD_UNKNOWN",
        "CALLER_REQUIRED",
        "CALLER_NOT_ALLOWED",
    ];
    answer
        .as_ref()
        .err()
        .map(refusal)
        .filter(|(_, reason)| rights.contains(&reason.as_str()))
}

async fn every_method_is_refused_as_its_option_says(world: &World) {
    let owner = world.account().await;
    let email = fresh("member");
    owner.add(adding(&[&email], &[])).await.unwrap();
    let member = Owner::accept(world, &world.mail(&email).await.token()).await.unwrap();
    let unknown = Some((Code::Unimplemented, "METHOD_UNKNOWN".to_owned()));
    let log_in = Some((Code::Unauthenticated, "ACCESS_TOKEN_REQUIRED".to_owned()));
    let lacking = Some((Code::PermissionDenied, "PERMISSION_REQUIRED".to_owned()));

    let policy = Policy::load().unwrap();
    let mut seen = BTreeMap::<&str, usize>::new();
    for (path, rule) in policy.iter() {
        let ends_the_session = path.ends_with("/LogOut");
        let nobody = denied(&call(world, path, None).await);
        let as_member = if ends_the_session {
            None
        } else {
            denied(&call(world, path, Some(&member)).await)
        };
        let as_owner = if ends_the_session {
            None
        } else {
            denied(&call(world, path, Some(&owner)).await)
        };
        let (kind, expected) = match rule {
            Rule::Public => ("public", [None, None, None]),
            Rule::Authenticated => ("authenticated", [log_in.clone(), None, None]),
            Rule::Permission(_) => ("permission", [log_in.clone(), lacking.clone(), None]),
            Rule::Internal(_) => ("internal", [unknown.clone(), unknown.clone(), unknown.clone()]),
        };
        assert_eq!([nobody, as_member, as_owner], expected, "{path} {rule:?}");
        *seen.entry(kind).or_default() += 1;
    }
    assert_eq!(seen.len(), 4, "each kind of rule has a method: {seen:?}");
    assert_eq!(
        denied(&call(world, "/usher.identity.v1.UserService/Nothing", Some(&owner)).await),
        unknown
    );
}

async fn what_the_outside_says_of_itself_is_not_believed(world: &World) {
    let owner = world.account().await;
    let path = "/usher.licensing.v1.SeatService/ListSeatPools";
    let mut client = Grpc::new(channel(world));
    client.ready().await.unwrap();
    let mut request = Request::new(());
    request
        .metadata_mut()
        .insert("usher-caller", "eyJhbGciOiJub25lIn0.e30.".parse().unwrap());
    request
        .metadata_mut()
        .insert("usher-source", "10.0.0.1".parse().unwrap());
    let codec = tonic_prost::ProstCodec::<(), ()>::default();
    let refused = client
        .unary(request, PathAndQuery::from_static(path), codec)
        .await
        .unwrap_err();
    assert_eq!(
        refusal(&refused),
        (Code::Unauthenticated, "ACCESS_TOKEN_REQUIRED".into())
    );

    let mut forged = owner.clone();
    let cut = forged.tokens.access_token.rfind('.').unwrap();
    forged.tokens.access_token.truncate(cut + 1);
    for token in ["", "x", &forged.tokens.access_token.clone(), &"x".repeat(5_000)] {
        forged.tokens.access_token = token.to_owned();
        let refused = call(world, path, Some(&forged)).await.unwrap_err();
        assert_eq!(
            refusal(&refused),
            (Code::Unauthenticated, "ACCESS_TOKEN_INVALID".into())
        );
    }
}

async fn another_tenant_sees_nothing(world: &World) {
    let (owner, stranger) = (world.account().await, world.account().await);
    let email = fresh("ada");
    let added = owner.add(adding(&[&email], &["training"])).await.unwrap();
    world.mail(&email).await;
    let (user_id, invitation_id) = (added.results[0].user_id.clone(), added.results[0].invitation_id.clone());

    let unknown = (Code::NotFound, "USER_NOT_FOUND".to_owned());
    assert_eq!(refusal(&stranger.person(&user_id).await.unwrap_err()), unknown);
    let mut users = UserServiceClient::new(stranger.channel.clone());
    let refused = users
        .get_user(stranger.request(GetUserRequest { user_id }))
        .await
        .unwrap_err();
    assert_eq!(refusal(&refused), unknown);
    let listed = users
        .list_users(stranger.request(ListUsersRequest::default()))
        .await
        .unwrap()
        .into_inner()
        .users;
    assert_eq!(listed.len(), 1);
    assert_eq!(stranger.people().await.len(), 1);
    assert!(stranger.pools().await.iter().all(|pool| pool.assigned == 0));
    assert!(stranger.deliveries().await.is_empty());
    let about = ListDeliveriesRequest {
        invitation_id,
        ..ListDeliveriesRequest::default()
    };
    let mut deliveries = DeliveryServiceClient::new(stranger.channel.clone());
    assert!(
        deliveries
            .list_deliveries(stranger.request(about))
            .await
            .unwrap()
            .into_inner()
            .deliveries
            .is_empty()
    );
    let subscription = async |owner: &Owner| {
        let mut client = SubscriptionServiceClient::new(owner.channel.clone());
        let answer = client
            .get_subscription(owner.request(GetSubscriptionRequest {}))
            .await
            .unwrap();
        answer.into_inner().subscription.unwrap().id
    };
    assert_ne!(subscription(&owner).await, subscription(&stranger).await);
}
