//! A fake licensing that remembers what it is told, and refuses when asked to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chassis::{Actor, CallerConfig, Listener, Peer, Refusal, Shutdown, Verifier};
use proto::licensing::internal::v1 as api;
use proto::licensing::internal::v1::seat_service_server::{SeatService, SeatServiceServer};
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::sync::DropGuard;
use tonic::{Code, Request, Response, Status};
use types::{AccountId, Clock};

/// What one call told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub account: String,
    pub version: i64,
    pub seats: BTreeMap<String, i64>,
    /// The totals to come.
    pub next: Option<BTreeMap<String, i64>>,
}

/// The fake; it stops when the last handle is dropped.
#[derive(Clone)]
pub struct FakeLicensing {
    state: Arc<Mutex<State>>,
    verifier: Verifier,
    pub peer: Peer,
    _end: Arc<DropGuard>,
}

#[derive(Default)]
struct State {
    told: Vec<Told>,
    /// Answers for the next calls, before calls succeed.
    refusals: Vec<(Code, &'static str)>,
    /// How many seats are held, product by product.
    held: BTreeMap<String, i64>,
    /// The highest version that was told of each account.
    latest: BTreeMap<String, i64>,
}

impl State {
    fn surplus(&self, seats: &BTreeMap<String, i64>) -> BTreeMap<String, i64> {
        let over = |(product, held): (&String, &i64)| {
            let over = held - seats.get(product).copied().unwrap_or_default();
            (over > 0).then(|| (product.clone(), over))
        };
        self.held.iter().filter_map(over).collect()
    }
}

fn counts(seats: Vec<api::SeatQuantity>) -> BTreeMap<String, i64> {
    seats.into_iter().map(|row| (row.product, row.quantity)).collect()
}

impl FakeLicensing {
    pub async fn start(callers: &CallerConfig) -> Self {
        let listener = Listener::bind("127.0.0.1:0").await.unwrap();
        let peer = Peer::Tcp(format!("http://{}", listener.local_addr().unwrap()));
        let Listener::Tcp(listener) = listener else {
            panic!("not TCP")
        };
        let stop = Shutdown::new();
        let fake = Self {
            state: Arc::default(),
            verifier: Verifier::new("licensing", callers, Clock::system()).unwrap(),
            peer,
            _end: Arc::new(stop.clone().drop_guard()),
        };
        let service = Wire(Arc::clone(&fake.state), fake.verifier.clone());
        let server = tonic::transport::Server::builder().add_service(SeatServiceServer::new(service));
        tokio::spawn(server.serve_with_incoming_shutdown(TcpListenerStream::new(listener), stop.cancelled_owned()));
        fake
    }

    /// Everything that was taken, in order.
    pub fn told(&self) -> Vec<Told> {
        self.state.lock().unwrap().told.clone()
    }

    /// Lets the next call fail like this.
    pub fn refuse_next(&self, code: Code, reason: &'static str) {
        self.state.lock().unwrap().refusals.push((code, reason));
    }

    /// Has somebody hold this many seats of a product.
    pub fn hold(&self, product: &str, count: i64) {
        self.state.lock().unwrap().held.insert(product.to_owned(), count);
    }

    /// What an account has as far as licensing knows: what was told with the highest version.
    pub fn knows(&self, account: AccountId) -> Option<Told> {
        let told = self.told();
        let of_account = told.into_iter().filter(|told| told.account == account.to_string());
        of_account.max_by_key(|told| told.version)
    }

    /// How many of those failures are still to come.
    pub fn refusals_left(&self) -> usize {
        self.state.lock().unwrap().refusals.len()
    }
}

struct Wire(Arc<Mutex<State>>, Verifier);

#[tonic::async_trait]
impl SeatService for Wire {
    async fn set_seat_totals(
        &self,
        request: Request<api::SetSeatTotalsRequest>,
    ) -> Result<Response<api::SetSeatTotalsResponse>, Status> {
        let token = request.metadata().get(chassis::CALLER_KEY).unwrap().to_str().unwrap();
        let caller = self.1.verify(token).unwrap();
        assert_eq!((caller.issuer.as_str(), &caller.actor), ("billing", &Actor::Service));
        let mut state = self.0.lock().unwrap();
        if let Some((code, reason)) = state.refusals.pop() {
            return Err(Refusal::new(code, reason, "No.").into());
        }
        let message = request.into_inner();
        let told = Told {
            account: message.account_id,
            version: message.version,
            seats: counts(message.seats),
            next: message.next.map(|next| counts(next.seats)),
        };
        let surplus = state.surplus(&told.seats);
        let is_old = state
            .latest
            .get(&told.account)
            .is_some_and(|latest| *latest >= told.version);
        if message.refuse_in_use && !is_old && !surplus.is_empty() {
            let refusal = Refusal::new(Code::FailedPrecondition, "SEATS_IN_USE", "No.");
            let add = |refusal: Refusal, (product, count): (String, i64)| refusal.metadata(product, count.to_string());
            return Err(surplus.into_iter().fold(refusal, add).into());
        }
        if !is_old {
            state.latest.insert(told.account.clone(), told.version);
        }
        state.told.push(told);
        Ok(Response::new(api::SetSeatTotalsResponse {}))
    }

    async fn release_seats(
        &self,
        _: Request<api::ReleaseSeatsRequest>,
    ) -> Result<Response<api::ReleaseSeatsResponse>, Status> {
        Err(Status::unimplemented("billing does not release seats"))
    }

    async fn move_seats(&self, _: Request<api::MoveSeatsRequest>) -> Result<Response<api::MoveSeatsResponse>, Status> {
        Err(Status::unimplemented("billing does not move seats"))
    }

    async fn batch_get_holdings(
        &self,
        _: Request<api::BatchGetHoldingsRequest>,
    ) -> Result<Response<api::BatchGetHoldingsResponse>, Status> {
        Err(Status::unimplemented("billing does not ask for holdings"))
    }

    async fn list_surplus(
        &self,
        request: Request<api::ListSurplusRequest>,
    ) -> Result<Response<api::ListSurplusResponse>, Status> {
        let seats = counts(request.into_inner().seats);
        let state = self.0.lock().unwrap();
        let surplus = |(product, count): (String, i64)| api::Surplus {
            subjects: (0..count).map(|n| format!("usr_{n}")).collect(),
            product,
            count,
        };
        let surpluses = state.surplus(&seats).into_iter().map(surplus).collect();
        Ok(Response::new(api::ListSurplusResponse { surpluses }))
    }

    async fn list_holders(
        &self,
        _: Request<api::ListHoldersRequest>,
    ) -> Result<Response<api::ListHoldersResponse>, Status> {
        Err(Status::unimplemented("billing does not ask for holders"))
    }
}
