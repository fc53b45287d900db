//! Which crate may depend on which: the table of the README, as data.

use super::manifest::Dependency;

/// The crates that own data; none of them knows another.
pub const SERVICES: [&str; 4] = ["identity", "licensing", "billing", "notification"];

const ALL: [&str; 13] = [
    "types",
    "proto",
    "storage",
    "chassis",
    "identity",
    "licensing",
    "billing",
    "notification",
    "gateway",
    "usher",
    "testkit",
    "bench",
    "xtask",
];

struct Layer {
    name: &'static str,
    /// Our own crates that it may use.
    ours: &'static [&'static str],
    /// Foreign crates that it must not use, with all that share their prefix.
    never: &'static [&'static str],
}

const SERVICE_USES: &[&str] = &["types", "proto", "storage", "chassis"];

const LAYERS: [Layer; 14] = [
    Layer {
        name: "types",
        ours: &[],
        never: &["tonic", "prost", "sea-orm", "sqlx", "tokio"],
    },
    Layer {
        name: "proto",
        ours: &[],
        never: &["sea-orm", "sqlx", "tokio"],
    },
    Layer {
        name: "storage",
        ours: &["types"],
        never: &["tonic", "prost"],
    },
    Layer {
        name: "chassis",
        ours: &["types", "proto"],
        never: &["sea-orm", "sqlx"],
    },
    Layer {
        name: "identity",
        ours: SERVICE_USES,
        never: &["sqlx"],
    },
    Layer {
        name: "licensing",
        ours: SERVICE_USES,
        never: &["sqlx"],
    },
    Layer {
        name: "billing",
        ours: SERVICE_USES,
        never: &["sqlx"],
    },
    Layer {
        name: "notification",
        ours: SERVICE_USES,
        never: &["sqlx"],
    },
    Layer {
        name: "gateway",
        ours: &["types", "proto", "chassis"],
        never: &["sea-orm", "sqlx"],
    },
    Layer {
        name: "usher",
        ours: &[
            "types",
            "proto",
            "storage",
            "chassis",
            "identity",
            "licensing",
            "billing",
            "notification",
            "gateway",
        ],
        never: &[],
    },
    Layer {
        name: "testkit",
        ours: &ALL,
        never: &[],
    },
    Layer {
        name: "xtask",
        ours: &[],
        never: &["tonic", "sea-orm", "sqlx", "tokio"],
    },
    // Ship nothing: the packages in which the testkit is at home.
    Layer {
        name: "bench",
        ours: &ALL,
        never: &[],
    },
    Layer {
        name: "scenarios",
        ours: &ALL,
        never: &[],
    },
];

/// The lines that break a rule.
pub fn check(package: &str, dependencies: &[Dependency]) -> Vec<(usize, String)> {
    let Some(layer) = LAYERS.iter().find(|layer| layer.name == package) else {
        return vec![(
            1,
            format!("`{package}` has no line in the table of layers (crates/xtask/src/layering/crates.rs)"),
        )];
    };
    let bad = dependencies.iter().filter(|dependency| !layer.may_use(dependency));
    bad.map(|dependency| {
        (
            dependency.line,
            format!("`{package}` must not use the crate `{}`", dependency.name),
        )
    })
    .collect()
}

impl Layer {
    fn may_use(&self, dependency: &Dependency) -> bool {
        let name = dependency.name.as_str();
        if dependency.dev {
            // Tests speak to other services through fakes on the wire.
            let alone = SERVICES.contains(&self.name) || self.name == "gateway";
            return !(alone && SERVICES.contains(&name) && name != self.name);
        }
        let foreign = !ALL.contains(&name);
        if foreign {
            !self.never.iter().any(|never| is_or_extends(name, never, '-'))
        } else {
            self.ours.contains(&name)
        }
    }
}

/// Whether `name` is `family` or one of its relatives: `tonic-types` extends `tonic`.
pub fn is_or_extends(name: &str, family: &str, divider: char) -> bool {
    name.strip_prefix(family)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(divider))
}
