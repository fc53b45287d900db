//! WelcomeEmailService: what an account may write, who gets it, and what becomes of it when it is changed or deleted.

use chassis::Person;
use identity::Config;
use proto::admin::v1::{AddUsersRequest, ResendInvitationRequest, WelcomeEmail as Choice, welcome_email};
use proto::identity::v1::preview_welcome_email_request::{Draft, SampleUser, Source};
use proto::identity::v1::{
    CreateWelcomeEmailRequest, DeleteWelcomeEmailRequest, GetWelcomeEmailRequest, ListWelcomeEmailsRequest,
    PreviewWelcomeEmailRequest, PreviewWelcomeEmailResponse, SetDefaultWelcomeEmailRequest, UpdateWelcomeEmailRequest,
    WelcomeEmail, WelcomeEmailTranslation,
};
use proto::notification::internal::v1::Mail;
use testkit::eventually;
use tonic::{Code, Status};
use types::{EmailTemplateId, RequestId, Role, UserId};

use crate::peers::Mood;
use crate::resend_invitation::{at_once, resend};
use crate::stack::{LINK_BASE, SOON, Stack, on_both_databases, plain};
use crate::words::{add, address, arrived, bad_fields, commit, person, refusal};

on_both_databases! {
    a_welcome_email_is_made_once_and_shown_as_it_is
    bad_welcome_emails_are_not_made
    each_change_of_the_texts_makes_a_version
    those_who_are_invited_get_the_default_or_the_chosen_one
    an_invitation_that_is_sent_again_says_what_the_email_says_by_then
    a_deleted_one_is_nobodys_default_and_what_was_ordered_is_sent
    a_preview_is_written_to_a_sample_user
    a_preview_of_what_is_bad_is_refused
    the_welcome_emails_of_another_account_do_not_exist
    what_was_said_long_ago_is_forgotten
}

fn translation(language: &str, subject: &str) -> WelcomeEmailTranslation {
    WelcomeEmailTranslation {
        language: language.into(),
        subject: subject.into(),
        body: format!("<p>{subject}</p>"),
    }
}

fn named(name: &str, translations: Vec<WelcomeEmailTranslation>) -> CreateWelcomeEmailRequest {
    CreateWelcomeEmailRequest {
        request_id: RequestId::new().to_string(),
        welcome_email: Some(WelcomeEmail {
            name: name.into(),
            translations,
            ..WelcomeEmail::default()
        }),
    }
}

impl Stack {
    async fn create_email(&self, who: &Person, message: CreateWelcomeEmailRequest) -> Result<WelcomeEmail, Status> {
        let request = self.as_person(who, message);
        let answer = self.welcome_emails().create_welcome_email(request).await?;
        Ok(answer.into_inner().welcome_email.unwrap())
    }

    /// A welcome e-mail in English.
    async fn email(&self, who: &Person, name: &str) -> WelcomeEmail {
        let message = named(name, vec![translation("en", name)]);
        self.create_email(who, message).await.unwrap()
    }

    async fn get_email(&self, who: &Person, id: &str) -> Result<WelcomeEmail, Status> {
        let message = GetWelcomeEmailRequest {
            welcome_email_id: id.into(),
        };
        let request = self.as_person(who, message);
        let answer = self.welcome_emails().get_welcome_email(request).await?;
        Ok(answer.into_inner().welcome_email.unwrap())
    }

    async fn list_emails(&self, who: &Person) -> Vec<WelcomeEmail> {
        let request = self.as_person(who, ListWelcomeEmailsRequest::default());
        let answer = self.welcome_emails().list_welcome_emails(request).await.unwrap();
        answer.into_inner().welcome_emails
    }

    async fn update_email(&self, who: &Person, email: WelcomeEmail) -> Result<WelcomeEmail, Status> {
        let message = UpdateWelcomeEmailRequest {
            welcome_email: Some(email),
            update_mask: None,
        };
        let request = self.as_person(who, message);
        let answer = self.welcome_emails().update_welcome_email(request).await?;
        Ok(answer.into_inner().welcome_email.unwrap())
    }

    async fn delete_email(&self, who: &Person, id: &str) -> Result<(), Status> {
        let message = DeleteWelcomeEmailRequest {
            welcome_email_id: id.into(),
            etag: String::new(),
        };
        let request = self.as_person(who, message);
        self.welcome_emails().delete_welcome_email(request).await.map(drop)
    }

