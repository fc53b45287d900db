//! Stories told through the gateway, each on both settings: one process with SQLite, and five with PostgreSQL and Redis.

#[cfg(test)]
mod support;

#[cfg(test)]
mod access;
#[cfg(test)]
mod access_matrix;
#[cfg(test)]
mod add_people;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod batch_update;
#[cfg(test)]
mod big_import;
#[cfg(test)]
mod bill_mails;
#[cfg(test)]
mod certificates;
#[cfg(test)]
mod churn;
#[cfg(test)]
mod close_account;
#[cfg(test)]
mod crashes;
#[cfg(test)]
mod dev_crashes;
#[cfg(test)]
mod downgrade;
#[cfg(test)]
mod edge;
#[cfg(test)]
mod groups;
#[cfg(test)]
mod import_files;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod invitations;
#[cfg(test)]
mod last_seat;
#[cfg(test)]
mod life_cycle;
#[cfg(test)]
mod mail_deaths;
#[cfg(test)]
mod metrics;
#[cfg(test)]
mod over_limit;
#[cfg(test)]
mod overload;
#[cfg(test)]
mod password_reset;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod replicas;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod resend;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod seat_changes;
#[cfg(test)]
mod seats;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod sign_up;
#[cfg(test)]
mod telemetry;
#[cfg(test)]
mod transfers;
#[cfg(test)]
mod welcome_emails;
#[cfg(test)]
mod year;
