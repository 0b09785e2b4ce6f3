//! Facts of a server and of its hosts: a host has its own line, else the server's, else Apache's own value.

use std::collections::BTreeMap;

use super::Node;
use super::expand::Expander;
use crate::collect::config::nginx;
use crate::collect::config::settings::Settings;
use crate::collect::config::tree::Tree;
use crate::model::{Collected, Fact, Place, Subject, Value};

/// Adds the server and its hosts.
pub(super) fn server(
    tree: &Tree<'_>,
    main: &str,
    nodes: &[Node],
    expander: &Expander,
    out: &mut Collected,
) {
    let above = lines(nodes, expander);
    let mut subject = Subject::new("apache", "apache").at(tree.place(main, 1));
    above.put_all(&mut subject, &OWN, MANY);
    numbers(&above, &mut subject);
    // Everything that may stand at any depth counts for the server as a whole.
    sections(nodes, nodes, expander, &mut subject);
    for module in WATCHED {
        let value = match (expander.has(module), &expander.missing) {
            (Some(loaded), None) => Value::Bool(loaded),
            (Some(true), Some(_)) => Value::Bool(true),
            (Some(false) | None, Some(what)) => Value::unseen("include-missing", what.as_str()),
            (None, None) => Value::unseen("missing-fact", "no LoadModule line is among the files"),
        };
        subject.put(Fact::derived(format!("module.{module}"), value));
    }
    out.subjects.push(subject);
    hosts(nodes, &above, nodes, expander, out);
}

/// Adds the hosts of files without a main one.
pub(super) fn parts(nodes: &[Node], expander: &Expander, out: &mut Collected) {
    let mut above = lines(nodes, expander);
    above.missing = Some("no apache2.conf or httpd.conf among the files".into());
    hosts(nodes, &above, nodes, expander, out);
}

/// Adds what `.htaccess` changes for its folder.
pub(super) fn htaccess(tree: &Tree<'_>, path: &str, nodes: &[Node], out: &mut Collected) {
    let id = format!("apache.htaccess[{}]", path.trim_start_matches('/'));
    let mut subject = Subject::new("apache-htaccess", id).at(tree.place(path, 1));
    let options = nodes.iter().rev().find(|n| n.name == "options");
    let indexes = options.is_some_and(|n| {
        n.args.iter().any(|a| {
            ["indexes", "+indexes", "all", "+all"].contains(&a.to_ascii_lowercase().as_str())
        })
    });
    put(
        &mut subject,
        "indexes",
        indexes,
        options.filter(|_| indexes).map(|n| n.place.clone()),
    );
    let errors = nodes.iter().rev().find(|n| {
        n.name.starts_with("php_")
            && n.args
                .first()
                .is_some_and(|a| a.eq_ignore_ascii_case("display_errors"))
    });
    let shown = errors.is_some_and(|n| {
        n.args.get(1).is_some_and(|v| {
            ["on", "1", "true", "stdout"].contains(&v.to_ascii_lowercase().as_str())
        })
    });
    put(
        &mut subject,
        "display_errors",
        shown,
        errors.map(|n| n.place.clone()),
    );
    out.subjects.push(subject);
}

fn put(subject: &mut Subject, path: &str, value: impl Into<Value>, place: Option<Place>) {
    let fact = Fact::derived(path, value);
    subject.put(match place {
        Some(place) => fact.at(place),
        None => fact,
    });
}

/// The lines of one level, sections left out.
fn lines(nodes: &[Node], expander: &Expander) -> Settings {
    let mut settings = Settings::without(expander.missing.clone());
    for node in nodes.iter().filter(|n| n.block.is_none()) {
        settings.add(node.name.as_str(), node.text(), node.place.clone());
    }
    settings
}

fn numbers(settings: &Settings, subject: &mut Subject) {
    for (name, own) in [
        ("timeout", "60"),
        ("keepalivetimeout", "5"),
        ("maxrequestworkers", "256"),
        ("limitrequestbody", "1073741824"),
    ] {
        settings.conclude(subject, &format!("{name}_count"), name, own, |v| {
            v.trim().trim_end_matches("ms").parse().ok().map(Value::Int)
        });
    }
}

