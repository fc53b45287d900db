//! Migrations run once, whoever starts them.

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use sea_orm_migration::MigratorTrait;
use storage::{Database, StorageError};

use crate::support::{Fixture, Migrator, on_both, person};

on_both!(
    processes_that_start_together_migrate_once,
    a_second_migration_changes_nothing
);

async fn processes_that_start_together_migrate_once(fixture: Fixture) {
    undo(&fixture.db).await;
    let starts = (0..4).map(|_| async {
        let db = Database::connect(&fixture.config).await.unwrap();
        db.migrate::<Migrator>().await
    });
    for answer in futures::future::join_all(starts).await {
        answer.unwrap();
    }
    assert_eq!(fixture.people().await, 0);
}

async fn a_second_migration_changes_nothing(fixture: Fixture) {
    fixture.db.writer().execute_unprepared(&person("anna")).await.unwrap();
    fixture.db.migrate::<Migrator>().await.unwrap();
    assert_eq!(fixture.people().await, 1);
}

/// Back to an empty database.
async fn undo(db: &Database) {
    let undone = db.transaction::<(), StorageError, _>(|tx: &DatabaseTransaction| {
        Box::pin(async move {
            tx.execute_unprepared("DROP TABLE people").await?;
            tx.execute_unprepared("DROP TABLE outbox").await?;
            Migrator::uninstall(tx).await?;
            Ok(())
        })
    });
    undone.await.unwrap();
}
