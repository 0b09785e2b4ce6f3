//! Settings of Django: literals only. What a call, a condition or another file may say was not seen.

use std::collections::BTreeMap;

use crate::collect::config::kind::Kind;
use crate::collect::config::secrets;
use crate::collect::config::settings::{is_loopback, told};
use crate::collect::config::tree::{Tree, folder, join};
use crate::model::{Collected, EntryKind, Fact, Origin, Place, Sensitivity, Subject, Value};
use crate::parse::python::{self, Held, Literal, Statement};

/// A name as it stands in the end.
struct Named {
    value: Held,
    literal: Literal,
    place: Place,
}

/// What the names of one settings file stand for.
#[derive(Default)]
struct Names {
    names: BTreeMap<String, Named>,
    /// A file that may say more was not there, or may or may not be read.
    missing: Option<String>,
    stack: Vec<String>,
}

/// Adds a subject for each settings file.
pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected) {
    for path in tree.of_kind(&Kind::Django) {
        let mut names = Names::default();
        names.read(tree, &path, false);
        let id = format!("django[{}]", path.trim_start_matches('/'));
        let mut subject = Subject::new("django", id).at(tree.place(&path, 1));
        let stem = path
            .rsplit('/')
            .next()
            .unwrap_or(&path)
            .trim_end_matches(".py");
        let production = !DEVELOPING.contains(&stem);
        subject.put(Fact::derived("production", production));
        names.facts(&mut subject);
        out.subjects.push(subject);
    }
}

impl Names {
    fn read(&mut self, tree: &mut Tree<'_>, path: &str, maybe: bool) {
        let real = tree.real(path);
        if self.stack.contains(&real) || self.stack.len() >= MAX_DEPTH {
            return;
        }
        let Ok(text) = tree.text(path) else {
            self.missing = Some(tree.reader.shown(path));
            return;
        };
        let (statements, broken) = python::parse(&text);
        for line in broken {
            told(tree, path, line, "a text or a bracket that does not end");
        }
        self.stack.push(real);
        for statement in statements {
            match statement {
                Statement::Set { name, value, line } => {
                    let place = tree.place(path, line);
                    self.set(name, value, place, maybe);
                }
                Statement::Changed { name, line } => {
                    let open = Literal {
                        value: Held::Open,
                        line,
                    };
                    self.set(name, open, tree.place(path, line), true);
                }
                Statement::Star {
                    module,
                    line,
                    maybe: inside,
                } => {
                    // What is set before may be set anew there.
                    match found(tree, path, &module) {
                        Some(other) => self.read(tree, &other, maybe || inside),
                        None if is_library(&module) => {}
                        None => self.lost(tree, path, line, &module),
                    }
                }
            }
        }
        self.stack.pop();
    }

    fn set(&mut self, name: String, literal: Literal, place: Place, maybe: bool) {
        let value = if maybe {
            Held::Open
        } else {
            literal.value.clone()
        };
        self.names.insert(
            name,
            Named {
                value,
                literal,
                place,
            },
        );
    }

    /// A file of settings that is not here may set anything anew.
    fn lost(&mut self, tree: &Tree<'_>, path: &str, line: u32, module: &str) {
        let place = tree.place(path, line);
        self.missing = Some(format!("{place}: {module}"));
        for named in self.names.values_mut() {
            named.value = Held::Open;
        }
    }

