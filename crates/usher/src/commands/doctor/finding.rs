//! What the doctor has found.

use prost_reflect::DescriptorPool;
use serde::Serialize;
use serde_json::Value;

use crate::complaint::explain;
use crate::output::{Document, Record};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// What was looked at.
    pub(super) check: String,
    /// How it is.
    pub(super) verdict: Verdict,
    /// What was seen.
    pub(super) found: String,
    /// What to do; empty when there is nothing to do.
    pub(super) advice: String,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    /// As it must be.
    Ok,
    /// Not as it must be.
    Wrong,
    /// Not looked at: the caller may not see it, or it was changing all the time.
    NotChecked,
}

impl Finding {
    pub(super) fn ok(check: &str, found: impl Into<String>) -> Self {
        Self::new(check, Verdict::Ok, found.into(), "")
    }

    pub(super) fn wrong(check: &str, found: impl Into<String>, advice: &str) -> Self {
        Self::new(check, Verdict::Wrong, found.into(), advice)
    }

    pub(super) fn not_checked(check: &str, found: impl Into<String>, advice: &str) -> Self {
        Self::new(check, Verdict::NotChecked, found.into(), advice)
    }

    /// What comes of not being able to look: that the caller may not is no disease.
    pub(super) fn unseen(check: &str, error: &anyhow::Error) -> Self {
        let code = error.downcast_ref::<tonic::Status>().map(tonic::Status::code);
        if code == Some(tonic::Code::PermissionDenied) {
            return Self::not_checked(check, "you may not see this", "ask somebody who may to run this");
        }
        let text = explain(error).1;
        let found = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
        Self::wrong(check, found, "look at the log of the service that could not answer")
    }

    fn new(check: &str, verdict: Verdict, found: String, advice: &str) -> Self {
        Self {
            check: check.to_owned(),
            verdict,
            found,
            advice: advice.to_owned(),
        }
    }
}

impl Document for Finding {
    fn json(&self, _: &DescriptorPool) -> anyhow::Result<Value> {
        Ok(serde_json::to_value(self)?)
    }
}

impl Record for Finding {
    const COLUMNS: &'static [&'static str] = &["check", "verdict", "found", "advice"];

    fn cells(&self) -> Vec<String> {
        let verdict = match self.verdict {
            Verdict::Ok => "ok",
            Verdict::Wrong => "wrong",
            Verdict::NotChecked => "not checked",
        };
        let [check, found, advice] = [&self.check, &self.found, &self.advice].map(Clone::clone);
        vec![check, verdict.to_owned(), found, advice]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_may_not_see_is_not_wrong() {
        let seen = |status: tonic::Status| Finding::unseen("seats", &status.into()).verdict;
        assert_eq!(seen(tonic::Status::permission_denied("")), Verdict::NotChecked);
        assert_eq!(seen(tonic::Status::unavailable("")), Verdict::Wrong);
    }
}
