//! Who is not let in, whatever they say of themselves; `access_matrix` goes through every method.

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
    what_the_outside_says_of_itself_is_not_believed
    another_tenant_sees_nothing
}

/// Calls any method with an empty message, which every request type can be read from.
async fn call(world: &World, path: &str, caller: &Owner) -> Result<(), Status> {
    let mut client = Grpc::new(channel(world));
    client.ready().await.unwrap();
    let request = caller.request(());
    let codec = tonic_prost::ProstCodec::<(), ()>::default();
    client
        .unary(request, PathAndQuery::try_from(path).unwrap(), codec)
        .await
        .map(drop)
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
        let refused = call(world, path, &forged).await.unwrap_err();
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
    let own = stranger.deliveries().await;
    assert!(own.iter().all(|delivery| delivery.invitation_id.is_empty()), "{own:?}");
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
