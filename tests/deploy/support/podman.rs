//! Podman with an image, a network, secrets and pods of one test's own, which go when this is dropped.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::usher_program;

use super::{Manifests, SERVICES, deploy, list, output, text, tool};

/// What the test has of Podman's.
pub struct Podman {
    /// Part of every name, so that two tests at once do not meet.
    mark: String,
    folder: TempDir,
    /// What the pods run.
    image: String,
    made: Vec<[String; 4]>,
}

impl Podman {
    /// Makes the network, and an image if none was built before: the last stage of the Dockerfile, on a base with the program's
    /// libraries and no more.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Raising limits takes a right that a process in a container does not have.
        let limits = "[containers]\ndefault_ulimits = [\"nofile=4096:4096\", \"nproc=4096:4096\"]\n";
        std::fs::write(folder.path().join("containers.conf"), limits).unwrap();
        let built = built_image();
        let mut podman = Self {
            mark: format!("usher-test-{}", std::process::id()),
            folder,
            image: built
                .clone()
                .unwrap_or_else(|| format!("localhost/usher-test-{}:1", std::process::id())),
            made: Vec::new(),
        };
        let mark = podman.mark.clone();
        podman.made.push(["network", "rm", "--force", &mark].map(str::to_owned));
        podman.run(&["network", "create", &mark]);
        if built.is_none() {
            podman.build();
        }
        podman
    }

    fn build(&mut self) {
        let (base, image) = (format!("localhost/{}-base", self.mark), self.image.clone());
        for name in [&image, &base] {
            self.made.push(["image", "rm", "--force", name].map(str::to_owned));
        }
        let root = self.folder.path().join("base");
        for library in libraries(&usher_program()) {
            let inside = root.join("root").join(library.trim_start_matches('/'));
            std::fs::create_dir_all(inside.parent().unwrap()).unwrap();
            std::fs::copy(&library, &inside).unwrap();
        }
        std::fs::write(root.join("Dockerfile"), "FROM scratch\nCOPY root /\n").unwrap();
        output(self.command("buildah").args(["build", "--tag", &base]).arg(&root));

        let built = self.folder.path().join("build/image");
        std::fs::create_dir_all(&built).unwrap();
        // What debuggers need is most of a program that was built for tests.
        output(
            Command::new("strip")
                .arg("-o")
                .arg(built.join("usher"))
                .arg(usher_program()),
        );
        let dockerfile = std::fs::read_to_string(deploy().join("Dockerfile")).unwrap();
        let (_, last) = dockerfile.split_once("\nFROM ${RUNTIME_IMAGE}\n").unwrap();
        let dockerfile = format!("FROM {base}\n{last}");
        let file = self.folder.path().join("Dockerfile");
        std::fs::write(&file, dockerfile).unwrap();
        let context = format!("build={}", self.folder.path().join("build").display());
        let mut build = self.command("buildah");
        build
            .args(["build", "--build-context", &context, "--tag", &image, "--file"])
            .arg(&file);
        output(build.arg(self.folder.path()));
    }

    /// This machine's address in the pods' network; it is there once there is a pod.
    pub fn host(&self) -> String {
        let networks: Value = serde_json::from_str(&self.run(&["network", "inspect", &self.mark])).unwrap();
        text(&networks, "/0/subnets/0/gateway").to_owned()
    }

    /// Runs a Deployment with what the manifests give it.
    pub fn play(&mut self, manifests: &Manifests, name: &str) {
        let pod = manifests.deployment(name);
        let mut deployment = pod.owner.clone();
        deployment["metadata"]["name"] = format!("{name}-{}", self.mark).into();
        let container = &mut deployment["spec"]["template"]["spec"]["containers"][0];
        container["image"] = self.image.as_str().into();
        // Podman would publish it on this machine, where five pods meet.
        container.as_object_mut().unwrap().remove("ports");
        for source in list(container, "/envFrom") {
            if source.get("secretRef").is_some() {
                let name = text(source, "/secretRef/name");
                self.secret(name, &manifests.find("Secret", name).unwrap()["data"]);
            }
        }
        let volumes = deployment.pointer_mut("/spec/template/spec/volumes").unwrap();
        for volume in volumes.as_array_mut().unwrap() {
            // Podman makes a volume of that name, and leaves it behind; another's pods may be using the same one.
            let pointers = ["/configMap/name", "/secret/secretName"];
            let mut names = pointers.iter().filter_map(|pointer| volume.pointer(pointer)?.as_str());
            let name = names.next().unwrap_or_else(|| panic!("{volume}")).to_owned();
            self.made.push(["volume", "rm", &name, ""].map(str::to_owned));
            if let Some(source) = volume.get_mut("secret") {
                self.secret(&name, &json!({ "data": manifests.secret(&name) }));
                // Podman reads this without looking whether it is there.
                source["optional"] = false.into();
            }
        }
        let mut documents: Vec<String> = manifests.of_kind("ConfigMap").map(Value::to_string).collect();
        documents.push(deployment.to_string());
        let file = self.folder.path().join(format!("{name}.yaml"));
        std::fs::write(&file, documents.join("\n---\n")).unwrap();
        self.made
            .push(["pod", "rm", "--force", &self.pod(name)].map(str::to_owned));
        let network = format!("{}:alias={name}", self.mark);
        output(
            self.command("podman")
                .args(["kube", "play", "--network", &network])
                .arg(&file),
        );
    }

    /// Podman 4.3 reads variables from a Secret's data, and files from a Secret whose data are not encoded.
    fn secret(&mut self, name: &str, content: &Value) {
        let file = self.folder.path().join(name);
        std::fs::write(&file, content.to_string()).unwrap();
        self.made.push(["secret", "rm", name, ""].map(str::to_owned));
        output(self.command("podman").args(["secret", "create", name]).arg(&file));
    }

    fn pod(&self, name: &str) -> String {
        format!("{name}-{}-pod-0", self.mark)
    }

    /// What Podman knows of a Deployment's container.
    pub fn inspect(&self, name: &str) -> Value {
        let container = format!("{}-usher", self.pod(name));
        let found: Value = serde_json::from_str(&self.run(&["container", "inspect", &container])).unwrap();
        found[0].clone()
    }

    /// What a Deployment's container has written.
    pub fn logs(&self, name: &str) -> String {
        let container = format!("{}-usher", self.pod(name));
        let logs = self.command("podman").args(["logs", &container]).output().unwrap();
        String::from_utf8_lossy(&[logs.stdout, logs.stderr].concat()).into_owned()
    }

    /// The address of a Deployment's port in the pods' network.
    pub fn address(&self, name: &str, port: u16) -> String {
        let infra = self.run(&["pod", "inspect", "--format", "{{.InfraContainerID}}", &self.pod(name)]);
        let found: Value = serde_json::from_str(&self.run(&["container", "inspect", infra.trim()])).unwrap();
        let pointer = format!("/0/NetworkSettings/Networks/{}/IPAddress", self.mark);
        format!("{}:{port}", text(&found, &pointer))
    }

    fn run(&self, arguments: &[&str]) -> String {
        output(self.command("podman").args(arguments))
    }

    fn command(&self, program: &str) -> Command {
        let mut command = tool(program);
        command.env("CONTAINERS_CONF", self.folder.path().join("containers.conf"));
        command
    }
}

impl Drop for Podman {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let logs = SERVICES.map(|service| format!("{service}:\n{}", self.logs(service)));
            eprintln!("{}", logs.join("\n"));
        }
        for words in self.made.iter().rev() {
            let words = words.iter().filter(|word| !word.is_empty());
            // What was not made cannot be removed.
            let _ = self.command("podman").args(words).output();
        }
    }
}

/// One that was built before, for whoever wants to see it run: `cargo xtask image` says how it is called.
#[expect(clippy::disallowed_methods, reason = "for whoever runs this story by hand")]
fn built_image() -> Option<String> {
    std::env::var("USHER_TEST_IMAGE").ok()
}

/// The libraries that a program loads, and what loads them.
fn libraries(program: &Path) -> Vec<String> {
    let listed = output(Command::new("ldd").arg(program));
    let paths = listed.split_whitespace().filter(|word| word.starts_with('/'));
    paths.map(str::to_owned).collect()
}