    async fn make_default(&self, who: &Person, id: &str) -> Result<(), Status> {
        let message = SetDefaultWelcomeEmailRequest {
            welcome_email_id: id.into(),
        };
        let request = self.as_person(who, message);
        self.welcome_emails().set_default_welcome_email(request).await.map(drop)
    }

    async fn preview(
        &self,
        who: &Person,
        message: PreviewWelcomeEmailRequest,
    ) -> Result<PreviewWelcomeEmailResponse, Status> {
        let request = self.as_person(who, message);
        let answer = self.welcome_emails().preview_welcome_email(request).await?;
        Ok(answer.into_inner())
    }

    /// The subject of the account's own words that a mail is in; none for the system's.
    fn words_of(&self, mail: &Mail) -> Option<String> {
        let key = mail.wording.as_ref()?;
        let wordings = self.peers.wordings();
        let wording = wordings.iter().find(|wording| wording.key.as_ref() == Some(key));
        Some(wording.unwrap().translations[0].subject.clone())
    }
}

fn choosing(choice: welcome_email::Choice) -> Option<Choice> {
    Some(Choice { choice: Some(choice) })
}

fn template(id: &str) -> Option<Choice> {
    choosing(welcome_email::Choice::TemplateId(id.into()))
}

fn adding(email: &str, choice: Option<Choice>) -> AddUsersRequest {
    let mut request = add(&[email]);
    request.options.get_or_insert_default().welcome_email = choice;
    request
}

async fn a_welcome_email_is_made_once_and_shown_as_it_is(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let request = named("Sales", vec![translation("DE", "Hallo"), translation("pt-br", "Olá")]);
    let (one, twin) = tokio::join!(
        stack.create_email(&owner, request.clone()),
        stack.create_email(&owner, request.clone()),
    );
    let made = one.unwrap();
    assert_eq!(twin.unwrap(), made);
    assert_eq!(made.languages, ["de", "pt-BR"]);
    assert_eq!(
        made.translations,
        [translation("de", "Hallo"), translation("pt-BR", "Olá")]
    );
    assert_eq!((made.version, made.is_default), (1, false));
    assert_eq!(stack.get_email(&owner, &made.id).await.unwrap(), made);
    stack.email(&owner, "Academy").await;
    stack.make_default(&owner, &made.id).await.unwrap();

    let listed = stack.list_emails(&owner).await;
    let shown: Vec<_> = listed
        .iter()
        .map(|email| (email.name.as_str(), email.is_default))
        .collect();
    assert_eq!(shown, [("Academy", false), ("Sales", true)]);
    assert!(listed.iter().all(|email| email.translations.is_empty()));
    let mut other = request;
    other.welcome_email.as_mut().unwrap().name = "Other".into();
    let refused = refusal(stack.create_email(&owner, other).await);
    assert_eq!(refused, (Code::InvalidArgument, "REQUEST_ID_REUSED".into()));
}

async fn bad_welcome_emails_are_not_made(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    stack.email(&owner, "Sales").await;
    let bad = WelcomeEmailTranslation {
        body: "<p>{{ nobody }}</p>".into(),
        ..translation("de", "Hallo")
    };
    let english = || translation("en", "Hello");
    let field = |path: &str| format!("welcome_email.{path}");
    let cases = [
        ("", vec![english()], "NAME_MISSING", field("name")),
        ("A", vec![], "TRANSLATIONS_COUNT", field("translations")),
        (
            "A",
            vec![english(), translation("xx", "x")],
            "LANGUAGE_UNKNOWN",
            field("translations[1].language"),
        ),
        (
            "A",
            vec![english(), translation("EN", "x")],
            "LANGUAGE_REPEATED",
            field("translations[1].language"),
        ),
        (
            "A",
            vec![english(), bad.clone()],
            "EMAIL_TEMPLATE_INVALID",
            field("translations[1].body"),
        ),
    ];
    for (name, translations, reason, path) in cases {
        let status = stack.create_email(&owner, named(name, translations)).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
        assert_eq!(bad_fields(&status), [(path, reason.to_owned())]);
    }
    let status = stack.create_email(&owner, named("A", vec![bad])).await.unwrap_err();
    let details = tonic_types::StatusExt::get_details_error_info(&status).unwrap();
    assert_eq!(
        (details.metadata["line"].as_str(), details.metadata["column"].as_str()),
        ("1", "6")
    );
    let exists = refusal(stack.create_email(&owner, named("SALES", vec![english()])).await);
    assert_eq!(exists, (Code::AlreadyExists, "EMAIL_TEMPLATE_EXISTS".into()));
    stack.peers.set_notification(Mood::Down);
    let down = refusal(stack.create_email(&owner, named("B", vec![english()])).await);
    assert_eq!(down, (Code::Unavailable, "PEER_UNAVAILABLE".into()));
    assert_eq!(stack.rows("welcome_emails").await, 1);
    assert_eq!(stack.rows("welcome_email_versions").await, 1);
}

