//! A frontend, a backend or both in one: what it takes in plain, what it logs, how long it waits, to whom it passes on.

use super::bind::{self, Bind, Lists};
use super::lines::MANY;
use super::process::put_at;
use super::rules::{self, Rules};
use super::{Part, logs};
use crate::collect::config::settings::{Line, Settings, is_loopback};
use crate::collect::config::tree::Tree;
use crate::model::{Collected, Fact, Subject, Value};

/// Adds the subject of a proxy and those of its addresses.
pub(super) fn put(
    tree: &Tree<'_>,
    part: &Part,
    settings: &Settings,
    global: &Settings,
    lists: &Lists,
    out: &mut Collected,
) {
    let id = format!("haproxy.{}[{}]", part.kind, part.name);
    let mut subject = Subject::new("haproxy-proxy", id).at(tree.place(&part.file, part.line));
    let own: &[(&str, &str)] = if part.kind == "frontend" {
        &FRONT
    } else {
        &BACK
    };
    settings.put_all(&mut subject, own, MANY);
    let http = settings.get("mode") == Some("http");
    let rules = Rules::of(settings);
    let binds: Vec<Bind<'_>> = settings.all("bind").iter().map(Bind::of).collect();
    let listens = part.kind != "backend" && !binds.is_empty();
    subject.put(Fact::derived("listens", listens));
    subject.put(Fact::derived("http", http));
    let tls = binds.iter().any(Bind::is_tls);
    subject.put(Fact::derived("tls", tls));
    let plain = binds.iter().find(|b| !b.is_tls() && b.is_remote());
    let first = settings.all("bind").first().map(|l| &l.place);
    let ports = plain_ports(&binds);
    let serves_plain = http && plain.is_some() && !rules::sends_on(&rules, &ports);
    // What is passed on as it comes may well be plain HTTP, where it comes to such a port.
    let passed = ports.iter().flatten().find(|port| WEB.contains(port));
    let value = match passed {
        Some(port) if !http => {
            Value::unseen("ambiguous", format!("port {port} is passed on as it comes"))
        }
        Some(_) | None => serves_plain.into(),
    };
    put_at(&mut subject, "serves_plain_http", value, first);
    logging(settings, global, &mut subject);
    times(settings, &mut subject);
    let hsts = rules::hsts(&rules);
    put_at(
        &mut subject,
        "hsts_max_age",
        Value::Int(hsts.0),
        hsts.1.map(|line| &line.place).or(first),
    );
    subject.put(Fact::derived("limits_connections", rules::limits(&rules)));
    statistics(part, &rules, settings, &binds, &mut subject);
    servers(settings, global, &mut subject);
    out.subjects.push(subject);
    if listens {
        out.subjects
            .extend(binds.iter().map(|b| bind::subject(part, b, global, lists)));
    }
}

fn logging(settings: &Settings, global: &Settings, subject: &mut Subject) {
    let place = settings.line("log").map(|l| &l.place);
    let enabled = logs::enabled(settings, global);
    put_at(subject, "log_enabled", enabled, place);
    let format = ["log-format", "option httplog", "option tcplog"]
        .iter()
        .find_map(|name| settings.line(name));
    put_at(
        subject,
        "log_fields",
        logs::fields(settings),
        format.map(|l| &l.place).or(place),
    );
}

/// How long it waits; 0 is for ever.
fn times(settings: &Settings, subject: &mut Subject) {
    for name in [
        "client",
        "server",
        "connect",
        "http-request",
        "http-keep-alive",
    ] {
        let path = format!("{}_timeout_seconds", name.replace('-', "_"));
        let name = format!("timeout {name}");
        settings.conclude(subject, path, &name, "0", |v| seconds(v).map(Value::Int));
    }
}

/// HAProxy's spans: milliseconds where no unit stands, rounded up to seconds.
fn seconds(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let number: i64 = text[..digits].parse().ok()?;
    let millis = match &text[digits..] {
        "us" => number / 1000,
        "" | "ms" => number,
        "s" => number.checked_mul(1000)?,
        "m" => number.checked_mul(60_000)?,
        "h" => number.checked_mul(3_600_000)?,
        "d" => number.checked_mul(86_400_000)?,
        _ => return None,
    };
    Some(millis.checked_add(999)? / 1000)
}

