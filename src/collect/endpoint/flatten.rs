//! Makes subjects of `tls-facts/1` lines: the one place where leaves become facts of the engine.
//!
//! A path stands without its `.v`; a leaf that was not seen becomes a value that was not seen, with its
//! code; a key that the line does not have becomes no fact at all.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::certificate::{Dates, hash_of};
use super::csp;
use super::facts::{CertFacts, ChainCert, HttpFacts, TlsFacts};
use super::headers;
use super::leaf::{CAPPED, Leaf, NOT_PARSED, code};
use super::nameless::{is_beside, is_refused, unnamed};
use super::probe::CERTS_OPEN;
use super::putter::Putter;
use crate::model::{Collected, Day, Place, Reason, Seen, Subject, Value};

/// The subjects of these lines: `tls` for each address, `certificate` for each that differs, `http` for each
/// address that was asked. Ages count from `now`; `web` says whether this endpoint should speak HTTP at all.
pub fn flatten(lines: &[(TlsFacts, Place)], web: bool, now: Timestamp) -> Collected {
    let mut collected = Collected::default();
    let names = names(lines);
    for ((facts, place), name) in lines.iter().zip(&names) {
        if !(is_beside(facts, lines) && is_refused(facts)) {
            collected.subjects.push(tls(facts, name, place));
        }
    }
    collected.saw("tls", Seen::Whole);
    certificates(&mut collected, lines, &names, now);
    https(&mut collected, lines, &names, web);
    collected
}

/// `name:port`; `name:port@address` where the name has several; `#2` for one more of the same.
fn names(lines: &[(TlsFacts, Place)]) -> Vec<String> {
    let short = |facts: &TlsFacts| match facts.target.sni.as_deref() {
        Some(sni) if sni != facts.target.name => {
            format!(
                "{}:{}({sni})",
                bracketed(&facts.target.name),
                facts.target.port
            )
        }
        None if is_beside(facts, lines) => format!(
            "{}:{}(no-sni)",
            bracketed(&facts.target.name),
            facts.target.port
        ),
        Some(_) | None => format!("{}:{}", bracketed(&facts.target.name), facts.target.port),
    };
    let mut taken = BTreeMap::new();
    lines
        .iter()
        .map(|(facts, _)| {
            let name = short(facts);
            let alike = lines
                .iter()
                .filter(|(other, _)| short(other) == name)
                .count();
            match &facts.target.addr {
                Some(addr) if alike > 1 => unique(&mut taken, format!("{name}@{addr}")),
                Some(_) | None => unique(&mut taken, name),
            }
        })
        .collect()
}

fn bracketed(host: &str) -> String {
    match host.contains(':') {
        true => format!("[{host}]"),
        false => host.to_owned(),
    }
}

fn unique(taken: &mut BTreeMap<String, u32>, name: String) -> String {
    let count = taken.entry(name.clone()).or_insert(0);
    *count += 1;
    match *count {
        1 => name,
        nth => format!("{name}#{nth}"),
    }
}

fn tls(facts: &TlsFacts, name: &str, place: &Place) -> Subject {
    let mut put = Putter::new("tls", name, place);
    put.leaf("tcp", &facts.tcp);
    put.leaf("encrypted", &facts.encrypted);
    for (version, leaf) in &facts.versions {
        if super::facts::VERSIONS.contains(&version.as_str()) {
            put.leaf(format!("versions.{version}"), leaf);
        }
    }
    for (version, suites) in &facts.suites {
        if super::facts::VERSIONS.contains(&version.as_str()) {
            let list = suites.v.as_ref().map(|names| {
                let names = names.iter().map(|name| Value::from(name.as_str()));
                match suites.complete {
                    true => Value::list(names),
                    false => Value::partial_list(names),
                }
            });
            put.value(format!("suites.{version}"), list, suites.why.as_deref());
            let order = suites.order.as_deref().map(Value::from);
            put.value(
                format!("suites.{version}.order"),
                order,
                suites.why.as_deref(),
            );
        }
    }
    for (version, agreed) in &facts.negotiated {
        if super::facts::VERSIONS.contains(&version.as_str()) {
            put.leaf(format!("negotiated.{version}.suite"), &agreed.suite);
            put.leaf(format!("negotiated.{version}.group"), &agreed.group);
            put.leaf(format!("negotiated.{version}.alpn"), &agreed.alpn);
        }
    }
    put.leaf("groups", &facts.groups);
    put.leaf("dh_bits", &facts.dh_bits);
    put.leaf("compression", &facts.compression);
    put.leaf("secure_renegotiation", &facts.secure_renegotiation);
    put.leaf("client_renegotiation", &facts.client_renegotiation);
    put.leaf("fallback_scsv", &facts.fallback_scsv);
    put.leaf("extended_master_secret", &facts.extended_master_secret);
    put.leaf("starttls", &facts.starttls);
    put.leaf("client_cert", &facts.client_cert);
    put.leaf("open_ports", &facts.open_ports);
    put.subject
}

