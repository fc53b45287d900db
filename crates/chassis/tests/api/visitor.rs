//! Clients from outside: whom they believe, and what they are told of those whom they do not.

use chassis::{ClientConfig, Distrust, Peer, ServerConfig, TlsError, Visitor};
use proto::identity::v1::session_service_client::SessionServiceClient;
use testkit::free_port;
use tonic::Code;

use crate::authority::{Authority, Files};
use crate::support::{Stand, refusal};

async fn stand(files: &Files) -> (Stand, u16) {
    let config = ServerConfig {
        tls: Some(files.config()),
        ..ServerConfig::default()
    };
    let stand = Stand::tcp(config).await;
    let port = port(&stand);
    (stand, port)
}

fn port(stand: &Stand) -> u16 {
    let Peer::Tcp(address) = &stand.peer else {
        unreachable!("the stand has a socket");
    };
    address.rsplit_once(':').unwrap().1.parse().unwrap()
}

fn visitor(files: &Files) -> Visitor {
    Visitor::believing(&files.config().ca.unwrap()).unwrap()
}

#[tokio::test]
async fn a_server_is_believed_by_its_authority_and_its_name() {
    let (authority, other) = (Authority::new(), Authority::new());
    let files = authority.issue_at("gateway", "localhost");
    let (_stand, port) = stand(&files).await;
    visitor(&files).meet("localhost", port).await.unwrap();
    let elsewhere = visitor(&files).meet("127.0.0.1", port).await.unwrap_err();
    assert!(matches!(elsewhere, Distrust::Name), "{elsewhere}");
    let stranger = visitor(&other.issue("gateway"))
        .meet("localhost", port)
        .await
        .unwrap_err();
    assert!(matches!(stranger, Distrust::Authority), "{stranger}");
    let public = Visitor::public().unwrap().meet("localhost", port).await.unwrap_err();
    assert!(matches!(public, Distrust::Authority), "{public}");
}

#[tokio::test]
async fn what_cannot_be_believed_is_told_apart() {
    let authority = Authority::new();
    let expired = authority.issue_expired("gateway");
    let (_stand, port) = stand(&expired).await;
    let late = visitor(&expired).meet("localhost", port).await.unwrap_err();
    assert!(matches!(late, Distrust::Time), "{late}");
    let plain = Stand::tcp(ServerConfig::default()).await;
    let plain = visitor(&expired)
        .meet("localhost", self::port(&plain))
        .await
        .unwrap_err();
    assert!(matches!(plain, Distrust::Plaintext), "{plain}");
    let nobody = visitor(&expired)
        .meet("localhost", free_port().unwrap())
        .await
        .unwrap_err();
    assert!(matches!(nobody, Distrust::Unreachable(_)), "{nobody}");
}

#[tokio::test]
async fn whoever_proves_nothing_is_not_let_in_by_a_service() {
    let files = Authority::new().issue_at("identity", "localhost");
    let (stand, port) = stand(&files).await;
    let config = ClientConfig {
        visitor: Some(visitor(&files)),
        ..ClientConfig::default()
    };
    let channel = Peer::Tcp(format!("https://localhost:{port}")).channel("identity", &config);
    let answer = SessionServiceClient::new(channel.unwrap())
        .log_in(stand.log_in(""))
        .await;
    assert_eq!(refusal(answer), (Code::Unavailable, "PEER_UNAVAILABLE".to_owned()));
}

#[test]
fn a_file_without_authorities_is_refused() {
    let files = Authority::new().issue("gateway");
    let key = Visitor::believing(&files.config().key).unwrap_err();
    assert!(matches!(key, TlsError::Empty { .. }), "{key}");
    let missing = Visitor::believing("/nowhere/ca.crt".as_ref()).unwrap_err();
    assert!(matches!(missing, TlsError::File { .. }), "{missing}");
}
