//! An order to send a mail: what it must hold to be taken.

use types::{AccountId, Email, InvitationId, Language, MailId, Timestamp};

use super::bill::{Bill, BillDraft, BillNeeds};
use super::content::{Content, GrantedProduct};
use super::link::Link;
use super::mail::{self, Kind, Needs};
use super::reason::is_formatting;
use super::wording::WordingKey;

/// The most mails of one order.
pub(crate) const MAX_MAILS: usize = 1_000;
/// The most products one mail names.
const MAX_PRODUCTS: usize = 100;
/// The most characters of a name; more than any name that the other services take.
const MAX_NAME: usize = 200;
/// The most characters of a send key.
const MAX_KEY: usize = 200;
/// The most characters of a link.
const MAX_LINK: usize = 2_000;

/// An order as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) send_key: String,
    pub(crate) account_id: String,
    pub(crate) invitation_id: String,
    pub(crate) kind: Option<Kind>,
    pub(crate) to: String,
    pub(crate) language: String,
    pub(crate) given_name: String,
    pub(crate) family_name: String,
    pub(crate) account_name: String,
    pub(crate) person_name: String,
    pub(crate) link: Link,
    pub(crate) expire_time: Option<Timestamp>,
    pub(crate) products: Vec<GrantedProduct>,
    pub(crate) resent: bool,
    pub(crate) bill: Option<BillDraft>,
    pub(crate) wording: Option<WordingKey>,
}

/// An order that can be carried out.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) id: MailId,
    pub(crate) send_key: String,
    pub(crate) account: Option<AccountId>,
    pub(crate) invitation: Option<InvitationId>,
    pub(crate) kind: Kind,
    pub(crate) to: Email,
    pub(crate) language: Language,
    pub(crate) content: Content,
    pub(crate) link: Option<Link>,
    pub(crate) wording: Option<WordingKey>,
    pub(crate) message_id: String,
    /// Whether somebody asks for it anew, in spite of what came of an earlier one.
    pub(crate) resent: bool,
}

/// A field that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    /// Its path, such as `mails[3].to`.
    pub(crate) field: String,
    /// What is wrong, without the value.
    pub(crate) problem: String,
}

impl Draft {
    /// Reads the draft number `index`; its `Message-ID` will be in `domain`.
    ///
    /// # Errors
    /// Every field that is not as it must be.
    pub(crate) fn read(self, index: usize, domain: &str) -> Result<Order, Vec<Violation>> {
        let mut found = Findings {
            prefix: format!("mails[{index}]"),
            violations: Vec::new(),
        };
        // Without a kind, nothing is known of what else is needed but that it is not too much.
        let needs = self.kind.map_or_else(|| self.given(), Kind::needs);
        found.check_texts(&self, needs);
        found.check_products(&self.products);
        let account = found.read_if(needs.account, "account_id", &self.account_id, str::parse::<AccountId>);
        let invitation = found.read_if(
            needs.invitation,
            "invitation_id",
            &self.invitation_id,
            str::parse::<InvitationId>,
        );
        let kind = found.read("kind", self.kind.ok_or("a kind is required"));
        if self.wording.is_some() && self.kind != Some(Kind::Welcome) {
            found.add("wording", "an account has words of its own for welcomes only");
        }
        let to = found.read("to", Email::parse(&self.to));
        let language = found.read("language", read_language(&self.language));
        if needs.link != self.expire_time.is_some() {
            found.add("expire_time", "a time is required with a link, and only then");
        }
        let bill = found.read_bill(needs.bill, self.bill);
        let (Some(kind), Some(to), Some(language)) = (kind, to, language) else {
            return Err(found.violations);
        };
        if !found.violations.is_empty() {
            return Err(found.violations);
        }
        let id = MailId::new();
        let content = Content {
            given_name: self.given_name,
            family_name: self.family_name,
            account_name: self.account_name,
            person_name: self.person_name,
            expire_time: self.expire_time,
            products: self.products,
            bill,
        };
        Ok(Order {
            id,
            send_key: self.send_key,
            account,
            invitation,
            kind,
            to,
            language,
            content,
            link: needs.link.then_some(self.link),
            wording: self.wording,
            message_id: mail::message_id(id, domain),
            resent: self.resent,
        })
    }

