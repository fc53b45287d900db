//! A report as CSV, chunk by chunk.

use std::borrow::Cow;

use tonic::Status;

/// By it spreadsheets know that a file is UTF-8; programs that read CSV skip it, or take the report as rows.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The names of a report's columns, and so the number of cells in each of its lines.
pub struct Sheet<const N: usize>(pub [&'static str; N]);

impl<const N: usize> Sheet<N> {
    /// Lines of RFC 4180; at the beginning of the file the header line stands before them.
    ///
    /// # Errors
    /// `INTERNAL`, which cannot be: every line has as many cells as there are columns.
    pub fn write<'a>(
        &self,
        begins: bool,
        lines: impl IntoIterator<Item = [Cow<'a, str>; N]>,
    ) -> Result<Vec<u8>, Status> {
        let before = if begins { BYTE_ORDER_MARK.to_vec() } else { Vec::new() };
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(before);
        if begins {
            writer.write_record(self.0).map_err(|error| chassis::internal(&error))?;
        }
        for line in lines {
            let cells = line.iter().map(|cell| cell.as_bytes());
            writer.write_record(cells).map_err(|error| chassis::internal(&error))?;
        }
        writer.into_inner().map_err(|error| chassis::internal(error.error()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET: Sheet<2> = Sheet(["name", "note"]);

    fn line<'a>(name: &'a str, note: &'a str) -> [Cow<'a, str>; 2] {
        [name.into(), note.into()]
    }

    #[test]
    fn a_file_begins_with_its_header() {
        let file = SHEET.write(true, [line("Ada", "")]).unwrap();
        assert_eq!(file, "\u{feff}name,note\r\nAda,\r\n".as_bytes());
        let empty = SHEET.write(true, []).unwrap();
        assert_eq!(empty, "\u{feff}name,note\r\n".as_bytes());
    }

    #[test]
    fn what_follows_is_lines_only() {
        assert_eq!(SHEET.write(false, [line("Ada", "é")]).unwrap(), "Ada,é\r\n".as_bytes());
        assert_eq!(SHEET.write(false, []).unwrap(), b"");
    }

    #[test]
    fn every_text_reads_back() {
        let texts = [
            "a,b",
            "\"quoted\", comma",
            "two\r\nlines",
            "",
            " spaces ",
            "'",
            "\"",
            "ü",
        ];
        let mut file = SHEET.write(true, texts.map(|text| line(text, "x"))).unwrap();
        file.extend(SHEET.write(false, [line("last", "")]).unwrap());
        let mut reader = csv::Reader::from_reader(file.as_slice());
        assert_eq!(reader.headers().unwrap(), vec!["name", "note"]);
        let read: Vec<_> = reader.records().map(|record| record.unwrap()[0].to_owned()).collect();
        assert_eq!(read[..8], texts);
        assert_eq!(read[8], "last");
        assert!(
            String::from_utf8(file)
                .unwrap()
                .contains("\"\"\"quoted\"\", comma\",x\r\n")
        );
    }
}