/// Folders that are listed, pages of state, what of the file system is open.
fn sections(nodes: &[Node], all: &[Node], expander: &Expander, subject: &mut Subject) {
    let folders = folders(nodes);
    let listed: Vec<&(String, bool, Place)> = folders.iter().filter(|(_, on, _)| *on).collect();
    let off = expander.has("autoindex") == Some(false);
    let names = listed
        .iter()
        .filter(|_| !off)
        .map(|(path, ..)| Value::from(path.as_str()));
    put(
        subject,
        "indexed_folders",
        list(names, expander),
        listed.first().map(|(.., place)| place.clone()),
    );
    let root = nodes
        .iter()
        .filter(|n| n.name == "directory" && n.args.first().is_some_and(|a| a == "/"))
        .flat_map(Node::children);
    let denied = root
        .clone()
        .any(|n| n.name == "require" && n.text().eq_ignore_ascii_case("all denied"))
        || root
            .clone()
            .any(|n| n.name == "deny" && n.text().eq_ignore_ascii_case("from all"));
    // What is not open is closed only where it is said.
    put(subject, "root_denied", maybe(denied, expander), None);
    let dotfiles = any(all, &|n| {
        ["filesmatch", "directorymatch", "locationmatch", "files"].contains(&n.name.as_str())
            && n.args
                .iter()
                .any(|a| a.contains("\\.") || a.contains(".ht") || a.contains(".git"))
            && n.children()
                .iter()
                .any(|c| c.name == "require" && c.text().eq_ignore_ascii_case("all denied"))
    });
    put(
        subject,
        "dotfiles_denied",
        maybe(dotfiles.is_some(), expander),
        dotfiles.map(|n| n.place.clone()),
    );
    let page = any(all, &|n| {
        n.name == "location"
            && n.children().iter().any(|c| {
                c.name == "sethandler"
                    && ["server-status", "server-info"].contains(&c.text().as_str())
            })
            && is_open(n)
    });
    put(
        subject,
        "status_exposed",
        page.is_some(),
        page.map(|n| n.place.clone()),
    );
    let conditional = any(all, &|n| {
        n.name == "modsecruleengine" || n.name == "secruleengine"
    });
    let waf = conditional.map(|n| n.text());
    put(
        subject,
        "waf",
        match (waf, &expander.missing) {
            (Some(mode), _) => Value::Text(mode.to_ascii_lowercase()),
            (None, Some(what)) => Value::unseen("include-missing", what.as_str()),
            (None, None) => Value::Absent,
        },
        conditional.map(|n| n.place.clone()),
    );
}

fn list(items: impl Iterator<Item = Value>, expander: &Expander) -> Value {
    if expander.missing.is_some() {
        Value::partial_list(items)
    } else {
        Value::list(items)
    }
}

/// What was not found is not there, where everything was read.
fn maybe(found: bool, expander: &Expander) -> Value {
    match &expander.missing {
        Some(what) if !found => Value::unseen("include-missing", what.as_str()),
        Some(_) | None => Value::Bool(found),
    }
}

/// The first directive at any depth of which this holds.
fn any<'n>(nodes: &'n [Node], holds: &dyn Fn(&Node) -> bool) -> Option<&'n Node> {
    nodes.iter().find_map(|node| {
        if holds(node) {
            return Some(node);
        }
        any(node.children(), holds)
    })
}

/// May everybody see it? Apache opens what no line closes.
fn is_open(section: &Node) -> bool {
    let closes = |n: &Node| {
        let text = n.text().to_ascii_lowercase();
        (n.name == "require" && text != "all granted")
            || (n.name == "deny" && text == "from all")
            || n.name == "allow" && text != "from all"
    };
    any(section.children(), &closes).is_none()
}

