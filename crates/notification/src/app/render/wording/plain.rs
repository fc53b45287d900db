//! Writes an account's own words as plain text.

use super::filling::Filling;
use super::tree::{Node, Tag, Target};
use super::variable::Variable;

/// The text of a body: blocks with an empty line between them, items of lists on lines of their own.
pub(super) fn write(nodes: &[Node], filling: &Filling<'_>) -> String {
    let blocks = nodes.iter().map(|node| match node {
        Node::Rule => "----".to_owned(),
        Node::Element(tag @ (Tag::Ul | Tag::Ol), items) => list(*tag, items, filling),
        Node::Text(_) | Node::Value(_) | Node::Break | Node::Image(_) | Node::Link(..) | Node::Element(..) => {
            lines(std::slice::from_ref(node), filling).join("\n")
        }
    });
    let blocks: Vec<String> = blocks.filter(|block| !block.is_empty()).collect();
    blocks.join("\n\n")
}

fn list(tag: Tag, items: &[Node], filling: &Filling<'_>) -> String {
    let mut written = Vec::new();
    let mut number = 0;
    for item in items {
        let Node::Element(Tag::Li, inner) = item else { continue };
        number += 1;
        let mark = if tag == Tag::Ol {
            format!("  {number}. ")
        } else {
            "  * ".to_owned()
        };
        let indent = " ".repeat(mark.len());
        let is_list = |node: &Node| matches!(node, Node::Element(Tag::Ul | Tag::Ol, _));
        let (lists, words): (Vec<Node>, Vec<Node>) = inner.iter().cloned().partition(is_list);
        written.push(format!("{mark}{}", lines(&words, filling).join(&format!("\n{indent}"))));
        for inner in &lists {
            let text = write(std::slice::from_ref(inner), filling);
            written.extend(text.lines().map(|line| format!("  {line}")));
        }
    }
    written.join("\n")
}

/// Running text, its white space as a reader of HTML sees it.
fn lines(nodes: &[Node], filling: &Filling<'_>) -> Vec<String> {
    let mut text = String::new();
    inline(nodes, filling, &mut text);
    let line = |line: &str| {
        let words = line.split([' ', '\t', '\r']).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(" ")
    };
    let lines: Vec<String> = text.split('\n').map(line).collect();
    if lines.iter().all(String::is_empty) {
        Vec::new()
    } else {
        lines
    }
}

fn inline(nodes: &[Node], filling: &Filling<'_>, text: &mut String) {
    for node in nodes {
        match node {
            // Here a line ends with `<br/>` only.
            Node::Text(words) => text.push_str(&words.replace('\n', " ")),
            Node::Value(Variable::GettingStarted) => text.push_str(&guides(filling)),
            Node::Value(variable) => text.push_str(&filling.words(*variable)),
            Node::Break => text.push('\n'),
            Node::Rule => {}
            Node::Image(image) => text.push_str(&image.alt),
            Node::Link(target, inner) => {
                let address = match target {
                    Target::AcceptLink => filling.link,
                    Target::Address(address) => address,
                };
                let mut words = String::new();
                inline(inner, filling, &mut words);
                let words = words.trim();
                text.push_str(words);
                if words.is_empty() {
                    text.push_str(address);
                } else if words != address {
                    text.push_str(&format!("{} {address}", filling.colon));
                }
            }
            Node::Element(_, inner) => inline(inner, filling, text),
        }
    }
}

fn guides(filling: &Filling<'_>) -> String {
    let line = |product: &super::filling::Product<'_>| match product.guide_url {
        "" => product.name.clone(),
        url => format!("{}{} {url}", product.name, filling.colon),
    };
    filling.products.iter().map(line).collect::<Vec<_>>().join("\n")
}
