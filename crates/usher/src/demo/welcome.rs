//! What is said when the demo account is ready.

use std::fmt::Write as _;
use std::path::Path;

use types::RequestId;

use super::ACCOUNT_NAME;
use super::file::DevFile;

/// A call to show: what it does, its method and its message.
struct Call {
    what: &'static str,
    method: &'static str,
    message: String,
}

const KATHERINE: &str = r#"{"given_name": "Katherine", "family_name": "Johnson", "email": "katherine@example.com"}"#;
/// With options of her own.
const DOROTHY: &str = r#"{"given_name": "Dorothy", "family_name": "Vaughan", "email": "dorothy@example.com", "options": {"products": ["webinar"], "language": "de"}}"#;

/// Where everything is, and commands to paste.
pub(super) fn text(file: &DevFile, path: &Path, program: &Path, request_id: RequestId) -> String {
    let mut text = format!(
        "Usher is ready on {address} (gRPC {security} TLS, with reflection). Ctrl-C ends this.

  account   {name}, {account_id}
  owner     {owner_email}, password {owner_password}
  e-mails   {mail_dir}
  scripts   {path}

The command line, for the owner; `usher help` tells what else it can do:

  {program} login --demo {quoted_path}
  {program} users list

The owner's access token works for a few minutes; {name_of_file} always has a fresh one:

  TOKEN={access_token}
  TOKEN=$(sed -n 's/.*\"access_token\": \"\\(.*\\)\",/\\1/p' {quoted_path})
",
        address = file.address,
        security = if file.ca.is_some() { "by" } else { "without" },
        name = ACCOUNT_NAME,
        program = quoted(&program.display().to_string()),
        name_of_file = path.file_name().unwrap_or_default().display(),
        account_id = file.account_id,
        owner_email = file.owner_email,
        owner_password = file.owner_password,
        mail_dir = file.mail_dir.display(),
        path = path.display(),
        access_token = file.access_token,
        quoted_path = quoted(&path.display().to_string()),
    );
    for call in calls(file, request_id) {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n  # {}\n  {}\n", call.what, call.command(file));
    }
    text
}

fn calls(file: &DevFile, request_id: RequestId) -> [Call; 5] {
    let add = format!(
        "{{\"request_id\": \"{request_id}\", \"users\": [{KATHERINE}, {DOROTHY}], \
         \"options\": {{\"products\": [\"training\", \"meeting\"]}}}}",
        request_id = request_id.uuid()
    );
    let log_in = serde_json::json!({ "email": file.owner_email, "password": file.owner_password });
    [
        Call {
            what: "Who is there?",
            method: "usher.admin.v1.PeopleService/ListPeople",
            message: "{}".to_owned(),
        },
        Call {
            what: "Add two people; again, it does nothing and answers the same.",
            method: "usher.admin.v1.PeopleService/AddUsers",
            message: add,
        },
        Call {
            what: "How many seats are left?",
            method: "usher.licensing.v1.SeatService/ListSeatPools",
            message: "{}".to_owned(),
        },
        Call {
            what: "What became of the e-mails?",
            method: "usher.notification.v1.DeliveryService/ListDeliveries",
            message: "{}".to_owned(),
        },
        Call {
            what: "Log in for a new token.",
            method: LOG_IN,
            message: log_in.to_string(),
        },
    ]
}

/// The one call here that needs no token.
const LOG_IN: &str = "usher.identity.v1.SessionService/LogIn";

impl Call {
    fn command(&self, file: &DevFile) -> String {
        let address = file.address.trim_start_matches("https://");
        let security = match &file.ca {
            Some(ca) => format!("-cacert {}", quoted(&ca.display().to_string())),
            None => "-plaintext".to_owned(),
        };
        let token = if self.method == LOG_IN {
            ""
        } else {
            " -H \"authorization: Bearer $TOKEN\""
        };
        format!(
            "grpcurl {security}{token} -d {} {address} {}",
            quoted(&self.message),
            self.method
        )
    }
}

/// One word for a shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use proto::access::{Policy, Rule};

    use super::super::OWNER_EMAIL;
    use super::*;

    fn file() -> DevFile {
        DevFile {
            address: "127.0.0.1:50051".to_owned(),
            ca: None,
            access_token: "a.b.c".to_owned(),
            refresh_token: "r".to_owned(),
            account_id: "acc_1".to_owned(),
            owner_email: OWNER_EMAIL.to_owned(),
            owner_password: "it's".to_owned(),
            mail_dir: "/tmp/mail".into(),
        }
    }

    #[test]
    fn every_call_that_is_shown_exists_and_only_log_in_goes_without_a_token() {
        let policy = Policy::load().unwrap();
        for call in calls(&file(), RequestId::new()) {
            let rule = policy.rule(&format!("/{}", call.method)).unwrap();
            let has_token = call.command(&file()).contains("$TOKEN");
            assert_eq!(has_token, rule != &Rule::Public, "{}", call.method);
        }
    }

    /// A shell must hand every message on as it is.
    #[test]
    fn a_shell_gives_back_what_was_quoted() {
        for text in ["{}", "it's", "$HOME `id` \"x\" \\n", "'"] {
            let output = std::process::Command::new("sh")
                .args(["-c", &format!("printf %s {}", quoted(text))])
                .output()
                .unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), text);
        }
    }

    #[test]
    fn the_token_is_found_in_the_file_that_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dev.json");
        file().write(&path).unwrap();
        let text = text(&file(), &path, Path::new("usher"), RequestId::new());
        let line = text.lines().find(|line| line.contains("sed -n")).unwrap();
        let output = std::process::Command::new("sh")
            .args(["-c", &format!("{line}; printf %s \"$TOKEN\"")])
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "a.b.c");
    }
}
