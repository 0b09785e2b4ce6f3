//! Bytes to values with the lines they stand on. Pure: no I/O, no verdicts, no panics on any input.

pub mod apache;
pub mod bytes;
pub mod diagnostic;
pub mod dockerfile;
pub mod eltron;
pub mod hcl;
pub mod html;
pub mod jsx;
pub mod keyword;
pub mod levels;
pub mod mysql;
pub mod nginx;
pub mod packed;
pub mod pdf;
pub mod picture;
pub mod postgres;
pub mod prisma;
pub mod properties;
pub mod python;
pub mod redis;
pub mod rpm;
pub mod shape;
pub mod sip;
pub mod sql;
pub mod tspl;
pub mod yaml;
pub mod zpl;

/// How many cases a property test of a parser tries: `CAPDO_FUZZ_CASES` of them, or a few.
#[cfg(test)]
pub(crate) fn cases() -> u32 {
    std::env::var("CAPDO_FUZZ_CASES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(256)
}
