//! The variables of the environment that a file of HAProxy sets, and what is known of those that it does not.

use std::collections::{BTreeMap, BTreeSet};

/// What is known of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known<'e> {
    /// Its value.
    Is(&'e str),
    /// It is there; what it is the system may have said before.
    There,
    /// It is not there.
    Gone,
    /// Nothing: the system may have set it.
    Nothing,
}

/// The variables of one process.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// What lines said; nothing where the system's value counts before the line's.
    set: BTreeMap<String, Held>,
    /// All others but these were taken away.
    kept: Option<BTreeSet<String>>,
}

#[derive(Debug, Clone)]
enum Held {
    Is(String),
    There,
    Gone,
}

impl Environment {
    /// What is known of a variable.
    pub fn get(&self, name: &str) -> Known<'_> {
        match self.set.get(name) {
            Some(Held::Is(value)) => Known::Is(value),
            Some(Held::There) => Known::There,
            Some(Held::Gone) => Known::Gone,
            None if self.kept.as_ref().is_some_and(|kept| !kept.contains(name)) => Known::Gone,
            None => Known::Nothing,
        }
    }

    /// Takes a line of the section `global`, where it is about variables.
    pub fn take(&mut self, words: &[String]) {
        let mut rest = words.iter().skip(1);
        let name = rest.next().cloned();
        match (words.first().map(String::as_str), name, rest.next()) {
            (Some("setenv"), Some(name), Some(value)) => {
                self.set.insert(name, Held::Is(value.clone()));
            }
            (Some("presetenv"), Some(name), Some(value)) => match self.get(&name) {
                Known::Gone => {
                    self.set.insert(name, Held::Is(value.clone()));
                }
                Known::Nothing => {
                    self.set.insert(name, Held::There);
                }
                Known::Is(_) | Known::There => {}
            },
            (Some("unsetenv"), ..) => {
                let names = words.iter().skip(1).cloned();
                self.set.extend(names.map(|name| (name, Held::Gone)));
            }
            (Some("resetenv"), ..) => {
                let named: BTreeSet<String> = words.iter().skip(1).cloned().collect();
                self.set.retain(|name, _| named.contains(name));
                self.kept = Some(match self.kept.take() {
                    Some(kept) => kept.intersection(&named).cloned().collect(),
                    None => named,
                });
            }
            (Some(_) | None, ..) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_after_each_line() {
        let mut environment = Environment::default();
        let mut take = |line: &str| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            environment.take(&words);
            ["A", "B", "C"].map(|name| match environment.get(name) {
                Known::Is(value) => value.to_owned(),
                Known::There => "+".to_owned(),
                Known::Gone => "-".to_owned(),
                Known::Nothing => "?".to_owned(),
            })
        };
        assert_eq!(take("setenv A 1"), ["1", "?", "?"]);
        assert_eq!(take("presetenv A 2"), ["1", "?", "?"]);
        assert_eq!(take("presetenv B 2"), ["1", "+", "?"]);
        assert_eq!(take("unsetenv A C"), ["-", "+", "-"]);
        assert_eq!(take("presetenv C 3"), ["-", "+", "3"]);
        assert_eq!(take("resetenv C D"), ["-", "-", "3"]);
    }
}
