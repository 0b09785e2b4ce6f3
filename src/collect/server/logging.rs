//! Logs: rsyslog, journald and logrotate together. Who writes, where, for how long, and where else it goes.

use std::collections::BTreeMap;

use super::cleaning;
use super::host::{Host, both, derived, set, texts, unseen};
use super::journal::{Journal, journald};
use super::logfiles;
use super::packages;
use super::plan::{Keep, Piece, Reduction, What};
use super::rotation::{self, Rotation};
use super::shippers::{self, Shipper, is_here};
use crate::model::{Collected, Fact, List, Place, Seen, SourceError, Subject, Value};
use crate::parse::keyword::rsyslog::{Action, Line, Tls, parse, takes};

const RSYSLOG: &str = "/etc/rsyslog.conf";

/// What rsyslog, journald and logrotate read. Of rsyslog only lines that may name files, hosts and modules.
pub(super) const PIECES: &[Piece] = &[
    // An object of rsyslog goes on over lines: none may be left out. Outputs to databases name a password.
    masked(RSYSLOG),
    masked("/etc/rsyslog.d/*.conf"),
    lines("/etc/systemd/journald.conf", JOURNALD_WORDS),
    lines("/etc/systemd/journald.conf.d/*.conf", JOURNALD_WORDS),
    lines("/run/systemd/journald.conf.d/*.conf", JOURNALD_WORDS),
    lines("/usr/lib/systemd/journald.conf.d/*.conf", JOURNALD_WORDS),
    // They hold scripts.
    masked("/etc/logrotate.conf"),
    masked("/etc/logrotate.d/*"),
    piece(What::Folder("/var/log/journal")),
];

const fn masked(path: &'static str) -> Piece {
    piece(What::File {
        path,
        keep: Keep::Reduced(Reduction::Masked),
    })
}

const JOURNALD_WORDS: &[&str] = &[
    "Storage",
    "MaxRetentionSec",
    "SystemMaxUse",
    "ForwardToSyslog",
    "Seal",
    "Compress",
];

