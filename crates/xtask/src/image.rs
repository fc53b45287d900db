//! `cargo xtask image`: the image, built by buildah from the whole Dockerfile, and run once.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::command::{command, run, say, works};
use crate::setup::Setup;

/// Build the image by buildah, and run it
#[derive(clap::Args)]
pub struct Image {
    /// What it is called
    #[arg(long, default_value = concat!("localhost/usher:", env!("CARGO_PKG_VERSION")))]
    tag: String,
    /// Make both bases here, of Debian's packages and this machine's compiler, where none can be pulled; needs root and debootstrap
    #[arg(long)]
    make_bases: bool,
    /// For `buildah build`, such as `--network host` or `--volume /etc/ssl/certs:/etc/ssl/certs:ro`
    #[arg(last = true)]
    options: Vec<String>,
}

const BUILD: &str = "localhost/usher-build-base";
const RUNTIME: &str = "localhost/usher-runtime-base";
/// The release that the Dockerfile names.
const DEBIAN: &str = "bookworm";

/// The bases: as the official ones are, a compiler on Debian, and Debian's C library with what it trusts.
const BASES: &str = r#"FROM scratch AS build
COPY --from=debian / /
COPY --from=rust bin /usr/local/bin
COPY --from=rust lib /usr/local/lib
ENV CARGO_HOME=/usr/local/cargo

FROM build AS libraries
RUN mkdir /runtime && cd /runtime && dpkg-query --listfiles libc6 libgcc-s1 \
    | grep -E '/lib.*\.so' | xargs cp --parents --no-dereference --target-directory . \
    && cp --parents --dereference /etc/ssl/certs/ca-certificates.crt .

FROM scratch AS runtime
COPY --from=libraries /runtime /
"#;

impl Image {
    pub fn run(&self) -> Result<()> {
        Setup {}.run()?;
        let mut build = command("buildah", &["build", "--file", "deploy/Dockerfile", "--tag", &self.tag]);
        if self.make_bases {
            make_bases()?;
            for base in [format!("BUILD_IMAGE={BUILD}"), format!("RUNTIME_IMAGE={RUNTIME}")] {
                build.args(["--build-arg", &base]);
            }
        }
        run(build.args(&self.options).arg("."))?;
        // As Kubernetes runs it; with limits of its own, since podman's may be above what is allowed here.
        let confined = ["run", "--rm", "--read-only", "--network=none", "--cap-drop=all"];
        let limits = ["--ulimit=nofile=4096:4096", "--ulimit=nproc=4096:4096"];
        run(command("podman", &confined).args(limits).args([&self.tag, "--version"]))?;
        say(&format!("{} is built, and runs", self.tag));
        Ok(())
    }
}

fn make_bases() -> Result<()> {
    ensure!(
        works("debootstrap", &["--version"]),
        "debootstrap is missing: `apt-get install debootstrap`"
    );
    let folder = tempfile::tempdir()?;
    let debian = folder.path().join("debian");
    let packages = "--include=gcc,make,libc6-dev,ca-certificates";
    run(command("debootstrap", &["--variant=minbase", packages, DEBIAN]).arg(&debian))?;
    let file = folder.path().join("Dockerfile");
    std::fs::write(&file, BASES)?;
    let compiler = command("rustc", &["--print", "sysroot"]).output()?.stdout;
    let compiler = String::from_utf8(compiler)?;
    for (stage, tag) in [("build", BUILD), ("runtime", RUNTIME)] {
        let mut build = command("buildah", &["build", "--layers", "--target", stage, "--tag", tag]);
        for (name, place) in [("debian", debian.as_path()), ("rust", Path::new(compiler.trim()))] {
            build.arg("--build-context").arg(format!("{name}={}", place.display()));
        }
        run(build.arg("--file").arg(&file).arg(folder.path()))?;
    }
    Ok(())
}
