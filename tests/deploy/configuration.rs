//! The program itself reads the configuration that its pods are given.

use std::collections::BTreeMap;
use std::path::Path;

use chassis::{ClientConfig, Peer, ServerConfig, config};
use toml::Table;

use crate::support::{Keys, SERVICES, deploy, each_overlay, list};

/// What the program makes of a service's file and variables.
pub fn read(service: &str, file: &Path, variables: BTreeMap<String, String>) {
    fn accept(service: &str, peers: &[(&str, &Peer)], server: &ServerConfig, clients: &ClientConfig) {
        let is_open = server.insecure_plaintext || clients.insecure_plaintext;
        assert!(!is_open, "{service} lets plaintext leave");
        let tls = server.tls.as_ref();
        let tls = tls.unwrap_or_else(|| panic!("{service} refuses to listen"));
        // Clients of the gateway prove themselves otherwise.
        assert_eq!(tls.ca.is_none(), service == "gateway", "{service}");
        for (name, peer) in peers {
            peer.channel(name, clients)
                .unwrap_or_else(|error| panic!("{service}: {error}"));
        }
    }
    macro_rules! read {
        ($config:ty, $($peer:ident)+) => {{
            let config: $config = config::load_with(service, Some(file), variables).unwrap_or_else(|error| panic!("{error}"));
            accept(service, &[$((stringify!($peer), &config.$peer)),+], &config.server, &config.clients);
        }};
    }
    match service {
        "gateway" => read!(gateway::Config, identity licensing billing notification),
        "identity" => read!(identity::Config, licensing billing notification),
        "licensing" => read!(licensing::Config, identity),
        "billing" => read!(billing::Config, licensing identity),
        "notification" => read!(notification::Config, identity),
        other => panic!("there is no service {other}"),
    }
}

#[tokio::test]
async fn services_take_what_their_pods_are_given() {
    each_overlay(|manifests| {
        for service in SERVICES {
            let pod = manifests.deployment(service);
            let container = pod.containers().next().unwrap();
            let path = format!("/etc/usher/{service}.toml");
            assert_eq!(list(container, "/args"), ["serve", service, "--config", &path]);
            let file = tempfile::NamedTempFile::new().unwrap();
            let files = pod.files(manifests, container);
            std::fs::write(file.path(), &files[&path]).unwrap();
            let config: Table = files[&path].parse().unwrap();
            for tls in [&config["server"]["tls"], &config["clients"]["tls"]] {
                for (key, file) in tls.as_table().unwrap() {
                    assert!(files.contains_key(file.as_str().unwrap()), "{service}: no {key} {file}");
                }
            }
            let probes = config["server"]["probes"].as_str().unwrap();
            let port = pod.ports()["probes"];
            assert_eq!(probes, format!("0.0.0.0:{port}"), "{service}");
            let mut variables = manifests.variables(container);
            variables.extend(manifests.keys().certificate_variables(service));
            read(service, file.path(), variables);
        }
    });
}

#[tokio::test]
async fn every_key_of_a_new_installation_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::make(&folder.path().join("keys"), &[]);
    for service in SERVICES {
        let mut variables = keys.variables(service).unwrap();
        let prefix = format!("USHER_{}__", service.to_uppercase());
        assert!(variables.keys().all(|key| key.starts_with(&prefix)), "{service}");
        // Unknown keys are refused, so that one which is misspelled shows.
        let file = deploy().join(format!("kustomize/base/config/{service}.toml"));
        if service == "identity" {
            variables.insert(format!("{prefix}LINKS__BASE"), "https://usher.example".to_owned());
        }
        if service == "notification" {
            variables.insert(format!("{prefix}MAIL__FROM_ADDRESS"), "usher@usher.example".to_owned());
        }
        variables.extend(keys.certificate_variables(service));
        read(service, &file, variables);
    }
    // Made once: what is there is never overwritten.
    let again = std::process::Command::new(deploy().join("make_keys.sh"))
        .arg(folder.path().join("keys"))
        .output();
    assert!(!again.unwrap().status.success());
}
