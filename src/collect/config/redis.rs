//! Redis and Valkey as the server reads its file: inclusions in place, the last line wins, its own values, its users.

use super::found::Found;
use super::kind::Kind;
use super::seen;
use super::settings::{Settings, is_loopback, on_value, told};
use super::tree::{Tree, folder};
use crate::model::{Collected, Fact, Place, Subject, Value};
use crate::parse::redis::{Line, parse};

pub(super) const TYPES: &[&str] = &["redis"];

/// What is read of one server.
#[derive(Default)]
struct Server {
    settings: Settings,
    used: Vec<String>,
    stack: Vec<String>,
    /// Users with their rules, in the order of the file.
    users: Vec<(String, Vec<String>, Place)>,
    renamed: Vec<String>,
}

/// Adds a subject for each server whose file the tree has.
pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected, unused: &mut Vec<String>) {
    let files = tree.of_kind(&Kind::Redis);
    let mut servers: Vec<(String, Server)> = Vec::new();
    for file in &files {
        let mut server = Server::default();
        server.read(tree, file, 0);
        servers.push((file.clone(), server));
    }
    // A file that another includes is a part of it.
    let included: Vec<String> = servers
        .iter()
        .flat_map(|(file, server)| {
            server
                .used
                .iter()
                .filter(move |used| *used != file)
                .cloned()
        })
        .collect();
    let mut lists = Vec::new();
    for (file, mut server) in servers {
        if included.contains(&file) {
            continue;
        }
        if let Some(path) = server.settings.get("aclfile").map(str::to_owned) {
            lists.extend(server.acl(tree, &file, &path));
        }
        server.subject(tree, &file, out);
    }
    for file in tree.of_kind(&Kind::RedisAcl) {
        if !lists.contains(&file) {
            unused.push(tree.reader.shown(&file));
        }
    }
    out.saw("redis", seen(tree, &[Kind::Redis]));
}

impl Server {
    fn read(&mut self, tree: &mut Tree<'_>, path: &str, depth: usize) {
        let real = tree.real(path);
        if depth > MAX_DEPTH || self.stack.contains(&real) || self.used.len() > MAX_FILES {
            return told(tree, path, 1, "inclusions go round");
        }
        self.used.push(path.to_owned());
        let text = match tree.text(path) {
            Ok(text) => text,
            Err(e) => {
                self.settings.missing = Some(tree.reader.shown(path));
                return told(tree, path, 0, e.code());
            }
        };
        self.stack.push(real);
        let (lines, broken) = parse(&text);
        for line in broken {
            told(tree, path, line, "quotes that are not closed");
        }
        for line in lines {
            self.line(tree, path, line, depth);
        }
        self.stack.pop();
    }

    fn line(&mut self, tree: &mut Tree<'_>, path: &str, line: Line, depth: usize) {
        let place = tree.place(path, line.line);
        match line.name.as_str() {
            "include" => {
                let written = line.args.first().cloned().unwrap_or_default();
                match tree.find(folder(path), &written) {
                    Found::Files(files) => files.iter().for_each(|f| self.read(tree, f, depth + 1)),
                    Found::Part(files, why) => {
                        files.iter().for_each(|f| self.read(tree, f, depth + 1));
                        self.lost(tree, path, &place, &why);
                    }
                    // A pattern that meets nothing is nothing.
                    Found::NoFolder => {}
                    Found::Missing => self.lost(tree, path, &place, &written),
                }
            }
            "user" => {
                let mut args = line.args;
                if !args.is_empty() {
                    let name = args.remove(0);
                    self.users.push((name, args, place));
                }
            }
            "rename-command" => {
                self.renamed.push(
                    line.args
                        .first()
                        .cloned()
                        .unwrap_or_default()
                        .to_ascii_lowercase(),
                );
            }
            // Each line adds to the one before.
            "save" | "loadmodule" | "client-output-buffer-limit" => {
                self.settings.add(line.name, line.args.join(" "), place);
            }
            name => {
                let name = renamed(name);
                self.settings.add(name, line.args.join(" "), place);
            }
        }
    }

    fn lost(&mut self, tree: &mut Tree<'_>, path: &str, place: &Place, what: &str) {
        self.settings.missing = Some(format!("{place}: {what}"));
        let what = format!("includes {what}, which is not here");
        told(tree, path, place.line, &what);
    }

    /// The users of the list that `aclfile` names.
    fn acl(&mut self, tree: &mut Tree<'_>, main: &str, written: &str) -> Vec<String> {
        let Found::Files(files) = tree.find(folder(main), written) else {
            self.settings.missing = Some(format!("aclfile {written}"));
            told(tree, main, 0, &format!("aclfile {written} is not here"));
            return Vec::new();
        };
        for file in &files {
            let Ok(text) = tree.text(file) else {
                self.settings.missing = Some(format!("aclfile {written}"));
                continue;
            };
            for mut line in parse(&text).0 {
                if line.name == "user" && !line.args.is_empty() {
                    let name = line.args.remove(0);
                    self.users
                        .push((name, line.args, tree.place(file, line.line)));
                }
            }
        }
        files
    }

