//! Small changes to a control, each of which at least one of its examples should notice.
//!
//! Pure: what is made here is run by `capdo rules test`. A mutant that no example catches shows a part of the control
//! that could be wrong without anyone seeing it.

use crate::model::{
    Absent, Control, Count, Literal, Op, Operand, Parameter, Path, Predicate, Quantifier, Reach,
    Tighten, WhenEmpty,
};

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

/// A comparison with another operator, another bound, another literal.
fn comparisons(path: &Path, op: &Op, at: &str, safe: bool) -> Vec<Changed> {
    let test = |op: Op| Predicate::Test {
        path: path.clone(),
        op,
    };
    let mut found = vec![flipped(path, op, at)];
    if !matches!(op, Op::Exists(_)) {
        found.push((format!("{at} → exists true"), test(Op::Exists(true))));
        if safe {
            found.extend(absence(path, op, at));
        }
    }
    match op {
        Op::AtLeast(o) | Op::AtMost(o) => {
            found.push((format!("{at} → is"), test(Op::Is(o.clone()))));
        }
        Op::Count(Count::AtLeast(o) | Count::AtMost(o)) => {
            let exact = test(Op::Count(Count::Is(o.clone())));
            found.push((format!("{at} → count is"), exact));
        }
        Op::Is(_)
        | Op::IsNot(_)
        | Op::In(_)
        | Op::NotIn(_)
        | Op::Between(..)
        | Op::Matches(_)
        | Op::NotMatches(_)
        | Op::Contains(_)
        | Op::StartsWith(_)
        | Op::Exists(_)
        | Op::Count(Count::Is(_))
        | Op::NewerThan(_)
        | Op::OlderThan(_)
        | Op::SubsetOf(_)
        | Op::DisjointFrom(_) => {}
    }
    if let Op::Between(low, high) = op {
        found.push((
            format!("{at} between: lower bound dropped"),
            test(Op::AtMost(high.clone())),
        ));
        found.push((
            format!("{at} between: upper bound dropped"),
            test(Op::AtLeast(low.clone())),
        ));
    }
    found.extend(
        literals(op)
            .into_iter()
            .map(|(name, op)| (format!("{at} {name}"), test(op))),
    );
    found
}

/// What the comparison says of a fact that is proven not to be there: of what the inventory says nothing is
/// ever proven so.
fn absence(path: &Path, op: &Op, at: &str) -> Vec<Changed> {
    if matches!(path.reach, Reach::Asset | Reach::System | Reach::Org) {
        return Vec::new();
    }
    let with = |exists: bool| {
        [op.clone(), Op::Exists(exists)].map(|op| Predicate::Test {
            path: path.clone(),
            op,
        })
    };
    let mut found = vec![(
        format!("{at} or absent"),
        Predicate::Any(with(false).to_vec()),
    )];
    // The others are false of it already.
    if matches!(
        op,
        Op::IsNot(_) | Op::NotIn(_) | Op::NotMatches(_) | Op::DisjointFrom(_)
    ) {
        let name = format!("{at} and not absent");
        found.push((name, Predicate::All(with(true).to_vec())));
    }
    found
}

/// The operator turned round; where there is no opposite, negated.
fn flipped(path: &Path, op: &Op, at: &str) -> Changed {
    let test = |op: Op| Predicate::Test {
        path: path.clone(),
        op,
    };
    let not = |op: &Op| Predicate::Not(Box::new(test(op.clone())));
    let (from, to, changed) = match op {
        Op::Is(o) => ("is", "is_not", test(Op::IsNot(o.clone()))),
        Op::IsNot(o) => ("is_not", "is", test(Op::Is(o.clone()))),
        Op::In(l) => ("in", "not_in", test(Op::NotIn(l.clone()))),
        Op::NotIn(l) => ("not_in", "in", test(Op::In(l.clone()))),
        Op::AtLeast(o) => ("at_least", "at_most", test(Op::AtMost(o.clone()))),
        Op::AtMost(o) => ("at_most", "at_least", test(Op::AtLeast(o.clone()))),
        Op::Between(..) => ("between", "not between", not(op)),
        Op::Matches(r) => ("matches", "not_matches", test(Op::NotMatches(r.clone()))),
        Op::NotMatches(r) => ("not_matches", "matches", test(Op::Matches(r.clone()))),
        Op::Contains(_) => ("contains", "not contains", not(op)),
        Op::StartsWith(_) => ("starts_with", "not starts_with", not(op)),
        Op::Exists(true) => ("exists true", "exists false", test(Op::Exists(false))),
        Op::Exists(false) => ("exists false", "exists true", test(Op::Exists(true))),
        Op::Count(Count::Is(_)) => ("count is", "count is_not", not(op)),
        Op::Count(Count::AtLeast(o)) => (
            "count at_least",
            "count at_most",
            test(Op::Count(Count::AtMost(o.clone()))),
        ),
        Op::Count(Count::AtMost(o)) => (
            "count at_most",
            "count at_least",
            test(Op::Count(Count::AtLeast(o.clone()))),
        ),
        Op::NewerThan(o) => ("newer_than", "older_than", test(Op::OlderThan(o.clone()))),
        Op::OlderThan(o) => ("older_than", "newer_than", test(Op::NewerThan(o.clone()))),
        Op::SubsetOf(l) => (
            "subset_of",
            "disjoint_from",
            test(Op::DisjointFrom(l.clone())),
        ),
        Op::DisjointFrom(l) => ("disjoint_from", "subset_of", test(Op::SubsetOf(l.clone()))),
    };
    (format!("{at} {from} → {to}"), changed)
}

