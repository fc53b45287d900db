//! A thousand random changes by many hands at once, in two accounts; then everything that must hold is looked at.

use std::collections::BTreeMap;
use std::sync::Mutex;

use futures::future::join_all;
use proto::admin::v1::people_service_client::PeopleServiceClient;
use proto::admin::v1::{BatchUpdateUsersRequest, ProductChange, UserChange};
use proto::identity::v1::billing_contact_service_client::BillingContactServiceClient;
use proto::identity::v1::invitation_service_client::InvitationServiceClient;
use proto::identity::v1::role_service_client::RoleServiceClient;
use proto::identity::v1::user_service_client::UserServiceClient;
use proto::identity::v1::{
    AcceptBillingContactRequest, AssignRolesRequest, DeleteUserRequest, ListRolesRequest, OfferBillingContactRequest,
    ReactivateUserRequest, RestoreUserRequest, RevokeInvitationRequest, Role, RoleAssignment, SuspendUserRequest,
};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use tonic::{Code, Status};
use types::RequestId;

use crate::support::{Owner, PASSWORD, World, adding, fresh, on_both, promises};

on_both! {
    whatever_many_do_at_once_the_promises_hold
}

const HANDS: u64 = 20;
const DEEDS: usize = 50;
/// How many found an account.
const FIRST: usize = 4;
const PRODUCTS: [&str; 2] = ["meeting", "training"];

async fn whatever_many_do_at_once_the_promises_hold(world: &World) {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let accounts = [Account::found(world).await, Account::found(world).await];
    let hands = (0..HANDS).map(|hand| {
        let (accounts, random) = (&accounts, StdRng::seed_from_u64(seed ^ hand));
        work(world, accounts, random)
    });
    join_all(hands).await;
    let done: usize = accounts.iter().map(Account::done).sum();
    println!("{done} changes were made");
    assert!(done > 100, "hardly anything was changed: {done}");
    for account in &accounts {
        let reader = account.super_admin(world).await;
        let changes = account.changes.lock().unwrap().clone();
        promises::hold(&reader, &changes).await;
    }
}

/// One hand's deeds, each by somebody at random on somebody at random.
async fn work(world: &World, accounts: &[Account], mut random: StdRng) {
    for _ in 0..DEEDS {
        let account = accounts.choose(&mut random).unwrap();
        let (actor, target) = (account.actor(&mut random), account.somebody(&mut random));
        if let Err(status) = account.deed(world, &actor.owner, target, &mut random).await {
            let fair = matches!(
                status.code(),
                Code::FailedPrecondition
                    | Code::PermissionDenied
                    | Code::Unauthenticated
                    | Code::NotFound
                    | Code::AlreadyExists
                    | Code::Aborted
                    | Code::ResourceExhausted
            );
            assert!(fair, "{status:?}");
            if status.code() == Code::Unauthenticated {
                account.log_in_anew(world, &actor).await;
            }
        }
    }
}

/// Somebody who was added.
#[derive(Clone)]
struct Somebody {
    email: String,
    user_id: String,
    invitation_id: String,
}

/// Somebody who has logged in.
#[derive(Clone)]
struct Actor {
    email: String,
    owner: Owner,
}

/// An account, those who act in it, and what they have changed.
struct Account {
    actors: Mutex<Vec<Actor>>,
    people: Mutex<Vec<Somebody>>,
    changes: Mutex<BTreeMap<String, usize>>,
}

impl Account {
    /// With an owner, two more super admins and an admin.
    async fn found(world: &World) -> Self {
        let owner = world.account().await;
        let email = owner.people().await.remove(0).user.unwrap().email;
        let first = Actor {
            email,
            owner: owner.clone(),
        };
        let account = Self {
            people: Mutex::new(vec![Somebody {
                email: first.email.clone(),
                user_id: owner.tokens.user_id.clone(),
                invitation_id: String::new(),
            }]),
            actors: Mutex::new(vec![first]),
            changes: Mutex::default(),
        };
        for role in [Role::SuperAdmin, Role::SuperAdmin, Role::Admin] {
            account.add(world, &owner, role, "training", true).await.unwrap();
        }
        account
    }

