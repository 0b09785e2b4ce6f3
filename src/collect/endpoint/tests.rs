//! Servers that answer wrongly, slowly, endlessly or not at all: each must end in a reason, in time.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::*;
use crate::model::{Fact, Subject, Value};

pub(super) fn cx() -> Context {
    Context {
        now: "2026-11-24T00:00:00Z".parse().unwrap(),
        timeout: Duration::from_millis(700),
        offline: false,
    }
}

/// Serves each connection in its own thread until the test process ends.
fn serve(answer: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = answer.clone();
            thread::spawn(move || answer(stream));
        }
    });
    addr
}

fn asked(addr: SocketAddr) -> TlsFacts {
    let mut target =
        ProbeTarget::parse(&format!("tracuu.buuchinhmau.example:{}", addr.port())).unwrap();
    target.at = vec![addr.ip()];
    let began = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut seen = runtime.block_on(probe(&target, &cx()));
    assert!(began.elapsed() < Duration::from_secs(10), "not in time");
    assert_eq!(seen[0].target.sni, target.sent_name());
    seen.remove(0)
}

fn why(facts: &TlsFacts) -> (Option<bool>, String) {
    let leaf = &facts.versions["tls1_3"];
    (leaf.v, leaf.why.clone().unwrap_or_default())
}

fn hello(stream: &mut TcpStream) {
    let mut bytes = [0; 4096];
    let _ = stream.read(&mut bytes);
}

#[test]
fn a_closed_port() {
    let addr = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let facts = asked(addr);
    assert_eq!(facts.probe.state, ProbeState::Failed);
    assert_eq!(facts.tcp, Leaf::unseen("refused"));
    assert_eq!(why(&facts), (None, "refused".into()));
    assert_eq!(facts.http.status, Leaf::unseen("refused"));
}

