//! The list of chores.

use anyhow::Result;
use clap::Parser;

use crate::bench::Bench;
use crate::ci::Ci;
use crate::fuzz::Fuzz;
use crate::image::Image;
use crate::layering::Layering;
use crate::load::Load;
use crate::setup::Setup;
use crate::test::Test;
use crate::up::Up;

/// The chores of this repository
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub enum Task {
    Setup(Setup),
    Test(Test),
    Ci(Ci),
    Layering(Layering),
    Up(Up),
    Bench(Bench),
    Fuzz(Fuzz),
    Load(Load),
    Image(Image),
}

impl Task {
    pub fn run(&self) -> Result<()> {
        match self {
            Self::Setup(task) => task.run(),
            Self::Test(task) => task.run(),
            Self::Ci(task) => task.run(),
            Self::Layering(task) => task.run(),
            Self::Up(task) => task.run(),
            Self::Bench(task) => task.run(),
            Self::Fuzz(task) => task.run(),
            Self::Load(task) => task.run(),
            Self::Image(task) => task.run(),
        }
    }
}
