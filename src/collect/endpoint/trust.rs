//! Judges a chain as a client would: does it lead to a root that we were given, and is it for this name?
//!
//! Apart from the handshake, which takes every certificate: a bad one must be seen before it can be named.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, RootCertStore};
use x509_parser::parse_x509_certificate;

use super::certificate;
use super::facts::{CertFacts, Trusted};
use super::handshake::provider;
use super::leaf::{AMBIGUOUS, Leaf, NOT_PARSED, UNREADABLE};
use crate::collect::system_roots::system_roots;
use crate::collect::{MAX_FILE_BYTES, hex_sha256};

/// The roots that count.
#[derive(Debug)]
pub(super) struct Roots {
    store: RootCertStore,
    /// As they were given, to know a certificate that is itself a root.
    given: Vec<CertificateDer<'static>>,
    anchors: String,
    label: String,
}

impl Roots {
    /// From a PEM file, or from the system where there is none.
    ///
    /// # Errors
    /// The `why` of every leaf that needs roots.
    pub(super) fn load(file: Option<&Path>) -> Result<Self, &'static str> {
        let (given, anchors, label) = match file {
            Some(file) => {
                let size = std::fs::metadata(file).map_err(|_| UNREADABLE)?.len();
                if size > MAX_FILE_BYTES {
                    return Err(UNREADABLE);
                }
                let bytes = std::fs::read(file).map_err(|_| UNREADABLE)?;
                let certs: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
                let certs = certs.map_err(|_| NOT_PARSED)?;
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                (certs, hex_sha256(&bytes), format!("file:{name}"))
            }
            None => {
                let mut certs = system_roots().to_vec();
                certs.sort_by(|a, b| a.as_ref().cmp(b.as_ref()));
                let all: Vec<u8> = certs.iter().flat_map(|cert| cert.to_vec()).collect();
                (certs, hex_sha256(&all), "system".to_owned())
            }
        };
        let mut store = RootCertStore::empty();
        let (taken, _) = store.add_parsable_certificates(given.iter().cloned());
        if taken == 0 {
            return Err(NOT_PARSED);
        }
        Ok(Self {
            store,
            given,
            anchors,
            label,
        })
    }
}

/// Adds what a client makes of the chain: `trusted`, `anchored`, `missing_intermediate`, `name_ok`.
pub(super) fn judge(
    facts: &mut CertFacts,
    chain: &[CertificateDer<'_>],
    name: Option<&ServerName<'_>>,
    roots: &Result<Roots, &'static str>,
    now: Timestamp,
) {
    let Some((leaf, rest)) = chain.split_first() else {
        return;
    };
    facts.name_ok = is_for(leaf, name);
    let roots = match roots {
        Ok(roots) => roots,
        Err(why) => {
            facts.trusted.why = Some((*why).to_owned());
            facts.anchored = Leaf::unseen(*why);
            return;
        }
    };
    let now = now.as_second();
    let first = path(leaf, rest, roots, now);
    facts.anchored = match (&first, certificate::dates(leaf)) {
        // The end of the server's own certificate is another fact: ask again within its dates.
        (Err(OUT | EARLY), Some(dates)) if dates.nearest(now) != now => {
            match path(leaf, rest, roots, dates.nearest(now)) {
                // A link renewed since then has no day in common with it: this tells nothing of the path.
                Err(OUT | EARLY) => Leaf::unseen(AMBIGUOUS),
                again => leaf_of(again),
            }
        }
        (Ok(()) | Err(_), _) => leaf_of(first),
    };
    facts.missing_intermediate = missing(chain, &facts.anchored, roots);
    facts.trusted = Trusted {
        v: Some(first.is_ok()),
        why: first.err().map(ToOwned::to_owned),
        anchors: Some(roots.anchors.clone()),
        roots: Some(roots.label.clone()),
    };
    // Whoever cannot show that he has the key is not whom the certificate names.
    if facts.key_proven.v == Some(false) {
        facts.trusted.v = Some(false);
        facts.trusted.why = Some("key-not-proven".to_owned());
        facts.anchored = Leaf::proven(false, "key-not-proven");
    }
}

/// Past its dates.
const OUT: &str = "expired";
/// Before its dates.
const EARLY: &str = "not-yet-valid";

fn leaf_of(result: Result<(), &'static str>) -> Leaf<bool> {
    match result {
        Ok(()) => Leaf::seen(true),
        Err(why) => Leaf::proven(false, why),
    }
}

fn is_for(leaf: &CertificateDer<'_>, name: Option<&ServerName<'_>>) -> Leaf<bool> {
    let (Ok(parsed), Some(name)) = (ParsedCertificate::try_from(leaf), name) else {
        return Leaf::unseen(NOT_PARSED);
    };
    match verify_server_name(&parsed, name) {
        Ok(()) => Leaf::seen(true),
        Err(_) => Leaf::seen(false),
    }
}

fn path(
    leaf: &CertificateDer<'_>,
    rest: &[CertificateDer<'_>],
    roots: &Roots,
    at: i64,
) -> Result<(), &'static str> {
    // A certificate that was itself given as a root was chosen by hand.
    let pinned = roots.given.iter().any(|root| root == leaf);
    let in_date = certificate::dates(leaf).is_some_and(|dates| dates.nearest(at) == at);
    if pinned && in_date {
        return Ok(());
    }
    let seconds = u64::try_from(at).map_err(|_| EARLY)?;
    let moment = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    let parsed = ParsedCertificate::try_from(leaf).map_err(|error| why_of(&error))?;
    let provider = provider();
    let algorithms = provider.signature_verification_algorithms.all;
    verify_server_cert_signed_by_trust_anchor(&parsed, &roots.store, rest, moment, algorithms)
        .map_err(|error| why_of(&error))
}

fn why_of(error: &rustls::Error) -> &'static str {
    use CertificateError as E;
    let rustls::Error::InvalidCertificate(error) = error else {
        return "invalid";
    };
    if matches!(error, E::Expired | E::ExpiredContext { .. }) {
        OUT
    } else if matches!(error, E::NotValidYet | E::NotValidYetContext { .. }) {
        EARLY
    } else if matches!(error, E::UnknownIssuer) {
        "unknown-issuer"
    } else if matches!(error, E::BadSignature) {
        "bad-signature"
    } else if matches!(error, E::InvalidPurpose | E::InvalidPurposeContext { .. }) {
        "wrong-purpose"
    } else if matches!(
        error,
        E::UnsupportedSignatureAlgorithmContext { .. }
            | E::UnsupportedSignatureAlgorithmForPublicKeyContext { .. }
    ) {
        "weak-or-unknown-signature"
    } else {
        "invalid"
    }
}

/// Only what can be told without asking others for the missing link: `AMBIGUOUS` where the chain ends at an
/// issuer that we do not know, which may be a link not sent or a root not ours.
fn missing(chain: &[CertificateDer<'_>], anchored: &Leaf<bool>, roots: &Roots) -> Leaf<bool> {
    let Some((_, last)) = chain
        .last()
        .and_then(|der| parse_x509_certificate(der).ok())
    else {
        return Leaf::unseen(NOT_PARSED);
    };
    let ends_itself = last.subject().as_raw() == last.issuer().as_raw();
    let known = roots.given.iter().any(|root| {
        parse_x509_certificate(root)
            .is_ok_and(|(_, root)| root.subject().as_raw() == last.issuer().as_raw())
    });
    if anchored.v == Some(true) || ends_itself || known {
        Leaf::seen(false)
    } else {
        Leaf::unseen(AMBIGUOUS)
    }
}
