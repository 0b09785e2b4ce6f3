//! Collects what a TLS endpoint shows: versions, certificates, trust, headers of one `GET /`.
//!
//! `target` says what is asked and resolves names, `probe` asks one address, `handshake` and `http` are the
//! wire, `raw` sends hellos of our own, `certificate`, `trust` and `headers` read what came, `facts` and `record` are
//! the line `tls-facts/1`, `flatten` makes subjects of lines.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

mod body;
mod certificate;
mod csp;
mod dkim;
mod dmarc;
mod facts;
mod flatten;
mod handshake;
mod headers;
mod http;
mod leaf;
mod mail;
mod nameless;
mod ocsp;
mod oids;
mod permitted;
mod plan;
mod probe;
mod putter;
mod raw;
mod record;
mod recorder;
mod spf;
mod starttls;
mod tap;
mod target;
#[cfg(test)]
mod tests;
mod traces;
mod tracking;
mod trust;

pub use facts::*;
pub use flatten::flatten;
pub use leaf::{Leaf, code};
pub use plan::{Planned, planned};
pub use record::{BadLine, Recorded, draw, read};
pub use starttls::Starttls;
pub use target::ProbeTarget;

use super::{Context, MAX_FILE_BYTES, hex_sha256};
use crate::model::{
    Authorised, Collected, Day, EvidenceItem, Place, Reason, Seen, Subject, Target,
};
use leaf::CAPPED;
use probe::Ask;
use trust::Roots;

/// The subject types of this collector.
pub const KINDS: [&str; 5] = ["tls", "certificate", "http", "tracking", mail::KIND];

/// Addresses of one name that are asked at the same time.
const AT_ONCE: usize = 4;

/// Asks every address of the target, by its name and without one: one line for each, also for those that could not be
/// reached; one line without an address where the name has none.
pub async fn probe(target: &ProbeTarget, cx: &Context) -> Vec<TlsFacts> {
    let target = Arc::new(target.clone());
    let roots = Arc::new(Roots::load(target.roots.as_deref()));
    let (now, timeout) = (cx.now, cx.timeout);
    let ask = Ask {
        target: &target,
        roots: &roots,
        now,
        timeout,
    };
    if cx.offline {
        return vec![ask.unseen(None, OFFLINE)];
    }
    let addresses = match target.addresses(timeout).await {
        Ok(addresses) => addresses,
        Err(why) => return vec![ask.unseen(None, why)],
    };
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for ip in addresses.iter().take(target::MAX_ADDRESSES).copied() {
        let (target, roots, permits) = (target.clone(), roots.clone(), permits.clone());
        tasks.spawn(async move {
            let _permit = permits.acquire_owned().await;
            (ip, both(&target, &roots, ip, now, timeout).await)
        });
    }
    let mut seen = Vec::new();
    while let Some(done) = tasks.join_next().await {
        seen.extend(done.ok());
    }
    // An address whose task broke, or for which there was no room, is said, not left out.
    addresses
        .iter()
        .flat_map(|ip| {
            let at = seen.iter().position(|(seen, _)| seen == ip);
            at.map_or_else(
                || vec![ask.unseen(Some(*ip), CAPPED)],
                |at| seen.swap_remove(at).1,
            )
        })
        .collect()
}

/// One address by its name, and once more without one where it answered. Both within the time of one address.
async fn both(
    target: &ProbeTarget,
    roots: &Result<Roots, &'static str>,
    ip: IpAddr,
    now: Timestamp,
    timeout: Duration,
) -> Vec<TlsFacts> {
    let until = Instant::now() + probe::ENDPOINT;
    let ask = |target| Ask {
        target,
        roots,
        now,
        timeout,
    };
    let named = ask(target).address(ip, until).await;
    let answered = named.encrypted.v == Some(true);
    match target.nameless().filter(|_| answered) {
        Some(target) => {
            let nameless = ask(&target).address(ip, until).await;
            vec![named, nameless]
        }
        None => vec![named],
    }
}

