//! Migrations expand: what the version before works with stays, unless their name says that they contract.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, Database, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager, async_trait};
use testkit::Postgres;

/// What statements may name: columns with their types, and what `ON CONFLICT` can be about.
const OFFERED: &str = "
SELECT format('%s.%s %s', table_name, column_name, data_type) FROM information_schema.columns
WHERE table_schema = 'public'
UNION ALL SELECT regexp_replace(indexdef, '^CREATE UNIQUE INDEX .* ON', 'unique') FROM pg_indexes
WHERE schemaname = 'public' AND indexdef LIKE 'CREATE UNIQUE%'";

/// The columns that a new row has to give.
const DEMANDED: &str = "
SELECT format('%s.%s', table_name, column_name) FROM information_schema.columns
WHERE table_schema = 'public' AND is_nullable = 'NO' AND column_default IS NULL AND is_generated = 'NEVER'";

/// The last migration of the first release: before, there was no version that could have served beside.
const FIRST_RELEASE: &str = "m20261126_001002_trace_mails";

/// What a step is called that takes away, or demands, what the version before does not know of, and what that is.
type Contraction = (String, Vec<String>);

async fn contractions<M: MigratorTrait>(postgres: &Postgres) -> Vec<Contraction> {
    let url = postgres.database("expansion").await;
    let facts = async |sql: &str| -> BTreeSet<String> {
        let lines = postgres.sql(&url, sql).await.unwrap();
        lines.lines().map(str::to_owned).collect()
    };
    let connection = Database::connect(&url).await.unwrap();
    M::install(&connection).await.unwrap();
    let mut found = Vec::new();
    for step in M::migrations() {
        let (offered, demanded) = (facts(OFFERED).await, facts(DEMANDED).await);
        M::up(&connection, Some(1)).await.unwrap();
        let tables: BTreeSet<_> = offered.iter().filter_map(|fact| table(fact)).collect();
        let gone = offered.difference(&facts(OFFERED).await).cloned().collect::<Vec<_>>();
        let new = facts(DEMANDED).await;
        let new = new.difference(&demanded);
        let asked = new.filter(|fact| table(fact).is_some_and(|table| tables.contains(table)));
        let taken: Vec<_> = gone
            .into_iter()
            .chain(asked.map(|fact| format!("{fact} is demanded")))
            .collect();
        if !taken.is_empty() {
            found.push((step.name().to_owned(), taken));
        }
    }
    found
}

/// Of a column.
fn table(fact: &str) -> Option<&str> {
    fact.split_once('.').map(|(table, _)| table)
}

/// Those that do not say so, after the first release.
async fn hidden<M: MigratorTrait>(postgres: &Postgres) -> Vec<Contraction> {
    let mut found = contractions::<M>(postgres).await;
    found.retain(|(name, _)| name.as_str() > FIRST_RELEASE && !name.contains("_contract_"));
    found
}

#[tokio::test]
async fn what_takes_something_away_says_so_in_its_name() {
    let postgres = Postgres::shared().await;
    let none: Vec<Contraction> = Vec::new();
    assert_eq!(hidden::<identity::Migrator>(&postgres).await, none);
    assert_eq!(hidden::<licensing::Migrator>(&postgres).await, none);
    assert_eq!(hidden::<billing::Migrator>(&postgres).await, none);
    assert_eq!(hidden::<notification::Migrator>(&postgres).await, none);
}

/// A migration by its name and its statement.
struct Step(&'static str, &'static str);

impl MigrationName for Step {
    fn name(&self) -> &'static str {
        self.0
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(self.1).await.map(drop)
    }
}

const TABLES: &str =
    "CREATE TABLE a (id text PRIMARY KEY, b text, c text, CONSTRAINT c_key UNIQUE (c)); CREATE TABLE z (id text)";

/// Every way to contract, and every way not to.
const STEPS: [Step; 10] = [
    Step("m21000101_000001_create", TABLES),
    Step(
        "m21000101_000002_add",
        "ALTER TABLE a ADD d text, ADD e text NOT NULL DEFAULT ''; CREATE TABLE f (id text NOT NULL)",
    ),
    Step(
        "m21000101_000003_loosen",
        "ALTER TABLE f ALTER id DROP NOT NULL; CREATE UNIQUE INDEX ON f (id)",
    ),
    Step("m21000101_000004_rename", "ALTER TABLE a RENAME b TO bb"),
    Step("m21000101_000005_retype", "ALTER TABLE a ALTER d TYPE bigint USING 0"),
    Step("m21000101_000006_forget", "ALTER TABLE a DROP CONSTRAINT c_key"),
    Step("m21000101_000007_drop", "DROP TABLE z"),
    Step("m21000101_000008_demand", "ALTER TABLE a ALTER e DROP DEFAULT"),
    Step("m21000101_000009_rename_table", "ALTER TABLE f RENAME TO g"),
    Step("m21000101_000010_contract_d", "ALTER TABLE a DROP d"),
];

struct Contracting;

impl MigratorTrait for Contracting {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        STEPS.map(|step| Box::new(step) as Box<dyn MigrationTrait>).into()
    }
}

#[tokio::test]
async fn every_way_to_take_something_away_is_seen() {
    let found = hidden::<Contracting>(&Postgres::shared().await).await;
    let expected = [
        ("m21000101_000004_rename", vec!["a.b text"]),
        ("m21000101_000005_retype", vec!["a.d text"]),
        ("m21000101_000006_forget", vec!["unique public.a USING btree (c)"]),
        ("m21000101_000007_drop", vec!["z.id text"]),
        ("m21000101_000008_demand", vec!["a.e is demanded"]),
        (
            "m21000101_000009_rename_table",
            vec!["f.id text", "unique public.f USING btree (id)"],
        ),
    ];
    let expected = expected.map(|(name, taken)| (name.to_owned(), taken.into_iter().map(str::to_owned).collect()));
    assert_eq!(found, expected);
}
