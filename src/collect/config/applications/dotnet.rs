//! `appsettings.json` of .NET with what each environment lays over it: keys without regard to letters' case, lists by
//! their place, the program's own values where both are silent.

use std::collections::{BTreeMap, BTreeSet};

use crate::collect::config::kind::Kind;
use crate::collect::config::secrets;
use crate::collect::config::settings::{Settings, is_loopback, on_value, told};
use crate::collect::config::tree::{Tree, folder};
use crate::model::{Collected, Fact, Place, Subject, Value};
use crate::parse::yaml::{self, Node};

/// A key with its value, in the order of the files.
type Lines = Vec<(String, String, Place)>;

/// Adds a subject for each folder, and one for each environment that it has a file for.
pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected) {
    let mut folders: BTreeMap<String, BTreeMap<Option<String>, Lines>> = BTreeMap::new();
    let mut broken = BTreeSet::new();
    for path in tree.of_kind(&Kind::Dotnet) {
        let Ok(text) = tree.text(&path) else { continue };
        match yaml::json_document(&text) {
            Ok(root) => {
                let mut lines = Lines::new();
                flatten(tree, &path, &root, "", &mut lines);
                let files = folders.entry(folder(&path).to_owned()).or_default();
                files.insert(environment(&path), lines);
            }
            Err(fault) => {
                told(tree, &path, fault.line, &fault.what);
                broken.insert((folder(&path).to_owned(), environment(&path)));
            }
        }
    }
    for (folder, files) in &folders {
        for name in files.keys() {
            let base = files.get(&None);
            let lost = base.is_none();
            let over = name.as_ref().and_then(|_| files.get(name));
            let lines = base.into_iter().chain(over).flatten();
            let mut settings = Settings::without(lost.then(|| "appsettings.json itself".into()));
            for (key, value, place) in lines {
                settings.add(key.as_str(), value.as_str(), place.clone());
            }
            let first = files
                .get(name)
                .and_then(|l| l.first())
                .map(|(.., p)| p.clone());
            let inside = folder.trim_start_matches('/');
            let id = match name {
                None => format!("dotnet[{inside}]"),
                Some(name) => format!("dotnet[{inside}:{name}]"),
            };
            let mut subject = Subject::new("dotnet", id);
            subject.place = first;
            facts(&settings, name.as_deref(), &mut subject);
            // Where production has a file of its own, the base alone serves nobody.
            let is_production = |n: &Option<String>| {
                n.as_deref()
                    .is_some_and(|n| n.eq_ignore_ascii_case("production"))
            };
            if name.is_none() && files.keys().any(is_production) {
                subject.put(Fact::derived("production", false));
            }
            out.subjects.push(subject);
        }
    }
}

/// The environment that the name of a file says.
fn environment(path: &str) -> Option<String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let middle = name.get("appsettings.".len()..)?;
    let middle = middle.get(..middle.len().checked_sub(".json".len())?)?;
    (!middle.is_empty()).then(|| middle.to_owned())
}

fn flatten(tree: &Tree<'_>, path: &str, node: &Node, above: &str, out: &mut Lines) {
    let name = |key: &str| {
        let key = key.to_lowercase().replace(':', ".");
        if above.is_empty() {
            key
        } else {
            format!("{above}.{key}")
        }
    };
    for (key, held) in node.entries() {
        let name = name(&key.name);
        match held.scalar() {
            Some(text) => out.push((name, text, tree.place(path, key.span.line))),
            None => flatten(tree, path, held, &name, out),
        }
    }
    for (at, held) in node.items().iter().enumerate() {
        let name = name(&at.to_string());
        match held.scalar() {
            Some(text) => out.push((name, text, tree.place(path, held.span.line))),
            None => flatten(tree, path, held, &name, out),
        }
    }
}

