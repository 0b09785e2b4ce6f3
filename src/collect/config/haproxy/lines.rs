//! Lines of a section as settings: which words are the name, which names have many lines, what takes one back.

use super::Part;
use crate::collect::config::settings::Settings;
use crate::collect::config::tree::Tree;
use crate::model::Place;
use crate::parse::haproxy::Line;

/// Adds the lines to what stands there already.
pub(super) fn add(tree: &Tree<'_>, part: &Part, lines: &[Line], settings: &mut Settings) {
    for line in lines {
        let place = tree.place(&part.file, line.line);
        let words: Vec<&str> = line.words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["no", "log", ..] => settings.forget("log"),
            ["no" | "default", first, second, ..] if PAIRS.contains(first) => {
                let name = format!("{first} {second}");
                if words.first() == Some(&"default") {
                    settings.forget(&name);
                } else {
                    settings.add(name, "off", place);
                }
            }
            ["no", name, ..] => settings.add(*name, "off", place),
            [first, second, rest @ ..] if PAIRS.contains(first) => {
                let value = if rest.is_empty() && *first == "option" {
                    "on".to_owned()
                } else {
                    hidden(first, second, rest)
                };
                settings.add(format!("{first} {second}"), value, place);
            }
            // The values of the environment may be secrets.
            ["setenv" | "presetenv", name, ..] => settings.add("setenv", *name, place),
            [name, rest @ ..] => settings.add(name.to_ascii_lowercase(), rest.join(" "), place),
            [] => {}
        }
    }
}

/// Arguments of two-word names; of `stats auth` only the account.
fn hidden(first: &str, second: &str, rest: &[&str]) -> String {
    if (first, second) == ("stats", "auth") {
        let account = rest.first().and_then(|r| r.split(':').next());
        return format!("{}:***", account.unwrap_or_default());
    }
    rest.join(" ")
}

/// Accounts of a list of users whose password stands in clear.
pub(super) fn plain_users(tree: &Tree<'_>, part: &Part) -> Vec<(String, Place)> {
    part.lines
        .iter()
        .filter(|line| line.words.first().is_some_and(|w| w == "user"))
        .filter(|line| line.words.iter().any(|w| w == "insecure-password"))
        .filter_map(|line| {
            let name = line.words.get(1)?.clone();
            Some((name, tree.place(&part.file, line.line)))
        })
        .collect()
}

/// Names of two words.
const PAIRS: [&str; 4] = ["option", "timeout", "stats", "compression"];

/// Names whose lines all count.
pub(super) const MANY: &[&str] = &[
    "acl",
    "bind",
    "server",
    "server-template",
    "use_backend",
    "use-server",
    "log",
    "redirect",
    "http-request",
    "http-response",
    "http-after-response",
    "http-check",
    "tcp-check",
    "tcp-request",
    "tcp-response",
    "errorfile",
    "errorloc",
    "filter",
    "capture",
    "declare",
    "setenv",
    "stats socket",
    "stats auth",
    "stats admin",
    "stats http-request",
    "default-server",
    "bind-process",
    "cpu-map",
    "lua-load",
    "stick",
    "persist",
    "description",
];