    fn subject(self, tree: &Tree<'_>, main: &str, out: &mut Collected) {
        let mut subject = Subject::new("redis", "redis").at(tree.place(main, 1));
        let s = &self.settings;
        s.put_all(
            &mut subject,
            &OWN,
            &["save", "loadmodule", "client-output-buffer-limit"],
        );
        s.conclude(&mut subject, "listens_remotely", "bind", "* -::*", |v| {
            Some(
                v.split_whitespace()
                    .any(|a| !is_loopback(a.trim_start_matches('-')))
                    .into(),
            )
        });
        s.conclude(
            &mut subject,
            "protected_mode_on",
            "protected-mode",
            "yes",
            on_value,
        );
        s.conclude(&mut subject, "plain_port", "port", "6379", |v| {
            Some((v != "0").into())
        });
        s.conclude(&mut subject, "tls_on", "tls-port", "0", |v| {
            Some((v != "0").into())
        });
        s.conclude(&mut subject, "idle_seconds", "timeout", "0", |v| {
            v.parse().ok().map(Value::Int)
        });
        s.conclude(
            &mut subject,
            "maxclients_count",
            "maxclients",
            "10000",
            |v| v.parse().ok().map(Value::Int),
        );
        s.conclude(
            &mut subject,
            "weak_tls",
            "tls-protocols",
            "TLSv1.2 TLSv1.3",
            |v| {
                let weak = v
                    .split_whitespace()
                    .filter(|p| ["TLSv1", "TLSv1.0", "TLSv1.1", "SSLv3"].contains(p));
                Some(Value::list(weak.map(Value::from)))
            },
        );
        self.authentication(&mut subject);
        let unseen = s.missing.as_deref();
        let renamed = DANGEROUS
            .iter()
            .filter(|c| !self.renamed.iter().any(|r| r == *c));
        let open: Vec<Value> = renamed.map(|c| Value::from(*c)).collect();
        let limited = self
            .users
            .iter()
            .any(|(name, rules, _)| name == "default" && restricted(rules));
        subject.put(Fact::derived(
            "dangerous_commands",
            match unseen {
                Some(what) => Value::unseen("include-missing", what),
                None if limited => Value::list([]),
                None => Value::list(open),
            },
        ));
        out.subjects.push(subject);
    }

    /// Does nobody get in without a password? The rules of the user `default` count before `requirepass`.
    fn authentication(&self, subject: &mut Subject) {
        let s = &self.settings;
        let default = self.users.iter().rev().find(|(name, ..)| name == "default");
        let (value, place) = match (default, s.line("requirepass")) {
            (Some((_, rules, place)), _) => {
                let off = rules.iter().any(|r| r == "off") && !rules.iter().any(|r| r == "on");
                let nopass = rules.iter().any(|r| r == "nopass");
                let password = rules
                    .iter()
                    .any(|r| r.starts_with('>') || r.starts_with('#'));
                ((off || (password && !nopass)).into(), Some(place.clone()))
            }
            (None, Some(line)) => ((!line.value.is_empty()).into(), Some(line.place.clone())),
            (None, None) => match &s.missing {
                Some(what) => (Value::unseen("include-missing", what.as_str()), None),
                None => (Value::Bool(false), None),
            },
        };
        let fact = Fact::derived("password_required", value);
        subject.put(match place {
            Some(place) => fact.at(place),
            None => fact,
        });
        let off = default.is_some_and(|(_, rules, _)| rules.iter().any(|r| r == "off"));
        subject.put(Fact::derived(
            "default_user_off",
            match &s.missing {
                Some(what) if default.is_none() => Value::unseen("include-missing", what.as_str()),
                Some(_) | None => off.into(),
            },
        ));
        let users = self
            .users
            .iter()
            .map(|(name, ..)| Value::from(name.as_str()));
        subject.put(Fact::derived("users", Value::list(users)));
    }
}

/// Is the user kept from the commands that stop or empty the server?
fn restricted(rules: &[String]) -> bool {
    rules.iter().any(|r| {
        r == "off" || r == "-@all" || r == "nocommands" || r == "-@dangerous" || r == "-@admin"
    })
}

/// Names that one directive had before.
fn renamed(name: &str) -> &str {
    match name {
        "primaryauth" => "masterauth",
        "replicaof" | "slaveof" => "replicaof",
        other => other,
    }
}

const DANGEROUS: [&str; 4] = ["flushall", "flushdb", "config", "debug"];

/// The server's own values (Redis 7.0).
const OWN: [(&str, &str); 16] = [
    ("bind", "* -::*"),
    ("port", "6379"),
    ("protected-mode", "yes"),
    ("tls-port", "0"),
    ("timeout", "0"),
    ("tcp-keepalive", "300"),
    ("maxclients", "10000"),
    ("loglevel", "notice"),
    ("logfile", ""),
    ("appendonly", "no"),
    ("enable-debug-command", "no"),
    ("enable-module-command", "no"),
    ("enable-protected-configs", "no"),
    ("acllog-max-len", "128"),
    ("maxmemory", "0"),
    ("tls-auth-clients", "yes"),
];

const MAX_DEPTH: usize = 10;
const MAX_FILES: usize = 500;