/// The page of statistics: who sees it, who steers servers on it.
fn statistics(
    part: &Part,
    rules: &Rules<'_>,
    settings: &Settings,
    binds: &[Bind<'_>],
    subject: &mut Subject,
) {
    let lines: Vec<&Line> = settings
        .names()
        .filter(|name| name.starts_with("stats "))
        .flat_map(|name| settings.all(name))
        .collect();
    let place = lines.first().map(|l| &l.place);
    let http = settings.get("mode") == Some("http");
    let enabled = http && !lines.is_empty();
    put_at(subject, "stats_enabled", enabled.into(), place);
    let uri = settings.get("stats uri").unwrap_or("/haproxy?stats");
    let protected = enabled
        && (!settings.all("stats auth").is_empty()
            || settings
                .all("stats http-request")
                .iter()
                .chain(settings.all("http-request"))
                .any(|l| rules::guards(rules, &l.value, uri))
            || (!binds.is_empty() && binds.iter().all(Bind::asks_certificate)));
    // A backend is reached through frontends: others reach it too.
    let remote = part.kind == "backend" || binds.iter().any(Bind::is_remote);
    put_at(
        subject,
        "stats_exposed",
        (enabled && remote && !protected).into(),
        place,
    );
    let steers = !settings.all("stats admin").is_empty();
    put_at(
        subject,
        "stats_admin_open",
        (enabled && steers && !protected).into(),
        place,
    );
    let plain = binds.iter().any(|b| !b.is_tls() && b.is_remote());
    put_at(
        subject,
        "stats_plain",
        (enabled && plain && !rules::sends_on(rules, &plain_ports(binds))).into(),
        place,
    );
    let hidden = settings.line("stats hide-version").is_some();
    put_at(subject, "stats_hides_version", hidden.into(), place);
    let passes_on = [
        "server",
        "server-template",
        "use_backend",
        "default_backend",
    ]
    .iter()
    .any(|name| !settings.all(name).is_empty());
    put_at(subject, "stats_apart", (!passes_on).into(), place);
}

/// What `default-server` says for the lines behind it.
#[derive(Default)]
struct Defaults<'l> {
    tls: bool,
    verify: Option<&'l str>,
}

impl<'l> Defaults<'l> {
    fn take(&mut self, line: &'l Line) {
        let words: Vec<&str> = line.value.split(' ').collect();
        self.tls = (self.tls || words.contains(&"ssl")) && !words.contains(&"no-ssl");
        self.verify = after(&words, "verify").or(self.verify);
    }
}

/// The servers behind: which are reached in plain, which may be anybody.
fn servers(settings: &Settings, global: &Settings, subject: &mut Subject) {
    let (mut plain, mut unverified) = (Vec::new(), Vec::new());
    let (mut unknown, mut first) = (false, None);
    for name in ["server", "server-template"] {
        let mut before = settings.all("default-server").iter().peekable();
        let mut defaults = Defaults::default();
        for line in settings.all(name) {
            let is_before =
                |d: &&Line| d.place.file != line.place.file || d.place.line < line.place.line;
            while let Some(default) = before.next_if(is_before) {
                defaults.take(default);
            }
            first = first.or(Some(&line.place));
            let words: Vec<&str> = line.value.split(' ').collect();
            let (name, address) = match words.as_slice() {
                [name, count, address, ..] if count.parse::<u32>().is_ok() => (*name, *address),
                [name, address, ..] => (*name, *address),
                [..] => continue,
            };
            let tls = (words.contains(&"ssl") || defaults.tls) && !words.contains(&"no-ssl");
            if !bind::is_remote(address) || is_loopback(address) {
                continue;
            }
            if !tls {
                plain.push(Value::from(name));
                continue;
            }
            let verify = after(&words, "verify").or(defaults.verify);
            let own = global.get("ssl-server-verify").unwrap_or("required");
            unknown |= verify.is_none() && global.missing.is_some();
            if verify.unwrap_or(own) == "none" {
                unverified.push(Value::from(name));
            }
        }
    }
    // The old way to one address, which knows no TLS.
    let old = settings.line("dispatch");
    if let Some(line) = old.filter(|l| bind::is_remote(&l.value)) {
        plain.push(Value::from(line.value.as_str()));
    }
    let place = first.or(old.map(|l| &l.place));
    subject.put(Fact::derived("passes_on", place.is_some()));
    put_at(subject, "plain_servers", Value::list(plain), place);
    let unverified = if unknown {
        Value::partial_list(unverified)
    } else {
        Value::list(unverified)
    };
    put_at(subject, "unverified_servers", unverified, place);
}

fn after<'w>(words: &[&'w str], name: &str) -> Option<&'w str> {
    let at = words.iter().rposition(|w| *w == name)?;
    words.get(at + 1).copied()
}

/// The ports on which others come in plain; those that are not known are nothing.
fn plain_ports(binds: &[Bind<'_>]) -> Vec<Option<u16>> {
    binds
        .iter()
        .filter(|b| !b.is_tls() && b.is_remote())
        .flat_map(|b| b.addresses.split(','))
        .filter(|address| bind::is_remote(address))
        .map(|address| address.rsplit_once(':')?.1.trim().parse().ok())
        .collect()
}

/// Ports that are used for the Web.
const WEB: [u16; 6] = [80, 8000, 8008, 8080, 8081, 8888];

/// HAProxy's own values (2.6).
const FRONT: [(&str, &str); 1] = [("mode", "tcp")];
const BACK: [(&str, &str); 3] = [("mode", "tcp"), ("balance", "roundrobin"), ("retries", "3")];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans() {
        for (text, wanted) in [
            ("5000", Some(5)),
            ("50s", Some(50)),
            ("1m", Some(60)),
            ("1500ms", Some(2)),
            ("1h", Some(3600)),
            ("x", None),
            ("5 weeks", None),
            ("9223372036854775807d", None),
        ] {
            assert_eq!(seconds(text), wanted, "{text}");
        }
    }
}
