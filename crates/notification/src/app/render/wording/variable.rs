//! The variables that an account's own words may have: these, and no others.

/// What a variable stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variable {
    /// The reader's given name.
    GivenName,
    /// The reader's family name.
    FamilyName,
    /// Both.
    FullName,
    /// The account's name.
    AccountName,
    /// Who invited; the account's name when that is not known.
    InviterName,
    /// When the link stops working.
    ExpireTime,
    /// The names of the products granted, with commas between them.
    Products,
    /// A line for each product granted, with the link to its guide.
    GettingStarted,
    /// The link by which the invitation is accepted.
    AcceptLink,
}

impl Variable {
    const ALL: [Self; 9] = [
        Self::GivenName,
        Self::FamilyName,
        Self::FullName,
        Self::AccountName,
        Self::InviterName,
        Self::ExpireTime,
        Self::Products,
        Self::GettingStarted,
        Self::AcceptLink,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::FullName => "full_name",
            Self::AccountName => "account_name",
            Self::InviterName => "inviter_name",
            Self::ExpireTime => "expire_time",
            Self::Products => "products",
            Self::GettingStarted => "getting_started",
            Self::AcceptLink => "accept_link",
        }
    }

    /// The variable of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|variable| variable.name() == name)
    }

    /// Every name, as a sentence has them.
    pub(super) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// Whether it is as long as the reader has products.
    pub(super) const fn is_list(self) -> bool {
        matches!(self, Self::Products | Self::GettingStarted)
    }

    /// Whether it is words and nothing else, so that a subject may have it.
    pub(super) const fn is_words(self) -> bool {
        !matches!(self, Self::GettingStarted | Self::AcceptLink)
    }
}
