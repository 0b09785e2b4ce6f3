//! Numbers and names of the registries of TLS: versions, suites, groups.

use std::sync::LazyLock;

use tls_parser::TlsCipherSuite;

/// A version of which a hello can be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::collect::endpoint) enum Version {
    /// SSL 2.0, whose hello has a form of its own.
    Ssl2,
    /// SSL 3.0, without extensions.
    Ssl3,
    /// TLS 1.0.
    Tls10,
    /// TLS 1.1.
    Tls11,
    /// TLS 1.2.
    Tls12,
    /// TLS 1.3.
    Tls13,
}

impl Version {
    /// Oldest first.
    pub(super) const ALL: [Self; 6] = [
        Self::Ssl2,
        Self::Ssl3,
        Self::Tls10,
        Self::Tls11,
        Self::Tls12,
        Self::Tls13,
    ];

    /// Its key in `versions`.
    pub(in crate::collect::endpoint) fn key(self) -> &'static str {
        match self {
            Self::Ssl2 => "ssl2",
            Self::Ssl3 => "ssl3",
            Self::Tls10 => "tls1_0",
            Self::Tls11 => "tls1_1",
            Self::Tls12 => "tls1_2",
            Self::Tls13 => "tls1_3",
        }
    }

    /// Its number on the wire.
    pub(super) fn wire(self) -> u16 {
        match self {
            Self::Ssl2 => 0x0002,
            Self::Ssl3 => 0x0300,
            Self::Tls10 => 0x0301,
            Self::Tls11 => 0x0302,
            Self::Tls12 => 0x0303,
            Self::Tls13 => 0x0304,
        }
    }
}

/// "No renegotiation yet" as a suite, for servers that know no extensions (RFC 5746).
pub(super) const RENEGOTIATION_SCSV: u16 = 0x00ff;
/// "This is a second attempt with a lower version" (RFC 7507).
pub(super) const FALLBACK_SCSV: u16 = 0x5600;

/// What is not offered as a suite.
const SIGNALS: [u16; 3] = [0x0000, RENEGOTIATION_SCSV, FALLBACK_SCSV];

/// Two suites of TLS 1.3 (RFC 9150) and the first form of ChaCha20, which the table of the parser may lack.
const MORE: [(u16, &str); 5] = [
    (0xc0b4, "TLS_SHA256_SHA256"),
    (0xc0b5, "TLS_SHA384_SHA384"),
    (0xcc13, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_OLD"),
    (0xcc14, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_OLD"),
    (0xcc15, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_OLD"),
];

/// The suites that a hello of this version offers: all that have a name. Strong ones first, as browsers do; where the
/// client chooses, that is what the server takes first.
pub(super) fn suites(version: Version) -> Vec<u16> {
    // Every hello needs one of them, and they are dear to put in order.
    static NEW: LazyLock<Vec<u16>> = LazyLock::new(|| in_order(true));
    static OLD: LazyLock<Vec<u16>> = LazyLock::new(|| in_order(false));
    match version {
        Version::Tls13 => NEW.clone(),
        Version::Ssl2 | Version::Ssl3 | Version::Tls10 | Version::Tls11 | Version::Tls12 => {
            OLD.clone()
        }
    }
}

fn in_order(new: bool) -> Vec<u16> {
    let mut all: Vec<u16> = (0..=u16::MAX)
        .filter(|id| matches!(id >> 8, 0x00 | 0x13 | 0x56 | 0xc0..=0xd0 | 0xfe))
        .filter(|id| TlsCipherSuite::from_id(*id).is_some())
        .chain(MORE.iter().map(|(id, _)| *id))
        .filter(|id| !SIGNALS.contains(id) && is_13(*id) == new)
        .collect();
    all.sort_by_cached_key(|id| (weakness(*id), *id));
    all.dedup();
    all
}

fn is_13(id: u16) -> bool {
    id >> 8 == 0x13 || matches!(id, 0xc0b4 | 0xc0b5)
}

/// Order of the offer only; no control rests on it.
fn weakness(id: u16) -> u8 {
    let name = suite(id);
    let has = |part: &str| name.contains(part);
    if has("NULL") || has("anon") || has("EXPORT") || has("RC4") || has("DES") || has("RC2") {
        4
    } else if !(has("GCM") || has("POLY1305") || has("CCM")) {
        3
    } else if has("ECDHE") || is_13(id) {
        0
    } else if has("DHE") {
        1
    } else {
        2
    }
}

/// The IANA name of a suite; its number where it has none.
pub(super) fn suite(id: u16) -> String {
    match TlsCipherSuite::from_id(id) {
        Some(suite) => suite.name.to_owned(),
        None => MORE
            .iter()
            .find(|(of, _)| *of == id)
            .map_or_else(|| format!("0x{id:04x}"), |(_, name)| (*name).to_owned()),
    }
}

/// Groups that a hello offers, hybrids of the time after quantum computers first.
pub(super) const GROUPS: [(u16, &str); 44] = [
    (0x11ec, "x25519mlkem768"),
    (0x11eb, "secp256r1mlkem768"),
    (0x11ed, "secp384r1mlkem1024"),
    (0x0201, "mlkem768"),
    (0x0202, "mlkem1024"),
    (0x6399, "x25519kyber768draft00"),
    (29, "x25519"),
    (23, "secp256r1"),
    (24, "secp384r1"),
    (30, "x448"),
    (25, "secp521r1"),
    (31, "brainpoolp256r1tls13"),
    (32, "brainpoolp384r1tls13"),
    (33, "brainpoolp512r1tls13"),
    (26, "brainpoolp256r1"),
    (27, "brainpoolp384r1"),
    (28, "brainpoolp512r1"),
    (22, "secp256k1"),
    (256, "ffdhe2048"),
    (257, "ffdhe3072"),
    (258, "ffdhe4096"),
    (259, "ffdhe6144"),
    (260, "ffdhe8192"),
    (21, "secp224r1"),
    (20, "secp224k1"),
    (19, "secp192r1"),
    (18, "secp192k1"),
    (17, "secp160r2"),
    (16, "secp160r1"),
    (15, "secp160k1"),
    (14, "sect571r1"),
    (13, "sect571k1"),
    (12, "sect409r1"),
    (11, "sect409k1"),
    (10, "sect283r1"),
    (9, "sect283k1"),
    (8, "sect239k1"),
    (7, "sect233r1"),
    (6, "sect233k1"),
    (5, "sect193r2"),
    (4, "sect193r1"),
    (3, "sect163r2"),
    (2, "sect163r1"),
    (1, "sect163k1"),
];

/// The named groups of finite fields (RFC 7919).
pub(super) const FINITE: std::ops::RangeInclusive<u16> = 256..=511;

/// The name of a group; its number where it has none.
pub(super) fn group(id: u16) -> String {
    GROUPS
        .iter()
        .find(|(of, _)| *of == id)
        .map_or_else(|| format!("0x{id:04x}"), |(_, name)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers() {
        let old = suites(Version::Tls12);
        assert!(old.len() > 300, "{}", old.len());
        assert!(old.contains(&0x000a) && old.contains(&0xcca8) && old.contains(&0x0019));
        assert!(old.iter().all(|id| !SIGNALS.contains(id) && !is_13(*id)));
        assert_eq!(suite(old[0]), "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
        let new = suites(Version::Tls13);
        assert!(new.len() >= 5 && new.contains(&0x1301), "{new:x?}");
        assert_eq!(suite(0xfafa), "0xfafa");
        assert_eq!(group(29), "x25519");
    }
}
