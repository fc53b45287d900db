//! Stories that a user of the whole cluster sees; they are in `scenarios/`.
