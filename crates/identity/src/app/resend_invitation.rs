//! Sending an invitation again: its earlier links are dead, and one that has expired gets its seats back.

use chassis::Person;
use serde_json::json;
use storage::Message;
use types::{EmailTemplateId, RequestId};

use super::cancel_mail::cancel_mail;
use super::change::{Attempt, Change, Done, Scene};
use super::world::owned_by;
use crate::domain::admission::{Holder, SeatQuantity, count_seats};
use crate::domain::audit::Event;
use crate::domain::error::Error;
use crate::domain::fault::{Fault, Violation};
use crate::domain::invitation::{Invitation, Kind};
use crate::domain::message::{INVITATION_MAIL, InvitationMail};
use crate::domain::new_user::WelcomeWish;
use crate::domain::resending::{ResendInvitation, Sent};
use crate::domain::token;
use crate::domain::user::{User, UserState};
use crate::domain::welcome_email::{own_welcome, version_for};
use crate::store::{Connection, amendments, invitations, resending, roles, users, welcome_emails};

/// What is to be sent again, and who gets seats back for it.
#[derive(Debug)]
pub struct Plan {
    invitation: Invitation,
    /// The invitation, once it is sent.
    sent: Invitation,
    /// The name in the e-mail.
    invitee: User,
    /// Who is to join, before and after they get their seats back.
    joiner: Option<(User, User)>,
    /// Who takes seats.
    holder: Option<Holder>,
}

impl Change for ResendInvitation {
    type Answer = Sent;
    type Plan = Plan;

    fn request_id(&self) -> RequestId {
        self.request_id
    }

    fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    fn check(&self, _person: &Person) -> Result<(), Error> {
        Ok(())
    }

    async fn plan(&self, conn: &impl Connection, scene: &Scene) -> Result<Plan, Error> {
        let account = scene.account.id;
        let invitation = invitations::find(conn, account, self.invitation_id)
            .await?
            .ok_or(Error::InvitationNotFound)?;
        let promised = promised(conn, &invitation).await?;
        invitation.check_resendable(scene.person.permissions, promised, scene.pace)?;
        if invitation.has_lost_seats() && is_overtaken(conn, &invitation).await? {
            return Err(Error::InvitationSuperseded);
        }
        let invitee = invitee(conn, &invitation).await?.ok_or(Error::InvitationNotPending)?;
        let mut sent = invitation.sent_again(scene.pace);
        sent.welcome_email_id = self.chosen(conn, &invitation).await?;
        let (mut joiner, mut holder) = (None, None);
        match invitation.kind {
            Kind::Join => {
                let mut after = invitee.clone();
                after.products = invitee.products_with(&invitation)?;
                sent.products.clone_from(&after.products);
                if after.products != invitee.products {
                    after.seat_version += 1;
                    holder = Some(back(after.id, after.seat_version, &after.products, &invitee.products));
                    joiner = Some((invitee.clone(), after));
                }
            }
            Kind::Transfer if invitation.has_lost_seats() && !invitation.products.is_empty() => {
                sent.seat_version += 1;
                holder = Some(back(sent.id, sent.seat_version, &sent.products, &[]));
            }
            Kind::Transfer => {}
        }
        Ok(Plan {
            invitation,
            sent,
            invitee,
            joiner,
            holder,
        })
    }

    fn foretell(&self, plan: &Plan, _scene: &Scene) -> Sent {
        answer(&plan.sent)
    }

