//! Subscriptions are paid for period by period: accounts, intents, remembered requests, invoices and payment events.

use sea_orm_migration::prelude::*;

/// Adds what is sold and until when to `subscriptions`, and the tables around it.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// Days were not counted before: zones and currencies are what they were for all.
const UP: &str = "
ALTER TABLE subscriptions ADD COLUMN plan_version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE subscriptions ADD COLUMN scheduled TEXT;
ALTER TABLE subscriptions ADD COLUMN period TEXT;
ALTER TABLE subscriptions ADD COLUMN next_time BIGINT;
UPDATE subscriptions SET state = 'CLOSED' WHERE state = 'ENDED' AND plan = '';
UPDATE subscriptions SET next_time = create_time WHERE state = 'ACTIVE' AND end_time IS NULL;
UPDATE subscriptions SET state = 'TRIALING', next_time = end_time WHERE state = 'ACTIVE' AND end_time IS NOT NULL;
DROP INDEX subscriptions_end_time_idx;
CREATE INDEX subscriptions_next_time_idx ON subscriptions (next_time) WHERE next_time IS NOT NULL;

CREATE TABLE accounts (
    account_id TEXT CONSTRAINT accounts_pkey PRIMARY KEY,
    time_zone TEXT NOT NULL,
    currency TEXT NOT NULL,
    balance BIGINT NOT NULL CONSTRAINT accounts_balance_check CHECK (balance >= 0),
    last_invoice BIGINT NOT NULL,
    test_time BIGINT,
    information TEXT NOT NULL,
    revision BIGINT NOT NULL
);
INSERT INTO accounts (account_id, time_zone, currency, balance, last_invoice, information, revision)
SELECT account_id, 'UTC', 'EUR', 0, 0, '{}', 1 FROM subscriptions;

CREATE TABLE intents (
    account_id TEXT CONSTRAINT intents_pkey PRIMARY KEY,
    version BIGINT NOT NULL,
    change TEXT NOT NULL,
    next_attempt_time BIGINT NOT NULL
);

CREATE TABLE requests (
    account_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    answer TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    CONSTRAINT requests_pkey PRIMARY KEY (account_id, request_id)
);
CREATE INDEX requests_create_time_idx ON requests (create_time);

CREATE TABLE invoices (
    id TEXT CONSTRAINT invoices_pkey PRIMARY KEY,
    account_id TEXT NOT NULL,
    number BIGINT,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    document TEXT NOT NULL,
    corrects TEXT,
    create_time BIGINT NOT NULL,
    issue_time BIGINT,
    due_time BIGINT,
    pay_time BIGINT,
    attempts BIGINT NOT NULL,
    next_time BIGINT,
    CONSTRAINT invoices_account_id_number_key UNIQUE (account_id, number)
);
CREATE INDEX invoices_next_time_idx ON invoices (next_time) WHERE next_time IS NOT NULL;

CREATE TABLE payment_events (
    event_id TEXT CONSTRAINT payment_events_pkey PRIMARY KEY,
    invoice_id TEXT NOT NULL,
    create_time BIGINT NOT NULL
);
";

const DOWN: &str = "
DROP TABLE payment_events;
DROP TABLE invoices;
DROP TABLE requests;
DROP TABLE intents;
DROP TABLE accounts;
DROP INDEX subscriptions_next_time_idx;
UPDATE subscriptions SET state = 'ENDED' WHERE state IN ('CLOSED', 'CANCELLED');
UPDATE subscriptions SET state = 'ACTIVE' WHERE state <> 'ENDED';
ALTER TABLE subscriptions DROP COLUMN next_time;
ALTER TABLE subscriptions DROP COLUMN period;
ALTER TABLE subscriptions DROP COLUMN scheduled;
ALTER TABLE subscriptions DROP COLUMN plan_version;
CREATE INDEX subscriptions_end_time_idx ON subscriptions (end_time) WHERE state = 'ACTIVE' AND end_time IS NOT NULL;
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(UP).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(DOWN).await.map(drop)
    }
}
