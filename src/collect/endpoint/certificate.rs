//! Reads certificates: names, dates, keys, signatures, purposes. Never judges them, never trusts them.
//!
//! Attributes of persons (e-mail, given name, serial number of a citizen) are left out of names.

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::parse_x509_certificate;
use x509_parser::public_key::PublicKey;
use x509_parser::signature_algorithm::SignatureAlgorithm;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo, X509Name};

use super::facts::{CertFacts, ChainCert, KeyFacts};
use super::leaf::{AMBIGUOUS, Leaf, NOT_PARSED};
use super::oids::{CURVES, HASHES, NAME_PARTS, SIGNATURES};
use crate::collect::hex_sha256;

/// What a chain says of itself, at this moment. Trust and name are added by `trust`.
pub(super) fn describe(chain: &[CertificateDer<'_>], now: Timestamp) -> CertFacts {
    let parsed: Vec<_> = chain
        .iter()
        .map(|der| parse_x509_certificate(der).ok().map(|(_, cert)| cert))
        .collect();
    let leaf = parsed.first().and_then(Option::as_ref);
    let described: Vec<ChainCert> = chain
        .iter()
        .zip(&parsed)
        .map(|(der, cert)| one(der, cert.as_ref()))
        .collect();
    let mut facts = CertFacts {
        sig_family: family(described.first()),
        chain: described,
        trusted: Default::default(),
        anchored: Leaf::unseen(NOT_PARSED),
        name_ok: Leaf::unseen(NOT_PARSED),
        in_date: Leaf::unseen(NOT_PARSED),
        days_left: Leaf::unseen(NOT_PARSED),
        validity_days: Leaf::unseen(NOT_PARSED),
        self_signed: Leaf::unseen(NOT_PARSED),
        order_ok: order(&parsed),
        missing_intermediate: Leaf::unseen(AMBIGUOUS),
        must_staple: Leaf::unseen(NOT_PARSED),
        scts: Leaf::unseen(NOT_PARSED),
        staple: Leaf::seen("none".to_owned()),
        key_proven: Leaf::unseen(NOT_PARSED),
        superfluous: superfluous(&parsed),
    };
    if let Some(leaf) = leaf {
        facts.self_signed = Leaf::seen(is_self_signed(leaf));
        facts.must_staple = Leaf::seen(must_staple(leaf));
        facts.scts = scts(leaf);
        let validity = leaf.validity();
        let dates = Dates {
            from: validity.not_before.timestamp(),
            to: validity.not_after.timestamp(),
        };
        facts.in_date = Leaf::seen(dates.hold(now));
        facts.days_left = Leaf::seen(dates.days_left(now));
        facts.validity_days = Leaf::seen(dates.length());
    }
    facts
}

/// Certificates that are no part of the path from the server's own up; a root at its end is one.
fn superfluous(chain: &[Option<X509Certificate<'_>>]) -> Leaf<i64> {
    let certs: Option<Vec<_>> = chain.iter().map(Option::as_ref).collect();
    let Some([leaf, others @ ..]) = certs.as_deref() else {
        return Leaf::unseen(NOT_PARSED);
    };
    let mut at = *leaf;
    let mut left: Vec<_> = others.to_vec();
    while let Some(next) = left.iter().position(|cert| cert.subject() == at.issuer()) {
        at = left.remove(next);
    }
    Leaf::seen(i64::try_from(left.len()).unwrap_or(i64::MAX))
}

/// The dates of a certificate, in seconds of Unix time, both included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dates {
    /// The first second.
    pub(super) from: i64,
    /// The last second.
    pub(super) to: i64,
}

impl Dates {
    /// The dates of one certificate of a recorded chain.
    pub(super) fn of(cert: &ChainCert) -> Option<Self> {
        let second = |words: &str| words.parse::<Timestamp>().ok().map(Timestamp::as_second);
        Some(Self {
            from: second(&cert.not_before)?,
            to: second(&cert.not_after)?,
        })
    }

    /// Does this moment lie in them?
    pub(super) fn hold(self, now: Timestamp) -> bool {
        (self.from..=self.to).contains(&now.as_second())
    }

    /// Whole days that are left; negative from the first second after the end.
    pub(super) fn days_left(self, now: Timestamp) -> i64 {
        self.to.saturating_sub(now.as_second()).div_euclid(DAY)
    }

    /// Days, rounded up, the last second counted (CA/Browser Forum BR 6.3.2).
    pub(super) fn length(self) -> i64 {
        let seconds = self.to.saturating_sub(self.from).saturating_add(1);
        seconds.div_euclid(DAY) + i64::from(seconds.rem_euclid(DAY) != 0)
    }

    /// The moment within these dates that lies nearest to `now`.
    pub(super) fn nearest(self, now: i64) -> i64 {
        now.min(self.to).max(self.from)
    }
}

const DAY: i64 = 86_400;

/// The dates of a certificate, if it can be read.
pub(super) fn dates(der: &CertificateDer<'_>) -> Option<Dates> {
    let (_, cert) = parse_x509_certificate(der).ok()?;
    Some(Dates {
        from: cert.validity().not_before.timestamp(),
        to: cert.validity().not_after.timestamp(),
    })
}

/// The part of `rsa-pss-sha256` that names the digest; none where the algorithm has no separate one or is
/// not known.
pub(super) fn hash_of(sig: &str) -> Option<&str> {
    match sig {
        "ed25519" | "ed448" => Some(sig),
        _ => sig
            .rsplit_once('-')
            .map(|(_, hash)| hash)
            .filter(|hash| hash.starts_with("sha") || hash.starts_with("md")),
    }
}

fn one(der: &CertificateDer<'_>, cert: Option<&X509Certificate<'_>>) -> ChainCert {
    let sha256 = hex_sha256(der);
    let Some(cert) = cert else {
        return ChainCert {
            sha256,
            ..ChainCert::default()
        };
    };
    ChainCert {
        sha256,
        subject: name(cert.subject()),
        issuer: name(cert.issuer()),
        not_before: moment(cert.validity().not_before.timestamp()),
        not_after: moment(cert.validity().not_after.timestamp()),
        key: key(cert.public_key()),
        sig: signature(&cert.signature_algorithm),
        san: alternative_names(cert),
        eku: purposes(cert),
        ca: cert.is_ca(),
    }
}

fn moment(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| String::new(), |at| at.to_string())
}

