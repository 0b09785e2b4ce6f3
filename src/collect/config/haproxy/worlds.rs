//! Conditions that only the start of HAProxy decides: its files are read once for each set of answers, and what the
//! answers change was not seen.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Part;
use crate::model::{Fact, FactPath, Subject, Value};
use crate::parse::haproxy::{Answers, Environment, parse};

/// What one process would read under one set of answers.
#[derive(Default)]
pub(super) struct World {
    pub(super) parts: Vec<Part>,
    /// Lines that are not understood: the file, the line, why.
    pub(super) problems: Vec<(String, u32, &'static str)>,
    /// Where it refuses to start.
    refused: Option<(String, u32)>,
}

/// The worlds of one process.
#[derive(Default)]
pub(super) struct Worlds {
    pub(super) all: Vec<World>,
    /// The conditions that are decided when it starts: file and line.
    pub(super) open: BTreeSet<(String, u32)>,
}

/// Reads the files of a process, in their order, under all answers.
///
/// # Errors
/// The place of a condition where there are more answers than are worked out.
pub(super) fn read(files: &[(String, Arc<str>)]) -> Result<Worlds, (String, u32)> {
    let mut worlds = Worlds::default();
    let mut todo = vec![BTreeMap::new()];
    while let Some(assumed) = todo.pop() {
        let (world, asked) = one(files, &assumed);
        let Some((what, file, line)) = asked.into_iter().find(|(w, ..)| !assumed.contains_key(w))
        else {
            worlds.all.push(world);
            continue;
        };
        worlds.open.insert((file.clone(), line));
        if todo.len() + worlds.all.len() + 2 > MAX_WORLDS {
            return Err((file, line));
        }
        for answer in [true, false] {
            let mut more = assumed.clone();
            more.insert(what.clone(), answer);
            todo.push(more);
        }
    }
    // Where it does not start nothing listens; where it never starts, that is told.
    if worlds.all.iter().any(|w| w.refused.is_none()) {
        worlds.all.retain(|w| w.refused.is_none());
    } else if let Some(world) = worlds.all.first_mut()
        && let Some((file, line)) = &world.refused
    {
        let what = "an alert at which it refuses to start";
        world.problems.push((file.clone(), *line, what));
    }
    Ok(worlds)
}

/// What is asked, in which file and line.
type Asked = Vec<(String, String, u32)>;

fn one(files: &[(String, Arc<str>)], assumed: &BTreeMap<String, bool>) -> (World, Asked) {
    let mut world = World::default();
    let mut asked = Asked::new();
    let mut environment = Environment::default();
    for (file, text) in files {
        let mut answers = Answers::of(assumed.clone());
        let read = parse(text, &mut environment, &mut answers);
        let here = |line: u32| (file.clone(), line);
        asked.extend(
            answers
                .asked
                .into_iter()
                .map(|(what, line)| (what, file.clone(), line)),
        );
        world.refused = world.refused.or(read.refused.map(here));
        let problems = read.problems.into_iter();
        world
            .problems
            .extend(problems.map(|(line, why)| (file.clone(), line, why)));
        world.parts.extend(read.sections.into_iter().map(|s| Part {
            file: file.clone(),
            kind: s.kind,
            name: s.name,
            from: s.from,
            line: s.line,
            lines: s.lines,
        }));
    }
    (world, asked)
}

/// The subjects of all worlds as one: a value on which they do not agree was not seen.
pub(super) fn merged(worlds: Vec<Vec<Subject>>, why: &str) -> Vec<Subject> {
    let mut order: Vec<(Arc<str>, usize)> = Vec::new();
    let mut all: BTreeMap<(Arc<str>, usize), Vec<Subject>> = BTreeMap::new();
    for subjects in worlds {
        let mut seen: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        for subject in subjects {
            let nth = seen.entry(subject.id.clone()).or_default();
            *nth += 1;
            let key = (subject.id.clone(), *nth);
            if !all.contains_key(&key) {
                order.push(key.clone());
            }
            all.entry(key).or_default().push(subject);
        }
    }
    order
        .iter()
        .filter_map(|key| agreed(all.remove(key)?, why))
        .collect()
}

fn agreed(mut versions: Vec<Subject>, why: &str) -> Option<Subject> {
    let mut first = versions.pop()?;
    let paths: BTreeSet<FactPath> = versions
        .iter()
        .chain([&first])
        .flat_map(|s| s.facts.values().map(|f| f.path.clone()))
        .collect();
    for path in paths {
        let own = first.facts.get(&path);
        let others = || versions.iter().map(|s| s.facts.get(&path));
        let value = own.map(|f| &f.value);
        if others().all(|other| other.map(|f| &f.value) == value) {
            continue;
        }
        let place = own
            .into_iter()
            .chain(others().flatten())
            .find_map(|f| f.place.clone());
        let fact = Fact::derived(path.clone(), Value::unseen("ambiguous", why));
        first.put(match place {
            Some(place) => fact.at(place),
            None => fact,
        });
    }
    Some(first)
}

/// How many sets of answers are worked out for one process.
const MAX_WORLDS: usize = 32;

#[cfg(test)]
mod tests {
    use crate::collect::config::collect;
    use crate::collect::config::tests::{cx, seen, shown, subject, tree};
    use crate::model::Seen;