    /// What it holds.
    fn given(&self) -> Needs {
        Needs {
            account: !self.account_id.is_empty(),
            invitation: !self.invitation_id.is_empty(),
            link: !self.link.expose().is_empty(),
            person: false,
            bill: self.bill.as_ref().map(|_| BillNeeds::default()),
        }
    }
}

/// No language is English: a reader who named none still gets their mail.
fn read_language(tag: &str) -> Result<Language, types::InvalidLanguage> {
    if tag.is_empty() {
        Ok(Language::english())
    } else {
        Language::parse(tag)
    }
}

struct Findings {
    prefix: String,
    violations: Vec<Violation>,
}

impl Findings {
    fn add(&mut self, field: &str, problem: impl ToString) {
        let field = format!("{}.{field}", self.prefix);
        self.violations.push(Violation {
            field,
            problem: problem.to_string(),
        });
    }

    fn read<T, E: ToString>(&mut self, field: &str, read: Result<T, E>) -> Option<T> {
        read.inspect_err(|problem| self.add(field, problem.to_string())).ok()
    }

    /// What stands in a field that must be filled, or must not.
    fn read_if<T, E: ToString>(
        &mut self,
        needed: bool,
        field: &str,
        text: &str,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        if needed {
            return self.read(field, read(text));
        }
        if !text.is_empty() {
            self.add(field, "a mail of this kind has none");
        }
        None
    }

    fn read_bill(&mut self, needs: Option<BillNeeds>, bill: Option<BillDraft>) -> Bill {
        match (needs, bill) {
            (Some(needs), Some(bill)) => {
                for (index, count) in bill.seats.iter().enumerate() {
                    self.check_text(
                        &format!("bill.seats[{index}].product_name"),
                        &count.product_name,
                        1,
                        MAX_NAME,
                    );
                }
                return bill.read(needs, |field, problem| self.add(&format!("bill.{field}"), problem));
            }
            (Some(_), None) => self.add("bill", "a bill is required"),
            (None, Some(_)) => self.add("bill", "a mail of this kind has none"),
            (None, None) => {}
        }
        Bill::default()
    }

    fn check_texts(&mut self, draft: &Draft, needs: Needs) {
        self.check_text("send_key", &draft.send_key, 1, MAX_KEY);
        self.check_text("given_name", &draft.given_name, 0, MAX_NAME);
        self.check_text("family_name", &draft.family_name, 0, MAX_NAME);
        self.check_text("account_name", &draft.account_name, 1, MAX_NAME);
        self.check_text("person_name", &draft.person_name, usize::from(needs.person), MAX_NAME);
        if needs.link {
            self.check_link("link", draft.link.expose());
        } else if !draft.link.expose().is_empty() {
            self.add("link", "a mail of this kind has none");
        }
    }

    fn check_products(&mut self, products: &[GrantedProduct]) {
        if products.len() > MAX_PRODUCTS {
            self.add("products", format!("at most {MAX_PRODUCTS} are expected"));
            return;
        }
        for (index, product) in products.iter().enumerate() {
            self.check_text(&format!("products[{index}].name"), &product.name, 1, MAX_NAME);
            if !product.guide_url.is_empty() {
                self.check_link(&format!("products[{index}].guide_url"), &product.guide_url);
            }
        }
    }

    /// Control characters would end a header; the others make a text read as another one.
    fn check_text(&mut self, field: &str, text: &str, shortest: usize, longest: usize) {
        if text.chars().any(|c| c.is_control() || is_formatting(c)) {
            self.add(field, "control characters and direction overrides are refused");
        } else if text.trim().len() < shortest {
            self.add(field, "a text is required");
        } else if text.chars().count() > longest {
            self.add(field, format!("at most {longest} characters are expected"));
        }
    }