    async fn deed(&self, world: &World, actor: &Owner, target: Somebody, random: &mut StdRng) -> Result<(), Status> {
        let Somebody {
            user_id, invitation_id, ..
        } = target;
        let product = *PRODUCTS.choose(random).unwrap();
        match random.random_range(0..12) {
            0 | 1 => {
                let accepts = random.random_bool(0.3);
                self.add(world, actor, Role::Unspecified, product, accepts).await
            }
            2 => {
                let release_seats = random.random_bool(0.5);
                self.suspend(actor, user_id, release_seats).await
            }
            3 => self.reactivate(actor, user_id).await,
            4 => self.delete(actor, user_id).await,
            5 => self.restore(actor, user_id).await,
            6 | 7 => {
                let role = *[Role::Member, Role::Admin, Role::SuperAdmin].choose(random).unwrap();
                self.assign(actor, user_id, role).await
            }
            8 => {
                let adds = random.random_bool(0.6);
                self.give(actor, user_id, product, adds).await
            }
            9 => self.revoke(actor, invitation_id).await,
            10 => self.offer_post(actor, user_id).await,
            _ => self.accept_post(actor).await,
        }
    }

    async fn add(&self, world: &World, actor: &Owner, role: Role, product: &str, accepts: bool) -> Result<(), Status> {
        let email = fresh("ada");
        let mut message = adding(&[&email], &[product]);
        message.options.as_mut().unwrap().role = role.into();
        let result = actor.add(message).await?.results.remove(0);
        self.changed(&result.user_id);
        // A revocation takes the mail back, so nobody may revoke before a mail that is waited for has come.
        let mail = if accepts { Some(world.mail(&email).await) } else { None };
        self.people.lock().unwrap().push(Somebody {
            email: email.clone(),
            user_id: result.user_id,
            invitation_id: result.invitation_id.clone(),
        });
        if let Some(mail) = mail {
            // Somebody else may have revoked it by now.
            let owner = Owner::accept(world, &mail.token()).await?;
            self.changed(&result.invitation_id);
            self.actors.lock().unwrap().push(Actor { email, owner });
        }
        Ok(())
    }

    async fn suspend(&self, actor: &Owner, user_id: String, release_seats: bool) -> Result<(), Status> {
        let message = SuspendUserRequest {
            user_id: user_id.clone(),
            release_seats,
            ..SuspendUserRequest::default()
        };
        UserServiceClient::new(actor.channel.clone())
            .suspend_user(actor.request(message))
            .await?;
        self.changed(&user_id);
        Ok(())
    }

    async fn reactivate(&self, actor: &Owner, user_id: String) -> Result<(), Status> {
        let message = ReactivateUserRequest {
            user_id: user_id.clone(),
            ..ReactivateUserRequest::default()
        };
        UserServiceClient::new(actor.channel.clone())
            .reactivate_user(actor.request(message))
            .await?;
        self.changed(&user_id);
        Ok(())
    }

    async fn delete(&self, actor: &Owner, user_id: String) -> Result<(), Status> {
        let message = DeleteUserRequest {
            user_id: user_id.clone(),
            ..DeleteUserRequest::default()
        };
        UserServiceClient::new(actor.channel.clone())
            .delete_user(actor.request(message))
            .await?;
        self.changed(&user_id);
        Ok(())
    }

    async fn restore(&self, actor: &Owner, user_id: String) -> Result<(), Status> {
        let message = RestoreUserRequest {
            user_id: user_id.clone(),
            ..RestoreUserRequest::default()
        };
        UserServiceClient::new(actor.channel.clone())
            .restore_user(actor.request(message))
            .await?;
        self.changed(&user_id);
        Ok(())
    }

    async fn assign(&self, actor: &Owner, user_id: String, role: Role) -> Result<(), Status> {
        let message = AssignRolesRequest {
            assignments: vec![RoleAssignment {
                user_id,
                role: role.into(),
                ..RoleAssignment::default()
            }],
            ..AssignRolesRequest::default()
        };
        // Whoever has the role already is not changed by it, so that the log need not tell.
        RoleServiceClient::new(actor.channel.clone())
            .assign_roles(actor.request(message))
            .await?;
        Ok(())
    }

