//! logrotate: its files in the order in which it reads them, what stands outside stanzas handed on to all that follow, and
//! how long each log is kept.

use super::found::Found;
use super::kind::Kind;
use super::seen;
use super::settings::{Settings, told};
use super::tree::{Tree, folder, join};
use crate::collect::server::days_kept;
use crate::model::{Collected, Fact, Place, Subject, Value};
use crate::parse::keyword::logrotate::{Directive, Stanza, parse, rules};

pub(super) const TYPES: &[&str] = &["logrotate"];

/// What is read so far.
#[derive(Default)]
struct Reading {
    /// Directives outside stanzas, with their places: they hold for what follows, in other files too.
    global: Vec<(Directive, Place)>,
    used: Vec<String>,
    missing: Option<String>,
}

/// Adds a subject for each stanza.
pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected, _: &mut Vec<String>) {
    let files = tree.of_kind(&Kind::Logrotate);
    let (mains, parts): (Vec<String>, Vec<String>) = files
        .into_iter()
        .partition(|file| !folder(file).ends_with("/logrotate.d"));
    let mut used: Vec<String> = Vec::new();
    for main in mains {
        if used.contains(&main) {
            continue;
        }
        let mut reading = Reading::default();
        reading.file(tree, &main, out, 0);
        used.extend(reading.used);
    }
    // A part alone: what stands outside its stanzas elsewhere is not known.
    for part in parts {
        if !used.contains(&part) {
            let mut reading = Reading {
                missing: Some("logrotate.conf".to_owned()),
                ..Reading::default()
            };
            reading.file(tree, &part, out, 0);
        }
    }
    out.saw("logrotate", seen(tree, &[Kind::Logrotate]));
}

impl Reading {
    fn file(&mut self, tree: &mut Tree<'_>, path: &str, out: &mut Collected, depth: usize) {
        if depth > MAX_DEPTH || self.used.len() > MAX_FILES || self.used.iter().any(|u| u == path) {
            return told(tree, path, 1, "inclusions go round");
        }
        self.used.push(path.to_owned());
        let Ok(text) = tree.text(path) else { return };
        let config = parse(&text);
        if let Some(line) = config.open {
            told(tree, path, line, "a stanza or a script that is not closed");
        }
        let mut stanzas = config.stanzas.into_iter().peekable();
        for said in config.directives {
            while let Some(stanza) = stanzas.next_if(|s| s.line < said.line) {
                self.stanza(tree, path, &stanza, out);
            }
            if said.name == "include" {
                self.include(tree, path, &said, out, depth);
            } else {
                let place = tree.place(path, said.line);
                self.global.push((said, place));
            }
        }
        for stanza in stanzas {
            self.stanza(tree, path, &stanza, out);
        }
    }

    fn include(
        &mut self,
        tree: &mut Tree<'_>,
        path: &str,
        said: &Directive,
        out: &mut Collected,
        depth: usize,
    ) {
        match tree.find(folder(path), &said.value) {
            Found::Files(files) => {
                return files
                    .iter()
                    .for_each(|f| self.file(tree, f, out, depth + 1));
            }
            Found::Part(files, why) => {
                let what = format!("includes {why}, which is not here");
                told(tree, path, said.line, &what);
                return files
                    .iter()
                    .for_each(|f| self.file(tree, f, out, depth + 1));
            }
            Found::NoFolder | Found::Missing => {}
        }
        let last = said.value.trim_end_matches('/').rsplit('/').next();
        let beside = join(folder(path), last.unwrap_or_default());
        let there = join("/", &said.value);
        let files: Vec<String> = tree
            .of_kind(&Kind::Logrotate)
            .into_iter()
            .filter(|file| [beside.as_str(), there.as_str()].contains(&folder(file)))
            .collect();
        if files.is_empty() {
            let what = format!("includes {}, which is not here", said.value);
            told(tree, path, said.line, &what);
        }
        for file in files {
            self.file(tree, &file, out, depth + 1);
        }
    }

