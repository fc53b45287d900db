//! The table `invoices`. What an invoice says is written when it is made, and once more when it is issued; never after.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use storage::StorageError;
use types::{AccountId, InvoiceId, PageSize, Timestamp};

use super::{from_json, json_text, unreadable};
use crate::domain::{Invoice, InvoiceKind, InvoiceState};

mod row {
    //! One row as the database has it.

    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "invoices")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub account_id: String,
        pub number: Option<i64>,
        pub kind: String,
        pub state: String,
        pub document: String,
        pub corrects: Option<String>,
        pub create_time: i64,
        pub issue_time: Option<i64>,
        pub due_time: Option<i64>,
        pub pay_time: Option<i64>,
        pub attempts: i64,
        pub next_time: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Adds an invoice.
pub(crate) async fn insert(tx: &impl ConnectionTrait, invoice: &Invoice) -> Result<(), StorageError> {
    write(invoice)?.insert(tx).await?;
    Ok(())
}

/// Issues a draft: the only time that what it says is written again.
pub(crate) async fn open(tx: &impl ConnectionTrait, invoice: &Invoice) -> Result<bool, StorageError> {
    let update = row::Entity::update_many()
        .set(write(invoice)?)
        .filter(row::Column::Id.eq(invoice.id.to_string()))
        .filter(row::Column::State.eq(InvoiceState::Draft.as_str()));
    Ok(update.exec(tx).await?.rows_affected == 1)
}

/// Writes where an issued invoice is in its life; what it says stays as it is.
pub(crate) async fn settle(tx: &impl ConnectionTrait, invoice: &Invoice) -> Result<(), StorageError> {
    let change = row::ActiveModel {
        state: Set(invoice.state.as_str().to_owned()),
        due_time: Set(invoice.due_time.map(Timestamp::micros)),
        pay_time: Set(invoice.pay_time.map(Timestamp::micros)),
        attempts: Set(invoice.attempts),
        next_time: Set(invoice.next_time.map(Timestamp::micros)),
        ..Default::default()
    };
    let update = row::Entity::update_many()
        .set(change)
        .filter(row::Column::Id.eq(invoice.id.to_string()))
        .filter(row::Column::AccountId.eq(invoice.account.to_string()));
    update.exec(tx).await?;
    Ok(())
}

/// The invoice of `account`.
pub(crate) async fn find(
    conn: &impl ConnectionTrait,
    account: AccountId,
    id: InvoiceId,
) -> Result<Option<Invoice>, StorageError> {
    let row = row::Entity::find_by_id(id.to_string())
        .filter(row::Column::AccountId.eq(account.to_string()))
        .one(conn)
        .await?;
    row.map(read).transpose()
}

/// One more than a page of the account's invoices, latest first, before `before`.
pub(crate) async fn list(
    conn: &impl ConnectionTrait,
    account: AccountId,
    before: Option<InvoiceId>,
    size: PageSize,
) -> Result<Vec<Invoice>, StorageError> {
    let mut query = row::Entity::find()
        .filter(row::Column::AccountId.eq(account.to_string()))
        .order_by_desc(row::Column::Id)
        .limit(u64::try_from(size.rows() + 1).unwrap_or(u64::MAX));
    if let Some(before) = before {
        query = query.filter(row::Column::Id.lt(before.to_string()));
    }
    query.all(conn).await?.into_iter().map(read).collect()
}

/// The credit note that takes an invoice back.
pub(crate) async fn correction(
    conn: &impl ConnectionTrait,
    account: AccountId,
    id: InvoiceId,
) -> Result<Option<Invoice>, StorageError> {
    let row = row::Entity::find()
        .filter(row::Column::AccountId.eq(account.to_string()))
        .filter(row::Column::Corrects.eq(id.to_string()))
        .one(conn)
        .await?;
    row.map(read).transpose()
}

/// The account's invoices of this state, oldest first.
pub(crate) async fn of_state(
    conn: &impl ConnectionTrait,
    account: AccountId,
    state: InvoiceState,
) -> Result<Vec<Invoice>, StorageError> {
    let rows = row::Entity::find()
        .filter(row::Column::AccountId.eq(account.to_string()))
        .filter(row::Column::State.eq(state.as_str()))
        .order_by_asc(row::Column::Id)
        .all(conn)
        .await?;
    rows.into_iter().map(read).collect()
}

/// When something is to be done about one of the account's invoices.
pub(crate) async fn next_due(
    conn: &impl ConnectionTrait,
    account: AccountId,
) -> Result<Option<Timestamp>, StorageError> {
    let row = row::Entity::find()
        .filter(row::Column::AccountId.eq(account.to_string()))
        .filter(row::Column::NextTime.is_not_null())
        .order_by_asc(row::Column::NextTime)
        .one(conn)
        .await?;
    Ok(row.and_then(|row| row.next_time).map(Timestamp::from_micros))
}

const DUE: &str = "
    SELECT i.account_id FROM invoices i JOIN accounts a ON a.account_id = i.account_id
    WHERE i.next_time <= coalesce(a.test_time, $1) AND coalesce(a.retry_time, $1) <= $1 ORDER BY i.next_time LIMIT $2";

/// Up to `limit` accounts about whose invoices something is to be done.
pub(crate) async fn due(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<AccountId>, StorageError> {
    super::due::due(conn, DUE, now, limit).await
}

fn write(invoice: &Invoice) -> Result<row::ActiveModel, StorageError> {
    Ok(row::ActiveModel {
        id: Set(invoice.id.to_string()),
        account_id: Set(invoice.account.to_string()),
        number: Set(invoice.number),
        kind: Set(invoice.kind.as_str().to_owned()),
        state: Set(invoice.state.as_str().to_owned()),
        document: Set(json_text("invoices.document", &invoice.document)?),
        corrects: Set(invoice.corrects.map(|id| id.to_string())),
        create_time: Set(invoice.create_time.micros()),
        issue_time: Set(invoice.issue_time.map(Timestamp::micros)),
        due_time: Set(invoice.due_time.map(Timestamp::micros)),
        pay_time: Set(invoice.pay_time.map(Timestamp::micros)),
        attempts: Set(invoice.attempts),
        next_time: Set(invoice.next_time.map(Timestamp::micros)),
    })
}

fn read(row: row::Model) -> Result<Invoice, StorageError> {
    let corrects = row.corrects.map(|id| id.parse());
    Ok(Invoice {
        id: row.id.parse().map_err(|error| unreadable("invoices.id", error))?,
        account: row
            .account_id
            .parse()
            .map_err(|error| unreadable("invoices.account_id", error))?,
        number: row.number,
        kind: InvoiceKind::from_name(&row.kind).ok_or_else(|| unreadable("invoices.kind", row.kind))?,
        state: InvoiceState::from_name(&row.state).ok_or_else(|| unreadable("invoices.state", row.state))?,
        document: from_json("invoices.document", &row.document)?,
        corrects: corrects
            .transpose()
            .map_err(|error| unreadable("invoices.corrects", error))?,
        create_time: Timestamp::from_micros(row.create_time),
        issue_time: row.issue_time.map(Timestamp::from_micros),
        due_time: row.due_time.map(Timestamp::from_micros),
        pay_time: row.pay_time.map(Timestamp::from_micros),
        attempts: row.attempts,
        next_time: row.next_time.map(Timestamp::from_micros),
    })
}
