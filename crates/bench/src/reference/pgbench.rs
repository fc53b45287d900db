//! PostgreSQL's own load generator, with a script that makes our writes statement by statement.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use testkit::postgres_program;
use tokio::process::Command;

use crate::cpu::{self, Meter};
use crate::duel::Figure;

/// Clients, as many as calls of ours are in flight, and threads.
const CLIENTS: &str = "64";
const THREADS: &str = "2";

/// How long to run.
#[derive(Clone, Copy, Debug)]
pub enum Length {
    /// For so long.
    Time(Duration),
    /// So many transactions a client.
    Transactions(u64),
}

/// Runs `script` in the database `url`, whose variables are set to these numbers.
pub async fn run(
    url: &str,
    script: &str,
    variables: &BTreeMap<&str, u64>,
    length: Length,
    meter: &Meter,
) -> Result<Figure> {
    let file = tempfile::NamedTempFile::with_prefix("usher-pgbench-")?;
    std::fs::write(file.path(), script)?;
    let mut command = Command::new(postgres_program("pgbench")?);
    // Plans are made once, as for our statements.
    command.args(["--no-vacuum", "--protocol=prepared", "-c", CLIENTS, "-j", THREADS]);
    command.arg("-f").arg(file.path());
    match length {
        Length::Time(time) => command.args(["-T", &time.as_secs().max(1).to_string()]),
        Length::Transactions(count) => command.args(["-t", &count.to_string()]),
    };
    for (name, value) in variables {
        command.args(["-D", &format!("{name}={value}")]);
    }
    let before = meter.read()?;
    let output = command
        .arg(url)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await?;
    let spent = cpu::between(&before, &meter.read()?);
    let (told, complaints) = (
        String::from_utf8(output.stdout)?,
        String::from_utf8_lossy(&output.stderr),
    );
    ensure!(output.status.success(), "pgbench failed: {complaints}");
    ensure!(
        number(&told, "number of failed transactions:")? == 0.0,
        "transactions failed: {complaints}"
    );
    let done = number(&told, "number of transactions actually processed:")?;
    ensure!(done > 0.0, "pgbench did nothing: {complaints}");
    Ok(Figure::with_cpu(number(&told, "tps =")?, &spent, done))
}

/// The number after a label.
fn number(told: &str, label: &str) -> Result<f64> {
    let rest = told.lines().find_map(|line| line.trim().strip_prefix(label));
    let word = rest.and_then(|rest| rest.trim().split([' ', '/']).next());
    let number = word.and_then(|word| word.parse().ok());
    number.with_context(|| format!("pgbench does not say {label:?}: {told}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_words_are_understood() {
        let told = "number of transactions actually processed: 120/640\n\
            number of failed transactions: 0 (0.000%)\nlatency average = 9.5 ms\n\
            tps = 1234.5 (without initial connection time)\n";
        assert_eq!(number(told, "tps =").unwrap().to_string(), "1234.5");
        assert_eq!(number(told, "number of failed transactions:").unwrap().to_string(), "0");
        assert_eq!(
            number(told, "number of transactions actually processed:")
                .unwrap()
                .to_string(),
            "120"
        );
        assert!(number(told, "latency stddev =").is_err());
    }
}
