//! The records of a CSV file (RFC 4180), read from pieces of it in bounded memory.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::encoding::TextEncoding;
use super::{MAX_COLUMNS, MAX_RECORD};

/// What separates cells, where a file has more of it than of the others in its first line.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// One record with something in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The line of the file on which it begins, from 1.
    pub line: i64,
    /// Its cells; none when it is too long or has too many.
    pub cells: Option<Vec<String>>,
    /// Whether it ends with the file, inside quotes.
    pub is_open: bool,
}

/// Reads records.
pub struct Records {
    decoder: encoding_rs::Decoder,
    reader: Option<Reader>,
    /// Decoded text that is not read yet: until the delimiter is known, the first line.
    waiting: Vec<u8>,
    output: Vec<u8>,
    written: usize,
    ends: Vec<usize>,
    fields: usize,
    is_too_long: bool,
    has_begun: bool,
    line: i64,
    begin_line: i64,
}

impl Records {
    /// Nothing read yet.
    pub fn new(encoding: TextEncoding) -> Self {
        Self {
            decoder: encoding.decoder(),
            reader: None,
            waiting: Vec::new(),
            output: vec![0; 4_096],
            written: 0,
            ends: vec![0; MAX_COLUMNS + 1],
            fields: 0,
            is_too_long: false,
            has_begun: false,
            line: 1,
            begin_line: 1,
        }
    }

    /// The records that are complete with the next octets; with the `last` ones, all that are left. Octets that the encoding
    /// does not have become U+FFFD.
    pub fn read(&mut self, content: &[u8], last: bool) -> Vec<Record> {
        self.decode(content, last);
        let text = std::mem::take(&mut self.waiting);
        let Some(mut reader) = self.reader.take().or_else(|| reader(&text, last)) else {
            self.waiting = text;
            return vec![];
        };
        let mut records = Vec::new();
        let mut rest = self.begin(&text);
        while !rest.is_empty() {
            rest = self.step(&mut reader, rest, &mut records);
        }
        if last && self.has_begun {
            // A line feed ends every record but one that is inside quotes.
            self.step(&mut reader, b"\n", &mut records);
            if self.has_begun {
                records.extend(self.take(true));
            }
        }
        self.reader = Some(reader);
        records
    }

    fn decode(&mut self, content: &[u8], last: bool) {
        let length = self
            .decoder
            .max_utf8_buffer_length(content.len())
            .unwrap_or(content.len());
        let mut text = vec![0; length];
        let (_, _, written, _) = self.decoder.decode_to_utf8(content, &mut text, last);
        text.truncate(written);
        if self.waiting.is_empty() {
            self.waiting = text;
        } else {
            self.waiting.append(&mut text);
        }
    }

    /// Passes over empty lines before a record.
    fn begin<'a>(&mut self, text: &'a [u8]) -> &'a [u8] {
        if self.has_begun {
            return text;
        }
        let is_break = |octet: &u8| matches!(octet, b'\r' | b'\n');
        let length = text.iter().position(|octet| !is_break(octet)).unwrap_or(text.len());
        let (breaks, rest) = text.split_at(length);
        self.line += lines(breaks);
        self.begin_line = self.line;
        self.has_begun = !rest.is_empty();
        rest
    }

    /// Reads on, up to the end of one record at most.
    fn step<'a>(&mut self, reader: &mut Reader, text: &'a [u8], records: &mut Vec<Record>) -> &'a [u8] {
        let output = self.output.get_mut(self.written..).unwrap_or_default();
        let ends = self.ends.get_mut(self.fields..).unwrap_or_default();
        let (result, read, written, fields) = reader.read_record(text, output, ends);
        let (done, rest) = text.split_at_checked(read).unwrap_or((text, &[]));
        self.line += lines(done);
        self.written += written;
        self.fields += fields;
        match result {
            ReadRecordResult::InputEmpty | ReadRecordResult::End => rest,
            ReadRecordResult::OutputFull if self.output.len() < MAX_RECORD => {
                self.output.resize(self.output.len().saturating_mul(2), 0);
                rest
            }
            ReadRecordResult::OutputFull => {
                // The rest of it is read and thrown away.
                (self.is_too_long, self.written) = (true, 0);
                rest
            }
            ReadRecordResult::OutputEndsFull => {
                (self.is_too_long, self.fields) = (true, 0);
                rest
            }
            ReadRecordResult::Record => {
                records.extend(self.take(false));
                self.begin(rest)
            }
        }
    }

    /// The record that was read; none when there is nothing in it.
    fn take(&mut self, is_open: bool) -> Option<Record> {
        let (written, fields) = (self.written, self.fields);
        let is_too_long = self.is_too_long || fields > MAX_COLUMNS;
        (self.written, self.fields, self.is_too_long, self.has_begun) = (0, 0, false, false);
        let line = self.begin_line;
        if is_too_long {
            return Some(Record {
                line,
                cells: None,
                is_open,
            });
        }
        let mut begin = 0;
        let mut cells: Vec<String> = Vec::with_capacity(fields + 1);
        for &end in self.ends.iter().take(fields) {
            cells.push(text(self.output.get(begin..end)));
            begin = end;
        }
        if is_open {
            cells.push(text(self.output.get(begin..written)));
        }
        let is_blank = cells.iter().all(|cell| cell.trim().is_empty());
        (!is_blank || is_open).then_some(Record {
            line,
            cells: Some(cells),
            is_open,
        })
    }
}

