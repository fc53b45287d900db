//! Reads a body: a closed subset of HTML, strictly as XML.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::errors::IllFormedError;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use super::address;
use super::flaws::{Flaws, quoted};
use super::pieces::{self, Piece};
use super::tree::{Image, Node, Tag, Target};
use super::variable::Variable;
use crate::domain::is_formatting;

/// How deep elements stand in each other at most.
const MAX_DEPTH: usize = 10;
/// The most variables of a body: with the limits of what they stand for, they bound what is written.
const MAX_VARIABLES: usize = 50;

/// What a body says; nothing of use when there are flaws. Reading stops at the first flaw of the markup. With `hosts`, pictures
/// come from one of them.
pub(super) fn read<'s>(source: &'s str, hosts: Option<&'s [String]>, flaws: &mut Flaws<'_>) -> Vec<Node> {
    let mut reading = Reading {
        source,
        hosts,
        reader: Reader::from_str(source),
        root: Vec::new(),
        open: Vec::new(),
        variables: Vec::new(),
        flaws,
    };
    reading.reader.config_mut().check_comments = true;
    match reading.run() {
        Ok(()) => reading.root,
        Err(Wrong { at, problem }) => {
            flaws.add(at, problem);
            Vec::new()
        }
    }
}

/// What is wrong at an octet of the source.
struct Wrong {
    at: usize,
    problem: String,
}

fn wrong<T>(at: usize, problem: impl Into<String>) -> Result<T, Wrong> {
    let problem = problem.into();
    Err(Wrong { at, problem })
}

/// An element whose end has not come yet.
struct Open {
    tag: Tag,
    at: usize,
    attributes: BTreeMap<String, String>,
    children: Vec<Node>,
}

struct Reading<'s, 'f, 'g> {
    source: &'s str,
    hosts: Option<&'s [String]>,
    reader: Reader<&'s [u8]>,
    root: Vec<Node>,
    open: Vec<Open>,
    variables: Vec<Variable>,
    flaws: &'f mut Flaws<'g>,
}

impl<'s> Reading<'s, '_, '_> {
    fn run(&mut self) -> Result<(), Wrong> {
        loop {
            let at = self.position();
            let event = self.reader.read_event();
            let raw = self.source.get(at..self.position()).unwrap_or_default();
            match event {
                Ok(Event::Start(start)) => self.begin(at, &start)?,
                Ok(Event::Empty(start)) => {
                    self.begin(at, &start)?;
                    self.end()?;
                }
                // The parser has seen to it that it is the end of the last that was begun.
                Ok(Event::End(_)) => self.end()?,
                Ok(Event::Text(_)) => self.text(at, raw)?,
                Ok(Event::GeneralRef(_)) => self.reference(at, raw)?,
                Ok(Event::Comment(_)) => {}
                Ok(Event::CData(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_)) => {
                    return wrong(at, "there are only elements, text and comments");
                }
                Ok(Event::Eof) => break,
                Err(error) => return Err(self.malformed(&error)),
            }
        }
        match self.open.first() {
            Some(open) => wrong(open.at, format!("`<{}>` is never closed", open.tag.name())),
            None => Ok(()),
        }
    }

