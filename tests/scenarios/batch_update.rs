//! Users who are changed later, one or many, with their seats.

use proto::admin::v1::people_service_client::PeopleServiceClient;
use proto::admin::v1::product_change::List;
use proto::admin::v1::update_user_result::Outcome;
use proto::admin::v1::{BatchUpdateUsersRequest, BatchUpdateUsersResponse, ProductChange, UserChange};
use testkit::eventually;
use tonic::{Code, Status};
use types::{GroupId, RequestId, TemplateId, UserId};

use crate::support::{Owner, PATIENCE, World, adding, fresh, on_both, refusal, settled};

on_both! {
    products_change_with_their_seats
    two_admins_who_race_for_the_last_seats_share_them
    what_cannot_be_changed_is_refused
}

pub fn adjusting(add: &[&str], remove: &[&str]) -> UserChange {
    let list = |products: &[&str]| products.iter().map(|&product| product.to_owned()).collect();
    UserChange {
        products: Some(ProductChange {
            set: None,
            add: list(add),
            remove: list(remove),
        }),
        ..UserChange::default()
    }
}

pub fn updating(users: &[String], change: UserChange) -> BatchUpdateUsersRequest {
    BatchUpdateUsersRequest {
        request_id: RequestId::new().to_string(),
        user_ids: users.to_vec(),
        change: Some(change),
        ..BatchUpdateUsersRequest::default()
    }
}

pub async fn update(owner: &Owner, message: &BatchUpdateUsersRequest) -> Result<BatchUpdateUsersResponse, Status> {
    let mut client = PeopleServiceClient::new(owner.channel.clone());
    Ok(client
        .batch_update_users(owner.request(message.clone()))
        .await?
        .into_inner())
}

/// New users with a seat of `training` each.
pub async fn trained(owner: &Owner, count: usize) -> Vec<String> {
    let emails: Vec<String> = (0..count).map(|_| fresh("ada")).collect();
    let emails: Vec<&str> = emails.iter().map(String::as_str).collect();
    let added = owner.add(adding(&emails, &["training"])).await.unwrap();
    added.results.into_iter().map(|result| result.user_id).collect()
}

/// In the end seats are held by those who are to hold them, and by nobody else.
pub async fn check(owner: &Owner) {
    eventually(PATIENCE, async || {
        let pools = settled(owner).await;
        let people = owner.people().await;
        for person in &people {
            let user = person.user.as_ref().unwrap();
            if person.products != user.products {
                return Err(format!(
                    "{} holds {:?} for {:?}",
                    user.email, person.products, user.products
                ));
            }
        }
        for pool in pools {
            let holds = |products: &[String]| products.contains(&pool.product);
            let holders = people.iter().filter(|person| holds(&person.products)).count();
            if usize::try_from(pool.assigned) != Ok(holders) || pool.assigned > pool.seats {
                return Err(format!("{pool:?} for {holders} holders"));
            }
        }
        Ok(())
    })
    .await;
}

async fn products_change_with_their_seats(world: &World) {
    let owner = world.account().await;
    let users = trained(&owner, 3).await;
    let free = owner.pool("meeting").await.available;
    let mut request = updating(&users, adjusting(&["meeting"], &["training"]));
    request.validate_only = true;

    let foretold = update(&owner, &request).await.unwrap();

    assert_eq!((foretold.seats[0].requested, foretold.seats[0].available), (3, free));
    settled(&owner).await;
    assert_eq!(
        (
            owner.pool("meeting").await.assigned,
            owner.pool("training").await.assigned
        ),
        (0, 3)
    );
    request.validate_only = false;
    let answer = update(&owner, &request).await.unwrap();
    assert_eq!(answer, foretold);
    assert_eq!(update(&owner, &request).await.unwrap(), answer);
    settled(&owner).await;
    assert_eq!(
        (
            owner.pool("meeting").await.assigned,
            owner.pool("training").await.assigned
        ),
        (3, 0)
    );
    check(&owner).await;

    // Back and forth, faster than licensing is told.
    for round in 0..6 {
        let change = match round % 3 {
            0 => adjusting(&["phone"], &[]),
            1 => adjusting(&[], &["phone", "meeting"]),
            _ => adjusting(&["meeting"], &["phone"]),
        };
        update(&owner, &updating(&users, change)).await.unwrap();
    }
    check(&owner).await;
    let held: i64 = owner.pools().await.iter().map(|pool| pool.assigned).sum();
    assert_eq!(held, 3);
    let none = UserChange {
        products: Some(ProductChange {
            set: Some(List::default()),
            ..ProductChange::default()
        }),
        ..UserChange::default()
    };
    update(&owner, &updating(&users, none)).await.unwrap();
    check(&owner).await;
    assert!(owner.pools().await.iter().all(|pool| pool.assigned == 0));
}

