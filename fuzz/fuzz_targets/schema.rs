//! Tables in SQL, interfaces and models of data.
#![no_main]

use capdo_fuzz::{context, folder, lines_within, names, parts};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else {
        return;
    };
    let dialect = DIALECTS[usize::from(*first) % DIALECTS.len()];
    let parts = parts(rest, names::SCHEMA);
    let out = capdo::collect::schema::collect(folder(&parts), "s", dialect, &[], &context());
    lines_within(&out, &parts);
});

const DIALECTS: [Option<&str>; 5] = [
    None,
    Some("postgresql"),
    Some("mysql"),
    Some("mssql"),
    Some("oracle"),
];
