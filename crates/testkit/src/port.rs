//! Finds a free port of the loopback.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Context, Result};
use uuid::Uuid;

/// Below the ports that systems give to outgoing connections, so that nobody takes it before it is used.
const FIRST: u16 = 10_000;
const COUNT: u16 = 20_000;
const TRIES: usize = 100;

/// A port nobody listens on now, for a program that cannot be handed a socket.
pub fn free_port() -> Result<u16> {
    (0..TRIES)
        .map(|_| FIRST + random() % COUNT)
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .context("no free port on the loopback")
}

fn random() -> u16 {
    let bytes = Uuid::new_v4().into_bytes();
    u16::from_be_bytes([bytes[0], bytes[1]])
}
