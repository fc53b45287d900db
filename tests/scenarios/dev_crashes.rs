//! `usher dev`, all of it one process, is killed at every step of adding users and goes on with its folder.

use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use proto::admin::v1::ImportOptions;
use testkit::{Process, eventually, free_port, usher_program};
use usher::DevFile;

use crate::big_import::{self, DEATHS, done};
use crate::support::crowd::crowd;
use crate::support::deaths::{ABORTING, HASTE, ORPHANING, Ordeal, PLAIN, SWEEPING, check, rivalry};
use crate::support::imports::{ended, import};
use crate::support::{Owner, PATIENCE, World, settled};

const SIGKILL: i32 = 9;
/// These are passed once at every start, when the demo people are added, or found added.
const PASSED_AT_START: [&str; 2] = ["gateway::change::prepared", "identity::prepare_add_users::received"];
/// What an earlier death left undone may come to the step before our request does: how often it may.
const ARMING: usize = 5;

/// One data folder at one address, and the process that has it now.
struct Resident {
    folder: tempfile::TempDir,
    listen: SocketAddr,
    world: World,
    process: Process,
}

impl Resident {
    /// A first start, which makes the demo account.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listen = SocketAddr::from(([127, 0, 0, 1], free_port().unwrap()));
        let world = World::elsewhere(listen.to_string(), data(folder.path()).join("mail"));
        let process = launch(folder.path(), listen, None);
        let mut resident = Self {
            folder,
            listen,
            world,
            process,
        };
        resident.ready().await.expect("nothing tells it to die");
        // The first invoice's mail: one that is still on its way would pass the steps of others at every start.
        resident.world.mail("owner@example.com").await;
        resident
    }

    /// Waits until it can be used, by its owner; none when it has died before that.
    async fn ready(&mut self) -> Option<Owner> {
        let file = data(self.folder.path()).join("dev.json");
        eventually(PATIENCE, async || {
            match std::fs::read_to_string(&file) {
                Ok(text) => {
                    let file: DevFile = serde_json::from_str(&text).unwrap();
                    return Ok(Some(Owner::with_token(&self.world, &file.access_token)));
                }
                Err(_) if self.process.is_running() => {}
                Err(_) => return Ok(None),
            }
            Err(self.process.output())
        })
        .await
    }

    /// Ends what runs, and starts it anew.
    fn restart(&mut self, failpoints: Option<&str>) {
        self.process.kill();
        self.process = launch(self.folder.path(), self.listen, failpoints);
    }

    /// Starts it anew, to die where it is told, and no earlier than it is ready.
    async fn arm(&mut self, step: &str) -> Owner {
        let times = if PASSED_AT_START.contains(&step) { "1*off->" } else { "" };
        for _ in 0..ARMING {
            self.restart(Some(&format!("{step}={times}1*return")));
            if let Some(owner) = self.ready().await {
                return owner;
            }
            self.died(step).await;
            self.restart(None);
            let owner = self.ready().await.expect("nothing tells it to die");
            check(&self.world, &owner, step).await;
        }
        panic!("{step} is passed by every start\n{}", self.process.output());
    }

    /// Waits for the death.
    async fn died(&mut self, step: &str) {
        let exited = self.process.exited(PATIENCE).await;
        let status = exited.unwrap_or_else(|error| panic!("{step} was not passed: {error:#}"));
        assert_eq!(status.signal(), Some(SIGKILL), "{step}: {}", self.process.output());
    }

    /// Waits for the death and starts it again.
    async fn bury(&mut self, step: &str) {
        self.died(step).await;
        self.restart(None);
        assert!(self.ready().await.is_some(), "{step}: {}", self.process.output());
    }

    /// The whole story of one request: its death, recovery without help, then the caller's retry.
    async fn survive(&mut self, step: &'static str) {
        let owner = self.arm(step).await;
        let mut ordeal = Ordeal::new(owner, step);
        ordeal.send().await;
        self.bury(step).await;
        ordeal.verify(&self.world).await;
    }
}

fn data(folder: &Path) -> PathBuf {
    folder.join("data")
}

fn launch(folder: &Path, listen: SocketAddr, failpoints: Option<&str>) -> Process {
    // One that was killed leaves its file behind.
    let _absent = std::fs::remove_file(data(folder).join("dev.json"));
    let mut command = Command::new(usher_program());
    command
        .args(["dev", "--quiet", "--log", "warn", "--listen", &listen.to_string()])
        .arg("--data-dir")
        .arg(data(folder))
        .envs(failpoints.map(|failpoints| ("FAILPOINTS", failpoints)));
    for (service, block, key, value) in HASTE {
        let variable = format!("USHER_{service}__{block}__{key}").to_uppercase();
        command.env(variable, value);
    }
    Process::start("usher dev", &mut command, &folder.join("log")).unwrap()
}

/// Dies at the steps of these services, one after the other, in one folder.
async fn survive_all(services: [&str; 2]) {
    let mut resident = Resident::new().await;
    for (_, step) in PLAIN.iter().filter(|death| services.contains(&death.0)) {
        resident.survive(step).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_at_any_step_of_gateway_and_identity_loses_and_doubles_nothing() {
    survive_all(["gateway", "identity"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_at_any_step_of_licensing_and_notification_loses_and_doubles_nothing() {
    survive_all(["licensing", "notification"]).await;
}

#[test]
fn every_step_belongs_to_one_of_these_services() {
    let known = ["gateway", "identity", "licensing", "notification"];
    assert!(PLAIN.iter().all(|(service, _)| known.contains(service)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_death_while_sweeping_leaves_no_seat_behind() {
    let mut resident = Resident::new().await;
    for (_, step) in SWEEPING {
        let owner = resident.arm(ORPHANING.1).await;
        let mut ordeal = Ordeal::new(owner, step);
        ordeal.send().await;
        resident.died(ORPHANING.1).await;
        resident.restart(Some(&format!("{step}=1*return")));
        resident.bury(step).await;
        ordeal.verify(&resident.world).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_death_while_giving_up_a_reservation_leaves_no_seat_behind() {
    let mut resident = Resident::new().await;
    for (_, step) in ABORTING {
        let owner = resident.arm(step).await;
        rivalry(&owner, || !resident.process.is_running()).await;
        resident.bury(step).await;
        check(&resident.world, &owner, step).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_is_there_once_though_everything_dies_three_times() {
    let mut resident = Resident::new().await;
    resident.restart(None);
    let mut owner = resident.ready().await.expect("nothing tells it to die");
    let pools = settled(&owner).await;
    let training = pools.iter().find(|pool| pool.product == "training").unwrap();
    let seats = usize::try_from(training.assigned).unwrap();
    let size = big_import::size();
    let (emails, file) = crowd(size);
    let begun = import(&owner, ImportOptions::default(), &file).await.unwrap();
    for share in DEATHS {
        done(&owner, &begun.id, size / 100 * share).await;
        resident.restart(None);
        owner = resident.ready().await.expect("nothing tells it to die");
    }
    let import = ended(&owner, &begun.id).await;
    let owner = resident.ready().await.expect("nothing tells it to die");
    big_import::check(&resident.world, &owner, &emails, &import, seats).await;
}
