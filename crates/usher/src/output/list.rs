//! A list that is printed as its parts come, so that a long one takes no memory; only a table needs all of it.

use std::marker::PhantomData;

use comfy_table::Table;

use super::{Format, Output, Record, bare_table, printable};

/// A list under way; [`List::finish`] ends it.
pub(crate) struct List<'o, R> {
    output: &'o Output,
    table: Table,
    is_begun: bool,
    rows: PhantomData<R>,
}

impl<'o, R: Record> List<'o, R> {
    pub(super) fn new(output: &'o Output) -> Self {
        Self {
            output,
            table: bare_table(),
            is_begun: false,
            rows: PhantomData,
        }
    }

    /// The next rows.
    pub(crate) fn push(&mut self, rows: &[R]) -> anyhow::Result<()> {
        let first = !std::mem::replace(&mut self.is_begun, true);
        match self.output.format {
            Format::Table => {
                if first {
                    let names = R::COLUMNS.iter().map(|name| name.to_uppercase().replace('_', " "));
                    self.table.set_header(names);
                }
                for row in rows {
                    self.table.add_row(row.cells().iter().map(|cell| printable(cell)));
                }
                Ok(())
            }
            Format::Json => {
                let mut text = String::new();
                for (index, row) in rows.iter().enumerate() {
                    text += if first && index == 0 { "[\n" } else { ",\n" };
                    text += &serde_json::to_string(&row.json(&self.output.pool)?)?;
                }
                // An empty part opens nothing: the next one does.
                self.is_begun = !first || !rows.is_empty();
                self.output.write(&text)
            }
            Format::Csv => {
                let mut csv = csv::Writer::from_writer(Vec::new());
                if first {
                    csv.write_record(R::COLUMNS)?;
                }
                for row in rows {
                    csv.write_record(row.cells())?;
                }
                let octets = csv.into_inner().map_err(csv::IntoInnerError::into_error)?;
                self.output.write(&String::from_utf8(octets)?)
            }
        }
    }

    /// Ends the list.
    pub(crate) fn finish(mut self) -> anyhow::Result<()> {
        match self.output.format {
            Format::Table => {
                self.push(&[])?;
                self.output.table(self.table)
            }
            Format::Json if self.is_begun => self.output.write("\n]\n"),
            Format::Json => self.output.write("[]\n"),
            Format::Csv if self.is_begun => Ok(()),
            Format::Csv => self.push(&[]),
        }
    }
}