/// `CN=…, O=…`; only attributes that name machines, organisations and places.
fn name(name: &X509Name<'_>) -> String {
    let words: Vec<String> = name
        .iter_attributes()
        .filter_map(|attribute| {
            let oid = attribute.attr_type().to_id_string();
            let (_, short) = NAME_PARTS.iter().find(|(id, _)| *id == oid)?;
            let value = clean(attribute.as_str().ok()?);
            Some(format!("{short}={value}"))
        })
        .collect();
    words.join(", ")
}

/// Target text without what would break a line.
fn clean(words: &str) -> String {
    words.chars().filter(|c| !c.is_control()).collect()
}

fn alternative_names(cert: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(names)) = cert.subject_alternative_name() else {
        return Vec::new();
    };
    names
        .value
        .general_names
        .iter()
        .filter_map(|name| {
            if let GeneralName::DNSName(name) = name {
                return Some(clean(name));
            }
            let GeneralName::IPAddress(bytes) = name else {
                return None;
            };
            let v4 = <[u8; 4]>::try_from(*bytes).map(|b| std::net::IpAddr::from(b).to_string());
            v4.or_else(|_| {
                <[u8; 16]>::try_from(*bytes).map(|b| std::net::IpAddr::from(b).to_string())
            })
            .ok()
        })
        .collect()
}

fn purposes(cert: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(eku)) = cert.extended_key_usage() else {
        return Vec::new();
    };
    let eku = eku.value;
    let known = [
        (eku.any, "any"),
        (eku.server_auth, "serverAuth"),
        (eku.client_auth, "clientAuth"),
        (eku.code_signing, "codeSigning"),
        (eku.email_protection, "emailProtection"),
        (eku.time_stamping, "timeStamping"),
        (eku.ocsp_signing, "OCSPSigning"),
    ];
    let known = known
        .iter()
        .filter(|(is, _)| *is)
        .map(|(_, name)| (*name).to_owned());
    known
        .chain(eku.other.iter().map(|oid| oid.to_id_string()))
        .collect()
}

fn key(info: &SubjectPublicKeyInfo<'_>) -> KeyFacts {
    let oid = info.algorithm.algorithm.to_id_string();
    let (alg, bits) = match oid.as_str() {
        "1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.10" => ("rsa", rsa_bits(info)),
        "1.2.840.10045.2.1" => ("ec", curve_bits(info)),
        "1.3.101.112" => ("ed25519", Some(256)),
        "1.3.101.113" => ("ed448", Some(456)),
        "1.2.840.10040.4.1" => ("dsa", None),
        other => (other, None),
    };
    KeyFacts {
        alg: alg.to_owned(),
        bits,
    }
}

/// The length of a key of RSA.
pub(super) fn rsa_bits(info: &SubjectPublicKeyInfo<'_>) -> Option<i64> {
    let Ok(PublicKey::RSA(rsa)) = info.parsed() else {
        return None;
    };
    let zeros = rsa.modulus.iter().take_while(|byte| **byte == 0).count();
    let modulus = &rsa.modulus[zeros..];
    let first = modulus.first()?;
    i64::try_from(modulus.len())
        .ok()
        .map(|bytes| bytes * 8 - i64::from(first.leading_zeros()))
}

