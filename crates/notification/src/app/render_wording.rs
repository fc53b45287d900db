//! Reads an account's own words, and writes the mail that a sample reader would get.

use super::App;
use crate::domain::{Content, Flaw, Link, Translations, Written};
use crate::error::Error;

/// Who reads a sample.
#[derive(Debug)]
pub(crate) struct Sample {
    /// The language they read.
    pub(crate) language: String,
    /// What the mail tells.
    pub(crate) content: Content,
    /// What looks like the link in it.
    pub(crate) link: Link,
}

/// A flaw, and in which translation.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) translation: usize,
    pub(crate) flaw: Flaw,
}

impl App {
    /// The sample's mail; or everything that is wrong with the words.
    ///
    /// # Errors
    /// [`Error::Render`] when the system's own words do not do.
    pub(crate) fn render_wording(
        &self,
        translations: &Translations,
        sample: &Sample,
    ) -> Result<Result<Written, Vec<Found>>, Error> {
        let mut found = Vec::new();
        for (translation, words) in translations.iter().enumerate() {
            let flaws = self.templates.check(words).into_iter();
            found.extend(flaws.map(|flaw| Found { translation, flaw }));
        }
        if !found.is_empty() {
            return Ok(Err(found));
        }
        let (content, link) = (&sample.content, Some(&sample.link));
        let written = self.templates.write_own(translations, &sample.language, content, link);
        written.map(Ok).map_err(|error| Error::Render(error.into()))
    }
}
