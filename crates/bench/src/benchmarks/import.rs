//! `import`: the largest file of people.

use anyhow::Result;

use crate::cpu;
use crate::duel::{Figure, duel};
use crate::plan::Plan;
use crate::reference::{copy, tables};
use crate::report::{Aim, Line};
use crate::sheet::Sheet;
use crate::site::Site;

/// Users a second of one file, against COPY of as many into the same tables.
pub async fn run(plan: &Plan, site: &Site) -> Result<Vec<Line>> {
    let url = tables::postgres(site.cluster.postgres(), plan).await?;
    let rows = plan.size(100_000, 2_000);
    let rounds = duel(
        plan,
        async || one(site, rows).await,
        async || copy::run(&url, rows, &site.meter()).await,
    );
    Ok(vec![Line {
        name: "import",
        unit: "users/s",
        aim: Aim::RatioAtLeast(0.5),
        rounds: rounds.await?,
    }])
}

async fn one(site: &Site, rows: u32) -> Result<Figure> {
    // A file takes all the seats that an account has.
    let account = site.accounts(1).await?.remove(0);
    let sheet = Sheet::new(rows)?;
    let before = site.meter().read()?;
    let time = sheet.import(&site.gateway, &account).await?;
    let spent = cpu::between(&before, &site.meter().read()?);
    site.settled().await?;
    let rows = f64::from(rows);
    Ok(Figure::with_cpu(rows / time.as_secs_f64(), &spent, rows))
}
