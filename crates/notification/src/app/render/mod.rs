//! Writes letters: the words of the reader's language, in the one shape of all mails.

mod error;
mod languages;
mod layout;
mod marks;
#[cfg(test)]
mod tests;
mod values;
mod words;

use fluent_bundle::FluentArgs;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value, context};

use self::error::RenderError;
use self::languages::Languages;
use self::values::{name, row, values};
use self::words::Words;
use crate::domain::{GrantedProduct, Letter, Link, Mail, SeatCount, one_line};

const TEXT: &str = include_str!("../../../templates/mail.txt");

/// Everything that letters are made of, read once.
#[derive(Debug)]
pub(crate) struct Templates {
    languages: Languages,
    shapes: Environment<'static>,
}

impl Templates {
    /// Reads the words and shapes that the program was built with.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub(crate) fn load() -> Result<Self, RenderError> {
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
        })
    }

    /// The letter that `mail` is, whole in one language. What people chose (names) is only ever a value: never a template,
    /// never markup.
    ///
    /// # Errors
    /// When words or shapes do not fit the mail.
    pub(crate) fn render(&self, mail: &Mail) -> Result<Letter, RenderError> {
        let words = self.languages.nearest(&mail.language);
        let values = values(&mail.content, words.marks());
        let subject = words.text(mail.kind.as_str(), &values)?;
        let parts = parts(words, mail, &values, &subject)?;
        let render = |shape| self.shapes.get_template(shape)?.render(&parts);
        Ok(Letter {
            id: mail.id,
            to: mail.to.clone(),
            to_name: mail.content.reader_name(),
            // Without the isolation of names: filters of mail take it for a trick in a subject.
            subject: one_line(&subject),
            text: render("mail.txt")?,
            html: render("mail.html")?,
            language: words.language(),
            message_id: mail.message_id.clone(),
            date: mail.create_time,
        })
    }
}

/// What the shapes are filled with.
fn parts(words: &Words, mail: &Mail, values: &FluentArgs<'_>, subject: &str) -> Result<Value, RenderError> {
    let part = |name| words.part(mail.kind.as_str(), name, values);
    let shared = |message| words.text(message, values);
    let link = mail.link.as_ref().map(Link::expose);
    let link_note = link.map(|_| shared("link_note")).transpose()?;
    let heading = Some(part("heading")?).filter(|heading| !heading.is_empty());
    let product = |product: &GrantedProduct| {
        context! { name => name(&product.name), guide_url => product.guide_url.as_str() }
    };
    let seats = |count: &SeatCount| words.part(mail.kind.as_str(), "row", &row(&mail.content, count, words.marks()));
    let seats = mail
        .content
        .bill
        .seats
        .iter()
        .map(seats)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(context! {
        language => words.language(),
        subject,
        heading => heading.as_deref().unwrap_or(subject),
        greeting => shared("greeting")?,
        lead => part("lead")?,
        more => part("more")?,
        button => part("button")?,
        link,
        link_note,
        link_help => shared("link_help")?,
        products_heading => part("products")?,
        products => mail.content.products.iter().map(product).collect::<Vec<_>>(),
        guide => shared("guide")?,
        seats_heading => part("seats")?,
        seats,
        colon => shared("colon")?,
        foot => part("foot")?,
    })
}
