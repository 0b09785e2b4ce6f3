//! Tomcat: `server.xml`, `tomcat-users.xml` and `web.xml`, read as XML without entities, with Tomcat's own values.

use crate::collect::config::kind::Kind;
use crate::collect::config::settings::{is_loopback, on, told};
use crate::collect::config::tree::Tree;
use crate::model::{Collected, Fact, Subject, Value};
use crate::parse::keyword::tags::{self, Tag};

/// Adds a subject for each file.
pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected) {
    for path in tree.of_kind(&Kind::Tomcat) {
        let Ok(text) = tree.text(&path) else { continue };
        if let Some(at) = text.find("<!ENTITY") {
            let before = text.get(..at).unwrap_or_default();
            let line = u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX);
            told(tree, &path, line, "entities are not read");
            continue;
        }
        let Some(tags) = tags::read(&text) else {
            told(tree, &path, 1, "no XML");
            continue;
        };
        let file = File {
            tree,
            path: &path,
            tags: &tags,
        };
        let name = path.rsplit('/').next().unwrap_or(&path);
        out.subjects.push(match name {
            "server.xml" => file.server(),
            "tomcat-users.xml" => file.users(),
            _ => file.web(),
        });
    }
}

struct File<'f, 'a> {
    tree: &'f Tree<'a>,
    path: &'f str,
    tags: &'f [Tag],
}

impl File<'_, '_> {
    fn subject(&self, kind: &'static str, prefix: &str) -> Subject {
        let id = format!("{prefix}[{}]", self.path.trim_start_matches('/'));
        Subject::new(kind, id).at(self.tree.place(self.path, 1))
    }

    fn of<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f Tag> {
        self.tags.iter().filter(move |t| t.name == name)
    }

    fn put(
        &self,
        subject: &mut Subject,
        path: &'static str,
        value: impl Into<Value>,
        line: Option<u32>,
    ) {
        let fact = Fact::derived(path, value);
        subject.put(match line {
            Some(line) => fact.at(self.tree.place(self.path, line)),
            None => fact,
        });
    }

    /// What stands in a tag: those behind it that are deeper.
    fn inside(&self, tag: &Tag) -> impl Iterator<Item = &Tag> {
        let at = self.tags.iter().position(|t| std::ptr::eq(t, tag));
        let (depth, after) = (tag.depth, at.map_or(self.tags.len(), |at| at + 1));
        self.tags
            .iter()
            .skip(after)
            .take_while(move |t| t.depth > depth)
    }

    fn server(&self) -> Subject {
        let mut subject = self.subject("tomcat", "tomcat");
        let server = self.of("Server").next();
        let port = server.map(|s| known(s, "port", "8005"));
        let value = match port.as_ref().map(|p| p.as_deref()) {
            Some(Some(port)) => Value::Bool(port.trim() != "-1"),
            Some(None) => unknown(),
            None => Value::unseen("missing-fact", "no <Server>"),
        };
        self.put(
            &mut subject,
            "shutdown_port_open",
            value,
            server.map(|s| s.line),
        );
        let word = server.map(|s| known(s, "shutdown", "SHUTDOWN"));
        let value = match word.as_ref().map(|w| w.as_deref()) {
            Some(Some(word)) => Value::Bool(word == "SHUTDOWN"),
            Some(None) => unknown(),
            None => Value::unseen("missing-fact", "no <Server>"),
        };
        self.put(
            &mut subject,
            "shutdown_word_own",
            value,
            server.map(|s| s.line),
        );
        self.connectors(&mut subject);
        self.logs(&mut subject);
        self.hosts(&mut subject);
        subject
    }