/// A reader with the delimiter of the first line that has something in it; none as long as that is not complete.
fn reader(text: &[u8], last: bool) -> Option<Reader> {
    let is_break = |octet: &u8| matches!(octet, b'\r' | b'\n');
    let begin = text.iter().position(|octet| !is_break(octet)).unwrap_or(text.len());
    let text = text.get(begin..).unwrap_or_default();
    let end = text.iter().position(is_break);
    if end.is_none() && !last && text.len() < MAX_RECORD {
        return None;
    }
    let line = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut is_quoted = false;
    for octet in line {
        is_quoted ^= *octet == b'"';
        for (count, delimiter) in counts.iter_mut().zip(DELIMITERS) {
            *count += usize::from(!is_quoted && *octet == delimiter);
        }
    }
    // The earliest of the most frequent.
    let (delimiter, _) = DELIMITERS
        .into_iter()
        .zip(counts)
        .rev()
        .max_by_key(|(_, count)| *count)?;
    Some(ReaderBuilder::new().delimiter(delimiter).build())
}

fn lines(text: &[u8]) -> i64 {
    let count = text.iter().filter(|octet| **octet == b'\n').count();
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn text(octets: Option<&[u8]>) -> String {
    String::from_utf8_lossy(octets.unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_in(encoding: &str, content: &[u8], piece: usize) -> Vec<Record> {
        let mut records = Records::new(TextEncoding::named(encoding).unwrap());
        let mut found = Vec::new();
        for piece in content.chunks(piece) {
            found.extend(records.read(piece, false));
        }
        found.extend(records.read(&[], true));
        found
    }

    /// However a file is cut, its records are the same.
    fn read(content: &str) -> Vec<(i64, Vec<String>)> {
        let whole = read_in("UTF-8", content.as_bytes(), usize::MAX);
        for piece in [1, 2, 3, 7] {
            assert_eq!(
                read_in("UTF-8", content.as_bytes(), piece),
                whole,
                "{content:?} by {piece}"
            );
        }
        whole
            .into_iter()
            .map(|record| (record.line, record.cells.unwrap()))
            .collect()
    }

    fn cells(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|&cell| cell.to_owned()).collect()
    }

    #[test]
    fn cells_are_separated_by_what_the_header_has_most_of() {
        for (content, expected) in [
            ("a,b\n1,2\n", &["1", "2"][..]),
            ("a;b,c;d\n1;2,3;4", &["1", "2,3", "4"]),
            ("a\tb\r\n1\t\"2\t3\"\r\n", &["1", "2\t3"]),
            ("\"a;b;c\",d\n1,2\n", &["1", "2"]),
            ("email\nada@example.com\n", &["ada@example.com"]),
            ("a,b;c\n1,2;3\n", &["1", "2;3"]),
        ] {
            assert_eq!(read(content)[1].1, cells(expected), "{content:?}");
        }
    }

    #[test]
    fn quotes_hold_anything_and_lines_are_counted() {
        let content = "\n\na,b\r\n\"1\r\nx\",\"say \"\"hi\"\"\"\n,,\n \n\\,2\r\n";
        let expected = [
            (3, cells(&["a", "b"])),
            (4, cells(&["1\r\nx", "say \"hi\""])),
            (8, cells(&["\\", "2"])),
        ];
        assert_eq!(read(content), expected);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_told() {
        let records = read_in("UTF-8", b"a,b\n1,\"2\n3,4\n", 5);
        assert_eq!(records.len(), 2);
        assert_eq!((records[1].line, records[1].is_open), (2, true));
        assert!(
            read_in("UTF-8", b"a,b\n1,\"2\"", 5)
                .iter()
                .all(|record| !record.is_open)
        );
    }

    #[test]
    fn what_is_too_long_is_passed_over_alone() {
        let long = "x".repeat(3 * MAX_RECORD);
        let wide = ",".repeat(1_000_000);
        let content = format!("a,b\n{long},1\n{wide}\n1,2\n");
        let records = read_in("UTF-8", content.as_bytes(), 10_000);
        let read: Vec<_> = records
            .iter()
            .map(|record| (record.line, record.cells.is_some()))
            .collect();
        assert_eq!(read, [(1, true), (2, false), (3, false), (4, true)]);
        assert_eq!(records[3].cells, Some(cells(&["1", "2"])));
    }

    #[test]
    fn a_file_is_decoded_across_pieces() {
        let text = "name,x\nZoë,ß\n";
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked = [b"\xFF\xFE", wide.as_slice()].concat();
        let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        let bom = ["\u{feff}", text].concat().into_bytes();
        for (encoding, content) in [("UTF-16LE", marked), ("windows-1252", latin), ("UTF-8", bom)] {
            for piece in [1, 3, usize::MAX] {
                let records = read_in(encoding, &content, piece);
                assert_eq!(records[0].cells, Some(cells(&["name", "x"])), "{encoding}");
                assert_eq!(records[1].cells, Some(cells(&["Zoë", "ß"])), "{encoding}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn no_file_breaks_the_reader(content: Vec<u8>, piece in 1_usize..50) {
            let whole = read_in("windows-1252", &content, usize::MAX);
            proptest::prop_assert_eq!(read_in("windows-1252", &content, piece), whole);
        }
    }
}
