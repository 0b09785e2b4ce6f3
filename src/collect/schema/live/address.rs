//! The address of a database: what kind it is, and whether it must be spoken to with TLS.

use std::path::PathBuf;

use crate::parse::sql::Dialect;

/// An address, without what is ours in its query.
pub(super) struct Address {
    /// What speaks there.
    pub(super) dialect: Dialect,
    /// The address for the driver. Holds the password: never shown.
    pub(super) url: String,
    /// Roots to trust beside the usual ones (`sslrootcert`).
    pub(super) roots: Option<PathBuf>,
    /// TLS was asked for, or turned off, by `sslmode`.
    pub(super) tls: Option<bool>,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// The stable code: no message repeats what stands in it.
    pub(super) fn parse(written: &str) -> Result<Self, &'static str> {
        let dialect = match written.split_once("://").map(|(scheme, _)| scheme) {
            Some("postgres" | "postgresql") => Dialect::Postgres,
            Some("mysql" | "mariadb") => Dialect::Mysql,
            Some(_) => return Err("unknown-database"),
            None => return Err("no-url"),
        };
        let (base, query) = written.split_once('?').unwrap_or((written, ""));
        let mut address = Self {
            dialect,
            url: String::new(),
            roots: None,
            tls: None,
        };
        let mut left = Vec::new();
        for pair in query.split('&').filter(|p| !p.is_empty()) {
            match pair.split_once('=') {
                Some(("sslrootcert", path)) => address.roots = Some(path.into()),
                Some(("sslmode", "disable")) => address.tls = Some(false),
                Some(("sslmode", _)) => address.tls = Some(true),
                Some(_) | None => left.push(pair),
            }
        }
        let base = base.replacen("mariadb://", "mysql://", 1);
        address.url = match left.is_empty() {
            true => base,
            false => format!("{base}?{}", left.join("&")),
        };
        Ok(address)
    }

    /// Must the connection be enciphered? Everywhere but on this machine.
    ///
    /// # Errors
    /// Where it was turned off for another machine: a password is not sent readable over a network.
    pub(super) fn needs_tls(&self, local: bool) -> Result<bool, &'static str> {
        match (self.tls, local) {
            (Some(false), false) => Err("tls-required"),
            (Some(tls), _) => Ok(tls),
            (None, local) => Ok(!local),
        }
    }
}

/// Is it a name of this machine?
pub(super) fn is_local(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "::1" | "[::1]") || host.starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let a =
            Address::parse("postgres://u:p@db.example.vn/x?sslrootcert=/ca.pem&connect_timeout=3")
                .ok()
                .unwrap();
        assert_eq!(a.url, "postgres://u:p@db.example.vn/x?connect_timeout=3");
        assert_eq!(a.roots, Some(PathBuf::from("/ca.pem")));
        assert_eq!(a.needs_tls(false), Ok(true));
        assert_eq!(a.needs_tls(true), Ok(false));
        let a = Address::parse("mariadb://u:p@db/x?sslmode=disable")
            .ok()
            .unwrap();
        assert_eq!(
            (a.dialect, a.url.as_str()),
            (Dialect::Mysql, "mysql://u:p@db/x")
        );
        assert_eq!(a.needs_tls(false), Err("tls-required"));
        assert_eq!(a.needs_tls(true), Ok(false));
        assert_eq!(Address::parse("oracle://x").err(), Some("unknown-database"));
        assert_eq!(Address::parse("hunter2").err(), Some("no-url"));
    }
}
