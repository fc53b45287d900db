//! Licensing through its own API: the real service on a free port, on both databases, with a fake identity on the wire.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod abort_reservations;
mod access;
mod batch_get_holdings;
mod check_entitlement;
mod concurrency;
mod config;
mod confirm_reservations;
mod identity;
mod list_holders;
mod list_products;
mod list_seat_pools;
mod list_seats;
mod list_surplus;
mod migrations;
mod move_seats;
mod purge;
mod release_seats;
mod reserve_seats;
mod serve;
mod set_seat_totals;
mod stack;
mod sweep;
mod watch_seats;
mod words;
