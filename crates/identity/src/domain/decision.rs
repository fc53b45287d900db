//! Who is new, who is to transfer and who is refused: decided the same way when it is foretold and when it is done.

use std::collections::{HashMap, HashSet};

use types::{AccountId, InvitationId, RoleId, UserId};

use super::admission::{AddUsers, Outcome, RowResult, SeatQuantity, count_seats};
use super::fault::{Fault, Violation};
use super::new_user::{Candidate, Yardstick};

/// What is known of the addresses in a request.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Users of any account, by canonical address.
    pub users: HashMap<String, (UserId, AccountId)>,
    /// Canonical addresses that the request's account has already invited.
    pub invited: HashSet<String>,
}

/// One row, decided.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The address, as it was typed.
    pub email: String,
    /// What is to be done, or everything that is wrong.
    pub verdict: Result<(Candidate, Destiny), Vec<Violation>>,
}

/// What is to be done for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destiny {
    /// They become a user.
    Join,
    /// They are this user of another account, who is invited to move.
    Transfer(UserId),
}

/// Decides every row of a request for `account`.
pub fn decide(account: AccountId, request: &AddUsers, yardstick: &Yardstick<'_>, known: &Known) -> Vec<Decided> {
    let mut seen = HashSet::new();
    let mut decide_one = |(index, row): (usize, &super::new_user::NewUser)| {
        let verdict = yardstick.judge(index, row).and_then(|candidate| {
            let canonical = candidate.email.canonical();
            let refuse = |fault| Err(vec![Violation::new(fault, format!("users[{index}].email"))]);
            if !seen.insert(canonical.to_owned()) {
                return refuse(Fault::EmailRepeated);
            }
            match known.users.get(canonical) {
                None => Ok((candidate, Destiny::Join)),
                Some((_, home)) if *home == account => refuse(Fault::UserExists),
                Some(_) if known.invited.contains(canonical) => refuse(Fault::InvitationExists),
                Some((user, _)) => Ok((candidate, Destiny::Transfer(*user))),
            }
        });
        Decided {
            email: row.email.clone(),
            verdict,
        }
    };
    request.users.iter().enumerate().map(&mut decide_one).collect()
}

/// The canonical addresses of a request's rows, as far as they have one.
pub fn addresses(request: &AddUsers) -> impl Iterator<Item = String> {
    let parse = |row: &super::new_user::NewUser| types::Email::parse(&row.email).ok();
    request
        .users
        .iter()
        .filter_map(parse)
        .map(|email| email.canonical().to_owned())
}

/// The roles of the account's own that a request names.
pub fn roles(request: &AddUsers) -> impl Iterator<Item = RoleId> {
    let rows = request.users.iter().map(|row| &row.options);
    rows.chain([&request.options])
        .filter_map(|options| options.role.own_id())
}

/// Everything that is wrong, in the order of the rows; a fault of the shared options is told once.
pub fn violations(rows: &[Decided]) -> Vec<Violation> {
    let mut told = HashSet::new();
    let all = rows.iter().filter_map(|row| row.verdict.as_ref().err()).flatten();
    all.filter(|violation| told.insert(violation.field.clone()))
        .cloned()
        .collect()
}

/// The seats that the good rows need, sorted by product.
pub fn seats(rows: &[Decided]) -> Vec<SeatQuantity> {
    let good = rows.iter().filter_map(|row| row.verdict.as_ref().ok());
    count_seats(good.flat_map(|(candidate, _)| &candidate.products))
}

impl Decided {
    /// What the row is answered with, given the ids it has got.
    pub fn result(&self, user_id: Option<UserId>, invitation_id: Option<InvitationId>) -> RowResult {
        let (outcome, violations) = match &self.verdict {
            Ok((_, Destiny::Transfer(_))) => (Outcome::TransferInvited, vec![]),
            Ok((candidate, Destiny::Join)) if candidate.welcome.is_sent() => (Outcome::Invited, vec![]),
            Ok((_, Destiny::Join)) => (Outcome::Created, vec![]),
            Err(violations) => (Outcome::Failed, violations.clone()),
        };
        RowResult {
            email: self.email.clone(),
            outcome,
            user_id,
            invitation_id,
            violations,
        }
    }
}

#[cfg(test)]
mod tests {
    use types::{Language, RequestId, TimeZone};

    use super::super::new_user::{NewUser, Options};
    use super::super::reference::References;
    use super::*;

    fn decided(account: AccountId, emails: &[&str], known: &Known) -> Vec<Decided> {
        let row = |email: &&str| NewUser {
            given_name: "Ada".into(),
            family_name: "Lovelace".into(),
            email: (*email).to_owned(),
            options: Options::default(),
            faults: vec![],
        };
        let request = AddUsers {
            request_id: RequestId::new(),
            fingerprint: String::new(),
            users: emails.iter().map(row).collect(),
            options: Options {
                products: vec!["training".into()],
                ..Options::default()
            },
            allow_partial: true,
        };
        let products = ["training".to_owned()].into();
        let (language, time_zone) = (Language::english(), TimeZone::utc());
        let yardstick = Yardstick {
            shared: &request.options,
            products: &products,
            roles: &HashMap::new(),
            giver: types::Permissions::default(),
            language: &language,
            time_zone: &time_zone,
            references: &References::default(),
        };
        decide(account, &request, &yardstick, known)
    }

    #[test]
    fn each_address_is_decided_by_where_it_is_known() {
        let here = AccountId::new();
        let (member, stranger, courted) = (UserId::new(), UserId::new(), UserId::new());
        let known = Known {
            users: HashMap::from([
                ("member@example.com".to_owned(), (member, here)),
                ("stranger@example.com".to_owned(), (stranger, AccountId::new())),
                ("courted@example.com".to_owned(), (courted, AccountId::new())),
            ]),
            invited: HashSet::from(["courted@example.com".to_owned()]),
        };
        let emails = [
            "new@example.com",
            "member@example.com",
            "stranger@example.com",
            "courted@example.com",
            "NEW@example.com",
        ];
        let rows = decided(here, &emails, &known);
        let told: Vec<_> = rows
            .iter()
            .map(|row| {
                row.verdict
                    .as_ref()
                    .map(|(_, destiny)| *destiny)
                    .map_err(|violations| violations[0].fault)
            })
            .collect();
        assert_eq!(
            told,
            [
                Ok(Destiny::Join),
                Err(Fault::UserExists),
                Ok(Destiny::Transfer(stranger)),
                Err(Fault::InvitationExists),
                Err(Fault::EmailRepeated),
            ]
        );
        assert_eq!(
            seats(&rows),
            [SeatQuantity {
                product: "training".into(),
                quantity: 2
            }]
        );
    }

    #[test]
    fn every_bad_row_is_named_once() {
        let rows = decided(AccountId::new(), &["x", "ada@example.com", "y"], &Known::default());
        let fields: Vec<_> = violations(&rows).into_iter().map(|violation| violation.field).collect();
        assert_eq!(fields, ["users[0].email", "users[2].email"]);
    }
}
