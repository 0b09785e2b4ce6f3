//! Small changes to a control, each of which at least one of its examples should notice.
//!
//! Pure: what is made here is run by `capdo rules test`. A mutant that no example catches shows a part of the control
//! that could be wrong without anyone seeing it.

mod compare;
mod swap;
#[cfg(test)]
mod tests;

use crate::model::{Absent, Control, Parameter, Path, Predicate, Quantifier, Tighten, WhenEmpty};
use compare::comparisons;
use swap::swapped;

/// A control with one small change.
#[derive(Debug, Clone)]
pub struct Mutant {
    /// What was changed, and where: unique in its control.
    pub name: String,
    /// The control so changed, without its texts and examples.
    pub control: Control,
    /// Do its figures differ, so that it has to be chosen anew?
    pub figures: bool,
}

/// `all` or `any`.
type Join = fn(Vec<Predicate>) -> Predicate;

/// A changed predicate, with what was changed.
type Changed = (String, Predicate);

/// All mutants of a control, in a fixed order.
pub fn mutants(control: &Control) -> Vec<Mutant> {
    let lean = lean(control);
    let with = |name: String, change: &dyn Fn(&mut Control)| {
        let mut control = lean.clone();
        change(&mut control);
        Mutant {
            name,
            control,
            figures: false,
        }
    };
    let mut found: Vec<Mutant> = constants("assert")
        .into_iter()
        .chain(predicate(&control.assert, "assert", true))
        .chain(swapped(&control.assert, "assert"))
        .map(|(name, p)| with(name, &|c| c.assert = p.clone()))
        .collect();
    if let Some(when) = &control.when {
        found.push(with("when dropped".into(), &|c| c.when = None));
        found.push(with("when negated".into(), &|c| {
            c.when = Some(negated(when))
        }));
        found.extend(
            predicate(when, "when", false)
                .into_iter()
                .chain(swapped(when, "when"))
                .map(|(name, p)| with(name, &|c| c.when = Some(p.clone()))),
        );
    }
    let (word, absent) = match control.absent {
        Absent::Fail => ("absent fail → notapplicable", Absent::Notapplicable),
        Absent::Notapplicable => ("absent notapplicable → fail", Absent::Fail),
    };
    found.push(with(word.into(), &|c| c.absent = absent));
    for (index, written) in control.parameters.iter().enumerate() {
        for (name, parameter) in figures(written) {
            let mut mutant = with(name, &|c| c.parameters[index] = parameter.clone());
            mutant.figures = true;
            found.push(mutant);
        }
    }
    found
}

/// What the engine needs of a control: thousands of copies are made.
fn lean(control: &Control) -> Control {
    Control {
        title: Default::default(),
        rationale: Default::default(),
        remediation: Default::default(),
        references: Default::default(),
        examples: Vec::new(),
        file: String::new(),
        ..control.clone()
    }
}

/// A figure moved by one, taken from the next level, strict in the other direction.
fn figures(p: &Parameter) -> Vec<(String, Parameter)> {
    let moved = |by: i64| {
        let mut other = p.clone();
        for source in &mut other.by {
            for value in source.values.values_mut() {
                *value = value.saturating_add(by);
            }
        }
        other
    };
    let mut next = p.clone();
    for (source, old) in next.by.iter_mut().zip(&p.by) {
        for (level, value) in &mut source.values {
            if let Some(above) = old.values.get(&(level + 1)) {
                *value = *above;
            }
        }
    }
    let mut found = vec![
        (format!("${} + 1", p.name), moved(1)),
        (format!("${} - 1", p.name), moved(-1)),
    ];
    let differs = next.by.iter().zip(&p.by).any(|(a, b)| a.values != b.values);
    if differs {
        found.push((format!("${} of the next level", p.name), next));
    }
    for index in 0..p.by.len() {
        let mut fewer = p.clone();
        let gone = fewer.by.remove(index);
        if !fewer.by.is_empty() {
            let name = format!("${} without {}", p.name, gone.source);
            found.push((name, fewer));
        }
    }
    let (word, tighten) = match p.tighten {
        Tighten::Up => ("up → down", Tighten::Down),
        Tighten::Down => ("down → up", Tighten::Up),
    };
    let turned = Parameter {
        tighten,
        ..p.clone()
    };
    found.push((format!("${} tighten {word}", p.name), turned));
    found
}

/// Always true, never true.
fn constants(at: &str) -> Vec<Changed> {
    vec![
        (format!("{at} → always"), Predicate::All(Vec::new())),
        (format!("{at} → never"), Predicate::Any(Vec::new())),
    ]
}

fn negated(p: &Predicate) -> Predicate {
    match p {
        Predicate::Not(inner) => (**inner).clone(),
        Predicate::All(_) | Predicate::Any(_) | Predicate::Test { .. } | Predicate::Over { .. } => {
            Predicate::Not(Box::new(p.clone()))
        }
    }
}

