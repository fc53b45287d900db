//! The elements that an account's own words may have, and what stands in which.

use url::Url;

use super::variable::Variable;

/// What a body consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Text(String),
    Value(Variable),
    Break,
    Rule,
    Image(Image),
    Link(Target, Vec<Node>),
    /// Any other element.
    Element(Tag, Vec<Node>),
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Image {
    pub(super) source: Url,
    /// What is read where it is not shown.
    pub(super) alt: String,
    /// In pixels.
    pub(super) width: Option<u16>,
    /// In pixels.
    pub(super) height: Option<u16>,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// To where the invitation is accepted.
    AcceptLink,
    /// To an address that the account has written.
    Address(String),
}

/// The name of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    P,
    H1,
    H2,
    H3,
    Ul,
    Ol,
    Li,
    Hr,
    Strong,
    Em,
    B,
    I,
    A,
    Br,
    Img,
}

impl Tag {
    const ALL: [Self; 15] = [
        Self::P,
        Self::H1,
        Self::H2,
        Self::H3,
        Self::Ul,
        Self::Ol,
        Self::Li,
        Self::Hr,
        Self::Strong,
        Self::Em,
        Self::B,
        Self::I,
        Self::A,
        Self::Br,
        Self::Img,
    ];

    /// As it is written.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::P => "p",
            Self::H1 => "h1",
            Self::H2 => "h2",
            Self::H3 => "h3",
            Self::Ul => "ul",
            Self::Ol => "ol",
            Self::Li => "li",
            Self::Hr => "hr",
            Self::Strong => "strong",
            Self::Em => "em",
            Self::B => "b",
            Self::I => "i",
            Self::A => "a",
            Self::Br => "br",
            Self::Img => "img",
        }
    }

    /// The element of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tag| tag.name() == name)
    }

    /// Every name, as a sentence has them.
    pub(super) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// The attributes that it may have.
    pub(super) const fn attributes(self) -> &'static [&'static str] {
        match self {
            Self::A => &["href"],
            Self::Img => &["src", "alt", "width", "height"],
            Self::P
            | Self::H1
            | Self::H2
            | Self::H3
            | Self::Ul
            | Self::Ol
            | Self::Li
            | Self::Hr
            | Self::Strong
            | Self::Em
            | Self::B
            | Self::I
            | Self::Br => &[],
        }
    }

    const fn is_list(self) -> bool {
        matches!(self, Self::Ul | Self::Ol)
    }

    const fn is_inline(self) -> bool {
        matches!(
            self,
            Self::Strong | Self::Em | Self::B | Self::I | Self::A | Self::Br | Self::Img
        )
    }

    /// Whether it has nothing in it.
    pub(super) const fn is_void(self) -> bool {
        matches!(self, Self::Hr | Self::Br | Self::Img)
    }

    /// Whether text may stand in it.
    pub(super) const fn takes_text(self) -> bool {
        !self.is_list() && !self.is_void()
    }

    /// Whether `inner` may stand in it.
    pub(super) const fn takes(self, inner: Self) -> bool {
        match self {
            Self::Ul | Self::Ol => matches!(inner, Self::Li),
            Self::Li => inner.is_inline() || inner.is_list(),
            Self::P | Self::H1 | Self::H2 | Self::H3 | Self::Strong | Self::Em | Self::B | Self::I => inner.is_inline(),
            Self::A => inner.is_inline() && !matches!(inner, Self::A),
            Self::Hr | Self::Br | Self::Img => false,
        }
    }

    /// Whether it may stand in no other element.
    pub(super) const fn is_block(self) -> bool {
        !self.is_inline() && !matches!(self, Self::Li)
    }
}
