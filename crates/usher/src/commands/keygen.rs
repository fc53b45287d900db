//! `usher keygen`: a new Ed25519 key, as configurations want it.

use std::collections::BTreeMap;

use anyhow::Context;
use chassis::CallerConfig;

/// Prints the pair.
#[expect(clippy::print_stdout, reason = "the key is what the command is for")]
pub(crate) fn run() -> anyhow::Result<()> {
    let (seed, public) = new_pair()?;
    println!(
        "# Secret: 32 octets in base64. `key` of [callers] signs calls; any other secret key may be made like this."
    );
    println!("key = \"{seed}\"");
    println!("# Not secret: for [callers.trusted] of every process that is called, under the caller's name.");
    println!("public_key = \"{public}\"");
    Ok(())
}

fn new_pair() -> anyhow::Result<(String, String)> {
    const ONE: &str = "one";
    let mut circle: BTreeMap<_, _> = CallerConfig::circle([ONE]);
    let config = circle.remove(ONE).context("no key was made")?;
    let public = config.public_key()?;
    Ok((config.key.expose().to_owned(), public))
}

#[cfg(test)]
mod tests {
    use chassis::{Actor, Secret, Signer, Verifier};
    use types::Clock;

    use super::*;

    #[test]
    fn what_one_half_signs_the_other_half_believes() {
        let (seed, public) = new_pair().unwrap();
        let mut config = CallerConfig::circle(["other"]).remove("other").unwrap();
        config.key = Secret::new(seed).unwrap();
        config.trusted = BTreeMap::from([("one".to_owned(), public)]);
        let token = Signer::new("one", &config, Clock::system())
            .unwrap()
            .token(&Actor::Service, "other")
            .unwrap();
        let verifier = Verifier::new("other", &config, Clock::system()).unwrap();
        assert_eq!(verifier.verify(token.to_str().unwrap()).unwrap().issuer, "one");
    }

    #[test]
    fn every_key_is_new() {
        assert_ne!(new_pair().unwrap(), new_pair().unwrap());
    }
}
