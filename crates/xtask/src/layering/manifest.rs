//! Reads from a `Cargo.toml` what the rules ask about, with line numbers, which a TOML library would not tell.

/// One dependency of a crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    pub line: usize,
    pub name: String,
    /// Whether only tests, benches and examples get it.
    pub dev: bool,
}

/// The name of the package.
pub fn package(manifest: &str) -> String {
    let name = manifest
        .lines()
        .find_map(|line| line.strip_prefix("name"))
        .unwrap_or_default();
    name.trim_matches(|c: char| c.is_whitespace() || c == '=' || c == '"')
        .to_owned()
}

/// All dependencies, of every kind and for every platform.
pub fn dependencies(manifest: &str) -> Vec<Dependency> {
    let mut found = Vec::new();
    let mut section = Section::default();
    for (index, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[').filter(|_| line.ends_with(']')) {
            section = Section::new(header.trim_end_matches(']'));
        }
        let name = if line.starts_with('[') {
            section.only.clone()
        } else {
            section.dependency(line)
        };
        found.extend(name.map(|name| Dependency {
            line: index + 1,
            name,
            dev: section.dev,
        }));
    }
    found
}

#[derive(Default)]
struct Section {
    lists_dependencies: bool,
    dev: bool,
    /// `[dependencies.name]` is a section about one of them.
    only: Option<String>,
}

impl Section {
    fn new(header: &str) -> Self {
        let (kind, only) = match header.split_once("dependencies.") {
            Some((kind, only)) => (format!("{kind}dependencies"), Some(only.to_owned())),
            None => (header.to_owned(), None),
        };
        // Not the table of versions at the root, `[workspace.dependencies]`.
        let lists = ["dependencies", "dev-dependencies", "build-dependencies"]
            .iter()
            .any(|list| kind == *list || kind.starts_with("target.") && kind.ends_with(&format!(".{list}")));
        let dev = lists && kind.ends_with("dev-dependencies");
        Self {
            lists_dependencies: lists && only.is_none(),
            dev,
            only: only.filter(|_| lists),
        }
    }

    fn dependency(&self, line: &str) -> Option<String> {
        let (key, value) = line.split_once('=').filter(|_| self.lists_dependencies)?;
        let name = key.trim().split('.').next()?.trim_matches('"');
        let named = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        // What follows an opened array is no name: `"feature",`.
        let is_name = !name.is_empty() && name.chars().all(named) && !line.starts_with('#');
        let renamed = value.split_once("package").and_then(|(_, rest)| rest.split('"').nth(1));
        is_name.then(|| renamed.unwrap_or(name).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_are_found_in_every_notation() {
        let manifest = "[package]\nname = \"it\"\n[features]\nx = [\"dep:a\"]\n[dependencies]\na.workspace = true\n\
                        b = { version = \"1\", features = [\n  \"c\",\n] }\nd = { package = \"e\" }\n# f = \"1\"\n\
                        [dependencies.g]\nversion = \"1\"\n[target.'cfg(unix)'.dev-dependencies]\nh = \"1\"\n\
                        [workspace.dependencies]\ni = \"1\"\n[build-dependencies]\nj = \"1\"\n";
        let found: Vec<_> = dependencies(manifest)
            .into_iter()
            .map(|d| (d.line, d.name, d.dev))
            .collect();
        let expected = [
            (6, "a", false),
            (7, "b", false),
            (10, "e", false),
            (12, "g", false),
            (15, "h", true),
            (19, "j", false),
        ];
        assert_eq!(found, expected.map(|(line, name, dev)| (line, name.to_owned(), dev)));
        assert_eq!(package(manifest), "it");
    }
}
