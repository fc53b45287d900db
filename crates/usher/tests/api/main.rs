//! The `usher` program as people at a terminal meet it.

#[cfg(test)]
mod account;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod command_line;
#[cfg(test)]
mod deliveries;
#[cfg(test)]
mod dev;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod exports;
#[cfg(test)]
mod groups;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod invitations;
#[cfg(test)]
mod login;
#[cfg(test)]
mod outages;
#[cfg(test)]
mod program;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod screen;
#[cfg(test)]
mod seats;
#[cfg(test)]
mod serve;
#[cfg(test)]
mod templates;
#[cfg(test)]
mod terminal;
#[cfg(test)]
mod users;
#[cfg(test)]
mod welcome_emails;
