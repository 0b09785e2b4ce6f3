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
mod assets;
mod bad_input;
mod bundles;
mod canary;
mod canary_schema;
mod classify;
mod cli;
mod collecting;
mod corrections;
mod databases;
mod dns_lab;
mod endpoint;
mod errors;
mod gate;
mod honesty;
mod hostile;
mod init;
mod law;
mod live;
mod mutated;
mod oscal;
mod papers;
mod programs;
mod programs_hosts;
mod programs_more;
mod reports;
mod repository;
mod roots;
mod rules;
mod sealed;
mod ssh;
mod starttls_lab;
mod support;
mod terminal;
mod tls_lab;
mod waivers;