    fn facts(&self, subject: &mut Subject) {
        for (name, named) in &self.names {
            let Some(value) = shown(&named.value) else {
                continue;
            };
            // What settings hold is often a secret by another name: only what is asked of is shown.
            let sensitivity = if SHOWN.contains(&name.as_str()) {
                Sensitivity::Public
            } else {
                Sensitivity::Secret("value")
            };
            let path = name.to_lowercase();
            subject.put(Fact::new(path, value, Origin::Set, sensitivity).at(named.place.clone()));
        }
        for (path, name, own) in FLAGS {
            self.conclude(subject, path, name, Held::Bool(own), |held| match held {
                Held::Bool(b) => Some(Value::Bool(*b)),
                Held::Int(n) => Some(Value::Bool(*n != 0)),
                Held::Nothing => Some(Value::Bool(false)),
                Held::Text(_) | Held::List(_) | Held::Map(_) | Held::Open => None,
            });
        }
        for (path, name, own) in NUMBERS {
            self.conclude(subject, path, name, Held::Int(own), |held| match held {
                Held::Int(n) => Some(Value::Int(*n)),
                Held::Nothing => Some(Value::Int(0)),
                Held::Bool(_) | Held::Text(_) | Held::List(_) | Held::Map(_) | Held::Open => None,
            });
        }
        self.conclude(
            subject,
            "any_host",
            "ALLOWED_HOSTS",
            Held::List(Vec::new()),
            |held| has(held, |text| text == "*"),
        );
        for (path, class) in [
            ("security_middleware", "SecurityMiddleware"),
            ("csrf_middleware", "CsrfViewMiddleware"),
        ] {
            self.conclude(
                subject,
                path,
                "MIDDLEWARE",
                Held::List(Vec::new()),
                |held| has(held, |text| text.ends_with(class)),
            );
        }
        self.conclude(
            subject,
            "weak_hasher",
            "PASSWORD_HASHERS",
            Held::List(Vec::new()),
            |held| {
                let Held::List(items) = held else { return None };
                match items.first().map(|i| &i.value) {
                    None => Some(Value::Bool(false)),
                    Some(Held::Text(text)) => {
                        let class = text.rsplit('.').next().unwrap_or(text);
                        Some(WEAK.contains(&class).into())
                    }
                    Some(_) => None,
                }
            },
        );
        self.conclude(
            subject,
            "password_min_length",
            "AUTH_PASSWORD_VALIDATORS",
            Held::List(Vec::new()),
            least,
        );
        self.conclude(
            subject,
            "plain_database",
            "DATABASES",
            Held::Map(Vec::new()),
            |held| any(held, is_plain),
        );
        self.secrets(subject);
    }

    /// Puts a conclusion from a name at its line; `own` is Django's value.
    fn conclude(
        &self,
        subject: &mut Subject,
        path: &'static str,
        name: &str,
        own: Held,
        read: impl Fn(&Held) -> Option<Value>,
    ) {
        let unknown = || {
            Value::unseen(
                "ambiguous",
                format!("{name}: an expression whose value is not here"),
            )
        };
        subject.put(match (self.names.get(name), &self.missing) {
            (Some(named), _) => Fact::derived(path, read(&named.value).unwrap_or_else(unknown))
                .at(named.place.clone()),
            (None, Some(what)) => {
                Fact::derived(path, Value::unseen("include-missing", what.as_str()))
            }
            (None, None) => Fact::default_of(path, read(&own).unwrap_or_else(unknown)),
        });
    }

    /// Names whose value is a secret that stands here.
    fn secrets(&self, subject: &mut Subject) {
        let mut found = Vec::new();
        let mut place = None;
        for (name, named) in &self.names {
            let mut hit = false;
            each(&named.literal, name, 0, &mut |key, text| {
                let line = format!("{key} = \"{}\"", text.replace('"', "'"));
                hit |= key == "SECRET_KEY" && !text.is_empty()
                    || !secrets::scan(&line, secrets::Look::Code).is_empty();
            });
            if hit {
                found.push(Value::from(name.as_str()));
                place.get_or_insert_with(|| named.place.clone());
            }
        }
        let fact = Fact::derived("secret_keys", Value::list(found));
        subject.put(match place {
            Some(place) => fact.at(place),
            None => fact,
        });
    }
}

