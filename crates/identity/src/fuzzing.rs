//! What fuzzers reach of the inside; see `tests/fuzz`.

use types::Mac;

use crate::domain::sheet::{Columns, Directory, Records, Sniffer, read_row};
use crate::domain::token;

/// Reads a file as an import does: whole, and in pieces of this many octets.
///
/// # Panics
/// When the two are not the same, or a limit is exceeded.
pub fn sheet(file: &[u8], piece: usize) {
    let mut sniffer = Sniffer::default();
    file.chunks(piece.max(3)).for_each(|piece| sniffer.look(piece));
    let Ok(encoding) = sniffer.end() else { return };
    let whole = Records::new(encoding).read(file, true);
    let mut reader = Records::new(encoding);
    let mut records = Vec::new();
    for piece in file.chunks(piece) {
        records.extend(reader.read(piece, false));
    }
    records.extend(reader.read(&[], true));
    assert_eq!(records, whole);
    let mut records = records.into_iter();
    let Some(Ok(columns)) = records.next().map(|header| Columns::read(header, true)) else {
        return;
    };
    for (number, record) in (1..).zip(records) {
        let row = read_row(number, record, &columns, &Directory::default());
        let is_read = row.cells.len() == columns.names.len();
        assert!(is_read || !row.user.faults.is_empty());
    }
}

/// Reads a text as every kind of token that identity makes.
///
/// # Panics
/// When it is taken for one.
pub fn token(text: &str) {
    // What an invitation's token names is looked up, and compared with what was made.
    let _named = token::invitation_named_by(text);
    let Ok(key) = Mac::new(&[7; 32]) else { return };
    assert_eq!(token::session_of(&key, text), None);
    assert_eq!(token::hash(text).len(), 64);
}
