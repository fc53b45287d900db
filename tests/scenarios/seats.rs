//! Seats that are given, taken, listed and watched.

use proto::access_v1::Permission;
use proto::admin::v1::seat_service_client::SeatServiceClient as Admin;
use proto::admin::v1::update_user_result::Outcome;
use proto::admin::v1::{AssignSeatsRequest, AssignSeatsResponse, ReleaseSeatsRequest, ReleaseSeatsResponse};
use proto::identity::v1::access_service_client::AccessServiceClient;
use proto::identity::v1::{AccessCheck, CheckAccessRequest};
use proto::licensing::v1::check_entitlement_response::Reason;
use proto::licensing::v1::entitlement_service_client::EntitlementServiceClient;
use proto::licensing::v1::seat::Holder;
use proto::licensing::v1::seat_service_client::SeatServiceClient;
use proto::licensing::v1::{
    CheckEntitlementRequest, CheckEntitlementResponse, ListSeatsRequest, Seat, WatchSeatsRequest,
};
use testkit::eventually;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use types::{RequestId, UserId};

use crate::batch_update::{check, trained};
use crate::support::{Owner, PATIENCE, World, adding, fresh, on_both, refusal, settled};

on_both! {
    seats_are_given_and_taken_and_told_by_whom
    what_cannot_be_given_is_refused_by_its_own_name
    good_rows_get_their_seats_beside_bad_ones_but_not_without_seats
    a_license_is_what_lets_somebody_host
    whoever_watches_sees_what_others_do
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|&text| text.to_owned()).collect()
}

fn assigning(users: &[String], products: &[&str]) -> AssignSeatsRequest {
    AssignSeatsRequest {
        request_id: RequestId::new().to_string(),
        user_ids: users.to_vec(),
        products: texts(products),
        ..AssignSeatsRequest::default()
    }
}

async fn assign(owner: &Owner, message: &AssignSeatsRequest) -> Result<AssignSeatsResponse, Status> {
    let mut client = Admin::new(owner.channel.clone());
    Ok(client.assign_seats(owner.request(message.clone())).await?.into_inner())
}

async fn release(owner: &Owner, users: &[String], products: &[&str]) -> Result<ReleaseSeatsResponse, Status> {
    let message = ReleaseSeatsRequest {
        request_id: RequestId::new().to_string(),
        user_ids: users.to_vec(),
        products: texts(products),
        ..ReleaseSeatsRequest::default()
    };
    let mut client = Admin::new(owner.channel.clone());
    Ok(client.release_seats(owner.request(message)).await?.into_inner())
}

async fn seats(owner: &Owner, product: &str) -> Vec<Seat> {
    let message = ListSeatsRequest {
        product: product.to_owned(),
        ..ListSeatsRequest::default()
    };
    let answer = SeatServiceClient::new(owner.channel.clone())
        .list_seats(owner.request(message))
        .await;
    answer.unwrap().into_inner().seats
}

async fn entitled(owner: &Owner, user_id: &str) -> CheckEntitlementResponse {
    let message = CheckEntitlementRequest {
        user_id: user_id.to_owned(),
        entitlement: "host_sessions".to_owned(),
    };
    let mut client = EntitlementServiceClient::new(owner.channel.clone());
    client
        .check_entitlement(owner.request(message))
        .await
        .unwrap()
        .into_inner()
}

async fn seats_are_given_and_taken_and_told_by_whom(world: &World) {
    let owner = world.account().await;
    let users = trained(&owner, 2).await;
    let mut message = assigning(&users, &["meeting", "training"]);
    message.validate_only = true;
    let foretold = assign(&owner, &message).await.unwrap();
    let counts: Vec<_> = foretold
        .seats
        .iter()
        .map(|seat| (seat.product.as_str(), seat.requested))
        .collect();
    assert_eq!(counts, [("meeting", 2)], "a seat of training is there already");
    settled(&owner).await;
    assert_eq!(seats(&owner, "meeting").await, []);

    message.validate_only = false;
    let answer = assign(&owner, &message).await.unwrap();
    assert!(answer.results.iter().all(|row| row.outcome() == Outcome::Updated));
    assert_eq!(assign(&owner, &message).await.unwrap(), answer, "it was sent again");
    settled(&owner).await;
    let given = seats(&owner, "meeting").await;
    let mut holders: Vec<_> = given.iter().map(|seat| seat.holder.clone().unwrap()).collect();
    holders.sort_by_key(|holder| format!("{holder:?}"));
    let mut expected: Vec<_> = users.iter().cloned().map(Holder::UserId).collect();
    expected.sort_by_key(|holder| format!("{holder:?}"));
    assert_eq!(holders, expected);
    assert!(
        given
            .iter()
            .all(|seat| seat.assigner_id == owner.tokens.user_id && seat.assign_time.is_some())
    );

    let again = assign(&owner, &assigning(&users, &["meeting"])).await.unwrap();
    assert!(again.results.iter().all(|row| row.outcome() == Outcome::Unchanged));
    let taken = release(&owner, &users[..1], &["meeting", "phone"]).await.unwrap();
    assert_eq!(taken.results[0].outcome(), Outcome::Updated);
    check(&owner).await;
    let left = seats(&owner, "meeting").await;
    assert_eq!(
        left.iter().map(|seat| seat.holder.clone().unwrap()).collect::<Vec<_>>(),
        [Holder::UserId(users[1].clone())]
    );

    // Whoever is a user elsewhere holds a seat by their invitation.
    let email = fresh("elsewhere");
    world.account().await.add(adding(&[&email], &[])).await.unwrap();
    world.mail(&email).await;
    let invited = owner.add(adding(&[&email], &["phone"])).await.unwrap();
    settled(&owner).await;
    let expected = Holder::InvitationId(invited.results[0].invitation_id.clone());
    assert_eq!(seats(&owner, "phone").await[0].holder, Some(expected));
}

