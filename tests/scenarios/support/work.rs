//! People at work: several lanes of mixed calls, one after the other in each, of which every one is counted.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use chassis::Channel;
use proto::access_v1::Permission;
use proto::admin::v1::people_service_client::PeopleServiceClient;
use proto::billing::v1::GetSubscriptionRequest;
use proto::billing::v1::subscription_service_client::SubscriptionServiceClient;
use proto::identity::v1::access_service_client::AccessServiceClient;
use proto::identity::v1::user_service_client::UserServiceClient;
use proto::identity::v1::{AccessCheck, CheckAccessRequest, ListUsersRequest};
use proto::licensing::v1::ListSeatPoolsRequest;
use proto::licensing::v1::seat_service_client::SeatServiceClient;
use proto::notification::v1::ListDeliveriesRequest;
use proto::notification::v1::delivery_service_client::DeliveryServiceClient;
use testkit::eventually;
use tokio::task::JoinSet;
use tonic::Status;

use super::{Owner, PATIENCE, adding, fresh};

/// What everybody who is added gets a seat of.
pub const PRODUCT: &str = "training";

/// People at work, until they are told to stop.
pub struct Work {
    shared: Arc<Shared>,
    lanes: JoinSet<()>,
}

struct Shared {
    channel: Channel,
    owner: Owner,
    stop: AtomicBool,
    calls: AtomicUsize,
    failures: Mutex<Vec<Failure>>,
    added: Mutex<Vec<String>>,
}

/// A call that was not answered as it should.
#[derive(Debug)]
pub struct Failure {
    pub lane: usize,
    pub kind: Kind,
    pub status: Status,
}

/// What came of the work.
pub struct Done {
    /// Whose addition was acknowledged.
    pub added: Vec<String>,
    pub failures: Vec<Failure>,
}

/// What is called.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    CheckAccess,
    ListUsers,
    ListSeatPools,
    ListDeliveries,
    GetSubscription,
    AddUsers,
}

/// The most of it asks what somebody may do; every service has its share.
const MIX: [Kind; 16] = [
    Kind::CheckAccess,
    Kind::ListSeatPools,
    Kind::CheckAccess,
    Kind::ListDeliveries,
    Kind::CheckAccess,
    Kind::GetSubscription,
    Kind::CheckAccess,
    Kind::ListUsers,
    Kind::CheckAccess,
    Kind::ListSeatPools,
    Kind::CheckAccess,
    Kind::ListDeliveries,
    Kind::CheckAccess,
    Kind::GetSubscription,
    Kind::CheckAccess,
    Kind::AddUsers,
];

impl Work {
    /// So many lanes begin to call by this channel.
    pub fn begin(channel: Channel, owner: &Owner, lanes: usize) -> Self {
        let shared = Arc::new(Shared {
            channel,
            owner: owner.clone(),
            stop: AtomicBool::new(false),
            calls: AtomicUsize::new(0),
            failures: Mutex::default(),
            added: Mutex::default(),
        });
        let run = |lane| Arc::clone(&shared).run(lane);
        Self {
            lanes: (0..lanes).map(run).collect(),
            shared,
        }
    }

    /// How many calls have ended.
    pub fn calls(&self) -> usize {
        self.shared.calls.load(Ordering::Relaxed)
    }

    /// Waits until so many more have ended.
    pub async fn calls_more(&self, count: usize) {
        let goal = self.calls() + count;
        eventually(2 * PATIENCE, async || match self.calls() {
            calls if calls >= goal => Ok(()),
            calls => Err(format!("{calls} of {goal} calls")),
        })
        .await;
    }

    /// The failures since it was asked last.
    pub fn failures(&self) -> Vec<Failure> {
        std::mem::take(&mut self.shared.failures.lock().unwrap())
    }

    /// Each lane ends the call that it is in.
    pub async fn end(self) -> Done {
        self.shared.stop.store(true, Ordering::Relaxed);
        self.lanes.join_all().await;
        Done {
            added: std::mem::take(&mut self.shared.added.lock().unwrap()),
            failures: std::mem::take(&mut self.shared.failures.lock().unwrap()),
        }
    }
}

impl Shared {
    async fn run(self: Arc<Self>, lane: usize) {
        // Each begins elsewhere in the mix, or all would ask the same at the same time.
        for kind in MIX.into_iter().cycle().skip(lane * 7) {
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            if let Err(status) = self.call(kind).await {
                self.failures.lock().unwrap().push(Failure { lane, kind, status });
            }
            self.calls.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn call(&self, kind: Kind) -> Result<(), Status> {
        let (channel, owner) = (self.channel.clone(), &self.owner);
        match kind {
            Kind::CheckAccess => {
                let check = AccessCheck {
                    permission: Permission::ManageUsers.into(),
                    ..AccessCheck::default()
                };
                let request = owner.request(CheckAccessRequest { checks: vec![check] });
                let answer = AccessServiceClient::new(channel).check_access(request).await?;
                assert!(answer.into_inner().decisions[0].allowed);
            }
            Kind::ListUsers => {
                let request = owner.request(ListUsersRequest::default());
                let answer = UserServiceClient::new(channel).list_users(request).await?;
                assert!(!answer.into_inner().users.is_empty());
            }
            Kind::ListSeatPools => {
                let request = owner.request(ListSeatPoolsRequest {});
                let answer = SeatServiceClient::new(channel).list_seat_pools(request).await?;
                let pools = answer.into_inner().seat_pools;
                assert!(pools.iter().all(|pool| pool.assigned + pool.reserved <= pool.seats));
            }
            Kind::ListDeliveries => {
                let request = owner.request(ListDeliveriesRequest::default());
                DeliveryServiceClient::new(channel).list_deliveries(request).await?;
            }
            Kind::GetSubscription => {
                let request = owner.request(GetSubscriptionRequest {});
                let answer = SubscriptionServiceClient::new(channel)
                    .get_subscription(request)
                    .await?;
                assert!(answer.into_inner().subscription.is_some());
            }
            Kind::AddUsers => {
                let email = fresh("worker");
                let request = owner.request(adding(&[&email], &[PRODUCT]));
                PeopleServiceClient::new(channel).add_users(request).await?;
                self.added.lock().unwrap().push(email);
            }
        }
        Ok(())
    }
}
