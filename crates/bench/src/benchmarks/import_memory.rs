//! `import-memory`: what a large file of people takes of the processes that it goes through.

use anyhow::{Context, Result};

use crate::duel::{Figure, Round};
use crate::memory::{forget_peak, mib, peak};
use crate::plan::Plan;
use crate::report::{Aim, Line};
use crate::sheet::Sheet;
use crate::site::Site;

/// Through which a file goes.
const PROCESSES: [&str; 2] = ["gateway", "identity"];
const SMALL: u32 = 1_000;

/// The most that was in RAM while a file of 100,000 was imported, in MiB, against one of 1,000.
pub async fn run(plan: &Plan) -> Result<Vec<Line>> {
    let mut rounds = Vec::new();
    for _ in 0..plan.rounds {
        // In processes that have not seen a large file yet: what one leaves behind would be counted on both sides.
        let site = Site::start(|_, _| ()).await?;
        site.settle_in(usize::try_from(plan.people())?).await?;
        let reference = Some(one(&site, SMALL).await?);
        let ours = one(&site, plan.size(100_000, 2_000)).await?;
        rounds.push(Round { ours, reference });
    }
    Ok(vec![Line {
        name: "import-memory",
        unit: "MiB",
        aim: Aim::RatioAtMost(1.5),
        rounds,
    }])
}

async fn one(site: &Site, rows: u32) -> Result<Figure> {
    let account = site.accounts(1).await?.remove(0);
    let sheet = Sheet::new(rows)?;
    let running = site.cluster.processes();
    let id = |name| {
        running
            .get(name)
            .copied()
            .with_context(|| format!("{name} is not running"))
    };
    for name in PROCESSES {
        forget_peak(id(name)?)?;
    }
    sheet.import(&site.gateway, &account).await?;
    let peaks = PROCESSES.into_iter().map(|name| peak(id(name)?));
    let bytes: u64 = peaks.sum::<Result<u64>>()?;
    site.settled().await?;
    Ok(Figure::plain(mib(bytes)))
}