/// Each folder that a section names, with whether it is listed: sections of folders above count before it.
fn folders(nodes: &[Node]) -> Vec<(String, bool, Place)> {
    let mut found: Vec<&Node> = Vec::new();
    gather(nodes, &mut found);
    found.sort_by_key(|n| {
        n.args
            .first()
            .map_or(0, |a| a.trim_end_matches('/').matches('/').count())
    });
    let mut out: Vec<(String, bool, Place)> = Vec::new();
    for node in &found {
        let Some(path) = node
            .args
            .first()
            .map(|a| a.trim_end_matches('/').to_owned())
        else {
            continue;
        };
        if node.name != "directory" || path.starts_with('~') {
            continue;
        }
        let above = out
            .iter()
            .rev()
            .find(|(other, ..)| path == *other || path.starts_with(&format!("{other}/")));
        let mut on = above.is_some_and(|(_, on, _)| *on);
        let mut place = node.place.clone();
        for options in node.children().iter().filter(|n| n.name == "options") {
            for word in &options.args {
                match word.to_ascii_lowercase().as_str() {
                    "indexes" | "+indexes" | "all" | "+all" => {
                        on = true;
                        place = options.place.clone();
                    }
                    "-indexes" | "none" | "-all" => on = false,
                    _ => {}
                }
            }
            let absolute = options.args.iter().all(|w| !w.starts_with(['+', '-']));
            let says = options
                .args
                .iter()
                .any(|w| ["indexes", "all"].contains(&w.to_ascii_lowercase().as_str()));
            if absolute && !says {
                on = false;
            }
        }
        out.push((if path.is_empty() { "/".into() } else { path }, on, place));
    }
    out
}

fn gather<'n>(nodes: &'n [Node], out: &mut Vec<&'n Node>) {
    for node in nodes {
        if node.name == "directory" {
            out.push(node);
        }
        if node.name == "virtualhost" {
            gather(node.children(), out);
        }
    }
}

/// One subject for each host; a server without hosts is its own.
fn hosts(nodes: &[Node], above: &Settings, all: &[Node], expander: &Expander, out: &mut Collected) {
    let formats = formats(all);
    let found: Vec<&Node> = nodes.iter().filter(|n| n.name == "virtualhost").collect();
    for node in &found {
        let own = lines(node.children(), expander);
        let name = own.get("servername").unwrap_or("_").to_owned();
        let address = node.args.first().map_or("*", String::as_str);
        let port = port_of(address).map_or_else(|| "*".to_owned(), |p| p.to_string());
        let id = format!(
            "apache.vhost[{}:{port}]",
            name.rsplit_once(':').map_or(name.as_str(), |(n, _)| n)
        );
        let mut subject = Subject::new("apache-vhost", id).at(node.place.clone());
        host(
            node.children(),
            above,
            &own,
            &formats,
            expander,
            address,
            &mut subject,
        );
        out.subjects.push(subject);
    }
    if found.is_empty() && !expander.part {
        let name = above.get("servername").unwrap_or("_");
        let listen: Vec<&str> = above
            .all("listen")
            .iter()
            .map(|l| l.value.as_str())
            .collect();
        let listen = listen.join(" ");
        let shown = port_of(&listen).map_or_else(|| "*".to_owned(), |p| p.to_string());
        let mut subject = Subject::new("apache-vhost", format!("apache.vhost[{name}:{shown}]"));
        if let Some(first) = nodes.first() {
            subject = subject.at(first.place.clone());
        }
        host(
            nodes,
            above,
            &Settings::default(),
            &formats,
            expander,
            &listen,
            &mut subject,
        );
        out.subjects.push(subject);
    }
}

fn port_of(address: &str) -> Option<u16> {
    let first = address.split_whitespace().next()?;
    first.rsplit(':').next()?.parse().ok()
}

/// The formats of logs by their names.
fn formats(nodes: &[Node]) -> BTreeMap<String, String> {
    nodes
        .iter()
        .filter(|n| n.name == "logformat")
        .filter_map(|n| Some((n.args.get(1)?.clone(), n.args.first()?.clone())))
        .collect()
}

