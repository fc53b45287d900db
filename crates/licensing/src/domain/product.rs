//! The catalogue: what an account can have seats of, and what a seat is good for.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// The products that Usher comes with.
const BUILT_IN: &str = include_str!("../../catalogue.toml");
/// The most octets of an id or a name.
const LONGEST: usize = 64;

/// A product of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// Its id, such as `training`.
    pub id: String,
    /// The name people know it by.
    pub name: String,
    /// Where its getting-started guide is.
    pub guide_url: String,
    /// What a seat entitles its holder to.
    #[serde(default)]
    pub entitlements: BTreeSet<String>,
    /// How far that goes.
    #[serde(default)]
    pub limits: BTreeMap<String, i64>,
}

/// The products there are, sorted by id.
#[derive(Clone, Debug)]
pub struct Catalogue(Vec<Product>);

/// The form of a catalogue's text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    products: Vec<Product>,
}

/// Why a catalogue cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InvalidCatalogue {
    /// The text is not of the form.
    #[error("{}", .0.to_string().trim_end())]
    Form(#[from] toml::de::Error),
    /// There is nothing in it.
    #[error("products: at least one is expected")]
    Empty,
    /// Two products cannot be told apart.
    #[error("products: {0:?} stands there twice")]
    Repeated(String),
    /// A product's value cannot be used.
    #[error("products: of {product:?}, {field} is refused: {expected}")]
    Value {
        /// The product's id.
        product: String,
        /// Which of its keys.
        field: &'static str,
        /// What is expected there.
        expected: &'static str,
    },
}

impl Catalogue {
    /// The products that Usher comes with.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn built_in() -> Result<Self, InvalidCatalogue> {
        Self::parse(BUILT_IN)
    }

    /// Reads a catalogue of the form of `catalogue.toml`.
    ///
    /// # Errors
    /// Names the place, or the product and its key.
    pub fn parse(text: &str) -> Result<Self, InvalidCatalogue> {
        let Listing { mut products } = toml::from_str(text)?;
        if products.is_empty() {
            return Err(InvalidCatalogue::Empty);
        }
        products.iter().try_for_each(Product::check)?;
        products.sort_by(|one, other| one.id.cmp(&other.id));
        match products.windows(2).find(|pair| pair[0].id == pair[1].id) {
            Some(pair) => Err(InvalidCatalogue::Repeated(pair[0].id.clone())),
            None => Ok(Self(products)),
        }
    }

    /// All of them, in alphabetical order of ids.
    #[must_use]
    pub fn products(&self) -> &[Product] {
        &self.0
    }

    /// Whether there is a product with this id.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.0.binary_search_by_key(&id, |product| &product.id).is_ok()
    }
}

impl Product {
    fn check(&self) -> Result<(), InvalidCatalogue> {
        let word = "1 to 64 lower-case letters, digits and underscores are expected, a letter first";
        let checks = [
            ("id", is_word(&self.id), word),
            (
                "name",
                (1..=LONGEST).contains(&self.name.trim().len()) && !self.name.contains(char::is_control),
                "1 to 64 octets without control characters are expected",
            ),
            ("guide_url", is_url(&self.guide_url), "an https URL is expected"),
            ("entitlements", self.entitlements.iter().all(|name| is_word(name)), word),
            ("limits", self.limits.keys().all(|name| is_word(name)), word),
            (
                "limits",
                self.limits.values().all(|&limit| limit >= 1),
                "numbers from 1 are expected",
            ),
        ];
        match checks.into_iter().find(|(_, good, _)| !good) {
            Some((field, _, expected)) => Err(InvalidCatalogue::Value {
                product: self.id.clone(),
                field,
                expected,
            }),
            None => Ok(()),
        }
    }
}

/// Whether this can be the name of a product, an entitlement or a limit.
#[must_use]
pub fn is_word(text: &str) -> bool {
    text.len() <= LONGEST
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn is_url(text: &str) -> bool {
    text.strip_prefix("https://")
        .is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_graphic() && c != '"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_sorted_and_knows_its_products() {
        let catalogue = Catalogue::built_in().unwrap();
        assert!(catalogue.products().is_sorted_by_key(|product| &product.id));
        for product in catalogue.products() {
            assert!(catalogue.has(&product.id), "{}", product.id);
        }
        assert!(!catalogue.has("Training"));
        assert!(!catalogue.has(""));
    }

    #[test]
    fn a_bad_catalogue_is_refused_by_the_name_of_what_is_bad() {
        let product = |line: &str| {
            let lines = ["id = 'a'", "name = 'A'", "guide_url = 'https://a.example'"];
            let key = line.split(' ').next().unwrap();
            let lines = lines.into_iter().filter(|other| !other.starts_with(key)).chain([line]);
            format!("[[products]]\n{}\n", lines.collect::<Vec<_>>().join("\n"))
        };
        let good = product("entitlements = ['host_sessions']");
        assert_eq!(Catalogue::parse(&good).unwrap().products().len(), 1);
        let cases = [
            (String::new(), "missing field `products`"),
            ("products = []".to_owned(), "at least one"),
            (format!("{good}{good}"), "\"a\" stands there twice"),
            (product("price = 3"), "unknown field `price`"),
            (product("id = 'A'"), "\"A\", id is refused"),
            (product("id = 'a\"b'"), "id is refused"),
            (product("id = ''"), "id is refused"),
            (product("name = ' '"), "\"a\", name is refused"),
            (product("guide_url = 'http://a.example'"), "guide_url is refused"),
            (product("guide_url = 'https://a b'"), "guide_url is refused"),
            (product("entitlements = ['Host sessions']"), "entitlements is refused"),
            (product("limits = { attendees = 0 }"), "limits is refused"),
            (product("limits = { Attendees = 1 }"), "limits is refused"),
            (product("limits = { attendees = 1.5 }"), "invalid type"),
        ];
        for (text, expected) in cases {
            let error = Catalogue::parse(&text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
