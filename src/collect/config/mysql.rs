//! MySQL and MariaDB as the server reads its option files: groups that it takes, the last line wins, its own values.

use super::found::Found;
use super::kind::Kind;
use super::mysql_version::{self, Told};
use super::seen;
use super::settings::{Settings, is_loopback, on, on_value, told};
use super::tree::{Tree, folder, join};
use crate::model::{Collected, EntryKind, Fact, Subject, Value};
use crate::parse::mysql::{Item, parse};

pub(super) const TYPES: &[&str] = &["mysql"];

/// What is read of one server.
#[derive(Default)]
struct Server {
    settings: Settings,
    used: Vec<String>,
    stack: Vec<String>,
    groups: bool,
    maria: bool,
    /// The product and the version, where the tree tells.
    told: Option<Told>,
    /// Options of which it is not known whether the server takes them, and why.
    doubtful: Vec<(String, String)>,
}

/// Adds a subject for each server whose files the tree has.
pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected, unused: &mut Vec<String>) {
    let files = tree.of_kind(&Kind::Mysql);
    let is_main = |f: &&String| {
        let name = f.rsplit('/').next().unwrap_or(f);
        ["my.cnf", "my.ini", "mariadb.cnf"].contains(&name) && !folder(f).ends_with(".d")
    };
    // `my.cnf` of Debian is a link to `mariadb.cnf`: one of them is the main file.
    let mut mains: Vec<String> = files.iter().filter(is_main).cloned().collect();
    let have = mains.clone();
    mains.retain(|f| !f.ends_with("/mariadb.cnf") || !have.contains(&join(folder(f), "my.cnf")));
    let mut used = Vec::new();
    for main in &mains {
        let mut server = Server {
            told: mysql_version::told(tree, main),
            ..Server::default()
        };
        server.read(tree, main, 0);
        used.append(&mut server.used.clone());
        server.subject(tree, main, out);
    }
    let left: Vec<&String> = files
        .iter()
        .filter(|f| !used.contains(f) && !used.contains(&tree.real(f)) && !is_main(f))
        .collect();
    if mains.is_empty() {
        // Parts without a main file: together they are what is known.
        let mut server = Server::default();
        let left: Vec<String> = left.into_iter().cloned().collect();
        for file in &left {
            server.read(tree, file, 0);
        }
        if let Some(first) = left.first() {
            server.settings.missing = Some("no my.cnf among the files".into());
            server.subject(tree, first, out);
        }
    } else {
        unused.extend(left.into_iter().map(|f| tree.reader.shown(f)));
    }
    out.saw("mysql", seen(tree, &[Kind::Mysql]));
}

impl Server {
    fn read(&mut self, tree: &mut Tree<'_>, path: &str, depth: usize) {
        let real = tree.real(path);
        if depth > MAX_DEPTH || self.stack.contains(&real) || self.used.len() > MAX_FILES {
            return told(tree, path, 1, "inclusions go round");
        }
        self.used.extend([path.to_owned(), real.clone()]);
        let text = match tree.text(path) {
            Ok(text) => text,
            Err(e) => {
                self.settings.missing = Some(tree.reader.shown(path));
                return told(tree, path, 0, e.code());
            }
        };
        self.stack.push(real);
        for line in parse(&text) {
            match line.item {
                Item::Group => {
                    let taken = self.takes(&line.group);
                    self.groups |= taken != Takes::Never;
                    self.maria |= line.group.starts_with("mariadb") && taken != Takes::Never;
                }
                Item::Broken => told(tree, path, line.line, "no group, option or inclusion"),
                Item::Include(file) => self.include(tree, path, &file, line.line, depth),
                Item::IncludeFolder(dir) => self.include_folder(tree, path, &dir, line.line, depth),
                Item::Option { name, value } if self.takes(&line.group) == Takes::Always => {
                    let (name, value) = meaning(name, value);
                    let place = tree.place(path, line.line);
                    if let Some(known) = shortened(&name) {
                        let why = format!("{place}: `{name}` may stand for it");
                        self.doubtful.push((known.to_owned(), why));
                    }
                    self.settings.add(name, value, place);
                }
                Item::Option { name, value } if self.takes(&line.group) == Takes::Perhaps => {
                    let (name, _) = meaning(name, value);
                    let place = tree.place(path, line.line);
                    let why = format!("{place}: [{}] counts for that version alone", line.group);
                    self.doubtful.push((name, why));
                }
                Item::Option { .. } => {}
            }
        }
        self.stack.pop();
    }