async fn each_change_of_the_texts_makes_a_version(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let first = stack.email(&owner, "Sales").await;
    let renamed = WelcomeEmail {
        name: "Selling".into(),
        translations: vec![],
        ..first.clone()
    };
    let renamed = stack.update_email(&owner, renamed).await.unwrap();
    assert_eq!((renamed.name.as_str(), renamed.version), ("Selling", 1));
    assert_eq!(renamed.translations, first.translations);
    let changed = WelcomeEmail {
        translations: vec![translation("fr", "Bonjour")],
        ..renamed.clone()
    };
    let (one, other) = tokio::join!(
        stack.update_email(&owner, changed.clone()),
        stack.update_email(&owner, changed.clone()),
    );
    let (made, lost) = if one.is_ok() { (one, other) } else { (other, one) };
    let made = made.unwrap();
    assert_eq!((made.version, made.languages.as_slice()), (2, &["fr".to_owned()][..]));
    assert_eq!(refusal(lost), (Code::Aborted, "ETAG_MISMATCH".into()));
    // To what it is already: no trace.
    assert_eq!(stack.update_email(&owner, made.clone()).await.unwrap(), made);
    let mut bad = made.clone();
    bad.translations[0].body = "nobody".into();
    let status = stack.update_email(&owner, bad).await.unwrap_err();
    let expected = (
        "welcome_email.translations[0].body".to_owned(),
        "EMAIL_TEMPLATE_INVALID".to_owned(),
    );
    assert_eq!(bad_fields(&status), [expected]);
    assert_eq!(stack.rows("welcome_email_versions").await, 2);
    let told = "SELECT count(*) AS n FROM audit_events WHERE action = 'welcome_email.update'";
    assert_eq!(stack.count(told).await, 2);
}

async fn those_who_are_invited_get_the_default_or_the_chosen_one(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let (standard, special) = (
        stack.email(&owner, "Standard").await,
        stack.email(&owner, "Special").await,
    );
    let invite = async |choice: Option<Choice>| {
        let email = address();
        stack
            .commit(&owner, commit(&owner, adding(&email, choice)))
            .await
            .unwrap();
        stack.words_of(&stack.mail_to(&email).await)
    };
    let by_default = choosing(welcome_email::Choice::Declined(false));
    assert_eq!(invite(None).await, None);
    assert_eq!(invite(template(&special.id)).await.as_deref(), Some("Special"));
    stack.make_default(&owner, &standard.id).await.unwrap();
    assert_eq!(invite(None).await.as_deref(), Some("Standard"));
    assert_eq!(invite(by_default.clone()).await.as_deref(), Some("Standard"));
    assert_eq!(invite(template(&special.id)).await.as_deref(), Some("Special"));
    stack.make_default(&owner, "").await.unwrap();
    assert_eq!(invite(by_default).await, None);

    // Whoever is to move hears from the system what that means.
    let (other, email) = (stack.owner().await, address());
    stack.member_at(&other, &email).await;
    let request = adding(&email, template(&special.id));
    stack.commit(&owner, commit(&owner, request)).await.unwrap();
    let mails = arrived(2, || {
        stack
            .peers
            .mails()
            .into_iter()
            .filter(|mail| mail.to == email)
            .collect()
    })
    .await;
    assert_eq!(stack.words_of(&mails[1]), None);
    let unknown = adding(&address(), template(&EmailTemplateId::new().to_string()));
    let status = stack.commit(&owner, commit(&owner, unknown)).await.unwrap_err();
    let field = "options.welcome_email.template_id".to_owned();
    assert_eq!(bad_fields(&status), [(field, "EMAIL_TEMPLATE_NOT_FOUND".to_owned())]);
}

