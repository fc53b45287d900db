//! Reads from Rust code which paths it names; comments and strings do not count.

mod names;
mod scrub;

pub use names::Name;

/// One file's text.
pub struct Source {
    text: String,
    code: String,
    names: Vec<Name>,
}

impl Source {
    pub fn new(text: &str) -> Self {
        let code = scrub::scrub(text);
        let names = names::names(&code);
        Self {
            text: text.to_owned(),
            code,
            names,
        }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// With blanks in place of comments and strings, line by line.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Every path of two or more parts, and everything that is imported.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.names.iter().filter(|name| !name.declared)
    }

    /// What is `pub` at the top level of the file.
    pub fn shown(&self) -> impl Iterator<Item = &Name> {
        self.names.iter().filter(|name| name.shown)
    }
}
