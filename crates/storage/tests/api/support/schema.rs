//! The tests' own schema: a table with one constraint of each kind, and an outbox.

use sea_orm::DbErr;
use sea_orm::sea_query::{Check, Expr, ExprTrait, ForeignKey, Index, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager, async_trait};
use storage::migration::{id, optional_text, text};
use storage::outbox;

/// Migrates a test's database.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(CreatePeople), Box::new(CreateOutbox), Box::new(AddTraceParent)]
    }
}

struct CreatePeople;

impl MigrationName for CreatePeople {
    fn name(&self) -> &'static str {
        "m0001_create_people"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreatePeople {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let role = Check::named("people_role_check", Expr::col("role").is_in(["member", "admin"]));
        let people = Table::create()
            .table("people")
            .col(id("id").primary_key())
            .col(id("account_id"))
            .col(text("email"))
            .col(text("role"))
            .col(optional_text("inviter_id"))
            .check(role)
            .foreign_key(
                ForeignKey::create()
                    .name("people_inviter_id_fkey")
                    .from("people", "inviter_id")
                    .to("people", "id"),
            )
            .take();
        manager.create_table(people).await?;
        let email = Index::create()
            .unique()
            .name("people_account_id_email_key")
            .table("people")
            .col("account_id")
            .col("email")
            .take();
        manager.create_index(email).await
    }
}

struct CreateOutbox;

impl MigrationName for CreateOutbox {
    fn name(&self) -> &'static str {
        "m0002_create_outbox"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreateOutbox {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        outbox::create_table(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        outbox::drop_table(manager).await
    }
}

struct AddTraceParent;

impl MigrationName for AddTraceParent {
    fn name(&self) -> &'static str {
        "m0003_add_trace_parent"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for AddTraceParent {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        outbox::add_trace_parent(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        outbox::drop_trace_parent(manager).await
    }
}
