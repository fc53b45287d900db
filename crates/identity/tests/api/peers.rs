//! The peers that identity calls, as a test wants them to be: licensing, billing and notification at one address.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chassis::{CALLER_KEY, CallerConfig, Shutdown, Verifier};
use proto::billing::internal::v1::subscription_service_server::{SubscriptionService, SubscriptionServiceServer};
use proto::billing::internal::v1::{
    EndSubscriptionRequest, EndSubscriptionResponse, StartSubscriptionRequest, StartSubscriptionResponse,
};
use proto::licensing::internal::v1::reservation_service_server::{ReservationService, ReservationServiceServer};
use proto::licensing::internal::v1::seat_service_server::{SeatService, SeatServiceServer};
use proto::licensing::internal::v1::{
    AbortReservationsRequest, AbortReservationsResponse, BatchGetHoldingsRequest, BatchGetHoldingsResponse,
    ConfirmReservationsRequest, ConfirmReservationsResponse, Confirmation, ListHoldersRequest, ListHoldersResponse,
    ListSurplusRequest, ListSurplusResponse, MoveSeatsRequest, MoveSeatsResponse, Release, ReleaseSeatsRequest,
    ReleaseSeatsResponse, ReservationKey, ReserveSeatsRequest, ReserveSeatsResponse, SeatMove, SetSeatTotalsRequest,
    SetSeatTotalsResponse,
};
use proto::licensing::v1::product_service_server::{ProductService, ProductServiceServer};
use proto::licensing::v1::{ListProductsRequest, ListProductsResponse, Product};
use proto::notification::internal::v1::mail_service_server::{MailService, MailServiceServer};
use proto::notification::internal::v1::wording_flaw::Field;
use proto::notification::internal::v1::wording_service_server::{WordingService, WordingServiceServer};
use proto::notification::internal::v1::{
    BatchGetDeliveriesRequest, BatchGetDeliveriesResponse, CancelMailsRequest, CancelMailsResponse,
    EnqueueMailsRequest, EnqueueMailsResponse, Mail, MailKey, RenderWordingRequest, RenderWordingResponse, Wording,
    WordingFlaw,
};
use tokio::net::TcpListener;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};
use types::Clock;

/// The products there are.
pub const PRODUCTS: [&str; 3] = ["meeting", "phone", "training"];

/// How a peer answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// As it should.
    #[default]
    Well,
    /// It does nothing and says so.
    Down,
    /// It does what it is told, and its answer is lost.
    Mute,
}

/// The fakes; clones share what they are told and what they were sent.
#[derive(Clone)]
pub struct Peers(Arc<Inner>);

struct Inner {
    verifiers: BTreeMap<&'static str, Verifier>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    licensing: Mood,
    billing: Mood,
    notification: Mood,
    refused_address: Option<String>,
    confirmations: Vec<Confirmation>,
    aborted: Vec<ReservationKey>,
    releases: Vec<Release>,
    moves: Vec<SeatMove>,
    holding_back: Option<String>,
    held_back: usize,
    subscriptions: Vec<StartSubscriptionRequest>,
    ended_subscriptions: Vec<EndSubscriptionRequest>,
    offered: Vec<Mail>,
    mails: Vec<Mail>,
    cancelled: Vec<MailKey>,
    wordings: Vec<Wording>,
}

