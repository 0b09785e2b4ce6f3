//! Changes of one comparison: its operator, its bound, its literals, what it says of the absent.

use super::Changed;
use crate::model::{Count, Literal, Op, Operand, Path, Predicate, Reach};

/// A comparison with another operator, another bound, another literal.
pub(super) fn comparisons(path: &Path, op: &Op, at: &str, safe: bool) -> Vec<Changed> {
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
