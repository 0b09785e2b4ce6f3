//! Labels in the languages of printers and of pages.
#![no_main]

use capdo_fuzz::{context, folder, lines_within, names, parts};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let parts = parts(data, names::LABEL);
    let out = capdo::collect::label::collect(folder(&parts), "l", None, &context());
    lines_within(&out, &parts);
});
