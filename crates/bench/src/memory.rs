//! Memory by process, as Linux counts it.

use std::fs;

use anyhow::{Context, Result};

/// Memory of a process that is in RAM, in bytes.
pub fn resident(id: u32) -> Result<u64> {
    read(id, "VmRSS:")
}

/// The most that was ever in RAM since [`forget_peak`], in bytes.
pub fn peak(id: u32) -> Result<u64> {
    read(id, "VmHWM:")
}

/// Begins a new peak, at what is in RAM now.
pub fn forget_peak(id: u32) -> Result<()> {
    // What the number does is told in proc(5).
    fs::write(format!("/proc/{id}/clear_refs"), "5").with_context(|| format!("the peak of process {id} stays"))
}

/// In MiB.
pub fn mib(bytes: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "no machine has 2^52 bytes")]
    let bytes = bytes as f64;
    bytes / 1024.0 / 1024.0
}

fn read(id: u32, label: &str) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).with_context(|| format!("process {id} is gone"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(label));
    let kib = line.and_then(|value| value.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    Ok(kib.with_context(|| format!("no {label} in /proc"))? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_stays_until_it_is_forgotten() {
        const BLOCK: usize = 64 * 1024 * 1024;
        let own = std::process::id();
        forget_peak(own).unwrap();
        let before = peak(own).unwrap();
        drop(std::hint::black_box(vec![1_u8; BLOCK]));
        let risen = peak(own).unwrap();
        assert!(risen >= before + BLOCK as u64 / 2, "{before} {risen}");
        forget_peak(own).unwrap();
        assert!(peak(own).unwrap() < risen);
        assert!(resident(own).unwrap() < risen);
    }
}
