//! What an image is built from and as whom it runs.

use std::collections::BTreeMap;

use super::image;
use crate::collect::config::secrets;
use crate::collect::config::tree::Tree;
use crate::model::{Collected, Fact, Place, Subject, Value};
use crate::parse::dockerfile::{Instruction, parse};

/// One stage of the build.
#[derive(Debug, Default, Clone)]
struct Stage {
    name: String,
    base: String,
    user: Option<(String, u32)>,
    healthcheck: bool,
    ports: Vec<(String, u32)>,
}

/// Adds the subject of one Dockerfile.
pub(super) fn collect(tree: &mut Tree<'_>, path: &str, text: &str, out: &mut Collected) {
    let all = parse(text);
    let unknown = all.iter().find(|i| !WORDS.contains(&i.word.as_str()));
    if let Some(unknown) = unknown {
        super::super::settings::told(tree, path, unknown.line, "no instruction of a Dockerfile");
    }
    let Some(first) = all.iter().find(|i| i.word == "FROM") else {
        super::super::settings::told(tree, path, 1, "no FROM: not a whole Dockerfile");
        return;
    };
    let id = format!("dockerfile[{}]", path.trim_start_matches('/'));
    let mut subject = Subject::new("dockerfile", id).at(tree.place(path, first.line));
    let arguments = arguments(&all);
    let stages = stages(&all, &arguments);
    let place = |line: u32| tree.place(path, line);
    bases(&stages, &all, &mut subject, &place);
    user(&stages, &mut subject, &place);
    if let Some(last) = stages.last() {
        subject.put(Fact::derived("healthcheck", last.healthcheck));
        let ports = list(
            &last
                .ports
                .iter()
                .map(|(p, l)| (p.clone(), *l))
                .collect::<Vec<_>>(),
            "exposes",
            &mut subject,
            &place,
        );
        let admin: Vec<(String, u32)> = ports
            .into_iter()
            .filter(|(p, _)| {
                p.split('/')
                    .next()
                    .and_then(|p| p.parse().ok())
                    .is_some_and(image::is_admin_port)
            })
            .collect();
        list(&admin, "admin_ports", &mut subject, &place);
    }
    list(&variables(&all), "secret_variables", &mut subject, &place);
    list(&copied(&all), "copied_secrets", &mut subject, &place);
    list(&remote(&all), "remote_adds", &mut subject, &place);
    list(&unverified(&all), "unverified", &mut subject, &place);
    list(&piped(&all), "piped_downloads", &mut subject, &place);
    out.subjects.push(subject);
}

/// Puts a list of texts at the line of the first.
fn list(
    items: &[(String, u32)],
    path: &'static str,
    subject: &mut Subject,
    place: &dyn Fn(u32) -> Place,
) -> Vec<(String, u32)> {
    let fact = Fact::derived(
        path,
        Value::list(items.iter().map(|(t, _)| Value::from(t.as_str()))),
    );
    subject.put(match items.first() {
        Some((_, line)) => fact.at(place(*line)),
        None => fact,
    });
    items.to_vec()
}

/// What `ARG` before the first `FROM` says, for names of images.
fn arguments(all: &[Instruction]) -> BTreeMap<String, String> {
    all.iter()
        .filter(|i| i.word == "ARG")
        .flat_map(Instruction::pairs)
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

/// Puts in what is known of `$NAME` and `${NAME:-default}`.
fn resolved(text: &str, arguments: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let (name, default, left) = if let Some(inner) = after.strip_prefix('{') {
            let (inner, left) = inner.split_once('}').unwrap_or((inner, ""));
            let (name, default) = inner
                .split_once(":-")
                .map_or((inner, None), |(n, d)| (n, Some(d)));
            (name, default, left)
        } else {
            let end = after
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .unwrap_or(after.len());
            (&after[..end], None, &after[end..])
        };
        match arguments.get(name).map(String::as_str).or(default) {
            Some(value) => out.push_str(value),
            None => {
                out.push('$');
                out.push_str(name);
            }
        }
        rest = left;
    }
    out.push_str(rest);
    out
}

