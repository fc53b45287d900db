//! `usher invitations`.

use crate::terminal::{Terminal, column};

#[tokio::test]
async fn invitations_are_listed_sent_again_and_revoked() {
    let terminal = Terminal::start().await;
    let pending = terminal
        .json(&["invitations", "list", "--state", "pending", "--email", "a"])
        .await;
    assert_eq!(column(&pending, "email"), ["ada@example.com", "alan@example.com"]);
    let alan = pending[1]["id"].as_str().unwrap();

    // It was sent just now: not so soon again.
    let (exit, complaint) = terminal.refused(&["invitations", "resend", "Ada@example.com"]).await;
    assert_eq!(exit, 7);
    assert!(
        complaint.contains("RESEND_TOO_SOON") && complaint.contains("try again in"),
        "{complaint}"
    );

    assert_eq!(
        terminal.json(&["invitations", "revoke", alan]).await["state"],
        "STATE_REVOKED"
    );
    let (exit, complaint) = terminal.refused(&["invitations", "resend", alan]).await;
    assert_eq!(exit, 6);
    assert!(complaint.contains("INVITATION_REVOKED"), "{complaint}");
    let revoked = terminal
        .json(&["invitations", "list", "--state", "revoked", "--kind", "join"])
        .await;
    assert_eq!(column(&revoked, "id"), [alan]);
    assert_eq!(terminal.refused(&["invitations", "revoke", "inv_1"]).await.0, 6);
    assert_eq!(
        terminal
            .refused(&["invitations", "revoke", "nobody@example.com"])
            .await
            .0,
        5
    );

    // The first e-mail, for somebody who had none.
    let add = ["--user=Mary Jackson <mary@example.com>", "--welcome-email", "none"];
    let added = terminal.json(&[&["users", "add"], &add[..]].concat()).await;
    let mary = added["results"][0]["invitation_id"].as_str().unwrap();
    let sent = terminal.json(&["invitations", "resend", mary]).await;
    assert_eq!(sent["send_count"], 1);
    assert!(sent["expire_time"].as_str().unwrap().ends_with('Z'));
}
