//! Working on imports: each is one more caller that prepares, reserves and commits, chunk by chunk. Whatever stops it, it is
//! taken up again, by whichever process comes first, and goes on where it was.

mod commit;
mod judge;
mod make;
mod rows;
mod validate;

use std::sync::Arc;
use std::time::Duration;

use chassis::Person;
use serde_json::json;
use storage::{Message, outbox};
use tokio::sync::Notify;
use types::{ImportId, Permission, SessionId, Timestamp};

use judge::Judged;

use super::App;
use crate::domain::account::AccountState;
use crate::domain::admission::ReservationKey;
use crate::domain::audit::Event;
use crate::domain::error::Error;
use crate::domain::import::{Import, ImportFault, ImportState};
use crate::domain::message::ABORT_RESERVATION;
use crate::domain::user::UserState;
use crate::store::{
    Connection, accounts, audit_events, import_blocks, import_chunks, import_failures, imports, requests, users,
};

/// How many rows are one request.
pub const CHUNK_ROWS: i64 = 1_000;
/// How many chunks are under way at once.
const IN_FLIGHT: usize = 4;
/// How long an import rests after something went wrong.
const REST: Duration = Duration::from_secs(1);
/// How long a message may be on its way before its receiver refuses it.
const NOT_AFTER: Duration = Duration::from_secs(30);

/// Tells that there is an import to work on; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct ImportWaker(Arc<Notify>);

impl ImportWaker {
    /// There is one.
    pub fn wake(&self) {
        self.0.notify_one();
    }

    /// Waits until there is.
    pub async fn woken(&self) {
        self.0.notified().await;
    }
}

/// How an import ends.
#[derive(Clone, Copy, Debug)]
enum End {
    Succeeded,
    Failed(ImportFault),
    Cancelled,
}

/// An import that this process works on.
#[derive(Clone)]
struct Work {
    app: App,
    owner: Arc<str>,
    import: Arc<Import>,
    person: Person,
}

impl App {
    /// Works on one import until it ends, in the name of `owner`, who works on no other. False when there was none.
    ///
    /// # Errors
    /// What stopped the work; the import is taken up again after a rest.
    pub async fn run_import(&self, owner: &str) -> Result<bool, Error> {
        let now = self.clock.now();
        let Some(import) = imports::claim(self.database.writer(), owner, now, now + self.import_config.lease).await?
        else {
            return Ok(false);
        };
        let id = import.id;
        let worked = tokio::select! {
            worked = self.work(import, owner) => worked,
            lost = self.keep_import(id, owner) => Err(lost),
        };
        if worked.is_err() {
            imports::release(self.database.writer(), owner, self.clock.now() + REST).await?;
        }
        worked.map(|()| true)
    }

    /// Says that `owner` still works on an import, for as long as that is so.
    async fn keep_import(&self, id: ImportId, owner: &str) -> Error {
        let lease = self.import_config.lease;
        loop {
            tokio::time::sleep(lease / 3).await;
            let until = self.clock.now() + lease;
            match imports::renew(self.database.writer(), id, owner, until).await {
                Ok(true) => {}
                Ok(false) => return Error::Contended,
                Err(error) => return error.into(),
            }
        }
    }

    /// Leaves the import that `owner` works on to others.
    ///
    /// # Errors
    /// When the database fails; then others wait until `owner` would have said that they still work.
    pub async fn leave_import(&self, owner: &str) -> Result<(), Error> {
        imports::release(self.database.writer(), owner, self.clock.now()).await?;
        self.imports.wake();
        Ok(())
    }

    async fn work(&self, import: Import, owner: &str) -> Result<(), Error> {
        let (state, is_cancelled) = (import.state, import.is_cancelled);
        let Some(person) = self.importer(&import).await? else {
            return self
                .finish(import, End::Failed(ImportFault::PermissionLost), vec![])
                .await;
        };
        if is_cancelled && state != ImportState::Running {
            return self.finish(import, End::Cancelled, vec![]).await;
        }
        let mut work = Work {
            app: self.clone(),
            owner: owner.into(),
            import: Arc::new(import),
            person,
        };
        if state != ImportState::Running
            && let Some(end) = work.validate().await?
        {
            return self.finish(Import::clone(&work.import), end, vec![]).await;
        }
        let (end, held) = work.commit().await?;
        self.finish(Import::clone(&work.import), end, held).await
    }

    /// Who imports, with what they may do now; none when they may not any more.
    async fn importer(&self, import: &Import) -> Result<Option<Person>, Error> {
        let reader = self.database.reader();
        let account = accounts::find(reader, import.account_id).await?;
        let is_open = account.is_some_and(|account| account.state == AccountState::Active);
        let user = users::find(reader, import.account_id, import.creator_id).await?;
        let Some(user) = user.filter(|user| is_open && user.state == UserState::Active) else {
            return Ok(None);
        };
        let person = Person {
            account: import.account_id,
            user: user.id,
            role: user.role,
            billing_contact: user.billing_contact,
            permissions: user.permissions,
            // There is none: an import goes on when whoever began it has logged out.
            session: SessionId::from_uuid(import.id.uuid()),
        };
        Ok(person.can(Permission::ManageUsers).then_some(person))
    }