fn stages(all: &[Instruction], arguments: &BTreeMap<String, String>) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    for i in all {
        if i.word == "FROM" {
            let args = i.args();
            let base = resolved(args.first().map_or("", String::as_str), arguments);
            let named = args.get(1).is_some_and(|w| w.eq_ignore_ascii_case("as"));
            // A stage built on another has its user.
            let before = stages
                .iter()
                .rev()
                .find(|s| !s.name.is_empty() && s.name.eq_ignore_ascii_case(&base));
            let mut stage = before.cloned().unwrap_or_default();
            stage.base = base;
            stage.name = args.get(2).filter(|_| named).cloned().unwrap_or_default();
            stages.push(stage);
            continue;
        }
        let Some(stage) = stages.last_mut() else {
            continue;
        };
        match i.word.as_str() {
            "USER" => stage.user = Some((resolved(i.rest.trim(), arguments), i.line)),
            "HEALTHCHECK" => stage.healthcheck = !i.rest.trim().eq_ignore_ascii_case("none"),
            "EXPOSE" => stage
                .ports
                .extend(i.args().into_iter().map(|p| (p, i.line))),
            _ => {}
        }
    }
    stages
}

fn bases(
    stages: &[Stage],
    all: &[Instruction],
    subject: &mut Subject,
    place: &dyn Fn(u32) -> Place,
) {
    let lines = all.iter().filter(|i| i.word == "FROM").map(|i| i.line);
    let mut own: Vec<(String, u32)> = Vec::new();
    for (at, (stage, line)) in stages.iter().zip(lines).enumerate() {
        let is_stage = stages[..at]
            .iter()
            .any(|s| !s.name.is_empty() && s.name.eq_ignore_ascii_case(&stage.base));
        if !is_stage && stage.base != "scratch" {
            own.push((stage.base.clone(), line));
        }
    }
    list(&own, "bases", subject, place);
    let open = own.iter().any(|(base, _)| image::is_open(base));
    let loose: Vec<(String, u32)> = own
        .iter()
        .filter(|(base, _)| !image::is_open(base) && !image::is_pinned(base))
        .cloned()
        .collect();
    list(&loose, "unpinned_bases", subject, place);
    if open && let Some(fact) = subject.facts.get_mut("unpinned_bases") {
        fact.value = Value::partial_list(loose.into_iter().map(|(base, _)| Value::from(base)));
    }
}

/// As whom the container runs: what the last stage says, not what its base may say.
fn user(stages: &[Stage], subject: &mut Subject, place: &dyn Fn(u32) -> Place) {
    let said = stages.last().and_then(|s| s.user.clone());
    let Some((user, line)) = said else {
        let nonroot = stages.last().is_some_and(|s| s.base.contains("nonroot"));
        let value = if nonroot {
            Value::from("nonroot")
        } else {
            Value::Absent
        };
        subject.put(Fact::derived("user", value));
        subject.put(Fact::derived("named_user", nonroot));
        return;
    };
    let name = user.split(':').next().unwrap_or(&user).to_owned();
    let named = if image::is_open(&name) {
        Value::unseen("ambiguous", "USER is a variable without a value here")
    } else {
        Value::Bool(!["root", "0", ""].contains(&name.as_str()))
    };
    subject.put(Fact::set("user", user).at(place(line)));
    subject.put(Fact::derived("named_user", named).at(place(line)));
}

/// Names of secrets with a value: they stay in the image's history.
fn variables(all: &[Instruction]) -> Vec<(String, u32)> {
    let mut out = Vec::new();
    for i in all.iter().filter(|i| i.word == "ENV" || i.word == "ARG") {
        for (name, value) in i.pairs() {
            let line = format!("{name}={}", value.unwrap_or_default());
            if !secrets::scan(&line, secrets::Look::Config).is_empty() {
                out.push((name, i.line));
            }
        }
    }
    out
}

fn copied(all: &[Instruction]) -> Vec<(String, u32)> {
    let mut out = Vec::new();
    for i in all.iter().filter(|i| i.word == "COPY" || i.word == "ADD") {
        if i.flags().any(|f| f.starts_with("--from")) {
            continue;
        }
        let mut args = i.args();
        args.pop();
        for arg in args {
            let name = arg
                .trim_end_matches('/')
                .rsplit('/')
                .next()
                .unwrap_or(&arg)
                .to_ascii_lowercase();
            let secret = SECRET_FILES.contains(&name.as_str())
                || [".p12", ".pfx", ".jks", ".key"]
                    .iter()
                    .any(|end| name.ends_with(end));
            if secret {
                out.push((arg, i.line));
            }
        }
    }
    out
}

fn remote(all: &[Instruction]) -> Vec<(String, u32)> {
    let adds = all
        .iter()
        .filter(|i| i.word == "ADD" && !i.flags().any(|f| f.starts_with("--checksum")));
    adds.flat_map(|i| {
        i.args()
            .into_iter()
            .filter(|a| {
                a.starts_with("http://") || a.starts_with("https://") || a.starts_with("ftp://")
            })
            .map(|a| (a.split('?').next().unwrap_or(&a).to_owned(), i.line))
    })
    .collect()
}

