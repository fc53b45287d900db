//! The blocks of a service's configuration: its defaults, then what `usher dev` sets, then the environment.

use anyhow::{Context, bail};
use chassis::config;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What the environment says about one service, in the variables that `usher serve` reads too:
/// `USHER_LICENSING__RESERVATIONS__TTL=5s`.
pub(super) struct Settings {
    service: &'static str,
    blocks: Map<String, Value>,
}

impl Settings {
    pub(super) fn load(service: &'static str) -> anyhow::Result<Self> {
        let blocks = config::load(service, None)?;
        Ok(Self { service, blocks })
    }

    /// One block, with the same defaults that it has in a file; `own` is what `usher dev` sets.
    pub(super) fn block<C: DeserializeOwned>(&mut self, name: &str, own: &[(&str, &str)]) -> anyhow::Result<C> {
        let own = own.iter().map(|&(key, value)| (key.to_owned(), value.into()));
        let mut keys: Map<String, Value> = own.collect();
        match self.blocks.remove(name) {
            Some(Value::Object(more)) => keys.extend(more),
            Some(_) => bail!("{}: a block of settings is expected", self.variable(name)),
            None => {}
        }
        serde_json::from_value(Value::Object(keys)).with_context(|| self.variable(name))
    }

    /// One key that stands in no block, if it is set.
    pub(super) fn key<C: DeserializeOwned>(&mut self, name: &str) -> anyhow::Result<Option<C>> {
        let value = self.blocks.remove(name).map(serde_json::from_value);
        value.transpose().with_context(|| self.variable(name))
    }

    /// Refuses what no block has asked for: it would change nothing, and somebody thinks that it does.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        match self.blocks.keys().next() {
            Some(name) => bail!("{}: `usher dev` has no such setting", self.variable(name)),
            None => Ok(()),
        }
    }

    fn variable(&self, block: &str) -> String {
        format!("USHER_{}__{block}", self.service).to_ascii_uppercase()
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Block {
        key: String,
        limit: u32,
        pace: u32,
    }

    impl Default for Block {
        fn default() -> Self {
            Self {
                key: "default".to_owned(),
                limit: 1,
                pace: 1,
            }
        }
    }

    fn settings(blocks: Value) -> Settings {
        let Value::Object(blocks) = blocks else {
            panic!("{blocks}")
        };
        Settings {
            service: "licensing",
            blocks,
        }
    }

    #[test]
    fn the_environment_beats_dev_and_dev_beats_the_defaults() {
        let mut settings = settings(json!({ "sweep": { "limit": 3 } }));
        let block: Block = settings.block("sweep", &[("key", "dev")]).unwrap();
        let expected = Block {
            key: "dev".to_owned(),
            limit: 3,
            pace: 1,
        };
        assert_eq!(block, expected);
        settings.finish().unwrap();
    }

    #[test]
    fn a_key_may_be_set_or_not() {
        let mut settings = settings(json!({ "catalogue": "products.toml", "limit": "many" }));
        assert_eq!(
            settings.key::<String>("catalogue").unwrap().as_deref(),
            Some("products.toml")
        );
        assert_eq!(settings.key::<String>("catalogue").unwrap(), None);
        let error = settings.key::<u32>("limit").unwrap_err().to_string();
        assert_eq!(error, "USHER_LICENSING__LIMIT");
    }

    #[test]
    fn settings_that_do_not_exist_are_refused_by_name() {
        let mut settings = settings(json!({ "sweep": { "limmit": 3 }, "swep": { "limit": 3 } }));
        let error = format!("{:#}", settings.block::<Block>("sweep", &[]).unwrap_err());
        assert!(
            error.contains("USHER_LICENSING__SWEEP") && error.contains("limmit"),
            "{error}"
        );
        let error = settings.finish().unwrap_err().to_string();
        assert!(error.contains("USHER_LICENSING__SWEP"), "{error}");
    }
}
