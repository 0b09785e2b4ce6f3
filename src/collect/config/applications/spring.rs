//! Spring Boot: `application.yml` and `.properties` of one folder together, each profile laid over the rest.

use std::collections::{BTreeMap, BTreeSet};

use super::connections::{is_plain, other_databases, other_redis};
use super::profiles;
use crate::collect::config::kind::Kind;
use crate::collect::config::secrets;
use crate::collect::config::settings::{Settings, is_loopback, is_secret, on, on_value, told};
use crate::collect::config::tree::{Tree, folder};
use crate::model::{Collected, Fact, Origin, Place, Sensitivity, Subject, Value};
use crate::parse::properties;
use crate::parse::yaml::{self, Node, NodeValue};

/// One line, with the profile that it counts for.
struct Line {
    profile: Option<String>,
    /// It stands in a file of its profile, which counts over all that is none.
    own_file: bool,
    name: String,
    value: String,
    place: Place,
}

/// Adds a subject for each folder, and one for each of its profiles.
pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected) {
    let mut folders: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in tree.of_kind(&Kind::Spring) {
        folders
            .entry(folder(&path).to_owned())
            .or_default()
            .push(path);
    }
    for (folder, mut files) in folders {
        // Properties count before YAML, application before bootstrap; a profile's own file before a part of another.
        files.sort_by_key(|f| {
            let name = f.rsplit('/').next().unwrap_or(f).to_owned();
            (
                name.contains('-'),
                !name.starts_with("bootstrap"),
                name.ends_with(".properties"),
            )
        });
        let mut lines = Vec::new();
        for file in &files {
            read(tree, file, &mut lines);
        }
        let profiles: BTreeSet<Option<String>> = lines
            .iter()
            .map(|l| l.profile.clone())
            .chain([None])
            .chain(groups(&lines).into_iter().map(|(name, _)| Some(name)))
            .collect();
        for profile in profiles {
            let place = tree.place(files.first().map_or("/", String::as_str), 1);
            let subject = subject(&folder, profile.as_deref(), &lines, place);
            out.subjects.push(subject);
        }
    }
}

fn read(tree: &mut Tree<'_>, path: &str, lines: &mut Vec<Line>) {
    let Ok(text) = tree.text(path) else { return };
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let own = stem.split_once('-').map(|(_, profile)| profile.to_owned());
    let mut documents: Vec<Vec<(String, String, u32)>> = Vec::new();
    if name.ends_with(".properties") {
        documents.push(Vec::new());
        for property in properties::parse(&text) {
            match property {
                None => documents.push(Vec::new()),
                Some(p) => {
                    if let Some(last) = documents.last_mut() {
                        last.push((canonical(&p.name), p.value, p.line));
                    }
                }
            }
        }
    } else {
        for doc in yaml::documents(&text) {
            match doc {
                Ok(node) => {
                    let mut flat = Vec::new();
                    flatten(&node, String::new(), &mut flat);
                    documents.push(flat);
                }
                Err(fault) => told(tree, path, fault.line, &fault.what),
            }
        }
    }
    for document in documents {
        let of = |key: &str| {
            document
                .iter()
                .find(|(n, ..)| n == key)
                .map(|(_, v, _)| v.clone())
        };
        let activated = of("spring.config.activate.on-profile").or_else(|| of("spring.profiles"));
        let profile = activated.or_else(|| own.clone());
        for (name, value, line) in document {
            lines.push(Line {
                profile: profile.clone(),
                own_file: own.is_some(),
                name,
                value,
                place: tree.place(path, line),
            });
        }
    }
}

fn flatten(node: &Node, path: String, out: &mut Vec<(String, String, u32)>) {
    match &node.value {
        NodeValue::Map(entries) => {
            for (key, value) in entries {
                let inner = if path.is_empty() {
                    canonical(&key.name)
                } else {
                    format!("{path}.{}", canonical(&key.name))
                };
                flatten(value, inner, out);
            }
        }
        NodeValue::List(items) => {
            let words: Vec<String> = items.iter().filter_map(Node::scalar).collect();
            if words.len() == items.len() {
                out.push((path, words.join(","), node.span.line));
                return;
            }
            for (at, item) in items.iter().enumerate() {
                flatten(item, format!("{path}[{at}]"), out);
            }
        }
        NodeValue::Null => out.push((path, String::new(), node.span.line)),
        NodeValue::Bool(_) | NodeValue::Int(_) | NodeValue::Float(_) | NodeValue::Text(_) => {
            out.push((path, node.scalar().unwrap_or_default(), node.span.line));
        }
    }
}