    async fn give(&self, actor: &Owner, user_id: String, product: &str, adds: bool) -> Result<(), Status> {
        let mut products = ProductChange::default();
        let list = if adds { &mut products.add } else { &mut products.remove };
        list.push(product.to_owned());
        let message = BatchUpdateUsersRequest {
            request_id: RequestId::new().to_string(),
            user_ids: vec![user_id],
            change: Some(UserChange {
                products: Some(products),
                ..UserChange::default()
            }),
            ..BatchUpdateUsersRequest::default()
        };
        PeopleServiceClient::new(actor.channel.clone())
            .batch_update_users(actor.request(message))
            .await?;
        Ok(())
    }

    async fn revoke(&self, actor: &Owner, invitation_id: String) -> Result<(), Status> {
        if invitation_id.is_empty() {
            return Ok(());
        }
        let message = RevokeInvitationRequest {
            invitation_id: invitation_id.clone(),
        };
        InvitationServiceClient::new(actor.channel.clone())
            .revoke_invitation(actor.request(message))
            .await?;
        self.changed(&invitation_id);
        Ok(())
    }

    async fn offer_post(&self, actor: &Owner, user_id: String) -> Result<(), Status> {
        let message = OfferBillingContactRequest { user_id };
        BillingContactServiceClient::new(actor.channel.clone())
            .offer_billing_contact(actor.request(message))
            .await?;
        Ok(())
    }

    async fn accept_post(&self, actor: &Owner) -> Result<(), Status> {
        BillingContactServiceClient::new(actor.channel.clone())
            .accept_billing_contact(actor.request(AcceptBillingContactRequest {}))
            .await?;
        Ok(())
    }

    /// Whose session has ended logs in again, when they still may.
    async fn log_in_anew(&self, world: &World, actor: &Actor) {
        if let Ok(owner) = Owner::log_in(world, &actor.email, PASSWORD).await {
            let mut actors = self.actors.lock().unwrap();
            let again = actors.iter_mut().find(|known| known.email == actor.email);
            again.unwrap().owner = owner;
        }
    }

    /// Mostly one of the first, who may do something.
    fn actor(&self, random: &mut StdRng) -> Actor {
        let actors = self.actors.lock().unwrap();
        let first = &actors[..FIRST];
        let among = if random.random_bool(0.8) { first } else { &actors };
        among.choose(random).unwrap().clone()
    }

    /// Mostly one who came later, so that those who act are not out at once.
    fn somebody(&self, random: &mut StdRng) -> Somebody {
        let people = self.people.lock().unwrap();
        let later = &people[FIRST..];
        let among = if later.is_empty() || random.random_bool(0.05) {
            &people
        } else {
            later
        };
        among.choose(random).unwrap().clone()
    }

    fn changed(&self, subject: &str) {
        *self.changes.lock().unwrap().entry(subject.to_owned()).or_default() += 1;
    }

    fn done(&self) -> usize {
        self.changes.lock().unwrap().values().sum()
    }

    /// Somebody who sees roles: by a session that is left, or by logging in anew.
    async fn super_admin(&self, world: &World) -> Owner {
        let actors = self.actors.lock().unwrap().clone();
        for Actor { owner, .. } in actors {
            if sees_roles(&owner).await {
                return owner;
            }
        }
        let people = self.people.lock().unwrap().clone();
        for somebody in people {
            if let Ok(actor) = Owner::log_in(world, &somebody.email, PASSWORD).await
                && sees_roles(&actor).await
            {
                return actor;
            }
        }
        panic!("nobody is left who may assign roles");
    }
}

async fn sees_roles(actor: &Owner) -> bool {
    let mut roles = RoleServiceClient::new(actor.channel.clone());
    roles
        .list_roles(actor.request(ListRolesRequest::default()))
        .await
        .is_ok()
}
