//! chrony as chronyd reads it: `include`, `confdir` and `sourcedir` in place, its own values where all files are silent.

use super::found::Found;
use super::kind::Kind;
use super::seen;
use super::settings::{Settings, told};
use super::tree::{Tree, folder};
use crate::collect::server::time_lines;
use crate::model::{Collected, Fact, Subject, Value};
use crate::parse::keyword::{Words, words};

pub(super) const TYPES: &[&str] = &["chrony"];

/// What is read of one chronyd.
#[derive(Default)]
struct Clock {
    settings: Settings,
    lines: Vec<Words>,
    used: Vec<String>,
}

/// Adds a subject for each chronyd whose main file the tree has.
pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected, unused: &mut Vec<String>) {
    let files = tree.of_kind(&Kind::Chrony);
    let mut used = Vec::new();
    let (mains, parts): (Vec<String>, Vec<String>) = files.into_iter().partition(|f| !is_part(f));
    for main in mains {
        let mut clock = Clock::default();
        clock.read(tree, &main, 0);
        let mut subject = Subject::new("chrony", "chrony").at(tree.place(&main, 1));
        clock.put(&mut subject);
        out.subjects.push(subject);
        used.extend(clock.used);
    }
    let left = parts.iter().filter(|part| !used.contains(part));
    unused.extend(left.map(|part| tree.reader.shown(part)));
    out.saw("chrony", seen(tree, &[Kind::Chrony]));
}

/// A file that only another one brings in.
fn is_part(path: &str) -> bool {
    path.ends_with(".sources")
        || folder(path).ends_with("/conf.d")
        || folder(path).ends_with("/chrony.d")
}

impl Clock {
    fn read(&mut self, tree: &mut Tree<'_>, path: &str, depth: usize) {
        if depth > MAX_DEPTH || self.used.len() > MAX_FILES {
            return told(tree, path, 1, "inclusions go round");
        }
        self.used.push(path.to_owned());
        let Ok(text) = tree.text(path) else {
            self.settings.missing = Some(tree.reader.shown(path));
            return;
        };
        for line in words(&text, &REMARKS) {
            let name = line.keyword();
            let value = line.args().join(" ");
            match name.as_str() {
                "include" => self.bring(tree, path, line.line, &value, false, depth),
                "confdir" | "sourcedir" => {
                    let end = if name == "confdir" { "conf" } else { "sources" };
                    for dir in line.args() {
                        self.bring(
                            tree,
                            path,
                            line.line,
                            &format!("{dir}/*.{end}"),
                            true,
                            depth,
                        );
                    }
                    self.settings.add(name, value, tree.place(path, line.line));
                }
                _ => self.settings.add(name, value, tree.place(path, line.line)),
            }
            self.lines.push(line);
        }
    }

    fn bring(
        &mut self,
        tree: &mut Tree<'_>,
        path: &str,
        line: u32,
        written: &str,
        is_dir: bool,
        depth: usize,
    ) {
        // What the host writes while it runs is no configuration.
        if written.starts_with("/run/") || written.starts_with("/var/run/") {
            return;
        }
        match tree.find(folder(path), written) {
            Found::Files(files) => files.iter().for_each(|f| self.read(tree, f, depth + 1)),
            Found::Part(files, why) => {
                files.iter().for_each(|f| self.read(tree, f, depth + 1));
                told(
                    tree,
                    path,
                    line,
                    &format!("includes {why}, which is not here"),
                );
                self.settings.missing = Some(why);
            }
            // A folder that is not there is let pass, and a copy keeps no empty ones.
            Found::NoFolder => {}
            Found::Missing if is_dir => {}
            Found::Missing => {
                self.settings.missing = Some(written.to_owned());
                told(
                    tree,
                    path,
                    line,
                    &format!("includes {written}, which is not here"),
                );
            }
        }
    }

    fn put(&self, subject: &mut Subject) {
        let s = &self.settings;
        s.put_all(subject, &OWN, MANY);
        let first = ["server", "pool", "peer", "refclock"]
            .iter()
            .find_map(|name| s.line(name))
            .map(|l| l.place.clone());
        let judged = time_lines(&self.lines);
        let names = judged.servers.iter().map(|n| Value::from(n.as_str()));
        let servers = match &s.missing {
            Some(_) => Value::partial_list(names),
            None => Value::list(names),
        };
        let unseen = |value: bool, known: bool| match &s.missing {
            Some(what) if !known => Value::unseen("include-missing", what.as_str()),
            Some(_) | None => value.into(),
        };
        let mut put = |path: &'static str, value: Value, name: &str| {
            let fact = Fact::derived(path, value);
            let place = s.line(name).map(|l| l.place.clone());
            subject.put(match place.or_else(|| first.clone()) {
                Some(place) => fact.at(place),
                None => fact,
            });
        };
        put("servers", servers, "");
        put("steps", unseen(judged.steps, judged.steps), "makestep");
        put(
            "authenticated",
            unseen(judged.authenticated, !judged.authenticated),
            "",
        );
        put("serves", unseen(judged.serves, judged.serves), "allow");
        // Commands of other hosts are taken where `cmdallow` lets them and the port is not shut.
        let commands = !s.all("cmdallow").is_empty() && s.get("cmdport") != Some("0");
        put(
            "commands_from_others",
            unseen(commands, commands),
            "cmdallow",
        );
        let shut = s.get("port") == Some("0");
        put(
            "port_closed",
            unseen(shut, s.line("port").is_some()),
            "port",
        );
        let logs = s.get("log").is_some_and(|v| {
            ["tracking", "measurements", "statistics"]
                .iter()
                .any(|w| v.contains(w))
        });
        put("logs_offset", unseen(logs, logs), "log");
    }
}

const REMARKS: [char; 4] = ['#', '!', ';', '%'];

/// Directives with many lines.
const MANY: &[&str] = &[
    "server",
    "pool",
    "peer",
    "refclock",
    "allow",
    "deny",
    "cmdallow",
    "cmddeny",
    "confdir",
    "sourcedir",
    "initstepslew",
    "broadcast",
    "bindcmdaddress",
    "hwtimestamp",
    "mailonchange",
    "ntsservercert",
    "ntsserverkey",
];

/// chronyd's own values (4.3).
const OWN: [(&str, &str); 6] = [
    ("port", "123"),
    ("cmdport", "323"),
    ("maxupdateskew", "1000"),
    ("minsources", "1"),
    ("maxdistance", "3.0"),
    ("authselectmode", "mix"),
];

const MAX_DEPTH: usize = 10;
const MAX_FILES: usize = 200;
