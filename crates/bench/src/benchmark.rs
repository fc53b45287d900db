//! The list of benchmarks.

use anyhow::Result;
use clap::ValueEnum;

use crate::benchmarks::{
    accept, add_user, add_users_batch, check_access, embedded, idle, import, import_memory, list_deep, list_people,
    mail, overload, telemetry,
};
use crate::plan::Plan;
use crate::report::Line;
use crate::site::Site;

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Benchmark {
    /// CheckAccess through the gateway, against a bare proxy in front of a bare echo
    CheckAccess,
    /// AddUsers of one user in many accounts, against the same writes statement by statement
    AddUser,
    /// The same in one account, against the same writes on one pool of seats
    AddUserHot,
    /// AddUsers of 500 users without e-mails, against COPY into the same tables
    AddUsersBatch,
    /// ImportUsers of 100,000 users in one file, against COPY into the same tables
    Import,
    /// The peak memory of gateway and identity while 100,000 users are imported, against 1,000
    ImportMemory,
    /// AcceptInvitation, against the same writes statement by statement
    Accept,
    /// A late page of ListPeople, against the first
    ListDeep,
    /// ListPeople, against ListUsers, which asks one service only
    ListPeople,
    /// Mails from the order to a local mail server, against a bare loop of the library that sends them
    Mail,
    /// AddUsers of one user in one process on SQLite, against the same writes statement by statement
    Embedded,
    /// AddUsers of one user while ten times as many come as can be answered, against as many as can
    Overload,
    /// CheckAccess with metrics, and one in twenty traces, against the same without
    Telemetry,
    /// What `usher dev` takes before anybody calls it
    Idle,
}

impl Benchmark {
    /// Whether it is about the five processes that all of them share.
    pub const fn needs_site(self) -> bool {
        !matches!(
            self,
            Self::ImportMemory | Self::Mail | Self::Embedded | Self::Overload | Self::Idle
        )
    }

    /// Measures it; `site` is there if [`Self::needs_site`].
    pub async fn run(self, plan: &Plan, site: Option<&Site>) -> Result<Vec<Line>> {
        match (self, site) {
            (Self::CheckAccess, Some(site)) => check_access::run(plan, site).await,
            (Self::AddUser, Some(site)) => add_user::many_accounts(plan, site).await,
            (Self::AddUserHot, Some(site)) => add_user::one_account(plan, site).await,
            (Self::AddUsersBatch, Some(site)) => add_users_batch::run(plan, site).await,
            (Self::Import, Some(site)) => import::run(plan, site).await,
            (Self::Accept, Some(site)) => accept::run(plan, site).await,
            (Self::ListDeep, Some(site)) => list_deep::run(plan, site).await,
            (Self::ListPeople, Some(site)) => list_people::run(plan, site).await,
            (Self::Telemetry, Some(site)) => telemetry::run(plan, site).await,
            (Self::ImportMemory, _) => import_memory::run(plan).await,
            (Self::Mail, _) => mail::run(plan).await,
            (Self::Embedded, _) => embedded::run(plan).await,
            (Self::Overload, _) => overload::run(plan).await,
            (Self::Idle, _) => idle::run(plan).await,
            (_, None) => anyhow::bail!("{self:?} needs a running site"),
        }
    }
}
