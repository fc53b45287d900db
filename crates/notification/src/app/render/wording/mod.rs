//! An account's own words for a mail: read strictly, filled in, and written as HTML and as text.

mod address;
mod filling;
mod flaws;
mod html;
mod markup;
mod pieces;
mod plain;
#[cfg(test)]
mod tests;
mod tree;
mod variable;

use fluent_bundle::FluentArgs;

use self::filling::Filling;
use self::flaws::Flaws;
use self::pieces::Piece;
use self::tree::{Node, Target};
use self::variable::Variable;
use super::RenderError;
use super::words::Words;
use crate::domain::{Content, Field, Flaw, Link, Translation, is_formatting};

/// The most characters of a subject.
const MAX_SUBJECT: usize = 150;
/// The most octets of a body.
const MAX_BODY: usize = 32 * 1024;

/// A translation, understood.
#[derive(Debug)]
pub(super) struct OwnWords {
    subject: Vec<Piece>,
    body: Vec<Node>,
}

/// A translation, filled in.
#[derive(Debug)]
pub(super) struct Filled {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

impl OwnWords {
    /// Reads a translation that is to be taken: its pictures come from these hosts.
    ///
    /// # Errors
    /// Everything that is wrong with it, up to ten flaws a text.
    pub(super) fn check(translation: &Translation, hosts: &[String]) -> Result<Self, Vec<Flaw>> {
        Self::parse(translation, Some(hosts))
    }

    /// Reads a translation that was taken once.
    ///
    /// # Errors
    /// As [`Self::check`], whatever hosts its pictures come from.
    pub(super) fn read(translation: &Translation) -> Result<Self, Vec<Flaw>> {
        Self::parse(translation, None)
    }

    fn parse(translation: &Translation, hosts: Option<&[String]>) -> Result<Self, Vec<Flaw>> {
        let (subject, mut flaws) = read_subject(translation.subject.trim());
        let (body, more) = read_body(&translation.body.replace("\r\n", "\n"), hosts);
        flaws.extend(more);
        if flaws.is_empty() {
            Ok(Self { subject, body })
        } else {
            Err(flaws)
        }
    }

    /// Whether the link by which the invitation is accepted is in it.
    pub(super) fn has_accept_link(&self) -> bool {
        has_accept_link(&self.body)
    }

    /// The words with the values of one mail. Pictures are left out that come from none of these hosts.
    ///
    /// # Errors
    /// When the system's words lack what a variable stands for.
    pub(super) fn fill(
        &self,
        content: &Content,
        link: Option<&Link>,
        words: &Words,
        values: &FluentArgs<'_>,
        hosts: &[String],
    ) -> Result<Filled, RenderError> {
        let filling = Filling::new(content, link, words, values)?;
        let subject = self.subject.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Value(variable) => filling.words(*variable),
        });
        Ok(Filled {
            subject: subject.collect(),
            text: plain::write(&self.body, &filling),
            html: html::write(&self.body, &filling, hosts),
        })
    }
}

fn read_subject(subject: &str) -> (Vec<Piece>, Vec<Flaw>) {
    let mut flaws = Flaws::new(Field::Subject, subject);
    if subject.is_empty() {
        flaws.add(0, "a subject is required");
    } else if let Some((at, _)) = subject.char_indices().nth(MAX_SUBJECT) {
        flaws.add(at, format!("a subject has at most {MAX_SUBJECT} characters"));
    } else if let Some((at, _)) = subject
        .char_indices()
        .find(|(_, c)| c.is_control() || is_formatting(*c))
    {
        flaws.add(at, "a subject is one line, without control characters");
    } else {
        let pieces = pieces::read(subject, 0, &mut flaws);
        let is_long = |piece: &Piece| matches!(piece, Piece::Value(variable) if !variable.is_words());
        if pieces.iter().any(is_long) {
            flaws.add(0, "`accept_link` and `getting_started` do not stand in a subject");
        }
        return (pieces, flaws.into_found());
    }
    (Vec::new(), flaws.into_found())
}

fn read_body(body: &str, hosts: Option<&[String]>) -> (Vec<Node>, Vec<Flaw>) {
    let mut flaws = Flaws::new(Field::Body, body);
    let is_bad = |c: char| c.is_control() && !matches!(c, '\n' | '\t') || is_formatting(c);
    let nodes = if body.trim().is_empty() {
        flaws.add(0, "a body is required");
        Vec::new()
    } else if body.len() > MAX_BODY {
        flaws.add(0, format!("a body has at most {MAX_BODY} octets"));
        Vec::new()
    } else if let Some(at) = body.find(is_bad) {
        flaws.add(at, "control characters and direction overrides are refused");
        Vec::new()
    } else {
        markup::read(body, hosts, &mut flaws)
    };
    (nodes, flaws.into_found())
}

fn has_accept_link(nodes: &[Node]) -> bool {
    nodes.iter().any(|node| match node {
        Node::Value(variable) => *variable == Variable::AcceptLink,
        Node::Link(target, inner) => *target == Target::AcceptLink || has_accept_link(inner),
        Node::Element(_, inner) => has_accept_link(inner),
        Node::Text(_) | Node::Break | Node::Rule | Node::Image(_) => false,
    })
}