    fn include(&mut self, tree: &mut Tree<'_>, path: &str, file: &str, line: u32, depth: usize) {
        match tree.find(folder(path), file) {
            Found::Files(files) => files.iter().for_each(|f| self.read(tree, f, depth + 1)),
            Found::Part(files, why) => {
                files.iter().for_each(|f| self.read(tree, f, depth + 1));
                self.lost(tree, path, line, &why);
            }
            Found::NoFolder | Found::Missing => self.lost(tree, path, line, file),
        }
    }

    fn include_folder(
        &mut self,
        tree: &mut Tree<'_>,
        path: &str,
        dir: &str,
        line: u32,
        depth: usize,
    ) {
        let name = dir.trim_end_matches('/').rsplit('/').next().unwrap_or(dir);
        let places = [
            join("/", dir),
            join(folder(path), dir),
            join(folder(path), name),
        ];
        let at = places.into_iter().find(|at| {
            tree.reader
                .stat(&tree.real(at))
                .is_ok_and(|e| e.kind == EntryKind::Folder)
        });
        let Some(at) = at else {
            return self.lost(tree, path, line, dir);
        };
        // A folder that cannot be listed may hold anything.
        let Ok(entries) = tree.reader.list(&tree.real(&at)) else {
            return self.lost(tree, path, line, dir);
        };
        let mut names: Vec<String> = entries
            .into_iter()
            .filter(|e| {
                e.kind != EntryKind::Folder
                    && (e.name.ends_with(".cnf") || e.name.ends_with(".ini"))
            })
            .map(|e| join(&at, &e.name))
            .collect();
        names.sort();
        for file in &names {
            if tree.leads_out(file) {
                self.lost(tree, path, line, file);
            } else {
                self.read(tree, file, depth + 1);
            }
        }
    }

    fn lost(&mut self, tree: &mut Tree<'_>, path: &str, line: u32, what: &str) {
        let place = tree.place(path, line);
        self.settings.missing = Some(format!("{place}: {what}"));
        told(
            tree,
            path,
            line,
            &format!("includes {what}, which is not here"),
        );
    }

    fn subject(self, tree: &mut Tree<'_>, main: &str, out: &mut Collected) {
        // Options of clients alone make no server.
        if !self.groups && self.settings.is_empty() && self.settings.missing.is_none() {
            return;
        }
        let mut subject = Subject::new("mysql", "mysql").at(tree.place(main, 1));
        let s = &self.settings;
        s.put_all(&mut subject, &OWN, &["plugin_load_add"]);
        s.conclude(&mut subject, "listens_remotely", "bind_address", "*", |v| {
            Some(v.split(',').any(|a| !is_loopback(a)).into())
        });
        if s.get("skip_networking").and_then(on) == Some(true) {
            subject.put(Fact::derived("listens_remotely", false));
        }
        for name in FLAGS {
            let own = OWN
                .iter()
                .find(|(n, _)| n == name)
                .map_or("OFF", |(_, v)| v);
            s.conclude(&mut subject, format!("{name}_on"), name, own, |v| {
                if v.is_empty() {
                    Some(true.into())
                } else {
                    on_value(v)
                }
            });
        }
        s.conclude(
            &mut subject,
            "weak_tls",
            "tls_version",
            "TLSv1.2,TLSv1.3",
            |v| {
                let weak = v
                    .split(',')
                    .map(str::trim)
                    .filter(|p| ["TLSv1", "TLSv1.0", "TLSv1.1", "SSLv3"].contains(p));
                Some(Value::list(weak.map(Value::from)))
            },
        );
        for name in ["wait_timeout", "interactive_timeout", "max_connections"] {
            let own = OWN.iter().find(|(n, _)| *n == name).map_or("", |(_, v)| v);
            s.conclude(&mut subject, format!("{name}_count"), name, own, |v| {
                v.trim().parse().ok().map(Value::Int)
            });
        }
        let has_cert = s.get("ssl_cert").is_some() && s.get("ssl_key").is_some();
        subject.put(match (&s.missing, has_cert) {
            (Some(what), false) => Fact::derived(
                "tls_configured",
                Value::unseen("include-missing", what.as_str()),
            ),
            _ => Fact::derived("tls_configured", has_cert),
        });
        self.audit(&mut subject);
        self.product(&mut subject, main);
        for (name, why) in &self.doubtful {
            doubt(&mut subject, name, why);
        }
        out.subjects.push(subject);
    }

