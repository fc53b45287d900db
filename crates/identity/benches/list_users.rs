//! What the last page of a long list costs, compared with the first: `cargo xtask bench list-users`.
//!
//! An account of 200,000 users, on both databases, read in pages of 50 through the real ListUsers. Fails when the median of
//! the last page is more than one and a half times that of the first in the same run.
#![expect(clippy::print_stdout, reason = "figures are what a bench is for")]
#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use chassis::{
    Actor, CallerConfig, Channel, ClientConfig, Listener, Memory, Peer, Person, SharedConfig, Shutdown, Signer,
};
use identity::{Config, Migrator};
use proto::identity::internal::v1::CreateAccountRequest;
use proto::identity::internal::v1::account_service_client::AccountServiceClient;
use proto::identity::v1::user_service_client::UserServiceClient;
use proto::identity::v1::{ListUsersRequest, ListUsersResponse, UserFilter, UserOrder};
use sea_orm::{ConnectionTrait, DbBackend};
use serde_json::json;
use storage::{Database, DatabaseConfig};
use testkit::Postgres;
use types::{Clock, Permissions, RequestId, Role, SessionId};

/// With the founder, a whole number of pages.
const ADDED: u32 = 199_999;
const PAGE: i32 = 50;
const LARGEST_PAGE: i32 = 500;
const REPETITIONS: usize = 41;
const WARM_UP: usize = 5;
const MOST: f64 = 1.5;
const SECRET: &str = "a secret that only this bench needs";
/// An Ed25519 seed in base64.
const ACCESS_KEY: &str = "c2VlZHNlZWRzZWVkc2VlZHNlZWRzZWVkc2VlZHNlZWQ=";

#[tokio::main]
async fn main() {
    let mut worst = 0_f64;
    let folder = tempfile::tempdir().unwrap();
    let sqlite = format!("sqlite://{}", folder.path().join("identity.db").display());
    migrate(sqlite.clone()).await.unwrap();
    worst = worst.max(measure("SQLite", &sqlite).await);
    let server = Postgres::shared().await;
    let postgres = server.migrated("identity", migrate).await;
    worst = worst.max(measure("PostgreSQL", &postgres).await);
    assert!(
        worst <= MOST,
        "a last page costs {worst:.2} times a first one; {MOST} is the most"
    );
}

