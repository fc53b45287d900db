//! A file of people: from octets to records, and from records to people to add.

mod columns;
mod encoding;
mod records;
mod row;

pub use columns::{Column, Columns, OWN_COLUMNS, TEMPLATE};
pub use encoding::{Sniffer, TextEncoding};
pub use records::{Record, Records};
pub use row::{Directory, Named, SheetRow, read_row};

/// The most columns a file has.
pub const MAX_COLUMNS: usize = 256;
/// The longest record that is read, in octets of UTF-8.
pub const MAX_RECORD: usize = 64 * 1024;

/// What is wrong with a file as a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SheetFault {
    /// No octets, or none but white space.
    #[error("the file is empty")]
    Empty,
    /// Not a text.
    #[error("the file is not a text")]
    Binary,
    /// More octets than a file may have.
    #[error("a file has at most 64 MiB")]
    TooLarge,
    /// A header and nothing below it.
    #[error("there are no rows below the header")]
    WithoutRows,
    /// A header of more than [`MAX_COLUMNS`] columns or [`MAX_RECORD`] octets.
    #[error("a header has at most 256 columns and 64 KiB, and its quotes are closed")]
    HeaderTooWide,
    /// Columns of these names mean nothing.
    #[error("there are columns of unknown names")]
    ColumnsUnknown(Vec<String>),
    /// Columns of these names mean what an earlier one means.
    #[error("several columns mean the same")]
    ColumnsRepeated(Vec<String>),
    /// These columns are required.
    #[error("a column is missing")]
    ColumnsMissing(Vec<Column>),
}