async fn an_invitation_that_is_sent_again_says_what_the_email_says_by_then(
    stack: impl AsyncFn(fn(&mut Config)) -> Stack,
) {
    let stack = stack(at_once).await;
    let owner = stack.owner().await;
    let (first, second) = (stack.email(&owner, "First").await, stack.email(&owner, "Second").await);
    let email = address();
    let request = adding(&email, template(&first.id));
    let added = stack.commit(&owner, commit(&owner, request)).await.unwrap();
    let invitation = added.results[0].invitation_id.clone();
    let mut count = 1;
    let mut again = async |choice: Option<Choice>| {
        let request = ResendInvitationRequest {
            welcome_email: choice,
            ..resend(&invitation)
        };
        stack.resend(&owner, &request, None).await?;
        count += 1;
        let mail = arrived(count, || stack.peers.mails()).await.pop().unwrap();
        Ok::<_, Status>(stack.words_of(&mail))
    };
    let mut edited = first.clone();
    edited.translations = vec![translation("en", "Edited")];
    stack.update_email(&owner, edited).await.unwrap();
    assert_eq!(again(None).await.unwrap().as_deref(), Some("Edited"));
    assert_eq!(again(template(&second.id)).await.unwrap().as_deref(), Some("Second"));
    assert_eq!(again(None).await.unwrap().as_deref(), Some("Second"));
    let declined = refusal(again(choosing(welcome_email::Choice::Declined(true))).await);
    assert_eq!(declined, (Code::InvalidArgument, "CHANGE_CONTRADICTORY".into()));
    let unknown = refusal(again(template(&EmailTemplateId::new().to_string())).await);
    assert_eq!(unknown, (Code::NotFound, "EMAIL_TEMPLATE_NOT_FOUND".into()));

    stack.delete_email(&owner, &second.id).await.unwrap();
    assert_eq!(again(None).await.unwrap(), None);
    stack.make_default(&owner, &first.id).await.unwrap();
    assert_eq!(again(None).await.unwrap().as_deref(), Some("Edited"));
}

async fn a_deleted_one_is_nobodys_default_and_what_was_ordered_is_sent(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let email = stack.email(&owner, "Sales").await;
    stack.make_default(&owner, &email.id).await.unwrap();
    stack.peers.set_notification(Mood::Down);
    let reader = address();
    stack.commit(&owner, commit(&owner, add(&[&reader]))).await.unwrap();
    stack.delete_email(&owner, &email.id).await.unwrap();
    stack.peers.set_notification(Mood::Well);

    let mail = stack.mail_to(&reader).await;
    assert_eq!(stack.words_of(&mail).as_deref(), Some("Sales"));
    let gone = (Code::NotFound, "EMAIL_TEMPLATE_NOT_FOUND".to_owned());
    assert_eq!(refusal(stack.get_email(&owner, &email.id).await), gone);
    assert_eq!(refusal(stack.delete_email(&owner, &email.id).await), gone);
    assert_eq!(stack.list_emails(&owner).await, []);
    let reader = address();
    stack.commit(&owner, commit(&owner, add(&[&reader]))).await.unwrap();
    assert_eq!(stack.words_of(&stack.mail_to(&reader).await), None);
}

async fn a_preview_is_written_to_a_sample_user(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let email = stack.email(&owner, "Sales").await;
    let kept = PreviewWelcomeEmailRequest {
        source: Some(Source::WelcomeEmailId(email.id.clone())),
        language: "de".into(),
        sample_user: Some(SampleUser {
            given_name: "Grace".into(),
            family_name: "Hopper".into(),
            products: vec!["training".into()],
        }),
    };
    let written = stack.preview(&owner, kept).await.unwrap();
    assert_eq!((written.language.as_str(), written.subject.as_str()), ("de", "Sales"));
    let text = format!("Grace|Analytical Engines|Charles Babbage|{LINK_BASE}/accept?token=preview|Usher training");
    assert_eq!(written.text, text);
    let draft = |translations| PreviewWelcomeEmailRequest {
        source: Some(Source::Draft(Draft { translations })),
        ..PreviewWelcomeEmailRequest::default()
    };
    let written = stack
        .preview(&owner, draft(vec![translation("fr", "Salut")]))
        .await
        .unwrap();
    assert_eq!(
        (written.subject.as_str(), written.html.as_str()),
        ("Salut", "<p>Salut</p>")
    );
    assert!(
        written.text.starts_with("Charles|") && written.text.ends_with("|Usher meeting,Usher phone,Usher training")
    );
}

