//! Writes letters: the words of the reader's language or the account's own, in the one shape of all mails.

mod error;
mod languages;
mod layout;
mod marks;
#[cfg(test)]
mod tests;
mod values;
mod wording;
mod words;

use fluent_bundle::FluentArgs;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value, context};

use self::error::RenderError;
use self::languages::Languages;
use self::values::{name, row, values};
use self::wording::OwnWords;
use self::words::Words;
use crate::domain::{
    Content, Flaw, GrantedProduct, Kind, Letter, Link, Mail, SeatCount, Translation, Translations, Wording, Written,
    one_line,
};

const TEXT: &str = include_str!("../../../templates/mail.txt");

/// Everything that letters are made of, read once.
#[derive(Debug)]
pub(crate) struct Templates {
    languages: Languages,
    shapes: Environment<'static>,
    /// From where pictures in accounts' own words may come.
    image_hosts: Vec<String>,
}

impl Templates {
    /// Reads the words and shapes that the program was built with. In accounts' own words, pictures come from these hosts.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub(crate) fn load(image_hosts: &[String]) -> Result<Self, RenderError> {
        let mut shapes = Environment::new();
        shapes.set_undefined_behavior(UndefinedBehavior::Strict);
        // A tag alone on its line leaves no line behind.
        shapes.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        shapes.add_template("mail.txt", TEXT)?;
        // By its name, whatever is filled into it is escaped.
        shapes.add_template_owned("mail.html", layout::html()?)?;
        Ok(Self {
            languages: Languages::load()?,
            shapes,
            image_hosts: image_hosts.to_vec(),
        })
    }

    /// The letter that `mail` is, whole in one language: in the account's own words if it has any for it. What people chose
    /// (names) is only ever a value: never a template, never markup.
    ///
    /// # Errors
    /// When words or shapes do not fit the mail.
    pub(crate) fn render(&self, mail: &Mail, wording: Option<&Wording>) -> Result<Letter, RenderError> {
        let (content, link) = (&mail.content, mail.link.as_ref());
        let written = match wording {
            None => self.write(mail.kind, &mail.language, content, link)?,
            Some(wording) => self.write_own(&wording.translations, &mail.language, content, link)?,
        };
        Ok(Letter {
            id: mail.id,
            to: mail.to.clone(),
            to_name: content.reader_name(),
            subject: written.subject,
            text: written.text,
            html: written.html,
            language: written.language,
            message_id: mail.message_id.clone(),
            date: mail.create_time,
        })
    }

    /// What is wrong with a translation that an account would like to have.
    pub(crate) fn check(&self, translation: &Translation) -> Vec<Flaw> {
        OwnWords::check(translation, &self.image_hosts)
            .err()
            .unwrap_or_default()
    }

    /// The first thing that keeps a translation, which was taken once, from being written.
    pub(crate) fn flaw(&self, translation: &Translation) -> Option<Flaw> {
        OwnWords::read(translation).err()?.into_iter().next()
    }

    /// A mail in the words of the system.
    fn write(
        &self,
        kind: Kind,
        language: &str,
        content: &Content,
        link: Option<&Link>,
    ) -> Result<Written, RenderError> {
        let words = self.languages.nearest(language);
        let values = values(content, words.marks());
        let subject = words.text(kind.as_str(), &values)?;
        let parts = parts(words, kind, content, link, &values)?;
        let parts = context! { language => words.language(), subject => subject.as_str(), own_html => "", own_text => "", ..parts };
        self.fill(words.language(), &subject, &parts)
    }

    /// A welcome in an account's own words: those of the language nearest to `language`. The link by which it is accepted
    /// comes after them unless it is among them, and what is always said at the foot is said here too.
    ///
    /// # Errors
    /// When the words cannot be read, or the system's lack something.
    pub(crate) fn write_own(
        &self,
        translations: &Translations,
        language: &str,
        content: &Content,
        link: Option<&Link>,
    ) -> Result<Written, RenderError> {
        let translation = translations.for_reader(language).ok_or(RenderError::Wordless)?;
        let own = OwnWords::read(translation).map_err(RenderError::Own)?;
        let words = self.languages.nearest(&translation.language);
        let values = values(content, words.marks());
        let filled = own.fill(content, link, words, &values, &self.image_hosts)?;
        let link = link.filter(|_| !own.has_accept_link());
        let parts = parts(words, Kind::Welcome, content, link, &values)?;
        let parts = context! {
            language => translation.language.as_str(),
            subject => filled.subject.as_str(),
            own_html => Value::from_safe_string(filled.html),
            own_text => filled.text.as_str(),
            // What is shown of the mail before it is opened.
            lead => filled.text.lines().next().unwrap_or_default(),
            products_heading => "",
            ..parts
        };
        self.fill(&translation.language, &filled.subject, &parts)
    }

    fn fill(&self, language: &str, subject: &str, parts: &Value) -> Result<Written, RenderError> {
        let render = |shape| self.shapes.get_template(shape)?.render(parts);
        Ok(Written {
            language: language.to_owned(),
            // Without the isolation of names: filters of mail take it for a trick in a subject.
            subject: one_line(subject),
            text: render("mail.txt")?,
            html: render("mail.html")?,
        })
    }
}

/// What the shapes are filled with, apart from the subject and its language.
fn parts(
    words: &Words,
    kind: Kind,
    content: &Content,
    link: Option<&Link>,
    values: &FluentArgs<'_>,
) -> Result<Value, RenderError> {
    let part = |name| words.part(kind.as_str(), name, values);
    let shared = |message| words.text(message, values);
    let link = link.map(Link::expose);
    let link_note = link.map(|_| shared("link_note")).transpose()?;
    let heading = match part("heading")? {
        heading if heading.is_empty() => words.text(kind.as_str(), values)?,
        heading => heading,
    };
    let product = |product: &GrantedProduct| {
        context! { name => name(&product.name), guide_url => product.guide_url.as_str() }
    };
    let seats = |count: &SeatCount| words.part(kind.as_str(), "row", &row(content, count, words.marks()));
    let seats = content.bill.seats.iter().map(seats).collect::<Result<Vec<_>, _>>()?;
    Ok(context! {
        heading,
        greeting => shared("greeting")?,
        lead => part("lead")?,
        more => part("more")?,
        button => part("button")?,
        link,
        link_note,
        link_help => shared("link_help")?,
        products_heading => part("products")?,
        products => content.products.iter().map(product).collect::<Vec<_>>(),
        guide => shared("guide")?,
        seats_heading => part("seats")?,
        seats,
        colon => shared("colon")?,
        foot => part("foot")?,
    })
}