/// Collects an endpoint, or reads the lines recorded of one. `shown` is how the inventory names it.
pub fn collect(target: &Target, shown: &str, cx: &Context) -> Collected {
    match target {
        Target::Endpoint {
            address,
            purpose,
            sni,
            roots,
            starttls,
            closed,
            authorised,
            sample,
            mail,
        } => {
            let Some(mut asked) = ProbeTarget::parse(address) else {
                return nothing(Reason::new(leaf::NOT_PARSED, address));
            };
            asked.sni.clone_from(sni);
            asked.roots.clone_from(roots);
            asked.closed.clone_from(closed);
            asked.starttls.clone_from(starttls);
            asked.http = is_web(purpose) && starttls.is_none();
            asked.authorised = authorised.as_ref().is_some_and(|a| in_date(a, cx));
            asked.tracking = matches!(purpose.as_str(), "tracking" | "label-link");
            asked.sample.clone_from(sample);
            asked.mail.clone_from(mail);
            live(&asked, shown, cx)
        }
        Target::EndpointFacts { file, purpose, .. } => recorded(file, purpose, shown, cx),
        Target::ServerRoot(_)
        | Target::Bundle(_)
        | Target::Local { .. }
        | Target::Ssh { .. }
        | Target::Config(_)
        | Target::Schema { .. }
        | Target::Database { .. }
        | Target::Label(_)
        | Target::Roster { .. }
        | Target::CallerId(_)
        | Target::NotBuilt(_) => nothing(Reason::new("wrong-kind", shown)),
    }
}

/// Collects a live endpoint.
pub fn live(target: &ProbeTarget, shown: &str, cx: &Context) -> Collected {
    if cx.offline {
        return nothing(Reason::new(OFFLINE, shown));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return nothing(Reason::new(leaf::UNREACHABLE, error.to_string())),
    };
    let facts = runtime.block_on(probe(target, cx));
    let pages = runtime.block_on(pages(target, shown, &facts, cx));
    let place = Place::new(shown, 0);
    let mail = target
        .mail
        .as_ref()
        .map(|mail| runtime.block_on(mail::ask(mail, &place, cx.timeout)));
    // A name that is still being looked up must not hold the audit.
    runtime.shutdown_background();
    let mut evidence = Vec::new();
    let mut lines = Vec::new();
    let named = facts.iter().any(|f| f.target.sni.is_some());
    for facts in facts {
        let line = draw(&facts);
        evidence.push(EvidenceItem {
            id: format!(
                "{shown}@{}{}",
                facts.target.addr.as_deref().unwrap_or("-"),
                if named && facts.target.sni.is_none() {
                    "-no-sni"
                } else {
                    ""
                }
            ),
            kind: "endpoint".into(),
            source: shown.to_owned(),
            command: None,
            sha256: Some(hex_sha256(line.as_bytes())),
            collected_at: cx.now.to_string(),
            bytes: line.len() as u64,
        });
        lines.push((facts, Place::new(shown, 0)));
    }
    let mut collected = flatten(&lines, target.http, cx.now);
    collected.evidence = evidence;
    match target.tracking {
        true => collected.saw("tracking", Seen::Whole),
        // What the inventory says it is for proves that it shows no shipments.
        false => collected.saw("tracking", Seen::Absent(format!("{shown}: purpose"))),
    }
    collected.subjects.extend(pages);
    match &mail {
        Some(_) => collected.saw(mail::KIND, Seen::Whole),
        None => collected.saw(mail::KIND, Seen::Absent(format!("{shown}: purpose"))),
    }
    collected.subjects.extend(mail);
    collected
}

