//! In which encoding a file is: told by its byte order mark, or else by what its octets can be.

use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::SheetFault;

/// The encoding of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextEncoding(&'static Encoding);

impl TextEncoding {
    /// By its name.
    pub fn named(name: &str) -> Option<Self> {
        Encoding::for_label(name.as_bytes()).map(Self)
    }

    /// Its name, by the Encoding Standard of WHATWG.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// A decoder, which takes a byte order mark away.
    pub(super) fn decoder(self) -> encoding_rs::Decoder {
        self.0.new_decoder_with_bom_removal()
    }
}

/// Looks at a file piece by piece.
pub struct Sniffer {
    size: usize,
    mark: Option<&'static Encoding>,
    utf8: encoding_rs::Decoder,
    is_utf8: bool,
    is_binary: bool,
}

impl Default for Sniffer {
    fn default() -> Self {
        Self {
            size: 0,
            mark: None,
            utf8: UTF_8.new_decoder_with_bom_removal(),
            is_utf8: true,
            is_binary: false,
        }
    }
}

impl Sniffer {
    /// The next octets; the first piece has the byte order mark whole, if there is one.
    pub fn look(&mut self, content: &[u8]) {
        if self.size == 0 {
            self.mark = Encoding::for_bom(content).map(|(encoding, _)| encoding);
        }
        let is_wide = self.mark.is_some_and(|mark| mark == UTF_16LE || mark == UTF_16BE);
        self.is_binary |= !is_wide && content.contains(&0);
        self.size = self.size.saturating_add(content.len());
        if self.is_utf8 {
            self.is_utf8 = self.decodes(content, false);
        }
    }

    /// What the file is in, once all of it was seen.
    ///
    /// # Errors
    /// [`SheetFault::Empty`], [`SheetFault::Binary`].
    pub fn end(mut self) -> Result<TextEncoding, SheetFault> {
        if self.size == 0 {
            return Err(SheetFault::Empty);
        }
        if self.is_binary {
            return Err(SheetFault::Binary);
        }
        let is_utf8 = self.is_utf8 && self.decodes(&[], true);
        Ok(TextEncoding(match self.mark {
            Some(mark) => mark,
            None if is_utf8 => UTF_8,
            None => WINDOWS_1252,
        }))
    }

    /// Whether the octets go on as UTF-8.
    fn decodes(&mut self, mut content: &[u8], last: bool) -> bool {
        let mut text = [0; 8_192];
        loop {
            let (result, read, _) = self.utf8.decode_to_utf8_without_replacement(content, &mut text, last);
            content = content.get(read..).unwrap_or_default();
            match result {
                DecoderResult::InputEmpty => return true,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => return false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniff(pieces: &[&[u8]]) -> Result<&'static str, SheetFault> {
        let mut sniffer = Sniffer::default();
        for piece in pieces {
            sniffer.look(piece);
        }
        sniffer.end().map(TextEncoding::name)
    }

    #[test]
    fn a_file_is_in_what_its_mark_says_or_its_octets_can_be() {
        type Pieces<'a> = &'a [&'a [u8]];
        let cases: [(Pieces<'_>, Result<&str, SheetFault>); 10] = [
            (&[], Err(SheetFault::Empty)),
            (&[b"email"], Ok("UTF-8")),
            (&[b"\xEF\xBB\xBFemail"], Ok("UTF-8")),
            (&["Zoë".as_bytes()], Ok("UTF-8")),
            // A character that is cut by the end of a piece.
            (&[b"Zo\xC3", b"\xAB"], Ok("UTF-8")),
            (&[b"Zo\xC3"], Ok("windows-1252")),
            (&[b"Zo\xEB,x"], Ok("windows-1252")),
            (&[b"\xFF\xFEe\0m\0"], Ok("UTF-16LE")),
            (&[b"\xFE\xFF\0e\0m"], Ok("UTF-16BE")),
            (&[b"PK\x03\x04\0\0"], Err(SheetFault::Binary)),
        ];
        for (pieces, expected) in cases {
            assert_eq!(sniff(pieces), expected, "{pieces:?}");
        }
    }

    #[test]
    fn an_encoding_is_found_by_its_name() {
        for name in ["UTF-8", "UTF-16LE", "UTF-16BE", "windows-1252"] {
            assert_eq!(TextEncoding::named(name).unwrap().name(), name);
        }
        assert_eq!(TextEncoding::named("EBCDIC"), None);
    }
}
