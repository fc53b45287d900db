//! Text with variables in it, such as `Hello {{ given_name }}`.

use super::flaws::{Flaws, quoted};
use super::variable::Variable;

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    Value(Variable),
}

/// The parts of `text`, which stands at this octet of what has the flaws.
pub(super) fn read(text: &str, at: usize, flaws: &mut Flaws<'_>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(brace) = rest.find(['{', '}']) {
        let (before, tag) = rest.split_at(brace);
        plain.push_str(before);
        let here = at + (text.len() - tag.len());
        rest = match tag.get(..2) {
            Some("{{") => match variable(tag) {
                Ok((variable, after)) => {
                    if !plain.is_empty() {
                        pieces.push(Piece::Text(std::mem::take(&mut plain)));
                    }
                    pieces.push(Piece::Value(variable));
                    after
                }
                Err((problem, after)) => {
                    flaws.add(here, problem);
                    after
                }
            },
            Some(other @ ("}}" | "{%" | "{#")) => {
                flaws.add(
                    here,
                    format!("`{other}` stands alone: there are only variables such as {{{{ given_name }}}}"),
                );
                &tag[2..]
            }
            _ => {
                plain.push_str(&tag[..1]);
                &tag[1..]
            }
        };
        if flaws.is_full() {
            return Vec::new();
        }
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    pieces
}

/// The variable at the beginning of `tag` and what comes after it; or what is wrong, and where to go on.
fn variable(tag: &str) -> Result<(Variable, &str), (String, &str)> {
    let inside = &tag[2..];
    let Some((name, after)) = inside.split_once("}}") else {
        return Err(("`{{` is never closed".to_owned(), ""));
    };
    let name = name.trim_matches(' ');
    match Variable::named(name) {
        Some(variable) => Ok((variable, after)),
        None => {
            let problem = format!(
                "there is no variable `{}`; there are {}",
                quoted(name),
                Variable::names()
            );
            Err((problem, after))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Field;

    fn outcome(text: &str) -> Result<Vec<Piece>, Vec<(u32, u32)>> {
        let mut flaws = Flaws::new(Field::Subject, text);
        let pieces = read(text, 0, &mut flaws);
        let found = flaws.into_found();
        if found.is_empty() {
            Ok(pieces)
        } else {
            Err(found.iter().map(|flaw| (flaw.line, flaw.column)).collect())
        }
    }

    #[test]
    fn variables_stand_between_texts() {
        let text = |text: &str| Piece::Text(text.into());
        let value = Piece::Value;
        let cases = [
            ("", vec![]),
            ("Hello", vec![text("Hello")]),
            ("{{given_name}}", vec![value(Variable::GivenName)]),
            (
                "Ä {{  full_name }}{{products}} {ö} }",
                vec![
                    text("Ä "),
                    value(Variable::FullName),
                    value(Variable::Products),
                    text(" {ö} }"),
                ],
            ),
        ];
        for (source, pieces) in cases {
            assert_eq!(outcome(source), Ok(pieces), "{source}");
        }
    }

    #[test]
    fn what_is_no_variable_is_told_with_its_place() {
        let cases = [
            ("Hi {{ name }}", vec![(1, 4)]),
            ("Ä\nß {{ given_name", vec![(2, 3)]),
            ("{{ given name }} {{GIVEN_NAME}}", vec![(1, 1), (1, 18)]),
            ("{{}}", vec![(1, 1)]),
            ("{% for x in y %}", vec![(1, 1)]),
            ("a }} b", vec![(1, 3)]),
            ("{# x #}", vec![(1, 1)]),
            ("{{{ given_name }}}", vec![(1, 1)]),
            ("{{ given_name | safe }}", vec![(1, 1)]),
            ("{{ given_name.__class__ }}", vec![(1, 1)]),
            ("{{ {{ given_name }} }}", vec![(1, 1), (1, 21)]),
        ];
        for (source, places) in cases {
            assert_eq!(outcome(source), Err(places), "{source}");
        }
    }

    #[test]
    fn a_text_of_nothing_but_braces_is_read_in_one_pass() {
        for text in [
            "{".repeat(32_768),
            "}".repeat(32_768),
            "{{x".repeat(10_922),
            "{ ".repeat(16_384),
        ] {
            let places = outcome(&text).err().unwrap_or_default();
            assert!(places.len() <= 10);
        }
    }
}
