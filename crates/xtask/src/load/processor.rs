//! How much processor time the services of this machine have used.

use std::fs;
use std::path::Path;

/// The kernel counts in hundredths of a second.
const TICKS: f64 = 100.0;

/// Seconds that the process `usher serve SERVICE` has used by now; none where there is not exactly one on this machine.
pub fn seconds(service: &str) -> Option<f64> {
    let processes = fs::read_dir("/proc").ok()?.flatten().map(|entry| entry.path());
    let mut found = processes.filter(|process| serves(process, service));
    let process = found.next().filter(|_| found.next().is_none())?;
    used(&fs::read_to_string(process.join("stat")).ok()?)
}

fn serves(process: &Path, service: &str) -> bool {
    let line = fs::read(process.join("cmdline")).unwrap_or_default();
    let words: Vec<_> = line.split(|octet| *octet == 0).collect();
    let is_usher = words[0].rsplit(|octet| *octet == b'/').next() == Some(b"usher");
    is_usher && words.get(1..3) == Some(&[b"serve", service.as_bytes()])
}

/// In user mode and in the kernel: fields 14 and 15, after a name that may have anything in it.
fn used(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut ticks = fields.split_whitespace().skip(11);
    let mut next = || ticks.next()?.parse::<f64>().ok();
    Some((next()? + next()?) / TICKS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_read_behind_any_name() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 8 0 100 0";
        assert_eq!(used(stat), Some(3.0));
        assert_eq!(used("7 (a) S 1"), None);
    }

    #[test]
    fn nobody_serves_what_there_is_not() {
        assert_eq!(seconds("nothing"), None);
    }
}
