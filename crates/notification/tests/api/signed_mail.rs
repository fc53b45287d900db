//! Signed mails (DKIM), judged as RFC 6376 and RFC 8463 say by other code than that which signs.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use ed25519_dalek::{Signature, SigningKey, Verifier};
use notification::DkimConfig;
use proto::notification::v1::delivery::State;
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::pkcs8::LineEnding;
use rsa::rand_core::OsRng;
use rsa::sha2::{Digest, Sha256};
use rsa::{Pkcs1v15Sign, RsaPrivateKey, RsaPublicKey};

use crate::mail_server::MailServer;
use crate::notification::{Notification, Place, mail, welcome};

crate::on_both_databases!(
    a_signature_holds_for_what_was_sent_and_for_nothing_else,
    a_key_that_cannot_sign_keeps_the_service_from_starting,
);

/// The public half of a key, as the DNS has it.
enum Public {
    Rsa(Box<RsaPublicKey>),
    Ed25519(ed25519_dalek::VerifyingKey),
}

impl Public {
    fn verifies(&self, digest: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rsa(key) => key.verify(Pkcs1v15Sign::new::<Sha256>(), digest, signature).is_ok(),
            Self::Ed25519(key) => Signature::from_slice(signature).is_ok_and(|it| key.verify(digest, &it).is_ok()),
        }
    }
}

fn dkim(key_file: &Path) -> DkimConfig {
    DkimConfig {
        key_file: key_file.to_owned(),
        selector: "summer2026".into(),
        domain: None,
    }
}

/// Keys as their owners have them: how they stand in a file, and their public halves.
fn keys() -> Vec<(String, Public)> {
    let rsa = RsaPrivateKey::new(&mut OsRng, 1_024).unwrap();
    let public = || Public::Rsa(Box::new(rsa.to_public_key()));
    let seed: [u8; 32] = rand_seed();
    let ed25519 = SigningKey::from_bytes(&seed);
    let old = rsa.to_pkcs1_pem(LineEnding::LF).unwrap().to_string();
    let new = rsa::pkcs8::EncodePrivateKey::to_pkcs8_pem(&rsa, LineEnding::LF)
        .unwrap()
        .to_string();
    let short = ed25519.to_pkcs8_pem(LineEnding::LF).unwrap().to_string();
    vec![
        (old, public()),
        (new, public()),
        (short, Public::Ed25519(ed25519.verifying_key())),
    ]
}

fn rand_seed() -> [u8; 32] {
    let mut seed = [0; 32];
    rsa::rand_core::RngCore::fill_bytes(&mut OsRng, &mut seed);
    seed
}

async fn a_signature_holds_for_what_was_sent_and_for_nothing_else(place: Place) {
    let folder = tempfile::tempdir().unwrap();
    for (pem, public) in keys() {
        let file = folder.path().join("key.pem");
        std::fs::write(&file, pem).unwrap();
        let server = MailServer::start().await;
        let mut config = mail(server.url());
        config.dkim = Some(dkim(&file));
        let notification = Notification::start(&place, config).await;
        let mut order = welcome("ada@example.com");
        // So long, and of such letters, that its header is folded.
        order.account_name = "Łukasz & Söhne ".repeat(8).trim().to_owned();
        notification.enqueue(vec![order.clone()]).await.unwrap();
        notification.reaches(&order, State::Sent).await;

        let sent = String::from_utf8(server.received()[0].bytes.clone()).unwrap();
        assert!(is_signed(&sent, &public), "{sent}");
        let signature = &headers(&sent)["dkim-signature"];
        for tag in ["d=mail.example;", "s=summer2026;", "c=relaxed/relaxed;"] {
            assert!(signature.contains(tag), "{signature}");
        }
        for (from, to) in [
            ("From: Usher", "From: Eve"),
            ("ada@example.com", "eve@example.com"),
            ("Content-Language: en", "Content-Language: de"),
            ("Hello Ada", "Hello Eve"),
        ] {
            assert!(sent.contains(from), "{from} is missing in {sent}");
            assert!(!is_signed(&sent.replace(from, to), &public), "{from}");
        }
        notification.stop().await;
    }
}

