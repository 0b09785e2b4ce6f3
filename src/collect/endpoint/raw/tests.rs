//! Servers that bear little, answer sometimes, or lie: what they hide is never "not offered", and no list that was cut
//! is shown as whole.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tls_parser::{TlsMessage, TlsMessageHandshake, parse_tls_plaintext};
use tokio::time::Instant;

use super::super::handshake::Dial;
use super::names::Version;
use super::survey::{Seen, survey};
use super::*;

/// What a hello of ours offers.
struct Asked {
    version: u16,
    suites: Vec<u16>,
    bytes: usize,
}

/// Serves each connection by this until the test process ends; None ends the connection without reading on.
fn serve(answer: impl Fn(Asked, u32) -> Option<Vec<u8>> + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let (answer, count) = (Arc::new(answer), Arc::new(AtomicU32::new(0)));
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let (answer, count) = (answer.clone(), count.clone());
            thread::spawn(move || {
                let nth = count.fetch_add(1, Ordering::Relaxed);
                let asked = hello(&mut stream);
                if let Some(bytes) = asked.and_then(|asked| answer(asked, nth)) {
                    let _ = stream.write_all(&bytes);
                    thread::sleep(Duration::from_millis(50));
                }
            });
        }
    });
    addr
}

fn hello(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = vec![0; 4096];
    let length = stream.read(&mut bytes).ok()?;
    bytes.truncate(length);
    let (_, record) = parse_tls_plaintext(&bytes).ok()?;
    let TlsMessage::Handshake(TlsMessageHandshake::ClientHello(hello)) = record.msg.first()? else {
        return None;
    };
    let new = hello
        .ext
        .is_some_and(|e| e.windows(7).any(|w| w == [0, 43, 0, 3, 2, 3, 4]));
    Some(Asked {
        version: if new { 0x0304 } else { hello.version.0 },
        suites: hello.ciphers.iter().map(|c| c.0).collect(),
        bytes: length,
    })
}

fn record(kind: u8, version: u16, content: &[u8]) -> Vec<u8> {
    let mut all = vec![kind];
    all.extend(version.to_be_bytes());
    all.extend(u16::try_from(content.len()).unwrap().to_be_bytes());
    all.extend_from_slice(content);
    all
}

fn alert(what: u8) -> Vec<u8> {
    record(21, 0x0303, &[2, what])
}

/// The flight of a server that chose this version and suite, without a certificate.
fn flight(version: u16, suite: u16) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    body.extend([9; 32]);
    body.push(0);
    body.extend(suite.to_be_bytes());
    body.push(0);
    let mut messages = vec![2, 0, 0, u8::try_from(body.len()).unwrap()];
    messages.extend(body);
    messages.extend([14, 0, 0, 0]);
    record(22, version, &messages)
}

/// TLS 1.2 with these suites, in their order; all else is refused by an alert.
fn only_12(asked: &Asked, has: &[u16]) -> Vec<u8> {
    if asked.version != 0x0303 {
        return alert(70);
    }
    match has.iter().find(|id| asked.suites.contains(id)) {
        Some(id) => flight(0x0303, *id),
        None => alert(40),
    }
}

const HAS: [u16; 3] = [0x009c, 0x002f, 0x000a];

fn surveyed(addr: SocketAddr) -> Vec<Seen> {
    let dial = Dial {
        addr,
        name: ServerName::try_from("tracuu.buuchinhmau.example").unwrap(),
        send_name: true,
        starttls: None,
        timeout: Duration::from_millis(700),
        deadline: Instant::now() + Duration::from_secs(20),
    };
    let line = Line::new(dial, Some("tracuu.buuchinhmau.example".into()));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(survey(&line))
}

fn of(seen: &[Seen], version: Version) -> &Seen {
    seen.iter().find(|one| one.version == version).unwrap()
}

#[test]
fn a_server_that_answers_well() {
    let seen = surveyed(serve(|asked, _| Some(only_12(&asked, &HAS))));
    let new = of(&seen, Version::Tls12);
    assert_eq!(
        (new.suites.as_slice(), new.order, new.cut),
        (&HAS[..], Some("server"), None)
    );
    for version in [
        Version::Ssl3,
        Version::Tls10,
        Version::Tls11,
        Version::Tls13,
    ] {
        assert_eq!(of(&seen, version).offered, Leaf::proven(false, "alert:70"));
    }
}

#[test]
fn a_server_that_bears_only_short_hellos() {
    let seen = surveyed(serve(|asked, _| {
        (asked.bytes <= 300).then(|| only_12(&asked, &HAS))
    }));
    let new = of(&seen, Version::Tls12);
    assert_eq!(new.offered.v, Some(true));
    assert!(new.small && new.cut.is_none());
    let mut suites = new.suites.clone();
    suites.sort_unstable();
    assert_eq!(suites, [0x000a, 0x002f, 0x009c]);
}

