//! `usher matrix`: who may do what.

use proto::identity::v1::access_service_client::AccessServiceClient;
use proto::identity::v1::capability::Grant;
use proto::identity::v1::{Capability, GetCapabilityMatrixRequest};

use crate::client::{Connection, Destination, Gateway, Store};
use crate::complaint::Problem;
use crate::output::{Record, word};

/// Whose matrix.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Nobody needs to be logged in for this when --server is given.

Examples:
  usher matrix
  usher matrix --server 127.0.0.1:50051 --output json")]
pub struct Args {
    #[command(flatten)]
    connection: Connection,
}

/// Prints the capability matrix.
pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    let gateway = Gateway::at(&destination(&args.connection)?)?;
    let mut access = AccessServiceClient::new(gateway.channel());
    let answer = access.get_capability_matrix(GetCapabilityMatrixRequest {}).await?;
    args.connection.output()?.rows(&answer.into_inner().capabilities)
}

/// The gateway that was named, or the one that was logged in at.
fn destination(connection: &Connection) -> anyhow::Result<Destination> {
    if let Some(server) = &connection.server {
        return Destination::typed(server, None, false);
    }
    let login = Store::open()?.read()?;
    let login =
        login.ok_or_else(|| Problem::NotLoggedIn("no --server is given, and nobody is logged in".to_owned()))?;
    Ok(login.gateway)
}

impl Record for Capability {
    const COLUMNS: &'static [&'static str] = &[
        "permission",
        "attendee",
        "member",
        "admin",
        "super_admin",
        "billing_contact",
        "license_required",
    ];

    fn cells(&self) -> Vec<String> {
        let grants = [
            self.attendee(),
            self.member(),
            self.admin(),
            self.super_admin(),
            self.billing_contact(),
        ];
        let mut cells = vec![word(self.permission().as_str_name(), "PERMISSION_")];
        cells.extend(grants.map(|grant| told(grant).to_owned()));
        cells.push(if self.license_required { "yes" } else { "no" }.to_owned());
        cells
    }
}

const fn told(grant: Grant) -> &'static str {
    match grant {
        Grant::Unspecified => "",
        Grant::No => "no",
        Grant::Yes => "yes",
        Grant::AsRole => "as role",
    }
}