/// The name as the guides write it: `includeStacktrace` and `include_stacktrace` are `include-stacktrace`.
fn canonical(name: &str) -> String {
    let mut out = String::new();
    let mut lower = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && lower {
            out.push('-');
        }
        lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        out.push(if c == '_' {
            '-'
        } else {
            c.to_ascii_lowercase()
        });
    }
    out
}

fn subject(folder: &str, profile: Option<&str>, lines: &[Line], place: Place) -> Subject {
    let name = folder.trim_start_matches('/');
    let name = if name.is_empty() { "." } else { name };
    let id = match profile {
        None => format!("spring[{name}]"),
        Some(profile) => format!("spring[{name}:{profile}]"),
    };
    let mut settings = Settings::default();
    let active = active(profile, lines);
    // In the order of the files, those of a profile last: what stands in them counts in the order of the profiles.
    let mut counting: Vec<(usize, &Line)> = Vec::new();
    for line in lines {
        let Some(of) = line.profile.as_deref() else {
            counting.push((0, line));
            continue;
        };
        let rank = active.iter().position(|one| one == of).map(|at| at + 1);
        // An expression that is a subject of its own stands for itself.
        let holds = || !active.is_empty() && profiles::holds(of, &active) == Some(true);
        if Some(of) == profile || rank.is_some() || holds() {
            let rank = if line.own_file { rank.unwrap_or(0) } else { 0 };
            counting.push((rank, line));
        }
    }
    counting.sort_by_key(|(rank, _)| *rank);
    for (_, line) in counting {
        settings.add(line.name.as_str(), line.value.as_str(), line.place.clone());
    }
    let elsewhere = settings
        .names()
        .find(|name| is_elsewhere(name, settings.get(name).unwrap_or_default()))
        .map(|name| format!("{name}: another place may say more"));
    settings.missing = elsewhere;
    let mut subject = Subject::new("spring", id).at(place);
    directives(&settings, &mut subject);
    conclusions(&settings, &mut subject);
    let production = profile.is_none_or(|p| {
        !["dev", "development", "local", "test", "it", "ci", "default"].contains(&p)
    });
    subject.put(Fact::derived("production", production));
    subject.put(Fact::derived(
        "profile",
        profile.map_or(Value::Absent, Value::from),
    ));
    subject
}

/// `spring.profiles.group.production: [db, web]`.
fn groups(lines: &[Line]) -> Vec<(String, Vec<String>)> {
    let mut all: Vec<(String, Vec<String>)> = Vec::new();
    for line in lines {
        let Some(name) = line.name.strip_prefix("spring.profiles.group.") else {
            continue;
        };
        // `group.production[0]=db`
        let name = name.split('[').next().unwrap_or(name).to_owned();
        let members = line.value.split(',').map(|m| m.trim().to_owned());
        match all.iter_mut().find(|(known, _)| *known == name) {
            Some((_, held)) => held.extend(members),
            None => all.push((name, members.collect())),
        }
    }
    all
}

/// The profiles that are active with this one: what is taken in always, itself, the members of its group. None beside an
/// expression, which says by itself what it is for.
fn active(profile: Option<&str>, lines: &[Line]) -> Vec<String> {
    let Some(profile) = profile.filter(|p| profiles::is_name(p)) else {
        return Vec::new();
    };
    let groups = groups(lines);
    let included = lines
        .iter()
        .filter(|l| l.profile.is_none() && l.name.starts_with("spring.profiles.include"))
        .flat_map(|l| l.value.split(',').map(|m| m.trim().to_owned()));
    let mut active: Vec<String> = Vec::new();
    let mut todo: Vec<String> = included.chain([profile.to_owned()]).collect();
    todo.reverse();
    while let Some(name) = todo.pop() {
        if name.is_empty() || active.contains(&name) || active.len() >= MAX_ACTIVE {
            continue;
        }
        let members = groups.iter().filter(|(group, _)| *group == name);
        todo.extend(members.flat_map(|(_, m)| m.iter().rev().cloned()));
        active.push(name);
    }
    active
}

/// How many profiles come along with one.
const MAX_ACTIVE: usize = 100;

/// Each name with the value that counts; one that holds a password is masked whatever it is called.
fn directives(settings: &Settings, subject: &mut Subject) {
    let names: Vec<String> = settings.names().map(str::to_owned).collect();
    for name in &names {
        let all = settings.all(name);
        for (nth, line) in all.iter().enumerate() {
            let origin = if nth + 1 == all.len() {
                Origin::Set
            } else {
                Origin::Shadowed
            };
            let hidden = is_secret(name)
                || !secrets::scan(&format!("{name}={}", line.value), secrets::Look::Config)
                    .is_empty();
            let sensitivity = if hidden {
                Sensitivity::Secret("value")
            } else {
                Sensitivity::Public
            };
            subject.put(
                Fact::new(name.clone(), line.value.as_str(), origin, sensitivity)
                    .at(line.place.clone()),
            );
        }
    }
    for (name, own) in OWN {
        if settings.line(name).is_none() {
            subject.put(match &settings.missing {
                Some(what) => Fact::derived(name, Value::unseen("include-missing", what.as_str())),
                None => Fact::default_of(name, own),
            });
        }
    }
}