fn certificates(
    collected: &mut Collected,
    lines: &[(TlsFacts, Place)],
    names: &[String],
    now: Timestamp,
) {
    let mut distinct: Vec<(CertFacts, &str, &Place)> = Vec::new();
    let mut unseen = None;
    let mut plain = None;
    for ((facts, place), name) in lines.iter().zip(names) {
        let certs = facts.certs.iter().filter(|cert| !cert.chain.is_empty());
        let mut any = false;
        let beside = is_beside(facts, lines);
        for cert in certs {
            any = true;
            let known = match beside {
                true => distinct.iter().any(|(known, ..)| known.chain == cert.chain),
                false => distinct.iter().any(|(known, ..)| known == cert),
            };
            if !known {
                let cert = if beside { unnamed(cert) } else { cert.clone() };
                distinct.push((cert, name, place));
            }
        }
        let told = facts.probe.reason.as_deref();
        let more = told.is_some_and(|why| why.starts_with(CERTS_OPEN));
        match (any, facts.encrypted.v) {
            // What was seen stays beside what may be there, too.
            (true, _) if more => unseen = unseen.or(Some((facts, name))),
            (true, _) => {}
            (false, Some(false)) => plain = Some((name, &facts.encrypted.why)),
            (false, Some(true) | None) if beside && is_refused(facts) => {}
            (false, Some(true) | None) => unseen = unseen.or(Some((facts, name))),
        }
    }
    let mut taken = BTreeMap::new();
    for (cert, name, place) in &distinct {
        let id = unique(&mut taken, certificate_id(cert, name, &distinct));
        collected.subjects.push(certificate(cert, id, place, now));
    }
    let seen = match (unseen, plain) {
        (Some((facts, name)), _) => Seen::Not(reason(facts, name)),
        (None, Some((name, why))) if distinct.is_empty() => {
            let why = why.as_deref().unwrap_or("not-encrypted");
            Seen::Absent(format!("{name}: {why}"))
        }
        (None, Some(_) | None) => Seen::Whole,
    };
    collected.saw("certificate", seen);
}

fn reason(facts: &TlsFacts, name: &str) -> Reason {
    let why = facts.probe.reason.as_deref().unwrap_or(NOT_PARSED);
    let why = why.strip_prefix(CERTS_OPEN).unwrap_or(why);
    Reason::new(code(why), format!("{name}: {why}"))
}

/// `certificate[name]`; with the family of its key, then with the address, where names are alike.
fn certificate_id(cert: &CertFacts, at: &str, all: &[(CertFacts, &str, &Place)]) -> String {
    let name = certificate_name(cert);
    let alike: Vec<_> = all
        .iter()
        .filter(|(other, ..)| certificate_name(other) == name)
        .collect();
    let family = &cert.sig_family;
    let same_family = alike
        .iter()
        .filter(|(other, ..)| other.sig_family == *family)
        .count();
    match (alike.len(), same_family) {
        (0 | 1, _) => format!("certificate[{name}]"),
        (_, 0 | 1) => format!("certificate[{name} {family}]"),
        (_, _) => format!("certificate[{name} {family}]@{at}"),
    }
}

fn certificate_name(cert: &CertFacts) -> String {
    let Some(leaf) = cert.chain.first() else {
        return String::new();
    };
    let common = leaf
        .subject
        .split(", ")
        .find_map(|part| part.strip_prefix("CN="));
    let name = common
        .map(ToOwned::to_owned)
        .or_else(|| leaf.san.first().cloned())
        .unwrap_or_else(|| leaf.sha256.chars().take(16).collect());
    name.chars().filter(|c| !c.is_control()).take(128).collect()
}