/// Every text of a value with the key that it stands behind.
fn each(literal: &Literal, key: &str, depth: usize, seen: &mut dyn FnMut(&str, &str)) {
    if depth > MAX_DEPTH {
        return;
    }
    match &literal.value {
        Held::Text(text) => seen(key, text),
        Held::List(items) => items.iter().for_each(|i| each(i, key, depth + 1, seen)),
        Held::Map(pairs) => {
            for (name, held) in pairs {
                if let Held::Text(name) = &name.value {
                    each(held, name, depth + 1, seen);
                }
            }
        }
        Held::Nothing | Held::Bool(_) | Held::Int(_) | Held::Open => {}
    }
}

/// Where `from .base import *` leads: beside the file, or by the end of its path.
fn found(tree: &Tree<'_>, from: &str, module: &str) -> Option<String> {
    let dots = module.chars().take_while(|c| *c == '.').count();
    let inside = module.trim_start_matches('.').replace('.', "/");
    if inside.is_empty() {
        return None;
    }
    let is = |at: &String| {
        tree.reader
            .stat(&tree.real(at))
            .is_ok_and(|e| e.kind == EntryKind::File)
    };
    let mut here = folder(from).to_owned();
    if dots > 0 {
        for _ in 1..dots {
            here = folder(&here).to_owned();
        }
        return Some(join(&here, &format!("{inside}.py"))).filter(is);
    }
    loop {
        let at = join(&here, &format!("{inside}.py"));
        if is(&at) {
            return Some(at);
        }
        if here == "/" {
            return None;
        }
        here = folder(&here).to_owned();
    }
}

/// Modules that set nothing of what is asked.
fn is_library(module: &str) -> bool {
    ["django.conf.global_settings", "os", "pathlib", "typing"].contains(&module)
}

/// Is one of the texts so? Nothing where one is not known and none is.
fn has(held: &Held, is: impl Fn(&str) -> bool) -> Option<Value> {
    let Held::List(items) = held else { return None };
    let mut known = true;
    for item in items {
        match &item.value {
            Held::Text(text) if is(text) => return Some(Value::Bool(true)),
            Held::Text(_) => {}
            Held::Nothing
            | Held::Bool(_)
            | Held::Int(_)
            | Held::List(_)
            | Held::Map(_)
            | Held::Open => {
                known = false;
            }
        }
    }
    known.then_some(Value::Bool(false))
}

/// Is one of the databases so?
fn any(held: &Held, is: impl Fn(&Literal) -> Option<bool>) -> Option<Value> {
    let Held::Map(pairs) = held else { return None };
    let mut known = true;
    for (_, database) in pairs {
        match is(database) {
            Some(true) => return Some(Value::Bool(true)),
            Some(false) => {}
            None => known = false,
        }
    }
    known.then_some(Value::Bool(false))
}

/// Does the connection leave this machine without TLS?
fn is_plain(database: &Literal) -> Option<bool> {
    let Held::Map(_) = &database.value else {
        return None;
    };
    let text = |key: &str| match database.get(key).map(|l| &l.value) {
        Some(Held::Text(text)) => Some(Some(text.as_str())),
        None | Some(Held::Nothing) => Some(None),
        Some(_) => None,
    };
    let engine = text("ENGINE")??;
    if !engine.contains("postgres") && !engine.contains("mysql") {
        return Some(false);
    }
    let host = text("HOST")?.unwrap_or_default();
    if host.is_empty() || host.starts_with('/') || is_loopback(host) {
        return Some(false);
    }
    let options = database.get("OPTIONS");
    let told = |key: &str| options.and_then(|o| o.get(key)).map(|l| &l.value);
    match (options.map(|o| &o.value), engine.contains("mysql")) {
        (Some(Held::Open), _) => None,
        (_, true) => Some(told("ssl").is_none() && told("ssl_mode").is_none()),
        (_, false) => match told("sslmode") {
            Some(Held::Text(mode)) => {
                Some(!["require", "verify-ca", "verify-full"].contains(&mode.as_str()))
            }
            Some(_) => None,
            None => Some(true),
        },
    }
}

