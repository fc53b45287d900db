//! Whoever runs an installation: makes an account, and does what people do first.

use std::process::Command;

use serde_json::{Value, json};
use testkit::{Grpcurl, eventually, grpcurl, usher_program};

use super::{Keys, PATIENCE, output, text};

const EMAIL: &str = "owner@example.com";
const PASSWORD: &str = "correct horse battery staple";

/// The owner of an account, logged in.
pub struct Owner {
    gateway: String,
    /// Whose certificate the gateway has.
    authority: String,
    token: Option<String>,
}

impl Owner {
    /// Makes an account through identity, and logs its owner in at the gateway; both as `host:port`.
    pub async fn create(keys: &Keys, identity: &str, gateway: &str) -> Self {
        let mut create = Command::new(usher_program());
        create.args(["account", "create", "--config"]).arg(keys.operator());
        create.args(["--name", "Analytical Engines", "--plan", "team-monthly"]);
        create.args(["--given-name", "Olivia", "--family-name", "Owner", "--email", EMAIL]);
        create.env("USHER_OWNER_PASSWORD", PASSWORD);
        create.env("USHER_OPERATOR__IDENTITY", format!("https://{identity}"));
        output(&mut create);
        let mut owner = Self {
            gateway: gateway.to_owned(),
            authority: keys.certificate("gateway", "ca.crt").display().to_string(),
            token: None,
        };
        let credentials = json!({ "email": EMAIL, "password": PASSWORD });
        let answer = owner.call("usher.identity.v1.SessionService/LogIn", &credentials).await;
        owner.token = Some(text(&answer.json(), "/tokens/accessToken").to_owned());
        owner
    }

    /// Calls a method.
    pub async fn call(&self, method: &str, message: &Value) -> Grpcurl {
        let message = message.to_string();
        let bearer = self
            .token
            .as_ref()
            .map(|token| format!("authorization: Bearer {token}"));
        // By its name, as an edge does, which knows it by an address too.
        let mut words = vec!["-cacert", &self.authority, "-servername", "gateway", "-d", &message];
        if let Some(bearer) = &bearer {
            words.extend(["-H", bearer]);
        }
        words.extend([&self.gateway, method]);
        grpcurl(words).await
    }

    /// Adds somebody with a seat, once there are seats; answers their id.
    pub async fn add_user(&self, email: &str) -> String {
        let message = json!({
            "users": [{ "given_name": "Ada", "family_name": "Lovelace", "email": email }],
            "options": { "products": ["training"] },
        });
        // The seats come through billing and licensing.
        let answer = eventually(PATIENCE, async || {
            let answer = self.call("usher.admin.v1.PeopleService/AddUsers", &message).await;
            if answer.exit == 0 {
                Ok(answer.json())
            } else {
                Err(answer.stderr)
            }
        })
        .await;
        assert_eq!(answer["results"][0]["outcome"], "OUTCOME_INVITED", "{answer}");
        text(&answer, "/results/0/userId").to_owned()
    }
}
