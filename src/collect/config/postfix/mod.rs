//! Postfix: `main.cf` over its own values, `master.cf` with what each service overrides, values put together as Postfix
//! does it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::kind::Kind;
use super::seen;
use super::settings::{Settings, told};
use super::tree::{Tree, folder};
use crate::model::{Collected, Fact, FactPath, Origin, Place, Reason, Seen, Subject, Value};
use crate::parse::postfix::{Service, Setting, expand, main, master};

mod client;
mod service;
mod values;

pub(super) const TYPES: &[&str] = &["postfix", "postfix-smtpd", "postfix-service"];

/// One Postfix.
#[derive(Default)]
struct Mail {
    settings: Settings,
    main: Option<String>,
    services: Option<(String, Vec<Service>)>,
}

/// Adds the subjects of each Postfix: the files of one folder.
pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected, _: &mut Vec<String>) {
    let mut mails: BTreeMap<String, Mail> = BTreeMap::new();
    for path in tree.of_kind(&Kind::Postfix) {
        let Ok(text) = tree.text(&path) else { continue };
        let (settings, broken) = main(&text);
        for line in broken {
            told(
                tree,
                &path,
                line,
                "neither a setting nor a line that goes on",
            );
        }
        let mail = mails.entry(folder(&path).to_owned()).or_default();
        for setting in settings {
            let place = tree.place(&path, setting.line);
            let value = hidden(&setting);
            mail.settings.add(setting.name, value, place);
        }
        mail.main = Some(path);
    }
    for path in tree.of_kind(&Kind::PostfixMaster) {
        let Ok(text) = tree.text(&path) else { continue };
        let (services, broken) = master(&text);
        for line in broken {
            told(tree, &path, line, "not a service of Postfix");
        }
        let mail = mails.entry(folder(&path).to_owned()).or_default();
        mail.services = Some((path, services));
    }
    let mut alone = None;
    for mut mail in mails.into_values() {
        if mail.main.is_none() {
            mail.settings.missing = Some("main.cf".to_owned());
        }
        if let (None, Some(main)) = (&mail.services, &mail.main) {
            alone.get_or_insert_with(|| tree.reader.shown(main));
        }
        subjects(tree, &mail, out);
    }
    let kinds = [Kind::Postfix, Kind::PostfixMaster];
    out.saw("postfix", seen(tree, &kinds));
    let services = match (seen(tree, &kinds), alone) {
        (Seen::Whole, Some(main)) => Seen::Not(Reason::new(
            "missing-fact",
            format!("{main}: master.cf is not beside it; what it overrides is not known"),
        )),
        (seen, _) => seen,
    };
    out.saw("postfix-smtpd", services.clone());
    out.saw("postfix-service", services);
}

fn subjects(tree: &Tree<'_>, mail: &Mail, out: &mut Collected) {
    if let Some(path) = &mail.main {
        let mut subject = Subject::new("postfix", "postfix").at(tree.place(path, 1));
        mail.settings.put_all(&mut subject, &[], &[]);
        own_values(&mail.settings, &mut subject);
        let clients = clients(tree, mail);
        client::put(&mail.settings, &clients, &mut subject);
        out.subjects.push(subject);
    }
    match (&mail.services, &mail.main) {
        (Some((path, services)), _) => {
            for service in services {
                let placed = |line| tree.place(path, line);
                out.subjects
                    .push(service::subject(service, &mail.settings, &placed));
            }
        }
        // The server that every Postfix has, as `main.cf` alone says it.
        (None, Some(path)) => {
            let placed = |_| tree.place(path, 1);
            let smtp = Service {
                line: 1,
                name: "smtp".to_owned(),
                kind: "inet".to_owned(),
                columns: ["n", "-", "y", "-", "-"].map(str::to_owned),
                command: "smtpd".to_owned(),
                overrides: Vec::new(),
            };
            out.subjects
                .push(service::subject(&smtp, &mail.settings, &placed));
        }
        (None, None) => {}
    }
}

/// What `master.cf` overrides for each client that sends to other machines.
fn clients(tree: &Tree<'_>, mail: &Mail) -> Vec<Settings> {
    let Some((path, services)) = &mail.services else {
        return Vec::new();
    };
    services
        .iter()
        .filter(|service| service.command == "smtp")
        .map(|service| service::overrides(service, &|line| tree.place(path, line)))
        .collect()
}