    fn connectors(&self, subject: &mut Subject) {
        let (mut plain, mut weak, mut unclear) = (Vec::new(), Vec::new(), None);
        let (mut ajp, mut open_ajp, mut trace) = (None, None, None);
        let mut slowest: Option<(i64, u32)> = None;
        let mut powered = None;
        for connector in self.of("Connector") {
            let line = connector.line;
            let protocol = known(connector, "protocol", "HTTP/1.1");
            let address = known(connector, "address", "");
            let is_ajp = protocol
                .as_deref()
                .is_some_and(|p| p.to_lowercase().contains("ajp"));
            let local = address.as_deref().is_some_and(is_loopback);
            if is_ajp {
                // Since 9.0.31 it listens on this machine only, unless it is told otherwise.
                let reached = !local && address.as_deref() != Some("");
                let free = known(connector, "secretRequired", "true").as_deref() == Some("false");
                if reached {
                    ajp = ajp.or(Some(line));
                    if free {
                        open_ajp = open_ajp.or(Some(line));
                    }
                }
            } else {
                let port = known(connector, "port", "").unwrap_or_else(|| "?".into());
                match known(connector, "SSLEnabled", "false")
                    .as_deref()
                    .and_then(on)
                {
                    Some(true) => self.protocols(connector, &mut weak, &mut unclear),
                    Some(false) if !local => plain.push((port, line)),
                    Some(false) => {}
                    None => unclear = unclear.or(Some(line)),
                }
                let wait = known(connector, "connectionTimeout", "60000");
                match wait.and_then(|w| w.trim().parse::<i64>().ok()) {
                    // Less than nothing is without end.
                    Some(ms) => {
                        let seconds = if ms < 0 { i64::MAX } else { ms / 1000 };
                        if slowest.is_none_or(|(s, _)| seconds > s) {
                            slowest = Some((seconds, line));
                        }
                    }
                    None => unclear = unclear.or(Some(line)),
                }
            }
            if known(connector, "allowTrace", "false")
                .as_deref()
                .and_then(on)
                == Some(true)
            {
                trace = trace.or(Some(line));
            }
            if known(connector, "xpoweredBy", "false")
                .as_deref()
                .and_then(on)
                == Some(true)
            {
                powered = powered.or(Some(line));
            }
        }
        for (path, items) in [("plain_connectors", plain), ("weak_protocols", weak)] {
            let first = items.first().map(|(_, line)| *line).or(unclear);
            let values = items.into_iter().map(|(text, _)| Value::from(text));
            let value = if unclear.is_some() {
                Value::partial_list(values)
            } else {
                Value::list(values)
            };
            self.put(subject, path, value, first);
        }
        self.put(subject, "ajp_reached", ajp.is_some(), ajp);
        self.put(subject, "ajp_without_secret", open_ajp.is_some(), open_ajp);
        self.put(subject, "trace_allowed", trace.is_some(), trace);
        self.put(subject, "says_powered_by", powered.is_some(), powered);
        let value = match slowest {
            Some((seconds, _)) => Value::Int(seconds),
            None => Value::unseen("missing-fact", "no connector whose time is known"),
        };
        self.put(
            subject,
            "connection_seconds",
            value,
            slowest.map(|(_, line)| line),
        );
    }

    /// Versions of TLS; `all`, which is Tomcat's own value, is what the Java machine allows.
    fn protocols(&self, connector: &Tag, weak: &mut Vec<(String, u32)>, unclear: &mut Option<u32>) {
        let mut told = Vec::new();
        for host in self.inside(connector).filter(|t| t.name == "SSLHostConfig") {
            told.push((known(host, "protocols", "all"), host.line));
        }
        if told.is_empty() {
            told.push((
                known(connector, "sslEnabledProtocols", "all"),
                connector.line,
            ));
        }
        for (text, line) in told {
            let Some(text) = text else {
                *unclear = unclear.or(Some(line));
                continue;
            };
            let mut on = Vec::new();
            for word in text
                .split([',', '+'])
                .map(str::trim)
                .filter(|w| !w.is_empty())
            {
                match word.strip_prefix('-') {
                    Some(off) => on.retain(|w| *w != off),
                    None => on.push(word),
                }
            }
            if on.contains(&"all") {
                *unclear = unclear.or(Some(line));
            }
            let bad = on.into_iter().filter(|w| WEAK.contains(w));
            weak.extend(bad.map(|w| (w.to_owned(), line)));
        }
    }

