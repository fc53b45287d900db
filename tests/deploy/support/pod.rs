//! The pods that a workload makes.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Manifests, list, text};

/// A workload's pod template.
pub struct Pod<'m> {
    /// The workload.
    pub owner: &'m Value,
    /// Its pods' labels.
    pub labels: BTreeMap<String, String>,
    /// Its pods' specification.
    pub spec: &'m Value,
}

impl<'m> Pod<'m> {
    /// The pods of a workload.
    pub fn of(owner: &'m Value) -> Self {
        let template = &owner["spec"]["template"];
        Self {
            owner,
            labels: serde_json::from_value(template["metadata"]["labels"].clone()).unwrap(),
            spec: &template["spec"],
        }
    }

    /// What policies and people know it by.
    pub fn name(&self) -> &str {
        &self.labels["app.kubernetes.io/name"]
    }

    /// The workload, for messages.
    pub fn workload(&self) -> String {
        format!("{}/{}", text(self.owner, "/kind"), text(self.owner, "/metadata/name"))
    }

    /// Its containers, those that run first included.
    pub fn containers(&self) -> impl Iterator<Item = &'m Value> {
        let spec = self.spec;
        list(spec, "/initContainers").iter().chain(list(spec, "/containers"))
    }

    /// Its ports, by name.
    pub fn ports(&self) -> BTreeMap<&'m str, u64> {
        self.containers()
            .flat_map(|container| list(container, "/ports"))
            .map(|port| (text(port, "/name"), port["containerPort"].as_u64().unwrap()))
            .collect()
    }

    /// The files that a container finds in its volumes, with what is in them.
    ///
    /// # Panics
    /// When a volume or what it is made from is not there.
    pub fn files(&self, manifests: &Manifests, container: &Value) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        for mount in list(container, "/volumeMounts") {
            let name = text(mount, "/name");
            let volume = list(self.spec, "/volumes").iter().find(|volume| volume["name"] == name);
            let claimed = list(self.owner, "/spec/volumeClaimTemplates")
                .iter()
                .any(|claim| claim["metadata"]["name"] == name);
            assert!(volume.is_some() || claimed, "{} has no volume {name}", self.workload());
            let source = |kind: &str| volume.and_then(|volume| volume.get(kind));
            let (source, data) = if let Some(config_map) = source("configMap") {
                (config_map, manifests.config_map(text(config_map, "/name")))
            } else if let Some(secret) = source("secret") {
                (secret, manifests.secret(text(secret, "/secretName")))
            } else {
                continue;
            };
            let data = data.unwrap_or_else(|| panic!("{}: there is no {source}", self.workload()));
            let folder = text(mount, "/mountPath");
            match list(source, "/items") {
                [] => files.extend(data.into_iter().map(|(key, value)| (format!("{folder}/{key}"), value))),
                items => files.extend(items.iter().map(|item| {
                    let (key, path) = (text(item, "/key"), text(item, "/path"));
                    (format!("{folder}/{path}"), data[key].clone())
                })),
            }
        }
        files
    }
}

/// Whether a label selector selects these labels; an empty one selects everything.
pub fn selects(selector: &Value, labels: &BTreeMap<String, String>) -> bool {
    let equal = selector["matchLabels"].as_object().into_iter().flatten();
    let mut equal = equal.map(|(key, value)| labels.get(key).map(String::as_str) == value.as_str());
    let mut expressions = list(selector, "/matchExpressions").iter().map(|expression| {
        assert_eq!(expression["operator"], "In", "{expression}");
        let value = labels.get(text(expression, "/key"));
        value.is_some_and(|value| list(expression, "/values").iter().any(|one| one == value.as_str()))
    });
    equal.all(|holds| holds) && expressions.all(|holds| holds)
}
