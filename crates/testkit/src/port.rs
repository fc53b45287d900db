//! Finds a free port of the loopback.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Context, Result};

use crate::environment::{SLOT, variable};

/// Below the ports that systems give to outgoing connections, so that nobody takes it before it is used.
const FIRST: u16 = 10_000;
const COUNT: u16 = 20_000;
/// Ports for each of the tests that run at once: what one has found, and not listened on yet, no other finds.
const SHARE: u16 = 1_000;

/// How many ports this process has looked at.
static LOOKED_AT: AtomicU16 = AtomicU16::new(0);

/// A port nobody listens on now, for a program that cannot be handed a socket.
pub fn free_port() -> Result<u16> {
    let (first, count) = share();
    // Processes that have the same share one after the other begin at different places in it.
    let begin = u16::try_from(std::process::id().wrapping_mul(7_919) % u32::from(count)).unwrap_or_default();
    (0..count)
        .map(|_| first + begin.wrapping_add(LOOKED_AT.fetch_add(1, Ordering::Relaxed)) % count)
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .context("no free port on the loopback")
}

/// The first port that this process may take, and how many there are. Nextest numbers the tests that run at once.
fn share() -> (u16, u16) {
    match variable(SLOT).and_then(|slot| slot.parse::<u16>().ok()) {
        Some(slot) => (FIRST + slot % (COUNT / SHARE) * SHARE, SHARE),
        None => (FIRST, COUNT),
    }
}