    fn stanza(&self, tree: &Tree<'_>, path: &str, stanza: &Stanza, out: &mut Collected) {
        let name = stanza.files.first().map_or("", String::as_str);
        let place = tree.place(path, stanza.line);
        let mut subject = Subject::new("logrotate", format!("logrotate[{name}]")).at(place.clone());
        let mut settings = Settings::without(self.missing.clone());
        for (said, place) in &self.global {
            add(&mut settings, said, place.clone());
        }
        for said in &stanza.directives {
            add(&mut settings, said, tree.place(path, said.line));
        }
        settings.put_all(&mut subject, &OWN, &[]);
        let files = stanza.files.iter().map(|f| Value::from(f.as_str()));
        subject.put(Fact::set("files", Value::list(files)).at(place.clone()));
        let guards = stanza.files.iter().any(|file| is_security(file));
        subject.put(Fact::derived("security_log", guards).at(place.clone()));
        let all: Vec<Directive> = self
            .global
            .iter()
            .map(|(said, _)| said.clone())
            .chain(stanza.directives.iter().cloned())
            .collect();
        let outer = rules(&all[..self.global.len()]);
        let said = rules(&stanza.directives).over(&outer);
        let days = match &settings.missing {
            Some(what)
                if said.rotate.is_none() || (said.period_days.is_none() && !said.by_size) =>
            {
                Value::unseen("include-missing", what.as_str())
            }
            Some(_) | None => days_kept(&said),
        };
        let counts = settings
            .line("rotate")
            .map_or(place.clone(), |l| l.place.clone());
        subject.put(Fact::derived("retention.days", days).at(counts));
        mode(&settings, &mut subject);
        out.subjects.push(subject);
    }
}

/// One directive as a setting: of words that exclude each other the last counts.
fn add(settings: &mut Settings, said: &Directive, place: Place) {
    let (name, value) = match said.name.as_str() {
        period @ ("hourly" | "daily" | "weekly" | "monthly" | "yearly") => ("frequency", period),
        "size" => {
            settings.add("frequency", "size", place.clone());
            ("size", said.value.as_str())
        }
        "notifempty" => ("ifempty", "no"),
        name => match name.strip_prefix("no").filter(|rest| FLAGS.contains(rest)) {
            Some(flag) => (flag, "no"),
            None if said.value.is_empty() => (name, "yes"),
            None => (name, said.value.as_str()),
        },
    };
    settings.add(name, value, place);
}

/// May others read the log that is made new?
fn mode(settings: &Settings, subject: &mut Subject) {
    let written = settings
        .get("create")
        .and_then(|v| v.split_whitespace().next())
        .and_then(|mode| u32::from_str_radix(mode, 8).ok());
    let value = match written {
        Some(mode) => (mode & 0o007 != 0).into(),
        None => Value::unseen("missing-fact", "the new file has the mode of the old one"),
    };
    let fact = Fact::derived("others_may", value);
    subject.put(match settings.line("create") {
        Some(line) => fact.at(line.place.clone()),
        None => fact,
    });
}

/// Does the log tell who came in, what was asked for, what was refused?
fn is_security(file: &str) -> bool {
    let file = file.to_ascii_lowercase();
    SECURITY.iter().any(|word| file.contains(word))
}

/// Words that may have `no` before them.
const FLAGS: [&str; 12] = [
    "compress",
    "copytruncate",
    "create",
    "dateext",
    "delaycompress",
    "missingok",
    "olddir",
    "sharedscripts",
    "shred",
    "copy",
    "mail",
    "createolddir",
];

/// Parts of names of logs of access, of log-ins and of the system.
const SECURITY: [&str; 24] = [
    "auth", "secure", "syslog", "messages", "audit", "sudo", "nginx", "apache", "httpd", "haproxy",
    "postgres", "mysql", "mariadb", "redis", "mail", "access", "fail2ban", "ufw", "firewall",
    "wtmp", "btmp", "login", "cron", "tomcat",
];

/// logrotate's own values (3.21).
const OWN: [(&str, &str); 7] = [
    ("rotate", "0"),
    ("compress", "no"),
    ("missingok", "no"),
    ("ifempty", "yes"),
    ("copytruncate", "no"),
    ("shred", "no"),
    ("dateext", "no"),
];

const MAX_DEPTH: usize = 10;
const MAX_FILES: usize = 1000;
