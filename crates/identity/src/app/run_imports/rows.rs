//! The rows of a file, part by part, in bounded memory.

use std::collections::{HashSet, VecDeque};

use sha2::{Digest, Sha256};
use types::{AccountId, Email, ImportId};

use super::CHUNK_ROWS;
use crate::app::App;
use crate::domain::error::Error;
use crate::domain::fault::{Fault, Violation};
use crate::domain::import::Import;
use crate::domain::sheet::{Columns, Directory, Named, Record, Records, SheetRow, TextEncoding, read_row};
use crate::store::{directory, import_blocks};

/// A part of a file.
pub struct Chunk {
    /// Its number, from 0.
    pub number: i64,
    /// Its rows.
    pub rows: Vec<SheetRow>,
}

/// Reads a file from its beginning.
pub struct Rows {
    app: App,
    import: ImportId,
    account: AccountId,
    columns: Columns,
    records: Records,
    read: VecDeque<Record>,
    blocks: i64,
    is_at_end: bool,
    has_header: bool,
    rows: i64,
    /// Of each address that was met, what tells it from all others.
    seen: HashSet<[u8; 16]>,
    directory: Directory,
    looked_up: HashSet<String>,
}

impl Rows {
    /// The file of an import.
    pub fn new(app: &App, import: &Import) -> Result<Self, Error> {
        let encoding = TextEncoding::named(&import.encoding);
        let encoding = encoding.ok_or_else(|| Error::Broken("imports.encoding is none".into()))?;
        Ok(Self {
            app: app.clone(),
            import: import.id,
            account: import.account_id,
            columns: Columns::named(import.columns.clone()),
            records: Records::new(encoding),
            read: VecDeque::new(),
            blocks: 0,
            is_at_end: false,
            has_header: false,
            rows: 0,
            seen: HashSet::new(),
            directory: Directory::default(),
            looked_up: HashSet::new(),
        })
    }

    /// The next part; none after the last.
    pub async fn next(&mut self) -> Result<Option<Chunk>, Error> {
        let size = usize::try_from(CHUNK_ROWS).unwrap_or(usize::MAX);
        while self.read.len() < size && !self.is_at_end {
            self.read_block().await?;
        }
        let size = size.min(self.read.len());
        if size == 0 {
            return Ok(None);
        }
        let records: Vec<Record> = self.read.drain(..size).collect();
        self.look_up(&records).await?;
        let number = self.rows / CHUNK_ROWS;
        let rows = records.into_iter().map(|record| self.row(record)).collect();
        Ok(Some(Chunk { number, rows }))
    }

    async fn read_block(&mut self) -> Result<(), Error> {
        let block = import_blocks::read(self.app.database.reader(), self.import, self.blocks).await?;
        self.blocks += 1;
        self.is_at_end = block.is_none();
        let mut records = self
            .records
            .read(&block.unwrap_or_default(), self.is_at_end)
            .into_iter();
        if !self.has_header {
            self.has_header = records.next().is_some();
        }
        self.read.extend(records);
        Ok(())
    }

    /// Looks the names up that were not met before.
    async fn look_up(&mut self, records: &[Record]) -> Result<(), Error> {
        let mut named = Named::default();
        for cells in records.iter().filter_map(|record| record.cells.as_ref()) {
            named.add(&self.columns, cells);
        }
        for (kind, names) in [
            ("group", &mut named.groups),
            ("template", &mut named.templates),
            ("role", &mut named.roles),
            ("welcome e-mail", &mut named.welcome_emails),
        ] {
            names.retain(|name| self.looked_up.insert(format!("{kind} {name}")));
        }
        let found = directory::find(self.app.database.reader(), self.account, &named).await?;
        self.directory.groups.extend(found.groups);
        self.directory.templates.extend(found.templates);
        self.directory.roles.extend(found.roles);
        self.directory.welcome_emails.extend(found.welcome_emails);
        Ok(())
    }

    fn row(&mut self, record: Record) -> SheetRow {
        self.rows += 1;
        let mut row = read_row(self.rows, record, &self.columns, &self.directory);
        // A row that fails anyway takes the address from no other.
        if row.user.faults.is_empty()
            && let Ok(email) = Email::parse(&row.user.email)
        {
            let mut print = [0; 16];
            let digest = Sha256::digest(email.canonical());
            print.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
            if !self.seen.insert(print) {
                row.user.faults.push(Violation::new(Fault::EmailRepeated, "email"));
            }
        }
        row
    }
}
