//! What is wrong with a text, by line and column.

use crate::domain::{Field, Flaw, one_line};

/// More of them help nobody.
const MAX_FLAWS: usize = 10;
/// The most characters of the text that a flaw repeats.
const MAX_QUOTED: usize = 40;

/// The flaws of one text.
#[derive(Debug)]
pub(super) struct Flaws<'s> {
    field: Field,
    source: &'s str,
    found: Vec<Flaw>,
}

impl<'s> Flaws<'s> {
    /// None yet, of the text `source`.
    pub(super) const fn new(field: Field, source: &'s str) -> Self {
        Self {
            field,
            source,
            found: Vec::new(),
        }
    }

    /// Adds what is wrong at an octet of the text.
    pub(super) fn add(&mut self, at: usize, problem: impl Into<String>) {
        if self.is_full() {
            return;
        }
        let before = self.source.get(..at).unwrap_or(self.source);
        let begin = before.rfind('\n').map_or(0, |end| end + 1);
        self.found.push(Flaw {
            field: self.field,
            line: ordinal(before.matches('\n').count()),
            column: ordinal(before.get(begin..).unwrap_or_default().chars().count()),
            problem: problem.into(),
        });
    }

    /// Whether there are as many as are told.
    pub(super) const fn is_full(&self) -> bool {
        self.found.len() >= MAX_FLAWS
    }

    /// All of them.
    pub(super) fn into_found(self) -> Vec<Flaw> {
        self.found
    }
}

/// The beginning of what stands in a text, as it can be repeated.
pub(super) fn quoted(text: &str) -> String {
    one_line(text).chars().take(MAX_QUOTED).collect()
}

fn ordinal(before: usize) -> u32 {
    u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
}