    fn logs(&self, subject: &mut Subject) {
        let is = |t: &&Tag| {
            t.get("className")
                .is_some_and(|c| c.ends_with("AccessLogValve"))
                && known(t, "enabled", "true").as_deref().and_then(on) == Some(true)
        };
        let valve = self.of("Valve").find(is);
        self.put(
            subject,
            "access_log",
            valve.is_some(),
            valve.map(|v| v.line),
        );
        let value = match valve.map(|v| known(v, "pattern", "common")) {
            None => Value::list([]),
            Some(None) => unknown(),
            Some(Some(pattern)) => fields(&pattern),
        };
        self.put(subject, "access_log_fields", value, valve.map(|v| v.line));
    }

    fn hosts(&self, subject: &mut Subject) {
        let deploys = self
            .of("Host")
            .find(|h| known(h, "autoDeploy", "true").as_deref().and_then(on) != Some(false));
        self.put(
            subject,
            "auto_deploy",
            deploys.is_some(),
            deploys.map(|h| h.line),
        );
        let is = |t: &&Tag| {
            t.get("className")
                .is_some_and(|c| c.ends_with("ErrorReportValve"))
        };
        let report = self.of("Valve").find(is);
        let shows = |name: &str| {
            report.is_none_or(|v| known(v, name, "true").as_deref().and_then(on) != Some(false))
        };
        let value = shows("showServerInfo") || shows("showReport");
        self.put(subject, "shows_server", value, report.map(|v| v.line));
        let is = |t: &&Tag| {
            t.get("className")
                .is_some_and(|c| c.ends_with("LockOutRealm"))
        };
        let lock = self.of("Realm").find(is);
        self.put(subject, "locks_out", lock.is_some(), lock.map(|r| r.line));
    }

    fn users(&self) -> Subject {
        let mut subject = self.subject("tomcat-users", "tomcat.users");
        let (mut managers, mut plain, mut own) = (Vec::new(), Vec::new(), Vec::new());
        let mut count = 0;
        for user in self.of("user") {
            count += 1;
            let name = user
                .get("username")
                .or_else(|| user.get("name"))
                .unwrap_or_default();
            let roles = user.get("roles").unwrap_or_default();
            let manages = roles
                .split(',')
                .map(str::trim)
                .any(|r| r.starts_with("manager") || r.starts_with("admin"));
            if manages {
                managers.push((name.to_owned(), user.line));
            }
            let password = user.get("password").unwrap_or_default();
            if !is_digest(password) && !password.contains("${") {
                plain.push((name.to_owned(), user.line));
            }
            let lower = password.to_lowercase();
            if password.is_empty()
                || lower == name.to_lowercase()
                || WELL_KNOWN.contains(&lower.as_str())
            {
                own.push((name.to_owned(), user.line));
            }
        }
        self.put(&mut subject, "users", Value::Int(count), None);
        for (path, items) in [
            ("managers", managers),
            ("plain_passwords", plain),
            ("default_passwords", own),
        ] {
            let first = items.first().map(|(_, line)| *line);
            let values = Value::list(items.into_iter().map(|(name, _)| Value::from(name)));
            self.put(&mut subject, path, values, first);
        }
        subject
    }

