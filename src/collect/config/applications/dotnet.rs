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
        Some(v.split(';').any(|h| h.trim() == "*").into())
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
    let plain = all.iter().find(|(c, _)| c.plain).map(|(_, p)| *p);
    let blind = all.iter().find(|(c, _)| c.blind).map(|(_, p)| *p);
    put(
        s,
        subject,
        "plain_database",
        plain.is_some(),
        plain,
        lines.is_empty(),
    );
    put(
        s,
        subject,
        "any_certificate",
        blind.is_some(),
        blind,
        lines.is_empty(),
    );
}

/// Puts a conclusion; where no line speaks and a file is missing nothing is known.
fn put(
    s: &Settings,
    subject: &mut Subject,
    path: &str,
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

/// What a connection string says of its way.
struct Connection {
    plain: bool,
    blind: bool,
}

impl Connection {
    /// Nothing where it names no host of a database, or only this machine.
    fn read(text: &str) -> Option<Self> {
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
        let server = get(&["host", "server", "datasource", "address", "addr"])?;
        let server = server.trim_start_matches("tcp:");
        let host = server.split([',', '\\', ':']).next().unwrap_or(server);
        if host.is_empty()
            || host.starts_with('/')
            || is_loopback(host)
            || [".", "(local)", "(localdb)"].contains(&host)
        {
            return Some(Self {
                plain: false,
                blind: false,
            });
        }
        let mode = get(&["sslmode"]);
        // Npgsql and MySqlConnector have a mode; Microsoft's client encrypts of itself since its version 4.
        let other = pairs.contains_key("host") || get(&["port", "uid", "sslmode"]).is_some();
        let plain = if other {
            !mode.is_some_and(|m| m.starts_with("require") || m.starts_with("verify"))
        } else {
            matches!(get(&["encrypt"]), Some("false" | "no" | "optional"))
        };
        let blind = matches!(get(&["trustservercertificate"]), Some("true" | "yes"));
        Some(Self { plain, blind })
    }
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
        assert_eq!(read("Host=db.noibo.vn;Database=a"), Some((true, false)));
        assert_eq!(read("Host=db;SSL Mode=VerifyFull"), Some((false, false)));
        assert_eq!(read("Server=sql01,1433;Database=a"), Some((false, false)));
        assert_eq!(read("Server=tcp:sql01;Encrypt=False"), Some((true, false)));
        assert_eq!(
            read("Data Source=sql01;TrustServerCertificate=True"),
            Some((false, true))
        );
        assert_eq!(read("Server=(local);Encrypt=False"), Some((false, false)));
        assert_eq!(read("Server=my;Port=3306;Uid=a"), Some((true, false)));
        assert_eq!(read("Filename=a.db"), None);
        assert_eq!(host("http://0.0.0.0:5000/"), "0.0.0.0");
        assert_eq!(
            environment("/a/appsettings.Production.json").as_deref(),
            Some("Production")
        );
        assert_eq!(environment("/a/appsettings.json"), None);
    }
}
