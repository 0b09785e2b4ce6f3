//! What a server answers to a hello, up to the point where it waits for us. Pure: bytes in, a reading out.

use tls_parser::{
    ECParametersContent, TlsMessage, TlsMessageHandshake, TlsServerHelloContents, parse_dh_params,
    parse_ecdh_params, parse_tls_message_handshake,
};

use super::hello::SSL2;
use super::names::{Version, suite};

/// The first flight of a server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::collect::endpoint) struct Flight {
    /// The version that it chose, as on the wire.
    pub(super) version: u16,
    /// The suite that it chose.
    pub(super) suite: u16,
    /// Did it choose compression?
    pub(super) compressed: bool,
    /// Does it know RFC 5746?
    pub(super) secure_renegotiation: bool,
    /// Does it know RFC 7627?
    pub(super) extended_master_secret: bool,
    /// The group of its key exchange, or the one that it asks for.
    pub(super) group: Option<u16>,
    /// Bits of its Diffie-Hellman prime.
    pub(super) dh_bits: Option<i64>,
    /// The certificates that came in clear, its own first.
    pub(in crate::collect::endpoint) chain: Vec<Vec<u8>>,
    /// The OCSP response that came in clear.
    pub(in crate::collect::endpoint) staple: Option<Vec<u8>>,
    /// Does it ask for a certificate of ours?
    pub(in crate::collect::endpoint) asks_for_certificate: bool,
    /// Kinds of cipher of SSL 2.0.
    pub(super) ssl2: Vec<&'static str>,
}

/// How far the bytes lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// More must come.
    More,
    /// All that we wait for.
    Done(Box<Flight>),
    /// A fatal alert with this number.
    Alert(u8),
    /// No TLS at all.
    NotTls,
    /// TLS that breaks its own rules.
    Broken,
}

/// The longest record (RFC 8446 and its overhead).
const MAX_RECORD: usize = 16_384 + 2048;

/// Reads all that came so far of the answer to a hello of this version.
pub(super) fn read(asked: Version, bytes: &[u8]) -> Step {
    if asked == Version::Ssl2 {
        return read_ssl2(bytes);
    }
    let mut rest = bytes;
    let mut messages = Vec::new();
    loop {
        let [kind, major, _, high, low, body @ ..] = rest else {
            // Too short for a record: what is there may already show that it is none.
            return match rest.first() {
                Some(20..=23) | None => after(&messages, Step::More),
                Some(_) => Step::NotTls,
            };
        };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if !(20..=23).contains(kind) || *major != 3 {
            return Step::NotTls;
        }
        if length > MAX_RECORD {
            return Step::Broken;
        }
        let Some(content) = body.get(..length) else {
            return after(&messages, Step::More);
        };
        match (*kind, content) {
            (HANDSHAKE, content) => messages.extend_from_slice(content),
            // A warning is no refusal: 112 says that the name is not known, and the server goes on.
            (ALERT, [1, what, ..]) if *what != CLOSE_NOTIFY => {}
            (ALERT, [_, what, ..]) => return after(&messages, Step::Alert(*what)),
            // What comes encrypted, or a change of cipher, ends what can be read.
            (_, _) => return after(&messages, Step::Broken),
        }
        if let done @ (Step::Done(_) | Step::Broken) = flight(&messages) {
            return done;
        }
        rest = &body[length..];
    }
}

/// The flight as far as it came, or what came instead of its end.
fn after(messages: &[u8], other: Step) -> Step {
    let read = flight(messages);
    if read == Step::More { other } else { read }
}

