//! Groups, as an admin sees them: names, counts, deletion, and people who are added into them.

use proto::admin::v1::AddUsersRequest;
use proto::identity::v1::group_service_client::GroupServiceClient;
use proto::identity::v1::user_service_client::UserServiceClient;
use proto::identity::v1::{
    CreateGroupRequest, DeleteGroupRequest, GetGroupRequest, GetUserRequest, Group, ListGroupsRequest,
    UpdateGroupRequest,
};
use tonic::{Code, Status};

use crate::support::{Owner, World, adding, fresh, on_both, refusal};

on_both! {
    people_are_added_into_groups_and_leave_them_with_the_group
}

async fn create(owner: &Owner, name: &str) -> Result<Group, Status> {
    let message = CreateGroupRequest {
        name: name.into(),
        ..CreateGroupRequest::default()
    };
    let mut client = GroupServiceClient::new(owner.channel.clone());
    let answer = client.create_group(owner.request(message)).await?;
    Ok(answer.into_inner().group.unwrap())
}

async fn list(owner: &Owner, prefix: &str) -> Vec<(String, i64)> {
    let message = ListGroupsRequest {
        name_prefix: prefix.into(),
        ..ListGroupsRequest::default()
    };
    let mut client = GroupServiceClient::new(owner.channel.clone());
    let groups = client
        .list_groups(owner.request(message))
        .await
        .unwrap()
        .into_inner()
        .groups;
    groups.into_iter().map(|group| (group.name, group.user_count)).collect()
}

fn into_group(id: &str, emails: &[&str]) -> AddUsersRequest {
    let mut request = adding(emails, &[]);
    request.options.get_or_insert_default().group_id = id.into();
    request
}

async fn people_are_added_into_groups_and_leave_them_with_the_group(world: &World) {
    let (owner, stranger) = (world.account().await, world.account().await);
    let sales = create(&owner, "Vertrieb Süd").await.unwrap();
    create(&owner, "Support").await.unwrap();
    let taken = refusal(&create(&owner, " VERTRIEB SÜD").await.unwrap_err());
    assert_eq!(taken, (Code::AlreadyExists, "GROUP_EXISTS".into()));
    let added = owner
        .add(into_group(&sales.id, &[&fresh("ada"), &fresh("bea")]))
        .await
        .unwrap();
    assert_eq!(list(&owner, "vertrieb").await, [("Vertrieb Süd".to_owned(), 2)]);
    assert_eq!(list(&owner, "").await.len(), 2);

    another_tenant_has_no_such_group(&stranger, &sales).await;
    let stale = two_admins_change_the_same(&owner, &sales).await;
    let delete = |etag: &str| DeleteGroupRequest {
        group_id: sales.id.clone(),
        etag: etag.into(),
    };
    let mut groups = GroupServiceClient::new(owner.channel.clone());
    let refused = groups
        .delete_group(owner.request(delete(&sales.etag)))
        .await
        .unwrap_err();
    assert_eq!(refusal(&refused), stale);

    let deleted = groups
        .delete_group(owner.request(delete("")))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(deleted.user_count, 2);
    let get = GetUserRequest {
        user_id: added.results[0].user_id.clone(),
    };
    let mut users = UserServiceClient::new(owner.channel.clone());
    let ada = users
        .get_user(owner.request(get))
        .await
        .unwrap()
        .into_inner()
        .user
        .unwrap();
    assert_eq!(ada.group_id, "");
    assert_eq!(list(&owner, "").await, [("Support".to_owned(), 0)]);
}

async fn another_tenant_has_no_such_group(stranger: &Owner, sales: &Group) {
    let unknown = (Code::NotFound, "GROUP_NOT_FOUND".to_owned());
    let mut theirs = GroupServiceClient::new(stranger.channel.clone());
    let get = GetGroupRequest {
        group_id: sales.id.clone(),
    };
    assert_eq!(
        refusal(&theirs.get_group(stranger.request(get)).await.unwrap_err()),
        unknown
    );
    let update = UpdateGroupRequest {
        group: Some(sales.clone()),
        update_mask: None,
    };
    assert_eq!(
        refusal(&theirs.update_group(stranger.request(update)).await.unwrap_err()),
        unknown
    );
    let delete = |etag: &str| DeleteGroupRequest {
        group_id: sales.id.clone(),
        etag: etag.into(),
    };
    assert_eq!(
        refusal(&theirs.delete_group(stranger.request(delete(""))).await.unwrap_err()),
        unknown
    );
    let refused = stranger.add(into_group(&sales.id, &[&fresh("eve")])).await.unwrap_err();
    assert_eq!(refusal(&refused), unknown);
    assert!(list(stranger, "").await.is_empty());
}

/// One of them has to look again.
async fn two_admins_change_the_same(owner: &Owner, sales: &Group) -> (Code, String) {
    let mut groups = GroupServiceClient::new(owner.channel.clone());
    let rename = |name: &str| UpdateGroupRequest {
        group: Some(Group {
            name: name.into(),
            ..sales.clone()
        }),
        update_mask: None,
    };
    let mut other = groups.clone();
    let (one, two) = tokio::join!(
        groups.update_group(owner.request(rename("Sales one"))),
        other.update_group(owner.request(rename("Sales two"))),
    );
    let stale = (Code::Aborted, "ETAG_MISMATCH".to_owned());
    let lost: Vec<_> = [one, two].into_iter().filter_map(Result::err).collect();
    assert_eq!(lost.len(), 1);
    assert_eq!(refusal(&lost[0]), stale);
    stale
}
