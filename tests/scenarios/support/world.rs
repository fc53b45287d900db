//! A running Usher, in one of its two settings.

use std::path::PathBuf;
use std::time::Duration;

use proto::identity::internal::v1::account_service_client::AccountServiceClient;
use proto::identity::internal::v1::{CreateAccountRequest, CreateAccountResponse};
use proto::licensing::v1::SeatPool;
use testkit::{Cluster, eventually};
use types::RequestId;
use usher::{Dev, DevOptions};

use super::mail::{self, Mail};
use super::owner::Owner;

/// Longer than anything takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);
pub const PASSWORD: &str = "correct horse battery";

/// A running Usher.
pub struct World {
    address: String,
    mail_folder: PathBuf,
    setting: Setting,
}

enum Setting {
    Embedded { dev: Box<Dev>, _folder: tempfile::TempDir },
    FiveProcesses(Box<Cluster>),
    Elsewhere,
}

impl World {
    /// All of it in this process, on SQLite and without Redis.
    pub async fn embedded() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = DevOptions {
            listen: "127.0.0.1:0".parse().unwrap(),
            data_dir: folder.path().join("data"),
        };
        let dev = Dev::start(&options).await.unwrap();
        let (address, mail_folder) = (dev.file().address.clone(), dev.file().mail_dir.clone());
        Self {
            address,
            mail_folder,
            setting: Setting::Embedded {
                dev: Box::new(dev),
                _folder: folder,
            },
        }
    }

    /// Five processes with PostgreSQL and Redis.
    pub async fn five_processes() -> Self {
        Self::of(Cluster::start().await.unwrap())
    }

    /// The world of a cluster.
    pub fn of(cluster: Cluster) -> Self {
        let (address, mail_folder) = (cluster.address(), cluster.mail_folder());
        Self {
            address,
            mail_folder,
            setting: Setting::FiveProcesses(Box::new(cluster)),
        }
    }

    /// A world that the story starts and ends itself.
    pub fn elsewhere(address: String, mail_folder: PathBuf) -> Self {
        Self {
            address,
            mail_folder,
            setting: Setting::Elsewhere,
        }
    }

    /// Where the gateway listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The five processes, when it is five.
    pub fn cluster(&mut self) -> &mut Cluster {
        match &mut self.setting {
            Setting::FiveProcesses(cluster) => cluster,
            Setting::Embedded { .. } | Setting::Elsewhere => panic!("this world is one process"),
        }
    }

    /// A new account with the seats of a team, and its owner, logged in.
    pub async fn account(&self) -> Owner {
        self.account_on("team-monthly").await
    }

    /// A new account with the seats of a plan.
    pub async fn account_on(&self, plan: &str) -> Owner {
        let email = format!("owner-{}@example.com", RequestId::new());
        let message = CreateAccountRequest {
            request_id: RequestId::new().to_string(),
            name: "Analytical Engines".into(),
            plan: plan.into(),
            given_name: "Olivia".into(),
            family_name: "Owner".into(),
            email: email.clone(),
            password: PASSWORD.into(),
            ..CreateAccountRequest::default()
        };
        self.create(message).await;
        let owner = Owner::log_in(self, &email, PASSWORD).await.unwrap();
        // The seats come by the outbox, through billing to licensing.
        eventually(PATIENCE, async || {
            let pools = owner.pools().await;
            if pools.is_empty() {
                Err("no seats yet".to_owned())
            } else {
                Ok(())
            }
        })
        .await;
        owner
    }

    async fn create(&self, message: CreateAccountRequest) -> CreateAccountResponse {
        match &self.setting {
            Setting::Embedded { dev, .. } => dev.create_account(message).await.unwrap(),
            Setting::Elsewhere => panic!("nobody here is the operator"),
            Setting::FiveProcesses(cluster) => {
                let signer = cluster.operator().unwrap();
                let request = signer.request(message, &chassis::Actor::Service, "identity").unwrap();
                let identity = cluster.peer("identity");
                let channel = identity.channel("identity", &cluster.clients("operator")).unwrap();
                AccountServiceClient::new(channel)
                    .create_account(request)
                    .await
                    .unwrap()
                    .into_inner()
            }
        }
    }

    /// The mails that have arrived at an address, by now.
    pub fn mails(&self, to: &str) -> Vec<Mail> {
        mail::read(&self.mail_folder, to)
    }

    /// All mails that have arrived, by now.
    pub fn all_mails(&self) -> Vec<Mail> {
        mail::read(&self.mail_folder, "")
    }

    /// The one mail that arrives at an address.
    pub async fn mail(&self, to: &str) -> Mail {
        eventually(PATIENCE, async || {
            let mut mails = self.mails(to);
            match mails.len() {
                1 => Ok(mails.remove(0)),
                count => Err(format!("{count} mails to {to}")),
            }
        })
        .await
    }
}

/// Waits until nothing is reserved any more, and answers the pools.
pub async fn settled(owner: &Owner) -> Vec<SeatPool> {
    eventually(PATIENCE, async || {
        let pools = owner.pools().await;
        let reserved: i64 = pools.iter().map(|pool| pool.reserved).sum();
        if reserved == 0 {
            Ok(pools)
        } else {
            Err(format!("{reserved} seats are still reserved"))
        }
    })
    .await
}