fn flight(messages: &[u8]) -> Step {
    let mut flight: Option<Flight> = None;
    let mut rest = messages;
    while let [_, a, b, c, ..] = rest {
        let length = usize::try_from(u32::from_be_bytes([0, *a, *b, *c])).unwrap_or(usize::MAX);
        let Some((message, next)) = rest.split_at_checked(length.saturating_add(4)) else {
            return Step::More;
        };
        rest = next;
        let Ok((_, TlsMessage::Handshake(message))) = parse_tls_message_handshake(message) else {
            return Step::Broken;
        };
        match (message, &mut flight) {
            (TlsMessageHandshake::ServerHello(hello), None) => {
                let begun = begin(&hello);
                // After the hello of 1.3 all is encrypted.
                if begun.version == Version::Tls13.wire() {
                    return Step::Done(Box::new(begun));
                }
                flight = Some(begun);
            }
            (TlsMessageHandshake::Certificate(sent), Some(flight)) => {
                flight.chain = sent.cert_chain.iter().map(|c| c.data.to_vec()).collect();
            }
            (TlsMessageHandshake::CertificateStatus(sent), Some(flight)) => {
                flight.staple = (sent.status_type == 1).then(|| sent.blob.to_vec());
            }
            (TlsMessageHandshake::ServerKeyExchange(sent), Some(flight)) => {
                key_exchange(flight, sent.parameters);
            }
            (TlsMessageHandshake::CertificateRequest(_), Some(flight)) => {
                flight.asks_for_certificate = true;
            }
            (TlsMessageHandshake::ServerDone(_), Some(flight)) => {
                return Step::Done(Box::new(std::mem::take(flight)));
            }
            (TlsMessageHandshake::HelloRequest, _) => {}
            _ => return Step::Broken,
        }
    }
    Step::More
}

fn begin(hello: &TlsServerHelloContents<'_>) -> Flight {
    let mut flight = Flight {
        version: hello.version.0,
        suite: hello.cipher.0,
        compressed: hello.compression.0 != 0,
        ..Flight::default()
    };
    for (kind, content) in extensions(hello.ext.unwrap_or_default()) {
        match (kind, content) {
            (0xff01, _) => flight.secure_renegotiation = true,
            (23, _) => flight.extended_master_secret = true,
            (43, [high, low]) => flight.version = u16::from_be_bytes([*high, *low]),
            // The group that is asked for, or that of the share.
            (51, [high, low, ..]) => flight.group = Some(u16::from_be_bytes([*high, *low])),
            _ => {}
        }
    }
    flight
}

/// Number and content of each extension, as far as they can be read.
fn extensions(mut rest: &[u8]) -> Vec<(u16, &[u8])> {
    let mut all = Vec::new();
    while let [a, b, c, d, more @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*c, *d]));
        let Some((content, next)) = more.split_at_checked(length) else {
            break;
        };
        all.push((u16::from_be_bytes([*a, *b]), content));
        rest = next;
    }
    all
}

fn key_exchange(flight: &mut Flight, parameters: &[u8]) {
    let name = suite(flight.suite);
    if name.contains("_ECDH") {
        if let Ok((_, read)) = parse_ecdh_params(parameters)
            && let ECParametersContent::NamedGroup(group) = read.curve_params.params_content
        {
            flight.group = Some(group.0);
        }
    } else if name.contains("_DH")
        && !name.contains("PSK")
        && let Ok((_, read)) = parse_dh_params(parameters)
    {
        flight.dh_bits = Some(bits(read.dh_p));
    }
}

/// Bits of a number, leading zeros left out.
fn bits(number: &[u8]) -> i64 {
    let mut digits = number.iter().skip_while(|b| **b == 0);
    let Some(first) = digits.next() else {
        return 0;
    };
    let rest = i64::try_from(digits.count()).unwrap_or(i64::MAX / 16);
    i64::from(8 - first.leading_zeros()) + rest * 8
}

