//! What the integration tests share: running the program, the sample company, a fixed day.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// 2026-11-23 in UTC+7: the day of all tests.
pub(crate) const EPOCH: &str = "1795392000";
/// The day of the law in all tests.
pub(crate) const DAY: &str = "2026-11-23";

/// The program with a fixed clock, in the folder of the project.
pub(crate) fn capdo(args: &[&str]) -> Output {
    command(args).output().unwrap()
}

/// The same, not run yet.
pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_capdo"));
    command
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("SOURCE_DATE_EPOCH", EPOCH)
        // Errors and help follow the locale.
        .env("LC_ALL", "C")
        .env_remove("RUST_BACKTRACE");
    command
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// A copy of the sample company that a test may change.
pub(crate) fn sample_copy(into: &Path) -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-configs");
    let status = Command::new("cp")
        .arg("-a")
        .arg(&from)
        .arg(into)
        .status()
        .unwrap();
    assert!(status.success());
    into.join("sample-configs")
}
