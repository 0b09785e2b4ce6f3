//! Arguments in, exit code out.

use std::process::ExitCode;

/// Findings and facts are millions of small pieces, made on one thread and given back on another.
#[global_allocator]
static PIECES: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    capdo::run()
}
