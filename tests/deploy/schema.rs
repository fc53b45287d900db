//! Kubernetes would take every object as it stands: nothing is misspelled and nothing is missing.

use std::path::Path;

use crate::support::{each_overlay, tool};

/// Custom resources, whose schemas are their authors'.
const CUSTOM: [&str; 3] = [
    "\napiVersion: gateway.networking.k8s.io/v1\n",
    "\napiVersion: monitoring.coreos.com/v1\n",
    "\napiVersion: cert-manager.io/v1\n",
];

/// What the validator says against a file.
fn complaints(file: &Path) -> Result<(), String> {
    let mut validator = tool("kubernetes-validate");
    let output = validator.args(["-k", "1.32", "--strict"]).arg(file).output().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    // It only warns of what it does not know, and ends well.
    if output.status.success() && !said.contains("WARN") {
        Ok(())
    } else {
        Err(said)
    }
}

#[test]
fn every_object_is_one_that_kubernetes_knows() {
    each_overlay(|manifests| {
        let documents = manifests
            .yaml
            .split("\n---\n")
            .map(|document| format!("\n{document}\n"));
        let is_known = |document: &String| !CUSTOM.iter().any(|custom| document.contains(custom));
        let known: Vec<_> = documents.filter(is_known).collect();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("all.yaml");
        std::fs::write(&file, known.join("---")).unwrap();
        complaints(&file).unwrap_or_else(|said| panic!("{}: {said}", manifests.overlay));

        let broken = known
            .join("---")
            .replacen("serviceAccountName:", "serviceAccountNam:", 1);
        std::fs::write(&file, broken).unwrap();
        assert!(complaints(&file).is_err(), "a misspelled key passes");
    });
}