fn curve_bits(info: &SubjectPublicKeyInfo<'_>) -> Option<i64> {
    let curve = info
        .algorithm
        .parameters
        .as_ref()?
        .as_oid()
        .ok()?
        .to_id_string();
    CURVES
        .iter()
        .find(|(id, _)| *id == curve)
        .map(|(_, bits)| *bits)
}

fn signature(algorithm: &AlgorithmIdentifier<'_>) -> String {
    let oid = algorithm.algorithm.to_id_string();
    if let Ok(SignatureAlgorithm::RSASSA_PSS(params)) = SignatureAlgorithm::try_from(algorithm) {
        let hash = params.hash_algorithm_oid().to_id_string();
        let hash = HASHES.iter().find(|(id, _)| *id == hash);
        return hash.map_or("rsa-pss".to_owned(), |(_, hash)| format!("rsa-pss-{hash}"));
    }
    SIGNATURES
        .iter()
        .find(|(id, _)| *id == oid)
        .map_or(oid.clone(), |(_, name)| (*name).to_owned())
}

fn is_self_signed(cert: &X509Certificate<'_>) -> bool {
    if cert.subject().as_raw() != cert.issuer().as_raw() {
        return false;
    }
    // A root and its renewed key share a name: where key identifiers are given, they decide.
    let (mut own, mut authority) = (None, None);
    for extension in cert.iter_extensions() {
        if let ParsedExtension::SubjectKeyIdentifier(id) = extension.parsed_extension() {
            own = Some(id.0);
        }
        if let ParsedExtension::AuthorityKeyIdentifier(id) = extension.parsed_extension() {
            authority = id.key_identifier.as_ref().map(|id| id.0);
        }
    }
    match (own, authority) {
        (Some(own), Some(authority)) => own == authority,
        (Some(_) | None, None) | (None, Some(_)) => true,
    }
}

fn must_staple(cert: &X509Certificate<'_>) -> bool {
    cert.iter_extensions()
        .any(|extension| extension.oid.to_id_string() == "1.3.6.1.5.5.7.1.24")
}

/// How many logs of Certificate Transparency (RFC 6962) vouch for it, by the timestamps within it. Those that come with
/// the handshake or a staple are not counted.
fn scts(cert: &X509Certificate<'_>) -> Leaf<i64> {
    const LIST: &str = "1.3.6.1.4.1.11129.2.4.2";
    let list = cert
        .iter_extensions()
        .find(|extension| extension.oid.to_id_string() == LIST);
    match list.map(|extension| extension.parsed_extension()) {
        None => Leaf::seen(0),
        Some(ParsedExtension::SCT(list)) => {
            Leaf::seen(i64::try_from(list.len()).unwrap_or(i64::MAX))
        }
        Some(_) => Leaf::unseen(NOT_PARSED),
    }
}

fn order(chain: &[Option<X509Certificate<'_>>]) -> Leaf<bool> {
    if chain.is_empty() || chain.iter().any(Option::is_none) {
        return Leaf::unseen(NOT_PARSED);
    }
    let certs: Vec<_> = chain.iter().flatten().collect();
    Leaf::seen(
        certs
            .windows(2)
            .all(|pair| pair[0].issuer().as_raw() == pair[1].subject().as_raw()),
    )
}

fn family(leaf: Option<&ChainCert>) -> String {
    match leaf.map(|cert| cert.key.alg.as_str()) {
        Some("ec") => "ecdsa".to_owned(),
        Some(other) => other.to_owned(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_the_ca_forum_counts_them() {
        let dates = Dates {
            from: 0,
            to: 398 * DAY - 1,
        };
        assert_eq!(dates.length(), 398);
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(dates.days_left(at(0)), 397);
        assert_eq!(dates.days_left(at(398 * DAY)), -1);
        assert!(dates.hold(at(398 * DAY - 1)) && !dates.hold(at(398 * DAY)));
    }

    #[test]
    fn digests_are_told_from_names() {
        assert_eq!(hash_of("rsa-pss-sha256"), Some("sha256"));
        assert_eq!(hash_of("ecdsa-sha1"), Some("sha1"));
        assert_eq!(hash_of("rsa-pss"), None);
        assert_eq!(hash_of("1.2.3"), None);
        assert_eq!(hash_of("ed25519"), Some("ed25519"));
    }

    #[test]
    fn rubbish_is_described_as_not_parsed() {
        let facts = describe(
            &[CertificateDer::from(vec![0x30, 0x03, 1, 2])],
            Timestamp::UNIX_EPOCH,
        );
        assert_eq!(facts.in_date, Leaf::unseen(NOT_PARSED));
        assert_eq!(facts.order_ok, Leaf::unseen(NOT_PARSED));
        assert_eq!(facts.chain.len(), 1);
    }
}