    /// MariaDB and MySQL part in a few values of their own: where it is not known which of them it is, neither are these.
    fn product(&self, subject: &mut Subject, main: &str) {
        let names = self.used.iter().map(String::as_str).chain([main]);
        let words: Vec<&str> = names.flat_map(|path| path.split(['/', '.'])).collect();
        let maria = match &self.told {
            Some(told) => told.maria,
            None => self.maria || words.contains(&"mariadb"),
        };
        let s = &self.settings;
        let product = match &self.told {
            Some(told) if !told.maria => "MySQL 8.0",
            _ if maria => "MariaDB 10.11",
            Some(_) | None => "MySQL 8.0 or MariaDB 10.11",
        };
        subject.put(Fact::derived("defaults_of", product));
        let unknown = || Value::unseen("ambiguous", "MySQL or MariaDB: which one is not known");
        if s.line("local_infile").is_none() && s.missing.is_none() {
            if self.told.as_ref().is_some_and(Told::is_mysql_8) {
                subject.put(Fact::default_of("local_infile", "OFF"));
                subject.put(Fact::derived("local_infile_on", false));
            } else if !maria {
                for path in ["local_infile", "local_infile_on"] {
                    subject.put(Fact::derived(path, unknown()));
                }
            }
        }
        let told = ["innodb_encrypt_tables", "default_table_encryption"]
            .into_iter()
            .find_map(|name| s.line(name));
        let value = match (told, &s.missing) {
            (Some(line), _) => {
                let on = on(&line.value) == Some(true) || line.value.eq_ignore_ascii_case("force");
                Value::Bool(on)
            }
            (None, Some(what)) => Value::unseen("include-missing", what.as_str()),
            // Neither of them does so of itself.
            (None, None) => Value::Bool(false),
        };
        let fact = Fact::derived("tables_encrypted", value);
        subject.put(match told {
            Some(line) => fact.at(line.place.clone()),
            None => fact,
        });
    }

    /// Is every statement on data logged: the audit plugin, or the general log?
    fn audit(&self, subject: &mut Subject) {
        let s = &self.settings;
        let loaded = ["plugin_load_add", "plugin_load"]
            .iter()
            .flat_map(|name| s.all(name))
            .find(|l| l.value.contains("server_audit") || l.value.contains("audit_log"));
        let logging = s.get("server_audit_logging").and_then(on) == Some(true);
        let general = s
            .get("general_log")
            .is_some_and(|v| v.is_empty() || on(v) == Some(true));
        let value =
            if general || (loaded.is_some() && (logging || s.get("audit_log_policy").is_some())) {
                Value::Bool(true)
            } else if let Some(what) = &s.missing {
                Value::unseen("include-missing", what.as_str())
            } else {
                Value::Bool(false)
            };
        let fact = Fact::derived("data_log_enabled", value);
        subject.put(match loaded {
            Some(line) => fact.at(line.place.clone()),
            None => fact,
        });
    }
}

/// `skip_x`, `disable_x`, `enable_x` and names that stand alone.
fn meaning(name: String, value: Option<String>) -> (String, String) {
    let (name, own) = if let Some(rest) = name.strip_prefix("disable_") {
        (rest.to_owned(), "OFF")
    } else if let Some(rest) = name.strip_prefix("enable_") {
        (rest.to_owned(), "ON")
    } else if let Some(rest) = name
        .strip_prefix("skip_")
        .filter(|_| !SKIPS.contains(&name.as_str()))
    {
        (rest.to_owned(), "OFF")
    } else {
        (name, "ON")
    };
    // Two names of one option.
    let name = match name.as_str() {
        "log_err" => "log_error".to_owned(),
        "tls_versions" => "tls_version".to_owned(),
        _ => name,
    };
    (name, value.unwrap_or_else(|| own.to_owned()))
}

/// Does the server read a group?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    Always,
    /// A server of that version alone reads it, and which one runs is not known.
    Perhaps,
    Never,
}

