//! Asks one address: a whole handshake in TLS 1.2 and in 1.3, the raw prober for all that needs no whole handshake, one
//! handshake more for a second certificate, one `GET /`.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::future::join;
use futures_util::stream::{self, StreamExt as _};
use jiff::Timestamp;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::time::{Instant, sleep};

use super::certificate;
use super::facts::{
    CertFacts, Negotiated, ProbeState, ReplyFacts, TargetFacts, TlsFacts, VERSIONS,
};
use super::handshake::{Dial, Family, Hello, LOWER_VERSION, Version, connect, shake};
use super::http::Web;
use super::leaf::{
    CAPPED, CLOSED, Leaf, NOT_APPLICABLE, NOT_ASKED, NOT_AUTHORISED, NOT_PARSED, RATE_LIMITED,
    REFUSED, RESET, STARTTLS_NOT_OFFERED, TIMEOUT, UNSUPPORTED,
};
use super::ocsp;
use super::permitted;
use super::raw;
use super::starttls::Starttls;
use super::target::ProbeTarget;
use super::trust::{self, Roots};

/// The longest time for one address.
pub(super) const ENDPOINT: Duration = Duration::from_secs(30);
/// The wait before the one retry.
const BACK_OFF: Duration = Duration::from_millis(250);
/// The most ports that are tried.
const MAX_PORTS: usize = 64;
/// Ports that are tried at the same time.
const PORTS_AT_ONCE: usize = 4;

/// What a probe of one address needs.
pub(super) struct Ask<'a> {
    /// What is asked.
    pub(super) target: &'a ProbeTarget,
    /// The roots that count.
    pub(super) roots: &'a Result<Roots, &'static str>,
    /// The moment that ages count from.
    pub(super) now: Timestamp,
    /// The longest wait of one call.
    pub(super) timeout: Duration,
}