    fn value(text: &str, id: &str, path: &str) -> String {
        let out = collect(tree(&[("haproxy.cfg", text)]).path(), "c", &cx());
        shown(subject(&out, id), path)
    }

    const BIND: &str = "haproxy.frontend[web].bind[*:443]";

    #[test]
    fn what_conditions_change_was_not_seen() {
        let of = |condition: &str| {
            let text = format!(
                "global\n setenv MODE prod\n presetenv SITE hn\n.if {condition}\n ssl-default-bind-options ssl-min-ver TLSv1.0\n.else\n ssl-default-bind-options ssl-min-ver TLSv1.2\n.endif\nfrontend web\n mode http\n bind *:443 ssl crt /a.pem\n default_backend b\nbackend b\n mode http\n server s 10.0.0.1:80\n"
            );
            value(&text, BIND, "weak_protocols")
        };
        assert_eq!(of("streq(\"$MODE\",prod)"), "[TLSv1.0, TLSv1.1]");
        assert_eq!(of("strneq(\"$MODE\",prod)"), "[]");
        assert_eq!(
            of("defined(MODE) && version_atleast(2.2)"),
            "[TLSv1.0, TLSv1.1]"
        );
        for open in [
            "feature(QUIC)",
            "streq(\"$SITE\",hn)",
            "defined(DEBUG)",
            "version_atleast(2.9)",
            "x(",
        ] {
            assert_eq!(of(open), "? (ambiguous)", "{open}");
        }
    }

    #[test]
    fn what_they_do_not_change_stays() {
        let text = "global\n.if !version_atleast(2.6)\n.alert \"too old\"\n.endif\n.if feature(QUIC)\n tune.quic.socket-owner connection\n.endif\n ssl-default-bind-options ssl-min-ver TLSv1.2\nfrontend web\n mode http\n bind *:443 ssl crt /a.pem\n.if defined(STATS)\nfrontend stats\n mode http\n bind *:8404\n.endif\n";
        let dir = tree(&[("haproxy.cfg", text)]);
        let out = collect(dir.path(), "c", &cx());
        assert_eq!(seen(&out, "haproxy"), &Seen::Whole);
        assert_eq!(shown(subject(&out, BIND), "weak_protocols"), "[]");
        assert_eq!(
            shown(subject(&out, "haproxy.frontend[stats].bind[*:8404]"), "ssl"),
            "false"
        );
    }

    #[test]
    fn too_many_and_refused() {
        let many: String = (0..40)
            .map(|n| format!(".if defined(X{n})\n.endif\n"))
            .collect();
        for text in [
            format!("global\n{many}frontend web\n bind *:80\n"),
            "global\n.alert \"no\"\nfrontend web\n bind *:80\n".to_owned(),
        ] {
            let out = collect(tree(&[("haproxy.cfg", &text)]).path(), "c", &cx());
            assert!(matches!(seen(&out, "haproxy-bind"), Seen::Not(_)), "{text}");
        }
    }
}
