//! Reads a service's configuration: its defaults, then a TOML file, then the environment; unknown keys are refused.

use std::path::{Path, PathBuf};

use figment::Figment;
use figment::error::Kind;
use figment::providers::{Format, Toml};
use figment::value::Value;
use serde::de::DeserializeOwned;

pub use types::period;

/// A configuration that cannot be used. The message names the key and never shows its value, which may be a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file that was named cannot be read.
    #[error("cannot read the configuration file {}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// One or more keys are unknown, missing or wrong.
    #[error("the configuration of {service} is refused: {problems}")]
    Refused {
        /// Whose configuration.
        service: String,
        /// Each key with what is wrong about it.
        problems: String,
    },
}

/// Reads the configuration of `service`: the defaults of `C` < the TOML file < variables `USHER_<SERVICE>__SECTION__KEY`.
///
/// # Errors
/// When the file cannot be read, or when a key is unknown (the blocks say `deny_unknown_fields`), missing or wrong.
pub fn load<C: DeserializeOwned>(service: &str, file: Option<&Path>) -> Result<C, ConfigError> {
    load_with(
        service,
        file,
        std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?))),
    )
}

/// As [`load`], with the environment given: for tests and for programs that start others.
///
/// # Errors
/// As [`load`].
pub fn load_with<C: DeserializeOwned>(
    service: &str,
    file: Option<&Path>,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<C, ConfigError> {
    let mut figment = Figment::new();
    if let Some(path) = file {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::File {
            path: path.into(),
            source,
        })?;
        figment = figment.merge(Toml::string(&text));
    }
    let prefix = format!("USHER_{}__", service.to_ascii_uppercase().replace('-', "_"));
    for (name, value) in environment {
        if let Some(key) = name.strip_prefix(&prefix) {
            let key = key.to_ascii_lowercase().replace("__", ".");
            figment = figment.merge((key, read_value(&value)));
        }
    }
    figment.extract().map_err(|error| ConfigError::Refused {
        service: service.to_owned(),
        problems: problems(error),
    })
}

/// A variable's text as the value it looks like: a number, a boolean, `[a, b]`, `{a = 1}`, or else a text.
fn read_value(text: &str) -> Value {
    let Ok(value) = text.parse::<Value>();
    value
}

/// Every problem as `section.key: what is wrong`, without the value that was found.
fn problems(error: figment::Error) -> String {
    error
        .into_iter()
        .map(|problem| describe(&problem))
        .collect::<Vec<_>>()
        .join("; ")
}

fn describe(problem: &figment::Error) -> String {
    let key = |name: &str| {
        let mut path = problem.path.clone();
        if !name.is_empty() && path.last().is_none_or(|last| last != name) {
            path.push(name.to_owned());
        }
        if path.is_empty() {
            "the file".to_owned()
        } else {
            path.join(".")
        }
    };
    match &problem.kind {
        Kind::UnknownField(name, known) => format!("{}: unknown key (known here: {})", key(name), known.join(", ")),
        Kind::MissingField(name) => format!("{}: missing", key(name)),
        Kind::DuplicateField(name) => format!("{}: given twice", key(name)),
        Kind::UnknownVariant(_, known) => format!("{}: must be one of {}", key(""), known.join(", ")),
        Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) | Kind::InvalidLength(_, expected) => {
            format!("{}: {expected} is expected", key(""))
        }
        Kind::Message(message) => format!("{}: {message}", key("")),
        Kind::ISizeOutOfRange(_) | Kind::USizeOutOfRange(_) => format!("{}: out of range", key("")),
        Kind::Unsupported(_) | Kind::UnsupportedKey(..) => {
            format!("{}: a value of this kind is not supported", key(""))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde::Deserialize;

    use super::*;
    use crate::Secret;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Config {
        server: Server,
        key: Option<Secret>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Server {
        limit: u32,
        #[serde(deserialize_with = "period")]
        timeout: Duration,
    }

    impl Default for Server {
        fn default() -> Self {
            Self {
                limit: 7,
                timeout: Duration::from_secs(1),
            }
        }
    }

    fn load_text(toml: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let file = std::env::temp_dir().join(format!(
            "chassis-config-{}-{:x}.toml",
            std::process::id(),
            rand::random::<u64>()
        ));
        std::fs::write(&file, toml).unwrap();
        let environment = environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let config = load_with("identity", Some(&file), environment);
        std::fs::remove_file(&file).unwrap();
        config
    }

    #[test]
    fn the_environment_beats_the_file_and_the_file_beats_the_defaults() {
        let config = load_text(
            "[server]\nlimit = 8\ntimeout = \"5s\"",
            &[
                ("USHER_IDENTITY__SERVER__LIMIT", "9"),
                ("USHER_BILLING__SERVER__LIMIT", "1"),
            ],
        );
        let server = config.unwrap().server;
        assert_eq!((server.limit, server.timeout), (9, Duration::from_secs(5)));
        assert_eq!(load_text("", &[]).unwrap().server.limit, 7);
    }

    #[test]
    fn unknown_keys_are_refused_by_name_wherever_they_come_from() {
        let file = load_text("[server]\nlimmit = 8", &[]).unwrap_err().to_string();
        assert!(file.contains("server.limmit: unknown key"), "{file}");
        let variable = load_text("", &[("USHER_IDENTITY__SERVR__LIMIT", "9")])
            .unwrap_err()
            .to_string();
        assert!(variable.contains("servr: unknown key"), "{variable}");
    }

    #[test]
    fn a_wrong_value_is_named_by_its_key_and_not_shown() {
        let error = load_text("key = 123456", &[]).unwrap_err().to_string();
        assert!(error.contains("key: ") && !error.contains("123456"), "{error}");
        let error = load_text("[server]\ntimeout = \"soon\"", &[]).unwrap_err().to_string();
        assert!(error.contains("server.timeout: ") && error.contains("250ms"), "{error}");
        let error = load_text("key = \"\"", &[]).unwrap_err().to_string();
        assert!(error.contains("key: a secret must not be empty"), "{error}");
    }

    #[test]
    fn a_named_file_that_is_not_there_is_an_error() {
        let error = load::<Config>("identity", Some(Path::new("/nowhere/usher.toml"))).unwrap_err();
        assert!(matches!(error, ConfigError::File { .. }), "{error}");
    }
}
