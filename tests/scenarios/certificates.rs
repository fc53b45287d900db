//! A cluster whose processes talk TLS: they know each other by their certificates, also by new ones.

use chassis::Actor;
use proto::licensing::internal::v1::ReserveSeatsRequest;
use proto::licensing::internal::v1::reservation_service_client::ReservationServiceClient;
use testkit::{Cluster, eventually};
use toml::{Table, Value};
use tonic::Code;

use crate::support::{PATIENCE, World, adding, fresh, refusal, settled};

/// Looks at the files often, and does not keep connections for long.
fn hasten(_: &str, config: &mut Table) {
    for block in ["server", "clients"] {
        if let Some(Value::Table(tls)) = config.get_mut(block).and_then(|block| block.get_mut("tls")) {
            tls.insert("reload_interval".into(), "100ms".into());
        }
    }
    if let Some(Value::Table(server)) = config.get_mut("server") {
        server.insert("max_connection_age".into(), "1s".into());
    }
}

async fn secured_world() -> World {
    World::of(Cluster::start_secured(hasten).await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_added_with_seats_and_mail_and_go_on_to_be_when_certificates_are_new() {
    let mut world = secured_world().await;
    let owner = world.account().await;
    let ada = fresh("ada");
    owner.add(adding(&[&ada], &["training"])).await.unwrap();
    world.mail(&ada).await;
    world.cluster().renew_certs().await.unwrap();
    // An authority from one moment to the next: whoever has seen it first is believed by nobody for a moment.
    let mary = fresh("mary");
    let adding = adding(&[&mary], &["training"]);
    eventually(PATIENCE, async || owner.add(adding.clone()).await).await;
    world.mail(&mary).await;
    let pools = settled(&owner).await;
    let training = pools.iter().find(|pool| pool.product == "training").unwrap();
    assert_eq!(training.assigned, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_may_call_what_its_certificate_says() {
    let mut world = secured_world().await;
    let cluster = world.cluster();
    let licensing = cluster.peer("licensing");
    let reserve = async |certificate: &str, key: &str| {
        let channel = licensing.channel("licensing", &cluster.clients(certificate)).unwrap();
        let request = cluster.signer(key).unwrap();
        let request = request
            .request(ReserveSeatsRequest::default(), &Actor::Service, "licensing")
            .unwrap();
        let status = ReservationServiceClient::new(channel)
            .reserve_seats(request)
            .await
            .unwrap_err();
        refusal(&status)
    };
    let forbidden = (Code::PermissionDenied, "CALLER_NOT_ALLOWED".to_owned());
    assert_eq!(reserve("notification", "notification").await, forbidden);
    assert_eq!(
        reserve("notification", "identity").await,
        forbidden,
        "with a key that it found"
    );
    assert_eq!(reserve("identity", "identity").await.0, Code::InvalidArgument);
}