#[test]
fn a_server_that_closes_on_what_it_does_not_know() {
    let answer = |asked: Asked, _| match asked.version {
        0x0303 => Some(only_12(&asked, &HAS)),
        _ => None,
    };
    let seen = surveyed(serve(answer));
    assert_eq!(of(&seen, Version::Tls12).suites, HAS);
    let old = of(&seen, Version::Tls10);
    assert_eq!(old.offered.v, Some(false), "{old:?}");
}

/// OpenSSL with too short a prime, Dovecot without one: what they choose first they cannot do.
#[test]
fn a_kind_that_fails_does_not_hide_the_others() {
    const DHE: [u16; 2] = [0x009e, 0x0033];
    for end in [Some(alert(40)), Some(alert(80)), None] {
        let failing = end.clone();
        let addr = serve(move |asked, _| {
            match asked.version {
                0x0301 => return Some(flight(0x0301, HAS[1])),
                0x0303 => {}
                _ => return Some(alert(70)),
            }
            if DHE.iter().any(|id| asked.suites.contains(id)) {
                return failing.clone();
            }
            Some(only_12(&asked, &HAS))
        });
        let seen = surveyed(addr);
        let tls12 = of(&seen, Version::Tls12);
        assert_eq!(tls12.offered.v, Some(true), "{end:?}");
        assert_eq!(tls12.suites, HAS, "{end:?}");
        // An internal error is no refusal: whether it could do them otherwise stays open.
        let open = end == Some(alert(80));
        assert_eq!(tls12.cut.is_some(), open, "{end:?}: {:?}", tls12.cut);
    }
}

#[test]
fn a_server_that_limits_the_rate() {
    // After twelve connections it closes every one: what it did not answer is not "not offered".
    let seen = surveyed(serve(|asked, nth| (nth < 7).then(|| only_12(&asked, &HAS))));
    let new = of(&seen, Version::Tls12);
    assert!(new.offered.v == Some(true) && new.cut.is_some(), "{new:?}");
    assert!(!suites(new).complete);
    for one in &seen {
        assert_ne!(one.offered.why.as_deref(), Some("closed"), "{one:?}");
    }
}

#[test]
fn a_lower_version_is_a_refusal_and_a_strange_suite_proves_nothing() {
    let seen = surveyed(serve(|_, _| Some(flight(0x0302, 0x002f))));
    assert_eq!(
        of(&seen, Version::Tls12).offered,
        Leaf::proven(false, "lower_version")
    );
    let always = of(&seen, Version::Tls11);
    assert_eq!(always.offered.v, Some(true));
    assert_eq!(
        always.cut,
        Some("protocol_error"),
        "it takes what was not offered"
    );
}

#[test]
fn alerts_alone_prove_no_more_than_they_say() {
    let seen = surveyed(serve(|_, _| Some(alert(40))));
    for one in &seen {
        assert_eq!(one.offered.v, None, "{one:?}");
    }
    let seen = surveyed(serve(|asked, _| {
        Some(match asked.version {
            0x0303 => only_12(&asked, &HAS),
            _ => alert(80),
        })
    }));
    // It still does between two hellos that it takes.
    assert_eq!(
        of(&seen, Version::Tls10).offered,
        Leaf::proven(false, "alert:80")
    );
    // One kind of key exchange was not answered so: it stays open.
    let seen = surveyed(serve(|asked, _| match asked.version {
        0x0303 => Some(only_12(&asked, &HAS)),
        _ if asked.suites.contains(&0x002f) && !asked.suites.contains(&0xc013) => None,
        _ => Some(alert(80)),
    }));
    assert_eq!(of(&seen, Version::Tls10).offered.v, None);
    // In trouble for a while.
    let seen = surveyed(serve(|asked, nth| {
        Some(match asked.version {
            0x0303 => only_12(&asked, &HAS),
            _ if nth < 30 => alert(80),
            _ => flight(asked.version, HAS[1]),
        })
    }));
    assert_ne!(of(&seen, Version::Tls10).offered.v, Some(false));
}

#[test]
fn endless_and_broken_flights_end() {
    let endless = serve(|asked, _| {
        let mut flight = flight(asked.version.min(0x0303), 0x002f);
        flight.truncate(flight.len() - 4);
        let piece = record(22, 0x0303, &[11, 0xff, 0xff, 0xff].repeat(4000));
        for _ in 0..30 {
            flight.extend_from_slice(&piece);
        }
        Some(flight)
    });
    let began = std::time::Instant::now();
    let seen = surveyed(endless);
    assert!(began.elapsed() < Duration::from_secs(10));
    assert!(
        seen.iter().all(|one| one.offered.v != Some(true)),
        "{seen:?}"
    );
    let rubbish = surveyed(serve(|_, _| Some(b"220 mail.example ESMTP\r\n".to_vec())));
    assert!(rubbish.iter().all(|one| one.offered.v.is_none()));
}
