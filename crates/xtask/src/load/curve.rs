//! The curve of throughput against latency: what users wait when there are more and more of them.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::prelude::*;
use serde::Deserialize;

use super::sizing::Share;

/// How many virtual users there are at each point.
pub const STEPS: [u32; 7] = [1, 2, 4, 8, 16, 32, 64];

const SIZE: (u32, u32) = (800, 500);

type Value = fn(&Point) -> f64;

/// What is drawn, in which colour.
const LINES: [(&str, RGBColor, Value); 2] = [
    ("median", RGBColor(0x1f, 0x77, 0xb4), |point| point.med),
    ("99 %", RGBColor(0xd6, 0x27, 0x28), |point| point.p99),
];

/// One point, as `tests/load/curve.js` writes it: calls a second, and milliseconds.
#[derive(Debug, Deserialize)]
pub struct Point {
    vus: u32,
    calls: f64,
    med: f64,
    p99: f64,
    seconds: f64,
}

impl Point {
    /// What a process had to do that used so many seconds of processor time for it.
    pub fn share(&self, used: f64) -> Share {
        Share {
            calls: self.calls,
            p99: self.p99,
            cores: used / self.seconds,
        }
    }
}

/// Draws the points into an SVG file.
pub fn draw(points: &[Point], picture: &Path) -> Result<()> {
    let area = SVGBackend::new(picture, SIZE).into_drawing_area();
    chart(points, &area).map_err(|error| anyhow!("cannot draw {}: {error}", picture.display()))
}

fn chart(
    points: &[Point],
    area: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
) -> Result<(), Box<dyn std::error::Error>> {
    let most = |value: Value| points.iter().map(value).fold(1.0, f64::max) * 1.1;
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(area)
        .caption("Latency against throughput, by virtual users", ("sans-serif", 20))
        .margin(15)
        .x_label_area_size(40)
        .y_label_area_size(55)
        .build_cartesian_2d(0.0..most(|point| point.calls), 0.0..most(|point| point.p99))?;
    chart
        .configure_mesh()
        .x_desc("calls a second")
        .y_desc("milliseconds")
        .draw()?;
    for (name, color, value) in LINES {
        let places = || points.iter().map(move |point| (point.calls, value(point)));
        chart
            .draw_series(LineSeries::new(places(), color.stroke_width(2)))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], color.stroke_width(2)));
        chart.draw_series(places().map(|place| Circle::new(place, 3, color.filled())))?;
    }
    chart.draw_series(points.iter().map(|point| {
        let place = (point.calls, point.p99);
        Text::new(point.vus.to_string(), place, ("sans-serif", 14))
    }))?;
    chart
        .configure_series_labels()
        .border_style(BLACK)
        .background_style(WHITE)
        .draw()?;
    area.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_is_in_the_picture() {
        let folder = tempfile::tempdir().unwrap();
        let picture = folder.path().join("load.svg");
        let point = |vus: u32| Point {
            vus,
            calls: 100.0 * f64::from(vus),
            med: 2.0,
            p99: f64::from(vus),
            seconds: 10.0,
        };
        draw(&STEPS.map(point), &picture).unwrap();
        let svg = std::fs::read_to_string(&picture).unwrap();
        assert_eq!(svg.matches("<circle").count(), 2 * STEPS.len());
        assert!(STEPS.iter().all(|vus| svg.contains(&format!("\n{vus}\n"))), "{svg}");
    }
}
