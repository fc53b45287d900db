//! Why a letter cannot be written: always a fault of ours, never of a name in it.

use std::error::Error;

use fluent_bundle::FluentError;
use unic_langid::LanguageIdentifierError;

use crate::domain::Flaw;

/// Words, or a shape for them, that make no letter.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RenderError {
    /// The tag of one of our languages is none.
    #[error("{language} is no language")]
    Language {
        language: &'static str,
        #[source]
        error: LanguageIdentifierError,
    },
    /// The words of a language cannot be read or filled in.
    #[error("the words of {language} are wrong: {errors:?}")]
    Words {
        language: &'static str,
        errors: Vec<FluentError>,
    },
    /// A language lacks what every mail must say.
    #[error("{language} has no words for {message}")]
    Missing {
        language: &'static str,
        message: &'static str,
    },
    /// The layout is not MJML.
    #[error("the layout is not MJML")]
    Layout(#[source] Box<dyn Error + Send + Sync>),
    /// An account's own words are none, though they were when they were taken.
    #[error("the account's own words are wrong: {0:?}")]
    Own(Vec<Flaw>),
    /// An account's own words are in no language.
    #[error("the account's own words are in no language")]
    Wordless,
    /// A shape is not a template, or cannot be filled in.
    #[error(transparent)]
    Shape(#[from] minijinja::Error),
}
