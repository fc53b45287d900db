//! COPY, the quickest way into PostgreSQL's tables: users, invitations and outbox rows, in one transaction.

use std::fmt::Write;
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use testkit::postgres_program;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use types::RequestId;

use crate::cpu::{self, Meter};
use crate::duel::Figure;

const USERS: &str = "users (id, account_id, email, address, given_name, family_name, given_key, sort_key, role, state,
    language, time_zone, settings, products, seat_version, revision, create_time, update_time)";
const INVITATIONS: &str =
    "invitations (id, account_id, user_id, kind, state, email, address, role, language, time_zone,
    products, generation, token_hash, inviter_id, create_time, expire_time, last_send_time)";
const OUTBOX: &str = "outbox (topic, key, payload, create_time, next_attempt_time, attempts)";

/// Users a second, of so many.
pub async fn run(url: &str, users: u32, meter: &Meter) -> Result<Figure> {
    let script = script(users)?;
    let mut command = Command::new(postgres_program("psql")?);
    command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", "-"]);
    command.stdin(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let before = meter.read()?;
    let start = Instant::now();
    let mut psql = command.spawn()?;
    let mut input = psql.stdin.take().context("psql has no input")?;
    input.write_all(script.as_bytes()).await?;
    drop(input);
    let output = psql.wait_with_output().await?;
    let time = start.elapsed();
    let spent = cpu::between(&before, &meter.read()?);
    ensure!(
        output.status.success(),
        "psql: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let users = f64::from(users);
    Ok(Figure::with_cpu(users / time.as_secs_f64(), &spent, users))
}

/// Everything that psql is told, data included.
fn script(users: u32) -> Result<String> {
    let (mut people, mut invitations, mut outbox) = (String::new(), String::new(), String::new());
    for index in 0..users {
        let id = RequestId::new().to_string().replace('-', "");
        let email = format!("ada-{id}-{index}@example.com");
        let account = format!("acc_{}", u64::from(index) % super::tables::ACCOUNTS + 1);
        writeln!(
            people,
            "usr_{id}\t{account}\t{email}\t{email}\tAda\tLovelace\tada\tlovelace ada\tMEMBER\tINVITED\ten\tUTC\t{{}}\t\
             [\"training\"]\t1\t1\t1764000000000000\t1764000000000000"
        )?;
        writeln!(
            invitations,
            "inv_{id}\t{account}\tusr_{id}\tJOIN\tPENDING\t{email}\t{email}\tMEMBER\ten\tUTC\t[\"training\"]\t1\t\
             {id}{id}\tusr_1\t1764000000000000\t1764600000000000\t1764000000000000"
        )?;
        writeln!(
            outbox,
            "invitation.mail\tinv_{id}\t{{\"account_id\":\"{account}\",\"generation\":1,\"kind\":\"JOIN\",\
             \"given_name\":\"Ada\",\"family_name\":\"Lovelace\",\"language\":\"en\",\
             \"account_name\":\"Analytical Engines\",\"inviter_name\":\"Olivia Owner\",\"products\":[\"training\"],\
             \"expire_time\":1764600000000000,\"to\":\"{email}\",\"invitation_id\":\"inv_{id}\"}}\t\
             1764000000000000\t1764000000000000\t0"
        )?;
    }
    Ok(format!(
        "BEGIN;\nCOPY {};\n{people}\\.\nCOPY {};\n{invitations}\\.\nCOPY {};\n{outbox}\\.\nCOMMIT;\n",
        from_stdin(USERS),
        from_stdin(INVITATIONS),
        from_stdin(OUTBOX),
    ))
}

/// One line: psql takes what follows the statement's line for data.
fn from_stdin(table: &str) -> String {
    format!("{} FROM stdin", table.split_whitespace().collect::<Vec<_>>().join(" "))
}