#[test]
fn silence_and_one_byte_at_a_time() {
    let silent = serve(|mut stream| {
        hello(&mut stream);
        thread::sleep(Duration::from_secs(8));
    });
    assert_eq!(why(&asked(silent)), (None, "timeout".into()));
    let drip = serve(|mut stream| {
        hello(&mut stream);
        let record = [22, 3, 3, 0x3f, 0xff, 2, 0, 0x3f, 0xfb];
        for byte in record.into_iter().chain(std::iter::repeat(3)).take(100) {
            if stream.write_all(&[byte]).is_err() {
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
    });
    let facts = asked(drip);
    assert_eq!(why(&facts), (None, "timeout".into()));
    assert_eq!(facts.encrypted, Leaf::unseen("timeout"));
}

#[test]
fn rubbish_and_plain_http() {
    let rubbish = serve(|mut stream| {
        hello(&mut stream);
        let _ = stream.write_all(b"\x00\x01\x02rubbish rubbish rubbish");
    });
    let facts = asked(rubbish);
    assert_eq!(why(&facts), (None, "not_tls".into()));
    assert_eq!(facts.encrypted.v, None);
    let plain = serve(|mut stream| {
        hello(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    });
    let facts = asked(plain);
    assert_eq!(facts.encrypted, Leaf::proven(false, "plain-http"));
    assert_eq!(why(&facts).0, None);
    let seen = flatten(&[(facts, Place::new("x", 0))], true, cx().now);
    let certificate = seen
        .sights
        .iter()
        .find(|s| &*s.kind == "certificate")
        .unwrap();
    assert!(matches!(certificate.seen, Seen::Absent(_)));
}

#[test]
fn closed_at_once() {
    let addr = serve(drop);
    let (v, why) = why(&asked(addr));
    assert_eq!(v, None);
    assert!(why == "closed" || why == "reset", "{why}");
}

#[test]
fn an_alert_proves_only_what_it_says() {
    let version = serve(|mut stream| {
        hello(&mut stream);
        let _ = stream.write_all(&[21, 3, 3, 0, 2, 2, 70]);
        thread::sleep(Duration::from_millis(200));
    });
    assert_eq!(why(&asked(version)), (Some(false), "alert:70".into()));
    let failure = serve(|mut stream| {
        hello(&mut stream);
        let _ = stream.write_all(&[21, 3, 3, 0, 2, 2, 40]);
        thread::sleep(Duration::from_millis(200));
    });
    // Both versions refused so: perhaps it knows this name not at all.
    assert_eq!(why(&asked(failure)), (None, "alert:40".into()));
}

#[test]
fn a_flood_is_cut() {
    let addr = serve(|mut stream| {
        hello(&mut stream);
        // Warning alerts without end: each is a valid record.
        let record = [21, 3, 3, 0, 2, 1, 90].repeat(1000);
        while stream.write_all(&record).is_ok() {}
    });
    let facts = asked(addr);
    assert_eq!(facts.probe.state, ProbeState::Failed);
    assert_eq!(facts.encrypted.v, None);
}

/// A TLS server whose answer to HTTP is up to the test.
fn tls_server(answer: impl Fn(&mut dyn Write) + Send + Sync + 'static) -> SocketAddr {
    tls_pages(move |_, out| answer(out))
}

/// The same, which is told the path that was asked for.
pub(super) fn tls_pages(
    answer: impl Fn(&str, &mut dyn Write) + Send + Sync + 'static,
) -> SocketAddr {
    let config = tls_config();
    serve(move |stream| tls_page(&config, stream, &answer))
}

fn tls_page(
    config: &Arc<rustls::ServerConfig>,
    mut stream: TcpStream,
    answer: impl Fn(&str, &mut dyn Write),
) {
    let mut tls = rustls::ServerConnection::new(config.clone()).unwrap();
    let mut stream = rustls::Stream::new(&mut tls, &mut stream);
    let mut bytes = [0; 4096];
    if let Ok(count) = stream.read(&mut bytes) {
        let request = String::from_utf8_lossy(&bytes[..count]).into_owned();
        answer(request.split(' ').nth(1).unwrap_or_default(), &mut stream);
    }
}

fn tls_config() -> Arc<rustls::ServerConfig> {
    let names = vec!["tracuu.buuchinhmau.example".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let chain = vec![made.cert.der().clone()];
    let provider = Arc::new(super::handshake::provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    Arc::new(config)
}

/// Behind a balancer one of two servers has no STARTTLS: whoever meets that one speaks in clear.
#[test]
fn starttls_that_every_other_connection_gets() {
    let config = tls_config();
    let count = std::sync::atomic::AtomicUsize::new(0);
    let addr = serve(move |mut stream| {
        let odd = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % 2 == 1;
        let _ = stream.write_all(b"220 mail\r\n");
        hello(&mut stream);
        let offers: &[u8] = if odd {
            b"250-mail\r\n250 STARTTLS\r\n"
        } else {
            b"250-mail\r\n250 SIZE 1\r\n"
        };
        let _ = stream.write_all(offers);
        if odd {
            hello(&mut stream);
            let _ = stream.write_all(b"220 go\r\n");
            tls_page(&config, stream, |_, _| {});
        }
    });
    let mut target =
        ProbeTarget::parse(&format!("tracuu.buuchinhmau.example:{}", addr.port())).unwrap();
    target.at = vec![addr.ip()];
    target.sni = Some("tracuu.buuchinhmau.example".into());
    target.starttls = Some("smtp".into());
    target.http = false;
    let facts = block_on(probe(&target, &cx())).remove(0);
    assert_eq!(facts.starttls.v, Some(false), "{facts:?}");
}

fn block_on<T>(ask: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(ask)
}

/// Many slow pages end together where the address does.
#[test]
fn one_deadline_for_all_pages() {
    let addr = tls_pages(|_, out| {
        thread::sleep(Duration::from_millis(400));
        let _ = out.write_all(b"HTTP/1.1 404 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    });
    let began = Instant::now();
    let last = block_on(async {
        let until = tokio::time::Instant::now() + Duration::from_millis(900);
        let wait = Duration::from_secs(5);
        let web = http::Web::new("tracuu.buuchinhmau.example", addr, wait, until);
        for _ in 0..9 {
            let _ = web.page("/a").await;
        }
        web.page("/b").await.err()
    });
    assert_eq!(last, Some("timeout"));
    assert!(began.elapsed() < Duration::from_secs(3), "not in time");
}

#[test]
fn headers_without_end_and_slow_headers() {
    let endless = tls_server(|out| {
        let _ = out.write_all(b"HTTP/1.1 200 OK\r\nX-Long: ");
        while out.write_all(&[b'a'; 4096]).is_ok() {}
    });
    let facts = asked(endless);
    assert_eq!(facts.encrypted.v, Some(true));
    assert_eq!(facts.http.status.v, None);
    assert_eq!(facts.probe.state, ProbeState::Partial);
    let slow = tls_server(|out| {
        let _ = out.write_all(b"HTTP/1.1 200 OK\r\n");
        while out
            .write_all(b"a: b\r\n")
            .and_then(|()| out.flush())
            .is_ok()
        {
            thread::sleep(Duration::from_millis(100));
        }
    });
    assert_eq!(asked(slow).http.status, Leaf::unseen("timeout"));
    let rubbish = tls_server(|out| {
        let _ = out.write_all(b"\x00\x00 no http\r\n\r\n");
    });
    assert_eq!(asked(rubbish).http.status, Leaf::unseen("protocol_error"));
}

#[test]
fn a_body_without_end_is_not_read() {
    let addr = tls_server(|out| {
        let _ = out.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n");
        while out.write_all(&[b'a'; 4096]).is_ok() {}
    });
    let facts = asked(addr);
    assert_eq!(facts.http.status.v, Some(200));
    assert_eq!(facts.http.hsts_max_age.v, Some(0));
    assert_eq!(facts.http.frame_policy.v.as_deref(), Some("any"));
    let cert = &facts.certs[0];
    assert_eq!(cert.name_ok.v, Some(true));
    assert_eq!(cert.trusted.v, Some(false));
    assert_eq!(cert.key_proven.v, Some(true));
}

#[test]
fn nothing_is_asked_offline() {
    let cx = Context {
        offline: true,
        ..cx()
    };
    let target = Target::Endpoint {
        address: "127.0.0.1:1".into(),
        purpose: "web".into(),
        sni: None,
        roots: None,
        starttls: None,
        mail: None,
        closed: Vec::new(),
        sample: None,
        authorised: None,
    };
    let seen = collect(&target, "127.0.0.1:1", &cx);
    assert!(seen.subjects.is_empty());
    assert_eq!(seen.sights.len(), KINDS.len());
    for sight in &seen.sights {
        assert!(matches!(&sight.seen, Seen::Not(reason) if reason.code == "offline"));
    }
}

fn fact<'a>(subject: &'a Subject, path: &str) -> &'a Fact {
    &subject.facts[path]
}

#[test]
fn recorded_lines_become_subjects() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("two.jsonl");
    let line = |addr: &str| {
        let mut facts = TlsFacts::unseen(
            TargetFacts {
                name: "a.example".into(),
                addr: Some(addr.into()),
                port: 443,
                sni: Some("a.example".into()),
                starttls: None,
            },
            "2026-11-24T00:00:00Z".into(),
            "timeout",
        );
        facts.http.hsts_max_age = Leaf::seen(5);
        draw(&facts)
    };
    let text = format!("{}\n{}\nnonsense\n", line("192.0.2.1"), line("192.0.2.2"));
    std::fs::write(&file, text).unwrap();
    let target = Target::EndpointFacts {
        file,
        address: "a.example:443".into(),
        purpose: "web".into(),
    };
    let seen = collect(&target, "two.jsonl", &cx());
    let ids: Vec<&str> = seen.subjects.iter().map(|s| &*s.id).collect();
    assert_eq!(
        ids,
        [
            "a.example:443@192.0.2.1",
            "a.example:443@192.0.2.2",
            "https://a.example:443@192.0.2.1",
            "https://a.example:443@192.0.2.2",
        ]
    );
    let timeout = &fact(&seen.subjects[1], "versions.tls1_2").value;
    assert!(matches!(timeout, Value::Unseen(why) if why.code == "timeout"));
    let age = fact(&seen.subjects[3], "hsts_max_age");
    assert_eq!(
        (&age.value, age.place.as_ref().unwrap().line),
        (&Value::Int(5), 2)
    );
    for sight in &seen.sights {
        assert!(matches!(&sight.seen, Seen::Not(reason) if reason.detail.contains(":3:")));
    }
}

#[test]
fn every_fact_of_the_samples_stands_in_the_vocabulary() {
    let vocabulary = |kind: &str| match kind {
        "tls" => include_str!("../../../rules/vocabulary/tls.yaml"),
        "certificate" => include_str!("../../../rules/vocabulary/certificate.yaml"),
        _ => include_str!("../../../rules/vocabulary/http.yaml"),
    };
    let samples = [
        include_str!("../../../sample-configs/endpoints/portal-tls.jsonl"),
        include_str!("../../../sample-configs/endpoints/sorting-api.jsonl"),
    ];
    for sample in samples {
        let (good, bad) = read(sample);
        assert_eq!((good.len(), bad.len()), (1, 0));
        let line = (good[0].facts.clone(), Place::new("sample", 1));
        let seen = flatten(&[line], true, cx().now);
        assert_eq!(seen.subjects.len(), 3);
        for subject in &seen.subjects {
            for path in subject.facts.keys() {
                let words = vocabulary(&subject.kind);
                assert!(
                    words.contains(&format!("\n  {path}:")),
                    "{} {path}",
                    subject.kind
                );
            }
        }
        assert_eq!(draw(&good[0].facts), sample.trim_end());
    }
}
