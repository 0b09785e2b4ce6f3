//! `postgresql.conf` with what it includes: the last line wins, `postgresql.auto.conf` over all.

use std::collections::BTreeMap;

use super::guc;
use crate::collect::config::found::Found;
use crate::collect::config::nginx;
use crate::collect::config::tree::{Tree, folder, join};
use crate::model::{EntryKind, Fact, FactPath, Origin, Place, Sensitivity, Subject, Value};
use crate::parse::postgres;

/// The lines of one server, in the order in which it reads them.
#[derive(Debug, Default)]
pub(super) struct Settings {
    lines: BTreeMap<String, Vec<(String, Place)>>,
    pub(super) files: Vec<String>,
    pub(super) problems: Vec<(&'static str, String)>,
    stack: Vec<String>,
    /// An include was not found: it may set anything that no later line sets.
    missing: Vec<Place>,
    /// Only a part of the configuration was there to read: where it is silent, nothing is known.
    pub(super) part: bool,
}

/// What is missing where only parts were read.
const NO_MAIN: &str = "no postgresql.conf";

/// The major version in the path of its configuration: `/etc/postgresql/13/main`, `/var/lib/pgsql/13/data`.
fn version_of(path: &str) -> Option<u32> {
    let mut parts = path
        .split('/')
        .skip_while(|p| !["postgresql", "pgsql"].contains(p));
    parts.nth(1)?.parse().ok()
}

impl Settings {
    /// The value that counts, as written.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.lines
            .get(name)
            .and_then(|l| l.last())
            .map(|(value, _)| value.as_str())
    }

    pub(super) fn read(&mut self, tree: &mut Tree<'_>, path: &str, depth: usize) {
        let shown = tree.reader.shown(path);
        let real = tree.real(path);
        if depth > MAX_DEPTH || self.stack.contains(&real) || self.files.len() >= MAX_FILES {
            self.problems
                .push(("not-parsed", format!("{shown}: includes go round")));
            return;
        }
        self.files.extend([path.to_owned(), real.clone()]);
        let text = match tree.text(path) {
            Ok(text) => text,
            Err(e) => {
                self.missing.push(tree.place(path, 0));
                self.problems.push((e.code(), shown));
                return;
            }
        };
        let conf = postgres::conf(&text);
        for problem in &conf.problems {
            self.problems.push((
                "not-parsed",
                format!("{shown}:{}: {}", problem.line, problem.what),
            ));
        }
        self.stack.push(real);
        for item in conf.items {
            let place = tree.place(path, item.line);
            match item.name.as_str() {
                "include" | "include_if_exists" | "include_dir" => {
                    self.include(tree, path, &item, place, depth)
                }
                _ => self
                    .lines
                    .entry(item.name)
                    .or_default()
                    .push((item.value, place)),
            }
        }
        self.stack.pop();
    }

    fn include(
        &mut self,
        tree: &mut Tree<'_>,
        path: &str,
        item: &postgres::Item,
        place: Place,
        depth: usize,
    ) {
        let dir = folder(path).to_owned();
        if item.name == "include_dir" {
            match parts(tree, &dir, &item.value) {
                Found::Files(files) => files.iter().for_each(|f| self.read(tree, f, depth + 1)),
                Found::Part(files, why) => {
                    files.iter().for_each(|f| self.read(tree, f, depth + 1));
                    self.lost(place, &why);
                }
                Found::NoFolder => {}
                Found::Missing => self.lost(place, &item.value),
            }
            return;
        }
        match tree.find(&dir, &item.value) {
            Found::Files(files) => files.iter().for_each(|f| self.read(tree, f, depth + 1)),
            Found::Part(files, why) => {
                files.iter().for_each(|f| self.read(tree, f, depth + 1));
                self.lost(place, &why);
            }
            // Inside the tree it is proven absent; a path of the real host may lie elsewhere.
            Found::NoFolder | Found::Missing
                if item.name == "include_if_exists" && !item.value.starts_with('/') => {}
            Found::NoFolder | Found::Missing => self.lost(place, &item.value),
        }
    }

    fn lost(&mut self, place: Place, written: &str) {
        self.problems.push((
            "include-missing",
            format!("{}:{}: {written}", place.file, place.line),
        ));
        self.missing.push(place);
    }

