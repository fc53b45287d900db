//! One replica of a peer: its connections, the calls in progress on it, and how well it answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Request, Response, Uri};
use tokio::time::Instant;
use tonic::body::Body;

use crate::connector::Connector;
use crate::fitness::Fitness;
use crate::lane::{Lane, Opening, Sender};
use crate::news::{Board, News};
use crate::reply::Reply;

/// One replica. Dropped, it finishes its calls and goes.
#[derive(Debug)]
pub(crate) struct Replica {
    origin: (Scheme, Authority),
    lanes: Box<[Lane]>,
    next: AtomicUsize,
    /// Calls in progress.
    calls: AtomicUsize,
    news: News,
    pub(crate) fitness: Fitness,
}

impl Replica {
    /// A replica with so many connections, each opened when it is wanted.
    pub(crate) fn new(connector: &Connector, connections: usize, opening: &Opening, board: &Board) -> Self {
        let news = board.news();
        let lane = |_| Lane::new(connector.clone(), opening.clone(), news.clone());
        Self {
            origin: connector.origin(),
            lanes: (0..connections.max(1)).map(lane).collect(),
            next: AtomicUsize::new(0),
            calls: AtomicUsize::new(0),
            news,
            fitness: Fitness::new(Instant::now()),
        }
    }

    /// Opens what is not open.
    pub(crate) fn want(&self) {
        self.lanes.iter().for_each(Lane::want);
    }

    /// Whether it takes a call now.
    pub(crate) fn is_open(&self) -> bool {
        self.lanes.iter().any(Lane::is_open)
    }

    /// How often a connection could not be opened.
    pub(crate) fn failures(&self) -> u64 {
        self.news.failures()
    }

    /// Calls in progress.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    /// Begins a call, on the connection whose turn it is.
    pub(crate) fn take(self: &Arc<Self>) -> Option<Taken> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let lanes = self.lanes.iter().cycle().skip(turn % self.lanes.len());
        let sender = lanes.take(self.lanes.len()).find_map(Lane::sender)?;
        self.calls.fetch_add(1, Ordering::Relaxed);
        Some(Taken {
            sender,
            call: Call(Arc::clone(self)),
        })
    }

    /// The address of a method here.
    fn address(&self, path: Option<PathAndQuery>) -> Uri {
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.origin.0.clone());
        parts.authority = Some(self.origin.1.clone());
        parts.path_and_query = Some(path.unwrap_or_else(|| PathAndQuery::from_static("/")));
        // These three together are an address.
        Uri::from_parts(parts).unwrap_or_default()
    }
}

/// A call that is counted as in progress.
#[derive(Debug)]
struct Call(Arc<Replica>);

impl Drop for Call {
    fn drop(&mut self) {
        self.0.calls.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A replica that was chosen for a call.
#[derive(Debug)]
pub(crate) struct Taken {
    sender: Sender,
    call: Call,
}

impl Taken {
    pub(crate) fn replica(&self) -> &Arc<Replica> {
        &self.call.0
    }

    /// Sends the request. The call is in progress until its answer is read or dropped.
    pub(crate) async fn send(mut self, mut request: Request<Body>) -> hyper::Result<Response<Body>> {
        let path = std::mem::take(request.uri_mut()).into_parts().path_and_query;
        *request.uri_mut() = self.call.0.address(path);
        let answer = self.sender.send_request(request);
        // What comes too late into the queue of a connection that ends lies there as long as anybody can send on it: whoever
        // waited with a sender in hand would wait for themselves.
        drop(self.sender);
        let response = answer.await?;
        Ok(response.map(|body| Body::new(Reply::new(body, self.call))))
    }
}
