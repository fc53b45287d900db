//! What the variables stand for in one mail.

use fluent_bundle::FluentArgs;

use super::variable::Variable;
use crate::app::render::RenderError;
use crate::app::render::values::name;
use crate::app::render::words::Words;
use crate::domain::{Content, Link, one_line};

/// The values, as text: whoever writes HTML escapes them.
#[derive(Debug)]
pub(super) struct Filling<'m> {
    content: &'m Content,
    /// The link by which the invitation is accepted.
    pub(super) link: &'m str,
    /// The products granted.
    pub(super) products: Vec<Product<'m>>,
    /// What the link to a product's guide is called.
    pub(super) guide: String,
    /// What stands between a name and what it names.
    pub(super) colon: String,
    expire_time: String,
}

/// A product granted.
#[derive(Debug)]
pub(super) struct Product<'m> {
    pub(super) name: String,
    /// Empty when it has no guide.
    pub(super) guide_url: &'m str,
}

impl<'m> Filling<'m> {
    /// What `content` says, dates and the like in these words.
    ///
    /// # Errors
    /// When the words lack something.
    pub(super) fn new(
        content: &'m Content,
        link: Option<&'m Link>,
        words: &Words,
        values: &FluentArgs<'_>,
    ) -> Result<Self, RenderError> {
        let expire_time = content
            .expire_time
            .map(|_| words.text("expire_time", values))
            .transpose()?;
        let products = content.products.iter().map(|product| Product {
            name: name(&product.name),
            guide_url: &product.guide_url,
        });
        Ok(Self {
            content,
            link: link.map(Link::expose).unwrap_or_default(),
            products: products.collect(),
            guide: words.text("guide", values)?,
            colon: words.text("colon", values)?,
            expire_time: expire_time.unwrap_or_default(),
        })
    }

    /// The words that a variable stands for: one line, in which names stay in their place.
    pub(super) fn words(&self, variable: Variable) -> String {
        let content = self.content;
        match variable {
            Variable::GivenName => name(&content.given_name),
            Variable::FamilyName => name(&content.family_name),
            Variable::FullName => name(&content.reader_name()),
            Variable::AccountName => name(&content.account_name),
            Variable::InviterName if one_line(&content.person_name).is_empty() => name(&content.account_name),
            Variable::InviterName => name(&content.person_name),
            Variable::ExpireTime => self.expire_time.clone(),
            Variable::Products | Variable::GettingStarted => {
                let names: Vec<&str> = self.products.iter().map(|product| product.name.as_str()).collect();
                names.join(", ")
            }
            Variable::AcceptLink => self.link.to_owned(),
        }
    }
}
