//! The schema goes up, down, and up again; what earlier versions wrote is kept.

use identity::{Config, Migrator};
use sea_orm::ConnectionTrait;
use sea_orm_migration::MigratorTrait;

use crate::stack::{Stack, on_both_databases, plain};

on_both_databases! {
    the_schema_goes_up_and_down_and_up
    what_the_first_version_wrote_is_kept
}

/// The migrations of the first version.
const FIRST_VERSION: u32 = 7;

/// Rows as the first version wrote them: somebody who logged in, somebody who is invited, and what the log says of them.
const ROWS: &str = "
INSERT INTO accounts (id, name, language, time_zone, billing_contact_id, create_time)
VALUES ('acc_00000000000070008000000000000001', 'Analytical Engines', 'en', 'UTC',
    'usr_00000000000070008000000000000001', 1);
INSERT INTO users (id, account_id, email, address, given_name, family_name, role, state, language, time_zone,
    password_hash, seat_version, create_time)
VALUES ('usr_00000000000070008000000000000001', 'acc_00000000000070008000000000000001', 'ada@example.com',
        'Ada@example.com', 'Ada', 'Lovelace', 'SUPER_ADMIN', 'ACTIVE', 'en', 'UTC', 'hash', 1, 1),
    ('usr_00000000000070008000000000000002', 'acc_00000000000070008000000000000001', 'alan@example.com',
        'alan@example.com', 'Alan', 'Turing', 'MEMBER', 'INVITED', 'en', 'UTC', NULL, 1, 2);
INSERT INTO invitations (id, account_id, user_id, kind, state, email, address, role, language, time_zone, products,
    generation, token_hash, inviter_id, create_time, expire_time)
VALUES ('inv_00000000000070008000000000000002', 'acc_00000000000070008000000000000001',
    'usr_00000000000070008000000000000002', 'JOIN', 'PENDING', 'alan@example.com', 'alan@example.com', 'MEMBER', 'en',
    'UTC', '[\"training\"]', 1, 'hash', 'usr_00000000000070008000000000000001', 2, 9000000000000000);
INSERT INTO sessions (id, user_id, account_id, refresh_hash, create_time, expire_time)
VALUES ('ses_00000000000070008000000000000001', 'usr_00000000000070008000000000000001',
    'acc_00000000000070008000000000000001', 'hash', 3, 9000000000000000);
INSERT INTO audit_events (id, account_id, actor_id, action, subject_id, request_id, source, create_time)
VALUES ('aud_00000000000070008000000000000002', 'acc_00000000000070008000000000000001',
        'usr_00000000000070008000000000000001', 'user.invite', 'usr_00000000000070008000000000000002', 'r', NULL, 2),
    ('aud_00000000000070008000000000000001', 'acc_00000000000070008000000000000001', 'operator', 'account.create',
        'acc_00000000000070008000000000000001', NULL, '127.0.0.1', 1);
";

async fn the_schema_goes_up_and_down_and_up(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    // Once it answers, it has looked at the schema.
    stack.owner().await;
    Migrator::down(stack.database.writer(), None).await.unwrap();
    Migrator::up(stack.database.writer(), None).await.unwrap();
    stack.owner().await;
}

async fn what_the_first_version_wrote_is_kept(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    stack.owner().await;
    let conn = stack.database.writer();
    Migrator::down(conn, None).await.unwrap();
    Migrator::up(conn, Some(FIRST_VERSION)).await.unwrap();
    conn.execute_unprepared(ROWS).await.unwrap();

    Migrator::up(conn, None).await.unwrap();

    let users =
        "SELECT u.sort_key || ' ' || u.products || ' ' || (SELECT count(*) FROM sessions s WHERE s.user_id = u.id)
        AS text FROM users u ORDER BY u.id";
    let users = stack.texts(users.into()).await;
    assert_eq!(users, ["lovelace ada [] 1", "turing alan [\"training\"] 0"]);
    let events = "SELECT sequence || ' ' || action AS text FROM audit_events ORDER BY sequence";
    let events = stack.texts(events.into()).await;
    assert_eq!(events, ["1 account.create", "2 user.invite"]);
    let seals = stack.texts("SELECT hash AS text FROM audit_events ORDER BY sequence".into());
    let seals = seals.await;
    let head = stack.texts("SELECT hash AS text FROM audit_heads".into()).await;
    assert_eq!(head, seals[1..]);
    assert_ne!(seals[0], seals[1]);
}
