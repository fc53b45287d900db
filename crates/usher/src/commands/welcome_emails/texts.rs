//! What a welcome e-mail says, from the command line and from files.

use std::path::Path;
use std::str::FromStr;

use proto::identity::v1::WelcomeEmailTranslation;

use crate::complaint::Problem;

/// Subjects, and files of bodies.
#[derive(Debug, clap::Args)]
pub(super) struct Texts {
    /// A subject. Several times for several languages, the first of which those get who read none of them.
    #[arg(long = "subject", value_name = "LANGUAGE=TEXT")]
    subjects: Vec<InLanguage>,
    /// A file with a body; `-` is standard input. Several times for several languages.
    #[arg(long = "body", value_name = "LANGUAGE=FILE")]
    bodies: Vec<InLanguage>,
}

/// `de=text`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct InLanguage {
    language: String,
    text: String,
}

impl FromStr for InLanguage {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (language, text) = text.split_once('=').ok_or("LANGUAGE=… is expected")?;
        Ok(Self {
            language: language.trim().to_owned(),
            text: text.to_owned(),
        })
    }
}

impl Texts {
    /// Whether there are none.
    pub(super) const fn is_empty(&self) -> bool {
        self.subjects.is_empty() && self.bodies.is_empty()
    }

    /// The same translations with these texts over them; a language that is new comes last.
    pub(super) fn over(
        &self,
        mut translations: Vec<WelcomeEmailTranslation>,
    ) -> anyhow::Result<Vec<WelcomeEmailTranslation>> {
        for subject in &self.subjects {
            find(&mut translations, &subject.language)
                .subject
                .clone_from(&subject.text);
        }
        for body in &self.bodies {
            find(&mut translations, &body.language).body = read(&body.text)?;
        }
        Ok(translations)
    }
}

/// The translation into a language, which is added if it is not there.
fn find<'t>(translations: &'t mut Vec<WelcomeEmailTranslation>, language: &str) -> &'t mut WelcomeEmailTranslation {
    let is_it = |translation: &WelcomeEmailTranslation| translation.language.eq_ignore_ascii_case(language);
    let index = translations.iter().position(is_it).unwrap_or_else(|| {
        translations.push(WelcomeEmailTranslation {
            language: language.to_owned(),
            ..WelcomeEmailTranslation::default()
        });
        translations.len() - 1
    });
    &mut translations[index]
}

fn read(path: &str) -> anyhow::Result<String> {
    let text = match path {
        "-" => std::io::read_to_string(std::io::stdin()),
        path => std::fs::read_to_string(Path::new(path)),
    };
    text.map_err(|error| Problem::BadInput(format!("{path} cannot be read: {error}")).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_take_the_place_of_those_that_are_there() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("body.html");
        std::fs::write(&file, "<p>Hallo</p>").unwrap();
        let there = |language: &str| WelcomeEmailTranslation {
            language: language.into(),
            subject: "x".into(),
            body: "y".into(),
        };
        let texts = Texts {
            subjects: vec!["DE=Hallo = {{ given_name }}".parse().unwrap()],
            bodies: vec![format!("fr={}", file.display()).parse().unwrap()],
        };
        let translations = texts.over(vec![there("en"), there("de")]).unwrap();
        let said: Vec<_> = translations
            .iter()
            .map(|it| (it.language.as_str(), it.subject.as_str(), it.body.as_str()))
            .collect();
        assert_eq!(
            said,
            [
                ("en", "x", "y"),
                ("de", "Hallo = {{ given_name }}", "y"),
                ("fr", "", "<p>Hallo</p>")
            ]
        );
        let missing = Texts {
            subjects: vec![],
            bodies: vec!["en=/nowhere/body.html".parse().unwrap()],
        };
        assert!(missing.over(vec![]).is_err());
        assert!("de".parse::<InLanguage>().is_err());
    }
}
