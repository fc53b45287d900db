//! What a process tells Prometheus.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const REQUEST: &[u8] = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// The metrics of one process at one moment.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// In Prometheus's text format.
    pub text: String,
}

impl Metrics {
    /// Fetches them as Prometheus does.
    pub async fn fetch(address: SocketAddr) -> Result<Self> {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(REQUEST).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        ensure!(answer.starts_with("HTTP/1.1 200 "), "no metrics: {answer}");
        let (_, text) = answer.split_once("\r\n\r\n").context("an answer without a body")?;
        Ok(Self { text: text.to_owned() })
    }

    /// The names of the series.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.samples()
            .map(|sample| sample.split(['{', ' ']).next().unwrap_or_default())
    }

    /// The sum of a series' values over all that have these labels; none when there is no such series.
    #[must_use]
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let labels: Vec<_> = labels.iter().map(|(key, value)| format!("{key}=\"{value}\"")).collect();
        let is_it = |sample: &&str| {
            sample.split(['{', ' ']).next() == Some(name) && labels.iter().all(|label| sample.contains(label))
        };
        let value = |sample: &str| sample.rsplit(' ').next()?.parse::<f64>().ok();
        self.samples()
            .filter(is_it)
            .filter_map(value)
            .reduce(|sum, value| sum + value)
    }

    fn samples(&self) -> impl Iterator<Item = &str> {
        self.text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
    }
}