/// The fewest characters that a password must have: Django's validator says eight where it is told nothing.
fn least(held: &Held) -> Option<Value> {
    let Held::List(items) = held else { return None };
    let mut least = 0;
    for item in items {
        match item.get("NAME").map(|l| &l.value) {
            Some(Held::Text(name)) if name.ends_with("MinimumLengthValidator") => {
                let told = item.get("OPTIONS").and_then(|o| o.get("min_length"));
                match told.map(|l| &l.value) {
                    None => least = least.max(8),
                    Some(Held::Int(n)) => least = least.max(*n),
                    Some(_) => return None,
                }
            }
            Some(Held::Text(_)) => {}
            Some(_) | None => return None,
        }
    }
    Some(Value::Int(least))
}

fn shown(held: &Held) -> Option<Value> {
    Some(match held {
        Held::Nothing => Value::Absent,
        Held::Bool(true) => "True".into(),
        Held::Bool(false) => "False".into(),
        Held::Int(n) => n.to_string().into(),
        Held::Text(text) => text.as_str().into(),
        Held::List(items) => {
            let texts: Vec<Value> = items.iter().filter_map(|i| shown(&i.value)).collect();
            if texts.len() == items.len() {
                Value::list(texts)
            } else {
                Value::partial_list(texts)
            }
        }
        Held::Map(_) => return None,
        Held::Open => Value::unseen("ambiguous", "an expression whose value is not here"),
    })
}

const FLAGS: [(&str, &str, bool); 9] = [
    ("debug_on", "DEBUG", false),
    ("ssl_redirect", "SECURE_SSL_REDIRECT", false),
    ("hsts_subdomains", "SECURE_HSTS_INCLUDE_SUBDOMAINS", false),
    ("nosniff", "SECURE_CONTENT_TYPE_NOSNIFF", true),
    ("cookie_secure", "SESSION_COOKIE_SECURE", false),
    ("cookie_http_only", "SESSION_COOKIE_HTTPONLY", true),
    ("csrf_cookie_secure", "CSRF_COOKIE_SECURE", false),
    (
        "ends_with_browser",
        "SESSION_EXPIRE_AT_BROWSER_CLOSE",
        false,
    ),
    ("any_origin", "CORS_ALLOW_ALL_ORIGINS", false),
];
const NUMBERS: [(&str, &str, i64); 2] = [
    ("hsts_seconds", "SECURE_HSTS_SECONDS", 0),
    ("session_seconds", "SESSION_COOKIE_AGE", 1_209_600),
];
const WEAK: [&str; 6] = [
    "MD5PasswordHasher",
    "SHA1PasswordHasher",
    "UnsaltedMD5PasswordHasher",
    "UnsaltedSHA1PasswordHasher",
    "CryptPasswordHasher",
    "PlainTextPasswordHasher",
];
const SHOWN: [&str; 21] = [
    "DEBUG",
    "ALLOWED_HOSTS",
    "MIDDLEWARE",
    "INSTALLED_APPS",
    "PASSWORD_HASHERS",
    "SECURE_SSL_REDIRECT",
    "SECURE_HSTS_SECONDS",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "SECURE_HSTS_PRELOAD",
    "SECURE_CONTENT_TYPE_NOSNIFF",
    "SECURE_REFERRER_POLICY",
    "SESSION_COOKIE_SECURE",
    "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_SAMESITE",
    "SESSION_COOKIE_AGE",
    "SESSION_EXPIRE_AT_BROWSER_CLOSE",
    "CSRF_COOKIE_SECURE",
    "CSRF_COOKIE_HTTPONLY",
    "CSRF_TRUSTED_ORIGINS",
    "X_FRAME_OPTIONS",
    "CORS_ALLOW_ALL_ORIGINS",
];
/// Settings that nobody serves customers with, or that others are laid over.
const DEVELOPING: [&str; 13] = [
    "dev",
    "development",
    "local",
    "local_settings",
    "test",
    "testing",
    "tests",
    "ci",
    "base",
    "common",
    "defaults",
    "__init__",
    "debug",
];
const MAX_DEPTH: usize = 10;
