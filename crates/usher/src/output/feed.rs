//! Records that come one by one, each printed at once: what is watched.

use super::{Format, List, Output, Record, printable};

/// Records under way. In a table, columns are as wide as is said, since it is not known how wide the next one will be.
pub(crate) struct Feed<'o, R> {
    output: &'o Output,
    list: List<'o, R>,
    /// One for each column; 0 leaves it out.
    widths: &'static [usize],
    is_begun: bool,
}

impl<'o, R: Record> Feed<'o, R> {
    pub(super) fn new(output: &'o Output, widths: &'static [usize]) -> Self {
        Self {
            output,
            list: output.list(),
            widths,
            is_begun: false,
        }
    }

    /// The next records.
    pub(crate) fn push(&mut self, records: &[R]) -> anyhow::Result<()> {
        match self.output.format() {
            Format::Csv => self.list.push(records),
            Format::Json => records.iter().try_for_each(|record| self.output.json_line(record)),
            Format::Table => self.lines(records),
        }
    }

    /// Ends it.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        match self.output.format() {
            Format::Csv => self.list.finish(),
            Format::Json | Format::Table => Ok(()),
        }
    }

    fn lines(&mut self, records: &[R]) -> anyhow::Result<()> {
        if !records.is_empty() && !std::mem::replace(&mut self.is_begun, true) {
            let names = R::COLUMNS.iter().map(|name| name.to_uppercase().replace('_', " "));
            self.output.write(&line(&names.collect::<Vec<_>>(), self.widths))?;
        }
        let mut lines = records.iter().map(|record| line(&record.cells(), self.widths));
        lines.try_for_each(|line| self.output.write(&line))
    }
}

fn line(cells: &[String], widths: &[usize]) -> String {
    let shown = cells.iter().zip(widths).filter(|(_, width)| **width > 0);
    let padded = shown.map(|(cell, width)| format!("{:<width$}", printable(cell)));
    padded.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_one_line_whatever_is_in_it() {
        let cells = ["7", "left out", "", "A\u{1b}[2J\nB"].map(str::to_owned);
        let line = line(&cells, &[3, 0, 2, 1]);
        assert!(line.starts_with("7        A") && !line.contains("left out"), "{line:?}");
        assert_eq!(line.find(char::is_control), Some(line.len() - 1), "{line:?}");
    }
}