/// A server of configurations, or a vault, whose values are not here.
fn is_elsewhere(name: &str, value: &str) -> bool {
    let import = name.starts_with("spring.config.import")
        && [
            "configserver:",
            "consul:",
            "vault:",
            "nacos:",
            "zookeeper:",
            "aws-",
            "azure-",
            // A file beside the program, a tree of mounted values: what they say wins, and is not here.
            "file:",
            "configtree:",
        ]
        .iter()
        .any(|place| value.contains(place));
    import
        || [
            "spring.cloud.config.uri",
            "spring.cloud.nacos.config.server-addr",
            "spring.cloud.consul.host",
        ]
        .contains(&name)
}

/// `${NAME:own}` with its own value; nothing where it has none.
pub(super) fn resolved(text: &str) -> Option<String> {
    if !text.contains("${") {
        return Some(text.to_owned());
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        let (inner, left) = after.split_once('}')?;
        let (_, own) = inner.split_once(':')?;
        if own.contains("${") {
            return None;
        }
        out.push_str(own);
        rest = left;
    }
    out.push_str(rest);
    Some(out)
}

fn conclusions(s: &Settings, subject: &mut Subject) {
    let conclude = |subject: &mut Subject,
                    path: &'static str,
                    name: &str,
                    own: &str,
                    read: &dyn Fn(&str) -> Option<Value>| {
        s.conclude(subject, path, name, own, |v| read(&resolved(v)?));
    };
    conclude(
        subject,
        "shows_stacktrace",
        "server.error.include-stacktrace",
        "never",
        &|v| Some((!["never", "false"].contains(&v.to_ascii_lowercase().as_str())).into()),
    );
    conclude(
        subject,
        "session_seconds",
        "server.servlet.session.timeout",
        "30m",
        &|v| duration(v).map(Value::Int),
    );
    // Where nothing is said it depends on each request whether the cookie is kept to HTTPS.
    conclude(
        subject,
        "cookie_secure",
        "server.servlet.session.cookie.secure",
        "",
        &on_value,
    );
    conclude(
        subject,
        "cookie_http_only",
        "server.servlet.session.cookie.http-only",
        "true",
        &on_value,
    );
    conclude(
        subject,
        "h2_console",
        "spring.h2.console.enabled",
        "false",
        &on_value,
    );
    conclude(subject, "debug_on", "debug", "false", &on_value);
    conclude(
        subject,
        "exposed_endpoints",
        "management.endpoints.web.exposure.include",
        "health",
        &|v| {
            let names = v
                .split(',')
                .map(str::trim)
                .filter(|n| SENSITIVE.contains(n));
            Some(Value::list(names.map(Value::from)))
        },
    );
    exposed_one_by_one(s, subject);
    conclude(
        subject,
        "weak_protocols",
        "server.ssl.enabled-protocols",
        "TLSv1.2,TLSv1.3",
        &|v| {
            let weak = v
                .split(',')
                .map(str::trim)
                .filter(|p| ["SSLv3", "TLSv1", "TLSv1.1"].contains(p));
            Some(Value::list(weak.map(Value::from)))
        },
    );
    conclude(
        subject,
        "plain_database",
        "spring.datasource.url",
        "",
        &is_plain,
    );
    other_databases(s, subject);
    // The name of version 2 beside that of version 3.
    let host = ["spring.data.redis.host", "spring.redis.host"];
    let host = host
        .iter()
        .find(|n| s.line(n).is_some())
        .unwrap_or(&host[0]);
    conclude(subject, "plain_redis", host, "localhost", &|v| {
        let tls = [
            "spring.data.redis.ssl.enabled",
            "spring.redis.ssl",
            "spring.data.redis.ssl",
        ]
        .iter()
        .any(|n| s.get(n).and_then(on) == Some(true));
        Some((!is_loopback(v) && !tls).into())
    });
    other_redis(s, subject);
    conclude(
        subject,
        "access_log",
        "server.tomcat.accesslog.enabled",
        "false",
        &on_value,
    );
    conclude(
        subject,
        "access_log_fields",
        "server.tomcat.accesslog.pattern",
        "%h %l %u %t \"%r\" %s %b",
        &|v| {
            let v = if v == "common" || v == "combined" {
                "%h %l %u %t \"%r\""
            } else {
                v
            };
            let has = |marks: &[&str]| marks.iter().any(|m| v.contains(m));
            let fields: [(&str, &[&str]); 5] = [
                ("source", &["%h", "%a", "X-Forwarded-For"]),
                ("destination", &["%v", "%A", "%p", "%{Host}i"]),
                ("account", &["%u"]),
                ("time", &["%t"]),
                ("action", &["%r", "%m", "%U"]),
            ];
            Some(Value::list(
                fields
                    .iter()
                    .filter(|(_, m)| has(m))
                    .map(|(f, _)| Value::from(*f)),
            ))
        },
    );
    separate_port(s, subject);
    let named: Vec<Value> = s
        .names()
        .filter(|name| {
            s.get(name).is_some_and(|v| {
                let v = resolved(v).unwrap_or_default();
                !secrets::scan(&format!("{name}={v}"), secrets::Look::Config).is_empty()
            })
        })
        .map(Value::from)
        .collect();
    subject.put(Fact::derived("secret_keys", Value::list(named)));
}