fn facts(s: &Settings, environment: Option<&str>, subject: &mut Subject) {
    s.put_all(subject, &OWN, &[]);
    let developing = environment.is_some_and(|e| {
        ["development", "local", "test", "testing", "dev", "ci"]
            .contains(&e.to_lowercase().as_str())
    });
    subject.put(Fact::derived("production", !developing));
    let name = environment.map_or(Value::Absent, Value::from);
    subject.put(Fact::derived("environment", name));
    s.conclude(subject, "shows_errors", "detailederrors", "false", on_value);
    s.conclude(subject, "any_host", "allowedhosts", "*", |v| {
        let mut hosts = v.split(';').map(str::trim).filter(|h| !h.is_empty());
        let any =
            hosts.clone().next().is_none() || hosts.any(|h| ["*", "0.0.0.0", "[::]"].contains(&h));
        Some(any.into())
    });
    s.conclude(
        subject,
        "logs_off",
        "logging.loglevel.default",
        "Information",
        |v| Some(v.eq_ignore_ascii_case("none").into()),
    );
    protocols(s, subject);
    listeners(s, subject);
    connections(s, subject);
    let named = s.names().filter(|name| {
        s.get(name).is_some_and(|v| {
            let last = name.rsplit('.').next().unwrap_or(name);
            [*name, last]
                .iter()
                .any(|n| !secrets::scan(&format!("{n}={v}"), secrets::Look::Config).is_empty())
        })
    });
    let named: Vec<Value> = named.map(Value::from).collect();
    subject.put(Fact::derived("secret_keys", Value::list(named)));
}

/// Names of TLS versions that Kestrel is told to speak.
fn protocols(s: &Settings, subject: &mut Subject) {
    let lines: Vec<_> = s
        .names()
        .filter(|n| n.starts_with("kestrel.") && n.contains(".sslprotocols"))
        .filter_map(|n| s.line(n))
        .collect();
    let weak = lines
        .iter()
        .find(|l| ["tls", "tls11", "ssl2", "ssl3"].contains(&l.value.to_lowercase().as_str()));
    let items = lines
        .iter()
        .filter(|l| ["tls", "tls11", "ssl2", "ssl3"].contains(&l.value.to_lowercase().as_str()))
        .map(|l| Value::from(l.value.as_str()));
    put(
        s,
        subject,
        "weak_protocols",
        Value::list(items),
        weak.map(|l| &l.place),
        lines.is_empty(),
    );
}

/// Addresses on which the program itself speaks plain HTTP to others.
fn listeners(s: &Settings, subject: &mut Subject) {
    let named = s
        .names()
        .filter(|n| *n == "urls" || (n.starts_with("kestrel.endpoints.") && n.ends_with(".url")));
    let lines: Vec<_> = named.filter_map(|n| s.line(n)).collect();
    // Ports alone are those of every address; an address counts before them.
    let ports = s
        .line("http_ports")
        .filter(|l| s.line("urls").is_none() && !l.value.trim().is_empty());
    if let Some(line) = ports {
        let ports = line
            .value
            .split(';')
            .map(|p| format!("http://*:{}", p.trim()));
        let items = Value::list(ports.map(Value::from));
        put(
            s,
            subject,
            "plain_listeners",
            items,
            Some(&line.place),
            false,
        );
        return;
    }
    let plain: Vec<_> = lines
        .iter()
        .flat_map(|l| l.value.split(';').map(move |url| (url.trim(), &l.place)))
        .filter(|(url, _)| url.to_lowercase().starts_with("http://"))
        .filter(|(url, _)| !is_loopback(host(url)))
        .collect();
    let place = plain.first().map(|(_, place)| *place);
    let items = Value::list(plain.iter().map(|(url, _)| Value::from(*url)));
    put(
        s,
        subject,
        "plain_listeners",
        items,
        place,
        lines.is_empty(),
    );
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split('/').next().unwrap_or(rest);
    match rest.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|c| c.is_ascii_digit()) => host,
        Some(_) | None => rest,
    }
}

/// Connections that leave this machine in clear, or take any certificate.
fn connections(s: &Settings, subject: &mut Subject) {
    let lines: Vec<_> = s
        .names()
        .filter(|n| n.starts_with("connectionstrings."))
        .filter_map(|n| s.line(n))
        .collect();
    let all: Vec<(Connection, &Place)> = lines
        .iter()
        .filter_map(|l| Some((Connection::read(&l.value)?, &l.place)))
        .collect();
    for (path, part) in [
        (
            "plain_database",
            (|c: &Connection| c.plain) as fn(&Connection) -> Option<bool>,
        ),
        ("any_certificate", |c| c.blind),
    ] {
        let of = |wanted: Option<bool>| {
            let found = all.iter().find(|(c, _)| part(c) == wanted);
            found.map(|(_, place)| *place)
        };
        let (value, place) = match (of(Some(true)), of(None)) {
            (Some(place), _) => (Value::Bool(true), Some(place)),
            (None, Some(place)) => (
                Value::unseen(
                    "ambiguous",
                    "a connection of which nothing here says how it goes",
                ),
                Some(place),
            ),
            (None, None) => (Value::Bool(false), None),
        };
        put(s, subject, path, value, place, lines.is_empty());
    }
}

