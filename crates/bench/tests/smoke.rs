//! Every benchmark runs, its calls succeed, and its figures are written down. What they are says nothing here.

use std::process::Command;

#[test]
fn every_benchmark_measures_something() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bench.json");
    let run = Command::new(env!("CARGO_BIN_EXE_bench"))
        .args(["--quick", "--json"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let report: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let lines = report["lines"].as_array().unwrap();
    let names: Vec<&str> = lines.iter().map(|line| line["name"].as_str().unwrap()).collect();
    let expected = [
        "check-access",
        "add-user",
        "add-user-hot",
        "add-users-batch",
        "import",
        "import-memory",
        "accept",
        "list-deep",
        "list-people",
        "mail",
        "embedded",
        "overload",
        "telemetry",
        "idle-memory",
        "idle-start",
    ];
    assert_eq!(names, expected);
    for line in lines {
        assert!(line["ours"].as_f64().unwrap() > 0.0, "{line}");
        let alone = line["name"].as_str().unwrap().starts_with("idle-");
        assert_eq!(
            line["reference"].as_f64().is_some_and(|reference| reference > 0.0),
            !alone,
            "{line}"
        );
    }
    let table = String::from_utf8(run.stdout).unwrap();
    for name in expected {
        assert!(table.contains(&format!("| {name} ")), "{table}");
    }
}
