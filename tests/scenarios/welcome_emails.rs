//! Welcome e-mails of an account's own: written, looked at, chosen, sent, changed and deleted.

use proto::admin::v1::people_service_client::PeopleServiceClient;
use proto::admin::v1::{
    AddUsersRequest, ImportOptions, ResendInvitationRequest, WelcomeEmail as Choice, import, welcome_email,
};
use proto::identity::v1::preview_welcome_email_request::{SampleUser, Source};
use proto::identity::v1::welcome_email_service_client::WelcomeEmailServiceClient;
use proto::identity::v1::{
    CreateWelcomeEmailRequest, DeleteWelcomeEmailRequest, PreviewWelcomeEmailRequest, SetDefaultWelcomeEmailRequest,
    UpdateWelcomeEmailRequest, WelcomeEmail, WelcomeEmailTranslation,
};
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use types::RequestId;

use crate::support::imports::{ended, import as import_file};
use crate::support::{Mail, Owner, World, adding, fresh, on_both, refusal};

on_both! {
    an_account_welcomes_people_in_its_own_words
}

fn emails(owner: &Owner) -> WelcomeEmailServiceClient<Channel> {
    WelcomeEmailServiceClient::new(owner.channel.clone())
}

fn translation(language: &str, greeting: &str) -> WelcomeEmailTranslation {
    WelcomeEmailTranslation {
        language: language.into(),
        subject: format!("{greeting} {{{{ given_name }}}}"),
        body: format!(
            "<h1>{greeting} {{{{ full_name }}}}</h1>\n\
            <p>{{{{ inviter_name }}}} for <b>{{{{ account_name }}}}</b>: <a href=\"{{{{ accept_link }}}}\">join</a></p>\n\
            <p>{{{{ getting_started }}}}</p>"
        ),
    }
}

async fn create(owner: &Owner, translations: Vec<WelcomeEmailTranslation>) -> Result<WelcomeEmail, Status> {
    let message = CreateWelcomeEmailRequest {
        request_id: RequestId::new().to_string(),
        welcome_email: Some(WelcomeEmail {
            name: "Research".into(),
            translations,
            ..WelcomeEmail::default()
        }),
    };
    let answer = emails(owner).create_welcome_email(owner.request(message)).await?;
    Ok(answer.into_inner().welcome_email.unwrap())
}

async fn make_default(owner: &Owner, id: &str) {
    let message = SetDefaultWelcomeEmailRequest {
        welcome_email_id: id.into(),
    };
    let request = owner.request(message);
    emails(owner).set_default_welcome_email(request).await.unwrap();
}

fn template(id: &str) -> Option<Choice> {
    Some(Choice {
        choice: Some(welcome_email::Choice::TemplateId(id.into())),
    })
}

fn welcoming(email: &str, language: &str, choice: Option<Choice>) -> AddUsersRequest {
    let mut request = adding(&[email], &["training"]);
    let options = request.options.as_mut().unwrap();
    options.language = language.into();
    options.welcome_email = choice;
    request
}

/// Whether a mail begins with this greeting, as subject and as text.
fn greets(mail: &Mail, greeting: &str) -> bool {
    mail.text.contains(&format!("Subject: {greeting} Ada\r\n"))
        && mail.text.contains(&format!("{greeting} Ada Lovelace"))
}

async fn bad_words_are_told_by_line_and_column(owner: &Owner) {
    let mut bad = translation("de", "Hallo");
    bad.body.push_str("<script>alert(1)</script>");
    let status = create(owner, vec![translation("en", "Hello"), bad]).await.unwrap_err();
    assert_eq!(
        refusal(&status),
        (Code::InvalidArgument, "EMAIL_TEMPLATE_INVALID".into())
    );
    let violations = status.get_details_bad_request().unwrap().field_violations;
    assert_eq!(violations[0].field, "welcome_email.translations[1].body");
    let place = status.get_details_error_info().unwrap().metadata;
    assert_eq!((place["line"].as_str(), place["column"].as_str()), ("3", "29"));
}

