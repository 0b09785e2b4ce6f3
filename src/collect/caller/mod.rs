//! Who calls: registered brand names, the numbers that carriers bound to them, a sample of calls, the couriers who called.
//!
//! The lists come from the company. Facts hold counts, shares, days and lines; numbers and ids of people never leave here.

mod app;
mod bound;
mod calls;
mod exchange;
mod numbers;
mod register;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use self::bound::Bound;
use self::calls::Calls;
use self::register::Register;
use super::Context;
use super::document::list_file::ListFile;
use super::document::people::{Staff, staff};
use super::lists::Columns;
use crate::model::{CallerFiles, Collected, Day, Inventory, Reason, Seen, Target, Value};

/// The columns of its lists.
pub(super) const REGISTER: Columns = (register::COLUMNS, register::NEEDED);
pub(super) const BOUND: Columns = (bound::COLUMNS, bound::NEEDED);
pub(super) const CALLS: Columns = (calls::COLUMNS, calls::NEEDED);

/// The subject types of this collector.
const NAMES: [&str; 2] = ["brandname-register", "brandname"];
const NUMBERS: &str = "caller-numbers";
const SAMPLE: &str = "caller-calls";

/// Reads the lists of one asset. What counts today is asked for the day of `cx.now`. `shown` is the path of the first list
/// as people see it.
pub fn collect(files: &CallerFiles, shown: &str, inventory: &Inventory, cx: &Context) -> Collected {
    let mut out = Collected::default();
    let CallerFiles {
        brandnames,
        numbers,
        calls,
        roster,
        sip,
        traces,
        app,
    } = files;
    let on = Day::of(cx.now);
    let beside = |path: &Path| ListFile::beside(path, brandnames, shown);
    let names_file = ListFile::new(brandnames, shown.to_owned());
    let register = names_file
        .read(
            cx,
            register::COLUMNS,
            register::NEEDED,
            register::NAMES,
            &mut out.evidence,
        )
        .map(|table| Register::of(&table, inventory.organisation.tax_code.as_deref()));
    let bound = match numbers {
        Some(path) => beside(path)
            .read(
                cx,
                bound::COLUMNS,
                bound::NEEDED,
                bound::NAMES,
                &mut out.evidence,
            )
            .map(|table| Bound::of(&table)),
        None => Err(not_named("numbers")),
    };
    let sample = match calls {
        Some(path) => beside(path)
            .read(
                cx,
                calls::COLUMNS,
                calls::NEEDED,
                calls::NAMES,
                &mut out.evidence,
            )
            .map(|table| Calls::of(&table, on)),
        None => Err(not_named("calls")),
    };
    let people = people(roster.as_deref(), inventory, cx, &mut out);
    let shown_of =
        |path: &Option<PathBuf>| path.as_deref().map(|p| beside(p).shown).unwrap_or_default();

    if let Ok(register) = &register {
        let by_name = bound.as_ref().map(|b| b.by_name(on)).map_err(why);
        out.subjects.push(register.subject(on, &names_file.shown));
        let names = register.subjects(on, &names_file.shown, by_name.as_ref());
        out.subjects.extend(names);
    }
    if let Ok(bound) = &bound {
        let register = register.as_ref().map_err(why);
        let register = register.as_ref().copied();
        out.subjects
            .push(bound.subject(register, on, &shown_of(numbers)));
    }
    if let Ok(sample) = &sample {
        let (bound, people) = (bound.as_ref().map_err(why), people.as_ref().map_err(why));
        let (bound, people) = (bound.as_ref().copied(), people.as_ref().copied());
        out.subjects
            .push(sample.subject(bound, people, &shown_of(calls)));
    }
    let (bound_or, register_or) = (bound.as_ref().map_err(why), register.as_ref().map_err(why));
    let not_asked =
        |out: &mut Collected, kind: &str, key: &str| out.saw(kind, Seen::Not(not_named(key)));
    match sip {
        Some(path) => exchange::trunks(
            path,
            &shown_of(sip),
            bound_or.as_ref().copied(),
            cx,
            &mut out,
        ),
        None => not_asked(&mut out, exchange::TRUNK, "sip"),
    }
    match traces {
        Some(path) => {
            let (names, numbers) = (register_or.as_ref().copied(), bound_or.as_ref().copied());
            exchange::traces(path, &shown_of(traces), names, numbers, cx, &mut out);
        }
        None => not_asked(&mut out, exchange::TRACE, "traces"),
    }
    match app {
        Some(path) => app::collect(path, &shown_of(app), cx, &mut out),
        None => not_asked(&mut out, app::APP, "app"),
    }
    for kind in NAMES {
        out.saw(kind, seen(&register));
    }
    out.saw(NUMBERS, seen(&bound));
    out.saw(SAMPLE, seen(&sample));
    out
}

/// The roster that the asset names, or else that of the inventory.
fn people(
    roster: Option<&Path>,
    inventory: &Inventory,
    cx: &Context,
    out: &mut Collected,
) -> Result<Staff, Reason> {
    let listed = inventory.assets.iter().find_map(|asset| {
        if let Target::Roster { roster, .. } = &asset.target {
            Some((roster.as_path(), asset.shown.clone()))
        } else {
            None
        }
    });
    let own = roster.map(|path| (path, path.display().to_string()));
    let Some((path, shown)) = own.or(listed) else {
        return Err(Reason::new("not_asked", "the inventory names no roster"));
    };
    let columns = &["id", "name", "role", "employer", "active_from", "active_to"];
    ListFile::new(path, shown)
        .read(cx, columns, &["id", "role"], "id, role", &mut out.evidence)
        .map(|table| staff(&table, &inventory.organisation, Day::of(cx.now)))
}

fn not_named(key: &str) -> Reason {
    Reason::new("not_asked", format!("the asset names no `{key}`"))
}

fn why(reason: &Reason) -> Value {
    Value::unseen(code_of(reason), reason.detail.clone())
}

/// Facts carry constant codes: the reasons of files that could not be read.
fn code_of(reason: &Reason) -> &'static str {
    const CODES: [&str; 9] = [
        "not_asked",
        "not-parsed",
        "missing",
        "unreadable",
        "too-large",
        "wrong-kind",
        "link-loop",
        "not-permitted",
        "timeout",
    ];
    let found = CODES.into_iter().find(|code| *code == reason.code);
    found.unwrap_or("unreadable")
}

fn seen<T>(read: &Result<T, Reason>) -> Seen {
    match read {
        Ok(_) => Seen::Whole,
        Err(reason) => Seen::Not(reason.clone()),
    }
}
