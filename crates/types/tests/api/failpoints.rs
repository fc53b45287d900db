//! An armed failpoint kills the process; the others do nothing.

use std::os::unix::process::ExitStatusExt;
use std::process::Command;

#[test]
fn an_armed_failpoint_kills_the_process() {
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--ignored", "failpoints::the_victim"])
        .output()
        .unwrap()
        .status;
    assert_eq!(status.signal(), Some(9), "{status}");
}

#[test]
#[ignore = "run by `an_armed_failpoint_kills_the_process`, in a process that may die"]
fn the_victim() {
    fail::cfg("types::test::step", "return").unwrap();
    types::failpoint("types::test::another_step");
    types::failpoint("types::test::step");
}