/// Puts a conclusion; where no line speaks and a file is missing nothing is known.
fn put(
    s: &Settings,
    subject: &mut Subject,
    path: &'static str,
    value: impl Into<Value>,
    place: Option<&Place>,
    silent: bool,
) {
    let fact = match (&s.missing, silent || place.is_none()) {
        (Some(what), true) => Fact::derived(path, Value::unseen("include-missing", what.as_str())),
        (Some(_) | None, _) => Fact::derived(path, value),
    };
    subject.put(match place {
        Some(place) => fact.at(place.clone()),
        None => fact,
    });
}

/// What a connection string says of its way; nothing where it does not say it.
struct Connection {
    plain: Option<bool>,
    blind: Option<bool>,
}

impl Connection {
    const SAFE: Self = Self {
        plain: Some(false),
        blind: Some(false),
    };
    const UNKNOWN: Self = Self {
        plain: None,
        blind: None,
    };

    /// Nothing where it names no host of a database.
    fn read(text: &str) -> Option<Self> {
        if text.trim().is_empty() {
            return None;
        }
        if let Some((scheme, rest)) = text.split_once("://") {
            return Some(Self::of_address(&scheme.trim().to_lowercase(), rest));
        }
        let pairs: BTreeMap<String, String> = text
            .split(';')
            .filter_map(|p| p.split_once('='))
            .map(|(k, v)| {
                (
                    k.trim().to_lowercase().replace(' ', ""),
                    v.trim().to_lowercase(),
                )
            })
            .collect();
        let get = |names: &[&str]| names.iter().find_map(|n| pairs.get(*n)).map(String::as_str);
        // A file of this machine.
        if get(&["filename", "attachdbfilename"]).is_some() {
            return Some(Self::SAFE);
        }
        match get(&["defaultendpointsprotocol"]) {
            Some("https") => return Some(Self::SAFE),
            Some(_) => {
                return Some(Self {
                    plain: Some(true),
                    blind: Some(false),
                });
            }
            None => {}
        }
        let Some(server) = get(&["host", "server", "datasource", "address", "addr"]) else {
            return Some(Self::of_redis(text));
        };
        if server.ends_with(".db") || server.ends_with(".sqlite") || server == ":memory:" {
            return Some(Self::SAFE);
        }
        let server = server.trim_start_matches("tcp:");
        let host = server.split([',', '\\', ':', '/']).next().unwrap_or(server);
        if host.is_empty() || is_loopback(host) || [".", "(local)", "(localdb)"].contains(&host) {
            return Some(Self::SAFE);
        }
        if is_oracle(server) {
            let tls = server.contains("tcps");
            return Some(Self {
                plain: Some(!tls),
                blind: if tls { None } else { Some(false) },
            });
        }
        // Npgsql and MySqlConnector have a mode, of which only the verifying ones look at the certificate.
        let other = pairs.contains_key("host") || get(&["port", "uid", "sslmode"]).is_some();
        if other {
            let mode = get(&["sslmode"]).unwrap_or_default();
            let verifies = mode.starts_with("verify");
            let tls = verifies || mode.starts_with("require");
            return Some(Self {
                plain: Some(!tls),
                blind: Some(tls && !verifies),
            });
        }
        let trusts = matches!(get(&["trustservercertificate"]), Some("true" | "yes"));
        // Microsoft's client encrypts of itself since its version 4; those before do not.
        let plain = match get(&["encrypt"]) {
            Some("false" | "no" | "optional") => Some(true),
            Some(_) => Some(false),
            None => None,
        };
        Some(Self {
            plain,
            blind: Some(trusts),
        })
    }

