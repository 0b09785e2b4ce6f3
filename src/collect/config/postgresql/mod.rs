//! PostgreSQL: the parameters as the server would have them, and the rules of who may connect from where and how.

use super::found::Found;
use super::kind::Kind;
use super::tree::{Tree, folder};
use crate::model::{Collected, Reason, Seen};

mod access;
pub(super) mod guc;
mod hba;
mod settings;

use settings::Settings;

/// Adds what stands in the tree's PostgreSQL files.
pub(super) fn collect(tree: &mut Tree<'_>, out: &mut Collected, unused: &mut Vec<String>) {
    let confs = tree.of_kind(&Kind::Postgres);
    let mut mains: Vec<String> = confs
        .iter()
        .filter(|f| f.ends_with("/postgresql.conf"))
        .cloned()
        .collect();
    if mains.is_empty() {
        // One file of another name, or only parts: the first that is no override stands for the whole.
        let whole = confs.iter().find(|f| !is_auto(f) && !is_part(f));
        mains.extend(
            whole
                .or_else(|| confs.iter().find(|f| !is_auto(f)))
                .cloned(),
        );
    }
    let autos: Vec<String> = confs.iter().filter(|f| is_auto(f)).cloned().collect();
    let mut problem = None;
    let mut used = mains.clone();
    let mut rules = Vec::new();
    for main in &mains {
        let mut settings = Settings::default();
        settings.part = is_part(main);
        settings.read(tree, main, 0);
        let auto = auto_of(tree, main, &settings, &autos, mains.len());
        if let Some(auto) = &auto {
            settings.read(tree, auto, 0);
        }
        rules.extend(hba_of(tree, main, &settings));
        out.subjects
            .push(settings.subject(tree, main, auto.as_deref()));
        used.append(&mut settings.files);
        problem = problem.or(settings.problems.into_iter().next());
    }
    unused.extend(
        confs
            .iter()
            .filter(|f| !used.contains(f))
            .map(|f| tree.reader.shown(f)),
    );
    let settings_seen = seen(tree, &Kind::Postgres, problem);
    out.saw("postgresql", settings_seen);
    let mut problem = None;
    for file in tree.of_kind(&Kind::Hba) {
        let found = hba::collect(tree, &file);
        if rules.is_empty() || rules.contains(&tree.real(&file)) {
            problem = problem.or(found.problems.into_iter().next());
            out.subjects.extend(found.subjects);
        } else if !found.included {
            unused.push(tree.reader.shown(&file));
        }
    }
    let rules_seen = seen(tree, &Kind::Hba, problem);
    out.saw("pg-hba", rules_seen);
}

fn seen(tree: &Tree<'_>, kind: &Kind, problem: Option<(&'static str, String)>) -> Seen {
    if let Some((file, why)) = tree.unreadable_of(kind) {
        return Seen::Not(Reason::new("unreadable", format!("{file}: {why}")));
    }
    if tree.truncated {
        return Seen::Not(Reason::new("too-large", "more files than are looked at"));
    }
    match problem {
        Some((code, detail)) => Seen::Not(Reason::new(code, detail)),
        None => Seen::Whole,
    }
}

/// A drop-in: what stands in a folder such as `conf.d` is a part of some `postgresql.conf`.
fn is_part(path: &str) -> bool {
    folder(path).trim_end_matches('/').ends_with(".d")
}

fn is_auto(path: &str) -> bool {
    path.ends_with("postgresql.auto.conf")
}

/// `postgresql.auto.conf` lies in the data directory: beside the main file, where `data_directory` says, or it is the
/// only one of the only server.
fn auto_of(
    tree: &Tree<'_>,
    main: &str,
    settings: &Settings,
    autos: &[String],
    servers: usize,
) -> Option<String> {
    let beside = format!(
        "{}/postgresql.auto.conf",
        folder(main).trim_end_matches('/')
    );
    if autos.contains(&beside) {
        return Some(beside);
    }
    if let Some(dir) = settings.get("data_directory") {
        let written = format!("{dir}/postgresql.auto.conf");
        if let Found::Files(files) = tree.find(folder(main), &written) {
            return files.into_iter().next();
        }
    }
    (autos.len() == 1 && servers == 1).then(|| autos[0].clone())
}

/// The rules' file of this server, where the tree has it.
fn hba_of(tree: &Tree<'_>, main: &str, settings: &Settings) -> Option<String> {
    let written = settings.get("hba_file").unwrap_or("pg_hba.conf");
    let beside = format!("{}/pg_hba.conf", folder(main).trim_end_matches('/'));
    match tree.find(folder(main), written) {
        Found::Files(files) => files.into_iter().next().map(|f| tree.real(&f)),
        Found::Part(..) | Found::NoFolder | Found::Missing => {
            tree.reader.stat(&beside).is_ok().then_some(beside)
        }
    }
}