impl Ask<'_> {
    /// What the target part of the line says.
    pub(super) fn named(&self, addr: Option<IpAddr>) -> TargetFacts {
        TargetFacts {
            name: self.target.host.clone(),
            addr: addr.map(|addr| addr.to_string()),
            port: self.target.port,
            sni: self.target.sent_name(),
            starttls: self.target.starttls.clone(),
        }
    }

    /// A line of which nothing could be seen.
    pub(super) fn unseen(&self, addr: Option<IpAddr>, why: &str) -> TlsFacts {
        let mut facts = TlsFacts::unseen(self.named(addr), self.now.to_string(), why);
        self.not_asked(&mut facts);
        facts
    }

    /// Everything that this prober can see at one address until then.
    pub(super) async fn address(&self, ip: IpAddr, until: Instant) -> TlsFacts {
        let began = Instant::now();
        let Ok(name) = ServerName::try_from(self.target.name().to_owned()) else {
            return self.unseen(Some(ip), NOT_PARSED);
        };
        let starttls = self.target.starttls.as_deref().map(Starttls::parse);
        if starttls == Some(None) {
            return self.unseen(Some(ip), UNSUPPORTED);
        }
        let dial = Dial {
            addr: SocketAddr::new(ip, self.target.port),
            name,
            send_name: self.target.sent_name().is_some(),
            starttls: starttls.flatten(),
            timeout: self.timeout,
            deadline: until,
        };
        let mut facts = self.unseen(Some(ip), TIMEOUT);
        let mut count = 0;
        self.ask(&dial, &mut facts, &mut count).await;
        facts.probe.connections = count;
        facts.probe.wall_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        facts
    }

    async fn ask(&self, dial: &Dial, facts: &mut TlsFacts, count: &mut u32) {
        let (mut of_old, mut of_new) = (0, 0);
        let (old, new) = join(
            shake_again(dial, Version::Tls12, Family::Any, &mut of_old),
            shake_again(dial, Version::Tls13, Family::Any, &mut of_new),
        )
        .await;
        *count += of_old + of_new;
        if !old.connected {
            let why = old.why.as_deref().unwrap_or(TIMEOUT);
            *facts = self.unseen(Some(dial.addr.ip()), why);
            return;
        }
        facts.tcp = Leaf::seen("ok".to_owned());
        if dial.starttls.is_some() {
            let learned = [old.starttls, new.starttls];
            facts.starttls = match (
                learned.contains(&Some(true)),
                learned.contains(&Some(false)),
            ) {
                (true, false) => Leaf::seen(true),
                // Whoever meets the one that does not speaks in clear.
                (true, true) => Leaf::proven(false, STARTTLS_NOT_OFFERED),
                // All that is said there is said in clear.
                (false, true) => {
                    self.in_clear_only(facts);
                    return;
                }
                (false, false) => Leaf::unseen(why_of_one(&old)),
            };
        }
        let silent = |hello: &Hello| hello.why.as_deref() == Some(TIMEOUT) && !hello.offered();
        let given_up = silent(&old) && silent(&new);
        let mut hellos = vec![(Version::Tls12, old), (Version::Tls13, new)];
        versions(facts, &hellos);
        // Two hellos without an answer in time are enough.
        let raw = match given_up || facts.encrypted.v == Some(false) {
            true => Vec::new(),
            false => {
                let line = raw::Line::new(dial.clone(), self.target.sent_name());
                let raw = raw::ask(&line, facts).await;
                *count += line.connections();
                if line.was_refused() && facts.starttls.v == Some(true) {
                    facts.starttls = Leaf::proven(false, STARTTLS_NOT_OFFERED);
                }
                raw
            }
        };
        let mut asked = Vec::new();
        while let Some((version, family)) = another_family(&hellos, &asked) {
            asked.push(family);
            hellos.push((version, shake_again(dial, version, family, count).await));
        }
        let open = match facts.suites.get("tls1_2") {
            // Each kind of key exchange brought its certificate in clear.
            Some(suites) if suites.v.is_some() && suites.complete => None,
            Some(_) | None => open_family(dial, &hellos, asked.len(), count).await,
        };
        client_certificate(facts, &hellos);
        let mut seen: Vec<Hello> = hellos.into_iter().map(|(_, hello)| hello).collect();
        seen.extend(raw::chains(&raw).into_iter().map(in_clear));
        facts.certs = self.certificates(dial, &seen);
        self.state(facts);
        if let Some(why) = open.filter(|_| facts.probe.state == ProbeState::Complete) {
            facts.probe.state = ProbeState::Partial;
            facts.probe.reason = Some(format!("{CERTS_OPEN}{why}"));
        }
        if self.target.http && facts.encrypted.v == Some(true) {
            self.web(dial, facts, count).await;
        }
        self.ports(dial, facts, count).await;
    }

    /// A server that speaks its protocol and does not turn to TLS: seen whole, and not encrypted.
    fn in_clear_only(&self, facts: &mut TlsFacts) {
        let tcp = std::mem::take(&mut facts.tcp);
        let target = facts.target.clone();
        *facts = TlsFacts::unseen(target, self.now.to_string(), STARTTLS_NOT_OFFERED);
        self.not_asked(facts);
        facts.starttls = Leaf::seen(false);
        facts.tcp = tcp;
        facts.encrypted = Leaf::proven(false, STARTTLS_NOT_OFFERED);
        facts.probe.state = ProbeState::Complete;
        facts.probe.reason = None;
    }

    fn certificates(&self, dial: &Dial, hellos: &[Hello]) -> Vec<CertFacts> {
        let mut seen: Vec<(&[CertificateDer<'_>], CertFacts)> = Vec::new();
        for hello in hellos {
            let chain = hello.shown.chain.as_slice();
            if chain.is_empty() {
                continue;
            }
            let proven = hello.shown.key_proven;
            if let Some((_, known)) = seen.iter_mut().find(|(known, _)| *known == chain) {
                // The proof of one handshake is a proof; a failed one is not mended by another.
                if known.key_proven.v.is_none()
                    && known.key_proven.why.as_deref() != Some(UNSUPPORTED)
                {
                    known.key_proven = key_proof(known, proven);
                }
                continue;
            }
            let mut facts = certificate::describe(chain, self.now);
            facts.key_proven = key_proof(&facts, proven);
            if let Some(response) = &hello.shown.staple {
                // What cannot be read or is not vouched for is there all the same.
                let status = ocsp::status(response, chain, self.now).unwrap_or("present");
                facts.staple = Leaf::seen(status.to_owned());
            }
            trust::judge(&mut facts, chain, Some(&dial.name), self.roots, self.now);
            seen.push((chain, facts));
        }
        seen.into_iter().map(|(_, facts)| facts).collect()
    }

    async fn web(&self, dial: &Dial, facts: &mut TlsFacts, count: &mut u32) {
        let web = Web::new(self.target.name(), dial.addr, self.timeout, dial.deadline);
        *count += 1;
        facts.http = web.front().await;
        if facts.http.status.v.is_none() {
            facts.probe.state = ProbeState::Partial;
            let why = facts.http.status.why.as_ref();
            let why = why.map(|why| format!("http:{why}"));
            facts.probe.reason = facts.probe.reason.take().or(why);
        }
        if !self.target.authorised {
            facts.http.not_permitted(NOT_AUTHORISED);
        } else if facts.http.status.v.is_none() {
            facts
                .http
                .not_permitted(facts.http.status.why.clone().as_deref().unwrap_or(CLOSED));
        } else {
            *count += permitted::REQUESTS;
            permitted::ask(&web, &mut facts.http, self.target.name(), self.now).await;
        }
    }

    /// A port that lets nobody in is closed for us, whether it refuses or stays silent.
    async fn ports(&self, dial: &Dial, facts: &mut TlsFacts, count: &mut u32) {
        if self.target.closed.is_empty() {
            return;
        }
        if !self.target.authorised {
            facts.open_ports = Leaf::unseen(NOT_AUTHORISED);
            return;
        }
        let tried = self.target.closed.iter().take(MAX_PORTS).copied();
        let answers: Vec<(u16, Result<(), &'static str>)> = stream::iter(tried)
            .map(|port| async move {
                if Instant::now() >= dial.deadline {
                    return (port, Err(CAPPED));
                }
                let addr = SocketAddr::new(dial.addr.ip(), port);
                let answer = connect(addr, dial.timeout, dial.deadline).await;
                (port, answer.map(drop))
            })
            .buffered(PORTS_AT_ONCE)
            .collect()
            .await;
        *count += u32::try_from(answers.len()).unwrap_or(u32::MAX);
        let open: Vec<i64> = answers
            .iter()
            .filter(|(_, answer)| answer.is_ok())
            .map(|(port, _)| i64::from(*port))
            .collect();
        // One that is open is open, whatever else could not be seen.
        facts.open_ports = match self.shut(dial, &answers).await {
            Err(why) if open.is_empty() => Leaf::unseen(why),
            Ok(()) | Err(_) => Leaf::seen(open),
        };
    }

    /// Do these answers prove that every port but those that took us is closed? Silence does, where the service itself
    /// still takes us.
    async fn shut(
        &self,
        dial: &Dial,
        answers: &[(u16, Result<(), &'static str>)],
    ) -> Result<(), &'static str> {
        let errors = || answers.iter().filter_map(|(_, answer)| answer.err());
        if let Some(why) = errors().find(|why| !matches!(*why, REFUSED | RESET | TIMEOUT)) {
            return Err(why);
        }
        if answers.len() < self.target.closed.len() {
            return Err(CAPPED);
        }
        if errors().any(|why| why == TIMEOUT) {
            connect(dial.addr, dial.timeout, dial.deadline).await?;
        }
        Ok(())
    }

    /// What stays unasked whatever the server answers.
    fn not_asked(&self, facts: &mut TlsFacts) {
        if self.target.starttls.is_none() {
            facts.starttls = Leaf::unseen(NOT_APPLICABLE);
        }
        if self.target.closed.is_empty() {
            facts.open_ports = Leaf::unseen(NOT_APPLICABLE);
        }
        if !self.target.http {
            facts.http = super::facts::HttpFacts::unseen(NOT_ASKED);
        }
    }

    fn state(&self, facts: &mut TlsFacts) {
        let shaken = facts.encrypted.v.is_some();
        let mut newest_first = VERSIONS.iter().rev();
        let open = newest_first.find_map(|key| {
            let leaf = facts.versions.get(*key)?;
            leaf.v.is_none().then(|| leaf.why.clone())
        });
        let cut = facts.suites.values().find_map(|suites| {
            let shortened = suites.v.is_some() && !suites.complete;
            shortened.then(|| suites.why.clone())
        });
        let (decided, why) = match open.or(cut) {
            Some(why) => (false, why),
            None => (true, None),
        };
        facts.probe.state = match (shaken, decided) {
            (true, true) => ProbeState::Complete,
            (true, false) => ProbeState::Partial,
            (false, true | false) => ProbeState::Failed,
        };
        facts.probe.reason = match facts.probe.state {
            ProbeState::Complete => None,
            ProbeState::Partial | ProbeState::Failed => why,
        };
        if self.target.http && facts.encrypted.v != Some(true) {
            let why = facts.probe.reason.clone();
            facts.http = super::facts::HttpFacts::unseen(why.as_deref().unwrap_or(CLOSED));
        }
    }
}

/// What a flight of the raw prober shows: certificates without a proof of their key.
fn in_clear(flight: &raw::Flight) -> Hello {
    let mut hello = Hello::default();
    let chain = flight
        .chain
        .iter()
        .map(|der| CertificateDer::from(der.clone()));
    hello.shown.chain = chain.collect();
    hello.shown.staple.clone_from(&flight.staple);
    hello.shown.asks_for_certificate = flight.asks_for_certificate;
    hello
}

/// A reset or a closed connection is asked once more: some servers do it under load.
async fn shake_again(dial: &Dial, version: Version, family: Family, count: &mut u32) -> Hello {
    *count += 1;
    let hello = shake(dial, version, family).await;
    let dropped = matches!(hello.why.as_deref(), Some(RESET | CLOSED));
    if !dropped || hello.offered() {
        return hello;
    }
    sleep(BACK_OFF).await;
    *count += 1;
    shake(dial, version, family).await
}

fn versions(facts: &mut TlsFacts, hellos: &[(Version, Hello)]) {
    let any = hellos.iter().any(|(_, hello)| hello.offered());
    for (version, hello) in hellos {
        let key = version.key();
        let leaf = offered(*version, hello, any);
        if leaf.v == Some(false) {
            let none = Negotiated::unseen(NOT_APPLICABLE);
            facts.negotiated.insert(key.to_owned(), none);
            let suites = facts.suites.entry(key.to_owned()).or_default();
            suites.why = Some(NOT_APPLICABLE.to_owned());
        } else {
            facts.negotiated.insert(key.to_owned(), negotiated(hello));
        }
        facts.versions.insert(key.to_owned(), leaf);
        if !hello.reply.is_empty() {
            let hex = hello
                .reply
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            facts.evidence.push(ReplyFacts {
                fact: format!("versions.{key}"),
                reply_hex: hex,
            });
        }
    }
    let plain = hellos
        .iter()
        .any(|(_, hello)| hello.reply.starts_with(b"HTTP/"));
    facts.encrypted = match (any, plain) {
        (true, true | false) => Leaf::seen(true),
        (false, true) => Leaf::proven(false, "plain-http"),
        (false, false) => Leaf::unseen(why_of(hellos)),
    };
}

fn why_of_one(hello: &Hello) -> String {
    hello.why.clone().unwrap_or_else(|| CLOSED.to_owned())
}

fn why_of(hellos: &[(Version, Hello)]) -> String {
    let why = hellos.iter().find_map(|(_, hello)| hello.why.clone());
    why.unwrap_or_else(|| CLOSED.to_owned())
}

/// Only an alert that speaks of the version proves that it is not offered. `handshake_failure` may mean that
/// no suite of ours pleases: for 1.3 we offer all that are in use, for 1.2 we do not.
fn offered(version: Version, hello: &Hello, any: bool) -> Leaf<bool> {
    if hello.offered() {
        return Leaf::seen(true);
    }
    let why = hello.why.as_deref().unwrap_or(CLOSED);
    match (why, version) {
        ("alert:70" | LOWER_VERSION, Version::Tls12 | Version::Tls13) => Leaf::proven(false, why),
        ("alert:40" | "alert:71", Version::Tls13) if any => Leaf::proven(false, why),
        ("alert:40" | "alert:71", Version::Tls12) if any => Leaf::unseen(UNSUPPORTED),
        _ => Leaf::unseen(why),
    }
}

fn negotiated(hello: &Hello) -> Negotiated {
    let Some(agreed) = &hello.agreed else {
        return Negotiated::unseen(hello.why.as_deref().unwrap_or(CLOSED));
    };
    let told = |value: &Option<String>| match value {
        Some(value) => Leaf::seen(value.clone()),
        None => Leaf::unseen(UNSUPPORTED),
    };
    Negotiated {
        suite: told(&agreed.suite),
        group: told(&agreed.group),
        alpn: Leaf::seen(agreed.alpn.clone().unwrap_or_else(|| "none".to_owned())),
    }
}

/// A server may hold certificates with keys of several kinds: the next kind to ask for that was neither sent nor asked.
fn another_family(hellos: &[(Version, Hello)], asked: &[Family]) -> Option<(Version, Family)> {
    let (version, _) = hellos.iter().rev().find(|(_, hello)| hello.offered())?;
    let sent: Vec<String> = hellos
        .iter()
        .filter_map(|(_, hello)| hello.shown.chain.first())
        .map(|leaf| {
            let leaf = std::slice::from_ref(leaf);
            certificate::describe(leaf, Timestamp::UNIX_EPOCH).sig_family
        })
        .collect();
    let has = |family: &str| sent.iter().any(|sent| sent == family);
    if sent.is_empty() {
        return None;
    }
    let (rsa, ecdsa) = (has("rsa"), has("ecdsa"));
    let edwards = has("ed25519") || has("ed448");
    let missing = [
        (!rsa, Family::Rsa),
        (!ecdsa && !edwards, Family::NotRsa),
        (ecdsa && !edwards, Family::Edwards),
        (edwards && !ecdsa, Family::Ecdsa),
    ];
    let next = missing
        .into_iter()
        .find(|(missing, family)| *missing && !asked.contains(family));
    next.map(|(_, family)| (*version, family))
}

/// Why it is not known whether the server has certificates of the last `asked` kinds: it refused them, and then all others,
/// or it did not answer.
async fn open_family(
    dial: &Dial,
    hellos: &[(Version, Hello)],
    asked: usize,
    count: &mut u32,
) -> Option<String> {
    let tried = hellos.iter().rev().take(asked);
    let failed: Vec<&(Version, Hello)> = tried.filter(|(_, hello)| !hello.offered()).collect();
    let (version, _) = failed.first()?;
    let ends = |why: &str| why.starts_with("alert:") || matches!(why, CLOSED | RESET);
    let whys = failed.iter().filter_map(|(_, hello)| hello.why.as_deref());
    if let Some(why) = whys.clone().find(|why| !ends(why)) {
        return Some(why.to_owned());
    }
    let again = shake_again(dial, *version, Family::Any, count).await;
    (!again.offered()).then(|| RATE_LIMITED.to_owned())
}

/// What the reason begins with where not every certificate was seen.
pub(super) const CERTS_OPEN: &str = "certs:";

fn client_certificate(facts: &mut TlsFacts, hellos: &[(Version, Hello)]) {
    if facts.encrypted.v != Some(true) {
        let why = facts.encrypted.why.clone();
        facts.client_cert = Leaf::unseen(why.unwrap_or_else(|| CLOSED.to_owned()));
        return;
    }
    // A handshake that came to the server's certificate came past the place where it would ask.
    if !hellos.iter().any(|(_, hello)| hello.offered()) {
        facts.client_cert = Leaf::unseen(UNSUPPORTED);
        return;
    }
    let asked = hellos
        .iter()
        .any(|(_, hello)| hello.shown.asks_for_certificate);
    let refused = hellos
        .iter()
        .any(|(_, hello)| hello.shown.asks_for_certificate && hello.agreed.is_none());
    let word = match (asked, refused) {
        (false, true | false) => "none",
        (true, false) => "requested",
        (true, true) => "required",
    };
    facts.client_cert = Leaf::seen(word.to_owned());
}

/// RSA keys under 2048 bits are not verified by our cryptography: then a failure proves nothing.
fn key_proof(facts: &CertFacts, proven: Option<bool>) -> Leaf<bool> {
    let key = facts.chain.first().map(|cert| &cert.key);
    let small = key.is_some_and(|key| key.alg == "rsa" && key.bits.is_none_or(|bits| bits < 2048));
    let known = key.is_some_and(|key| matches!(key.alg.as_str(), "rsa" | "ec" | "ed25519"));
    match proven {
        Some(true) => Leaf::seen(true),
        Some(false) if known && !small => Leaf::seen(false),
        Some(false) => Leaf::unseen(UNSUPPORTED),
        None => Leaf::unseen(CLOSED),
    }
}
