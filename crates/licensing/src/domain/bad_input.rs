//! A value that cannot be what its field means.

/// Which field, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadInput {
    /// The path of the field: `confirmations[3].key.epoch`.
    pub field: String,
    /// What is expected there.
    pub problem: &'static str,
}

impl BadInput {
    /// A bad value in `field`.
    pub fn new(field: impl Into<String>, problem: &'static str) -> Self {
        Self {
            field: field.into(),
            problem,
        }
    }

    /// The same, seen from the message around it.
    #[must_use]
    pub fn under(self, parent: &str) -> Self {
        Self {
            field: format!("{parent}.{}", self.field),
            ..self
        }
    }

    /// The same, seen from the list that its message is in.
    #[must_use]
    pub fn at(self, list: &str, index: usize) -> Self {
        self.under(&format!("{list}[{index}]"))
    }
}
