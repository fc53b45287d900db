//! What one core of a process carries, as `deploy/README.md` tells it, from the points of a curve.

/// How busy a core may be that is to have something left.
const BUSY: f64 = 0.7;

/// One point, seen from one process.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// A second.
    pub calls: f64,
    /// In milliseconds.
    pub p99: f64,
    /// How many cores the process had to do for.
    pub cores: f64,
}

/// A row of the table, with a cell for each process.
pub fn row(processes: &[Vec<Share>]) -> String {
    let cells = processes.iter().map(|points| format!(" {} |", cell(points)));
    format!("| `cargo xtask load curve` |{}", cells.collect::<String>())
}

fn cell(points: &[Share]) -> String {
    let reached = points
        .windows(2)
        .find(|pair| pair[0].cores < BUSY && pair[1].cores >= BUSY);
    if let Some(pair) = reached {
        let part = (BUSY - pair[0].cores) / (pair[1].cores - pair[0].cores);
        let between = |value: fn(&Share) -> f64| value(&pair[0]) + part * (value(&pair[1]) - value(&pair[0]));
        return format!("{:.0}, {:.0} ms", between(|it| it.calls), between(|it| it.p99));
    }
    // The machine is full before: what a call costs says the rest.
    let busiest = points.iter().max_by(|one, other| one.cores.total_cmp(&other.cores));
    match busiest {
        Some(most) if most.cores > 0.0 => format!("{:.0}, not reached here", most.calls / most.cores * BUSY),
        _ => "not measured yet".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(calls: f64, p99: f64, cores: f64) -> Share {
        Share { calls, p99, cores }
    }

    #[test]
    fn a_row_tells_what_was_measured_and_what_was_not() {
        let reached = vec![share(100.0, 2.0, 0.1), share(500.0, 4.0, 0.5), share(900.0, 8.0, 0.9)];
        let idle = vec![share(100.0, 2.0, 0.05), share(900.0, 8.0, 0.35)];
        let row = row(&[reached, idle, Vec::new()]);
        let expected = "| `cargo xtask load curve` | 700, 6 ms | 1800, not reached here | not measured yet |";
        assert_eq!(row, expected);
    }
}
