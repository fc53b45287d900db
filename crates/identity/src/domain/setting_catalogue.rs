//! The settings there are.

use super::setting::{Definition, Kind, Level};

const EVERYWHERE: &[Level] = &[Level::Account, Level::Template, Level::User];
const BY_ADMINISTRATORS: &[Level] = &[Level::Account, Level::Template];
const FOR_ALL: &[Level] = &[Level::Account];

/// Every setting, by key.
pub const CATALOGUE: &[Definition] = &[
    Definition {
        key: "display.theme",
        kind: Kind::Choice {
            default: "system",
            choices: &["system", "light", "dark"],
        },
        levels: EVERYWHERE,
        description: "The colors of the application; system means those of the device.",
    },
    Definition {
        key: "mail.follow_up",
        kind: Kind::Boolean { default: true },
        levels: EVERYWHERE,
        description: "Whether attendees get an e-mail after a session.",
    },
    Definition {
        key: "mail.footer",
        kind: Kind::Text {
            default: "",
            longest: 500,
        },
        levels: BY_ADMINISTRATORS,
        description: "What stands at the foot of every e-mail about a session.",
    },
    Definition {
        key: "mail.reminders",
        kind: Kind::Choice {
            default: "day_before",
            choices: &["none", "hour_before", "day_before"],
        },
        levels: EVERYWHERE,
        description: "When attendees are reminded of a session by e-mail.",
    },
    Definition {
        key: "security.idle_log_out_minutes",
        kind: Kind::Integer {
            default: 60,
            least: 5,
            most: 1_440,
        },
        levels: FOR_ALL,
        description: "After how many minutes without a move a user is logged out.",
    },
    Definition {
        key: "session.chat",
        kind: Kind::Choice {
            default: "everyone",
            choices: &["off", "host_only", "everyone"],
        },
        levels: EVERYWHERE,
        description: "To whom attendees may write during a session.",
    },
    Definition {
        key: "session.default_duration_minutes",
        kind: Kind::Integer {
            default: 60,
            least: 15,
            most: 480,
        },
        levels: EVERYWHERE,
        description: "How many minutes a new session is planned for.",
    },
    Definition {
        key: "session.join_before_host",
        kind: Kind::Boolean { default: false },
        levels: EVERYWHERE,
        description: "Whether attendees may talk to each other before the organizer has come.",
    },
    Definition {
        key: "session.lobby",
        kind: Kind::Boolean { default: true },
        levels: EVERYWHERE,
        description: "Whether attendees wait until they are let in.",
    },
    Definition {
        key: "session.max_attendees",
        kind: Kind::Integer {
            default: 200,
            least: 1,
            most: 1_000,
        },
        levels: BY_ADMINISTRATORS,
        description: "How many attendees a session has at most, where the license allows as many.",
    },
    Definition {
        key: "session.mute_on_entry",
        kind: Kind::Boolean { default: true },
        levels: EVERYWHERE,
        description: "Whether attendees come in muted.",
    },
    Definition {
        key: "session.password",
        kind: Kind::Choice {
            default: "optional",
            choices: &["none", "optional", "required"],
        },
        levels: EVERYWHERE,
        description: "Whether a session has a password.",
    },
    Definition {
        key: "session.recording",
        kind: Kind::Choice {
            default: "manual",
            choices: &["off", "manual", "automatic"],
        },
        levels: EVERYWHERE,
        description: "Whether sessions can be recorded, and whether they are without being asked.",
    },
    Definition {
        key: "session.recording_retention_days",
        kind: Kind::Integer {
            default: 365,
            least: 1,
            most: 3_650,
        },
        levels: BY_ADMINISTRATORS,
        description: "After how many days a recording is deleted.",
    },
    Definition {
        key: "session.registration",
        kind: Kind::Choice {
            default: "optional",
            choices: &["none", "optional", "required"],
        },
        levels: EVERYWHERE,
        description: "Whether attendees register before a training session.",
    },
    Definition {
        key: "session.screen_sharing",
        kind: Kind::Choice {
            default: "host_only",
            choices: &["host_only", "everyone"],
        },
        levels: EVERYWHERE,
        description: "Who may show their screen in a session.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_and_differ_and_defaults_are_allowed() {
        assert!(CATALOGUE.windows(2).all(|pair| pair[0].key < pair[1].key));
        for definition in CATALOGUE {
            assert!(definition.allows(&definition.default_value()), "{}", definition.key);
            assert!(definition.may_be_set_at(Level::Account), "{}", definition.key);
            assert_eq!(Definition::find(definition.key), Some(definition));
        }
        assert_eq!(Definition::find("session"), None);
    }
}