async fn a_key_that_cannot_sign_keeps_the_service_from_starting(place: Place) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.pem");
    let refused = async |dkim: DkimConfig, problem: &str| {
        let mut config = mail("folder:/nowhere");
        config.dkim = Some(dkim);
        let error = Notification::start(&place, config).await.ended().await.unwrap_err();
        assert!(error.to_string().starts_with("mail.dkim: "), "{error}");
        assert!(error.to_string().contains(problem), "{error}");
    };
    refused(dkim(&file), "cannot be read").await;
    std::fs::write(
        &file,
        "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n",
    )
    .unwrap();
    refused(dkim(&file), "private key is expected").await;
    let (pem, _) = keys().remove(0);
    std::fs::write(&file, pem).unwrap();
    for selector in ["", "a b", "a;d=example.com", "é"] {
        let selector = selector.to_owned();
        refused(
            DkimConfig {
                selector,
                ..dkim(&file)
            },
            "selector",
        )
        .await;
    }
    let domain = Some("exa\r\nmple.com".to_owned());
    refused(DkimConfig { domain, ..dkim(&file) }, "domain").await;
}

/// Whether the one signature of a mail is good (RFC 6376 §6.1.3).
fn is_signed(mail: &str, public: &Public) -> bool {
    let headers = headers(mail);
    let (_, body) = mail.split_once("\r\n\r\n").unwrap();
    let signature = &headers["dkim-signature"];
    let tag = |name: &str| {
        let mut tags = signature.split(';').filter_map(|tag| tag.split_once('='));
        let (_, value) = tags.find(|(known, _)| known.trim() == name).unwrap();
        value.split_whitespace().collect::<String>()
    };
    if STANDARD.encode(Sha256::digest(relaxed_body(body))) != tag("bh") {
        return false;
    }
    let mut signed = String::new();
    for name in tag("h").split(':') {
        signed += &relaxed_header(name, &headers[name]);
    }
    let own = relaxed_header("dkim-signature", signature);
    let (before, _) = own.split_once("; b=").unwrap();
    signed += before;
    signed += "; b=";
    public.verifies(&Sha256::digest(signed), &STANDARD.decode(tag("b")).unwrap())
}

/// Each header as it stands, folds included, by its name in lower case.
fn headers(mail: &str) -> std::collections::BTreeMap<String, String> {
    let (head, _) = mail.split_once("\r\n\r\n").unwrap();
    let mut headers = std::collections::BTreeMap::new();
    let mut last = String::new();
    for line in head.split("\r\n") {
        if line.starts_with([' ', '\t']) {
            let value: &mut String = headers.get_mut(&last).unwrap();
            *value += "\r\n";
            *value += line;
        } else {
            let (name, value) = line.split_once(':').unwrap();
            last = name.to_ascii_lowercase();
            assert!(headers.insert(last.clone(), value.to_owned()).is_none(), "{name} twice");
        }
    }
    headers
}

/// RFC 6376 §3.4.2.
fn relaxed_header(name: &str, value: &str) -> String {
    let words: Vec<&str> = value.split_ascii_whitespace().collect();
    let end = if name == "dkim-signature" { "" } else { "\r\n" };
    format!("{name}:{}{end}", words.join(" "))
}

/// RFC 6376 §3.4.4.
fn relaxed_body(body: &str) -> String {
    let mut relaxed = String::new();
    for line in body.split("\r\n") {
        let mut space = false;
        for character in line.trim_end_matches([' ', '\t']).chars() {
            let is_space = matches!(character, ' ' | '\t');
            if !is_space {
                relaxed.push(character);
            } else if !space {
                relaxed.push(' ');
            }
            space = is_space;
        }
        relaxed += "\r\n";
    }
    while relaxed.ends_with("\r\n\r\n") {
        relaxed.truncate(relaxed.len() - 2);
    }
    relaxed
}