/// Ways to have a download unchecked.
fn unverified(all: &[Instruction]) -> Vec<(String, u32)> {
    let mut out = Vec::new();
    for i in all
        .iter()
        .filter(|i| ["RUN", "ENV", "ARG"].contains(&i.word.as_str()))
    {
        for flag in UNVERIFIED {
            if i.rest.contains(flag) {
                out.push((flag.trim().to_owned(), i.line));
            }
        }
        let curl = i.rest.split(['&', ';', '|', '\n']).any(|command| {
            let mut words = command.split_whitespace().skip_while(|w| *w != "curl");
            words.next().is_some() && words.any(|w| w == "--insecure" || is_short(w, 'k'))
        });
        if curl {
            out.push(("curl -k".into(), i.line));
        }
    }
    out
}

/// Is the letter among the short flags of a word: `-fsSLk`?
fn is_short(word: &str, letter: char) -> bool {
    word.strip_prefix('-').is_some_and(|flags| {
        !flags.starts_with('-')
            && flags.contains(letter)
            && flags.chars().all(|c| c.is_ascii_alphabetic())
            && flags.len() <= 8
    })
}

/// A script of the network that is run as it comes.
fn piped(all: &[Instruction]) -> Vec<(String, u32)> {
    let mut out = Vec::new();
    for i in all.iter().filter(|i| i.word == "RUN") {
        let parts: Vec<&str> = i.rest.split('|').collect();
        for pair in parts.windows(2) {
            let [from, to] = pair else { continue };
            let command = from.rsplit(['&', ';', '\n']).next().unwrap_or(from);
            let fetches = command
                .split_whitespace()
                .any(|w| w == "curl" || w == "wget");
            let shell = to
                .split_whitespace()
                .find(|w| *w != "sudo" && !w.starts_with('-') && !w.contains('='))
                .is_some_and(|w| {
                    [
                        "sh",
                        "bash",
                        "zsh",
                        "python",
                        "python3",
                        "perl",
                        "/bin/sh",
                        "/bin/bash",
                    ]
                    .contains(&w)
                });
            if fetches && shell {
                out.push((format!("line {}", i.line), i.line));
            }
        }
        if substituted(&i.rest) {
            out.push((format!("line {}", i.line), i.line));
        }
    }
    out
}

/// `bash -c "$(curl …)"`, `bash <(curl …)`, `eval "$(wget …)"`.
fn substituted(rest: &str) -> bool {
    const RUN: [&str; 7] = [
        "sh -c", "bash -c", "eval", "source", "sh <(", "bash <(", ". <(",
    ];
    let text: String = rest.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.replace("( ", "(");
    let fetched = ["$(curl", "$(wget", "<(curl", "<(wget", "`curl", "`wget"]
        .iter()
        .filter_map(|mark| text.find(mark))
        .min();
    // What runs it stands before it.
    fetched.is_some_and(|at| {
        let before = &text[..(at + 2).min(text.len())];
        let command = before.rsplit(['&', ';']).next().unwrap_or(before);
        RUN.iter().any(|run| command.contains(run))
    })
}

const WORDS: [&str; 18] = [
    "FROM",
    "RUN",
    "CMD",
    "LABEL",
    "MAINTAINER",
    "EXPOSE",
    "ENV",
    "ADD",
    "COPY",
    "ENTRYPOINT",
    "VOLUME",
    "USER",
    "WORKDIR",
    "ARG",
    "ONBUILD",
    "STOPSIGNAL",
    "HEALTHCHECK",
    "SHELL",
];
const SECRET_FILES: [&str; 14] = [
    ".env",
    ".env.production",
    ".env.local",
    "id_rsa",
    "id_ed25519",
    "id_ecdsa",
    ".npmrc",
    ".pypirc",
    ".netrc",
    ".aws",
    ".ssh",
    ".git-credentials",
    "credentials.json",
    ".pgpass",
];
const UNVERIFIED: [&str; 12] = [
    "--no-check-certificate",
    "--allow-unauthenticated",
    "--allow-untrusted",
    "--force-yes",
    "--nogpgcheck",
    "--no-gpg-checks",
    "--trusted-host",
    "strict-ssl false",
    "strict-ssl=false",
    "NODE_TLS_REJECT_UNAUTHORIZED=0",
    "GIT_SSL_NO_VERIFY",
    "PYTHONHTTPSVERIFY=0",
];
