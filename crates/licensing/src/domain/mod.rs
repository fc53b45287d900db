//! What is true about seats: pools, reservations, holders, and how each may change; no I/O.

pub mod bad_input;
pub mod grant;
pub mod holder;
pub mod license;
pub mod product;
pub mod reservation;
pub mod seat;
pub mod seat_pool;
pub mod seat_totals;
pub mod seats;
pub mod settlement;
pub mod standing;