fn certificate(cert: &CertFacts, id: String, place: &Place, now: Timestamp) -> Subject {
    let mut put = Putter::new("certificate", &id, place);
    if let Some(leaf) = cert.chain.first() {
        described(&mut put, leaf);
        dates(&mut put, cert, leaf, now);
    }
    let trusted = cert.trusted.v.map(Value::Bool);
    put.value("trusted", trusted, cert.trusted.why.as_deref());
    if let (Some(false), Some(why)) = (cert.trusted.v, &cert.trusted.why) {
        put.value("trusted.why", Some(why.as_str().into()), None);
    }
    put.value(
        "trusted.anchors",
        cert.trusted.anchors.as_deref().map(Value::from),
        None,
    );
    put.value(
        "trusted.roots",
        cert.trusted.roots.as_deref().map(Value::from),
        None,
    );
    put.leaf("anchored", &anchored(cert));
    put.leaf("name_ok", &cert.name_ok);
    put.leaf("self_signed", &cert.self_signed);
    put.leaf("order_ok", &cert.order_ok);
    put.leaf("missing_intermediate", &cert.missing_intermediate);
    put.leaf("must_staple", &cert.must_staple);
    put.leaf("scts", &cert.scts);
    put.leaf("staple", &cert.staple);
    put.leaf("key_proven", &cert.key_proven);
    put.leaf("superfluous", &cert.superfluous);
    let chain = cert
        .chain
        .iter()
        .enumerate()
        .map(|(at, cert)| link(at, cert));
    put.value("chain", Some(Value::list(chain)), None);
    put.subject
}

/// What the policy lets scripts do; of one that was cut nothing is known.
fn inline_scripts(policy: &Leaf<String>) -> Leaf<bool> {
    match &policy.v {
        Some(text) if text.chars().count() >= headers::MAX_POLICY => Leaf::unseen(CAPPED),
        Some(text) => Leaf::seen(csp::at_will(text)),
        None => Leaf {
            v: None,
            why: policy.why.clone(),
        },
    }
}

/// Lines of other writers know only `trusted`: true proves a path, false without a word of dates denies it.
fn anchored(cert: &CertFacts) -> Leaf<bool> {
    if cert.anchored != Leaf::default() {
        return cert.anchored.clone();
    }
    let why = cert.trusted.why.clone();
    match (cert.trusted.v, why.as_deref()) {
        (Some(true), _) => Leaf::seen(true),
        (Some(false), Some("expired" | "not-yet-valid")) => Leaf::default(),
        (Some(false), _) => Leaf {
            v: Some(false),
            why,
        },
        (None, _) => Leaf { v: None, why },
    }
}

fn described(put: &mut Putter<'_>, leaf: &ChainCert) {
    put.text("subject", &leaf.subject);
    put.text("issuer", &leaf.issuer);
    put.text("sha256", &leaf.sha256);
    put.text("key.alg", &leaf.key.alg);
    put.value("key.bits", leaf.key.bits.map(Value::Int), Some(NOT_PARSED));
    put.text("signature", &leaf.sig);
    let hash = hash_of(&leaf.sig).map(Value::from);
    put.value("signature.hash", hash, Some(NOT_PARSED));
    let texts = |list: &[String]| Value::list(list.iter().map(|t| Value::from(t.as_str())));
    put.value("names", Some(texts(&leaf.san)), None);
    put.value("purposes", Some(texts(&leaf.eku)), None);
    put.value("ca", Some(Value::Bool(leaf.ca)), None);
}