async fn what_cannot_be_given_is_refused_by_its_own_name(world: &World) {
    let (owner, stranger) = (world.account().await, world.account().await);
    let users = trained(&owner, 1).await;
    let theirs = trained(&stranger, 1).await;
    let bad: Vec<String> = ["usr_1".to_owned(), UserId::new().to_string(), theirs[0].clone()].into();
    let everybody = [users.clone(), bad].concat();
    let cases = [
        (
            assigning(&users, &[]),
            Code::InvalidArgument,
            "CHANGE_EMPTY",
            "products",
        ),
        (
            assigning(&users, &["meeting", "yoga"]),
            Code::InvalidArgument,
            "PRODUCT_UNKNOWN",
            "products[1]",
        ),
        (
            assigning(&users, &["meeting", "meeting"]),
            Code::InvalidArgument,
            "PRODUCT_REPEATED",
            "products[1]",
        ),
        (
            assigning(&everybody, &["meeting"]),
            Code::InvalidArgument,
            "ID_MALFORMED",
            "user_ids[1]",
        ),
        (
            assigning(&theirs, &["meeting"]),
            Code::NotFound,
            "USER_NOT_FOUND",
            "user_ids[0]",
        ),
    ];
    for (message, code, reason, field) in cases {
        let refused = assign(&owner, &message).await.unwrap_err();
        assert_eq!(refusal(&refused), (code, reason.to_owned()));
        let fields = refused.get_details_bad_request().unwrap().field_violations;
        assert_eq!(fields[0].field, field, "{reason}");
    }
    let refused = release(&owner, &users, &["yoga"]).await.unwrap_err();
    assert_eq!(
        refused.get_details_bad_request().unwrap().field_violations[0].field,
        "products[0]"
    );
}

async fn good_rows_get_their_seats_beside_bad_ones_but_not_without_seats(world: &World) {
    let owner = world.account().await;
    let good = trained(&owner, 1).await;
    let everybody = [good[0].clone(), "usr_1".to_owned(), UserId::new().to_string()];
    let mut partial = assigning(&everybody, &["meeting"]);
    partial.allow_partial = true;
    let answer = assign(&owner, &partial).await.unwrap();
    let outcomes: Vec<_> = answer.results.iter().map(|row| row.outcome()).collect();
    assert_eq!(outcomes, [Outcome::Updated, Outcome::Failed, Outcome::Failed]);
    let free = usize::try_from(owner.pool("webinar").await.available).unwrap();
    let many = trained(&owner, free + 1).await;
    let refused = assign(&owner, &assigning(&many, &["webinar"])).await.unwrap_err();
    assert_eq!(refusal(&refused), (Code::FailedPrecondition, "SEATS_EXHAUSTED".into()));
    check(&owner).await;
    assert_eq!(owner.pool("webinar").await.assigned, 0);
}

async fn a_license_is_what_lets_somebody_host(world: &World) {
    let owner = world.account().await;
    let (me, myself) = (owner.tokens.user_id.clone(), vec![owner.tokens.user_id.clone()]);
    let hosts = async || {
        let check = AccessCheck {
            user_id: me.clone(),
            permission: Permission::HostSessions.into(),
        };
        let message = CheckAccessRequest { checks: vec![check] };
        let mut client = AccessServiceClient::new(owner.channel.clone());
        let answer = client.check_access(owner.request(message)).await.unwrap().into_inner();
        answer.decisions[0].allowed
    };
    let before = entitled(&owner, "").await;
    assert_eq!(
        (before.licensed, before.reason(), hosts().await),
        (false, Reason::NoSeat, false)
    );
    assign(&owner, &assigning(&myself, &["phone"])).await.unwrap();
    settled(&owner).await;
    assert_eq!((entitled(&owner, "").await.licensed, hosts().await), (false, false));
    let product = before.sufficient_products[0].clone();
    assign(&owner, &assigning(&myself, &[&product])).await.unwrap();
    settled(&owner).await;
    let licensed = entitled(&owner, &me).await;
    assert_eq!((licensed.licensed, hosts().await), (true, true));
    assert_eq!(licensed.licenses[0].product, product);
    release(&owner, &myself, &[&product]).await.unwrap();
    eventually(PATIENCE, async || {
        match (entitled(&owner, "").await.licensed, hosts().await) {
            (false, false) => Ok(()),
            still => Err(format!("{still:?}")),
        }
    })
    .await;
}

async fn whoever_watches_sees_what_others_do(world: &World) {
    let owner = world.account().await;
    let mut client = SeatServiceClient::new(owner.channel.clone());
    let request = owner.request(WatchSeatsRequest {});
    let mut watch = client.watch_seats(request).await.unwrap().into_inner();
    let first = watch.message().await.unwrap().unwrap().seat_pools;
    assert_eq!(first, owner.pools().await);
    let users = trained(&owner, 2).await;
    let seen = async {
        loop {
            let pools = watch.message().await.unwrap().unwrap().seat_pools;
            let training = pools.iter().find(|pool| pool.product == "training").unwrap();
            if (training.assigned, training.reserved) == (2, 0) {
                return pools;
            }
        }
    };
    let seen = tokio::time::timeout(PATIENCE, seen).await.unwrap();
    assert_eq!(seen, settled(&owner).await);
    assert_eq!(users.len(), 2);
}
