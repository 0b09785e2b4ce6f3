//! Facts of a server as a whole: its own lines, and what stands at any depth below it.

use super::Node;
use super::access::{self, Root};
use super::expand::Expander;
use super::host::hosts;
use super::htaccess::{self, Folder};
use super::listing::listed;
use crate::collect::config::settings::Settings;
use crate::collect::config::tree::Tree;
use crate::model::{Collected, Fact, FactPath, Place, Subject, Value};

/// Adds the server and its hosts.
pub(super) fn server(
    tree: &mut Tree<'_>,
    main: &str,
    nodes: &[Node],
    expander: &Expander,
    out: &mut Collected,
) {
    let above = lines(nodes, expander);
    let mut subject = Subject::new("apache", "apache").at(tree.place(main, 1));
    above.put_all(&mut subject, &OWN, MANY);
    numbers(&above, nodes, &mut subject);
    words_of_any(&above, nodes, &mut subject);
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
    let folders = htaccess::folders(tree, expander);
    cut(hosts(nodes, &above, &folders, expander, out), tree);
}

/// Tells that there were more hosts than are looked at.
fn cut(first: Option<Place>, tree: &mut Tree<'_>) {
    if let Some(place) = first {
        let what = "more hosts than are looked at";
        tree.problems.push((place, what.to_owned()));
    }
}

/// Adds the hosts of files without a main one.
pub(super) fn parts(
    tree: &mut Tree<'_>,
    nodes: &[Node],
    folders: &[Folder],
    expander: &Expander,
    out: &mut Collected,
) {
    let mut above = lines(nodes, expander);
    above.missing = Some("no apache2.conf or httpd.conf among the files".into());
    cut(hosts(nodes, &above, folders, expander, out), tree);
}

pub(super) fn put(
    subject: &mut Subject,
    path: impl Into<FactPath>,
    value: impl Into<Value>,
    place: Option<Place>,
) {
    let fact = Fact::derived(path, value);
    subject.put(match place {
        Some(place) => fact.at(place),
        None => fact,
    });
}

/// The lines of one level, sections left out.
pub(super) fn lines(nodes: &[Node], expander: &Expander) -> Settings {
    let mut settings = Settings::without(expander.missing.clone());
    for node in nodes.iter().filter(|n| n.block.is_none()) {
        if node.name == MISSING {
            // Of two lines the later one counts, and it may stand there.
            let judged = |name: &&str| !MANY.contains(name) && !LASTING.contains(name);
            let open: Vec<String> = settings.names().filter(judged).map(str::to_owned).collect();
            for name in open {
                settings.forget(&name);
            }
            continue;
        }
        let (name, value) = written(node);
        settings.add(name, value, node.place.clone());
    }
    settings
}

/// A line with its keyword as the manual writes it: Apache takes it in any letters.
fn written(node: &Node) -> (&str, String) {
    let first = node.args.first().map_or("", String::as_str);
    match node.name.as_str() {
        // A list for TLS 1.3 stands beside that for the versions before.
        "sslciphersuite" if first.eq_ignore_ascii_case("TLSv1.3") => {
            ("sslciphersuite.tlsv1_3", node.args[1..].join(" "))
        }
        "servertokens" | "serversignature" | "traceenable" => {
            let word = KEYWORDS.iter().find(|w| w.eq_ignore_ascii_case(first));
            (
                &node.name,
                word.map_or_else(|| node.text(), |w| (*w).to_owned()),
            )
        }
        // A program behind a pipe holds blanks of its own.
        "customlog" | "transferlog" | "globallog" => {
            let words: Vec<String> = node.args.iter().map(|a| quoted(a)).collect();
            (&node.name, words.join(" "))
        }
        _ => (&node.name, node.text()),
    }
}

fn quoted(word: &str) -> String {
    if word.contains([' ', '\t', '"']) {
        return format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""));
    }
    word.to_owned()
}

/// Seconds of a time; only `KeepAliveTimeout` takes a unit.
fn seconds(name: &str, text: &str) -> Option<i64> {
    let text = text.trim();
    let at = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let number: i64 = number.parse().ok()?;
    match (unit.to_ascii_lowercase().as_str(), name) {
        ("", _) => Some(number),
        ("s", "keepalivetimeout") => Some(number),
        ("ms", "keepalivetimeout") => Some(number.div_euclid(1000) + i64::from(number % 1000 > 0)),
        _ => None,
    }
}