fn host(
    nodes: &[Node],
    above: &Settings,
    own: &Settings,
    formats: &BTreeMap<String, String>,
    expander: &Expander,
    address: &str,
    subject: &mut Subject,
) {
    let port = port_of(address);
    let local = !address.is_empty()
        && address.split_whitespace().all(|one| {
            let host = one.rsplit_once(':').map_or(one, |(host, _)| host);
            crate::collect::config::settings::is_loopback(host)
        });
    let mut whole = Settings::without(above.missing.clone().or_else(|| own.missing.clone()));
    // The server's lines first, the host's after them: the last one counts.
    for from in [above, own] {
        let names: Vec<String> = from.names().map(str::to_owned).collect();
        for name in names {
            if NOT_INHERITED.contains(&name.as_str())
                && std::ptr::eq(from, above)
                && !own.is_empty()
            {
                continue;
            }
            for line in from.all(&name) {
                whole.add(name.as_str(), line.value.as_str(), line.place.clone());
            }
        }
    }
    whole.put_all(subject, &HOST, MANY);
    whole.conclude(subject, "ssl", "sslengine", "off", |v| {
        Some(v.eq_ignore_ascii_case("on").into())
    });
    whole.conclude(
        subject,
        "weak_protocols",
        "sslprotocol",
        "all -SSLv3",
        |v| Some(Value::list(weak_protocols(v).into_iter().map(Value::from))),
    );
    whole.conclude(subject, "weak_ciphers", "sslciphersuite", "", |v| {
        let suite = v.strip_prefix("SSL ").unwrap_or(v);
        Some(Value::list(
            nginx::weak_ciphers(suite).into_iter().map(Value::from),
        ))
    });
    headers(&whole, subject);
    logs(&whole, own, formats, subject);
    let ssl = whole
        .get("sslengine")
        .is_some_and(|v| v.eq_ignore_ascii_case("on"));
    let redirect = any(nodes, &|n| {
        let text = n.text();
        match n.name.as_str() {
            "redirect" | "redirectmatch" => text.contains("https://"),
            "rewriterule" => {
                text.contains("https://")
                    && (text.contains("R=") || text.contains("[R") || text.contains(",R"))
            }
            _ => false,
        }
    });
    let to_https = redirect.filter(|_| !ssl && port != Some(443));
    put(
        subject,
        "redirect_to_https",
        to_https.is_some(),
        to_https.map(|n| n.place.clone()),
    );
    // Even a host without a folder of its own serves that of the server.
    let plain = !ssl && port != Some(443) && to_https.is_none() && !local;
    let value = match &whole.missing {
        Some(what) if plain => Value::unseen("include-missing", what.as_str()),
        Some(_) | None => plain.into(),
    };
    put(subject, "serves_plain_http", value, None);
    let mut upstreams = Vec::new();
    far_upstreams(nodes, &mut upstreams);
    let names = upstreams.iter().map(|(u, _)| Value::from(u.as_str()));
    put(
        subject,
        "plain_upstreams",
        list(names, expander),
        upstreams.first().map(|(_, p)| p.clone()),
    );
}

/// What is passed on without TLS to another machine.
fn far_upstreams(nodes: &[Node], out: &mut Vec<(String, Place)>) {
    for node in nodes {
        if ["proxypass", "proxypassmatch", "balancermember"].contains(&node.name.as_str()) {
            for arg in &node.args {
                let host = ["http://", "ajp://", "ws://"]
                    .iter()
                    .find_map(|s| arg.strip_prefix(s));
                let Some(host) = host else { continue };
                let name = host.split(['/', '?']).next().unwrap_or(host);
                let name = if name.starts_with('[') {
                    name.split(']').next().unwrap_or(name)
                } else {
                    name.split(':').next().unwrap_or(name)
                };
                if !crate::collect::config::settings::is_loopback(name) {
                    out.push((
                        arg.split('?').next().unwrap_or(arg).to_owned(),
                        node.place.clone(),
                    ));
                }
            }
        }
        far_upstreams(node.children(), out);
    }
}