async fn a_preview_is_written_and_not_sent(owner: &Owner, id: &str) {
    let message = PreviewWelcomeEmailRequest {
        source: Some(Source::WelcomeEmailId(id.into())),
        language: "de-CH".into(),
        sample_user: Some(SampleUser {
            given_name: "Grace".into(),
            family_name: "<Hopper>".into(),
            products: vec!["training".into()],
        }),
    };
    let answer = emails(owner)
        .preview_welcome_email(owner.request(message))
        .await
        .unwrap();
    let written = answer.into_inner();
    assert_eq!(
        (written.language.as_str(), written.subject.as_str()),
        ("de", "Hallo Grace")
    );
    assert!(written.text.starts_with("Hallo Grace <Hopper>\n"), "{}", written.text);
    assert!(
        written.html.contains("<h1>Hallo Grace &lt;Hopper&gt;</h1>"),
        "{}",
        written.html
    );
}

async fn a_file_names_it(world: &World, owner: &Owner) {
    let (ada, other) = (fresh("ada"), fresh("other"));
    let file = format!(
        "email,given_name,family_name,language,welcome_email\n{ada},Ada,Lovelace,de,RESEARCH\n{other},Ada,Lovelace,de,Party\n"
    );
    let begun = import_file(owner, ImportOptions::default(), &file).await.unwrap();
    let done = ended(owner, &begun.id).await;
    assert_eq!(done.state(), import::State::Succeeded);
    let counts = done.counts.unwrap();
    assert_eq!((counts.invited, counts.failed), (1, 1));
    assert!(greets(&world.mail(&ada).await, "Hallo"));
}

/// A mail that was declined is sent in words that were changed since.
async fn a_later_mail_says_what_is_said_by_then(world: &World, owner: &Owner, email: &WelcomeEmail) {
    let ada = fresh("ada");
    let declined = Some(Choice {
        choice: Some(welcome_email::Choice::Declined(true)),
    });
    let added = owner
        .add(welcoming(&ada, "en", declined))
        .await
        .unwrap()
        .results
        .remove(0);
    let changed = WelcomeEmail {
        translations: vec![translation("en", "Good day")],
        ..email.clone()
    };
    let message = UpdateWelcomeEmailRequest {
        welcome_email: Some(changed),
        update_mask: None,
    };
    let answer = emails(owner)
        .update_welcome_email(owner.request(message))
        .await
        .unwrap();
    assert_eq!(answer.into_inner().welcome_email.unwrap().version, 2);
    let message = ResendInvitationRequest {
        request_id: RequestId::new().to_string(),
        invitation_id: added.invitation_id,
        welcome_email: template(&email.id),
    };
    let mut people = PeopleServiceClient::new(owner.channel.clone());
    people.resend_invitation(owner.request(message)).await.unwrap();
    assert!(greets(&world.mail(&ada).await, "Good day"));
}

async fn an_account_welcomes_people_in_its_own_words(world: &World) {
    let owner = world.account().await;
    bad_words_are_told_by_line_and_column(&owner).await;
    let both = vec![translation("en", "Hello"), translation("de", "Hallo")];
    let email = create(&owner, both).await.unwrap();
    a_preview_is_written_and_not_sent(&owner, &email.id).await;

    let ada = fresh("ada");
    let request = welcoming(&ada, "de-AT", template(&email.id));
    owner.add(request).await.unwrap();
    let mail = world.mail(&ada).await;
    assert!(
        greets(&mail, "Hallo") && mail.text.contains("Olivia Owner"),
        "{}",
        mail.text
    );
    Owner::accept(world, &mail.token()).await.unwrap();

    make_default(&owner, &email.id).await;
    let ada = fresh("ada");
    owner.add(welcoming(&ada, "fr", None)).await.unwrap();
    let mail = world.mail(&ada).await;
    assert!(greets(&mail, "Hello"), "{}", mail.text);
    Owner::accept(world, &mail.token()).await.unwrap();
    make_default(&owner, "").await;
    a_file_names_it(world, &owner).await;
    a_later_mail_says_what_is_said_by_then(world, &owner, &email).await;

    make_default(&owner, &email.id).await;
    let message = DeleteWelcomeEmailRequest {
        welcome_email_id: email.id.clone(),
        etag: String::new(),
    };
    emails(&owner)
        .delete_welcome_email(owner.request(message))
        .await
        .unwrap();
    let ada = fresh("ada");
    owner.add(welcoming(&ada, "en", None)).await.unwrap();
    let mail = world.mail(&ada).await;
    assert!(mail.text.contains("Subject: Olivia Owner invited you"), "{}", mail.text);
    let refused = owner
        .add(welcoming(&fresh("ada"), "en", template(&email.id)))
        .await
        .unwrap_err();
    assert_eq!(refusal(&refused), (Code::NotFound, "EMAIL_TEMPLATE_NOT_FOUND".into()));
}
