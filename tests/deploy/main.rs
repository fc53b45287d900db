//! What is in `deploy/`, held against the program and against itself, and run.

#[cfg(test)]
mod support;

#[cfg(test)]
mod alerts;
#[cfg(test)]
mod arrows;
#[cfg(test)]
mod certificates;
#[cfg(test)]
mod compose;
#[cfg(test)]
mod configuration;
#[cfg(test)]
mod confinement;
#[cfg(test)]
mod expansion;
#[cfg(test)]
mod image;
#[cfg(test)]
mod load;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod pods;
#[cfg(test)]
mod references;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod schema;
