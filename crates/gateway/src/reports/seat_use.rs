//! The seat use report: how each product stands, and who holds its seats.

use std::borrow::Cow;
use std::collections::HashMap;

use proto::admin::v1::seat_use_report_row::HolderKind;
use proto::admin::v1::{SeatUseReportRow, StreamSeatUseReportResponse};
use proto::identity::internal::v1::Holder;
use proto::licensing::internal::v1::{Holder as SeatHolder, ListHoldersRequest};
use proto::licensing::v1::SeatPool;
use tonic::Status;
use types::{InvitationId, cell};

use super::Format;
use super::cell::word;
use super::chunks::Report;
use super::sheet::Sheet;
use crate::caller::From;
use crate::clients::{Identity, Licensing};

/// How many holders a chunk has.
const HOLDERS: i32 = 250;

const SHEET: Sheet<12> = Sheet([
    "record",
    "product",
    "seats",
    "assigned",
    "reserved",
    "available",
    "holder_kind",
    "holder_id",
    "email",
    "given_name",
    "family_name",
    "user_state",
]);

/// The seats of an account.
pub struct SeatUseReport {
    /// Knows who the holders are.
    pub identity: Identity,
    /// Knows the seats.
    pub licensing: Licensing,
    /// How to write it.
    pub format: Format,
    /// The one product it is about; empty for all.
    pub product: String,
}

impl Report for SeatUseReport {
    type Chunk = StreamSeatUseReportResponse;

    async fn chunk(&self, from: &From, token: &str) -> Result<(Self::Chunk, String), Status> {
        let query = ListHoldersRequest {
            account_id: from.person.account.to_string(),
            product: self.product.clone(),
            page_size: HOLDERS,
            page_token: token.to_owned(),
        };
        let page = self.licensing.holders(from, query).await?;
        let ids = page.holders.iter().map(|holder| holder.subject.clone()).collect();
        let known = self.identity.holders(from, ids).await?;
        let seats = page.holders.iter();
        let rows: Vec<_> = seats.flat_map(|seats| self.rows(seats, &known)).collect();
        let resume_token = page.next_page_token;
        let chunk = match self.format {
            Format::Rows => StreamSeatUseReportResponse {
                seat_pools: page.seat_pools,
                rows,
                csv: Vec::new(),
                resume_token: resume_token.clone(),
            },
            Format::Csv => StreamSeatUseReportResponse {
                seat_pools: Vec::new(),
                rows: Vec::new(),
                csv: write(token.is_empty(), &page.seat_pools, &rows)?,
                resume_token: resume_token.clone(),
            },
        };
        Ok((chunk, resume_token))
    }
}

impl SeatUseReport {
    /// A row for each seat that somebody holds.
    fn rows(&self, seats: &SeatHolder, known: &HashMap<String, Holder>) -> Vec<SeatUseReportRow> {
        let holder = known.get(&seats.subject).cloned().unwrap_or_default();
        let kind = if seats.subject.parse::<InvitationId>().is_ok() {
            HolderKind::Invitation
        } else {
            HolderKind::User
        };
        let asked = |product: &&String| self.product.is_empty() || **product == self.product;
        let row = |product: &String| SeatUseReportRow {
            product: product.clone(),
            holder_kind: kind.into(),
            holder_id: seats.subject.clone(),
            email: holder.email.clone(),
            given_name: holder.given_name.clone(),
            family_name: holder.family_name.clone(),
            user_state: holder.user_state,
        };
        seats.products.iter().filter(asked).map(row).collect()
    }
}

fn write(begins: bool, pools: &[SeatPool], rows: &[SeatUseReportRow]) -> Result<Vec<u8>, Status> {
    SHEET.write(begins, pools.iter().map(pool_line).chain(rows.iter().map(holder_line)))
}

fn pool_line(pool: &SeatPool) -> [Cow<'_, str>; 12] {
    let number = |number: i64| Cow::from(number.to_string());
    let none = || Cow::from("");
    [
        Cow::from("PRODUCT"),
        Cow::from(&pool.product),
        number(pool.seats),
        number(pool.assigned),
        number(pool.reserved),
        number(pool.available),
        none(),
        none(),
        none(),
        none(),
        none(),
        none(),
    ]
}

fn holder_line(row: &SeatUseReportRow) -> [Cow<'_, str>; 12] {
    let none = || Cow::from("");
    [
        Cow::from("HOLDER"),
        Cow::from(&row.product),
        none(),
        none(),
        none(),
        none(),
        word(row.holder_kind().as_str_name(), "HOLDER_KIND_"),
        Cow::from(&row.holder_id),
        cell(&row.email),
        cell(&row.given_name),
        cell(&row.family_name),
        word(row.user_state().as_str_name(), "STATE_"),
    ]
}

#[cfg(test)]
mod tests {
    use proto::identity::v1::user;

    use super::*;

    #[test]
    fn pools_and_holders_are_lines_of_one_sheet() {
        let pool = SeatPool {
            product: "training".into(),
            seats: 5,
            assigned: 2,
            reserved: 1,
            available: 2,
            ..SeatPool::default()
        };
        let row = SeatUseReportRow {
            product: "training".into(),
            holder_kind: HolderKind::User.into(),
            holder_id: "usr_1".into(),
            email: "ada@example.com".into(),
            given_name: "=Ada".into(),
            family_name: "Lovelace".into(),
            user_state: user::State::Active.into(),
        };
        let file = String::from_utf8(write(false, &[pool], &[row]).unwrap()).unwrap();
        assert_eq!(
            file,
            "PRODUCT,training,5,2,1,2,,,,,,\r\nHOLDER,training,,,,,USER,usr_1,ada@example.com,'=Ada,Lovelace,ACTIVE\r\n"
        );
    }
}