/// The tracking page at each address that could be reached.
async fn pages(
    target: &ProbeTarget,
    shown: &str,
    facts: &[TlsFacts],
    cx: &Context,
) -> Vec<Subject> {
    let mut pages = Vec::new();
    if !target.tracking {
        return pages;
    }
    let place = Place::new(shown, 0);
    let until = Instant::now() + probe::ENDPOINT;
    let by_name = |f: &&TlsFacts| f.target.sni == target.sent_name();
    let several = facts.iter().filter(by_name).count() > 1;
    for seen in facts.iter().filter(by_name) {
        let addr = seen.target.addr.as_deref();
        let name = match addr {
            Some(addr) if several => format!("tracking[{shown}@{addr}]"),
            Some(_) | None => format!("tracking[{shown}]"),
        };
        let ip = addr.and_then(|addr| addr.parse().ok());
        let subject = match (&target.sample, ip) {
            _ if !target.authorised => {
                tracking::not_asked(&name, &place, leaf::NOT_AUTHORISED, "authorised")
            }
            (None, _) => tracking::not_asked(&name, &place, leaf::NOT_ASKED, "sample_waybill"),
            (Some(sample), Some(ip)) if seen.encrypted.v == Some(true) => {
                let addr = SocketAddr::new(ip, target.port);
                let web = http::Web::new(target.name(), addr, cx.timeout, until);
                tracking::ask(&web, sample, &name, &place).await
            }
            (Some(_), _) => tracking::not_asked(&name, &place, leaf::UNREACHABLE, shown),
        };
        pages.push(subject);
    }
    pages
}

fn recorded(file: &Path, purpose: &str, shown: &str, cx: &Context) -> Collected {
    let bytes = match read_file(file) {
        Ok(bytes) => bytes,
        Err(code) => return nothing(Reason::new(code, shown)),
    };
    let text = match crate::parse::bytes::text(&bytes) {
        Ok(text) => text,
        Err(error) => return nothing(Reason::new(leaf::NOT_PARSED, format!("{shown}: {error}"))),
    };
    let (good, bad) = read(&text);
    let name: Arc<str> = shown.into();
    let lines: Vec<_> = good
        .into_iter()
        .map(|line| (line.facts, Place::new(name.clone(), line.line)))
        .collect();
    let mut collected = flatten(&lines, is_web(purpose), cx.now);
    // Recorded lines hold no tracking page.
    match matches!(purpose, "tracking" | "label-link") {
        true => collected.saw(
            "tracking",
            Seen::Not(Reason::new(leaf::NOT_ASKED, shown.to_owned())),
        ),
        false => collected.saw("tracking", Seen::Absent(format!("{shown}: purpose"))),
    }
    match purpose {
        "mail" => collected.saw(
            mail::KIND,
            Seen::Not(Reason::new(leaf::NOT_ASKED, shown.to_owned())),
        ),
        _other => collected.saw(mail::KIND, Seen::Absent(format!("{shown}: purpose"))),
    }
    if let Some(first) = bad.first() {
        let detail = format!("{shown}:{}: {} ({})", first.line, first.what, bad.len());
        not_whole(&mut collected, &Reason::new(leaf::NOT_PARSED, detail));
    } else if lines.is_empty() {
        not_whole(
            &mut collected,
            &Reason::new(leaf::NOT_PARSED, format!("{shown}: 0")),
        );
    }
    collected.evidence.push(EvidenceItem {
        id: shown.to_owned(),
        kind: "file".into(),
        source: shown.to_owned(),
        command: None,
        sha256: Some(hex_sha256(&bytes)),
        collected_at: cx.now.to_string(),
        bytes: bytes.len() as u64,
    });
    collected
}

fn read_file(file: &Path) -> Result<Vec<u8>, &'static str> {
    let about = std::fs::metadata(file).map_err(|error| {
        match error.kind() == std::io::ErrorKind::NotFound {
            true => "missing",
            false => leaf::UNREADABLE,
        }
    })?;
    if !about.is_file() {
        return Err("wrong-kind");
    }
    if about.len() > MAX_FILE_BYTES {
        return Err("too-large");
    }
    std::fs::read(file).map_err(|_| leaf::UNREADABLE)
}

/// Every subject type was seen in part only: what was seen stays beside it.
fn not_whole(collected: &mut Collected, reason: &Reason) {
    collected.sights.clear();
    for kind in KINDS {
        collected.saw(kind, Seen::Not(reason.clone()));
    }
}

fn nothing(reason: Reason) -> Collected {
    let mut collected = Collected::default();
    not_whole(&mut collected, &reason);
    collected
}

/// Does an endpoint of this purpose speak HTTP?
fn is_web(purpose: &str) -> bool {
    purpose != "mail"
}

fn in_date(authorised: &Authorised, cx: &Context) -> bool {
    Day::of(cx.now) <= authorised.until
}

/// No network was allowed.
const OFFLINE: &str = "offline";