    pub(super) fn subject(&self, tree: &Tree<'_>, main: &str, auto: Option<&str>) -> Subject {
        let mut subject = Subject::new("postgresql", "postgresql").at(tree.place(main, 1));
        let version = version_of(main);
        for (name, lines) in &self.lines {
            for (nth, (value, place)) in lines.iter().enumerate() {
                let origin = if nth + 1 == lines.len() {
                    Origin::Set
                } else {
                    Origin::Shadowed
                };
                subject.put(fact(name.clone(), value, origin).at(place.clone()));
            }
        }
        for own in guc::all()
            .iter()
            .filter(|g| !g.internal && !self.lines.contains_key(&g.name.to_lowercase()))
        {
            let name = own.name.to_lowercase();
            subject.put(match self.missing.first() {
                None if self.part => Fact::derived(name, Value::unseen("missing-fact", NO_MAIN)),
                Some(at) => Fact::derived(
                    name,
                    Value::unseen("include-missing", format!("{}:{}", at.file, at.line)),
                ),
                None => match (name.as_str(), version) {
                    ("password_encryption", Some(..=13)) => fact(name, "md5", Origin::Default),
                    _ => fact(name, &own.own(), Origin::Default),
                },
            });
        }
        let of = version.map_or_else(|| "15".to_owned(), |v| format!("15; {v}"));
        subject.put(Fact::derived("defaults_of", of));
        subject.put(Fact::derived(
            "auto_conf",
            auto.map_or(Value::Absent, |f| tree.reader.shown(f).into()),
        ));
        self.derive(&mut subject);
        subject
    }

    fn derive(&self, subject: &mut Subject) {
        for name in TIMES {
            self.conclude(subject, name, format!("{name}_seconds"), |value| {
                guc::find(name)
                    .and_then(|g| g.seconds(value))
                    .map(Value::Int)
            });
        }
        self.conclude(
            subject,
            "max_connections",
            "max_connections_count",
            |value| {
                guc::find("max_connections")
                    .and_then(|g| g.number(value))
                    .map(Value::Int)
            },
        );
        self.conclude(subject, "listen_addresses", "listens_on_all", |value| {
            Some(
                listed(value)
                    .iter()
                    .any(|a| matches!(a.as_str(), "*" | "0.0.0.0" | "::"))
                    .into(),
            )
        });
        self.conclude(subject, "listen_addresses", "listens_remotely", |value| {
            Some(listed(value).iter().any(|a| !is_loopback(a)).into())
        });
        self.conclude(
            subject,
            "log_line_prefix",
            "log_line_prefix_fields",
            |value| Some(prefix_fields(value)),
        );
        self.conclude(
            subject,
            "shared_preload_libraries",
            "pgaudit_loaded",
            |value| {
                Some(
                    listed(value)
                        .iter()
                        .any(|l| l == "pgaudit" || l.ends_with("/pgaudit"))
                        .into(),
                )
            },
        );
        self.conclude(
            subject,
            "shared_preload_libraries",
            "data_log_enabled",
            |value| {
                let loaded = listed(value)
                    .iter()
                    .any(|l| l == "pgaudit" || l.ends_with("/pgaudit"));
                let classes = self.get("pgaudit.log").map(listed).unwrap_or_default();
                let has = |word: &str| {
                    classes.iter().any(|c| c == "all" || c == word)
                        && !classes.contains(&format!("-{word}"))
                };
                let statements = self.get("log_statement") == Some("all");
                Some((statements || (loaded && has("read") && has("write"))).into())
            },
        );
        self.conclude(subject, "ssl_ciphers", "weak_ciphers", |value| {
            // The server's own list names classes that today's OpenSSL no longer has.
            let own = guc::find("ssl_ciphers").map(guc::Guc::own);
            let weak = if own.as_deref() == Some(value) {
                Vec::new()
            } else {
                nginx::weak_ciphers(value)
            };
            Some(Value::list(weak.into_iter().map(Value::from)))
        });
        let unknown = self
            .lines
            .keys()
            .filter(|n| !n.contains('.') && guc::find(n).is_none());
        subject.put(Fact::derived(
            "unknown_parameters",
            Value::list(unknown.map(|n| Value::from(n.as_str()))),
        ));
    }

    /// Puts a conclusion from the value of `name`, at its line.
    fn conclude(
        &self,
        subject: &mut Subject,
        name: &str,
        path: impl Into<FactPath>,
        value: impl Fn(&str) -> Option<Value>,
    ) {
        let own = guc::find(name).map(guc::Guc::own).unwrap_or_default();
        let line = self.lines.get(name).and_then(|l| l.last());
        let fact = match (line, self.missing.first()) {
            (None, Some(at)) => Fact::derived(
                path,
                Value::unseen("include-missing", format!("{}:{}", at.file, at.line)),
            ),
            (None, None) if self.part => {
                Fact::derived(path, Value::unseen("missing-fact", NO_MAIN))
            }
            (line, _) => {
                let written = line.map_or(own.as_str(), |(value, _)| value);
                Fact::derived(
                    path,
                    value(written).unwrap_or_else(|| Value::unseen("not-a-number", name)),
                )
            }
        };
        subject.put(match line {
            Some((_, place)) => fact.at(place.clone()),
            None => fact,
        });
    }
}

