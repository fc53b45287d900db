//! Every public method, called by everybody: each answer is the one in `tests/access_matrix.md`.

use std::collections::BTreeMap;
use std::fmt::Write;

use futures::stream;
use prost_reflect::{DescriptorPool, DynamicMessage, Kind, MessageDescriptor, MethodDescriptor, Value};
use proto::access::{Policy, Rule};
use testkit::eventually;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::{Code, Request, Status};
use types::{AccountId, EmailTemplateId, InvoiceId, TemplateId, UserId};

use crate::support::{Belongings, Cast, Owner, PATIENCE, World, cast, channel, fresh, on_both, refusal};

on_both! {
    every_answer_is_the_one_in_the_matrix
}

const MATRIX: &str = include_str!("../access_matrix.md");
const COLUMNS: usize = 7;
/// What the guard says; every other answer means that the caller was let through to the method.
const GUARD: [&str; 7] = [
    "ACCESS_TOKEN_REQUIRED",
    "ACCESS_TOKEN_INVALID",
    "SESSION_ENDED",
    "PERMISSION_REQUIRED",
    "METHOD_UNKNOWN",
    "CALLER_REQUIRED",
    "CALLER_NOT_ALLOWED",
];
/// Methods after which a caller, or their whole account, is not what it was.
const LAST: [&str; 2] = ["/LogOut", "/CloseAccount"];

type Row = [String; COLUMNS];

async fn every_answer_is_the_one_in_the_matrix(world: &World) {
    let pool = DescriptorPool::decode(proto::FILE_DESCRIPTOR_SET).unwrap();
    let (people, stranger) = (settled_cast(world).await, world.account().await);
    let mut seen = BTreeMap::new();
    for (path, rule) in Policy::load().unwrap().iter() {
        let (service, name) = path.trim_start_matches('/').split_once('/').unwrap();
        let service = pool.get_service_by_name(service).unwrap();
        let method = service.methods().find(|method| method.name() == name).unwrap();
        if matches!(rule, Rule::Internal(_)) {
            let unknown = "UNIMPLEMENTED/METHOD_UNKNOWN";
            assert_eq!(
                call(world, &method, Some(&people.super_admin), None).await,
                unknown,
                "{path}"
            );
            continue;
        }
        let row = if LAST.iter().any(|end| path.ends_with(end)) {
            let (people, stranger) = (settled_cast(world).await, world.account().await);
            row(world, &method, &people, &stranger).await
        } else {
            row(world, &method, &people, &stranger).await
        };
        seen.insert(path.trim_start_matches('/').to_owned(), row);
    }
    let differences = differences(&seen, &reviewed());
    assert!(differences.is_empty(), "{differences}");
}

/// A cast whose posts everybody believes in.
async fn settled_cast(world: &World) -> Cast {
    let people = cast(world).await;
    let pool = DescriptorPool::decode(proto::FILE_DESCRIPTOR_SET).unwrap();
    let service = pool.get_service_by_name("usher.identity.v1.BillingContactService");
    let method = service
        .unwrap()
        .methods()
        .find(|method| method.name() == "OfferBillingContact");
    let method = method.unwrap();
    let expected = [
        (&people.super_admin, "PERMISSION_DENIED/PERMISSION_REQUIRED"),
        (&people.billing_contact, "allow"),
        (&people.suspended, "UNAUTHENTICATED/SESSION_ENDED"),
    ];
    for (person, expected) in expected {
        eventually(PATIENCE, async || {
            let answer = call(world, &method, Some(person), None).await;
            if answer == expected { Ok(()) } else { Err(answer) }
        })
        .await;
    }
    people
}

/// What everybody is answered: the last column but one is a super admin of another account, who names what belongs to this.
async fn row(world: &World, method: &MethodDescriptor, people: &Cast, stranger: &Owner) -> Row {
    let own = |person| call(world, method, person, None);
    let foreign = filled(&method.input(), &people.belongings, 0);
    [
        own(None).await,
        own(Some(&people.member)).await,
        own(Some(&people.admin)).await,
        own(Some(&people.super_admin)).await,
        own(Some(&people.billing_contact)).await,
        match foreign {
            (message, true) => call(world, method, Some(stranger), Some(message)).await,
            (_, false) => "names nothing".to_owned(),
        },
        own(Some(&people.suspended)).await,
    ]
}

/// Calls a method, with an empty message unless told; answers `allow`, or code and reason.
async fn call(
    world: &World,
    method: &MethodDescriptor,
    caller: Option<&Owner>,
    message: Option<DynamicMessage>,
) -> String {
    let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
    let path = PathAndQuery::try_from(path).unwrap();
    let names_ids = message.is_some();
    let message = message.unwrap_or_else(|| DynamicMessage::new(method.input()));
    let mut client = Grpc::new(channel(world));
    client.ready().await.unwrap();
    let codec = tonic_prost::ProstCodec::<DynamicMessage, ()>::default();
    let answer = if method.is_client_streaming() {
        let messages = stream::iter([message]);
        let request = caller.map_or_else(
            || Request::new(messages.clone()),
            |caller| caller.request(messages.clone()),
        );
        client.streaming(request, path, codec).await.map(drop)
    } else {
        let request = caller.map_or_else(
            || Request::new(message.clone()),
            |caller| caller.request(message.clone()),
        );
        if method.is_server_streaming() {
            client.server_streaming(request, path, codec).await.map(drop)
        } else {
            client.unary(request, path, codec).await.map(drop)
        }
    };
    told(answer, names_ids)
}

