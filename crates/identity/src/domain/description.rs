//! What somebody says about something that they have made.

use super::fault::Fault;

const MAX_CHARACTERS: usize = 500;

/// A description: at most 500 characters, in lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description(String);

impl Description {
    /// Reads a description; white space around it is dropped.
    ///
    /// # Errors
    /// [`Fault::DescriptionCharacter`] for control characters other than line feeds and tabs;
    /// [`Fault::DescriptionTooLong`].
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
            return Err(Fault::DescriptionCharacter);
        }
        let text = text.trim();
        if text.chars().count() > MAX_CHARACTERS {
            return Err(Fault::DescriptionTooLong);
        }
        Ok(Self(text.to_owned()))
    }

    /// The description.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_text_in_lines_and_not_endless() {
        assert_eq!(
            Description::parse(" all of\n\tsales ").unwrap().as_str(),
            "all of\n\tsales"
        );
        assert_eq!(Description::parse("").unwrap(), Description::default());
        assert!(Description::parse(&"ü".repeat(500)).is_ok());
        for (text, fault) in [
            ("x".repeat(501), Fault::DescriptionTooLong),
            ("nul\0".into(), Fault::DescriptionCharacter),
            ("carriage\r\nreturn".into(), Fault::DescriptionCharacter),
        ] {
            assert_eq!(Description::parse(&text), Err(fault));
        }
    }
}