/// Old protocols that `SSLProtocol` leaves on, in its own arithmetic.
fn weak_protocols(text: &str) -> Vec<&'static str> {
    let mut on: Vec<&'static str> = Vec::new();
    let known = ["SSLv3", "TLSv1", "TLSv1.1"];
    for word in text.split_whitespace() {
        let (sign, name) = match word.strip_prefix(['+', '-']) {
            Some(name) => (word.chars().next(), name),
            None => (None, word),
        };
        let named: Vec<&'static str> = if name.eq_ignore_ascii_case("all") {
            // SSLv3 is part of it only where OpenSSL still has it.
            known.to_vec()
        } else {
            known
                .iter()
                .copied()
                .filter(|k| k.eq_ignore_ascii_case(name))
                .collect()
        };
        match sign {
            Some('-') => on.retain(|k| !named.contains(k)),
            Some(_) => on.extend(named),
            None => on = named,
        }
    }
    on.dedup();
    on
}

/// Headers that are set for every answer.
fn headers(whole: &Settings, subject: &mut Subject) {
    let mut names: Vec<String> = Vec::new();
    let mut hsts = None;
    for line in whole.all("header") {
        let mut words = line.value.split_whitespace();
        let mut first = words.next().unwrap_or_default().to_ascii_lowercase();
        if ["always", "onsuccess"].contains(&first.as_str()) {
            first = words.next().unwrap_or_default().to_ascii_lowercase();
        }
        let name = words
            .next()
            .unwrap_or_default()
            .trim_end_matches(':')
            .to_ascii_lowercase();
        match first.as_str() {
            "set" | "append" | "merge" | "add" | "setifempty" => {
                if name == "strict-transport-security" {
                    let age = line
                        .value
                        .to_ascii_lowercase()
                        .split("max-age=")
                        .nth(1)
                        .and_then(|rest| {
                            let digits: String =
                                rest.chars().take_while(char::is_ascii_digit).collect();
                            digits.parse::<i64>().ok()
                        });
                    hsts = age.map(|age| (age, line.place.clone()));
                }
                names.push(name);
            }
            "unset" => {
                names.retain(|n| *n != name);
                if name == "strict-transport-security" {
                    hsts = None;
                }
            }
            _ => {}
        }
    }
    names.sort();
    names.dedup();
    let unseen = whole.missing.as_deref();
    let shown = names.iter().map(|n| Value::from(n.as_str()));
    put(
        subject,
        "header_names",
        if unseen.is_some() {
            Value::partial_list(shown)
        } else {
            Value::list(shown)
        },
        None,
    );
    match (hsts, unseen) {
        (Some((age, place)), _) => put(subject, "hsts_max_age", Value::Int(age), Some(place)),
        (None, Some(what)) => put(
            subject,
            "hsts_max_age",
            Value::unseen("include-missing", what),
            None,
        ),
        (None, None) => put(subject, "hsts_max_age", Value::Int(0), None),
    }
}

/// Which fields each request leaves behind. A host with a log of its own does not write to the server's.
fn logs(
    whole: &Settings,
    own: &Settings,
    formats: &BTreeMap<String, String>,
    subject: &mut Subject,
) {
    let has_own = ["customlog", "transferlog"]
        .iter()
        .any(|n| !own.all(n).is_empty());
    let from = if has_own { own } else { whole };
    let mut fields: Vec<&str> = Vec::new();
    let mut any = false;
    let mut place = None;
    let mut unknown = false;
    for line in from.all("customlog").iter().chain(from.all("transferlog")) {
        any = true;
        place = place.or_else(|| Some(line.place.clone()));
        let words: Vec<&str> = line.value.splitn(2, char::is_whitespace).collect();
        let asked = words.get(1).map_or("common", |w| w.trim());
        let nick = asked.split(" env=").next().unwrap_or(asked).trim();
        let own_format = formats.get(nick).map(String::as_str);
        let format = match (own_format, nick) {
            (Some(format), _) => format,
            (None, "common") => "%h %l %u %t \"%r\" %>s %b",
            (None, nick) if nick.contains('%') => nick,
            (None, _) => {
                unknown = true;
                ""
            }
        };
        for (field, marks) in FIELDS {
            if marks.iter().any(|m| format.contains(m)) && !fields.contains(&field) {
                fields.push(field);
            }
        }
    }
    let value = match (any, whole.missing.as_deref()) {
        (false, Some(what)) => Value::unseen("include-missing", what),
        _ => any.into(),
    };
    put(subject, "access_log_enabled", value, place.clone());
    let shown = fields.into_iter().map(Value::from);
    let value = if unknown {
        Value::partial_list(shown)
    } else {
        Value::list(shown)
    };
    put(subject, "access_log_fields", value, place);
}

