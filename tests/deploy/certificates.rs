//! In production every process gets a certificate that says who it is, from an authority that all of them believe.

use std::collections::BTreeMap;

use chassis::SpiffeId;
use serde::Deserialize;
use serde_json::Value;

use crate::support::{Manifests, SERVICES, list, text};

/// Whoever proves itself: the services, and who makes accounts.
const PROCESSES: [&str; 6] = [
    "gateway",
    "identity",
    "licensing",
    "billing",
    "notification",
    "operator",
];

/// What is said of a certificate; nobody here has cert-manager's own schema.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Spec {
    secret_name: String,
    #[serde(default, rename = "isCA")]
    is_ca: bool,
    common_name: Option<String>,
    #[serde(default)]
    uris: Vec<SpiffeUri>,
    #[serde(default)]
    dns_names: Vec<String>,
    usages: Vec<String>,
    duration: Hours,
    renew_before: Hours,
    private_key: PrivateKey,
    issuer_ref: Reference,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct PrivateKey {
    algorithm: String,
    size: u32,
    rotation_policy: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reference {
    name: String,
    kind: String,
    group: String,
}

#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
#[serde(try_from = "String")]
struct Hours(u64);

impl TryFrom<String> for Hours {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let hours = text.strip_suffix('h').and_then(|hours| hours.parse().ok());
        hours.map(Self).ok_or_else(|| format!("{text}: hours are expected"))
    }
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct SpiffeUri(SpiffeId);

impl TryFrom<String> for SpiffeUri {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map(Self).map_err(|error| format!("{text}: {error}"))
    }
}

/// The certificates that are asked for, by name.
fn certificates(manifests: &Manifests) -> BTreeMap<&str, Spec> {
    let read = |certificate| {
        let name = text(certificate, "/metadata/name");
        let spec: Spec = serde_json::from_value(certificate["spec"].clone())
            .unwrap_or_else(|error| panic!("Certificate/{name}: {error}"));
        (name, spec)
    };
    manifests.of_kind("Certificate").map(read).collect()
}

/// What issues what a certificate asks for.
fn issuer<'m>(manifests: &'m Manifests, spec: &Spec) -> &'m Value {
    let reference = &spec.issuer_ref;
    assert_eq!(
        (reference.kind.as_str(), reference.group.as_str()),
        ("Issuer", "cert-manager.io")
    );
    let issuer = manifests.find("Issuer", &reference.name);
    &issuer.unwrap_or_else(|| panic!("no Issuer {}", reference.name))["spec"]
}

#[test]
fn every_process_is_named_by_its_namespace_and_its_account() {
    let manifests = Manifests::render("overlays/production");
    let certificates = certificates(&manifests);
    let namespace = text(manifests.find("Namespace", "usher").unwrap(), "/metadata/name");
    let gateway = &certificates["gateway"].uris[0].0;
    assert_eq!(
        gateway.to_string(),
        format!("spiffe://cluster.local/ns/{namespace}/sa/gateway")
    );
    for process in PROCESSES {
        let [SpiffeUri(name)] = certificates[process].uris.as_slice() else {
            panic!("{process} has not one name")
        };
        assert_eq!(name, &gateway.sibling(process));
    }
    for service in SERVICES {
        let pod = manifests.deployment(service);
        assert_eq!(text(pod.spec, "/serviceAccountName"), service);
        // What is mounted is what is issued for it, and what peers are told to call it is in it.
        let mounted: Vec<_> = list(pod.spec, "/volumes")
            .iter()
            .filter_map(|volume| volume.pointer("/secret/secretName")?.as_str())
            .collect();
        assert_eq!(mounted, [certificates[service].secret_name.as_str()]);
        assert!(certificates[service].dns_names.iter().any(|name| name == service));
    }
}

#[test]
fn certificates_are_short_lived_and_renewed_in_time_with_new_keys() {
    let manifests = Manifests::render("overlays/production");
    let certificates = certificates(&manifests);
    for process in PROCESSES {
        let spec = &certificates[process];
        assert!(!spec.is_ca && spec.common_name.is_none(), "{process}");
        assert!(spec.duration <= Hours(7 * 24), "{process} is believed for long");
        let (whole, left) = (spec.duration.0, spec.renew_before.0);
        assert!(left < whole && left * 2 >= whole, "{process} is renewed late");
        assert_eq!(spec.usages, ["digital signature", "server auth", "client auth"]);
        let key = &spec.private_key;
        assert_eq!((key.algorithm.as_str(), key.size), ("ECDSA", 256));
        assert_eq!(key.rotation_policy, "Always", "{process}");
    }
}

#[test]
fn all_are_issued_by_the_namespaces_own_authority() {
    let manifests = Manifests::render("overlays/production");
    let certificates = certificates(&manifests);
    let authority = &certificates["authority"];
    for process in PROCESSES {
        let issuer = issuer(&manifests, &certificates[process]);
        assert_eq!(text(issuer, "/ca/secretName"), authority.secret_name, "{process}");
    }
    assert!(authority.is_ca && authority.common_name.is_some());
    assert!(issuer(&manifests, authority)["selfSigned"].is_object());
    assert_eq!(authority.usages, ["cert sign"]);
    // What has been issued is believed also after the authority is renewed.
    assert_eq!(authority.private_key.rotation_policy, "Never");
    assert_eq!(certificates.len(), PROCESSES.len() + 1);
}

#[test]
fn the_edge_believes_the_gateway_by_that_authority() {
    let manifests = Manifests::render("overlays/production");
    let certificates = certificates(&manifests);
    let policy = manifests.find("BackendTLSPolicy", "gateway").unwrap();
    let [target] = list(policy, "/spec/targetRefs") else {
        panic!("{policy}")
    };
    assert_eq!(text(target, "/kind"), "Service");
    let service = text(target, "/name");
    assert!(manifests.find("Service", service).is_some(), "no Service {service}");
    let hostname = text(policy, "/spec/validation/hostname");
    assert!(certificates[service].dns_names.iter().any(|name| name == hostname));
    let [authority] = list(policy, "/spec/validation/caCertificateRefs") else {
        panic!("{policy}")
    };
    // Whoever installs makes it from the Secret of that name: a policy reads no Secrets.
    assert_eq!(text(authority, "/kind"), "ConfigMap");
    assert_eq!(text(authority, "/name"), certificates["authority"].secret_name);
    let backends = manifests
        .of_kind("GRPCRoute")
        .flat_map(|route| list(route, "/spec/rules"));
    let mut backends = backends.flat_map(|rule| list(rule, "/backendRefs"));
    assert!(backends.all(|backend| backend["name"] == target["name"]));
}
