//! Files of configuration of every kind, alone and beside each other.
#![no_main]

use capdo_fuzz::{context, folder, lines_within, names, parts};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let parts = parts(data, names::CONFIG);
    let out = capdo::collect::config::collect(folder(&parts), "c", &context());
    lines_within(&out, &parts);
});