/// Of whoever names ids of another account, every refusal is told; else those of the guard.
fn told(answer: Result<(), Status>, names_ids: bool) -> String {
    let Err(status) = answer else {
        return "allow".to_owned();
    };
    let (code, reason) = refusal(&status);
    if names_ids || GUARD.contains(&reason.as_str()) {
        format!("{}/{reason}", code_name(code))
    } else {
        "allow".to_owned()
    }
}

/// `PERMISSION_DENIED` of [`Code::PermissionDenied`].
fn code_name(code: Code) -> String {
    let mut name = String::new();
    for letter in format!("{code:?}").chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

/// A message that names things of another account wherever it can, and whether it does anywhere.
fn filled(descriptor: &MessageDescriptor, theirs: &Belongings, depth: usize) -> (DynamicMessage, bool) {
    let mut message = DynamicMessage::new(descriptor.clone());
    let mut names = false;
    for field in descriptor.fields() {
        let value = match field.kind() {
            Kind::String => {
                let Some((text, is_id)) = text(field.name(), descriptor.name(), theirs) else {
                    continue;
                };
                names |= is_id;
                Value::String(text)
            }
            Kind::Message(inner) if depth < 3 && inner.full_name().starts_with("usher.") => {
                let (inner, inner_names) = filled(&inner, theirs, depth + 1);
                if !inner_names && !field.is_list() {
                    continue;
                }
                names |= inner_names;
                Value::Message(inner)
            }
            Kind::Enum(values) if values.name() == "Permission" => Value::EnumNumber(1),
            Kind::Double
            | Kind::Float
            | Kind::Int32
            | Kind::Int64
            | Kind::Uint32
            | Kind::Uint64
            | Kind::Sint32
            | Kind::Sint64
            | Kind::Fixed32
            | Kind::Fixed64
            | Kind::Sfixed32
            | Kind::Sfixed64
            | Kind::Bool
            | Kind::Bytes
            | Kind::Message(_)
            | Kind::Enum(_) => continue,
        };
        let value = if field.is_list() {
            Value::List(vec![value])
        } else {
            value
        };
        message.set_field(&field, value);
    }
    (message, names)
}

/// What a field of text is filled with, and whether that is an id.
fn text(field: &str, message: &str, theirs: &Belongings) -> Option<(String, bool)> {
    let name = if field == "id" {
        message.to_lowercase()
    } else {
        let name = field.strip_suffix("_ids").or_else(|| field.strip_suffix("_id"));
        match (name, field) {
            // The name of a request is no thing, and a tax id is nobody's here.
            (Some("request" | "tax"), _) => return None,
            (Some(name), _) => name.to_owned(),
            (None, "email") => return Some((fresh("stranger"), false)),
            (None, "entitlement") => return Some(("host_sessions".to_owned(), false)),
            (None, "language") => return Some(("en".to_owned(), false)),
            (None, "subject") => return Some(("Hello".to_owned(), false)),
            (None, "body") => return Some(("<p>Hello</p>".to_owned(), false)),
            (None, "products") => return Some(("training".to_owned(), false)),
            (None, "name" | "given_name" | "family_name") => return Some(("Ada".to_owned(), false)),
            (None, _) => return None,
        }
    };
    let id = match name.as_str() {
        name if name.contains("user") || name.contains("actor") => theirs.user.clone(),
        name if name.contains("group") => theirs.group.clone(),
        name if name.contains("role") => theirs.role.clone(),
        name if name.contains("email_template") || name.contains("welcome_email") || name == "welcomeemail" => {
            EmailTemplateId::new().to_string()
        }
        name if name.contains("template") => TemplateId::new().to_string(),
        name if name.contains("invitation") => theirs.invitation.clone(),
        "import" => theirs.import.clone(),
        "delivery" => theirs.delivery.clone(),
        "invoice" => InvoiceId::new().to_string(),
        name if name.contains("account") => AccountId::new().to_string(),
        _ => UserId::new().to_string(),
    };
    Some((id, true))
}

/// The reviewed table.
fn reviewed() -> BTreeMap<String, Row> {
    let rows = MATRIX.lines().filter_map(|line| line.strip_prefix("| usher."));
    rows.map(|line| {
        let mut cells = line.trim_end_matches('|').split('|').map(|cell| cell.trim().to_owned());
        let path = format!("usher.{}", cells.next().unwrap());
        let row: Vec<String> = cells.collect();
        (path, row.try_into().unwrap())
    })
    .collect()
}

/// What to change in the file, as lines to paste.
fn differences(seen: &BTreeMap<String, Row>, reviewed: &BTreeMap<String, Row>) -> String {
    let mut text = String::new();
    for (path, row) in seen {
        if reviewed.get(path) != Some(row) {
            write!(text, "\n| {path} | {} |", row.join(" | ")).unwrap();
        }
    }
    if !text.is_empty() {
        text = format!(
            "these rows of tests/access_matrix.md are missing or are not so; review them, and paste them:{text}"
        );
    }
    for path in reviewed.keys().filter(|path| !seen.contains_key(*path)) {
        write!(text, "\nthere is no such method any more: {path}").unwrap();
    }
    text
}
