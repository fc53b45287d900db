//! Migrations run once, whoever starts them, and programs know which schema they can work with.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager, async_trait};
use storage::{Database, SchemaMismatch, StorageError};

use crate::support::{Fixture, Migrator, on_both, person};

on_both!(
    processes_that_start_together_migrate_once,
    a_second_migration_changes_nothing,
    a_program_refuses_a_schema_that_lacks_what_it_needs,
    an_older_program_goes_on_with_a_schema_that_was_expanded,
    an_older_program_refuses_a_schema_that_was_contracted,
    a_program_does_not_migrate_beside_what_it_does_not_know
);

/// A migration by its name and its statement.
struct Step(&'static str, &'static str);

const EXPAND: Step = Step("m0003_add_nickname", "ALTER TABLE people ADD COLUMN nickname text");
const CONTRACT: Step = Step("m0004_contract_outbox", "DROP TABLE outbox");
const SIDE: Step = Step("m0005_add_title", "ALTER TABLE people ADD COLUMN title text");

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        self.0
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(self.1).await?;
        Ok(())
    }
}

fn after_the_first(steps: impl IntoIterator<Item = Step>) -> Vec<Box<dyn MigrationTrait>> {
    let steps = steps.into_iter().map(|step| Box::new(step) as Box<dyn MigrationTrait>);
    Migrator::migrations().into_iter().chain(steps).collect()
}

/// The version after [`Migrator`].
struct Second;

impl MigratorTrait for Second {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        after_the_first([EXPAND])
    }
}

/// The version after that.
struct Third;

impl MigratorTrait for Third {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        after_the_first([EXPAND, CONTRACT])
    }
}

/// Another version after [`Migrator`], made beside [`Second`].
struct Other;

impl MigratorTrait for Other {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        after_the_first([SIDE])
    }
}

fn mismatch(answer: Result<(), StorageError>) -> Option<SchemaMismatch> {
    match answer {
        Ok(()) => None,
        Err(StorageError::Schema(mismatch)) => Some(mismatch),
        Err(error) => panic!("{error:?}"),
    }
}

fn ahead(step: &Step) -> Option<SchemaMismatch> {
    Some(SchemaMismatch::Ahead(step.0.to_owned()))
}

async fn processes_that_start_together_migrate_once(fixture: Fixture) {
    undo(&fixture.db).await;
    let starts = (0..16).map(|_| async {
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

async fn a_program_refuses_a_schema_that_lacks_what_it_needs(fixture: Fixture) {
    let behind = |first: &str, missing| {
        let first = first.to_owned();
        Some(SchemaMismatch::Behind { first, missing })
    };
    assert_eq!(mismatch(fixture.db.check::<Migrator>().await), None);
    assert_eq!(mismatch(fixture.db.check::<Second>().await), behind(EXPAND.0, 1));
    undo(&fixture.db).await;
    // Twice, since looking changes nothing.
    for _ in 0..2 {
        let found = mismatch(fixture.db.check::<Third>().await);
        assert_eq!(found, behind("m0001_create_people", Third::migrations().len()));
    }
}

async fn an_older_program_goes_on_with_a_schema_that_was_expanded(fixture: Fixture) {
    fixture.db.migrate::<Second>().await.unwrap();
    assert_eq!(mismatch(fixture.db.check::<Migrator>().await), None);
    fixture.db.migrate::<Migrator>().await.unwrap();
    assert_eq!(mismatch(fixture.db.check::<Second>().await), None);
}

async fn an_older_program_refuses_a_schema_that_was_contracted(fixture: Fixture) {
    fixture.db.migrate::<Third>().await.unwrap();
    assert_eq!(mismatch(fixture.db.check::<Third>().await), None);
    assert_eq!(mismatch(fixture.db.check::<Second>().await), ahead(&CONTRACT));
    assert_eq!(mismatch(fixture.db.check::<Migrator>().await), ahead(&CONTRACT));
    assert_eq!(mismatch(fixture.db.migrate::<Migrator>().await), ahead(&CONTRACT));
}

async fn a_program_does_not_migrate_beside_what_it_does_not_know(fixture: Fixture) {
    fixture.db.migrate::<Second>().await.unwrap();
    assert_eq!(mismatch(fixture.db.migrate::<Other>().await), ahead(&EXPAND));
    let behind = mismatch(fixture.db.check::<Other>().await);
    assert!(
        matches!(behind, Some(SchemaMismatch::Behind { missing: 1, .. })),
        "{behind:?}"
    );
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
