//! What commands print: tables for people, JSON and CSV for programs.

mod document;
mod feed;
mod list;
mod printable;
mod value;

use std::io::{self, Write};

use anyhow::Context;
use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets};
use prost_reflect::DescriptorPool;

pub(crate) use self::document::Document;
pub(crate) use self::feed::Feed;
pub(crate) use self::list::List;
pub(crate) use self::printable::printable;
pub(crate) use self::value::{products, time, word};
use crate::complaint::Problem;

/// How answers are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// For programs: the messages of the API (proto/usher), with the names of their fields as they stand there.
    Json,
    /// For programs: the columns of the table, as they are.
    Csv,
}

/// Something that has a line in a table.
pub(crate) trait Record: Document {
    /// The columns' names, in `snake_case`.
    const COLUMNS: &'static [&'static str];

    /// A text for each column.
    fn cells(&self) -> Vec<String>;
}

/// Where commands print.
#[derive(Debug)]
pub(crate) struct Output {
    format: Format,
    /// What messages are written by.
    pool: DescriptorPool,
}

impl Output {
    pub(crate) fn new(format: Format) -> anyhow::Result<Self> {
        let pool = DescriptorPool::decode(proto::FILE_DESCRIPTOR_SET).context("the descriptors cannot be read")?;
        Ok(Self { format, pool })
    }

    pub(crate) const fn format(&self) -> Format {
        self.format
    }

    /// For what is CSV by itself; `why` says so.
    pub(crate) fn refuse_json(&self, why: &str) -> anyhow::Result<()> {
        match self.format {
            Format::Json => Err(Problem::BadInput(why.to_owned()).into()),
            Format::Table | Format::Csv => Ok(()),
        }
    }

    /// Begins a list, whose parts are printed as they come.
    pub(crate) fn list<R: Record>(&self) -> List<'_, R> {
        List::new(self)
    }

    /// Begins what is watched, whose records are printed one by one, in columns of these widths.
    pub(crate) fn feed<R: Record>(&self, widths: &'static [usize]) -> Feed<'_, R> {
        Feed::new(self, widths)
    }

    /// Prints a list that is there already.
    pub(crate) fn rows<R: Record>(&self, rows: &[R]) -> anyhow::Result<()> {
        let mut list = self.list();
        list.push(rows)?;
        list.finish()
    }

    /// Prints one thing: for people one line for each column.
    pub(crate) fn record<R: Record>(&self, record: &R) -> anyhow::Result<()> {
        match self.format {
            Format::Table => {
                let mut table = bare_table();
                for (column, cell) in R::COLUMNS.iter().zip(record.cells()) {
                    table.add_row([(*column).to_owned(), printable(&cell)]);
                }
                self.table(table)
            }
            Format::Json => self.json(record),
            Format::Csv => self.rows(std::slice::from_ref(record)),
        }
    }

    /// Prints an answer: the whole of it as JSON, its rows otherwise.
    pub(crate) fn answer<R: Record>(&self, whole: &impl Document, rows: &[R]) -> anyhow::Result<()> {
        match self.format {
            Format::Json => self.json(whole),
            Format::Table | Format::Csv => self.rows(rows),
        }
    }

    fn json(&self, document: &impl Document) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(&document.json(&self.pool)?)?;
        self.write(&(text + "\n"))
    }

    /// Prints one of many answers that come one by one, each as one line of JSON.
    fn json_line(&self, document: &impl Document) -> anyhow::Result<()> {
        let text = serde_json::to_string(&document.json(&self.pool)?)?;
        self.write(&(text + "\n"))
    }

    fn table(&self, mut table: Table) -> anyhow::Result<()> {
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        self.write(&(table.trim_fmt() + "\n"))
    }

    /// Prints a text as it is.
    #[expect(clippy::unused_self, reason = "whoever prints goes through here")]
    pub(crate) fn write(&self, text: &str) -> anyhow::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }
}

/// A sentence for the person at the terminal, out of the way of what programs read.
#[expect(clippy::print_stderr, reason = "this is where commands speak to people")]
pub(crate) fn tell(text: &str) {
    eprintln!("{}", printable(text));
}

/// A table without lines, whose columns are as wide as what is in them.
fn bare_table() -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    table
}
