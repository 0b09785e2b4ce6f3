//! Integration tests: one binary, one file for each subject.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm
)]

mod architecture;
mod bad_input;
mod classify;
mod cli;
mod endpoint;
mod honesty;
mod law;
mod roots;
mod rules;
mod support;
mod tls_lab;
