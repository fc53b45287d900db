//! An overlay as `kubectl kustomize` renders it, with keys of its own.

use std::collections::BTreeMap;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tempfile::TempDir;

use super::{Keys, Pod, deploy, output, text, tool};

/// Everything that can be applied, and what it builds upon.
const OVERLAYS: [&str; 3] = ["base", "overlays/trial", "overlays/production"];

/// The objects of one overlay.
pub struct Manifests {
    /// As they were rendered.
    pub yaml: String,
    /// Which overlay.
    pub overlay: &'static str,
    keys: Keys,
    objects: Vec<Value>,
    _folder: TempDir,
}

/// Holds something against every overlay.
pub fn each_overlay(check: impl Fn(&Manifests)) {
    for overlay in OVERLAYS {
        check(&Manifests::render(overlay));
    }
}

impl Manifests {
    /// Renders an overlay from a copy of `deploy/`, so that keys of the developer's own stay out of it.
    pub fn render(overlay: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        output(
            Command::new("cp")
                .arg("-r")
                .arg(deploy().join("kustomize"))
                .arg(folder.path()),
        );
        output(
            Command::new("cp")
                .arg("-r")
                .args(["sql", "monitoring"].map(|part| deploy().join(part)))
                .arg(folder.path()),
        );
        let overlays = folder.path().join("kustomize/overlays");
        let _absent = std::fs::remove_dir_all(overlays.join("trial/keys"));
        let keys = Keys::make(&overlays.join("trial/keys"), &[]);
        let yaml = output(
            tool("kubectl")
                .arg("kustomize")
                .arg(folder.path().join("kustomize").join(overlay)),
        );
        Self {
            objects: serde_saphyr::from_multiple(&yaml).unwrap(),
            yaml,
            overlay,
            keys,
            _folder: folder,
        }
    }

    /// The objects of one kind.
    pub fn of_kind<'m>(&'m self, kind: &'m str) -> impl Iterator<Item = &'m Value> {
        self.objects.iter().filter(move |object| object["kind"] == kind)
    }

    /// All objects.
    pub fn objects(&self) -> &[Value] {
        &self.objects
    }

    /// The object of a kind and name.
    pub fn find(&self, kind: &str, name: &str) -> Option<&Value> {
        let is_it = |object: &&Value| object["kind"] == kind && object["metadata"]["name"] == name;
        self.objects.iter().find(is_it)
    }

    /// The pods that the workloads make.
    pub fn pods(&self) -> Vec<Pod<'_>> {
        ["Deployment", "StatefulSet", "Job"]
            .into_iter()
            .flat_map(|kind| self.of_kind(kind))
            .map(Pod::of)
            .collect()
    }

    /// The pods of one Deployment.
    pub fn deployment(&self, name: &str) -> Pod<'_> {
        Pod::of(
            self.find("Deployment", name)
                .unwrap_or_else(|| panic!("no Deployment {name}")),
        )
    }

    /// What is in a ConfigMap.
    pub fn config_map(&self, name: &str) -> Option<BTreeMap<String, String>> {
        let data = self.find("ConfigMap", name)?["data"].clone();
        Some(serde_json::from_value(data).unwrap())
    }

    /// What is in a Secret: of the overlay, or one that whoever installs makes from the file of that name.
    pub fn secret(&self, name: &str) -> Option<BTreeMap<String, String>> {
        let Some(secret) = self.find("Secret", name) else {
            // An overlay with Secrets of its own has all of them.
            let made_by_hand = self.of_kind("Secret").next().is_none() && name != "postgres";
            return self.keys.variables(name).filter(|_| made_by_hand);
        };
        let data: BTreeMap<String, String> = serde_json::from_value(secret["data"].clone()).unwrap();
        let decode = |text: String| {
            let text: String = text.split_whitespace().collect();
            let bytes = STANDARD.decode(text).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        Some(data.into_iter().map(|(key, value)| (key, decode(value))).collect())
    }

    /// The variables that a container starts with.
    ///
    /// # Panics
    /// When one comes from nowhere.
    pub fn variables(&self, container: &Value) -> BTreeMap<String, String> {
        let mut variables = BTreeMap::new();
        for source in super::list(container, "/envFrom") {
            let found = if source.get("secretRef").is_some() {
                self.secret(text(source, "/secretRef/name"))
            } else {
                self.config_map(text(source, "/configMapRef/name"))
            };
            variables.extend(found.unwrap_or_else(|| panic!("{}: there is no {source}", self.overlay)));
        }
        for variable in super::list(container, "/env") {
            variables.insert(text(variable, "/name").to_owned(), text(variable, "/value").to_owned());
        }
        variables
    }
}
