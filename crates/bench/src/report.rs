//! What was measured, as one table for people and one file for programs.
#![expect(clippy::print_stdout, reason = "figures are what a bench is for")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::{Value, json};

use crate::duel::{Figure, Round, median};

/// What a line of the table aims at.
#[derive(Clone, Copy, Debug)]
pub enum Aim {
    /// Ours divided by the reference is at least this.
    RatioAtLeast(f64),
    /// Ours divided by the reference is at most this.
    RatioAtMost(f64),
    /// Ours is at most this, in the line's unit.
    AtMost(f64),
}

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Line {
    /// The benchmark's name.
    pub name: &'static str,
    /// What its figures count.
    pub unit: &'static str,
    /// What they should be.
    pub aim: Aim,
    /// What they are.
    pub rounds: Vec<Round>,
}

impl Line {
    /// The median of our figures.
    fn ours(&self) -> f64 {
        median(self.rounds.iter().map(|round| round.ours.value))
    }

    /// The median of the reference's figures.
    fn reference(&self) -> Option<f64> {
        self.references().next()?;
        Some(median(self.references().map(|figure| figure.value)))
    }

    /// The median of the rounds' ratios: what slows a whole round down does not change its ratio.
    fn ratio(&self) -> Option<f64> {
        self.references().next()?;
        let ratio = |round: &Round| Some(round.ours.value / round.reference.as_ref()?.value);
        Some(median(self.rounds.iter().filter_map(ratio)))
    }

    /// Whether the aim is reached; not by a figure that is no number.
    pub fn reached(&self) -> bool {
        let ratio = self.ratio().unwrap_or(f64::NAN);
        match self.aim {
            Aim::RatioAtLeast(least) => ratio >= least,
            Aim::RatioAtMost(most) => ratio <= most,
            Aim::AtMost(most) => self.ours() <= most,
        }
    }

    fn references(&self) -> impl Iterator<Item = &Figure> {
        self.rounds.iter().filter_map(|round| round.reference.as_ref())
    }

    fn our_figures(&self) -> impl Iterator<Item = &Figure> {
        self.rounds.iter().map(|round| &round.ours)
    }

    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "unit": self.unit,
            "ours": self.ours(),
            "reference": self.reference(),
            "ratio": self.ratio(),
            "aim": self.aim.to_string(),
            "reached": self.reached(),
            "rounds": self.rounds,
        })
    }

    /// The cells of its row.
    fn cells(&self) -> [String; 9] {
        let latencies = |percentile: fn(&Figure) -> Option<f64>| {
            let known: Vec<f64> = self.our_figures().filter_map(percentile).collect();
            if known.is_empty() {
                String::new()
            } else {
                number(median(known))
            }
        };
        let verdict = if self.reached() { "" } else { " **missed**" };
        [
            self.name.to_owned(),
            format!("{} {}", number(self.ours()), self.unit),
            self.reference().map(number).unwrap_or_default(),
            self.ratio().map(number).unwrap_or_default(),
            format!("{}{verdict}", self.aim),
            latencies(|figure| figure.p50_ms),
            latencies(|figure| figure.p99_ms),
            costs(self.our_figures()),
            costs(self.references()),
        ]
    }
}

impl Display for Aim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RatioAtLeast(least) => write!(f, "≥ {least}"),
            Self::RatioAtMost(most) => write!(f, "≤ {most}"),
            Self::AtMost(most) => write!(f, "≤ {most}"),
        }
    }
}

/// Prints the table.
pub fn print(lines: &[Line], conditions: &BTreeMap<String, String>) {
    for (condition, value) in conditions {
        println!("{condition}: {value}");
    }
    println!();
    const HEADER: [&str; 9] = [
        "name",
        "ours",
        "reference",
        "ratio",
        "aim",
        "p50 ms",
        "p99 ms",
        "CPU µs a call",
        "reference's CPU µs",
    ];
    let rows: Vec<[String; 9]> = lines.iter().map(Line::cells).collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([HEADER[column].chars().count()]).max().unwrap_or_default()
    };
    let widths: [usize; 9] = std::array::from_fn(width);
    let print_row = |cells: [&str; 9]| {
        let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        println!("| {} |", Vec::from_iter(padded).join(" | "));
    };
    print_row(HEADER);
    print_row(["---"; 9]);
    for row in &rows {
        print_row(row.each_ref().map(String::as_str));
    }
}

/// Writes everything, every round of it.
pub fn write(lines: &[Line], conditions: &BTreeMap<String, String>, file: &Path) -> Result<()> {
    #[derive(Serialize)]
    struct Report<'a> {
        conditions: &'a BTreeMap<String, String>,
        lines: Vec<Value>,
    }
    let report = Report {
        conditions,
        lines: lines.iter().map(Line::json).collect(),
    };
    std::fs::write(file, serde_json::to_string_pretty(&report)? + "\n")
        .with_context(|| format!("cannot write {}", file.display()))
}

/// `gateway 120, identity 85`: the medians of what a call cost each process.
fn costs<'f>(figures: impl Iterator<Item = &'f Figure>) -> String {
    let figures: Vec<&Figure> = figures.collect();
    let processes: BTreeSet<&String> = figures.iter().flat_map(|figure| figure.cpu_us.keys()).collect();
    let cost = |process: &String| {
        let micros = median(figures.iter().filter_map(|figure| figure.cpu_us.get(process).copied()));
        (micros >= 1.0).then(|| format!("{process} {micros:.0}"))
    };
    Vec::from_iter(processes.into_iter().filter_map(cost)).join(", ")
}

/// With three significant digits, or all before the point.
fn number(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        medium if medium >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(aim: Aim, rounds: &[(f64, Option<f64>)]) -> Line {
        let round = |&(ours, reference): &(f64, Option<f64>)| Round {
            ours: Figure::plain(ours),
            reference: reference.map(Figure::plain),
        };
        Line {
            name: "it",
            unit: "calls/s",
            aim,
            rounds: rounds.iter().map(round).collect(),
        }
    }

    #[test]
    fn an_aim_is_reached_by_the_median_of_the_rounds_ratios() {
        // The medians of the sides alone, 20 and 10, would say 2.
        let rounds = [(10.0, Some(10.0)), (20.0, Some(40.0)), (90.0, Some(9.0))];
        assert!(line(Aim::RatioAtLeast(1.0), &rounds).reached());
        assert!(!line(Aim::RatioAtLeast(1.1), &rounds).reached());
        assert!(line(Aim::RatioAtMost(1.0), &rounds).reached());
        assert!(!line(Aim::RatioAtMost(0.9), &rounds).reached());
    }

    #[test]
    fn a_figure_by_itself_is_held_against_its_aim() {
        assert!(line(Aim::AtMost(60.0), &[(59.0, None)]).reached());
        assert!(!line(Aim::AtMost(60.0), &[(61.0, None)]).reached());
    }

    #[test]
    fn what_was_not_measured_reaches_no_aim() {
        assert!(!line(Aim::RatioAtLeast(0.0), &[]).reached());
        assert!(!line(Aim::RatioAtMost(9.0), &[(0.0, Some(0.0))]).reached());
        assert!(!line(Aim::AtMost(9.0), &[]).reached());
    }
}
