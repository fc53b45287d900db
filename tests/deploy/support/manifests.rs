//! An overlay as `kubectl kustomize` renders it, with keys of its own.

use std::collections::BTreeMap;
use std::path::Path;
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
    /// Renders an overlay with keys of its own.
    pub fn render(overlay: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::make(&folder.path().join("keys"), &[]);
        Self::render_with(overlay, &keys, folder)
    }

    /// Renders an overlay with the keys of an installation.
    pub fn render_for(overlay: &'static str, keys: &Keys) -> Self {
        Self::render_with(overlay, keys, tempfile::tempdir().unwrap())
    }

    /// Renders a copy of `deploy/`, so that keys of the developer's own stay out of it.
    fn render_with(overlay: &'static str, keys: &Keys, folder: TempDir) -> Self {
        let copy = |from: &Path, to: &Path| output(Command::new("cp").arg("-r").arg(from).arg(to));
        copy(&deploy().join("kustomize"), folder.path());
        copy(&deploy().join("sql"), folder.path());
        copy(&deploy().join("monitoring"), folder.path());
        let trial = folder.path().join("kustomize/overlays/trial/keys");
        let _absent = std::fs::remove_dir_all(&trial);
        copy(keys.folder(), &trial);
        let yaml = output(
            tool("kubectl")
                .arg("kustomize")
                .arg(folder.path().join("kustomize").join(overlay)),
        );
        Self {
            objects: serde_saphyr::from_multiple(&yaml).unwrap(),
            yaml,
            overlay,
            keys: keys.clone(),
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

    /// The keys that stand in it, and those that whoever installs makes Secrets of.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// What is in a Secret: of the overlay, or one that whoever installs makes from the file of that name, or whatever
    /// issues certificates.
    pub fn secret(&self, name: &str) -> Option<BTreeMap<String, String>> {
        let Some(secret) = self.find("Secret", name) else {
            // An overlay with Secrets of its own has all of them.
            let made_by_hand = self.of_kind("Secret").next().is_none() && name != "postgres";
            let found = self.keys.variables(name).or_else(|| self.keys.certificate_secret(name));
            return found.filter(|_| made_by_hand);
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