async fn two_admins_who_race_for_the_last_seats_share_them(world: &World) {
    let owner = world.account().await;
    let pool = owner.pool("webinar").await;
    let free = usize::try_from(pool.available).unwrap();
    let users = trained(&owner, free + 2).await;
    settled(&owner).await;
    let race = users.iter().flat_map(|user| {
        let one = std::slice::from_ref(user);
        [
            updating(one, adjusting(&["webinar"], &[])),
            updating(one, adjusting(&["webinar"], &["training"])),
        ]
    });
    let race: Vec<_> = race
        .map(|request| {
            let owner = owner.clone();
            tokio::spawn(async move { update(&owner, &request).await })
        })
        .collect();
    for answer in futures::future::join_all(race).await {
        if let Err(refused) = answer.unwrap() {
            let told = refusal(&refused);
            let expected = [
                (Code::FailedPrecondition, "SEATS_EXHAUSTED".to_owned()),
                (Code::Aborted, "REQUEST_IN_PROGRESS".to_owned()),
            ];
            assert!(expected.contains(&told), "{told:?}");
        }
    }
    check(&owner).await;
    // Whatever was left by those who lost both races is taken now, and not one seat more.
    let mut rest = updating(&users, adjusting(&["webinar"], &[]));
    let refused = update(&owner, &rest).await.unwrap_err();
    assert_eq!(refusal(&refused), (Code::FailedPrecondition, "SEATS_EXHAUSTED".into()));
    rest.user_ids.truncate(1);
    let _ = update(&owner, &rest).await;
    check(&owner).await;
}

#[expect(clippy::too_many_lines, reason = "one bad request after another")]
async fn what_cannot_be_changed_is_refused(world: &World) {
    let (owner, other) = (world.account().await, world.account().await);
    let user = trained(&owner, 1).await.remove(0);
    let foreign = trained(&other, 1).await.remove(0);
    let speaking = |language: &str| UserChange {
        language: language.into(),
        ..UserChange::default()
    };
    let cases = [
        (vec![foreign.clone()], speaking("fr"), Code::NotFound, "USER_NOT_FOUND"),
        (
            vec!["usr_1".into()],
            speaking("fr"),
            Code::InvalidArgument,
            "ID_MALFORMED",
        ),
        (
            vec![user.clone(), user.clone()],
            speaking("fr"),
            Code::InvalidArgument,
            "USER_REPEATED",
        ),
        (
            vec![UserId::new().to_string(); 1_001],
            speaking("fr"),
            Code::InvalidArgument,
            "USERS_COUNT",
        ),
        (
            vec![user.clone()],
            UserChange::default(),
            Code::InvalidArgument,
            "CHANGE_EMPTY",
        ),
        (
            vec![user.clone()],
            adjusting(&["telex"], &[]),
            Code::InvalidArgument,
            "PRODUCT_UNKNOWN",
        ),
        (
            vec![user.clone()],
            UserChange {
                group_id: Some(GroupId::new().to_string()),
                ..UserChange::default()
            },
            Code::NotFound,
            "GROUP_NOT_FOUND",
        ),
        (
            vec![user.clone()],
            UserChange {
                settings_template_id: Some(TemplateId::new().to_string()),
                ..UserChange::default()
            },
            Code::NotFound,
            "SETTINGS_TEMPLATE_NOT_FOUND",
        ),
    ];
    for (users, change, code, reason) in cases {
        let refused = update(&owner, &updating(&users, change)).await.unwrap_err();
        assert_eq!(refusal(&refused), (code, reason.into()));
    }
    let mut partial = updating(&[foreign.clone(), user.clone()], speaking("fr"));
    partial.allow_partial = true;
    let answer = update(&owner, &partial).await.unwrap();
    assert_eq!(
        answer.results.iter().map(|row| row.outcome()).collect::<Vec<_>>(),
        [Outcome::Failed, Outcome::Updated]
    );
    assert_eq!(owner.person(&user).await.unwrap().user.unwrap().language, "fr");
    assert_eq!(other.person(&foreign).await.unwrap().user.unwrap().language, "en");
    let mut altered = partial.clone();
    altered.change = Some(speaking("de"));
    let refused = update(&owner, &altered).await.unwrap_err();
    assert_eq!(refusal(&refused), (Code::InvalidArgument, "REQUEST_ID_REUSED".into()));
}