impl Server {
    fn takes(&self, group: &str) -> Takes {
        let of_maria =
            |name: &str| ["mariadb", "mariadbd", "client-server", "galera"].contains(&name);
        let is_mysql = self.told.as_ref().is_some_and(|told| !told.maria);
        if ["mysqld", "server"].contains(&group) || (of_maria(group) && !is_mysql) {
            return Takes::Always;
        }
        // `[mysqld-8.0]`, `[mariadb-10.11]`.
        let Some((name, version)) = group.rsplit_once('-') else {
            return Takes::Never;
        };
        let numbered = version.starts_with(|c: char| c.is_ascii_digit());
        if !numbered || !["mysqld", "mariadb", "mariadbd"].contains(&name) {
            return Takes::Never;
        }
        match &self.told {
            None => Takes::Perhaps,
            Some(told) if told.version == version && (told.maria || name == "mysqld") => {
                Takes::Always
            }
            Some(_) => Takes::Never,
        }
    }
}

/// The option of ours that a name may be short for: the server takes any beginning that fits one alone.
fn shortened(name: &str) -> Option<&'static str> {
    let mut known = OWN.iter().map(|(n, _)| *n).chain(FLAGS.iter().copied());
    let is_known = known.clone().any(|k| k == name);
    if is_known || WHOLE.contains(&name) || name.len() < 3 {
        return None;
    }
    known.find(|k| k.starts_with(name))
}

/// Options of their own that other names begin with.
const WHOLE: [&str; 8] = [
    "ssl",
    "log",
    "plugin_load",
    "server_audit",
    "audit_log",
    "innodb",
    "general",
    "old",
];

/// What hangs on an option of which the value is not known.
fn doubt(subject: &mut Subject, name: &str, why: &str) {
    let of_it = |path: &str| {
        path == name
            || path
                .strip_prefix(name)
                .is_some_and(|rest| ["_on", "_count"].contains(&rest))
    };
    let concluded: &[&str] = match name {
        "bind_address" | "skip_networking" => &["listens_remotely"],
        "tls_version" => &["weak_tls"],
        "ssl_cert" | "ssl_key" | "ssl" => &["tls_configured"],
        "general_log" | "plugin_load" | "plugin_load_add" | "server_audit_logging" => {
            &["data_log_enabled"]
        }
        "innodb_encrypt_tables" | "default_table_encryption" => &["tables_encrypted"],
        _ => &[],
    };
    for fact in subject.facts.values_mut() {
        if of_it(&fact.path) || concluded.contains(&&*fact.path) {
            fact.value = Value::unseen("ambiguous", why);
        }
    }
}

/// Options that are called so; before any other name `skip` turns it off.
const SKIPS: [&str; 8] = [
    "skip_name_resolve",
    "skip_networking",
    "skip_grant_tables",
    "skip_show_database",
    "skip_slave_start",
    "skip_replica_start",
    "skip_external_locking",
    "skip_host_cache",
];

const FLAGS: &[&str] = &[
    "require_secure_transport",
    "local_infile",
    "skip_name_resolve",
    "log_bin",
    "skip_grant_tables",
    "symbolic_links",
    "encrypt_binlog",
    "innodb_encrypt_log",
    "general_log",
    "slow_query_log",
    "old_passwords",
];

/// The server's own values (MariaDB 10.11; MySQL 8.0 has the same for these but where the names differ).
const OWN: [(&str, &str); 26] = [
    ("bind_address", "*"),
    ("port", "3306"),
    ("require_secure_transport", "OFF"),
    ("local_infile", "ON"),
    ("skip_name_resolve", "OFF"),
    ("skip_grant_tables", "OFF"),
    ("skip_networking", "OFF"),
    ("symbolic_links", "ON"),
    ("log_bin", "OFF"),
    ("encrypt_binlog", "OFF"),
    ("innodb_encrypt_tables", "OFF"),
    ("innodb_encrypt_log", "OFF"),
    ("general_log", "OFF"),
    ("slow_query_log", "OFF"),
    ("old_passwords", "OFF"),
    ("tls_version", "TLSv1.2,TLSv1.3"),
    ("wait_timeout", "28800"),
    ("interactive_timeout", "28800"),
    ("max_connections", "151"),
    ("max_user_connections", "0"),
    ("max_connect_errors", "100"),
    ("secure_file_priv", ""),
    ("log_warnings", "2"),
    (
        "sql_mode",
        "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION",
    ),
    ("connect_timeout", "10"),
    ("max_password_errors", "4294967295"),
];

const MAX_DEPTH: usize = 10;
const MAX_FILES: usize = 1_000;
