//! `idle`: what `usher dev` takes before anybody calls it.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use proto::identity::v1::GetCapabilityMatrixRequest;
use proto::identity::v1::access_service_client::AccessServiceClient;
use tempfile::TempDir;
use testkit::{Process, free_port, poll, usher_program};

use crate::account::Gateway;
use crate::duel::{Figure, Round, millis};
use crate::memory::{mib, resident};
use crate::plan::Plan;
use crate::report::{Aim, Line};

const PATIENCE: Duration = Duration::from_secs(60);
/// After ten seconds the allocator gives back what only the start needed, such as for hashing passwords.
const REST: Duration = Duration::from_secs(15);

/// Milliseconds to the first answered call in an empty folder, and MiB in RAM when the demo account is there and nothing happens.
pub async fn run(plan: &Plan) -> Result<Vec<Line>> {
    let (mut starts, mut memory) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        let (start, bytes) = one(plan.size(REST, Duration::ZERO)).await?;
        starts.push(alone(millis(start)));
        memory.push(alone(mib(bytes)));
    }
    let line = |name, unit, most, rounds| Line {
        name,
        unit,
        aim: Aim::AtMost(most),
        rounds,
    };
    Ok(vec![
        line("idle-memory", "MiB", 60.0, memory),
        line("idle-start", "ms", 500.0, starts),
    ])
}

async fn one(rest: Duration) -> Result<(Duration, u64)> {
    let folder = TempDir::with_prefix("usher-bench-")?;
    let (data, address) = (folder.path().join("data"), format!("127.0.0.1:{}", free_port()?));
    let mut command = Command::new(usher_program());
    command
        .args(["dev", "--quiet", "--listen", &address, "--data-dir"])
        .arg(&data);
    let begun = Instant::now();
    let process = Process::start("usher", &mut command, &folder.path().join("log"))?;
    let answered = poll(PATIENCE, async || {
        let gateway = Gateway::connect(&address)?;
        let mut client = AccessServiceClient::new(gateway.lane(0));
        client.get_capability_matrix(GetCapabilityMatrixRequest {}).await?;
        anyhow::Ok(begun.elapsed())
    });
    let start = answered.await.with_context(|| process.output())?;
    // It is written when everything is ready.
    let ready = poll(PATIENCE, async || std::fs::metadata(data.join("dev.json")));
    ready.await.with_context(|| process.output())?;
    tokio::time::sleep(rest).await;
    Ok((start, resident(process.id())?))
}

fn alone(value: f64) -> Round {
    Round {
        ours: Figure::plain(value),
        reference: None,
    }
}
