//! Finds the paths that code names, imports resolved: `use crate::{a::B, c}` names `crate::a::B` and `crate::c`.

/// One path, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub line: usize,
    pub path: Vec<String>,
    /// Whether it is `pub` at the top level of its file.
    pub shown: bool,
    /// Whether it is made here, rather than used.
    pub declared: bool,
}

impl Name {
    /// What it is called in the end.
    pub fn last(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }
}

/// Every path in code without comments and strings.
pub fn names(code: &str) -> Vec<Name> {
    let mut reader = Reader {
        tokens: tokens(code),
        at: 0,
        found: Vec::new(),
    };
    reader.read();
    reader.found
}

#[derive(Clone, Debug)]
struct Token {
    line: usize,
    text: String,
}

fn tokens(code: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    for (index, text) in code.lines().enumerate() {
        let line = index + 1;
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let named = |c: char| c.is_alphanumeric() || c == '_';
            let length = match first {
                _ if named(first) => rest.find(|c| !named(c)).unwrap_or(rest.len()),
                _ if rest.starts_with("::") => 2,
                _ => first.len_utf8(),
            };
            let (token, after) = rest.split_at(length);
            found.push(Token {
                line,
                text: token.to_owned(),
            });
            rest = after.trim_start();
        }
    }
    found
}

const ITEMS: [&str; 9] = [
    "fn", "struct", "enum", "mod", "trait", "type", "const", "static", "union",
];

struct Reader {
    tokens: Vec<Token>,
    at: usize,
    found: Vec<Name>,
}

impl Reader {
    fn read(&mut self) {
        let mut depth = 0;
        let mut public = false;
        while let Some(token) = self.tokens.get(self.at).cloned() {
            self.at += 1;
            match token.text.as_str() {
                "{" => depth += 1,
                "}" => depth -= 1,
                "pub" => {
                    public = depth == 0 && !self.is_next("(");
                    continue;
                }
                // Between `pub` and the item it is about.
                "async" | "unsafe" | "extern" => continue,
                "use" => self.import(Vec::new(), public),
                item if ITEMS.contains(&item) && public => self.declare(),
                _ if is_name(&token.text) => self.path(&token),
                _ => {}
            }
            public = false;
        }
    }

    fn is_next(&self, text: &str) -> bool {
        self.tokens.get(self.at).is_some_and(|token| token.text == text)
    }

    fn declare(&mut self) {
        if let Some(token) = self.tokens.get(self.at) {
            self.found.push(Name {
                line: token.line,
                path: vec![token.text.clone()],
                shown: true,
                declared: true,
            });
        }
    }

    /// A path in code, of two parts or more.
    fn path(&mut self, first: &Token) {
        let mut path = vec![first.text.clone()];
        while self.is_next("::") && self.tokens.get(self.at + 1).is_some_and(|next| is_name(&next.text)) {
            path.push(self.tokens[self.at + 1].text.clone());
            self.at += 2;
        }
        if path.len() > 1 {
            self.found.push(Name {
                line: first.line,
                path,
                shown: false,
                declared: false,
            });
        }
    }

    /// One branch of an import, up to the comma, bracket or semicolon that ends it.
    fn import(&mut self, mut path: Vec<String>, shown: bool) {
        let mut line = self.tokens.get(self.at).map_or(0, |token| token.line);
        while let Some(token) = self.tokens.get(self.at).cloned() {
            match token.text.as_str() {
                "," | "}" | ";" => break,
                "{" => {
                    self.group(&path, shown);
                    return;
                }
                "as" => {
                    // Shown under its new name, but it is the old one that is used.
                    self.at += 1;
                }
                "::" => {}
                // `*` as well.
                name => {
                    line = token.line;
                    path.push(name.to_owned());
                }
            }
            self.at += 1;
        }
        if !path.is_empty() {
            self.found.push(Name {
                line,
                path,
                shown,
                declared: false,
            });
        }
    }

    fn group(&mut self, path: &[String], shown: bool) {
        while !self.is_next("}") && self.at < self.tokens.len() {
            // The opening bracket, or the comma after the branch before.
            self.at += 1;
            if !self.is_next("}") {
                self.import(path.to_vec(), shown);
            }
        }
        self.at += 1;
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(code: &str) -> Vec<String> {
        names(code)
            .iter()
            .map(|name| format!("{} {}", name.line, name.path.join("::")))
            .collect()
    }

    #[test]
    fn paths_and_imports_are_found_with_their_lines() {
        for (code, expected) in [
            ("use a::b;", vec!["1 a::b"]),
            ("use ::a;\nuse b as c;", vec!["1 a", "2 b"]),
            (
                "use a::{\n  b::{c, d},\n  e,\n};\nf::g();",
                vec!["2 a::b::c", "2 a::b::d", "3 a::e", "5 f::g"],
            ),
            ("use {a::b, c::*};", vec!["1 a::b", "1 c::*"]),
            ("use a::{self, b as c};", vec!["1 a::self", "1 a::b"]),
            (
                "fn f(x: a::B<c::D>) -> ::e::F { x.g::<h::I>() }",
                vec!["1 a::B", "1 c::D", "1 e::F", "1 h::I"],
            ),
            ("#[a::b]\nstruct C;", vec!["1 a::b"]),
            ("Vec::<a::B>::new()", vec!["1 a::B"]),
        ] {
            assert_eq!(read(code), expected, "{code}");
        }
    }

    #[test]
    fn what_is_public_at_the_top_is_shown() {
        let code = "pub use a::{B, C};\npub async fn d() {}\npub(crate) fn e() {}\nimpl F { pub fn g() {} }\nmod h;\npub mod i;";
        let shown: Vec<_> = names(code)
            .into_iter()
            .filter(|name| name.shown)
            .map(|name| name.last().to_owned())
            .collect();
        assert_eq!(shown, ["B", "C", "d", "i"]);
    }
}
