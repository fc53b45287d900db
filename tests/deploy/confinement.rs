//! What a pod may do on its node, and how it comes and goes.

use std::collections::BTreeSet;
use std::time::Duration;

use chassis::ServerConfig;
use serde_json::{Value, json};

use crate::support::{SERVICES, each_overlay, list, text};

/// How long the last traces may take to leave after the drain.
const FLUSH: Duration = Duration::from_secs(5);

#[test]
fn every_container_is_restricted_and_cannot_write_to_its_root() {
    each_overlay(|manifests| {
        let namespace = manifests.find("Namespace", "usher").unwrap();
        assert_eq!(
            namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"],
            "restricted"
        );
        for pod in manifests.pods() {
            let context = &pod.spec["securityContext"];
            assert_eq!(context["runAsNonRoot"], true, "{}", pod.workload());
            assert!(context["runAsUser"].as_u64() > Some(0), "{}", pod.workload());
            assert_eq!(
                context["seccompProfile"]["type"],
                "RuntimeDefault",
                "{}",
                pod.workload()
            );
            assert_eq!(pod.spec["enableServiceLinks"], false, "{}", pod.workload());
            for key in ["hostNetwork", "hostPID", "hostIPC"] {
                assert!(pod.spec.get(key).is_none(), "{} {key}", pod.workload());
            }
            for container in pod.containers() {
                let expected = json!({
                    "allowPrivilegeEscalation": false,
                    "readOnlyRootFilesystem": true,
                    "capabilities": { "drop": ["ALL"] },
                });
                assert_eq!(container["securityContext"], expected, "{}", pod.workload());
                for amount in ["requests/cpu", "requests/memory", "limits/cpu", "limits/memory"] {
                    let pointer = format!("/resources/{amount}");
                    assert!(!text(container, &pointer).is_empty(), "{} {amount}", pod.workload());
                }
            }
        }
    });
}

#[test]
fn images_are_named_with_their_version() {
    each_overlay(|manifests| {
        let mut own = BTreeSet::new();
        for pod in manifests.pods() {
            for container in pod.containers() {
                let image = text(container, "/image");
                let (name, version) = image.rsplit_once(':').unwrap_or_else(|| panic!("{image}"));
                assert!(
                    version.starts_with(|first: char| first.is_ascii_digit() || first == 'v'),
                    "{image}"
                );
                if name.ends_with("usher") {
                    own.insert(version);
                }
            }
        }
        assert_eq!(
            own,
            BTreeSet::from([env!("CARGO_PKG_VERSION")]),
            "{}",
            manifests.overlay
        );
        let suffix = env!("CARGO_PKG_VERSION").replace('.', "-");
        let jobs: Vec<_> = manifests
            .of_kind("Job")
            .map(|job| text(job, "/metadata/name"))
            .collect();
        assert_eq!(jobs.len(), 4);
        assert!(jobs.iter().all(|name| name.ends_with(&suffix)), "{jobs:?}");
    });
}

#[test]
fn a_service_is_probed_by_its_own_health_and_has_time_to_finish() {
    each_overlay(|manifests| {
        for service in SERVICES {
            let pod = manifests.deployment(service);
            let container = pod.containers().next().unwrap();
            for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
                let port = container[probe]["grpc"]["port"].as_u64();
                assert_eq!(port, pod.ports().get("probes").copied(), "{service} {probe}");
            }
            let seconds = |value: &Value| Duration::from_secs(value.as_u64().unwrap());
            let pause = seconds(&container["lifecycle"]["preStop"]["sleep"]["seconds"]);
            let grace = seconds(&pod.spec["terminationGracePeriodSeconds"]);
            let needed = pause + ServerConfig::default().drain_timeout + FLUSH;
            assert!(
                grace > needed,
                "{service} is killed after {grace:?} and needs {needed:?}"
            );
            let rolling = &pod.owner["spec"]["strategy"]["rollingUpdate"];
            assert_eq!(rolling["maxUnavailable"], 0, "{service}");
            assert!(list(pod.spec, "/initContainers").is_empty());
        }
    });
}
