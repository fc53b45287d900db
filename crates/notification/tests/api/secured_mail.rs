//! The way to the mail server: TLS from the start, STARTTLS, passwords, and certificates that are not to be trusted.

use std::path::PathBuf;
use std::sync::Arc;

use proto::notification::v1::delivery::State;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::mail_server::{MailServer, Tls};
use crate::notification::{Notification, Place, mail, welcome};

crate::on_both_databases!(
    a_mail_goes_through_starttls_with_a_password,
    a_mail_goes_through_tls_from_the_start,
    a_certificate_that_nobody_vouches_for_gets_neither_password_nor_mail,
);

/// A server's certificate for `localhost`, and the file by which it is trusted.
struct Certificate {
    acceptor: TlsAcceptor,
    file: PathBuf,
    _folder: tempfile::TempDir,
}

fn certificate() -> Certificate {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, made.cert.pem()).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    Certificate {
        acceptor: TlsAcceptor::from(Arc::new(config)),
        file,
        _folder: folder,
    }
}

fn url(server: &MailServer, scheme: &str, query: &str) -> String {
    server
        .url()
        .replace("smtp://127.0.0.1", &format!("{scheme}://usher:right@localhost"))
        + query
}

async fn a_mail_goes_through_starttls_with_a_password(place: Place) {
    for query in ["?tls=required", "?tls=opportunistic"] {
        let certificate = certificate();
        let server = MailServer::secured(Tls::OnRequest(certificate.acceptor), &["STARTTLS", "AUTH PLAIN"]).await;
        let mut config = mail(url(&server, "smtp", query));
        config.ca_file = Some(certificate.file);
        let notification = Notification::start(&place, config).await;
        let order = welcome("ada@example.com");
        notification.enqueue(vec![order.clone()]).await.unwrap();

        notification.reaches(&order, State::Sent).await;
        let commands = server.commands();
        assert_eq!(commands[..5], ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL"], "{query}");
        notification.stop().await;
    }
}

async fn a_mail_goes_through_tls_from_the_start(place: Place) {
    let certificate = certificate();
    let server = MailServer::secured(Tls::AtOnce(certificate.acceptor), &["AUTH PLAIN"]).await;
    let mut config = mail(url(&server, "smtps", ""));
    config.ca_file = Some(certificate.file);
    let notification = Notification::start(&place, config).await;
    let order = welcome("ada@example.com");
    notification.enqueue(vec![order.clone()]).await.unwrap();

    notification.reaches(&order, State::Sent).await;
    assert_eq!(server.received().len(), 1);
    notification.stop().await;
}

async fn a_certificate_that_nobody_vouches_for_gets_neither_password_nor_mail(place: Place) {
    let server = MailServer::secured(Tls::OnRequest(certificate().acceptor), &["STARTTLS", "AUTH PLAIN"]).await;
    let notification = Notification::start(&place, mail(url(&server, "smtp", "?tls=required"))).await;
    let order = welcome("ada@example.com");
    notification.enqueue(vec![order.clone()]).await.unwrap();

    let retrying = notification.reaches(&order, State::Retrying).await;
    assert_eq!(retrying.reason, "The connection to the mail server failed.");
    let commands = server.commands();
    assert!(
        commands.iter().all(|verb| verb == "EHLO" || verb == "STARTTLS"),
        "{commands:?}"
    );
    notification.stop().await;
}
