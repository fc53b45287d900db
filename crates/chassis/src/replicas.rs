//! All replicas of a peer that are known at present, and which of them takes the next call.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;
use tokio::time::Instant;

use crate::connector::{Connector, Route};
use crate::lane::Opening;
use crate::listener::MemoryPeer;
use crate::news::Board;
use crate::peer::ClientConfig;
use crate::replica::{Replica, Taken};

/// The replicas that were found, by where they are.
pub(crate) type Present = BTreeMap<SocketAddr, Arc<Replica>>;

/// The replicas of one peer.
#[derive(Debug)]
pub(crate) struct Replicas {
    known: ArcSwap<Vec<Arc<Replica>>>,
    /// How often it was looked for them.
    looks: AtomicU64,
    connections: usize,
    opening: Opening,
    pub(crate) board: Board,
}

impl Replicas {
    /// Those of a peer that have yet to be found.
    pub(crate) fn unknown(config: &ClientConfig) -> Self {
        Self {
            known: ArcSwap::default(),
            looks: AtomicU64::new(0),
            connections: config.connections,
            opening: Opening::new(config),
            board: Board::default(),
        }
    }

    /// The one in this process, which one connection suffices for.
    pub(crate) fn memory(peer: MemoryPeer, config: &ClientConfig) -> Self {
        let replicas = Self {
            connections: 1,
            ..Self::unknown(config)
        };
        let replica = replicas.replica(&Connector::Memory(peer));
        replicas.known.store(Arc::new(vec![replica]));
        replicas
    }

    fn replica(&self, connector: &Connector) -> Arc<Replica> {
        Arc::new(Replica::new(connector, self.connections, &self.opening, &self.board))
    }

    /// Goes over to what was found: those that are new are connected to, those that are gone finish their calls. `present`
    /// is what was found before.
    pub(crate) fn update(&self, present: &mut Present, found: &[(Route, SocketAddr)]) {
        let mut next = Present::new();
        for (route, address) in found {
            let known = present.remove(address);
            next.entry(*address).or_insert_with(|| {
                known.unwrap_or_else(|| {
                    let replica = self.replica(&Connector::Socket(route.clone(), *address));
                    replica.want();
                    replica
                })
            });
        }
        *present = next;
        self.known.store(Arc::new(present.values().cloned().collect()));
        self.looks.fetch_add(1, Ordering::Release);
        self.board.tell();
    }

    /// A replica for a call; waits until one is connected to, if none is. None when that has failed for all of them.
    pub(crate) async fn take(&self, but: Option<&Arc<Replica>>) -> Option<Taken> {
        if let Some(taken) = self.choose(but) {
            return Some(taken);
        }
        let mut news = self.board.listen();
        let looks = self.looks.load(Ordering::Acquire);
        let mut wanted: Vec<(Arc<Replica>, u64)> = Vec::new();
        loop {
            if let Some(taken) = self.choose(but) {
                return Some(taken);
            }
            // Before what is known: a look that is counted here has left there what it found.
            let has_looked = self.looks.load(Ordering::Acquire) > looks;
            let known = self.known.load_full();
            for replica in known.iter() {
                if !wanted.iter().any(|(wanted, _)| Arc::ptr_eq(wanted, replica)) {
                    wanted.push((Arc::clone(replica), replica.failures()));
                    replica.want();
                }
            }
            wanted.retain(|(wanted, _)| known.iter().any(|replica| Arc::ptr_eq(wanted, replica)));
            let is_hopeless = match wanted.as_slice() {
                [] => has_looked,
                wanted => wanted.iter().all(|(replica, before)| replica.failures() > *before),
            };
            if is_hopeless {
                return None;
            }
            if wanted.is_empty() {
                self.board.suspect();
            }
            news.changed().await.ok()?;
        }
    }

    /// Of two that are drawn, the one with fewer calls in progress: nearly as even as looking at all of them, and without
    /// everybody running to the same one.
    fn choose(&self, but: Option<&Arc<Replica>>) -> Option<Taken> {
        let known = self.known.load();
        let count = known.len();
        if count < 2 {
            return known.first()?.take();
        }
        let now = Instant::now();
        let is_fit = |replica: &Arc<Replica>| {
            replica.is_open() && !replica.fitness.is_out(now) && !but.is_some_and(|but| Arc::ptr_eq(but, replica))
        };
        let first = rand::random_range(0..count);
        let second = (first + rand::random_range(1..count)) % count;
        let pair = [&known[first], &known[second]];
        let fitter = pair
            .into_iter()
            .filter(|replica| is_fit(replica))
            .min_by_key(|replica| replica.calls());
        let others = || known.iter().filter(|replica| is_fit(replica));
        let taken = fitter.or_else(|| others().next()).and_then(Replica::take);
        // Better one that has failed than none.
        taken.or_else(|| known.iter().find_map(Replica::take))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;

    #[tokio::test]
    async fn replicas_that_stay_are_kept_and_those_that_are_gone_go() {
        let replicas = Replicas::unknown(&ClientConfig::default());
        let mut present = Present::new();
        let route = Route::plain(Address::read("http://localhost:1").unwrap());
        let at = |port: u16| (route.clone(), SocketAddr::from(([127, 0, 0, 1], port)));
        replicas.update(&mut present, &[at(1), at(2), at(2)]);
        let before = replicas.known.load_full();
        let (gone, stays) = (Arc::downgrade(&before[0]), Arc::clone(&before[1]));
        assert_eq!(before.len(), 2, "an address that is found twice is one replica");
        drop(before);
        replicas.update(&mut present, &[at(2), at(3)]);
        let after = replicas.known.load_full();
        assert!(after.len() == 2 && Arc::ptr_eq(&after[0], &stays));
        assert!(gone.upgrade().is_none());
    }
}