const fn lines(path: &'static str, words: &'static [&'static str]) -> Piece {
    piece(What::File {
        path,
        keep: Keep::Lines(words),
    })
}

const fn piece(what: What) -> Piece {
    Piece {
        what,
        serves: &["logging"],
    }
}

/// How many files are read.
const MAX_FILES: usize = 200;

type Placed = (String, Line);

/// What rsyslog is told; not there is `None`.
type Rsyslog = Result<Option<Vec<Placed>>, SourceError>;

/// Collects the subject type `logging`.
pub(super) fn collect(host: &mut Host<'_>, out: &mut Collected) {
    let mut subject = Subject::new("logging", "logging");
    let rsyslog = rsyslog(host);
    let rotation = rotation::read(host);
    let journal = journald(host, &mut subject);
    let files = files(&rsyslog, &rotation, &mut subject);
    let shippers = shippers::read(host);
    remote(host, &rsyslog, &shippers, &mut subject);
    received(&rsyslog, &mut subject);
    logfiles::collect(host, &mut subject);
    let (mut files, mut journal) = (files, journal);
    clean(host, &mut files, &mut journal);
    retention(host, &rsyslog, files, journal, &mut subject);
    subject.put(Fact::derived(
        "dhcp_servers",
        packages::installed(host, "dhcp"),
    ));
    subject.put(Fact::derived("agents", packages::installed(host, "siem")));
    out.subjects.push(subject);
    out.saw("logging", Seen::Whole);
}

fn rsyslog(host: &mut Host<'_>) -> Rsyslog {
    // Removed packages leave their configuration behind.
    if host.has(&["rsyslog"]) == Some(false) {
        return Ok(None);
    }
    let Some(text) = host.optional(RSYSLOG)? else {
        return Ok(None);
    };
    let mut lines = Vec::new();
    let mut todo: Vec<Placed> = parse(&text)
        .into_iter()
        .rev()
        .map(|l| (RSYSLOG.to_owned(), l))
        .collect();
    let mut files = 0;
    while let Some((file, line)) = todo.pop() {
        let Line::Include { path, .. } = &line else {
            lines.push((file, line));
            continue;
        };
        for path in host.glob(path)?.into_iter().rev() {
            files += 1;
            if files > MAX_FILES {
                return Err(SourceError::Links(path));
            }
            let text = host.optional(&path)?.unwrap_or_default();
            todo.extend(parse(&text).into_iter().rev().map(|l| (path.clone(), l)));
        }
    }
    Ok(Some(lines))
}

/// What the files of rsyslog say of the messages on logins and of the system.
struct Files {
    days: Option<(Value, Option<(String, u32)>)>,
    auth: Value,
}

/// The files that rsyslog writes, with the days that each is kept.
fn files(rsyslog: &Rsyslog, rotation: &Rotation, subject: &mut Subject) -> Files {
    let lines = match rsyslog {
        Ok(lines) => lines.as_deref().unwrap_or_default(),
        Err(e) => {
            subject.put(Fact::derived("files", unseen(e)));
            subject.put(Fact::derived("file_mode", unseen(e)));
            return Files {
                days: Some((unseen(e), None)),
                auth: unseen(e),
            };
        }
    };
    let mut items = Vec::new();
    let mut least: Option<(Value, Option<(String, u32)>)> = None;
    let (mut auth, mut conditional) = (false, false);
    let mut mode = Fact::default_of("file_mode", "0644");
    for (at, (file, line)) in lines.iter().enumerate() {
        match line {
            // What goes to a device is not kept.
            Line::Rule {
                action: Action::File(path),
                ..
            } if path.starts_with("/dev/") => {}
            Line::Rule {
                selector,
                action: Action::File(path),
                line,
            } => {
                let of = |facility| comes(lines, at, selector.as_deref(), facility);
                let logins = of("auth") || of("authpriv");
                auth |= logins;
                conditional |= selector.is_none();
                let kept = rotation.kept(path);
                if logins || of("syslog") || of("daemon") {
                    least = Some(shorter(least, (kept.days.clone(), kept.place)));
                }
                items.push(Value::map([
                    ("path", path.as_str().into()),
                    ("logins", logins.into()),
                    ("days", kept.days),
                    ("file", file.as_str().into()),
                    ("line", i64::from(*line).into()),
                ]));
            }
            Line::Directive { name, value, line }
                if matches!(name.as_str(), "filecreatemode" | "module.filecreatemode") =>
            {
                mode = set("file_mode", value.as_str(), file, *line);
            }
            Line::Rule { .. } | Line::Directive { .. } | Line::Include { .. } => {}
        }
    }
    file_mode(subject, mode);
    subject.put(Fact::derived(
        "files",
        Value::List(List {
            items,
            complete: true,
        }),
    ));
    let auth = match (auth, conditional) {
        (false, true) => Value::unseen("not-parsed", "rsyslog: files behind conditions"),
        (auth, _) => Value::Bool(auth),
    };
    Files { days: least, auth }
}

/// Do messages of a facility come to a rule with this selector? Those that a rule before it throws away do not.
fn comes(lines: &[Placed], at: usize, selector: Option<&str>, facility: &str) -> bool {
    let thrown = |(_, line): &Placed| {
        matches!(line, Line::Rule { selector: Some(s), action: Action::Discard, .. }
            if takes(s, facility))
    };
    selector.is_some_and(|s| takes(s, facility)) && !lines.iter().take(at).any(thrown)
}

/// May others read or change new logs?
fn file_mode(subject: &mut Subject, mode: Fact) {
    let others = u32::from_str_radix(&mode.value.shown(), 8)
        .map_or(Value::unseen("not-a-number", "no octal mode"), |m| {
            Value::Bool(m & 0o007 != 0)
        });
    subject.put(Fact {
        path: "file_mode.others".into(),
        value: others,
        origin: mode.origin,
        place: mode.place.clone(),
    });
    subject.put(mode);
}

type Days = (Value, Option<(String, u32)>);

/// The shorter of two times; one that cannot be told hides a longer one, not a shorter.
fn shorter(a: Option<Days>, b: Days) -> Days {
    match a {
        None => b,
        Some(a) => match (&a.0, &b.0) {
            (Value::Int(x), Value::Int(y)) => {
                if x <= y {
                    a
                } else {
                    b
                }
            }
            (Value::Int(_), _) => b,
            _other => a,
        },
    }
}

/// Takes off the time that logs are kept what other jobs delete sooner.
fn clean(host: &mut Host<'_>, files: &mut Files, journal: &mut Journal) {
    let cleaning = cleaning::read(host);
    if let Some(after) = cleaning.files
        && let Some(kept) = files.days.take()
    {
        files.days = Some(shorter(Some(after), kept));
    }
    if let (Some(after), Value::Bool(true)) = (cleaning.journal, &journal.persistent) {
        let kept = (journal.days.clone(), Some(journal.place.clone()));
        let (days, place) = shorter(Some(after), kept);
        journal.days = days;
        journal.place = place.unwrap_or_else(|| journal.place.clone());
    }
}

fn remote(host: &Host<'_>, rsyslog: &Rsyslog, shippers: &[Shipper], subject: &mut Subject) {
    let all = shippers.iter().map(Shipper::value);
    subject.put(Fact::derived(
        "shippers",
        // Without the record of packages an agent may be there that no file shows.
        match host.packages() {
            Ok(_) => Value::list(all),
            Err(_) => Value::partial_list(all),
        },
    ));
    let lines = match rsyslog {
        Ok(lines) => lines.as_deref().unwrap_or_default(),
        Err(e) => {
            for path in [
                "remote.enabled",
                "remote.targets",
                "remote.tls",
                "remote.queued",
            ] {
                subject.put(Fact::derived(path, unseen(e)));
            }
            return;
        }
    };
    let says = |name: &str, values: &[&str]| {
        lines.iter().any(|(_, l)| {
            matches!(l, Line::Directive { name: n, value, .. }
                if n == name && values.contains(&value.to_ascii_lowercase().as_str()))
        })
    };
    let drivers = ["gtls", "ossl", "mbedtls"];
    let driver =
        says("defaultnetstreamdriver", &drivers) || says("global.defaultnetstreamdriver", &drivers);
    let directives = driver && says("actionsendstreamdrivermode", &["1"])
        || says("actionsendstreamdriver", &drivers) && says("actionsendstreamdrivermode", &["1"]);
    let mut targets: BTreeMap<String, bool> = BTreeMap::new();
    let mut place = None;
    let (mut sends, mut conditional) = (false, false);
    for (at, (file, line)) in lines.iter().enumerate() {
        if let Line::Rule {
            selector,
            action:
                Action::Forward { host, tls, .. },
            line,
        } = line
            // What goes to the host itself has not left it.
            && !is_here(host)
        {
            // A host that gets mail's messages alone learns of no login.
            let of = |facility| comes(lines, at, selector.as_deref(), facility);
            sends |= ["auth", "authpriv", "daemon"].into_iter().any(of);
            conditional |= selector.is_none();
            let safe = match tls {
                Tls::Yes => true,
                Tls::No => false,
                Tls::ByDriver => driver,
                Tls::ByDirectives => directives,
            };
            // Of two ways to one host both count.
            let before = targets.insert(host.clone(), safe);
            if before == Some(false) {
                targets.insert(host.clone(), false);
            }
            place = place.or(Some((file.clone(), *line)));
        }
    }
    let (file, line) = place.unwrap_or_else(|| (RSYSLOG.to_owned(), 0));
    subject.put(derived(
        "remote.enabled",
        match (sends, conditional) {
            (false, false) => others(shippers),
            // Lines that rsyslog does not run send nothing.
            (true, _) => either(&host.unit_on(&["rsyslog.service"]), &others(shippers)),
            (false, true) => {
                let why = Value::unseen("not-parsed", "rsyslog: forwards behind conditions");
                let sent = both(host.unit_on(&["rsyslog.service"]), why);
                either(&sent, &others(shippers))
            }
        },
        &file,
        line,
    ));
    let tls = if targets.is_empty() {
        Value::Absent
    } else {
        Value::Bool(targets.values().all(|t| *t))
    };
    subject.put(derived("remote.tls", tls, &file, line));
    let queued = lines.iter().any(|(_, l)| {
        matches!(l, Line::Directive { name, .. }
            if matches!(name.as_str(), "actionqueuefilename" | "action.queue.filename"))
    });
    subject.put(derived("remote.queued", queued, &file, line));
    subject.put(derived(
        "remote.targets",
        texts(targets.into_keys()),
        &file,
        line,
    ));
}

/// Do programs other than rsyslog send logs away? An agent that is installed does not yet send.
fn others(shippers: &[Shipper]) -> Value {
    shippers
        .iter()
        .map(Shipper::sends)
        .fold(Value::Bool(false), |all, one| either(&all, &one))
}

/// Does this host take logs of others, and does it write when each log began a new connection?
fn received(rsyslog: &Rsyslog, subject: &mut Subject) {
    let value = match rsyslog {
        Ok(lines) => {
            let takes = |l: &Line| {
                matches!(l, Line::Directive { name, .. }
                    if matches!(name.as_str(), "inputtcpserverrun" | "udpserverrun" | "inputrelpserverrun"))
                    || matches!(l, Line::Directive { name, value, .. }
                        if name == "input.type" && matches!(value.as_str(), "imtcp" | "imudp" | "imrelp" | "imptcp"))
            };
            let all = lines.as_deref().unwrap_or_default();
            Value::Bool(all.iter().any(|(_, l)| takes(l)))
        }
        Err(e) => unseen(e),
    };
    subject.put(Fact::derived("receives", value));
}

/// The joint facts: what is kept in files counts beside what journald keeps; the longer of the two.
fn retention(
    host: &Host<'_>,
    rsyslog: &Rsyslog,
    files: Files,
    journal: Journal,
    subject: &mut Subject,
) {
    let other = host.has(&[
        "syslog-ng",
        "syslog-ng-core",
        "inetutils-syslogd",
        "busybox-syslogd",
    ]) == Some(true);
    let by_rsyslog = match rsyslog {
        Ok(None) if other => {
            Value::unseen("not-parsed", "syslog-ng: its configuration is not read")
        }
        Ok(None) => Value::Bool(false),
        Ok(Some(_)) => host.unit_on(&["rsyslog.service"]),
        Err(e) => unseen(e),
    };
    subject.put(Fact::derived("rsyslog.enabled", by_rsyslog.clone()));
    subject.put(derived(
        "journald.persistent",
        journal.persistent.clone(),
        &journal.place.0,
        journal.place.1,
    ));
    subject.put(derived(
        "journald.retention.days",
        journal.days.clone(),
        &journal.place.0,
        journal.place.1,
    ));
    let persistent = either(&by_rsyslog, &journal.persistent);
    subject.put(Fact::derived("persistent", persistent));
    subject.put(Fact::derived(
        "enabled",
        either(&by_rsyslog, &Value::Bool(journal.runs)),
    ));
    let auth = match on(&by_rsyslog) {
        Some(true) => either(&files.auth, &journal.persistent),
        Some(false) => journal.persistent.clone(),
        None => by_rsyslog.clone(),
    };
    subject.put(Fact::derived("auth.logged", auth));
    let in_files = match on(&by_rsyslog) {
        Some(true) => files.days.unwrap_or((Value::Int(0), None)),
        Some(false) => (Value::Int(0), None),
        None => (by_rsyslog, None),
    };
    let (days, place) = longer(in_files, (journal.days, Some(journal.place)));
    let fact = Fact::derived("retention.days", days);
    subject.put(match place {
        Some((file, line)) => fact.at(Place::new(file, line)),
        None => fact,
    });
}

/// What is kept in files and what the journal keeps: the longer counts, as far as both can be told.
fn longer(in_files: Days, in_journal: Days) -> Days {
    match (&in_files.0, &in_journal.0) {
        (Value::Int(a), Value::Int(b)) if b > a => in_journal,
        // Nothing in files: what the journal says counts, even where it cannot be told.
        (Value::Int(0), _) => in_journal,
        (Value::Int(_), _) => in_files,
        (_, Value::Int(b)) if *b > 0 => in_journal,
        _other => in_files,
    }
}

fn on(value: &Value) -> Option<bool> {
    if let Value::Bool(on) = value {
        Some(*on)
    } else {
        None
    }
}

fn either(a: &Value, b: &Value) -> Value {
    match (a, b) {
        (Value::Bool(true), _) | (_, Value::Bool(true)) => Value::Bool(true),
        (Value::Unseen(_), _) => a.clone(),
        _other => b.clone(),
    }
}
