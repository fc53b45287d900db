//! Network policies let pass what the picture shows, and nothing else.

use std::collections::BTreeSet;

use serde_json::Value;
use toml::Table;

use crate::support::{Manifests, Pod, SERVICES, each_overlay, list, selects, text};

/// Who calls whom: the picture in the README.
const PICTURE: [(&str, &str); 11] = [
    ("gateway", "identity"),
    ("gateway", "licensing"),
    ("gateway", "billing"),
    ("gateway", "notification"),
    ("identity", "licensing"),
    ("identity", "billing"),
    ("identity", "notification"),
    ("licensing", "identity"),
    ("billing", "identity"),
    ("billing", "licensing"),
    ("notification", "identity"),
];

/// Who uses which store.
const STORES: [(&str, &str); 8] = [
    ("identity", "postgres"),
    ("licensing", "postgres"),
    ("billing", "postgres"),
    ("notification", "postgres"),
    ("migration", "postgres"),
    ("identity", "redis"),
    ("gateway", "redis"),
    ("notification", "mailpit"),
];

/// Whether the policies of one direction, `Ingress` or `Egress`, let pods talk to `other` on a port.
fn passes(manifests: &Manifests, direction: &str, pod: &Pod<'_>, other: &Pod<'_>, port: u64) -> bool {
    let (rules, sides) = if direction == "Ingress" {
        ("/spec/ingress", "from")
    } else {
        ("/spec/egress", "to")
    };
    let applying: Vec<_> = manifests
        .of_kind("NetworkPolicy")
        .filter(|policy| list(policy, "/spec/policyTypes").contains(&Value::from(direction)))
        .filter(|policy| selects(&policy["spec"]["podSelector"], &pod.labels))
        .collect();
    let rule_passes = |rule: &Value| {
        let ports = list(rule, "/ports");
        let open = ports.is_empty() || ports.iter().any(|one| one["port"].as_u64() == Some(port));
        let side = rule.get(sides).map(|peers| peers.as_array().unwrap());
        open && side.is_none_or(|peers| peers.iter().any(|peer| is(peer, other)))
    };
    // Pods that no policy applies to are open; the default policy applies to all.
    applying.is_empty()
        || applying
            .iter()
            .any(|policy| list(policy, rules).iter().any(rule_passes))
}

/// Whether a policy's peer means these pods, which are all in one namespace.
fn is(peer: &Value, pod: &Pod<'_>) -> bool {
    peer.get("namespaceSelector").is_none()
        && peer
            .get("podSelector")
            .is_some_and(|selector| selects(selector, &pod.labels))
}

/// Every pair of pods that may talk.
fn open<'m>(manifests: &Manifests, pods: &'m [Pod<'m>]) -> BTreeSet<(&'m str, &'m str)> {
    let mut open = BTreeSet::new();
    for from in pods {
        for to in pods.iter().filter(|to| to.name() != from.name()) {
            let may = |port: &u64| {
                passes(manifests, "Egress", from, to, *port) && passes(manifests, "Ingress", to, from, *port)
            };
            if to.ports().values().any(may) {
                open.insert((from.name(), to.name()));
            }
        }
    }
    open
}

#[test]
fn pods_reach_each_other_as_the_picture_shows() {
    each_overlay(|manifests| {
        let pods = manifests.pods();
        let mut expected: BTreeSet<_> = PICTURE.into_iter().collect();
        if manifests.overlay == "overlays/trial" {
            expected.extend(STORES);
        }
        let mut found = open(manifests, &pods);
        if manifests.overlay != "overlays/production" {
            // Its clients may be anywhere, so the gateway hears everybody; but only who may speak is heard.
            found.retain(|(_, to)| *to != "gateway");
        }
        assert_eq!(found, expected, "{}", manifests.overlay);
    });
}

#[test]
fn services_are_told_the_addresses_that_they_may_reach() {
    each_overlay(|manifests| {
        let mut told = BTreeSet::new();
        for service in SERVICES {
            let pod = manifests.deployment(service);
            let container = pod.containers().next().unwrap();
            let files = pod.files(manifests, container);
            let config: Table = files[&format!("/etc/usher/{service}.toml")].parse().unwrap();
            for peer in SERVICES {
                if let Some(address) = config.get(peer).and_then(toml::Value::as_str) {
                    assert_eq!(address, format!("https://{peer}:50051"), "{service}");
                    let service = manifests.find("Service", peer).unwrap();
                    assert!(list(service, "/spec/ports").iter().any(|port| port["port"] == 50051));
                    told.insert((pod.name().to_owned(), peer));
                }
            }
        }
        let told: BTreeSet<_> = told.iter().map(|(from, to)| (from.as_str(), *to)).collect();
        assert_eq!(told, PICTURE.into_iter().collect());
    });
}

#[test]
fn in_production_only_stores_and_mail_are_outside_and_only_the_edge_comes_in() {
    let manifests = Manifests::render("overlays/production");
    let pods = manifests.pods();
    let mut outside = BTreeSet::new();
    for policy in manifests.of_kind("NetworkPolicy") {
        for rule in list(policy, "/spec/egress") {
            if list(rule, "/to").iter().any(|peer| peer.get("ipBlock").is_some()) {
                let from = pods
                    .iter()
                    .filter(|pod| selects(&policy["spec"]["podSelector"], &pod.labels));
                for pod in from {
                    outside.extend(
                        list(rule, "/ports")
                            .iter()
                            .map(|port| (pod.name(), port["port"].as_u64().unwrap())),
                    );
                }
            }
        }
    }
    let stores = STORES.into_iter().flat_map(|(from, store)| match store {
        "postgres" => vec![(from, 5432)],
        "redis" => vec![(from, 6379)],
        _ => vec![(from, 465), (from, 587)],
    });
    assert_eq!(outside, stores.collect());
    let gateway = manifests.find("NetworkPolicy", "gateway").unwrap();
    let [rule] = list(gateway, "/spec/ingress") else {
        panic!("{gateway}")
    };
    let [edge] = list(rule, "/from") else { panic!("{rule}") };
    assert!(!text(edge, "/namespaceSelector/matchLabels/kubernetes.io~1metadata.name").is_empty());
}

#[test]
fn what_no_policy_opens_is_closed() {
    each_overlay(|manifests| {
        let policy = manifests.find("NetworkPolicy", "default-deny").unwrap();
        let all = manifests
            .pods()
            .iter()
            .all(|pod| selects(&policy["spec"]["podSelector"], &pod.labels));
        let both = list(policy, "/spec/policyTypes") == [Value::from("Ingress"), Value::from("Egress")];
        assert!(all && both, "{policy}");
        assert!(list(policy, "/spec/ingress").is_empty() && list(policy, "/spec/egress").is_empty());
    });
}