async fn a_preview_of_what_is_bad_is_refused(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let owner = stack.owner().await;
    let draft = |translations| PreviewWelcomeEmailRequest {
        source: Some(Source::Draft(Draft { translations })),
        ..PreviewWelcomeEmailRequest::default()
    };
    let good = draft(vec![translation("fr", "Salut")]);
    let status = stack
        .preview(&owner, draft(vec![translation("fr", "nobody")]))
        .await
        .unwrap_err();
    let field = "draft.translations[0].body".to_owned();
    assert_eq!(bad_fields(&status), [(field, "EMAIL_TEMPLATE_INVALID".to_owned())]);
    let with = |user| PreviewWelcomeEmailRequest {
        sample_user: Some(user),
        ..good.clone()
    };
    let cases = [
        (draft(vec![]), "TRANSLATIONS_COUNT"),
        (PreviewWelcomeEmailRequest::default(), "TRANSLATIONS_COUNT"),
        (
            with(SampleUser {
                products: vec!["telex".into()],
                ..SampleUser::default()
            }),
            "PRODUCT_UNKNOWN",
        ),
        (
            with(SampleUser {
                given_name: "x".repeat(1_000_000),
                ..SampleUser::default()
            }),
            "NAME_TOO_LONG",
        ),
        (
            PreviewWelcomeEmailRequest {
                language: "klingonisch".into(),
                ..good.clone()
            },
            "LANGUAGE_UNKNOWN",
        ),
    ];
    for (message, reason) in cases {
        let refused = refusal(stack.preview(&owner, message).await);
        assert_eq!(refused, (Code::InvalidArgument, reason.to_owned()));
    }
}

async fn the_welcome_emails_of_another_account_do_not_exist(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let stack = stack(plain).await;
    let (owner, stranger) = (stack.owner().await, stack.owner().await);
    let email = stack.email(&owner, "Sales").await;
    let gone = (Code::NotFound, "EMAIL_TEMPLATE_NOT_FOUND".to_owned());
    assert_eq!(refusal(stack.get_email(&stranger, &email.id).await), gone);
    assert_eq!(refusal(stack.update_email(&stranger, email.clone()).await), gone);
    assert_eq!(refusal(stack.delete_email(&stranger, &email.id).await), gone);
    assert_eq!(refusal(stack.make_default(&stranger, &email.id).await), gone);
    let kept = PreviewWelcomeEmailRequest {
        source: Some(Source::WelcomeEmailId(email.id.clone())),
        ..PreviewWelcomeEmailRequest::default()
    };
    assert_eq!(refusal(stack.preview(&stranger, kept).await), gone);
    let request = adding(&address(), template(&email.id));
    assert_eq!(refusal(stack.commit(&stranger, commit(&stranger, request)).await), gone);
    let member = person(owner.account, UserId::new(), Role::Member);
    let refused = refusal(stack.get_email(&member, &email.id).await);
    assert_eq!(refused, (Code::PermissionDenied, "PERMISSION_REQUIRED".into()));
    assert_eq!(stack.get_email(&owner, &email.id).await.unwrap(), email);
}

async fn what_was_said_long_ago_is_forgotten(stack: impl AsyncFn(fn(&mut Config)) -> Stack) {
    let mut stack = stack(plain).await;
    let owner = stack.owner().await;
    let (mut old, mut new) = (stack.email(&owner, "Old").await, stack.email(&owner, "New").await);
    for email in [&mut old, &mut new] {
        email.translations = vec![translation("en", "Changed")];
        stack.update_email(&owner, email.clone()).await.unwrap();
    }
    // Only the first version of the old one ended a month ago.
    let age = "UPDATE welcome_email_versions SET end_time = 0 WHERE end_time IS NOT NULL AND welcome_email_id = ";
    stack.execute(&format!("{age}'{}'", old.id)).await;
    stack.restart().await;
    eventually(SOON, async || match stack.rows("welcome_email_versions").await {
        3 => Ok(()),
        others => Err(others),
    })
    .await;
    for email in [old, new] {
        let shown = stack.get_email(&owner, &email.id).await.unwrap();
        assert_eq!((shown.version, shown.translations), (2, email.translations));
    }
}
