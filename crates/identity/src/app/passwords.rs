//! Hashing passwords: heavy work, kept off the threads that serve and bounded.

use std::sync::Arc;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::config::PasswordConfig;
use crate::domain::error::Error;
use crate::domain::password::Password;

/// Hashes and checks; cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    permits: Arc<Semaphore>,
    /// The hash of nothing in particular: checked when there is no user, so that it takes as long as when there is one.
    decoy: Arc<str>,
}

impl Passwords {
    /// Hashes by `config`.
    ///
    /// # Errors
    /// When Argon2 refuses the parameters.
    pub fn new(config: &PasswordConfig) -> Result<Self, Error> {
        let params = Params::new(config.memory_kib, config.passes, 1, None).map_err(failed)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let decoy = argon2.hash_password(b"nobody's password").map_err(failed)?.to_string();
        let permits = Arc::new(Semaphore::new(config.concurrency.max(1)));
        Ok(Self {
            argon2,
            permits,
            decoy: decoy.into(),
        })
    }

    /// The PHC string of a password, with a salt of its own.
    ///
    /// # Errors
    /// When hashing fails.
    pub async fn hash(&self, password: &Password) -> Result<String, Error> {
        let (argon2, password) = (self.argon2.clone(), password.clone());
        let hash = move || {
            argon2
                .hash_password(password.expose().as_bytes())
                .map(|hash| hash.to_string())
        };
        self.run(hash).await?.map_err(failed)
    }

    /// Whether a password is the one that was hashed. Takes as long when nothing was.
    ///
    /// # Errors
    /// When the work cannot be done at all.
    pub async fn verify(&self, password: String, hash: Option<&str>) -> Result<bool, Error> {
        let exists = hash.is_some();
        let hash = hash.unwrap_or(&self.decoy).to_owned();
        let argon2 = self.argon2.clone();
        let verified = self
            .run(move || argon2.verify_password(password.as_bytes(), hash.as_str()).is_ok())
            .await?;
        Ok(verified && exists)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(failed)?;
        let run = move || {
            let _held_until_done = permit;
            work()
        };
        tokio::task::spawn_blocking(run).await.map_err(failed)
    }
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Broken(format!("password hashing failed: {error}"))
}
