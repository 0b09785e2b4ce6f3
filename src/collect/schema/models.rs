//! Models of a program that say what its database holds: `schema.prisma`.

use crate::parse::prisma;
use crate::parse::sql::Schema;

/// Is it a file of Prisma, by its name?
pub(super) fn is_prisma(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".prisma")
}

/// Reads a file.
pub(super) fn read(bytes: &[u8]) -> Schema {
    prisma::parse(&String::from_utf8_lossy(bytes))
}
