//! Deaths on the way of a request to add users, and what must be true after each.

use std::collections::BTreeSet;

use proto::admin::v1::{AddUsersRequest, AddUsersResponse};
use testkit::eventually;

use super::{Owner, PATIENCE, World, adding, fresh, settled};

/// Where a process dies: its service, and the name of the step.
pub type Death = (&'static str, &'static str);

/// Deaths on the plain way of a request.
pub const PLAIN: &[Death] = &[
    ("gateway", "gateway::change::prepared"),
    ("gateway", "gateway::change::reserved"),
    ("gateway", "gateway::change::committed"),
    ("identity", "identity::prepare_add_users::received"),
    ("identity", "identity::commit_add_users::received"),
    ("identity", "identity::commit_add_users::before_commit"),
    ("identity", "identity::commit_add_users::committed"),
    ("identity", "identity::relay::claimed"),
    ("identity", "identity::relay::delivered"),
    ("licensing", "licensing::reserve_seats::received"),
    ("licensing", "licensing::reserve_seats::committed"),
    ("licensing", "licensing::confirm_reservations::received"),
    ("licensing", "licensing::confirm_reservations::committed"),
    ("notification", "notification::enqueue_mails::received"),
    ("notification", "notification::enqueue_mails::committed"),
    ("notification", "notification::send::claimed"),
    ("notification", "notification::send::sent"),
    ("notification", "notification::send::finished"),
];

/// The death after which a reservation is nobody's, until it is swept.
pub const ORPHANING: Death = ("gateway", "gateway::change::reserved");

/// Deaths while such a reservation is swept.
pub const SWEEPING: &[Death] = &[
    ("licensing", "licensing::sweep::claimed"),
    ("licensing", "licensing::sweep::resolved"),
    ("licensing", "licensing::sweep::settled"),
    ("identity", "identity::resolve_reservations::received"),
    ("identity", "identity::resolve_reservations::committed"),
];

/// Deaths while a reservation is given up whose commit was refused.
pub const ABORTING: &[Death] = &[
    ("licensing", "licensing::abort_reservations::received"),
    ("licensing", "licensing::abort_reservations::committed"),
];

/// Service, block, key, value: what takes a minute in production takes seconds here; the rules are the same.
pub const HASTE: &[(&str, &str, &str, &str)] = &[
    ("licensing", "reservations", "ttl", "3s"),
    ("licensing", "sweep", "interval", "100ms"),
    ("licensing", "sweep", "lease", "2s"),
    ("licensing", "clients", "request_timeout", "1500ms"),
    ("identity", "admission", "margin", "1s"),
    ("identity", "relay", "lease", "1s"),
    ("identity", "relay", "poll_interval", "100ms"),
    ("identity", "relay", "backoff_max", "500ms"),
    ("identity", "imports", "lease", "1s"),
    ("identity", "imports", "poll", "100ms"),
    ("notification", "mail", "lease", "1s"),
    ("notification", "mail", "poll_interval", "100ms"),
];

/// Starts a service anew, to die where it is told, and no earlier than it is ready: what is still on its way from before may
/// come to the step first.
pub async fn arm(world: &mut World, (service, step): Death) {
    let member = world.cluster().member(service);
    let failpoints = format!("{step}=1*return");
    eventually(PATIENCE, async || {
        member.process().kill();
        let armed = member.start(&[("FAILPOINTS", &failpoints)]).await;
        if armed.is_err() {
            member.start(&[]).await.unwrap();
        }
        armed
    })
    .await;
}

/// Waits for the death and starts the service again.
pub async fn bury(world: &mut World, (service, step): Death) {
    let member = world.cluster().member(service);
    let exited = member.process().exited(PATIENCE).await;
    assert!(exited.is_ok(), "{service} never came to {step}");
    member.start(&[]).await.unwrap();
}

/// One request that meets deaths.
pub struct Ordeal {
    step: &'static str,
    owner: Owner,
    request: AddUsersRequest,
    acknowledged: Option<AddUsersResponse>,
}

impl Ordeal {
    /// A request that has not been sent yet. Nobody is called: what an earlier death left undone may come to the step first.
    pub fn new(owner: Owner, step: &'static str) -> Self {
        Self {
            step,
            owner,
            request: adding(&[&fresh("ada"), &fresh("alan")], &["training"]),
            acknowledged: None,
        }
    }

    /// Sends it once; maybe there is an answer.
    pub async fn send(&mut self) {
        self.acknowledged = self.owner.add(self.request.clone()).await.ok();
    }

    /// The recovery without help, when everything runs again, and then the caller's retry.
    pub async fn verify(self, world: &World) {
        let Self { step, owner, .. } = &self;
        check(world, owner, step).await;

        let answer = self.insist().await;

        if let Some(acknowledged) = &self.acknowledged {
            assert_eq!(acknowledged, &answer, "{step}: what was acknowledged has changed");
        }
        assert_eq!(self.insist().await, answer, "{step}");
        check(world, owner, step).await;
        let people = owner.people().await;
        for user in &self.request.users {
            let is_it = |email: &str| email == user.email;
            let mut found = people
                .iter()
                .filter(|person| person.user.as_ref().is_some_and(|found| is_it(&found.email)));
            assert_eq!(found.next().unwrap().products, ["training"], "{step}");
            assert!(found.next().is_none(), "{step}");
        }
    }

    /// Sends the request until it is answered; the same id makes that harmless.
    async fn insist(&self) -> AddUsersResponse {
        eventually(PATIENCE, async || {
            let answer = self.owner.add(self.request.clone()).await;
            answer.map_err(|status| format!("{}: {status:?}", self.step))
        })
        .await
    }
}

/// Everybody has their seat and their mail, and nobody else has.
pub async fn check(world: &World, owner: &Owner, step: &str) {
    let pools = settled(owner).await;
    let people = owner.people().await;
    let (_, others) = people.split_first().unwrap();
    let holders = |product: &str| {
        let holds = |products: &[String]| products.iter().any(|held| held == product);
        others.iter().filter(|person| holds(&person.products)).count()
    };
    assert_eq!(holders("training"), others.len(), "{step}: somebody lacks a seat");
    for pool in &pools {
        assert_eq!(
            usize::try_from(pool.assigned).unwrap(),
            holders(&pool.product),
            "{step}: a seat for {} is held by nobody",
            pool.product
        );
    }
    for person in others {
        let email = &person.user.as_ref().unwrap().email;
        let mails = eventually(PATIENCE, async || {
            let mails = world.mails(email);
            if mails.is_empty() {
                Err(format!("{step}: no mail to {email}"))
            } else {
                Ok(mails)
            }
        })
        .await;
        let ids: BTreeSet<_> = mails.iter().map(|mail| &mail.message_id).collect();
        assert_eq!(ids.len(), 1, "{step}: two different mails to {email}");
    }
}

/// Several who add the same person at once: all but one are refused at the commit, with seats in hand. Until `happened`.
pub async fn rivalry(owner: &Owner, mut happened: impl FnMut() -> bool) {
    eventually(PATIENCE, async || {
        let email = fresh("ada");
        let rivals = (0..8).map(|_| owner.add(adding(&[&email], &["training"])));
        futures::future::join_all(rivals).await;
        if happened() {
            Ok(())
        } else {
            Err("nobody was refused at the commit")
        }
    })
    .await;
}
