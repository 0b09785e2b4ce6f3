//! What a stapled OCSP response says of a certificate (RFC 6960): only the answer for its serial number counts, signed by
//! its issuer or by whom the issuer made its responder.

use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::CertificateDer;
use x509_parser::asn1_rs::{Any, BitString, FromDer};
use x509_parser::certificate::X509Certificate;
use x509_parser::der_parser::ber::BerObjectContent;
use x509_parser::der_parser::der::{DerObject, parse_der};
use x509_parser::verify::verify_signature;
use x509_parser::x509::AlgorithmIdentifier;

/// The basic response type.
const BASIC: &str = "1.3.6.1.5.5.7.48.1.1";

/// `good`, `revoked`, `unknown`, or `expired` where its time is over; none where it cannot be read, speaks of another
/// certificate, or nobody who may has signed it.
pub(super) fn status(
    response: &[u8],
    chain: &[CertificateDer<'_>],
    now: Timestamp,
) -> Option<&'static str> {
    let (_, leaf) = X509Certificate::from_der(chain.first()?).ok()?;
    // Whatever order they came in; one that is its own issuer stands first.
    let issuer = chain
        .iter()
        .filter_map(|cert| Some(X509Certificate::from_der(cert).ok()?.1))
        .find(|cert| cert.subject() == leaf.issuer())?;
    let basic = basic_response(response)?;
    let signed = Signed::of(&basic)?;
    if !signed.by(&issuer, now) {
        return None;
    }
    let (_, data) = parse_der(signed.data).ok()?;
    let data = data.as_sequence().ok()?;
    // Version, responder and the moment it was made are no sequences; the answers are one.
    let answers = data.iter().find_map(|part| part.as_sequence().ok())?;
    let single = answers
        .iter()
        .filter_map(|answer| answer.as_sequence().ok())
        .find(|answer| serial(answer) == Some(leaf.raw_serial()))?;
    let [_, state, times @ ..] = single.as_slice() else {
        return None;
    };
    let from = moment(times.first()?)?;
    // The end of its time is tagged [0] within the answer; further parts have other tags.
    let next = times
        .iter()
        .find(|part| part.header.is_contextspecific() && part.header.tag().0 == 0);
    let until = match next {
        Some(next) => moment(&parse_der(inner(next)?).ok()?.1)?,
        // Newer ones are to be had at any time: an old one is no news.
        None => from.checked_add(WITHOUT_END).ok()?,
    };
    match state.header.tag().0 {
        // What was revoked stays so, however old the news.
        1 => Some("revoked"),
        _ if from > now.checked_add(SKEW).ok()? => None,
        0 | 2 if until < now => Some("expired"),
        0 => Some("good"),
        2 => Some("unknown"),
        _ => None,
    }
}

/// Clocks differ.
const SKEW: SignedDuration = SignedDuration::from_hours(1);
/// How long an answer without an end is believed: as long as authorities may let one last (CA/Browser Forum BR 4.9.10).
const WITHOUT_END: SignedDuration = SignedDuration::from_hours(10 * 24);

/// The bytes of the basic response within a successful one.
fn basic_response(response: &[u8]) -> Option<Vec<u8>> {
    let (_, whole) = parse_der(response).ok()?;
    let [outer_status, bytes] = whole.as_sequence().ok()?.as_slice() else {
        return None;
    };
    if outer_status.content.as_u32().ok()? != 0 {
        return None;
    }
    let (_, bytes) = parse_der(inner(bytes)?).ok()?;
    let [kind, basic] = bytes.as_sequence().ok()?.as_slice() else {
        return None;
    };
    if kind.as_oid().ok()?.to_id_string() != BASIC {
        return None;
    }
    basic.as_slice().ok().map(<[u8]>::to_vec)
}

/// The serial number of the certificate that an answer speaks of: the last part of its `CertID`.
fn serial<'a>(answer: &'a [DerObject<'_>]) -> Option<&'a [u8]> {
    let id = answer.first()?.as_sequence().ok()?;
    id.get(3)?.as_slice().ok()
}

/// A basic response: what is signed, how, and certificates that were sent along.
struct Signed<'a> {
    data: &'a [u8],
    algorithm: AlgorithmIdentifier<'a>,
    signature: BitString<'a>,
    certificates: &'a [u8],
}

