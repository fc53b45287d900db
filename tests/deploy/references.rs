//! What one object says of another is true: no schema knows that.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Manifests, Pod, SERVICES, each_overlay, list, selects, text};

/// The one workload that a selector selects.
fn selected<'m>(pods: &'m [Pod<'m>], selector: &Value, what: &Value) -> &'m Pod<'m> {
    let found: Vec<_> = pods.iter().filter(|pod| selects(selector, &pod.labels)).collect();
    let names: Vec<_> = found.iter().map(|pod| pod.workload()).collect();
    assert_eq!(names.len(), 1, "{} selects {names:?}", what["metadata"]);
    found[0]
}

#[test]
fn workloads_select_their_own_pods_and_no_others() {
    each_overlay(|manifests| {
        let pods = manifests.pods();
        for pod in pods.iter().filter(|pod| pod.owner["kind"] != "Job") {
            let selected = selected(&pods, &pod.owner["spec"]["selector"], pod.owner);
            assert_eq!(selected.workload(), pod.workload());
        }
    });
}

#[test]
fn services_lead_to_a_port_of_one_workload() {
    each_overlay(|manifests| {
        let pods = manifests.pods();
        for service in manifests.of_kind("Service") {
            let selector = json!({ "matchLabels": service["spec"]["selector"] });
            let pod = selected(&pods, &selector, service);
            for port in list(service, "/spec/ports") {
                let target = text(port, "/targetPort");
                let there = pod.ports().get(target).copied();
                // Behind a headless service the port is the pod's own.
                assert_eq!(there, port["port"].as_u64(), "{} {target}", pod.workload());
            }
        }
        for set in manifests.of_kind("StatefulSet") {
            let service = manifests.find("Service", text(set, "/spec/serviceName")).unwrap();
            assert_eq!(service["spec"]["clusterIP"], "None", "{service}");
        }
        for route in manifests.of_kind("GRPCRoute") {
            check_route(manifests, route);
        }
    });
}

fn check_route(manifests: &Manifests, route: &Value) {
    for parent in list(route, "/spec/parentRefs") {
        let gateway = manifests.find("Gateway", text(parent, "/name")).unwrap();
        let listener = list(gateway, "/spec/listeners")
            .iter()
            .find(|listener| listener["name"] == parent["sectionName"])
            .unwrap();
        assert_eq!(list(route, "/spec/hostnames"), [listener["hostname"].clone()]);
    }
    for backend in list(route, "/spec/rules")
        .iter()
        .flat_map(|rule| list(rule, "/backendRefs"))
    {
        let service = manifests.find("Service", text(backend, "/name")).unwrap();
        assert!(
            list(service, "/spec/ports")
                .iter()
                .any(|port| port["port"] == backend["port"])
        );
    }
}

#[test]
fn in_production_prometheus_reaches_the_metrics_of_every_service() {
    let manifests = Manifests::render("overlays/production");
    let [monitor] = &manifests.of_kind("ServiceMonitor").collect::<Vec<_>>()[..] else {
        panic!("one monitor is expected")
    };
    let [endpoint] = list(monitor, "/spec/endpoints") else {
        panic!("{monitor}")
    };
    let policy = manifests.find("NetworkPolicy", "metrics").unwrap();
    let pods = manifests.pods();
    for service in SERVICES {
        let object = manifests.find("Service", service).unwrap();
        let labels = serde_json::from_value(object["metadata"]["labels"].clone()).unwrap();
        assert!(selects(&monitor["spec"]["selector"], &labels), "{service}");
        let mut ports = list(object, "/spec/ports").iter();
        let port = ports.find(|port| port["name"] == endpoint["port"]).unwrap();
        let pod = pods.iter().find(|pod| pod.name() == service).unwrap();
        assert!(selects(&policy["spec"]["podSelector"], &pod.labels), "{service}");
        assert_eq!(policy["spec"]["ingress"][0]["ports"][0]["port"], port["port"]);
    }
    for scaler in manifests.of_kind("HorizontalPodAutoscaler") {
        let kinds: Vec<_> = list(scaler, "/spec/metrics")
            .iter()
            .map(|metric| text(metric, "/type"))
            .collect();
        assert_eq!(kinds, ["Resource", "Pods"]);
    }
}

#[test]
fn containers_find_what_they_read() {
    each_overlay(|manifests| {
        for pod in manifests.pods() {
            for container in pod.containers() {
                let variables = manifests.variables(container);
                let files = pod.files(manifests, container);
                let folders: Vec<_> = list(container, "/volumeMounts")
                    .iter()
                    .map(|mount| format!("{}/", text(mount, "/mountPath")))
                    .collect();
                for word in list(container, "/args").iter().map(|word| word.as_str().unwrap()) {
                    let path = word.split_once('=').map_or(word, |(_, value)| value);
                    if folders.iter().any(|folder| path.starts_with(folder)) {
                        assert!(files.contains_key(path), "{}: no {path}", pod.workload());
                    }
                    if let Some((_, name)) = word.split_once("$(") {
                        let name = name.trim_end_matches(')');
                        assert!(variables.contains_key(name), "{}: no {name}", pod.workload());
                    }
                }
            }
        }
    });
}

