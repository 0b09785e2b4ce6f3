//! What a stapled OCSP response says (RFC 6960). Its signature is not verified: a client does that, and the response
//! came over a connection whose certificate is judged apart.

use jiff::Timestamp;
use x509_parser::der_parser::ber::BerObjectContent;
use x509_parser::der_parser::der::{DerObject, parse_der};

/// The basic response type.
const BASIC: &str = "1.3.6.1.5.5.7.48.1.1";

/// `good`, `revoked`, `unknown`, or `expired` where its time is over; none where it cannot be read.
pub(super) fn status(response: &[u8], now: Timestamp) -> Option<&'static str> {
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
    let (_, basic) = parse_der(basic.as_slice().ok()?).ok()?;
    let data = basic.as_sequence().ok()?.first()?.as_sequence().ok()?;
    // Version, responder and the moment it was made are no sequences; the answers are one.
    let answers = data.iter().find_map(|part| part.as_sequence().ok())?;
    let single = answers.first()?.as_sequence().ok()?;
    let [_, state, times @ ..] = single.as_slice() else {
        return None;
    };
    // The end of its time is tagged [0] within the answer; further parts have other tags.
    let next = times
        .iter()
        .find(|part| part.header.is_contextspecific() && part.header.tag().0 == 0);
    if let Some(next) = next {
        let (_, time) = parse_der(inner(next)?).ok()?;
        if moment(&time)? < now {
            return Some("expired");
        }
    }
    match state.header.tag().0 {
        0 => Some("good"),
        1 => Some("revoked"),
        2 => Some("unknown"),
        _ => None,
    }
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
