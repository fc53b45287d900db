//! Columns as every table of the project has them, for migrations.

use sea_orm::sea_query::{ColumnDef, IntoIden};

/// A typed id: `usr_…`.
pub fn id(name: impl IntoIden) -> ColumnDef {
    text(name)
}

/// A text that is always there.
pub fn text(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).text().not_null().take()
}

/// A text that may be missing.
pub fn optional_text(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).text().null().take()
}

/// A point in time: microseconds since the Unix epoch.
pub fn time(name: impl IntoIden) -> ColumnDef {
    number(name)
}

/// A point in time that may not have come.
pub fn optional_time(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).big_integer().null().take()
}

/// A whole number of 64 bits.
pub fn number(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().take()
}

/// True or false.
pub fn flag(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().take()
}
