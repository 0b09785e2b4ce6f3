//! A key of DKIM (RFC 6376): there, not revoked, and one that receivers take (RFC 8301, RFC 8463). Pure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use x509_parser::asn1_rs::FromDer as _;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::certificate;

/// Receivers must not take a shorter key of RSA (RFC 8301, 3.2).
const FEWEST_BITS: i64 = 1024;

/// Is this record such a key?
pub(super) fn is_key(record: &str) -> bool {
    let tags = record.split(';').filter_map(|tag| tag.split_once('='));
    let tags: Vec<(&str, &str)> = tags.map(|(k, v)| (k.trim(), v.trim())).collect();
    let tag = |name: &str| {
        tags.iter()
            .find(|(of, _)| *of == name)
            .map(|(_, value)| *value)
    };
    if tag("v").is_some_and(|version| version != "DKIM1") {
        return false;
    }
    // Blanks may stand within.
    let digits: String = tag("p").unwrap_or_default().split_whitespace().collect();
    let Ok(bytes) = STANDARD.decode(digits) else {
        return false;
    };
    match tag("k").unwrap_or("rsa") {
        "rsa" => SubjectPublicKeyInfo::from_der(&bytes)
            .ok()
            .and_then(|(_, key)| certificate::rsa_bits(&key))
            .is_some_and(|bits| bits >= FEWEST_BITS),
        "ed25519" => bytes.len() == 32,
        _unknown => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: &str = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAPBQ5pFuJgxT6q1TlRBA6nIDuG2Cyaxi2P0okbsX/mhHQgMs2QHutmuzb3FZVL4igdKYVF9T+ZvLSul8MZEuCMUCAwEAAQ==";

    #[test]
    fn keys_that_receivers_take() {
        let ed = STANDARD.encode([7; 32]);
        assert!(is_key(&format!("v=DKIM1; k=ed25519; p={ed}")));
        for none in [
            "v=DKIM1; p=",
            "v=DKIM1; k=rsa; p=MIGf",
            "v=DKIM2; k=ed25519; p=AAAA",
            "other",
        ] {
            assert!(!is_key(none), "{none}");
        }
        assert!(!is_key(&format!("v=DKIM1; k=rsa; p={SHORT}")));
        let good = include_str!("../../../tests/fixtures/dkim-2048.txt").trim();
        assert!(
            is_key(&format!("k=rsa; p={good}"))
                && is_key(&format!("p={} {}", &good[..60], &good[60..]))
        );
    }
}