/// Every change of one place of a predicate. `safe`: here a fact that is proven absent must not count as held.
fn predicate(p: &Predicate, at: &str, safe: bool) -> Vec<Changed> {
    match p {
        Predicate::All(parts) => many(
            parts,
            (at, safe),
            ("all", Predicate::All),
            ("any", Predicate::Any),
        ),
        Predicate::Any(parts) => many(
            parts,
            (at, safe),
            ("any", Predicate::Any),
            ("all", Predicate::All),
        ),
        Predicate::Not(inner) => {
            let mut found = vec![(format!("{at} not dropped"), (**inner).clone())];
            found.extend(
                predicate(inner, &format!("{at}.not"), false)
                    .into_iter()
                    .map(|(name, p)| (name, Predicate::Not(Box::new(p)))),
            );
            found
        }
        Predicate::Test { path, op } => comparisons(path, op, at, safe),
        Predicate::Over {
            quantifier,
            of,
            filter,
            assert,
            empty,
        } => Over {
            quantifier: *quantifier,
            of,
            filter: filter.as_deref(),
            assert,
            empty: *empty,
        }
        .changes(at),
    }
}

fn many(
    parts: &[Predicate],
    (at, safe): (&str, bool),
    (word, same): (&str, Join),
    (other_word, other): (&str, Join),
) -> Vec<Changed> {
    let mut found = Vec::new();
    if parts.len() > 1 {
        found.push((format!("{at} {word} → {other_word}"), other(parts.to_vec())));
    }
    for (index, part) in parts.iter().enumerate() {
        let here = format!("{at}.{word}.{index}");
        let with = |changed: Predicate| {
            let mut all = parts.to_vec();
            all[index] = changed;
            same(all)
        };
        let mut rest = parts.to_vec();
        rest.remove(index);
        found.push((format!("{here} dropped"), same(rest)));
        // Dropped is the same as the empty list of its own kind; the empty list of the other kind decides alone.
        let name = format!("{here} decides alone");
        found.push((name, with(other(Vec::new()))));
        found.push((format!("{here} negated"), with(negated(part))));
        for (name, changed) in predicate(part, &here, safe) {
            found.push((name, with(changed)));
        }
    }
    found
}

/// A predicate over a list, in parts.
#[derive(Clone, Copy)]
struct Over<'a> {
    quantifier: Quantifier,
    of: &'a Path,
    filter: Option<&'a Predicate>,
    assert: &'a Predicate,
    empty: WhenEmpty,
}

impl Over<'_> {
    fn whole(self) -> Predicate {
        self.with(self.filter, self.assert)
    }

    /// With another filter or assertion.
    fn with(self, filter: Option<&Predicate>, assert: &Predicate) -> Predicate {
        Predicate::Over {
            quantifier: self.quantifier,
            of: self.of.clone(),
            filter: filter.map(|f| Box::new(f.clone())),
            assert: Box::new(assert.clone()),
            empty: self.empty,
        }
    }

    fn changes(self, at: &str) -> Vec<Changed> {
        let word = quantifier_word(self.quantifier);
        let mut found = Vec::new();
        for other in [Quantifier::Each, Quantifier::Some, Quantifier::None] {
            if other != self.quantifier {
                let name = format!("{at} {word} → {}", quantifier_word(other));
                let changed = Self {
                    quantifier: other,
                    ..self
                };
                found.push((name, changed.whole()));
            }
        }
        for other in [
            WhenEmpty::Unknown,
            WhenEmpty::Pass,
            WhenEmpty::NotApplicable,
        ] {
            if other != self.empty && self.quantifier == Quantifier::Each {
                let name = format!(
                    "{at} empty {} → {}",
                    empty_word(self.empty),
                    empty_word(other)
                );
                let changed = Self {
                    empty: other,
                    ..self
                };
                found.push((name, changed.whole()));
            }
        }
        if let Some(filter) = self.filter {
            let whole = self.with(None, self.assert);
            found.push((format!("{at} where dropped"), whole));
            for (name, changed) in predicate(filter, &format!("{at}.{word}.where"), false) {
                found.push((name, self.with(Some(&changed), self.assert)));
            }
        }
        for (name, changed) in predicate(self.assert, &format!("{at}.{word}.assert"), false) {
            found.push((name, self.with(self.filter, &changed)));
        }
        found
    }
}

fn quantifier_word(quantifier: Quantifier) -> &'static str {
    match quantifier {
        Quantifier::Each => "each",
        Quantifier::Some => "some",
        Quantifier::None => "none",
    }
}

fn empty_word(empty: WhenEmpty) -> &'static str {
    match empty {
        WhenEmpty::Unknown => "unknown",
        WhenEmpty::Pass => "pass",
        WhenEmpty::NotApplicable => "notapplicable",
    }
}
