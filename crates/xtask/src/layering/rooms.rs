//! Which room of a service may name what: the picture of the README, as data.

use std::path::{Component, Path};

use super::crates::{SERVICES, is_or_extends};
use super::source::{Name, Source};

struct Room {
    name: &'static str,
    /// The other rooms that it may name.
    sees: &'static [&'static str],
    /// Crates that it must not name, with all that share their prefix.
    never: &'static [&'static str],
}

const SQL: [&str; 4] = ["sea_orm", "sea_orm_migration", "sea_query", "sqlx"];
const NEITHER: &[&str] = &["sea_orm", "sea_query", "sqlx", "tonic", "prost", "proto"];
const NO_SQL: &[&str] = &SQL;
const NO_WIRE: &[&str] = &["tonic", "prost", "proto"];
const PURE: &[&str] = &[
    "sea_orm",
    "sea_query",
    "sqlx",
    "tonic",
    "prost",
    "proto",
    "tokio",
    "storage",
    "chassis",
];
const EVERYTHING: &[&str] = &[
    "domain",
    "app",
    "store",
    "clients",
    "grpc",
    "relay",
    "config",
    "error",
    "wire",
    "migration",
];

const ROOMS: [Room; 12] = [
    Room {
        name: "domain",
        sees: &[],
        never: PURE,
    },
    Room {
        name: "app",
        sees: &["domain", "store", "clients", "config", "error"],
        never: NEITHER,
    },
    Room {
        name: "store",
        sees: &["domain", "config", "error"],
        never: NO_WIRE,
    },
    Room {
        name: "clients",
        sees: &["domain", "config", "error", "wire"],
        never: NO_SQL,
    },
    Room {
        name: "grpc",
        sees: &["domain", "app", "config", "error", "wire"],
        never: NO_SQL,
    },
    Room {
        name: "relay",
        sees: &["domain", "app", "clients", "config", "error"],
        never: NEITHER,
    },
    // Beside the six: the front door and what it opens with.
    Room {
        name: "lib",
        sees: EVERYTHING,
        never: &[],
    },
    Room {
        name: "config",
        sees: EVERYTHING,
        never: NEITHER,
    },
    Room {
        name: "error",
        sees: &["domain", "store", "clients"],
        never: NEITHER,
    },
    // What a service both sends and is sent: one translation for `clients` and `grpc`.
    Room {
        name: "wire",
        sees: &["domain", "error"],
        never: NO_SQL,
    },
    // What fuzzers reach, behind a feature of its own.
    Room {
        name: "fuzzing",
        sees: &["domain"],
        never: NEITHER,
    },
    // A migration that used a model would change with it.
    Room {
        name: "migration",
        sees: &[],
        never: NO_WIRE,
    },
];

/// All that a service shows to the outside: what starts it, what that takes (with the blocks of it) and how it fails; and to
/// fuzzers what they read with.
fn is_surface(name: &str) -> bool {
    ["Migrator", "serve", "ServeError", "fuzzing"].contains(&name) || name.ends_with("Config")
}

/// The lines that break a rule, if the file is in a room at all.
pub fn check(file: &Path, source: &Source) -> Vec<(usize, String)> {
    let Some((service, inside)) = place(file) else {
        return Vec::new();
    };
    let first = inside.first().map_or("", |part| part.trim_end_matches(".rs"));
    let Some(room) = ROOMS.iter().find(|room| room.name == first) else {
        return vec![(
            1,
            format!(
                "`{service}` has a room `{first}`, and a service has six: domain, app, store, clients, grpc, relay"
            ),
        )];
    };
    let is_front = inside.len() == 1 || inside.len() == 2 && inside[1] == "mod.rs";
    let mut found = Vec::new();
    for name in source.names() {
        let path = &name.path;
        if room.never.iter().any(|never| is_or_extends(&path[0], never, '_')) {
            found.push((name.line, format!("`{first}` must not name the crate `{}`", path[0])));
        }
        let other = match path[0].as_str() {
            "crate" => path.get(1),
            // From the front file of a room, one step up is the service.
            "super" if is_front => path.get(1),
            _ => None,
        };
        if let Some(other) = other.filter(|other| is_room(other) && !room.may_see(other)) {
            found.push((name.line, format!("`{first}` must not name the room `{other}`")));
        }
    }
    if first == "lib" {
        found.extend(
            source
                .shown()
                .filter(|name| !is_surface(name.last()))
                .map(beyond_surface),
        );
    }
    found
}

fn beyond_surface(name: &Name) -> (usize, String) {
    (
        name.line,
        format!(
            "a service shows `Config`, `Migrator` and `serve`, not `{}`",
            name.last()
        ),
    )
}

fn is_room(name: &str) -> bool {
    ROOMS.iter().any(|room| room.name == name)
}

impl Room {
    fn may_see(&self, other: &str) -> bool {
        other == self.name || self.sees.contains(&other)
    }
}

/// `crates/identity/src/store/users.rs` is `store/users.rs` in `identity`.
fn place(file: &Path) -> Option<(&str, Vec<&str>)> {
    let parts: Vec<_> = file.components().filter_map(part).collect();
    match parts.as_slice() {
        ["crates", service, "src", inside @ ..] if SERVICES.contains(service) => Some((service, inside.to_vec())),
        _ => None,
    }
}

fn part(component: Component<'_>) -> Option<&str> {
    component.as_os_str().to_str()
}