/// The dates themselves decide; what the writer concluded stands in only where they cannot be read.
fn dates(put: &mut Putter<'_>, cert: &CertFacts, leaf: &ChainCert, now: Timestamp) {
    for (path, words) in [
        ("not_before", &leaf.not_before),
        ("not_after", &leaf.not_after),
    ] {
        let day = words.parse().ok().map(|at| Value::Day(Day::of(at)));
        put.value(path, day, Some(NOT_PARSED));
    }
    match Dates::of(leaf) {
        Some(dates) => {
            put.leaf("in_date", &Leaf::seen(dates.hold(now)));
            put.leaf("days_left", &Leaf::seen(dates.days_left(now)));
            put.leaf("validity_days", &Leaf::seen(dates.length()));
        }
        None => {
            // A line may name only the end, which decides alone how many days are left.
            let end: Option<Timestamp> = leaf.not_after.parse().ok();
            let left = end.map(|end| (end.as_second() - now.as_second()).div_euclid(86_400));
            put.leaf(
                "in_date",
                &match left {
                    Some(left) if left < 0 => Leaf::seen(false),
                    Some(_) | None => cert.in_date.clone(),
                },
            );
            put.leaf(
                "days_left",
                &left.map_or_else(|| cert.days_left.clone(), Leaf::seen),
            );
            put.leaf("validity_days", &cert.validity_days);
        }
    }
}

fn link(at: usize, cert: &ChainCert) -> Value {
    let seen = |text: &str| match text {
        "" => Value::unseen(NOT_PARSED, ""),
        text => Value::from(text),
    };
    let hash = hash_of(&cert.sig).map_or(Value::unseen(NOT_PARSED, ""), Value::from);
    let bits = cert
        .key
        .bits
        .map_or(Value::unseen(NOT_PARSED, ""), Value::Int);
    let named = !cert.subject.is_empty() && !cert.issuer.is_empty();
    // A root that was sent along vouches for itself: its own signature proves nothing.
    let root = match named {
        true => Value::Bool(at > 0 && cert.subject == cert.issuer),
        false => Value::unseen(NOT_PARSED, ""),
    };
    Value::map([
        ("subject", seen(&cert.subject)),
        ("issuer", seen(&cert.issuer)),
        ("hash", hash),
        ("key_alg", seen(&cert.key.alg)),
        ("key_bits", bits),
        ("not_after", seen(&cert.not_after)),
        ("root", root),
    ])
}

fn https(collected: &mut Collected, lines: &[(TlsFacts, Place)], names: &[String], web: bool) {
    if !web {
        collected.saw("http", Seen::Absent("purpose".to_owned()));
        return;
    }
    let mut unseen = None;
    let by_name = |(facts, _): &&(TlsFacts, Place)| !is_beside(facts, lines);
    for ((facts, place), name) in lines.iter().zip(names).filter(|(line, _)| by_name(line)) {
        if facts.http == HttpFacts::default() || facts.encrypted.v == Some(false) {
            unseen = unseen.or(Some(reason(facts, name)));
        } else {
            collected.subjects.push(http(&facts.http, name, place));
        }
    }
    collected.saw("http", unseen.map_or(Seen::Whole, Seen::Not));
}

fn http(facts: &HttpFacts, name: &str, place: &Place) -> Subject {
    let mut put = Putter::new("http", &format!("https://{name}"), place);
    put.leaf("status", &facts.status);
    put.leaf("content_type", &facts.content_type);
    put.leaf("redirects_to", &facts.redirects_to);
    put.leaf("hsts_max_age", &facts.hsts_max_age);
    put.leaf("hsts_include_subdomains", &facts.hsts_include_subdomains);
    put.leaf("hsts_preload", &facts.hsts_preload);
    put.leaf("csp", &facts.csp);
    put.leaf("csp_policy", &facts.csp_policy);
    put.leaf("inline_scripts", &inline_scripts(&facts.csp_policy));
    put.leaf("nosniff", &facts.nosniff);
    put.leaf("frame_policy", &facts.frame_policy);
    put.leaf("referrer_policy", &facts.referrer_policy);
    put.leaf("cookies", &facts.cookies);
    put.leaf("server", &facts.server);
    put.leaf("powered_by", &facts.powered_by);
    put.leaf("version_shown", &facts.version_shown);
    put.leaf("redirect_to_https", &facts.redirect_to_https);
    put.leaf("redirect_stays", &facts.redirect_stays);
    put.leaf("security_txt", &facts.security_txt);
    put.leaf("security_txt_current", &facts.security_txt_current);
    put.leaf("error_trace", &facts.error_trace);
    put.leaf("open_paths", &facts.open_paths);
    put.leaf("cors_origin", &facts.cors_origin);
    put.leaf("cors_credentials", &facts.cors_credentials);
    put.subject
}
