//! Finds a peer's replicas: all that its names stand for, again from time to time, and at once when a connection fails.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use tokio::time::{Instant, sleep_until};

use crate::connector::Route;
use crate::refusal::chain;
use crate::replicas::{Present, Replicas};

/// Names are not looked up more often than this, however many connections fail.
const PAUSE: Duration = Duration::from_millis(250);

/// Keeps `replicas` up to date, from the first call on, and every `interval` if there are names among the addresses.
pub(crate) async fn follow(replicas: Arc<Replicas>, routes: Vec<Route>, interval: Duration) {
    let mut present = Present::new();
    let mut known = BTreeMap::new();
    let is_fixed = routes.iter().all(|route| route.address.ip().is_some());
    replicas.board.suspected().await;
    loop {
        let begin = Instant::now();
        let answers = join_all(routes.iter().map(|route| route.address.resolve())).await;
        let found = routes.iter().zip(answers).enumerate();
        let found = found.flat_map(|(index, (route, answer))| {
            let addresses = heed(known.entry(index).or_default(), route, answer);
            addresses
                .iter()
                .map(|address| (route.clone(), *address))
                .collect::<Vec<_>>()
        });
        replicas.update(&mut present, &found.collect::<Vec<_>>());
        if is_fixed {
            return;
        }
        sleep_until(begin + PAUSE.min(interval)).await;
        tokio::select! {
            () = sleep_until(begin + interval) => {}
            () = replicas.board.suspected() => {}
        }
    }
}

/// What a name stands for by now: what was known of it, when it cannot be resolved.
fn heed<'a>(known: &'a mut Vec<SocketAddr>, route: &Route, answer: io::Result<Vec<SocketAddr>>) -> &'a [SocketAddr] {
    match answer {
        Ok(addresses) => *known = addresses,
        Err(error) => tracing::warn!(
            address = %route.address,
            error = chain(&error),
            known = known.len(),
            "a name cannot be resolved; what is known of it is used on"
        ),
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;

    #[test]
    fn what_cannot_be_resolved_stays_as_it_was() {
        let route = Route::plain(Address::read("http://identity:1").unwrap());
        let address = |text: &str| text.parse::<SocketAddr>().unwrap();
        let mut known = Vec::new();
        let one = vec![address("10.0.0.1:1"), address("10.0.0.2:1")];
        assert_eq!(heed(&mut known, &route, Ok(one.clone())), one);
        assert_eq!(heed(&mut known, &route, Err(io::ErrorKind::TimedOut.into())), one);
        let other = vec![address("10.0.0.3:1")];
        assert_eq!(heed(&mut known, &route, Ok(other.clone())), other);
    }
}