/// The fields of an access log, by the marks of `LogFormat`.
const FIELDS: [(&str, &[&str]); 5] = [
    (
        "source",
        &["%h", "%a", "%{c}a", "X-Forwarded-For", "X-Real-IP"],
    ),
    (
        "destination",
        &["%v", "%V", "%A", "%{Host}i", "%p", "%{HOST}i"],
    ),
    ("account", &["%u", "REMOTE_USER"]),
    ("time", &["%t", "%{%", "}t"]),
    ("action", &["%r", "%m", "%U"]),
];

const MANY: &[&str] = &[
    "listen",
    "loadmodule",
    "customlog",
    "logformat",
    "header",
    "requestheader",
    "serveralias",
    "alias",
    "scriptalias",
    "rewriterule",
    "rewritecond",
    "proxypass",
    "proxypassreverse",
    "redirect",
    "redirectmatch",
    "setenvif",
    "browsermatch",
    "setenv",
    "passenv",
    "addtype",
    "addhandler",
    "adddefaultcharset",
    "addoutputfilterbytype",
    "addlanguage",
    "addcharset",
    "addencoding",
    "errordocument",
    "indexoptions",
    "addicon",
    "addiconbytype",
    "addiconbyencoding",
    "indexignore",
    "mutex",
    "alias",
    "aliasmatch",
    "scriptaliasmatch",
    "require",
    "transferlog",
    "sslopensslconfcmd",
    "rewritemap",
    "sslcertificatefile",
    "sslcertificatekeyfile",
];

/// What a host does not take over from the server.
const NOT_INHERITED: [&str; 9] = [
    "servername",
    "serveralias",
    "listen",
    "loadmodule",
    "rewriterule",
    "rewritecond",
    "rewriteengine",
    "proxypass",
    "sslengine",
];

/// Apache's own values for the server (2.4).
const OWN: [(&str, &str); 15] = [
    ("servertokens", "Full"),
    ("serversignature", "Off"),
    ("traceenable", "On"),
    ("timeout", "60"),
    ("keepalive", "On"),
    ("keepalivetimeout", "5"),
    ("maxkeepaliverequests", "100"),
    ("fileetag", "MTime Size"),
    ("limitrequestbody", "1073741824"),
    ("limitrequestfields", "100"),
    ("limitrequestline", "8190"),
    ("hostnamelookups", "Off"),
    ("loglevel", "warn"),
    ("usecanonicalname", "Off"),
    ("user", "#-1"),
];

/// Its own values for a host.
const HOST: [(&str, &str); 8] = [
    ("sslengine", "off"),
    ("sslprotocol", "all -SSLv3"),
    ("sslhonorcipherorder", "off"),
    ("sslcompression", "off"),
    ("sslinsecurerenegotiation", "off"),
    ("serversignature", "Off"),
    ("traceenable", "On"),
    ("timeout", "60"),
];

/// Modules of which the controls ask.
const WATCHED: [&str; 8] = [
    "ssl",
    "status",
    "info",
    "autoindex",
    "userdir",
    "dav",
    "security2",
    "reqtimeout",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arithmetic_of_protocols() {
        assert_eq!(weak_protocols("all -SSLv3"), ["TLSv1", "TLSv1.1"]);
        assert!(weak_protocols("all -SSLv3 -TLSv1 -TLSv1.1").is_empty());
        assert!(weak_protocols("TLSv1.2 TLSv1.3").is_empty());
        assert_eq!(weak_protocols("-all +TLSv1.1 +TLSv1.2"), ["TLSv1.1"]);
    }
}
