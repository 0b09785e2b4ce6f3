//! Integration tests: one binary, one file for each subject.

mod architecture;
mod bad_input;
mod cli;
mod endpoint;
mod honesty;
mod support;