    fn position(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX)
    }

    fn malformed(&self, error: &quick_xml::Error) -> Wrong {
        let at = usize::try_from(self.reader.error_position()).unwrap_or(usize::MAX);
        let quick_xml::Error::IllFormed(problem) = error else {
            let problem = error.to_string();
            return Wrong { at, problem };
        };
        let problem = match problem {
            IllFormedError::MismatchedEndTag { expected, found } => format!(
                "`</{}>` stands where `</{expected}>` is expected; what has nothing in it is written `<br/>`",
                quoted(found)
            ),
            IllFormedError::UnmatchedEndTag(found) => format!("`</{}>` ends what was never begun", quoted(found)),
            IllFormedError::UnclosedReference => "`&` is written `&amp;`".to_owned(),
            IllFormedError::MissingDeclVersion(_)
            | IllFormedError::UnknownVersion
            | IllFormedError::MissingDoctypeName
            | IllFormedError::MissingEndTag(_)
            | IllFormedError::DoubleHyphenInComment => problem.to_string(),
        };
        Wrong { at, problem }
    }

    fn begin(&mut self, at: usize, start: &BytesStart<'_>) -> Result<(), Wrong> {
        let name = start.name().as_ref().to_owned();
        let Some(tag) = Tag::named(&name) else {
            return wrong(
                at,
                format!("there is no `<{}>`; there are {}", quoted(&name), Tag::names()),
            );
        };
        self.check_void()?;
        if self.open.len() >= MAX_DEPTH {
            return wrong(at, format!("elements stand in each other at most {MAX_DEPTH} deep"));
        }
        let (place, fits) = match self.open.last() {
            None => ("alone", tag.is_block()),
            Some(outer) => (outer.tag.name(), outer.tag.takes(tag)),
        };
        let is_link_in_link = tag == Tag::A && self.open.iter().any(|open| open.tag == Tag::A);
        if !fits || is_link_in_link {
            let place = if place == "alone" {
                "alone".to_owned()
            } else {
                format!("in `<{place}>`")
            };
            return wrong(at, format!("`<{name}>` does not stand {place}"));
        }
        let attributes = attributes(tag, at, start)?;
        self.open.push(Open {
            tag,
            at,
            attributes,
            children: Vec::new(),
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Wrong> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let node = match open.tag {
            Tag::Br => Node::Break,
            Tag::Hr => Node::Rule,
            Tag::Img => Node::Image(image(open.at, &open.attributes, self.hosts)?),
            Tag::A => Node::Link(target(open.at, &open.attributes)?, open.children),
            tag @ (Tag::P
            | Tag::H1
            | Tag::H2
            | Tag::H3
            | Tag::Ul
            | Tag::Ol
            | Tag::Li
            | Tag::Strong
            | Tag::Em
            | Tag::B
            | Tag::I) => Node::Element(tag, open.children),
        };
        self.siblings().push(node);
        Ok(())
    }

    /// Nothing comes before the end of an element that has nothing in it.
    fn check_void(&self) -> Result<(), Wrong> {
        match self.open.last() {
            Some(open) if open.tag.is_void() => {
                let name = open.tag.name();
                wrong(
                    open.at,
                    format!("`<{name}>` is written `<{name}/>`, with nothing in it"),
                )
            }
            Some(_) | None => Ok(()),
        }
    }

    fn siblings(&mut self) -> &mut Vec<Node> {
        match self.open.last_mut() {
            Some(open) => &mut open.children,
            None => &mut self.root,
        }
    }

    fn text(&mut self, at: usize, raw: &'s str) -> Result<(), Wrong> {
        self.check_void()?;
        if !self.open.last().is_some_and(|open| open.tag.takes_text()) {
            return match raw.find(|c: char| !c.is_ascii_whitespace()) {
                Some(begin) => wrong(at + begin, "text stands in a paragraph, a heading or an item of a list"),
                None => Ok(()),
            };
        }
        for piece in pieces::read(raw, at, self.flaws) {
            let node = match piece {
                Piece::Text(text) => Node::Text(text),
                Piece::Value(variable) => {
                    self.count(at, variable)?;
                    Node::Value(variable)
                }
            };
            self.siblings().push(node);
        }
        Ok(())
    }

    fn count(&mut self, at: usize, variable: Variable) -> Result<(), Wrong> {
        if variable.is_list() && self.variables.contains(&variable) {
            return wrong(at, "`products` and `getting_started` stand in a body once each");
        }
        self.variables.push(variable);
        if self.variables.len() > MAX_VARIABLES {
            return wrong(at, format!("a body has at most {MAX_VARIABLES} variables"));
        }
        Ok(())
    }

    fn reference(&mut self, at: usize, raw: &str) -> Result<(), Wrong> {
        let Some(text) = unescaped(raw) else {
            return wrong(
                at,
                format!(
                    "`{}` is none of `&amp;`, `&lt;`, `&gt;`, `&quot;`, `&apos;` and `&#…;`",
                    quoted(raw)
                ),
            );
        };
        self.check_void()?;
        if !self.open.last().is_some_and(|open| open.tag.takes_text()) {
            return wrong(at, "text stands in a paragraph, a heading or an item of a list");
        }
        self.siblings().push(Node::Text(text));
        Ok(())
    }
}

/// Text with its references resolved: to no character that would not be taken itself.
fn unescaped(raw: &str) -> Option<String> {
    let text = unescape(raw).ok()?;
    let is_plain = !text.chars().any(|c| c.is_control() || is_formatting(c));
    is_plain.then(|| text.into_owned())
}

fn attributes(tag: Tag, at: usize, start: &BytesStart<'_>) -> Result<BTreeMap<String, String>, Wrong> {
    let mut found = BTreeMap::new();
    for attribute in start.attributes() {
        let Ok(attribute) = attribute else {
            return wrong(
                at,
                format!("an attribute of `<{}>` is written `name=\"value\"`, once", tag.name()),
            );
        };
        let name = attribute.key.as_ref();
        if !tag.attributes().contains(&name) {
            return wrong(at, format!("`<{}>` takes no `{}`", tag.name(), quoted(name)));
        }
        let Some(value) = unescaped(&attribute.value) else {
            return wrong(at, format!("the `{name}` of `<{}>` cannot be read", tag.name()));
        };
        found.insert(name.to_owned(), value);
    }
    Ok(found)
}

fn target(at: usize, attributes: &BTreeMap<String, String>) -> Result<Target, Wrong> {
    let href = attributes.get("href").map(String::as_str).unwrap_or_default();
    let variable = href.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    if variable.is_some_and(|name| Variable::named(name.trim_matches(' ')) == Some(Variable::AcceptLink)) {
        return Ok(Target::AcceptLink);
    }
    match address::link(href) {
        // An address has no braces: what looks like a variable would lead nowhere.
        Some(address) if !href.contains(['{', '}']) => Ok(Target::Address(address)),
        Some(_) | None => wrong(
            at,
            "the `href` of `<a>` is `{{ accept_link }}`, or begins with https:// or mailto:, without variables",
        ),
    }
}

fn image(at: usize, attributes: &BTreeMap<String, String>, hosts: Option<&[String]>) -> Result<Image, Wrong> {
    let get = |name: &str| attributes.get(name);
    let size = |name: &str| match get(name).map(|text| text.parse()) {
        None => Ok(None),
        Some(Ok(pixels @ 1..=2_000)) => Ok(Some(pixels)),
        Some(Ok(_) | Err(_)) => wrong(
            at,
            format!("the `{name}` of `<img>` is 1 to 2000 pixels, as a bare number"),
        ),
    };
    let Some(source) = get("src").and_then(|text| address::picture(text)) else {
        return wrong(at, "the `src` of `<img>` begins with https://");
    };
    if hosts.is_some_and(|hosts| !address::is_on(&source, hosts)) {
        let host = quoted(source.host_str().unwrap_or_default());
        return wrong(
            at,
            format!("pictures do not come from `{host}`: the operator of the service says from where they may"),
        );
    }
    Ok(Image {
        source,
        alt: get("alt").cloned().unwrap_or_default(),
        width: size("width")?,
        height: size("height")?,
    })
}