    fn check_link(&mut self, field: &str, link: &str) {
        let web = link.starts_with("https://") || link.starts_with("http://");
        let plain = link.bytes().all(|byte| byte.is_ascii_graphic());
        if !web || !plain || link.len() > MAX_LINK {
            self.add(field, "a link of the web is expected: http(s), ASCII, without spaces");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SeatCount;

    fn draft() -> Draft {
        Draft {
            send_key: "inv/1".into(),
            account_id: AccountId::new().to_string(),
            invitation_id: InvitationId::new().to_string(),
            kind: Some(Kind::Welcome),
            to: "ada@example.com".into(),
            language: "de".into(),
            given_name: "Ada".into(),
            family_name: "Lovelace".into(),
            account_name: "Analytical Engines".into(),
            person_name: "Charles Babbage".into(),
            link: Link::new("https://usher.example/accept/abc"),
            expire_time: Some(Timestamp::from_micros(1)),
            products: vec![GrantedProduct {
                name: "Meeting".into(),
                guide_url: "https://usher.example/guide".into(),
            }],
            resent: false,
            bill: None,
            wording: None,
        }
    }

    fn bill() -> BillDraft {
        BillDraft {
            invoice_number: 7,
            amount: 1_250,
            currency: "EUR".into(),
            date: "2026-08-03".into(),
            seats: vec![SeatCount {
                product_name: "Meeting".into(),
                present: 5,
                seats: 3,
            }],
        }
    }

    fn fields(draft: Draft) -> Vec<String> {
        let violations = draft.read(3, "usher.example").err().unwrap_or_default();
        violations.into_iter().map(|violation| violation.field).collect()
    }

    #[test]
    fn a_good_draft_is_an_order_with_its_message_id() {
        let order = draft().read(0, "usher.example").unwrap();
        assert_eq!(order.message_id, format!("<{}@usher.example>", order.id));
        assert_eq!((order.to.address(), order.language.as_str()), ("ada@example.com", "de"));
    }

    #[test]
    fn what_need_not_be_known_may_be_missing() {
        let mut draft = draft();
        draft.language.clear();
        draft.family_name.clear();
        draft.person_name.clear();
        draft.products[0].guide_url.clear();
        assert_eq!(draft.read(0, "usher.example").unwrap().language, Language::english());
    }

    type Spoil = fn(&mut Draft);

    #[test]
    fn every_spoilt_field_is_named() {
        let cases: [(&str, Spoil); 22] = [
            ("send_key", |draft| draft.send_key.clear()),
            ("send_key", |draft| draft.send_key = "k".repeat(201)),
            ("account_id", |draft| draft.account_id = "usr_1".into()),
            ("invitation_id", |draft| draft.invitation_id.clear()),
            ("kind", |draft| draft.kind = None),
            ("to", |draft| {
                draft.to = "ada@example.com\r\nBcc: eve@example.com".into()
            }),
            ("to", |draft| draft.to = "\"Ada\" <ada@example.com>".into()),
            ("to", |draft| draft.to = "\"ada lovelace\"@example.com".into()),
            ("language", |draft| draft.language = "xx".into()),
            ("language", |draft| draft.language = "en\r\nBcc: eve@example.com".into()),
            ("given_name", |draft| {
                draft.given_name = "Ada\r\nBcc: eve@example.com".into()
            }),
            ("family_name", |draft| draft.family_name = "Love\0lace".into()),
            ("account_name", |draft| draft.account_name = "  ".into()),
            ("account_name", |draft| draft.account_name = "x".repeat(1_000_000)),
            ("person_name", |draft| draft.person_name = "\u{202e}selrahC".into()),
            ("link", |draft| draft.link = Link::new("javascript:alert(1)")),
            ("link", |draft| draft.link = Link::new("https://usher.example/\n")),
            ("expire_time", |draft| draft.expire_time = None),
            ("link", |draft| draft.link = Link::new("")),
            ("products[0].name", |draft| draft.products[0].name = "Meet\ning".into()),
            ("products[0].guide_url", |draft| {
                draft.products[0].guide_url = "//usher.example".into()
            }),
            ("products", |draft| {
                draft.products = vec![draft.products[0].clone(); 101]
            }),
        ];
        for (field, spoil) in cases {
            let mut draft = draft();
            spoil(&mut draft);
            assert_eq!(fields(draft), [format!("mails[3].{field}")]);
        }
    }

    /// A mail of this kind with what it needs, and nothing else.
    fn notice(kind: Kind) -> Draft {
        let needs = kind.needs();
        let mut draft = Draft {
            kind: Some(kind),
            products: Vec::new(),
            bill: needs.bill.map(|_| bill()),
            ..draft()
        };
        if !needs.account {
            draft.account_id.clear();
        }
        if !needs.invitation {
            draft.invitation_id.clear();
        }
        if !needs.link {
            draft.link = Link::new("");
            draft.expire_time = None;
        }
        if !needs.person {
            draft.person_name.clear();
        }
        draft
    }

    #[test]
    fn a_mail_holds_what_its_kind_needs() {
        for kind in Kind::ALL {
            let (needs, order) = (kind.needs(), notice(kind).read(0, "usher.example").unwrap());
            let held = Needs {
                account: order.account.is_some(),
                invitation: order.invitation.is_some(),
                link: order.link.is_some() && order.content.expire_time.is_some(),
                person: !order.content.person_name.is_empty(),
                bill: needs.bill.filter(|_| order.content.bill != Bill::default()),
            };
            assert_eq!(held, needs, "{kind:?}");
        }
    }

    #[test]
    fn a_mail_that_lacks_what_its_kind_needs_or_has_more_is_refused() {
        for kind in Kind::ALL {
            let (needs, full) = (kind.needs(), draft());
            let cases: [(&str, bool, Draft); 5] = [
                ("bill", needs.bill.is_some(), {
                    let bill = needs.bill.is_none().then(bill);
                    Draft { bill, ..notice(kind) }
                }),
                ("account_id", needs.account, {
                    let account_id = if needs.account { String::new() } else { full.account_id };
                    Draft {
                        account_id,
                        ..notice(kind)
                    }
                }),
                ("invitation_id", needs.invitation, {
                    let invitation_id = if needs.invitation {
                        String::new()
                    } else {
                        full.invitation_id
                    };
                    Draft {
                        invitation_id,
                        ..notice(kind)
                    }
                }),
                ("link", needs.link, {
                    let link = if needs.link { Link::new("") } else { full.link };
                    Draft { link, ..notice(kind) }
                }),
                ("expire_time", needs.link, {
                    let expire_time = if needs.link { None } else { full.expire_time };
                    Draft {
                        expire_time,
                        ..notice(kind)
                    }
                }),
            ];
            for (field, needed, draft) in cases {
                assert_eq!(
                    fields(draft),
                    [format!("mails[3].{field}")],
                    "{kind:?}, needed: {needed}"
                );
            }
            let nameless = Draft {
                person_name: String::new(),
                ..notice(kind)
            };
            let refused = if needs.person {
                vec!["mails[3].person_name".to_owned()]
            } else {
                vec![]
            };
            assert_eq!(fields(nameless), refused, "{kind:?}");
        }
    }

    #[test]
    fn only_a_welcome_has_words_of_the_accounts_own() {
        let wording = WordingKey {
            id: "emt_1".into(),
            version: 1,
        };
        for kind in Kind::ALL {
            let wording = Some(wording.clone());
            let refused: &[&str] = if kind == Kind::Welcome {
                &[]
            } else {
                &["mails[3].wording"]
            };
            assert_eq!(
                fields(Draft {
                    wording,
                    ..notice(kind)
                }),
                refused,
                "{kind:?}"
            );
        }
    }

    #[test]
    fn all_spoilt_fields_are_named_at_once() {
        let mut draft = draft();
        draft.to.clear();
        draft.account_name.clear();
        assert_eq!(fields(draft), ["mails[3].account_name", "mails[3].to"]);
    }
}
