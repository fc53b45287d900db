//! The services work with the rights that `deploy/sql` gives them, and have no others.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};

use serde_json::json;
use testkit::{Process, eventually, free_port};
use tokio::net::TcpStream;

use crate::support::{Installation, OWNERS, Owner, PATIENCE, SERVICES};

/// The five processes on this machine, with the files of `deploy/` and addresses of their own.
struct Processes {
    addresses: BTreeMap<&'static str, SocketAddr>,
    _processes: [Process; 5],
}

impl Processes {
    async fn start(installation: &Installation) -> Self {
        let address = |service| (service, SocketAddr::from((Ipv4Addr::LOCALHOST, free_port().unwrap())));
        let addresses: BTreeMap<_, _> = SERVICES.into_iter().map(address).collect();
        let processes = SERVICES.map(|service| {
            let log = installation.folder.path().join(service).with_extension("log");
            Process::start(service, &mut installation.serve(service, &addresses), &log).unwrap()
        });
        for address in addresses.values() {
            eventually(PATIENCE, async || {
                TcpStream::connect(address).await.map_err(|error| error.to_string())
            })
            .await;
        }
        Self {
            addresses,
            _processes: processes,
        }
    }

    fn address(&self, service: &str) -> String {
        self.addresses[service].to_string()
    }
}

#[tokio::test]
async fn the_services_do_their_work_with_the_rights_they_are_given() {
    let installation = Installation::prepare(async |address| address.to_owned()).await;
    let processes = Processes::start(&installation).await;
    let owner = Owner::create(
        &installation.keys,
        &processes.address("identity"),
        &processes.address("gateway"),
    )
    .await;
    let user = owner.add_user("ada@example.com").await;
    // Everything that was told has been delivered, and what was delivered is forgotten.
    eventually(PATIENCE, async || {
        let mut left = String::new();
        for service in OWNERS {
            let url = installation.database(service, service);
            left += &installation
                .postgres
                .sql(&url, "SELECT topic, last_error FROM outbox")
                .await
                .unwrap();
        }
        if left.is_empty() { Ok(()) } else { Err(left) }
    })
    .await;
    let answer = owner
        .call("usher.notification.v1.DeliveryService/ListDeliveries", &json!({}))
        .await;
    assert_eq!(answer.json()["deliveries"][0]["to"], "ada@example.com");

    // And they remove what is theirs to remove.
    let group = owner
        .call(
            "usher.identity.v1.GroupService/CreateGroup",
            &json!({ "name": "Engines" }),
        )
        .await;
    let group = json!({ "group_id": group.json()["group"]["id"] });
    assert_eq!(
        owner
            .call("usher.identity.v1.GroupService/DeleteGroup", &group)
            .await
            .code(),
        0
    );
    let change = json!({ "user_ids": [user], "change": { "delete": {} } });
    let deleted = owner
        .call("usher.admin.v1.PeopleService/BatchUpdateUsers", &change)
        .await;
    assert_eq!(deleted.json()["results"][0]["outcome"], "OUTCOME_UPDATED");
}

/// Each with what PostgreSQL refuses to the service.
const REFUSED: [(&str, &str); 13] = [
    ("identity", "UPDATE audit_events SET outcome = outcome"),
    ("identity", "DELETE FROM audit_events"),
    ("identity", "TRUNCATE audit_events"),
    ("identity", "DELETE FROM accounts"),
    ("identity", "UPDATE outbox SET payload = ''"),
    ("identity", "ALTER TABLE audit_events DISABLE TRIGGER ALL"),
    ("identity", "CREATE TABLE more (id bigint)"),
    ("identity", "DELETE FROM seaql_migrations"),
    ("licensing", "DELETE FROM seat_pools"),
    ("licensing", "UPDATE outbox SET topic = ''"),
    ("billing", "DELETE FROM invoices"),
    ("billing", "UPDATE payment_events SET invoice_id = ''"),
    ("notification", "UPDATE outbox SET payload = ''"),
];

#[tokio::test]
async fn no_service_rewrites_what_it_keeps() {
    let installation = Installation::prepare(async |address| address.to_owned()).await;
    let run = async |service: &str, role: &str, sql: &str| {
        let url = installation.database(service, role);
        installation
            .postgres
            .sql(&url, sql)
            .await
            .map_err(|error| error.to_string())
    };
    for (service, sql) in REFUSED {
        let refused = run(service, service, sql).await.unwrap_err();
        let right = ["permission denied", "must be owner"]
            .iter()
            .any(|reason| refused.contains(reason));
        assert!(right, "{service}: {sql}: {refused}");
    }
    // The same are statements that mean something, for whoever owns the schema.
    for (service, sql) in REFUSED.into_iter().filter(|(_, sql)| !sql.contains("audit_events")) {
        let sql = format!("BEGIN; {sql}; ROLLBACK");
        run(service, &format!("{service}_migrator"), &sql).await.unwrap();
    }
    for service in OWNERS {
        let other = OWNERS.into_iter().find(|other| *other != service).unwrap();
        let refused = run(other, service, "SELECT 1").await.unwrap_err();
        assert!(refused.contains("permission denied for database"), "{refused}");
    }
}