impl<'a> Signed<'a> {
    fn of(basic: &'a [u8]) -> Option<Self> {
        let (_, basic) = Any::from_der(basic).ok()?;
        let content = basic.data;
        let (rest, _) = Any::from_der(content).ok()?;
        let data = content.get(..content.len().checked_sub(rest.len())?)?;
        let (rest, algorithm) = AlgorithmIdentifier::from_der(rest).ok()?;
        let (rest, signature) = BitString::from_der(rest).ok()?;
        // `[0] EXPLICIT SEQUENCE OF Certificate`, where there are any.
        let certificates = match rest.is_empty() {
            true => rest,
            false => {
                let (_, tagged) = Any::from_der(rest).ok()?;
                let (_, list) = Any::from_der(tagged.data).ok()?;
                list.data
            }
        };
        Some(Self {
            data,
            algorithm,
            signature,
            certificates,
        })
    }

    /// Did the issuer sign it, or a responder to whom the issuer gave just that right?
    fn by(&self, issuer: &X509Certificate<'_>, now: Timestamp) -> bool {
        let holds = |signer: &X509Certificate<'_>| {
            verify_signature(
                signer.public_key(),
                &self.algorithm,
                &self.signature,
                self.data,
            )
            .is_ok()
        };
        if holds(issuer) {
            return true;
        }
        let mut rest = self.certificates;
        while let Ok((after, responder)) = X509Certificate::from_der(rest) {
            rest = after;
            if may_answer(&responder, issuer, now) && holds(&responder) {
                return true;
            }
        }
        false
    }
}

/// RFC 6960, 4.2.2.2: issued by the same issuer, with the purpose of signing such responses, and in its time.
fn may_answer(
    responder: &X509Certificate<'_>,
    issuer: &X509Certificate<'_>,
    now: Timestamp,
) -> bool {
    let purpose = responder.extended_key_usage().ok().flatten();
    let dates = responder.validity();
    let at = now.as_second();
    purpose.is_some_and(|p| p.value.ocsp_signing)
        && dates.not_before.timestamp() <= at
        && at <= dates.not_after.timestamp()
        && responder.issuer() == issuer.subject()
        && responder
            .verify_signature(Some(issuer.public_key()))
            .is_ok()
}

/// The bytes within a tag of a context.
fn inner<'a>(object: &'a DerObject<'_>) -> Option<&'a [u8]> {
    let BerObjectContent::Unknown(any) = &object.content else {
        return None;
    };
    Some(any.data)
}

fn moment(time: &DerObject<'_>) -> Option<Timestamp> {
    let BerObjectContent::GeneralizedTime(at) = &time.content else {
        return None;
    };
    let (year, month, day) = (at.year, at.month, at.day);
    let (hour, minute, second) = (at.hour, at.minute, at.second);
    let written = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
    written.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by openssl: a certificate that signed itself, a response that revokes it for 30 days, and a good one without
    /// an end.
    const CERTIFICATE: &[u8] = include_bytes!("../../../tests/fixtures/ocsp/certificate.der");
    const REVOKED: &[u8] = include_bytes!("../../../tests/fixtures/ocsp/revoked.ocsp");
    const ENDLESS: &[u8] = include_bytes!("../../../tests/fixtures/ocsp/endless.ocsp");

    #[test]
    fn old_news() {
        let chain = [CertificateDer::from(CERTIFICATE)];
        let said = |response, at: &str| status(response, &chain, at.parse().unwrap());
        assert_eq!(said(REVOKED, "2026-12-02T00:00:00Z"), Some("revoked"));
        assert_eq!(said(REVOKED, "2027-06-01T00:00:00Z"), Some("revoked"));
        assert_eq!(said(ENDLESS, "2026-12-02T00:00:00Z"), Some("good"));
        assert_eq!(said(ENDLESS, "2027-01-15T00:00:00Z"), Some("expired"));
        assert_eq!(said(ENDLESS, "2026-11-01T00:00:00Z"), None);
    }
}
