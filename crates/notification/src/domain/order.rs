//! An order to send a mail: what it must hold to be taken.

use types::{AccountId, Email, InvitationId, Language, MailId, Timestamp};

use super::bill::{Bill, BillDraft, BillNeeds};
use super::claim::{Claim, Queued};
use super::content::{Content, GrantedProduct};
use super::link::Link;
use super::mail::{self, Kind, Mail, Needs};
use super::reason::is_formatting;
use super::traffic::Lane;
use super::wording::WordingKey;

/// The most mails of one order.
pub(crate) const MAX_MAILS: usize = 1_000;
/// The most products one mail names.
const MAX_PRODUCTS: usize = 100;
/// The most characters of a name; more than any name that the other services take.
const MAX_NAME: usize = 200;
/// The most characters of a send key.
const MAX_KEY: usize = 200;
/// The characters of a `traceparent`.
const MAX_TRACE_PARENT: usize = 55;
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
    pub(crate) trace_parent: String,
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
    /// The trace of the request that it comes from; empty for none.
    pub(crate) trace_parent: String,
}

impl Order {
    /// The account that it is sent for and the domain that it goes to.
    pub(crate) fn lane(&self) -> Lane {
        Lane {
            account: self.account.map(|id| id.to_string()).unwrap_or_default(),
            domain: self.to.domain().to_owned(),
        }
    }

    /// The first claim of the mail, which was `queued` at this time.
    pub(crate) fn claim(self, owner: &str, now: Timestamp, queued: Queued) -> Claim {
        Claim {
            id: self.id,
            owner: owner.to_owned(),
            lane: self.lane(),
            recipient: self.to.canonical().to_owned(),
            create_time: now,
            attempts: 1,
            suppressed: queued.suppressed,
            resent: self.resent,
            cancelled: queued.cancelled,
            trace_parent: Some(self.trace_parent).filter(|text| !text.is_empty()),
            mail: Some(Mail {
                id: self.id,
                kind: self.kind,
                to: self.to,
                language: self.language.to_string(),
                content: self.content,
                link: self.link,
                wording: self.wording,
                message_id: self.message_id,
                create_time: now,
            }),
        }
    }
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
            trace_parent: self.trace_parent,
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
        self.check_text("trace_parent", &draft.trace_parent, 0, MAX_TRACE_PARENT);
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
mod tests;