/// Postfix's own values where the file is silent.
fn own_values(settings: &Settings, subject: &mut Subject) {
    for (name, value) in OWN.iter() {
        if settings.line(name).is_some() {
            continue;
        }
        let value = match *value {
            "?" => Value::unseen("ambiguous", "Postfix takes it from the host"),
            value => Value::from(value),
        };
        subject.put(Fact::new(
            *name,
            value,
            Origin::Default,
            crate::model::Sensitivity::Public,
        ));
    }
    let raw: Vec<(FactPath, String)> = subject
        .facts
        .values()
        .filter_map(|fact| match &fact.value {
            Value::Text(text) if text.contains('$') && fact.origin == Origin::Set => {
                Some((fact.path.clone(), text.clone()))
            }
            Value::Text(_)
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Day(_)
            | Value::List(_)
            | Value::Map(_)
            | Value::Absent
            | Value::Unseen(_) => None,
        })
        .collect();
    for (name, text) in raw {
        let value = match expand(&text, &|name| raw_value(settings, None, name)) {
            Some(value) => Value::from(value),
            None => Value::unseen("ambiguous", "it rests on what Postfix takes from the host"),
        };
        let fact = Fact::derived(format!("{name}.expanded"), value);
        subject.put(match settings.line(&name) {
            Some(line) => fact.at(line.place.clone()),
            None => fact,
        });
    }
}

/// The raw value of a parameter: of the service, of `main.cf`, Postfix's own; `None` where it cannot be known.
fn raw_value(main: &Settings, service: Option<&Settings>, name: &str) -> Option<String> {
    if let Some(value) = service.and_then(|s| s.get(name)).or_else(|| main.get(name)) {
        return Some(value.to_owned());
    }
    match OWN.get(name) {
        Some(_) if main.missing.is_some() => None,
        Some(&"?") => None,
        Some(value) => Some((*value).to_owned()),
        // A name that nothing sets is empty.
        None => main.missing.is_none().then(String::new),
    }
}

/// What holds for one service, or for Postfix as a whole.
#[derive(Clone, Copy)]
struct Effective<'s> {
    main: &'s Settings,
    service: Option<&'s Settings>,
}

impl Effective<'_> {
    /// The value with all names put in.
    fn get(&self, name: &str) -> Option<String> {
        let raw = raw_value(self.main, self.service, name)?;
        expand(&raw, &|name| raw_value(self.main, self.service, name))
    }

    fn is_on(&self, name: &str) -> Option<bool> {
        Some(self.get(name)? == "yes")
    }

    /// The line that sets it.
    fn place(&self, name: &str) -> Option<&Place> {
        let own = self.service.and_then(|s| s.line(name));
        own.or_else(|| self.main.line(name)).map(|l| &l.place)
    }

    /// Puts a conclusion at the first of these names that a line sets.
    fn put(&self, subject: &mut Subject, path: &'static str, names: &[&str], value: Option<Value>) {
        let value = value.unwrap_or_else(|| match &self.main.missing {
            Some(what) => Value::unseen("include-missing", what.as_str()),
            None => Value::unseen("ambiguous", "it rests on what Postfix takes from the host"),
        });
        let fact = Fact::derived(path, value);
        subject.put(match names.iter().find_map(|n| self.place(n)) {
            Some(place) => fact.at(place.clone()),
            None => fact,
        });
    }
}

/// A map that holds its passwords itself is not shown.
fn hidden(setting: &Setting) -> String {
    let lower = setting.name.to_ascii_lowercase();
    let inline = ["static:", "inline:"]
        .iter()
        .any(|kind| setting.value.contains(kind));
    if (lower.contains("password") && inline) || lower.ends_with("_pw") {
        return "***".to_owned();
    }
    setting.value.clone()
}

/// Postfix's own values (3.7), as `postconf -d` prints them; `?` where it takes them from the host.
static OWN: LazyLock<BTreeMap<&'static str, &'static str>> = LazyLock::new(|| {
    include_str!("postfix37.tsv")
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .collect()
});