    fn web(&self) -> Subject {
        let mut subject = self.subject("web-xml", "web.xml");
        let timeout = self.of("session-timeout").last();
        let value = match timeout {
            None => Value::Int(30),
            // Less than one is without end.
            Some(t) => match t.text.parse::<i64>() {
                Ok(minutes) if minutes < 1 => Value::Int(i64::MAX),
                Ok(minutes) => Value::Int(minutes),
                Err(_) => Value::unseen("not-a-number", "session-timeout"),
            },
        };
        self.put(
            &mut subject,
            "session_minutes",
            value,
            timeout.map(|t| t.line),
        );
        let cookie = self.of("cookie-config").last();
        let said = |name: &str| cookie.and_then(|c| self.inside(c).find(|t| t.name == name));
        let flag = said("http-only");
        let value = flag.map_or(Some(true), |t| on(&t.text));
        self.put(
            &mut subject,
            "cookie_http_only",
            value.map_or_else(unknown, Value::Bool),
            flag.map(|t| t.line),
        );
        let flag = said("secure");
        // Where nothing is said it depends on each request whether the cookie is kept to HTTPS.
        let value = match flag {
            Some(t) => on(&t.text).map_or_else(unknown, Value::Bool),
            None => Value::unseen("ambiguous", "cookie-config says nothing of secure"),
        };
        self.put(&mut subject, "cookie_secure", value, flag.map(|t| t.line));
        for (path, name, bad) in [
            ("directory_listings", "listings", "true"),
            ("writes_allowed", "readonly", "false"),
        ] {
            let found = self
                .parameters(name)
                .find(|t| t.text.trim().eq_ignore_ascii_case(bad));
            self.put(&mut subject, path, found.is_some(), found.map(|t| t.line));
        }
        let errors = self.of("error-page").next();
        self.put(
            &mut subject,
            "own_error_pages",
            errors.is_some(),
            errors.map(|t| t.line),
        );
        let only = self
            .of("transport-guarantee")
            .find(|t| t.text == "CONFIDENTIAL");
        self.put(
            &mut subject,
            "tls_only",
            only.is_some(),
            only.map(|t| t.line),
        );
        subject
    }

    /// The values that a parameter has for the servlets.
    fn parameters<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f Tag> {
        let pairs = self.tags.iter().zip(self.tags.iter().skip(1));
        pairs
            .filter(move |(named, _)| named.name == "param-name" && named.text.trim() == name)
            .map(|(_, value)| value)
            .filter(|value| value.name == "param-value")
    }
}

/// The value of an attribute, `${name:-own}` with its own value; nothing where a property hides it.
fn known(tag: &Tag, name: &str, own: &str) -> Option<String> {
    let text = tag.get(name).unwrap_or(own);
    let Some((before, rest)) = text.split_once("${") else {
        return Some(text.to_owned());
    };
    let (inner, after) = rest.split_once('}')?;
    let (_, own) = inner.split_once(":-")?;
    (!after.contains("${")).then(|| format!("{before}{own}{after}"))
}

fn unknown() -> Value {
    Value::unseen("ambiguous", "a property without a value here")
}

/// Is it what `digest.sh` writes: salt, rounds and hash, or a hash alone?
fn is_digest(password: &str) -> bool {
    let hex = |t: &str| t.len() >= 32 && t.chars().all(|c| c.is_ascii_hexdigit());
    match password.splitn(3, '$').collect::<Vec<_>>().as_slice() {
        [_, rounds, hash] => rounds.chars().all(|c| c.is_ascii_digit()) && hex(hash),
        _ => hex(password),
    }
}

/// What each line of the log holds.
fn fields(pattern: &str) -> Value {
    let pattern = match pattern {
        "common" | "combined" => "%h %l %u %t \"%r\" %s %b",
        other => other,
    };
    let found = FIELDS
        .iter()
        .filter(|(_, marks)| marks.iter().any(|m| pattern.contains(m)));
    Value::list(found.map(|(field, _)| Value::from(*field)))
}

const FIELDS: [(&str, &[&str]); 5] = [
    (
        "source",
        &["%h", "%a", "%{X-Forwarded-For}i", "%{x-forwarded-for}i"],
    ),
    ("destination", &["%v", "%A", "%p", "%{Host}i", "%{host}i"]),
    ("account", &["%u"]),
    ("time", &["%t"]),
    ("action", &["%r", "%m", "%U", "&quot;%r&quot;"]),
];
const WEAK: [&str; 5] = ["SSLv2Hello", "SSLv2", "SSLv3", "TLSv1", "TLSv1.1"];
const WELL_KNOWN: [&str; 9] = [
    "tomcat", "admin", "manager", "password", "s3cret", "secret", "changeit", "changeme", "123456",
];
