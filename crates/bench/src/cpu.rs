//! CPU time by process, as Linux counts it.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::param::clock_ticks_per_second;

/// CPU time, in user mode and in the kernel's, by process name.
pub type Cpu = BTreeMap<String, Duration>;

/// Who is looked at, besides this process itself, which is the `client`.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    processes: Vec<(String, u32)>,
    families: Vec<(String, u32)>,
}

impl Meter {
    /// Looks at one process more.
    #[must_use]
    pub fn process(mut self, name: &str, id: u32) -> Self {
        self.processes.push((name.to_owned(), id));
        self
    }

    /// Looks at a process and its children, those that have ended included.
    #[must_use]
    pub fn family(mut self, name: &str, id: u32) -> Self {
        self.families.push((name.to_owned(), id));
        self
    }

    /// What each has used up since it began.
    pub fn read(&self) -> Result<Cpu> {
        let mut cpu = Cpu::from([("client".to_owned(), Stat::of(std::process::id())?.own)]);
        for (name, id) in &self.processes {
            cpu.insert(name.clone(), Stat::of(*id)?.own);
        }
        for (name, id) in &self.families {
            let parent = Stat::of(*id)?;
            let children: Duration = children(*id)?.iter().map(|child| child.own).sum();
            cpu.insert(name.clone(), parent.own + parent.ended_children + children);
        }
        Ok(cpu)
    }
}

/// What was used up between two readings.
pub fn between(before: &Cpu, after: &Cpu) -> Cpu {
    let spent = |(name, now): (&String, &Duration)| {
        let then = before.get(name).copied().unwrap_or_default();
        (name.clone(), now.saturating_sub(then))
    };
    after.iter().map(spent).collect()
}

/// The process that started `id`.
pub fn parent(id: u32) -> Result<u32> {
    Ok(Stat::of(id)?.parent)
}

/// The parts of `/proc/<id>/stat` (proc(5)) that are of interest here.
struct Stat {
    parent: u32,
    own: Duration,
    ended_children: Duration,
}

impl Stat {
    fn of(id: u32) -> Result<Self> {
        let text = fs::read_to_string(format!("/proc/{id}/stat")).with_context(|| format!("process {id} is gone"))?;
        Self::parse(&text).with_context(|| format!("/proc/{id}/stat is not understood"))
    }

    fn parse(text: &str) -> Option<Self> {
        // The second field is the program's name in parentheses, which may hold anything.
        let (_, rest) = text.rsplit_once(") ")?;
        let fields: Vec<&str> = rest.split(' ').collect();
        let ticks = |index: usize| fields.get(index)?.parse::<u64>().ok();
        let time = |user: usize| Some(duration(ticks(user)? + ticks(user + 1)?));
        Some(Self {
            parent: fields.get(1)?.parse().ok()?,
            own: time(11)?,
            ended_children: time(13)?,
        })
    }
}

fn children(id: u32) -> Result<Vec<Stat>> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let Some(child) = entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        // It may have ended since the folder was read; then it is counted in its parent the next time.
        if let Ok(stat) = Stat::of(child)
            && stat.parent == id
        {
            found.push(stat);
        }
    }
    Ok(found)
}

fn duration(ticks: u64) -> Duration {
    Duration::from_micros(ticks * 1_000_000 / clock_ticks_per_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_spaces_and_parentheses_does_not_shift_the_fields() {
        let stat = Stat::parse("7 (a) b (c)) S 3 7 7 0 -1 4 1 2 3 4 200 100 50 25 20 0 1 0").unwrap();
        assert_eq!(stat.parent, 3);
        assert_eq!(stat.own, duration(300));
        assert_eq!(stat.ended_children, duration(75));
    }

    #[test]
    fn what_this_process_uses_up_is_counted() {
        let meter = Meter::default();
        let before = meter.read().unwrap();
        let mut spent = Duration::ZERO;
        let mut sum = 0_u64;
        while spent == Duration::ZERO {
            sum = (0..1_000_000_u64).fold(sum, |sum, n| std::hint::black_box(sum ^ n));
            spent = between(&before, &meter.read().unwrap())["client"];
        }
        assert!(spent > Duration::ZERO);
    }
}
