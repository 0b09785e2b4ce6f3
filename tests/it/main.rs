//! Integration tests: one binary, one file for each subject.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm
)]

mod alike;
mod architecture;
mod bad_input;
mod bundles;
mod classify;
mod cli;
mod collecting;
mod corrections;
mod endpoint;
mod honesty;
mod law;
mod live;
mod papers;
mod programs;
mod repository;
mod roots;
mod rules;
mod ssh;
mod support;
mod tls_lab;
