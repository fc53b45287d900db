//! Whether a program and the schema of its database go together.
//!
//! Programs of two versions serve at once while one replaces the other, so a migration may change only what the version
//! before can live with: it expands. What takes something away that the version before works with has `_contract_` in its
//! name, and comes with a later version.

use std::collections::BTreeSet;

use sea_orm::{DbErr, EntityTrait, QuerySelect};
use sea_orm_migration::{MigratorTrait, SchemaManager, seaql_migrations};

/// What the name of a migration has in it that older programs cannot live with.
const CONTRACTS: &str = "_contract_";

/// Why a program leaves a database alone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemaMismatch {
    /// The program works with what is not there yet.
    #[error(
        "it is older than this program and lacks {missing} of its migrations, {first} first: `usher migrate` runs them"
    )]
    Behind {
        /// The first migration that has not been run.
        first: String,
        /// How many have not been run.
        missing: usize,
    },
    /// A newer program has been there, and has left what this one cannot work with.
    #[error(
        "it is of a newer program: this one does not know the migration {0} and cannot work with what that has changed; \
         run the version that does, or a later one"
    )]
    Ahead(String),
}

/// How the migrations that a program knows compare to those that a database has seen.
pub(crate) struct Standing {
    /// Known, and not run.
    missing: Vec<String>,
    /// Run, and not known.
    unknown: Vec<String>,
}

impl Standing {
    /// Reads what the database has seen; it changes nothing, and needs no right to.
    pub(crate) async fn read<M: MigratorTrait>(manager: &SchemaManager<'_>) -> Result<Self, DbErr> {
        let known: Vec<_> = M::migrations().iter().map(|one| one.name().to_owned()).collect();
        let mut run = BTreeSet::new();
        if manager.has_table(M::migration_table_name().to_string()).await? {
            let versions = seaql_migrations::Entity::find()
                .select_only()
                .column(seaql_migrations::Column::Version);
            let versions: Vec<String> = versions.into_tuple().all(manager.get_connection()).await?;
            run.extend(versions);
        }
        let missing = known.iter().filter(|name| !run.contains(*name)).cloned().collect();
        let unknown = run.into_iter().filter(|name| !known.contains(name)).collect();
        Ok(Self { missing, unknown })
    }

    /// Whether there is something to run.
    ///
    /// # Errors
    /// When a newer program has taken away what this one works with, or what it would run comes too late.
    pub(crate) fn to_migrate(&self) -> Result<bool, SchemaMismatch> {
        self.refuse_contracted()?;
        match (self.missing.is_empty(), self.unknown.last()) {
            (false, Some(unknown)) => Err(SchemaMismatch::Ahead(unknown.clone())),
            (is_complete, _) => Ok(!is_complete),
        }
    }

    /// Whether the program can work with the database as it is, which others may have expanded.
    pub(crate) fn to_serve(&self) -> Result<(), SchemaMismatch> {
        self.refuse_contracted()?;
        match self.missing.first() {
            Some(first) => Err(SchemaMismatch::Behind {
                first: first.clone(),
                missing: self.missing.len(),
            }),
            None => Ok(()),
        }
    }

    fn refuse_contracted(&self) -> Result<(), SchemaMismatch> {
        let contracted = self.unknown.iter().find(|name| name.contains(CONTRACTS));
        contracted.map_or(Ok(()), |name| Err(SchemaMismatch::Ahead(name.clone())))
    }
}
