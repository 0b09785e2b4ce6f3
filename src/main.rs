//! Arguments in, exit code out.

use std::process::ExitCode;

/// A run makes and drops millions of small pieces on several threads: this takes less time and less room than the C library's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    capdo::run()
}
