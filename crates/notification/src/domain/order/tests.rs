//! Which orders are taken.

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
        trace_parent: String::new(),
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
    let cases: [(&str, Spoil); 23] = [
        ("trace_parent", |draft| draft.trace_parent = "0".repeat(56)),
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
