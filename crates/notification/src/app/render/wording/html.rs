//! Writes an account's own words as HTML: every text and value escaped.

use std::fmt::Write;

use minijinja::HtmlEscape;

use super::address;
use super::filling::Filling;
use super::tree::{Image, Node, Target};
use super::variable::Variable;

/// The HTML of a body. Pictures are left out unless they come from one of the hosts that are allowed now.
pub(super) fn write(nodes: &[Node], filling: &Filling<'_>, hosts: &[String]) -> String {
    let mut writer = Writer {
        // As the words themselves run, which need not be as the layout does.
        html: "<div dir=\"auto\">".to_owned(),
        filling,
        hosts,
    };
    writer.nodes(nodes);
    writer.html.push_str("</div>");
    writer.html
}

struct Writer<'a> {
    html: String,
    filling: &'a Filling<'a>,
    hosts: &'a [String],
}

impl Writer<'_> {
    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::Text(text) => self.text(text),
                Node::Value(variable) => self.value(*variable),
                Node::Break => self.html.push_str("<br />"),
                Node::Rule => self.html.push_str("<hr />"),
                Node::Image(image) => self.image(image),
                Node::Link(target, inner) => {
                    let href = match target {
                        Target::AcceptLink => self.filling.link,
                        Target::Address(address) => address,
                    };
                    self.open_link(href);
                    self.nodes(inner);
                    self.html.push_str("</a>");
                }
                Node::Element(tag, inner) => {
                    self.put(format_args!("<{}>", tag.name()));
                    self.nodes(inner);
                    self.put(format_args!("</{}>", tag.name()));
                }
            }
        }
    }

    fn value(&mut self, variable: Variable) {
        match variable {
            Variable::AcceptLink => self.link(self.filling.link, self.filling.link),
            Variable::GettingStarted => self.guides(),
            Variable::GivenName
            | Variable::FamilyName
            | Variable::FullName
            | Variable::AccountName
            | Variable::InviterName
            | Variable::ExpireTime
            | Variable::Products => self.text(&self.filling.words(variable)),
        }
    }

    fn guides(&mut self) {
        for (index, product) in self.filling.products.iter().enumerate() {
            if index > 0 {
                self.html.push_str("<br />");
            }
            self.text(&product.name);
            if !product.guide_url.is_empty() {
                self.text(&self.filling.colon);
                self.html.push(' ');
                self.link(product.guide_url, &self.filling.guide);
            }
        }
    }

    fn image(&mut self, image: &Image) {
        if !address::is_on(&image.source, self.hosts) {
            return self.text(&image.alt);
        }
        let (source, alt) = (HtmlEscape(image.source.as_str()), HtmlEscape(&image.alt));
        self.put(format_args!("<img src=\"{source}\" alt=\"{alt}\""));
        for (name, pixels) in [("width", image.width), ("height", image.height)] {
            if let Some(pixels) = pixels {
                self.put(format_args!(" {name}=\"{pixels}\""));
            }
        }
        self.html.push_str(" />");
    }

    fn link(&mut self, href: &str, words: &str) {
        self.open_link(href);
        self.text(words);
        self.html.push_str("</a>");
    }

    fn open_link(&mut self, href: &str) {
        self.put(format_args!("<a href=\"{}\">", HtmlEscape(href)));
    }

    fn text(&mut self, text: &str) {
        self.put(format_args!("{}", HtmlEscape(text)));
    }

    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        // A string takes whatever is written to it.
        let _always_written = self.html.write_fmt(text);
    }
}