/// Prints the figures of every list; answers the worst ratio.
async fn measure(name: &str, url: &str) -> f64 {
    let bench = Bench::start(url).await;
    let order = |order: UserOrder| ListUsersRequest {
        order_by: order.into(),
        ..ListUsersRequest::default()
    };
    let text = |text: &str, query: ListUsersRequest| ListUsersRequest {
        filter: Some(UserFilter {
            text: text.into(),
            ..UserFilter::default()
        }),
        ..query
    };
    let lists = [
        ("by age", order(UserOrder::CreateTime)),
        ("by name", order(UserOrder::Name)),
        ("by address", order(UserOrder::Email)),
        ("by age, 22,200 found", text("given1", order(UserOrder::CreateTime))),
        ("by age, 4,440 found", text("family12", order(UserOrder::CreateTime))),
        ("by name, 4,440 found", text("family12", order(UserOrder::Name))),
        ("by address, 40 found", text("family12 given", order(UserOrder::Email))),
    ];
    println!("{name}: {} users, {REPETITIONS} repetitions", ADDED + 1);
    let mut worst = 0_f64;
    for (list, query) in lists {
        let (last, pages) = bench.last_page(&query).await;
        let first = ListUsersRequest {
            page_size: PAGE,
            ..query
        };
        let (mut of_first, mut of_last) = (vec![], vec![]);
        for repetition in 0..WARM_UP + REPETITIONS {
            let (one, other) = (bench.time(&first).await, bench.time(&last).await);
            if repetition >= WARM_UP {
                of_first.push(one);
                of_last.push(other);
            }
        }
        let (one, other) = (median(of_first), median(of_last));
        let ratio = other.as_secs_f64() / one.as_secs_f64();
        println!("  {list:34} {pages:5} pages   first {one:9.2?}   last {other:9.2?}   ratio {ratio:.2}");
        worst = worst.max(ratio);
    }
    bench.stop().await;
    worst
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// A running identity with one large account.
struct Bench {
    channel: Channel,
    signer: Signer,
    owner: Person,
    shutdown: Shutdown,
    service: tokio::task::JoinHandle<Result<(), identity::ServeError>>,
}

impl Bench {
    async fn start(url: &str) -> Self {
        let callers = CallerConfig::circle([
            "gateway",
            "identity",
            "licensing",
            "billing",
            "notification",
            "operator",
        ]);
        let listener = Listener::bind("127.0.0.1:0").await.unwrap();
        let channel = channel(&format!("http://{}", listener.local_addr().unwrap()));
        let shutdown = Shutdown::new();
        let service = tokio::spawn(identity::serve(config(url, &callers), listener, shutdown.clone()));
        let owner = create_account(&channel, &callers).await;
        fill(url, &owner).await;
        Self {
            channel,
            signer: Signer::new("gateway", &callers["gateway"], Clock::system()).unwrap(),
            owner,
            shutdown,
            service,
        }
    }

    async fn list(&self, message: &ListUsersRequest) -> ListUsersResponse {
        let actor = Actor::Person(self.owner);
        let request = self.signer.request(message.clone(), &actor, "identity").unwrap();
        let answer = UserServiceClient::new(self.channel.clone()).list_users(request).await;
        answer.unwrap().into_inner()
    }

    async fn time(&self, message: &ListUsersRequest) -> Duration {
        let start = Instant::now();
        let page = self.list(message).await;
        let time = start.elapsed();
        assert!(!page.users.is_empty());
        time
    }

    /// The request for a list's last full page (or its only one), and how many pages there are up to it; found by reading
    /// the whole list.
    async fn last_page(&self, query: &ListUsersRequest) -> (ListUsersRequest, usize) {
        let page = |page_size: i32, page_token: &str| ListUsersRequest {
            page_size,
            page_token: page_token.to_owned(),
            ..query.clone()
        };
        let mut beginnings = vec![String::new()];
        while let Some(beginning) = beginnings.last() {
            let next = self.list(&page(LARGEST_PAGE, beginning)).await.next_page_token;
            if next.is_empty() {
                break;
            }
            beginnings.push(next);
        }
        // The last one may be too short for a full small page.
        let before = beginnings.len().saturating_sub(2);
        let mut pages = before * rows(LARGEST_PAGE) / rows(PAGE);
        let mut token = beginnings.swap_remove(before);
        let mut last = page(PAGE, &token);
        loop {
            let read = self.list(&page(PAGE, &token)).await;
            if read.users.len() == rows(PAGE) {
                pages += 1;
                last = page(PAGE, &token);
            }
            token = read.next_page_token;
            if token.is_empty() {
                return (last, pages.max(1));
            }
        }
    }

    async fn stop(self) {
        self.shutdown.cancel();
        self.service.await.unwrap().unwrap();
    }
}

fn rows(page_size: i32) -> usize {
    usize::try_from(page_size).unwrap()
}

async fn create_account(channel: &Channel, callers: &BTreeMap<String, CallerConfig>) -> Person {
    let operator = Signer::new("operator", &callers["operator"], Clock::system()).unwrap();
    let message = CreateAccountRequest {
        request_id: RequestId::new().to_string(),
        name: "Analytical Engines".into(),
        plan: "team-monthly".into(),
        given_name: "Charles".into(),
        family_name: "Babbage".into(),
        email: "charles@example.com".into(),
        password: "correct-horse-battery".into(),
        ..CreateAccountRequest::default()
    };
    let request = operator.request(message, &Actor::Service, "identity").unwrap();
    let created = AccountServiceClient::new(channel.clone()).create_account(request).await;
    let created = created.unwrap().into_inner();
    Person {
        account: created.account_id.parse().unwrap(),
        user: created.user_id.parse().unwrap(),
        role: Role::SuperAdmin,
        billing_contact: true,
        permissions: Permissions::of(Role::SuperAdmin, true),
        session: SessionId::new(),
    }
}

/// Puts users and the invitations by which they joined into the tables; names are spread over the ages.
async fn fill(url: &str, owner: &Person) {
    let config = DatabaseConfig {
        statement_timeout: Duration::from_secs(600),
        ..DatabaseConfig::new(url)
    };
    let database = Database::connect(&config).await.unwrap();
    let (numbers, hex) = if database.backend() == DbBackend::Postgres {
        (
            format!("generate_series(1, {ADDED}) AS r(n)"),
            "lpad(to_hex(n), 32, '0')",
        )
    } else {
        let numbers = format!(
            "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {ADDED}) SELECT n FROM c)"
        );
        (numbers, "printf('%032x', n)")
    };
    let account = owner.account;
    let users = format!(
        "INSERT INTO users (id, account_id, email, address, given_name, family_name, given_key, sort_key, role, state,
            language, time_zone, settings, products, seat_version, revision, create_time, update_time)
        SELECT 'usr_' || {hex}, '{account}', 'u' || n || '@example.com', 'u' || n || '@example.com',
            'Given' || (n * 7 % 1000), 'Family' || (n * 11 % 5000), 'given' || (n * 7 % 1000),
            'family' || (n * 11 % 5000) || ' given' || (n * 7 % 1000), 'MEMBER', 'ACTIVE', 'en', 'UTC', '{{}}',
            '[\"training\"]', 1, 1, n, n
        FROM {numbers}"
    );
    let invitations = format!(
        "INSERT INTO invitations (id, account_id, user_id, kind, state, email, address, role, language, time_zone,
            products, generation, token_hash, inviter_id, create_time, expire_time)
        SELECT 'inv_' || substr(id, 5), account_id, id, 'JOIN', 'ACCEPTED', email, address, role, language, time_zone,
            products, 1, id, '{}', create_time, create_time
        FROM users WHERE account_id = '{account}' AND role = 'MEMBER'",
        owner.user
    );
    for statement in [users, invitations] {
        database.writer().execute_unprepared(&statement).await.unwrap();
    }
    if database.backend() == DbBackend::Postgres {
        // As autovacuum does before long.
        database
            .writer()
            .execute_unprepared("ANALYZE users, invitations")
            .await
            .unwrap();
    }
    database.close().await;
}

