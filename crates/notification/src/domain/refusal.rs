//! What a mail server's refusal means: for everybody, for this mail, or for this reader.

use super::retry::Failure;

/// To what the server said no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// To us: at its greeting, to our name, our password or our sender's address.
    Ourselves,
    /// To the reader's address.
    Reader,
    /// To the mail, when it was handed over or was about to be.
    Content,
}

/// A mail server's answer that is not a yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The reply code (RFC 5321 §4.2).
    pub(crate) code: u16,
    /// What follows it; may begin with an enhanced status code (RFC 3463).
    pub(crate) text: String,
}

impl Refusal {
    /// What follows from it for the mail.
    pub(crate) fn means(&self, step: Step) -> Failure {
        let reason = format!("{} {}", self.code, self.text);
        match self.code {
            _ if step == Step::Ourselves || self.is_about_us() => Failure::Outage(reason),
            500.. if self.names_a_dead_address(step) => Failure::Undeliverable(reason),
            500.. => Failure::Refused(reason),
            _ => Failure::Deferred(reason),
        }
    }

    /// The service closes (421), does not understand us (500 to 504), or wants us to authenticate (RFC 4954 §6): no
    /// reader's fault, whenever it is said.
    const fn is_about_us(&self) -> bool {
        matches!(self.code, 421 | 500..=504 | 530 | 534 | 535 | 538)
    }

    /// Whether the address itself takes no mail, whatever is sent to it. With an enhanced code the server says so: a bad
    /// address (X.1.Y, less what is about the sender's) or a disabled mailbox (X.2.1). Without one, it does by what it
    /// answers to the address.
    fn names_a_dead_address(&self, step: Step) -> bool {
        match self.enhanced() {
            Some((1, detail)) => !matches!(detail, 7 | 8),
            Some((2, detail)) => detail == 1,
            Some(_) => false,
            None => step == Step::Reader && matches!(self.code, 550 | 551 | 556),
        }
    }

    /// Subject and detail of the enhanced status code.
    fn enhanced(&self) -> Option<(u16, u16)> {
        let mut numbers = self.text.split_whitespace().next()?.split('.');
        let (class, subject, detail) = (numbers.next()?, numbers.next()?, numbers.next()?);
        if class != "5" || numbers.next().is_some() {
            return None;
        }
        Some((subject.parse().ok()?, detail.parse().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_means_what_the_table_says() {
        type Kind = fn(String) -> Failure;
        let (outage, deferred): (Kind, Kind) = (Failure::Outage, Failure::Deferred);
        let (refused, undeliverable): (Kind, Kind) = (Failure::Refused, Failure::Undeliverable);
        let table = [
            (Step::Ourselves, 554, "no service here", outage),
            (Step::Ourselves, 535, "5.7.8 wrong password", outage),
            (Step::Ourselves, 550, "5.1.8 bad sender", outage),
            (Step::Ourselves, 421, "4.3.2 shutting down", outage),
            (Step::Reader, 421, "4.3.2 shutting down", outage),
            (Step::Reader, 503, "bad sequence", outage),
            (Step::Reader, 530, "5.7.0 authenticate first", outage),
            (Step::Reader, 450, "4.2.1 greylisted", deferred),
            (Step::Reader, 452, "4.2.2 over quota", deferred),
            (Step::Content, 451, "try again later", deferred),
            (Step::Reader, 550, "5.1.1 no such user", undeliverable),
            (Step::Reader, 550, "no such user", undeliverable),
            (Step::Reader, 556, "5.1.10 the domain takes no mail", undeliverable),
            (Step::Reader, 550, "5.2.1 mailbox disabled", undeliverable),
            (Step::Content, 550, "5.1.1 no such user", undeliverable),
            (Step::Reader, 553, "5.1.8 bad sender", refused),
            (Step::Reader, 552, "5.2.2 over quota", refused),
            (Step::Reader, 550, "5.7.1 relay access denied", refused),
            (Step::Reader, 553, "not in my list of hosts", refused),
            (Step::Content, 550, "looks like spam", refused),
            (Step::Content, 554, "5.7.1 looks like spam", refused),
            (Step::Content, 552, "5.3.4 too large", refused),
            (Step::Reader, 550, "5.1.1.1 is no code", undeliverable),
            (Step::Content, 554, "", refused),
        ];
        for (step, code, text, failure) in table {
            let refusal = Refusal {
                code,
                text: text.to_owned(),
            };
            assert_eq!(refusal.means(step), failure(format!("{code} {text}")), "{step:?}");
        }
    }
}
