//! The words of every mail in one language.

use std::fmt;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentError, FluentResource};
use fluent_syntax::ast::Pattern;

use super::RenderError;
use super::marks::Marks;

/// The message that tells how many digits a number has before they are grouped.
const GROUPED_FROM: &str = "grouped_from";

/// Messages, each a text with further parts by name.
pub(super) struct Words {
    language: &'static str,
    bundle: FluentBundle<FluentResource>,
    marks: Marks,
}

impl Words {
    /// Reads the words of `language`.
    ///
    /// # Errors
    /// When the source is not Fluent, or says something twice.
    pub(super) fn read(language: &'static str, source: &str) -> Result<Self, RenderError> {
        let wrong = |errors| RenderError::Words { language, errors };
        let locale = language
            .parse()
            .map_err(|error| RenderError::Language { language, error })?;
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        // A name that needs isolation brings its own.
        bundle.set_use_isolating(false);
        let resource = FluentResource::try_new(source.to_owned())
            .map_err(|(_, errors)| wrong(errors.into_iter().map(FluentError::from).collect()))?;
        bundle.add_resource(resource).map_err(wrong)?;
        let mut words = Self {
            language,
            bundle,
            marks: Marks {
                group: String::new(),
                decimal: String::new(),
                grouped_from: usize::MAX,
            },
        };
        words.marks = words.read_marks()?;
        Ok(words)
    }

    fn read_marks(&self) -> Result<Marks, RenderError> {
        let mark = |message| self.text(message, &FluentArgs::new());
        let missing = RenderError::Missing {
            language: self.language,
            message: GROUPED_FROM,
        };
        Ok(Marks {
            group: mark("group_mark")?,
            decimal: mark("decimal_mark")?,
            grouped_from: mark(GROUPED_FROM)?.parse().map_err(|_| missing)?,
        })
    }

    /// How the language writes numbers.
    pub(super) const fn marks(&self) -> &Marks {
        &self.marks
    }

    /// The language's tag.
    pub(super) const fn language(&self) -> &'static str {
        self.language
    }

    /// What `message` says, filled in: a mail's subject, or what all mails share.
    ///
    /// # Errors
    /// When it is missing, or speaks of what is not in `values`.
    pub(super) fn text(&self, message: &'static str, values: &FluentArgs<'_>) -> Result<String, RenderError> {
        let text = self.bundle.get_message(message).and_then(|message| message.value());
        let missing = RenderError::Missing {
            language: self.language,
            message,
        };
        self.fill(text.ok_or(missing)?, values)
    }

    /// What a part of `message` says, filled in; nothing when it has no such part.
    ///
    /// # Errors
    /// When it speaks of what is not in `values`.
    pub(super) fn part(&self, message: &str, part: &str, values: &FluentArgs<'_>) -> Result<String, RenderError> {
        let message = self.bundle.get_message(message);
        let part = message.and_then(|message| message.get_attribute(part));
        part.map_or_else(|| Ok(String::new()), |part| self.fill(part.value(), values))
    }

    fn fill(&self, pattern: &Pattern<&str>, values: &FluentArgs<'_>) -> Result<String, RenderError> {
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(values), &mut errors);
        if errors.is_empty() {
            Ok(text.into_owned())
        } else {
            Err(RenderError::Words {
                language: self.language,
                errors,
            })
        }
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Words")
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}