    fn seats(plan: &Plan) -> Vec<SeatQuantity> {
        let taken = |holder: &'_ Holder| {
            let kept = holder.kept.clone();
            holder
                .products
                .clone()
                .into_iter()
                .filter(move |product| !kept.contains(product))
        };
        let taken: Vec<String> = plan.holder.iter().flat_map(taken).collect();
        count_seats(taken.iter())
    }

    fn accept(&self, _plan: &Plan) -> Result<(), Error> {
        Ok(())
    }

    async fn carry_out(
        &self,
        tx: &impl Connection,
        plan: Plan,
        scene: &Scene,
        attempt: &Attempt,
    ) -> Result<Done<Sent>, Error> {
        let Plan {
            invitation,
            sent,
            invitee,
            joiner,
            holder,
        } = plan;
        let (account, now) = (&scene.account, scene.pace.now);
        let token = scene.links.token(sent.id, sent.generation, sent.expire_time);
        resending::write(tx, &invitation, &sent, &token::hash(&token)).await?;
        if let Some((before, after)) = &joiner {
            amendments::write(tx, account.id, &[(before, after)], now).await?;
        }
        // As in the first e-mail, wherever the inviter is by now.
        let inviter = users::by_ids(tx, &[sent.inviter_id]).await?.pop();
        let welcome_email = match sent.kind {
            Kind::Join => {
                let ids: Vec<_> = [sent.welcome_email_id, account.welcome_email_id]
                    .into_iter()
                    .flatten()
                    .collect();
                version_for(
                    account,
                    sent.welcome_email_id,
                    &welcome_emails::present(tx, &ids).await?,
                )
            }
            Kind::Transfer => None,
        };
        let mail = InvitationMail {
            account_id: account.id,
            invitation_id: sent.id,
            generation: sent.generation,
            kind: sent.kind,
            to: sent.address.clone(),
            given_name: invitee.given_name,
            family_name: invitee.family_name,
            language: sent.language.clone(),
            account_name: account.name.clone(),
            inviter_name: inviter.map(|user| user.display_name()).unwrap_or_default(),
            products: sent.products.clone(),
            expire_time: sent.expire_time,
            welcome_email,
        };
        let told =
            |it: &Invitation| json!({ "state": it.state, "send_count": it.send_count, "expire_time": it.expire_time });
        let event = Event::new(account.id, &attempt.origin, "invitation.resend", sent.id, now);
        Ok(Done {
            answer: answer(&sent),
            holders: holder.into_iter().collect(),
            messages: vec![
                cancel_mail(account.id, invitation.id, invitation.generation)?,
                Message::new(INVITATION_MAIL, sent.id, &mail)?,
            ],
            events: vec![event.before(&told(&invitation)).after(&told(&sent))],
            sessions: vec![],
        })
    }
}

impl ResendInvitation {
    /// The welcome e-mail of the account's own that is chosen now, or was before.
    async fn chosen(&self, conn: &impl Connection, before: &Invitation) -> Result<Option<EmailTemplateId>, Error> {
        let refused = |fault, field| Error::Field(Violation::new(fault, format!("welcome_email.{field}")));
        match &self.welcome {
            None => Ok(before.welcome_email_id),
            Some(WelcomeWish::Default) => Ok(None),
            Some(WelcomeWish::Declined) => Err(refused(Fault::ChangeContradictory, "declined")),
            Some(WelcomeWish::Template(id)) => {
                let named: Vec<EmailTemplateId> = id.parse().into_iter().collect();
                let present = welcome_emails::present(conn, &named).await?;
                let known = owned_by(before.account_id, present.into_keys());
                let own = own_welcome(id, &known).map_err(|fault| refused(fault, "template_id"))?;
                Ok(Some(own))
            }
        }
    }
}

/// What the role that is promised grants.
async fn promised(conn: &impl Connection, invitation: &Invitation) -> Result<types::Permissions, Error> {
    match invitation.custom_role_id {
        None => Ok(types::Permissions::of(invitation.role, false)),
        Some(id) => {
            let own = roles::permissions(conn, &[id.to_string()].into()).await?;
            Ok(own.get(&id).copied().unwrap_or_default())
        }
    }
}

/// Who is invited, whichever account they are in; none when they are gone.
async fn invitee(conn: &impl Connection, invitation: &Invitation) -> Result<Option<User>, Error> {
    let found = users::by_ids(conn, &[invitation.user_id]).await?.pop();
    let here = |user: &User| user.account_id == invitation.account_id;
    Ok(found.filter(|user| match (invitation.kind, user.state) {
        (_, UserState::Deleted) => false,
        (Kind::Join, _) => here(user),
        (Kind::Transfer, _) => !here(user),
    }))
}

/// Whether the person was invited anew since an invitation has expired.
async fn is_overtaken(conn: &impl Connection, invitation: &Invitation) -> Result<bool, Error> {
    let invitee = invitations::Invitee {
        account_id: invitation.account_id,
        email: invitation.email.clone(),
    };
    Ok(!invitations::pending(conn, &[invitee]).await?.is_empty())
}

/// Who takes seats again.
fn back(subject: impl ToString, version: i64, products: &[String], before: &[String]) -> Holder {
    Holder {
        subject: subject.to_string(),
        version,
        products: products.to_vec(),
        kept: products
            .iter()
            .filter(|product| before.contains(product))
            .cloned()
            .collect(),
    }
}

fn answer(sent: &Invitation) -> Sent {
    Sent {
        invitation_id: sent.id,
        expire_time: sent.expire_time,
        send_count: sent.send_count,
        send_time: sent.last_send_time.unwrap_or(sent.create_time),
    }
}
