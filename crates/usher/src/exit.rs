//! How the program ends, for scripts.

use std::fmt::Write as _;
use std::process::ExitCode;

use tonic::Code;

/// How a run ended. The numbers never change their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// What was asked for is done.
    Done,
    /// Something is wrong, and was told.
    Wrong,
    /// The command line was not understood.
    Usage,
    /// Nobody is logged in, or the session has ended.
    NotLoggedIn,
    /// The caller may not do this.
    Refused,
    /// What was named is not there.
    NotFound,
    /// What was asked for cannot be.
    BadInput,
    /// The server could not be reached or is busy.
    Unavailable,
    /// The server has broken down.
    Broken,
    /// The person at the terminal did not wait for the end: as shells say it, 128 and the number of SIGINT.
    Interrupted = 130,
}

impl Exit {
    /// Every way to end, in the order of the numbers.
    const ALL: [Self; 10] = [
        Self::Done,
        Self::Wrong,
        Self::Usage,
        Self::NotLoggedIn,
        Self::Refused,
        Self::NotFound,
        Self::BadInput,
        Self::Unavailable,
        Self::Broken,
        Self::Interrupted,
    ];

    /// The number that the process ends with.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// What it means, in a sentence.
    const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Wrong => "something is wrong: `doctor` found it, some rows failed, or a process cannot run",
            Self::Usage => "the command line was not understood",
            Self::NotLoggedIn => "not logged in, or no longer: `usher login`",
            Self::Refused => "refused: the caller may not do this",
            Self::NotFound => "what was named is not there",
            Self::BadInput => "bad input, or something must be otherwise first; nothing was changed",
            Self::Unavailable => "unavailable, busy or too slow: try again with the same `--request-id`",
            Self::Broken => "the server has broken down",
            Self::Interrupted => "interrupted; what goes on by itself goes on",
        }
    }

    /// The end when some rows failed, or none did; the rows have been printed.
    pub(crate) const fn told(some_failed: bool) -> Self {
        if some_failed { Self::Wrong } else { Self::Done }
    }

    /// The end that goes with a refusal.
    pub(crate) const fn of(code: Code) -> Self {
        match code {
            Code::Ok => Self::Done,
            Code::Unauthenticated => Self::NotLoggedIn,
            Code::PermissionDenied => Self::Refused,
            Code::NotFound => Self::NotFound,
            Code::InvalidArgument | Code::FailedPrecondition | Code::AlreadyExists | Code::OutOfRange => Self::BadInput,
            Code::Unavailable | Code::DeadlineExceeded | Code::ResourceExhausted | Code::Aborted | Code::Cancelled => {
                Self::Unavailable
            }
            Code::Unknown | Code::Unimplemented | Code::Internal | Code::DataLoss => Self::Broken,
        }
    }

    /// The table for `--help`.
    pub(crate) fn help() -> String {
        let mut text = "Exit codes:\n".to_owned();
        for exit in Self::ALL {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  {:<3}  {}", exit.code(), exit.meaning());
        }
        text
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_tells_every_exit_code() {
        let readme = include_str!("../../../README.md");
        for (number, exit) in [0, 1, 2, 3, 4, 5, 6, 7, 8, 130].into_iter().zip(Exit::ALL) {
            assert_eq!(exit.code(), number);
            let row = format!("| {number} | {} |", exit.meaning());
            assert!(readme.contains(&row), "the README lacks {row}");
        }
    }
}