/// A server of SSL 2.0 answers with a hello of type 4; newer ones send an alert of theirs, or close.
fn read_ssl2(bytes: &[u8]) -> Step {
    match bytes {
        [21, 3, _, 0, 2, _, what, ..] => Step::Alert(*what),
        [20..=23, 3, ..] if bytes.len() < 7 => Step::More,
        [20..=23, 3, ..] => Step::Broken,
        // Head (2), type, session hit, kind of certificate, version (2), three lengths (6).
        [high, low, 4, _, _, 0, 2, c1, c2, k1, k2, _, _, body @ ..] if high & 0x80 != 0 => {
            let length = usize::from(u16::from_be_bytes([high & 0x7f, *low]));
            if bytes.len() < length + 2 {
                return Step::More;
            }
            let certificate = usize::from(u16::from_be_bytes([*c1, *c2]));
            let kinds = usize::from(u16::from_be_bytes([*k1, *k2]));
            let kinds = body
                .get(certificate..)
                .and_then(|b| b.get(..kinds))
                .unwrap_or_default();
            Step::Done(Box::new(Flight {
                version: Version::Ssl2.wire(),
                chain: body
                    .get(..certificate)
                    .filter(|c| !c.is_empty())
                    .map(<[u8]>::to_vec)
                    .into_iter()
                    .collect(),
                ssl2: SSL2
                    .iter()
                    .filter(|(kind, _)| kinds.chunks(3).any(|k| k == kind))
                    .map(|(_, name)| *name)
                    .collect(),
                ..Flight::default()
            }))
        }
        [high, ..] if high & 0x80 != 0 && bytes.len() < 13 => Step::More,
        [] => Step::More,
        _ => Step::NotTls,
    }
}

const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const CLOSE_NOTIFY: u8 = 0;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record(kind: u8, content: &[u8]) -> Vec<u8> {
        let mut all = vec![kind, 3, 3, 0, u8::try_from(content.len()).unwrap()];
        all.extend_from_slice(content);
        all
    }

    fn server_hello(extensions: &[u8]) -> Vec<u8> {
        let mut body = vec![3, 3];
        body.extend([9; 32]);
        body.push(0);
        body.extend([0xc0, 0x2f, 0]);
        body.extend(u16::try_from(extensions.len()).unwrap().to_be_bytes());
        body.extend_from_slice(extensions);
        let mut all = vec![2, 0, 0, u8::try_from(body.len()).unwrap()];
        all.extend(body);
        all
    }

    #[test]
    fn a_flight_in_pieces() {
        let mut messages = server_hello(&[0xff, 1, 0, 1, 0, 0, 23, 0, 0]);
        // secp256r1 with a point of one byte, then the end.
        messages.extend([12, 0, 0, 5, 3, 0, 23, 1, 4]);
        messages.extend([14, 0, 0, 0]);
        let (first, second) = messages.split_at(30);
        let mut bytes = record(22, first);
        assert_eq!(read(Version::Tls12, &bytes), Step::More);
        bytes.extend(record(22, second));
        let Step::Done(flight) = read(Version::Tls12, &bytes) else {
            panic!("not done");
        };
        assert_eq!((flight.version, flight.suite), (0x0303, 0xc02f));
        assert!(flight.secure_renegotiation && flight.extended_master_secret);
        assert_eq!(flight.group, Some(23));
    }

    #[test]
    fn a_retry_of_13_names_its_group() {
        let bytes = record(22, &server_hello(&[0, 43, 0, 2, 3, 4, 0, 51, 0, 2, 0, 29]));
        let Step::Done(flight) = read(Version::Tls13, &bytes) else {
            panic!("not done");
        };
        assert_eq!((flight.version, flight.group), (0x0304, Some(29)));
    }

    #[test]
    fn refusals_and_rubbish() {
        assert_eq!(read(Version::Tls12, &record(21, &[2, 70])), Step::Alert(70));
        assert_eq!(read(Version::Tls12, &record(21, &[1, 112])), Step::More);
        assert_eq!(read(Version::Tls12, b"HTTP/1.1 400"), Step::NotTls);
        assert_eq!(read(Version::Tls12, &[22, 3, 3, 0xff, 0xff]), Step::Broken);
        assert_eq!(
            read(Version::Ssl2, &[21, 3, 0, 0, 2, 2, 70]),
            Step::Alert(70)
        );
        assert_eq!(bits(&[0, 1, 0]), 9);
    }

    proptest! {
        #[test]
        fn never_panics(head in 0u8..3, bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut all = match head {
                0 => Vec::new(),
                1 => vec![22, 3, 3],
                _ => record(22, &server_hello(&[0, 43, 0, 2, 3, 4])),
            };
            all.extend(bytes);
            for version in Version::ALL {
                let _ = read(version, &all);
            }
        }
    }
}