    /// Ends an import: its file goes, and the seats that `held` still holds for it come free.
    async fn finish(&self, import: Import, end: End, held: Vec<ReservationKey>) -> Result<(), Error> {
        let now = self.clock.now();
        let (state, fault) = match end {
            End::Succeeded => (ImportState::Succeeded, None),
            End::Failed(fault) => (ImportState::Failed, Some(fault)),
            End::Cancelled => (ImportState::Cancelled, None),
        };
        let finish = self.database.transaction(move |tx| {
            Box::pin(async move {
                let (account, id) = (import.account_id, import.id);
                let mut import = imports::lock(tx, account, id).await?.ok_or(Error::ImportNotFound)?;
                if import.state.is_over() {
                    return Ok(());
                }
                (import.state, import.fault, import.end_time) = (state, fault, Some(now));
                import.revision += 1;
                imports::update(tx, &import).await?;
                import_blocks::delete(tx, id).await?;
                requests::abort(tx, &held, now).await?;
                let told = held
                    .iter()
                    .map(|key| Message::new(ABORT_RESERVATION, &key.request_id, key));
                outbox::append(tx, now, &told.collect::<Result<Vec<_>, _>>()?).await?;
                let event = Event::new(account, &import.origin, "import.finish", id, now);
                let event = event.after(&json!({ "state": state, "counts": import.counts }));
                audit_events::append(tx, &[event]).await?;
                Ok::<_, Error>(())
            })
        });
        finish.await?;
        self.relay.wake();
        Ok(())
    }

    /// Forgets imports that ended too long ago, and files whose rest never arrived; says how many rows that were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_imports(&self) -> Result<u64, Error> {
        let (now, writer) = (self.clock.now(), self.database.writer());
        let imports = imports::forget(writer, now - self.import_config.retention).await?;
        let blocks = import_blocks::forget(writer, now - self.import_config.upload).await?;
        let parts = import_chunks::forget(writer).await? + import_failures::forget(writer).await?;
        Ok(imports + blocks + parts)
    }
}

/// What there is to write of a chunk.
struct Step {
    number: i64,
    /// The chunk itself, when it was looked at for the first time.
    chunk: Option<import_chunks::Chunk>,
    /// What became of its rows, or would become.
    judged: Judged,
}

impl Work {
    /// Writes how far the import has come, once for each chunk and phase, and works on.
    ///
    /// # Errors
    /// [`Error::Contended`] when somebody else works on it.
    async fn record(&mut self, step: Step) -> Result<(), Error> {
        let (account, id, owner) = (self.import.account_id, self.import.id, self.owner.clone());
        let until = self.app.clock.now() + self.app.import_config.lease;
        let record = self.app.database.transaction(move |tx| {
            Box::pin(async move {
                let mut import = imports::lock(tx, account, id).await?.ok_or(Error::ImportNotFound)?;
                if !imports::renew(tx, id, &owner, until).await? {
                    return Err(Error::Contended);
                }
                step.write(tx, &mut import).await?;
                import.revision += 1;
                imports::update(tx, &import).await?;
                Ok::<_, Error>(import)
            })
        });
        let import = record.await?;
        self.app.import_rows.count(self.import.counts, import.counts);
        self.import = Arc::new(import);
        Ok(())
    }

    /// Writes what `change` makes of the import.
    async fn change(&mut self, change: impl FnOnce(&mut Import) + Send + 'static) -> Result<(), Error> {
        let (account, id) = (self.import.account_id, self.import.id);
        let write = self.app.database.transaction(move |tx| {
            Box::pin(async move {
                let mut import = imports::lock(tx, account, id).await?.ok_or(Error::ImportNotFound)?;
                change(&mut import);
                import.revision += 1;
                imports::update(tx, &import).await?;
                Ok::<_, Error>(import)
            })
        });
        self.import = Arc::new(write.await?);
        Ok(())
    }

    fn not_after(&self) -> Timestamp {
        self.app.clock.now() + NOT_AFTER
    }
}

impl Step {
    async fn write(self, tx: &impl Connection, import: &mut Import) -> Result<(), Error> {
        let Judged { outcomes, failures, .. } = self.judged;
        let is_final = match self.chunk {
            None => import_chunks::finish(tx, import.id, self.number, &outcomes).await?,
            Some(chunk) => {
                import_chunks::insert(tx, import.id, &chunk).await?;
                import.row_count += i64::try_from(outcomes.len()).unwrap_or(i64::MAX);
                import.options.validate_only
            }
        };
        if is_final {
            outcomes.into_iter().for_each(|outcome| import.counts.add(outcome));
            import_failures::insert(tx, import.id, &failures).await?;
        }
        Ok(())
    }
}