#[test]
fn nothing_is_there_for_nobody() {
    each_overlay(|manifests| {
        let pods = manifests.pods();
        for pod in &pods {
            let mounted: BTreeSet<_> = pod
                .containers()
                .flat_map(|container| list(container, "/volumeMounts"))
                .map(|mount| text(mount, "/name"))
                .collect();
            let there: BTreeSet<_> = list(pod.spec, "/volumes")
                .iter()
                .map(|volume| text(volume, "/name"))
                .collect();
            assert!(there.is_subset(&mounted), "{}: {there:?}", pod.workload());
        }
        let specs: Vec<String> = pods.iter().map(|pod| pod.spec.to_string()).collect();
        for kind in ["ConfigMap", "Secret", "ServiceAccount"] {
            // Dashboards are Grafana's.
            let is_ours = |object: &&Value| object.pointer("/metadata/labels/grafana_dashboard").is_none();
            for object in manifests.of_kind(kind).filter(is_ours) {
                let name = format!("\"{}\"", text(object, "/metadata/name"));
                assert!(
                    specs.iter().any(|spec| spec.contains(&name)),
                    "nobody uses the {kind} {name}"
                );
            }
        }
    });
}

#[test]
fn migrations_and_what_they_need_can_be_applied_before_the_rest() {
    each_overlay(|manifests| {
        let labelled = |kind: &str, name: &str| {
            let object = manifests.find(kind, name).unwrap_or_else(|| panic!("no {kind} {name}"));
            assert_eq!(
                object["metadata"]["labels"]["app.kubernetes.io/name"], "migration",
                "{kind} {name}"
            );
        };
        for pod in manifests.pods().iter().filter(|pod| pod.owner["kind"] == "Job") {
            labelled("Job", text(pod.owner, "/metadata/name"));
            labelled("ServiceAccount", text(pod.spec, "/serviceAccountName"));
            for volume in list(pod.spec, "/volumes") {
                labelled("ConfigMap", text(volume, "/configMap/name"));
            }
            if manifests.of_kind("Secret").next().is_some() {
                for source in pod.containers().flat_map(|container| list(container, "/envFrom")) {
                    labelled("Secret", text(source, "/secretRef/name"));
                }
            }
        }
    });
}

#[test]
fn service_accounts_are_there_and_carry_no_token() {
    each_overlay(|manifests| {
        for pod in manifests.pods() {
            let name = text(pod.spec, "/serviceAccountName");
            let account = manifests
                .find("ServiceAccount", name)
                .unwrap_or_else(|| panic!("no {name}"));
            assert_eq!(account["automountServiceAccountToken"], false, "{name}");
            assert_eq!(pod.spec["automountServiceAccountToken"], false, "{}", pod.workload());
        }
    });
}

#[test]
fn in_production_every_service_is_scaled_spread_and_not_taken_away_at_once() {
    let manifests = Manifests::render("overlays/production");
    let pods = manifests.pods();
    let mut scaled = BTreeSet::new();
    for scaler in manifests.of_kind("HorizontalPodAutoscaler") {
        let target = &scaler["spec"]["scaleTargetRef"];
        let pod = manifests.deployment(text(target, "/name"));
        assert_eq!(target["kind"], "Deployment");
        assert!(scaler["spec"]["minReplicas"].as_u64() >= Some(2), "{scaler}");
        assert!(
            pod.owner["spec"].get("replicas").is_none(),
            "each apply would undo what the scaler did"
        );
        assert!(
            pod.containers()
                .all(|container| container.pointer("/resources/requests/cpu").is_some())
        );
        scaled.insert(pod.workload());
    }
    let budgets: BTreeSet<_> = manifests
        .of_kind("PodDisruptionBudget")
        .map(|budget| selected(&pods, &budget["spec"]["selector"], budget).workload())
        .collect();
    let deployments: BTreeSet<_> = manifests
        .of_kind("Deployment")
        .map(|owner| Pod::of(owner).workload())
        .collect();
    assert_eq!((&scaled, &budgets), (&deployments, &deployments));
    for pod in pods.iter().filter(|pod| pod.owner["kind"] == "Deployment") {
        let spread = list(pod.spec, "/topologySpreadConstraints");
        assert_eq!(spread.len(), 2, "{}", pod.workload());
        assert!(
            spread
                .iter()
                .all(|constraint| selects(&constraint["labelSelector"], &pod.labels))
        );
    }
}

#[test]
fn every_object_is_in_the_namespace_and_there_once() {
    each_overlay(|manifests| {
        let mut seen = BTreeSet::new();
        for object in manifests.objects() {
            let (kind, name) = (text(object, "/kind"), text(object, "/metadata/name"));
            assert!(seen.insert((kind, name)), "{kind}/{name} is there twice");
            if kind != "Namespace" {
                assert_eq!(object["metadata"]["namespace"], "usher", "{kind}/{name}");
            }
        }
    });
}