/// Numbers of the server; a host or a section may have a worse one.
fn numbers(settings: &Settings, nodes: &[Node], subject: &mut Subject) {
    for (name, own) in [
        ("timeout", "60"),
        ("keepalivetimeout", "5"),
        ("maxrequestworkers", "256"),
        ("limitrequestbody", "1073741824"),
    ] {
        let path = format!("{name}_count");
        settings.conclude(subject, path.clone(), name, own, |v| {
            seconds(name, v).map(Value::Int)
        });
        // A size of nothing is no bound at all.
        let rank = |n: i64| {
            if name == "limitrequestbody" && n == 0 {
                i64::MAX
            } else {
                n
            }
        };
        let mut inner = Vec::new();
        below(nodes, name, &mut inner);
        let worst = inner
            .into_iter()
            .filter_map(|n| Some((seconds(name, &n.text())?, n)))
            .max_by_key(|(number, _)| rank(*number));
        let here = match subject.facts.get(path.as_str()).map(|f| &f.value) {
            Some(Value::Int(here)) => rank(*here),
            _ => continue,
        };
        if let Some((number, node)) = worst.filter(|(number, _)| rank(*number) > here) {
            put(subject, path, number, Some(node.place.clone()));
        }
    }
}

/// What a host or a section turns on again.
fn words_of_any(settings: &Settings, nodes: &[Node], subject: &mut Subject) {
    for (path, name, own) in [
        ("signature_shown", "serversignature", "Off"),
        ("trace_answered", "traceenable", "On"),
    ] {
        settings.conclude(subject, path, name, own, |v| {
            Some((!v.eq_ignore_ascii_case("off")).into())
        });
        let mut inner = Vec::new();
        below(nodes, name, &mut inner);
        let on = inner.iter().find(|n| !n.text().eq_ignore_ascii_case("off"));
        if let Some(node) = on {
            put(subject, path, true, Some(node.place.clone()));
        }
    }
}

/// The lines of a name in sections of any depth.
fn below<'n>(nodes: &'n [Node], name: &str, out: &mut Vec<&'n Node>) {
    for node in nodes {
        out.extend(node.children().iter().filter(|n| n.name == name));
        below(node.children(), name, out);
    }
}

/// Folders that are listed, pages of state, what of the file system is open.
fn sections(nodes: &[Node], all: &[Node], expander: &Expander, subject: &mut Subject) {
    let listed = listed(nodes);
    let off = expander.has("autoindex") == Some(false);
    let names = listed
        .iter()
        .filter(|_| !off)
        .map(|(path, _)| Value::from(path.as_str()));
    put(
        subject,
        "indexed_folders",
        list(names, expander),
        listed.first().map(|(_, place)| place.clone()),
    );
    let value = match (access::root(nodes), &expander.missing) {
        (Root::Closed, _) => Value::Bool(true),
        // What is not open is closed only where it is said.
        (Root::Open | Root::InPart, Some(what)) => Value::unseen("include-missing", what.as_str()),
        (Root::Open, None) => Value::Bool(false),
        (Root::InPart, None) => Value::unseen("ambiguous", "a condition opens it again"),
    };
    put(subject, "root_denied", value, None);
    let dotfiles = sure(all, &|n| {
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
    let page = access::open_status(all);
    put(
        subject,
        "status_exposed",
        match &expander.missing {
            Some(what) if page.is_none() => Value::unseen("include-missing", what.as_str()),
            Some(_) | None => page.is_some().into(),
        },
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

pub(super) fn list(items: impl Iterator<Item = Value>, expander: &Expander) -> Value {
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

/// As `any`, but for what depends on each request.
fn sure<'n>(nodes: &'n [Node], holds: &dyn Fn(&Node) -> bool) -> Option<&'n Node> {
    nodes
        .iter()
        .filter(|n| !["if", "elseif", "else"].contains(&n.name.as_str()))
        .find_map(|node| {
            if holds(node) {
                return Some(node);
            }
            sure(node.children(), holds)
        })
}

/// The first directive at any depth of which this holds.
pub(super) fn any<'n>(nodes: &'n [Node], holds: &dyn Fn(&Node) -> bool) -> Option<&'n Node> {
    nodes.iter().find_map(|node| {
        if holds(node) {
            return Some(node);
        }
        any(node.children(), holds)
    })
}

pub(super) const MANY: &[&str] = &[
    "listen",
    "loadmodule",
    "customlog",
    "globallog",
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

/// What stands in the place of an inclusion that was not found.
pub(super) const MISSING: &str = "include";

/// What says which host it is: no file that is included says something else.
const LASTING: [&str; 4] = ["servername", "documentroot", "sslengine", "serverroot"];

/// Keywords as the manual writes them.
const KEYWORDS: [&str; 12] = [
    "Off",
    "On",
    "Prod",
    "ProductOnly",
    "Full",
    "OS",
    "Min",
    "Minimal",
    "Major",
    "Minor",
    "EMail",
    "extended",
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