    /// `mongodb://`, `amqps://`, `redis://` …
    fn of_address(scheme: &str, rest: &str) -> Self {
        let lower = rest.to_lowercase();
        let hosts = lower.split(['/', '?']).next().unwrap_or_default();
        let hosts = hosts.rsplit('@').next().unwrap_or(hosts);
        let away = hosts.split(',').any(|one| !is_loopback(host(one)));
        let has = |words: &[&str]| words.iter().any(|w| lower.contains(w));
        let tls = match scheme {
            "mongodb+srv" => !has(&["tls=false", "ssl=false"]),
            "mongodb" => has(&["tls=true", "ssl=true"]),
            "amqps" | "rediss" | "https" => true,
            "amqp" | "redis" | "http" => false,
            "postgres" | "postgresql" | "mysql" => has(&["sslmode=require", "sslmode=verify"]),
            _ => return Self::UNKNOWN,
        };
        if !away {
            return Self::SAFE;
        }
        let blind = has(&["tlsinsecure=true", "tlsallowinvalidcertificates=true"]);
        Self {
            plain: Some(!tls),
            blind: Some(tls && blind),
        }
    }

    /// `10.0.0.5:6379,password=…,ssl=true`, as the client of Redis has it.
    fn of_redis(text: &str) -> Self {
        let lower = text.to_lowercase();
        let mut parts = lower.split(',').map(str::trim);
        let is_host = |part: &&str| {
            part.rsplit_once(':')
                .is_some_and(|(_, port)| port.parse::<u16>().is_ok())
        };
        let hosts: Vec<&str> = parts.clone().filter(is_host).collect();
        if hosts.is_empty() {
            return Self::UNKNOWN;
        }
        let away = hosts.iter().any(|one| !is_loopback(host(one)));
        let tls = parts.any(|part| part.replace(' ', "") == "ssl=true");
        Self {
            plain: Some(away && !tls),
            blind: Some(false),
        }
    }
}

/// `10.0.0.5:1521/ORCL`, `(DESCRIPTION=…`.
fn is_oracle(server: &str) -> bool {
    let port = |text: &str| text.parse::<u16>().is_ok();
    server.contains("(description")
        || server
            .split_once('/')
            .and_then(|(host, _)| host.rsplit_once(':'))
            .is_some_and(|(_, p)| port(p))
}

/// Its own values (.NET 8).
const OWN: [(&str, &str); 3] = [
    ("allowedhosts", "*"),
    ("detailederrors", "false"),
    ("logging.loglevel.default", "Information"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_as_people_write_them() {
        let read = |text: &str| Connection::read(text).map(|c| (c.plain, c.blind));
        let (yes, no) = (Some(true), Some(false));
        for (text, plain, blind) in [
            ("Host=db.noibo.vn;Database=a", yes, no),
            ("Host=db;SSL Mode=VerifyFull", no, no),
            ("Host=db;SSL Mode=Require", no, yes),
            ("Server=sql01,1433;Database=a", None, no),
            ("Server=sql01;Encrypt=True", no, no),
            ("Server=tcp:sql01;Encrypt=False", yes, no),
            (
                "Data Source=sql01;Encrypt=Strict;TrustServerCertificate=True",
                no,
                yes,
            ),
            ("Server=(local);Encrypt=False", no, no),
            ("Server=my;Port=3306;Uid=a", yes, no),
            ("Data Source=10.0.0.5:1521/ORCL;User Id=a", yes, no),
            (
                "Data Source=(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=a)));User Id=a",
                yes,
                no,
            ),
            ("Filename=a.db", no, no),
            ("Data Source=a.db", no, no),
            ("mongodb://10.0.0.5:27017/a", yes, no),
            ("mongodb://10.0.0.5/a?tls=true", no, no),
            ("amqp://localhost", no, no),
            ("10.0.0.5:6379,password=x,ssl=False", yes, no),
            ("10.0.0.5:6379,ssl=true", no, no),
            ("Endpoint=x", None, None),
        ] {
            assert_eq!(read(text), Some((plain, blind)), "{text}");
        }
        assert_eq!(read(""), None);
        assert_eq!(host("http://0.0.0.0:5000/"), "0.0.0.0");
        assert_eq!(
            environment("/a/appsettings.Production.json").as_deref(),
            Some("Production")
        );
        assert_eq!(environment("/a/appsettings.json"), None);
    }
}
