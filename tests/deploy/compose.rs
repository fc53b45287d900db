//! `compose.yaml`: what it names is there, and the program takes what it is given.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::configuration::read;
use crate::support::{Keys, SERVICES, deploy};

#[derive(Deserialize)]
struct Compose {
    services: BTreeMap<String, Service>,
    volumes: BTreeMap<String, Option<String>>,
}

/// The parts that are looked at; Compose itself knows the others.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Service {
    image: String,
    build: Option<Build>,
    #[serde(default)]
    command: Vec<String>,
    env_file: Option<String>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    #[serde(default)]
    volumes: Vec<String>,
    #[serde(default)]
    depends_on: BTreeMap<String, Condition>,
    healthcheck: Option<serde_json::Value>,
    user: Option<String>,
    #[serde(default)]
    read_only: bool,
    #[serde(default)]
    cap_drop: Vec<String>,
    #[serde(default)]
    security_opt: Vec<String>,
    #[serde(default)]
    ports: Vec<String>,
    restart: Option<String>,
    stop_grace_period: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Build {
    context: String,
    dockerfile: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Condition {
    condition: String,
}

fn compose() -> Compose {
    let text = std::fs::read_to_string(deploy().join("compose.yaml")).unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

#[test]
fn everything_named_is_there() {
    let compose = compose();
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::make(&folder.path().join("keys"), &[]);
    for (name, service) in &compose.services {
        for (other, condition) in &service.depends_on {
            let other_service = &compose.services[other];
            let can = match condition.condition.as_str() {
                "service_healthy" => other_service.healthcheck.is_some(),
                "service_completed_successfully" => other_service.restart.is_none(),
                _ => false,
            };
            assert!(can, "{name} waits for {other} in vain");
        }
        if let Some(file) = &service.env_file {
            let key = file.trim_start_matches("keys/").trim_end_matches(".env");
            assert!(keys.variables(key).is_some(), "{name}: {file}");
        }
        for volume in &service.volumes {
            let (source, _) = volume.split_once(':').unwrap();
            let there = match source.strip_prefix("./keys/") {
                Some(made) => keys.folder().join(made).exists(),
                None => compose.volumes.contains_key(source) || deploy().join(source).exists(),
            };
            assert!(there, "{name}: {source}");
        }
        if let Some(build) = &service.build {
            assert!(
                deploy().join(&build.context).join(&build.dockerfile).is_file(),
                "{name}"
            );
        }
        assert!(
            service.ports.iter().all(|port| port.starts_with("127.0.0.1:")),
            "{name} is open to the network"
        );
    }
}

#[tokio::test]
async fn services_take_what_they_are_given_and_are_confined() {
    let compose = compose();
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::make(&folder.path().join("keys"), &[]);
    for name in SERVICES {
        let service = &compose.services[name];
        let inside = format!("/etc/usher/{name}.toml");
        assert_eq!(service.command, ["serve", name, "--config", &inside]);
        let certificates = format!("./keys/certs/{name}:/etc/usher-tls:ro");
        assert_eq!(
            service.volumes,
            ["./kustomize/base/config:/etc/usher:ro", &certificates]
        );
        let mut variables = keys.variables(name).unwrap();
        variables.extend(service.environment.clone());
        variables.extend(keys.certificate_variables(name));
        let file = deploy().join(format!("kustomize/base/config/{name}.toml"));
        read(name, &file, variables);
        assert!(service.read_only && service.cap_drop == ["ALL"], "{name}");
        assert!(service.user.is_none(), "{name}: the image's own user is not root");
        assert_eq!(service.security_opt, ["no-new-privileges:true"]);
        assert!(service.stop_grace_period.is_some());
    }
    let own: BTreeSet<_> = compose
        .services
        .values()
        .map(|service| &service.image)
        .filter(|image| image.starts_with("usher"))
        .collect();
    assert_eq!(own, BTreeSet::from([&format!("usher:{}", env!("CARGO_PKG_VERSION"))]));
}
