//! Named places where a test kills the process, as a power failure would.

/// A place named `<service>::<use case>::<step>`.
///
/// With the feature `failpoints`, `FAILPOINTS="<name>=1*return"` makes the process send itself SIGKILL when it first comes
/// here: nothing is flushed, closed or rolled back. Without the feature this is nothing at all.
#[cfg(not(feature = "failpoints"))]
#[inline(always)]
pub const fn failpoint(_name: &'static str) {}

/// A place named `<service>::<use case>::<step>`; see the other version of this function.
#[cfg(feature = "failpoints")]
pub fn failpoint(name: &'static str) {
    fail::fail_point!(name, |_| kill());
}

#[cfg(feature = "failpoints")]
fn kill() {
    let this = rustix::process::getpid();
    // It cannot fail for one's own process, and there is nothing to do if it did.
    let _ = rustix::process::kill_process(this, rustix::process::Signal::KILL);
    loop {
        std::thread::park();
    }
}