async fn migrate(url: String) -> Result<(), storage::StorageError> {
    let database = Database::connect(&DatabaseConfig::new(url)).await?;
    database.migrate::<Migrator>().await?;
    database.close().await;
    Ok(())
}

fn channel(address: &str) -> Channel {
    let config = ClientConfig {
        request_timeout: Duration::from_secs(60),
        ..ClientConfig::default()
    };
    Peer::Tcp(address.to_owned()).channel("identity", &config).unwrap()
}

fn config(url: &str, callers: &BTreeMap<String, CallerConfig>) -> Config {
    let caller = &callers["identity"];
    // Nobody listens there: listing asks no peer.
    let nobody = "http://127.0.0.1:1";
    let mut config: Config = serde_json::from_value(json!({
        "listen": "127.0.0.1:0",
        "database": { "url": url },
        "callers": { "key": caller.key.expose(), "trusted": caller.trusted },
        "shared": { "redis_url": "redis://127.0.0.1:1" },
        "licensing": nobody,
        "billing": nobody,
        "notification": nobody,
        "sessions": { "access_key": ACCESS_KEY },
        "links": { "base": "https://usher.example", "key": SECRET },
        "admission": { "grant_key": SECRET },
    }))
    .unwrap();
    config.shared = SharedConfig::memory(Memory::default());
    config
}