/// Does administration have a port of its own?
fn separate_port(s: &Settings, subject: &mut Subject) {
    let own = s.line("management.server.port");
    let port = |name: &str, own: &str| resolved(s.get(name).unwrap_or(own));
    let speaks = s.names().any(|name| name.starts_with("management."));
    let value = match (
        port("management.server.port", ""),
        port("server.port", "8080"),
    ) {
        _ if !speaks => Value::unseen(
            "missing-fact",
            "no line speaks of management: whether there is any is not known",
        ),
        (Some(admin), Some(server)) => Value::Bool(!admin.is_empty() && admin != server),
        _ => Value::unseen("ambiguous", "a port is a variable without a value here"),
    };
    let fact = Fact::derived("separate_management_port", value);
    subject.put(match own {
        Some(line) => fact.at(line.place.clone()),
        None => fact,
    });
}

/// `30m`, `1h`, `900` (seconds), `PT15M`.
fn duration(text: &str) -> Option<i64> {
    let text = text.trim().to_ascii_lowercase();
    let text = text.strip_prefix("pt").unwrap_or(&text);
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let number: i64 = text.get(..digits)?.parse().ok()?;
    let unit = match text.get(digits..)? {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    number.checked_mul(unit)
}

/// `include[0]`, `include[1]` …: the same list, one name a line.
fn exposed_one_by_one(s: &Settings, subject: &mut Subject) {
    const KEY: &str = "management.endpoints.web.exposure.include[";
    let lines: Vec<_> = s
        .names()
        .filter(|name| name.starts_with(KEY))
        .filter_map(|name| s.line(name))
        .collect();
    let Some(first) = lines.first() else { return };
    let names: Vec<Option<String>> = lines.iter().map(|l| resolved(&l.value)).collect();
    let open = names.iter().any(Option::is_none);
    let found = names
        .into_iter()
        .flatten()
        .filter(|name| SENSITIVE.contains(&name.trim()))
        .map(Value::from);
    let value = match open {
        true => Value::partial_list(found),
        false => Value::list(found),
    };
    subject.put(Fact::derived("exposed_endpoints", value).at(first.place.clone()));
}

/// Endpoints that show or change more than health.
const SENSITIVE: [&str; 13] = [
    "*",
    "env",
    "beans",
    "heapdump",
    "threaddump",
    "configprops",
    "mappings",
    "loggers",
    "shutdown",
    "httpexchanges",
    "httptrace",
    "jolokia",
    "logfile",
];

/// Spring Boot's own values (3.x).
const OWN: [(&str, &str); 8] = [
    ("server.port", "8080"),
    ("server.error.include-stacktrace", "never"),
    ("server.error.include-message", "never"),
    ("server.servlet.session.timeout", "30m"),
    ("management.endpoints.web.exposure.include", "health"),
    ("spring.h2.console.enabled", "false"),
    ("server.tomcat.accesslog.enabled", "false"),
    ("server.ssl.enabled-protocols", "TLSv1.2,TLSv1.3"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_spring() {
        assert_eq!(canonical("includeStacktrace"), "include-stacktrace");
        assert_eq!(
            (
                duration("15m"),
                duration("PT1H"),
                duration("900"),
                duration("x")
            ),
            (Some(900), Some(3600), Some(900), None)
        );
        assert_eq!(resolved("${A:b}c"), Some("bc".into()));
        assert_eq!(resolved("${A}"), None);
    }
}
