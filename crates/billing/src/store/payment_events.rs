//! The table `payment_events`: what a payment provider has told, each once.

use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, TryInsertResult};
use storage::StorageError;
use types::{InvoiceId, Timestamp};

mod row {
    //! One row as the database has it.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payment_events")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub event_id: String,
        pub invoice_id: String,
        pub create_time: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Remembers an event; false when it was remembered before.
pub(crate) async fn insert(
    tx: &impl ConnectionTrait,
    event: &str,
    invoice: InvoiceId,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let row = row::ActiveModel {
        event_id: Set(event.to_owned()),
        invoice_id: Set(invoice.to_string()),
        create_time: Set(now.micros()),
    };
    let insert = row::Entity::insert(row).on_conflict_do_nothing();
    Ok(matches!(
        insert.exec_without_returning(tx).await?,
        TryInsertResult::Inserted(1)
    ))
}
