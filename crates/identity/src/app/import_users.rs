//! Taking a file of people: all of it is stored, and its header read, before there is an import.

use chassis::Person;
use serde_json::json;
use sha2::{Digest, Sha256};
use types::{ImportId, RequestId, failpoint};

use super::App;
use super::change::Prepared;
use crate::domain::account::AccountState;
use crate::domain::admission::AddUsers;
use crate::domain::audit::{Event, Origin};
use crate::domain::error::Error;
use crate::domain::import::{Counts, Import, ImportOptions, ImportState, MAX_SIZE};
use crate::domain::new_user::NewUser;
use crate::domain::sheet::{Columns, MAX_RECORD, Records, SheetFault, Sniffer};
use crate::domain::token::hex;
use crate::store::{accounts, audit_events, import_blocks, imports};

/// How many octets are stored together.
const BLOCK: usize = 256 * 1024;
/// How much of a file is looked at for its header: no record in any encoding is longer.
const HEAD: usize = 4 * MAX_RECORD;

/// A file that is arriving.
pub struct Upload {
    app: App,
    person: Person,
    origin: Origin,
    options: ImportOptions,
    id: ImportId,
    sniffer: Sniffer,
    hash: Sha256,
    size: usize,
    head: Vec<u8>,
    block: Vec<u8>,
    blocks: i64,
}

impl App {
    /// Begins to take a file.
    ///
    /// # Errors
    /// What is wrong with the options.
    pub async fn import_users(&self, person: &Person, origin: Origin, options: ImportOptions) -> Result<Upload, Error> {
        self.check_options(person, &options).await?;
        let id = ImportId::new();
        Ok(Upload {
            app: self.clone(),
            person: *person,
            origin: Origin {
                request_id: id.to_string(),
                ..origin
            },
            options,
            id,
            sniffer: Sniffer::default(),
            hash: Sha256::new(),
            size: 0,
            head: Vec::new(),
            block: Vec::with_capacity(BLOCK),
            blocks: 0,
        })
    }

    /// Judges what is said for all rows as it is judged for requests, by somebody with whom nothing else is wrong.
    async fn check_options(&self, person: &Person, options: &ImportOptions) -> Result<(), Error> {
        let request = AddUsers {
            request_id: RequestId::new(),
            fingerprint: String::new(),
            users: vec![NewUser {
                given_name: "Ada".into(),
                family_name: "Lovelace".into(),
                email: "ada@example.com".into(),
                ..NewUser::default()
            }],
            options: options.user_options.clone(),
            allow_partial: true,
        };
        let Prepared::Foretold { answer, .. } = self.prepare_add_users(person, request.into()).await? else {
            return Err(Error::Contended);
        };
        let violations = answer.results.into_iter().flat_map(|result| result.violations);
        let bad: Vec<_> = violations
            .filter(|violation| violation.field.starts_with("options."))
            .collect();
        if bad.is_empty() { Ok(()) } else { Err(Error::Rows(bad)) }
    }
}

impl Upload {
    /// Takes the next octets.
    ///
    /// # Errors
    /// [`SheetFault::TooLarge`].
    pub async fn put(&mut self, content: &[u8]) -> Result<(), Error> {
        self.size = self.size.saturating_add(content.len());
        if self.size > MAX_SIZE {
            return Err(SheetFault::TooLarge.into());
        }
        self.hash.update(content);
        let missing = HEAD.saturating_sub(self.head.len()).min(content.len());
        self.head.extend_from_slice(content.get(..missing).unwrap_or_default());
        self.block.extend_from_slice(content);
        if self.block.len() >= BLOCK {
            self.store().await
        } else {
            Ok(())
        }
    }

    async fn store(&mut self) -> Result<(), Error> {
        if self.block.is_empty() {
            return Ok(());
        }
        let block = std::mem::replace(&mut self.block, Vec::with_capacity(BLOCK));
        self.sniffer.look(&block);
        let now = self.app.clock.now();
        import_blocks::insert(self.app.database.writer(), self.id, self.blocks, block, now).await?;
        self.blocks += 1;
        Ok(())
    }

    /// Begins the import, now that all of the file is there; or finds the one that is at work on the same file. With
    /// `force`, one that has succeeded does not count.
    ///
    /// # Errors
    /// What is wrong with the file; [`Error::FileImported`].
    pub async fn end(mut self, force: bool) -> Result<Import, Error> {
        self.store().await?;
        let encoding = self.sniffer.end()?;
        let is_whole = self.size <= self.head.len();
        let mut records = Records::new(encoding).read(&self.head, is_whole).into_iter();
        let header = records.next().ok_or(if is_whole {
            SheetFault::Empty
        } else {
            SheetFault::HeaderTooWide
        })?;
        let columns = Columns::read(header, self.options.ignore_unknown_columns)?;
        if is_whole && records.next().is_none() {
            return Err(SheetFault::WithoutRows.into());
        }
        let sha256 = hex(&self.hash.finalize());
        let options = serde_json::to_string(&self.options).map_err(|error| Error::Broken(error.to_string()))?;
        let fingerprint = hex(&Sha256::digest(format!("{sha256} {options}")));
        let import = Import {
            id: self.id,
            account_id: self.person.account,
            creator_id: self.person.user,
            origin: self.origin,
            state: ImportState::Queued,
            options: self.options,
            size: i64::try_from(self.size).unwrap_or(i64::MAX),
            sha256,
            encoding: encoding.name().to_owned(),
            columns: columns.names,
            row_count: 0,
            counts: Counts::default(),
            seats: vec![],
            fault: None,
            is_cancelled: false,
            revision: 1,
            create_time: self.app.clock.now(),
            end_time: None,
        };
        let import = self.app.begin(import, fingerprint, force).await?;
        failpoint("identity::import_users::committed");
        self.app.imports.wake();
        Ok(import)
    }

    /// Throws away what has arrived.
    pub async fn discard(app: &App, id: ImportId) {
        if let Err(error) = import_blocks::delete(app.database.writer(), id).await {
            // It is thrown away later, with everything that never became an import.
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "a file could not be thrown away"
            );
        }
    }

    /// What it is stored under.
    pub const fn id(&self) -> ImportId {
        self.id
    }
}

impl App {
    /// Adds an import, or finds another one of the same file that is not over.
    async fn begin(&self, import: Import, fingerprint: String, force: bool) -> Result<Import, Error> {
        let begin = self.database.transaction(move |tx| {
            Box::pin(async move {
                let account = accounts::lock(tx, import.account_id).await?;
                if account.state != AccountState::Active {
                    return Err(Error::SessionEnded);
                }
                if let Some(twin) = imports::twin(tx, account.id, &fingerprint).await? {
                    if !twin.state.is_over() {
                        import_blocks::delete(tx, import.id).await?;
                        return Ok(twin);
                    }
                    if twin.state == ImportState::Succeeded && !twin.options.validate_only && !force {
                        return Err(Error::FileImported(twin.id));
                    }
                }
                imports::insert(tx, &import, &fingerprint).await?;
                let event = Event::new(
                    account.id,
                    &import.origin,
                    "import.create",
                    import.id,
                    import.create_time,
                );
                let event = event.after(&json!({
                    "sha256": import.sha256,
                    "size": import.size,
                    "validate_only": import.options.validate_only,
                }));
                audit_events::append(tx, &[event]).await?;
                Ok(import)
            })
        });
        begin.await
    }
}