/// The files of an included folder: `*.conf` that does not begin with a dot, by name.
fn parts(tree: &Tree<'_>, dir: &str, written: &str) -> Found {
    let name = written.rsplit('/').find(|p| !p.is_empty()).unwrap_or("");
    let places = [
        join(if written.starts_with('/') { "/" } else { dir }, written),
        join(dir, name),
    ];
    if let Some(at) = places.iter().find(|at| tree.leads_out(at)) {
        return Found::Part(Vec::new(), format!("{at}: link-leads-out"));
    }
    let at = places.into_iter().find(|at| {
        tree.reader
            .stat(&tree.real(at))
            .is_ok_and(|e| e.kind == EntryKind::Folder)
    });
    let Some(at) = at else {
        // A copy keeps no empty folders; a file that stands alone is no copy.
        let own = !written.starts_with('/') && tree.is_copy(dir);
        return if own { Found::NoFolder } else { Found::Missing };
    };
    let entries = match tree.reader.list(&tree.real(&at)) {
        Ok(entries) => entries,
        Err(e) => return Found::Part(Vec::new(), format!("{at}: {}", e.code())),
    };
    let files: Vec<String> = entries
        .into_iter()
        .filter(|e| {
            e.kind != EntryKind::Folder && e.name.ends_with(".conf") && !e.name.starts_with('.')
        })
        .map(|e| join(&at, &e.name))
        .collect();
    match files.iter().find(|f| tree.leads_out(f)).cloned() {
        Some(out) => Found::Part(
            files.into_iter().filter(|f| !tree.leads_out(f)).collect(),
            format!("{out}: link-leads-out"),
        ),
        None => Found::Files(files),
    }
}

fn fact(name: impl Into<FactPath>, value: &str, origin: Origin) -> Fact {
    let name = name.into();
    let secret = SECRET.contains(&&*name) || value.to_lowercase().contains("password=");
    let sensitivity = if secret && !value.is_empty() {
        Sensitivity::Secret("value")
    } else {
        Sensitivity::Public
    };
    let value = match guc::find(&name) {
        Some(_) if LISTS.contains(&&*name) => {
            Value::list(listed(value).into_iter().map(Value::from))
        }
        Some(known) if known.takes(value) => known.show(value).into(),
        Some(_) => Value::unseen("not-parsed", "a value that the server refuses"),
        None => value.into(),
    };
    // The server shows these two in words of its own.
    let value = match (&*name, value) {
        ("archive_command", Value::Text(t)) if t.is_empty() => "(disabled)".into(),
        ("datestyle", Value::Text(t)) => t.to_uppercase().into(),
        (_, value) => value,
    };
    Fact::new(name, value, origin, sensitivity)
}

/// The elements of a list of names, quotes taken off.
fn listed(value: &str) -> Vec<String> {
    value
        .split(',')
        .map(|v| v.trim().trim_matches('"').to_lowercase())
        .filter(|v| !v.is_empty())
        .collect()
}

fn is_loopback(address: &str) -> bool {
    address == "localhost"
        || address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

/// What each line of the log begins with.
fn prefix_fields(value: &str) -> Value {
    let signs: Vec<char> = value
        .split('%')
        .skip(1)
        .filter_map(|part| {
            part.trim_start_matches(|c: char| c == '-' || c.is_ascii_digit())
                .chars()
                .next()
        })
        .collect();
    let found = PREFIX
        .iter()
        .filter(|(_, of)| of.chars().any(|c| signs.contains(&c)));
    Value::list(found.map(|(field, _)| Value::from(*field)))
}

const PREFIX: [(&str, &str); 7] = [
    ("time", "tmn"),
    ("account", "u"),
    ("database", "d"),
    ("source", "rh"),
    ("process", "p"),
    ("application", "a"),
    ("session", "c"),
];

/// Parameters whose time controls ask for in seconds.
const TIMES: [&str; 6] = [
    "idle_session_timeout",
    "idle_in_transaction_session_timeout",
    "authentication_timeout",
    "statement_timeout",
    "tcp_keepalives_idle",
    "client_connection_check_interval",
];

/// Shown as lists.
const LISTS: [&str; 1] = ["shared_preload_libraries"];

/// May hold a password or a key in their text.
const SECRET: [&str; 5] = [
    "ssl_passphrase_command",
    "primary_conninfo",
    "archive_command",
    "restore_command",
    "archive_cleanup_command",
];

/// As in PostgreSQL (`CONF_FILE_MAX_DEPTH`).
const MAX_DEPTH: usize = 10;

/// How many files one configuration may come to.
const MAX_FILES: usize = 4_000;
