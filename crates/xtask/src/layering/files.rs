//! What every Rust file looks like, whatever it is about.

use std::path::Path;

use super::source::Source;

const MOST_LINES: usize = 500;
/// `main` is a sentence.
const MOST_LINES_OF_MAIN: usize = 30;
const UNFINISHED: [&str; 3] = ["todo!", "unimplemented!", "dbg!"];

/// The lines that break a rule.
pub fn check(file: &Path, source: &Source) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    if !source.text().starts_with("//!") {
        found.push((1, "a file begins with a `//!` line that says what it is".to_owned()));
    }
    let most = if file.ends_with("src/main.rs") {
        MOST_LINES_OF_MAIN
    } else {
        MOST_LINES
    };
    let lines = source.text().lines().count();
    if lines > most {
        found.push((most, format!("the file has {lines} lines, {most} are the limit")));
    }
    for (index, line) in source.code().lines().enumerate() {
        let unfinished = UNFINISHED.iter().filter(|name| line.contains(*name));
        found.extend(unfinished.map(|name| (index + 1, format!("`{name}` has no place in finished code"))));
    }
    found
}
