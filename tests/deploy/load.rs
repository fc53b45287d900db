//! The load tests: their quickest scenario, against five processes that talk TLS, with their clients too.

use std::process::Command;

use testkit::{Cluster, Process, eventually, usher_program};

use crate::support::PATIENCE;

#[tokio::test]
async fn twenty_seconds_of_everything_are_answered_rightly() {
    let cluster = Cluster::start_sealed(|_, _| {}).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cluster.json");
    let mut demo = Command::new(usher_program());
    demo.args(["demo", "--config"])
        .arg(cluster.operator_file().unwrap())
        .arg("--file")
        .arg(&file);
    let _demo = Process::start("usher demo", &mut demo, &folder.path().join("demo.log")).unwrap();
    eventually(PATIENCE, async || {
        std::fs::metadata(&file).map_err(|error| error.to_string())
    })
    .await;

    let mut load = tokio::process::Command::new(usher_program().with_file_name("xtask"));
    load.args(["load", "smoke", "--file"]).arg(&file);
    let output = load.kill_on_drop(true).output().await.unwrap();
    let (out, complaint) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{out}\n{complaint}");
    for fact in [
        "the same request has the same answer",
        "there are no more holders than seats",
        "the invitation is accepted",
    ] {
        assert!(out.contains(fact), "{fact} was not looked at\n{out}");
    }
}