/// The same operator with another bound or literal.
fn literals(op: &Op) -> Vec<(String, Op)> {
    let one = |word: &str, o: &Operand, make: &dyn Fn(Operand) -> Op| {
        operands(o)
            .into_iter()
            .map(|(name, o)| (format!("{word} {name}"), make(o)))
            .collect::<Vec<_>>()
    };
    let list = |word: &str, all: &[Literal], make: &dyn Fn(Vec<Literal>) -> Op| {
        (0..all.len())
            .map(|index| {
                let mut rest = all.to_vec();
                let gone = rest.remove(index);
                (format!("{word} without `{gone}`"), make(rest))
            })
            .collect::<Vec<_>>()
    };
    match op {
        Op::Is(o) => one("is", o, &Op::Is),
        Op::IsNot(o) => one("is_not", o, &Op::IsNot),
        Op::AtLeast(o) => one("at_least", o, &Op::AtLeast),
        Op::AtMost(o) => one("at_most", o, &Op::AtMost),
        Op::Between(low, high) => {
            let mut found = one("between: lower", low, &|o| Op::Between(o, high.clone()));
            found.extend(one("between: upper", high, &|o| {
                Op::Between(low.clone(), o)
            }));
            found
        }
        Op::Contains(o) => one("contains", o, &Op::Contains),
        Op::NewerThan(o) => one("newer_than", o, &Op::NewerThan),
        Op::OlderThan(o) => one("older_than", o, &Op::OlderThan),
        Op::Count(Count::Is(o)) => one("count is", o, &|o| Op::Count(Count::Is(o))),
        Op::Count(Count::AtLeast(o)) => one("count at_least", o, &|o| Op::Count(Count::AtLeast(o))),
        Op::Count(Count::AtMost(o)) => one("count at_most", o, &|o| Op::Count(Count::AtMost(o))),
        Op::In(all) => list("in", all, &Op::In),
        Op::NotIn(all) => list("not_in", all, &Op::NotIn),
        Op::SubsetOf(all) => list("subset_of", all, &Op::SubsetOf),
        Op::DisjointFrom(all) => list("disjoint_from", all, &Op::DisjointFrom),
        Op::Matches(pattern) => patterns("matches", pattern, &Op::Matches),
        Op::NotMatches(pattern) => patterns("not_matches", pattern, &Op::NotMatches),
        Op::StartsWith(words) => vec![
            ("starts_with anything".into(), Op::StartsWith(String::new())),
            (
                "starts_with another text".into(),
                Op::StartsWith(format!("{words}~")),
            ),
        ],
        Op::Exists(_) => Vec::new(),
    }
}

/// A literal moved by one, turned, or made another text. Figures and facts are changed elsewhere.
fn operands(operand: &Operand) -> Vec<(String, Operand)> {
    let literal = |l: Literal| Operand::Literal(l);
    match operand {
        Operand::Literal(Literal::Int(n)) => vec![
            (
                format!("{n} + 1"),
                literal(Literal::Int(n.saturating_add(1))),
            ),
            (
                format!("{n} - 1"),
                literal(Literal::Int(n.saturating_sub(1))),
            ),
        ],
        Operand::Literal(Literal::Bool(b)) => {
            vec![(format!("{b} → {}", !b), literal(Literal::Bool(!b)))]
        }
        Operand::Literal(Literal::Text(text)) => vec![(
            format!("`{text}` → another text"),
            literal(Literal::Text(format!("{text}~"))),
        )],
        Operand::Param(_) | Operand::Fact(_) => Vec::new(),
    }
}

/// An expression without one of its anchors, or without its indifference to case.
fn patterns(word: &str, pattern: &str, make: &dyn Fn(String) -> Op) -> Vec<(String, Op)> {
    let mut found = Vec::new();
    let (flags, body) = match pattern.strip_prefix("(?i)") {
        Some(body) => ("(?i)", body),
        None => ("", pattern),
    };
    if !flags.is_empty() {
        found.push((format!("{word} without (?i)"), make(body.to_owned())));
    }
    if let Some(rest) = body.strip_prefix('^') {
        found.push((format!("{word} without ^"), make(format!("{flags}{rest}"))));
    }
    if let Some(rest) = pattern.strip_suffix('$').filter(|r| !r.ends_with('\\')) {
        found.push((format!("{word} without $"), make(rest.to_owned())));
    }
    found
}

/// Each comparison with each other fact that the same predicate looks at in the same place.
fn swapped(p: &Predicate, at: &str) -> Vec<Changed> {
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
