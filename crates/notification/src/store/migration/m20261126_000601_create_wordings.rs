//! Creates the table `wordings`: accounts' own words, which mails refer to.

use sea_orm_migration::prelude::*;

/// The table, and the reference to it in `mails`.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const UP: &str = "
CREATE TABLE wordings (
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    account_id TEXT NOT NULL,
    translations TEXT NOT NULL,
    create_time BIGINT NOT NULL,
    CONSTRAINT wordings_pkey PRIMARY KEY (id, version)
);
ALTER TABLE mails ADD COLUMN wording_id TEXT;
ALTER TABLE mails ADD COLUMN wording_version BIGINT;
";

const DOWN: &str = "
ALTER TABLE mails DROP COLUMN wording_version;
ALTER TABLE mails DROP COLUMN wording_id;
DROP TABLE wordings;
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
