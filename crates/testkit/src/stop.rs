//! When to stop: a signal, or the end of whoever started us.

use std::io;

use rustix::process::{Pid, Signal as Number, kill_process};
use tokio::process::Child;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that mean the end.
pub struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

/// Which signal came.
pub enum Reason {
    /// Somebody asked this process to stop.
    Terminate,
    /// Somebody pressed ctrl-C; every process of the terminal has heard it.
    Interrupt,
}

impl Stop {
    /// From now on signals no longer end this process by themselves.
    pub fn listen() -> io::Result<Self> {
        // Whoever started us may die without a word.
        #[cfg(target_os = "linux")]
        rustix::process::set_parent_process_death_signal(Some(Number::TERM))?;
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next signal.
    pub async fn signalled(&mut self) -> Reason {
        tokio::select! {
            _ = self.terminate.recv() => Reason::Terminate,
            _ = self.interrupt.recv() => Reason::Interrupt,
        }
    }
}

/// Asks a child to stop.
pub fn terminate(child: &Child) {
    let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(id) = id {
        // It may have ended just now.
        let _ = kill_process(id, Number::TERM);
    }
}
