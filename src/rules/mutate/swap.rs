//! A comparison that looks at another fact.

use super::Changed;
use crate::model::{Path, Predicate};

/// Each comparison with each other fact that the same predicate looks at in the same place.
pub(super) fn swapped(p: &Predicate, at: &str) -> Vec<Changed> {
    let mut paths: Vec<(Option<Path>, Path)> = Vec::new();
    p.each_path(None, &mut |path, inside| {
        let entry = (inside.cloned(), path.clone());
        if !paths.contains(&entry) {
            paths.push(entry);
        }
    });
    let mut tests = 0;
    count_tests(p, &mut tests);
    let mut found = Vec::new();
    for index in 0..tests {
        for (inside, other) in &paths {
            let mut changed = p.clone();
            let mut left = index;
            if let Some(old) = replace(&mut changed, None, &mut left, (inside.as_ref(), other)) {
                let name = format!("{at}: test {index} looks at {other} instead of {old}");
                found.push((name, changed));
            }
        }
    }
    found
}

fn count_tests(p: &Predicate, count: &mut usize) {
    p.each_op(&mut |_, _| *count += 1);
}

/// Puts another fact into the test with this number, where it stands in the same list; says which fact was there.
fn replace(
    p: &mut Predicate,
    inside: Option<&Path>,
    left: &mut usize,
    by: (Option<&Path>, &Path),
) -> Option<Path> {
    match p {
        Predicate::All(parts) | Predicate::Any(parts) => parts
            .iter_mut()
            .find_map(|part| replace(part, inside, left, by)),
        Predicate::Not(part) => replace(part, inside, left, by),
        Predicate::Test { path, .. } => {
            if *left > 0 {
                *left -= 1;
                return None;
            }
            *left = usize::MAX;
            (by.0 == inside && by.1 != path).then(|| std::mem::replace(path, by.1.clone()))
        }
        Predicate::Over {
            of, filter, assert, ..
        } => {
            let of = of.clone();
            filter
                .as_mut()
                .and_then(|f| replace(f, Some(&of), left, by))
                .or_else(|| replace(assert, Some(&of), left, by))
        }
    }
}