impl Peers {
    pub async fn start(callers: &BTreeMap<String, CallerConfig>, shutdown: Shutdown) -> (Self, String) {
        let verifier = |name| (name, Verifier::new(name, &callers[name], Clock::system()).unwrap());
        let this = Self(Arc::new(Inner {
            verifiers: ["licensing", "billing", "notification"].map(verifier).into(),
            state: Mutex::default(),
        }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        let server = Server::builder()
            .add_service(ProductServiceServer::new(this.clone()))
            .add_service(ReservationServiceServer::new(this.clone()))
            .add_service(SeatServiceServer::new(this.clone()))
            .add_service(SubscriptionServiceServer::new(this.clone()))
            .add_service(MailServiceServer::new(this.clone()))
            .add_service(WordingServiceServer::new(this.clone()))
            .serve_with_incoming_shutdown(incoming, shutdown.cancelled_owned());
        tokio::spawn(server);
        (this, address)
    }

    pub fn set_licensing(&self, mood: Mood) {
        self.0.state.lock().unwrap().licensing = mood;
    }

    pub fn set_billing(&self, mood: Mood) {
        self.0.state.lock().unwrap().billing = mood;
    }

    pub fn set_notification(&self, mood: Mood) {
        self.0.state.lock().unwrap().notification = mood;
    }

    /// From now on notification takes no order in which there is a mail to this address.
    pub fn refuse_mails_to(&self, address: &str) {
        self.0.state.lock().unwrap().refused_address = Some(address.to_owned());
    }

    /// What licensing was told to confirm, each time it was.
    pub fn confirmations(&self) -> Vec<Confirmation> {
        self.0.state.lock().unwrap().confirmations.clone()
    }

    /// What licensing was told to abort, each time it was.
    pub fn aborted(&self) -> Vec<ReservationKey> {
        self.0.state.lock().unwrap().aborted.clone()
    }

    /// Who licensing was told has given up seats, each time it was.
    pub fn releases(&self) -> Vec<Release> {
        self.0.state.lock().unwrap().releases.clone()
    }

    /// From now on the seats that this one hands on have not come yet; none for nobody's.
    pub fn hold_back(&self, from: Option<&str>) {
        self.0.state.lock().unwrap().holding_back = from.map(str::to_owned);
    }

    /// How often licensing was told to move seats that had not come yet.
    pub fn held_back(&self) -> usize {
        self.0.state.lock().unwrap().held_back
    }

    /// Who licensing has let hand seats on, each time it did.
    pub fn moves(&self) -> Vec<SeatMove> {
        self.0.state.lock().unwrap().moves.clone()
    }

    /// What billing was told to begin, each time it was.
    pub fn subscriptions(&self) -> Vec<StartSubscriptionRequest> {
        self.0.state.lock().unwrap().subscriptions.clone()
    }

    /// What billing was told to end, each time it was.
    pub fn ended_subscriptions(&self) -> Vec<EndSubscriptionRequest> {
        self.0.state.lock().unwrap().ended_subscriptions.clone()
    }

    /// What notification has taken, each time it did.
    pub fn mails(&self) -> Vec<Mail> {
        self.0.state.lock().unwrap().mails.clone()
    }

    /// The send keys of the mails that notification was told to cancel.
    pub fn cancelled(&self) -> Vec<String> {
        let state = self.0.state.lock().unwrap();
        state.cancelled.iter().map(|key| key.send_key.clone()).collect()
    }

    /// The accounts' own words that notification has taken, each time it did.
    pub fn wordings(&self) -> Vec<Wording> {
        self.0.state.lock().unwrap().wordings.clone()
    }

    /// What notification was asked to take, each time it was, whatever it answered.
    pub fn offered(&self) -> Vec<Mail> {
        self.0.state.lock().unwrap().offered.clone()
    }

    /// The message, if identity has signed it for the service called `name`.
    fn open<T>(&self, name: &str, request: Request<T>) -> T {
        let token = request.metadata().get(CALLER_KEY).unwrap().to_str().unwrap();
        assert_eq!(self.0.verifiers[name].verify(token).unwrap().issuer, "identity");
        request.into_inner()
    }
}

/// Does `work` and answers as the mood is.
fn answer<T: Default>(mood: Mood, work: impl FnOnce()) -> Result<Response<T>, Status> {
    if mood != Mood::Down {
        work();
    }
    match mood {
        Mood::Well => Ok(Response::new(T::default())),
        Mood::Down | Mood::Mute => Err(Status::unavailable("down")),
    }
}

#[tonic::async_trait]
impl ProductService for Peers {
    async fn list_products(
        &self,
        request: Request<ListProductsRequest>,
    ) -> Result<Response<ListProductsResponse>, Status> {
        self.open("licensing", request);
        let product = |id: &str| Product {
            id: id.to_owned(),
            name: format!("Usher {id}"),
            guide_url: format!("https://usher.example/guides/{id}"),
            entitlements: vec!["host_sessions".to_owned()],
            limits: Default::default(),
        };
        let products = PRODUCTS.map(product).into();
        Ok(Response::new(ListProductsResponse { products }))
    }
}

#[tonic::async_trait]
impl ReservationService for Peers {
    async fn reserve_seats(&self, _: Request<ReserveSeatsRequest>) -> Result<Response<ReserveSeatsResponse>, Status> {
        Err(Status::unimplemented("identity does not call this"))
    }

    async fn confirm_reservations(
        &self,
        request: Request<ConfirmReservationsRequest>,
    ) -> Result<Response<ConfirmReservationsResponse>, Status> {
        let message = self.open("licensing", request);
        let mut state = self.0.state.lock().unwrap();
        answer(state.licensing, || state.confirmations.extend(message.confirmations))
    }

    async fn abort_reservations(
        &self,
        request: Request<AbortReservationsRequest>,
    ) -> Result<Response<AbortReservationsResponse>, Status> {
        let message = self.open("licensing", request);
        let mut state = self.0.state.lock().unwrap();
        answer(state.licensing, || state.aborted.extend(message.reservations))
    }
}

#[tonic::async_trait]
impl SeatService for Peers {
    async fn set_seat_totals(
        &self,
        _: Request<SetSeatTotalsRequest>,
    ) -> Result<Response<SetSeatTotalsResponse>, Status> {
        Err(Status::unimplemented("identity does not call this"))
    }

    async fn list_surplus(&self, _: Request<ListSurplusRequest>) -> Result<Response<ListSurplusResponse>, Status> {
        Err(Status::unimplemented("identity does not call this"))
    }

    async fn release_seats(
        &self,
        request: Request<ReleaseSeatsRequest>,
    ) -> Result<Response<ReleaseSeatsResponse>, Status> {
        let message = self.open("licensing", request);
        let mut state = self.0.state.lock().unwrap();
        answer(state.licensing, || state.releases.extend(message.releases))
    }

    async fn move_seats(&self, request: Request<MoveSeatsRequest>) -> Result<Response<MoveSeatsResponse>, Status> {
        let message = self.open("licensing", request);
        let mut state = self.0.state.lock().unwrap();
        let mut answer = MoveSeatsResponse::default();
        for (index, order) in (0..).zip(message.moves) {
            if state.holding_back.as_ref() == Some(&order.from) {
                answer.pending.push(index);
                state.held_back += 1;
            } else {
                state.moves.push(order);
            }
        }
        Ok(Response::new(answer))
    }

    async fn batch_get_holdings(
        &self,
        _: Request<BatchGetHoldingsRequest>,
    ) -> Result<Response<BatchGetHoldingsResponse>, Status> {
        Err(Status::unimplemented("identity does not call this"))
    }

    async fn list_holders(&self, _: Request<ListHoldersRequest>) -> Result<Response<ListHoldersResponse>, Status> {
        Err(Status::unimplemented("identity does not call this"))
    }
}

#[tonic::async_trait]
impl SubscriptionService for Peers {
    async fn start_subscription(
        &self,
        request: Request<StartSubscriptionRequest>,
    ) -> Result<Response<StartSubscriptionResponse>, Status> {
        let message = self.open("billing", request);
        let mut state = self.0.state.lock().unwrap();
        answer(state.billing, || state.subscriptions.push(message))
    }

    async fn end_subscription(
        &self,
        request: Request<EndSubscriptionRequest>,
    ) -> Result<Response<EndSubscriptionResponse>, Status> {
        let message = self.open("billing", request);
        let mut state = self.0.state.lock().unwrap();
        answer(state.billing, || state.ended_subscriptions.push(message))
    }
}

#[tonic::async_trait]
impl MailService for Peers {
    async fn enqueue_mails(
        &self,
        request: Request<EnqueueMailsRequest>,
    ) -> Result<Response<EnqueueMailsResponse>, Status> {
        let message = self.open("notification", request);
        let mut state = self.0.state.lock().unwrap();
        state.offered.extend(message.mails.iter().cloned());
        let is_refused = |mail: &Mail| state.refused_address.as_ref() == Some(&mail.to);
        if message.mails.iter().any(is_refused) {
            return Err(Status::invalid_argument("this is not an address"));
        }
        answer(state.notification, || {
            state.mails.extend(message.mails);
            state.wordings.extend(message.wordings);
        })
    }

    async fn cancel_mails(
        &self,
        request: Request<CancelMailsRequest>,
    ) -> Result<Response<CancelMailsResponse>, Status> {
        let message = self.open("notification", request);
        let mut state = self.0.state.lock().unwrap();
        answer(state.notification, || state.cancelled.extend(message.keys))
    }

    async fn batch_get_deliveries(
        &self,
        _: Request<BatchGetDeliveriesRequest>,
    ) -> Result<Response<BatchGetDeliveriesResponse>, Status> {
        Err(Status::unimplemented("identity does not call this"))
    }
}

/// A notification that takes every text but those with `nobody` in them, and writes what it was asked to write.
#[tonic::async_trait]
impl WordingService for Peers {
    async fn render_wording(
        &self,
        request: Request<RenderWordingRequest>,
    ) -> Result<Response<RenderWordingResponse>, Status> {
        let message = self.open("notification", request);
        if self.0.state.lock().unwrap().notification == Mood::Down {
            return Err(Status::unavailable("down"));
        }
        let flaws = (0..).zip(&message.translations).filter_map(|(translation, words)| {
            let column = words.body.find("nobody")?;
            Some(WordingFlaw {
                translation,
                field: Field::Body.into(),
                line: 1,
                column: i32::try_from(column).unwrap(),
                problem: "there is no variable `nobody`".into(),
            })
        });
        let flaws: Vec<_> = flaws.collect();
        let (sample, words) = (message.sample.unwrap(), &message.translations[0]);
        let products: Vec<_> = sample.products.iter().map(|product| product.name.as_str()).collect();
        let text = [
            sample.given_name,
            sample.account_name,
            sample.person_name,
            sample.link,
            products.join(","),
        ];
        Ok(Response::new(RenderWordingResponse {
            flaws,
            language: sample.language,
            subject: words.subject.clone(),
            text: text.join("|"),
            html: words.body.clone(),
        }))
    }
}
