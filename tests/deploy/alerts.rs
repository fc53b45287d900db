//! Alerts fire when they have to, and say what to do.

use std::process::Output;

use serde_json::Value;

use crate::support::{deploy, list, text, tool};

/// The rules, as Prometheus reads them.
fn rules() -> Value {
    let resource = std::fs::read_to_string(deploy().join("monitoring/rules.yaml")).unwrap();
    let resource: Value = serde_saphyr::from_str(&resource).unwrap();
    assert_eq!(resource["kind"], "PrometheusRule");
    resource["spec"].clone()
}

fn alerts(rules: &Value) -> Vec<Value> {
    let groups = list(rules, "/groups").iter();
    groups.flat_map(|group| list(group, "/rules").to_vec()).collect()
}

/// Runs promtool in a folder with these rules and the histories; JSON is YAML, too.
fn promtool(rules: &str, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rules.yaml"), rules).unwrap();
    let histories = deploy().join("monitoring/alerts_test.yaml");
    std::fs::copy(histories, folder.path().join("alerts_test.yaml")).unwrap();
    tool("promtool")
        .args(arguments)
        .current_dir(folder.path())
        .output()
        .unwrap()
}

fn says(output: &Output) -> String {
    String::from_utf8_lossy(&[&*output.stdout, &*output.stderr].concat()).into_owned()
}

#[test]
fn every_alert_fires_when_it_has_to_and_not_before() {
    let rules = rules().to_string();
    let checked = promtool(&rules, &["check", "rules", "rules.yaml"]);
    assert!(checked.status.success(), "{}", says(&checked));
    let tried = promtool(&rules, &["test", "rules", "alerts_test.yaml"]);
    assert!(tried.status.success(), "{}", says(&tried));

    // Another promise is another alert.
    let later = rules.replace(r#"trouble=\"none\"}) > 600"#, r#"trouble=\"none\"}) > 6000"#);
    assert_ne!(later, rules);
    assert!(
        !promtool(&later, &["test", "rules", "alerts_test.yaml"])
            .status
            .success()
    );
}

#[test]
fn every_alert_is_tried_and_has_its_place_in_the_run_book() {
    let run_book = std::fs::read_to_string(deploy().join("monitoring/README.md")).unwrap();
    let histories = std::fs::read_to_string(deploy().join("monitoring/alerts_test.yaml")).unwrap();
    for alert in alerts(&rules()) {
        let name = text(&alert, "/alert");
        assert!(run_book.contains(&format!("\n### {name}\n")), "{name}");
        assert!(histories.contains(&format!("alertname: {name}\n")), "{name}");
        let place = format!("deploy/monitoring/README.md#{}", name.to_lowercase());
        assert_eq!(text(&alert, "/annotations/runbook"), place);
        assert!(
            ["critical", "warning"].contains(&text(&alert, "/labels/severity")),
            "{name}"
        );
    }
}
