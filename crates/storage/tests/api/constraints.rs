//! The same violation has the same name in both databases.

use sea_orm::ConnectionTrait;
use storage::StorageError;

use crate::support::{Fixture, on_both, person};

on_both!(
    a_constraint_has_the_same_name_everywhere,
    a_foreign_key_is_a_constraint,
    a_mistake_in_a_statement_is_no_constraint,
    a_lock_that_does_not_come_is_transient,
);

async fn a_constraint_has_the_same_name_everywhere(fixture: Fixture) {
    let cases = [
        ("('usr_anna', 'acc_1', 'other@example.com', 'member')", "people_pkey"),
        (
            "('usr_bert', 'acc_1', 'anna@example.com', 'member')",
            "people_account_id_email_key",
        ),
        (
            "('usr_bert', 'acc_1', 'bert@example.com', 'emperor')",
            "people_role_check",
        ),
        ("('usr_bert', 'acc_1', NULL, 'member')", "people_email_not_null"),
    ];
    fixture.db.writer().execute_unprepared(&person("anna")).await.unwrap();
    for (values, name) in cases {
        let sql = format!("INSERT INTO people (id, account_id, email, role) VALUES {values}");
        let error = refusal(&fixture, &sql).await;
        assert_eq!(error.constraint(), Some(name), "{error:?}");
        assert!(!error.is_transient());
    }
    assert_eq!(fixture.people().await, 1);
}

async fn a_foreign_key_is_a_constraint(fixture: Fixture) {
    let sql = "INSERT INTO people (id, account_id, email, role, inviter_id) \
               VALUES ('usr_anna', 'acc_1', 'anna@example.com', 'member', 'usr_nobody')";
    let error = refusal(&fixture, sql).await;
    let name = error.constraint().unwrap();
    assert!(["people_inviter_id_fkey", "foreign_key"].contains(&name), "{name}");
}

async fn a_mistake_in_a_statement_is_no_constraint(fixture: Fixture) {
    let error = refusal(&fixture, "INSERT INTO nowhere (id) VALUES (1)").await;
    assert!(matches!(error, StorageError::Other(_)), "{error:?}");
    assert!(!error.is_transient());
}

async fn a_lock_that_does_not_come_is_transient(fixture: Fixture) {
    let mut impatient = fixture.config.clone();
    impatient.lock_timeout = std::time::Duration::from_millis(20);
    let impatient = storage::Database::connect(&impatient).await.unwrap();
    fixture.db.writer().execute_unprepared(&person("anna")).await.unwrap();
    let error = fixture.db.transaction::<StorageError, StorageError, _>(move |tx| {
        Box::pin(async move {
            tx.execute_unprepared("UPDATE people SET role = 'admin'").await?;
            let other = impatient
                .writer()
                .execute_unprepared("UPDATE people SET role = 'member'")
                .await;
            Ok(StorageError::from(other.unwrap_err()))
        })
    });
    let error = error.await.unwrap();
    assert!(
        matches!(error, StorageError::Timeout(_) | StorageError::Conflict(_)),
        "{error:?}"
    );
    assert!(error.is_transient());
}

async fn refusal(fixture: &Fixture, sql: &str) -> StorageError {
    fixture.db.writer().execute_unprepared(sql).await.unwrap_err().into()
}
