//! Every operator has the mutants that it should have.

use std::collections::{BTreeMap, BTreeSet};

use super::mutants;
use crate::model::{
    Absent, AssetKind, Control, Count, FigureUnit, Force, LevelSet, Literal, Op, Operand,
    Parameter, ParameterSource, Path, Predicate, Quantifier, Reach, Severity, Tighten, WhenEmpty,
};

fn path(key: &str) -> Path {
    Path {
        reach: Reach::Here,
        key: key.into(),
    }
}

fn int(n: i64) -> Operand {
    Operand::Literal(Literal::Int(n))
}

fn text(words: &str) -> Literal {
    Literal::Text(words.into())
}

fn test(op: Op) -> Predicate {
    Predicate::Test {
        path: path("a"),
        op,
    }
}

fn other(op: Op) -> Predicate {
    Predicate::Test {
        path: path("b"),
        op,
    }
}

fn control(assert: Predicate) -> Control {
    Control {
        id: "A-1".into(),
        title: Default::default(),
        asset: AssetKind::Server,
        subject: "a".into(),
        severity: Severity::Low,
        force: Force::Binding,
        absent: Absent::Fail,
        levels: LevelSet::ALL,
        satisfies: Vec::new(),
        parameters: Vec::new(),
        when: None,
        assert,
        rationale: Default::default(),
        remediation: Default::default(),
        references: Default::default(),
        examples: Vec::new(),
        file: String::new(),
    }
}

/// The mutants of the assertion by name, without those that every control has.
fn asserts(p: Predicate) -> BTreeMap<String, Predicate> {
    let original = p.clone();
    let all = mutants(&control(p));
    let names: BTreeSet<&str> = all.iter().map(|m| m.name.as_str()).collect();
    assert_eq!(names.len(), all.len(), "each name stands once");
    all.into_iter()
        .filter(|m| m.name.starts_with("assert"))
        .filter(|m| m.name != "assert → always" && m.name != "assert → never")
        .map(|m| {
            assert_ne!(m.control.assert, original, "{}", m.name);
            (m.name, m.control.assert)
        })
        .collect()
}

fn named(op: Op) -> Vec<String> {
    asserts(test(op))
        .into_keys()
        .filter(|name| name != "assert or absent" && name != "assert → exists true")
        .map(|name| name.trim_start_matches("assert ").to_owned())
        .collect()
}

#[test]
fn comparisons_are_turned_round() {
    let cases = [
        (Op::Is(int(1)), "is → is_not"),
        (Op::IsNot(int(1)), "is_not → is"),
        (Op::In(vec![text("x")]), "in → not_in"),
        (Op::NotIn(vec![text("x")]), "not_in → in"),
        (Op::AtLeast(int(1)), "at_least → at_most"),
        (Op::AtMost(int(1)), "at_most → at_least"),
        (Op::Between(int(1), int(2)), "between → not between"),
        (Op::Matches("x".into()), "matches → not_matches"),
        (Op::NotMatches("x".into()), "not_matches → matches"),
        (Op::Contains(int(1)), "contains → not contains"),
        (Op::StartsWith("x".into()), "starts_with → not starts_with"),
        (Op::Exists(true), "exists true → exists false"),
        (Op::Exists(false), "exists false → exists true"),
        (Op::Count(Count::Is(int(1))), "count is → count is_not"),
        (
            Op::Count(Count::AtLeast(int(1))),
            "count at_least → count at_most",
        ),
        (
            Op::Count(Count::AtMost(int(1))),
            "count at_most → count at_least",
        ),
        (Op::NewerThan(int(1)), "newer_than → older_than"),
        (Op::OlderThan(int(1)), "older_than → newer_than"),
        (Op::SubsetOf(vec![text("x")]), "subset_of → disjoint_from"),
        (
            Op::DisjointFrom(vec![text("x")]),
            "disjoint_from → subset_of",
        ),
    ];
    for (op, name) in cases {
        assert!(named(op.clone()).contains(&name.to_owned()), "{op:?}");
    }
    let turned = asserts(test(Op::AtLeast(int(7))));
    assert_eq!(
        turned["assert at_least → at_most"],
        test(Op::AtMost(int(7)))
    );
    assert_eq!(turned["assert → is"], test(Op::Is(int(7))));
}

#[test]
fn bounds_and_literals_are_moved() {
    let cases = [
        (Op::AtLeast(int(7)), "at_least 7 + 1"),
        (Op::AtMost(int(7)), "at_most 7 - 1"),
        (Op::Between(int(1), int(2)), "between: lower 1 - 1"),
        (Op::Between(int(1), int(2)), "between: upper 2 + 1"),
        (Op::Between(int(1), int(2)), "between: lower bound dropped"),
        (Op::Between(int(1), int(2)), "between: upper bound dropped"),
        (Op::Count(Count::AtMost(int(0))), "count at_most 0 + 1"),
        (Op::NewerThan(int(30)), "newer_than 30 + 1"),
        (Op::OlderThan(int(30)), "older_than 30 - 1"),
        (
            Op::Is(Operand::Literal(Literal::Bool(true))),
            "is true → false",
        ),
        (
            Op::Is(Operand::Literal(text("no"))),
            "is `no` → another text",
        ),
        (Op::In(vec![text("x"), text("y")]), "in without `y`"),
        (Op::NotIn(vec![text("x")]), "not_in without `x`"),
        (Op::SubsetOf(vec![text("x")]), "subset_of without `x`"),
        (
            Op::DisjointFrom(vec![text("x")]),
            "disjoint_from without `x`",
        ),
        (Op::StartsWith("x".into()), "starts_with anything"),
        (Op::Matches("(?i)^x$".into()), "matches without (?i)"),
        (Op::Matches("(?i)^x$".into()), "matches without ^"),
        (Op::NotMatches("^x$".into()), "not_matches without $"),
    ];
    for (op, name) in cases {
        assert!(
            named(op.clone()).contains(&name.to_owned()),
            "{op:?}: {name}"
        );
    }
}

#[test]
fn absence_is_let_in_where_it_could_pass() {
    let found = asserts(test(Op::IsNot(int(1))));
    assert!(found.contains_key("assert or absent"));
    assert!(found.contains_key("assert and not absent"));
    let found = asserts(test(Op::Is(int(1))));
    assert!(!found.contains_key("assert and not absent"));
    // Under `not` it is no safeguard.
    let found = asserts(Predicate::Not(Box::new(test(Op::Is(int(1))))));
    assert!(!found.keys().any(|name| name.ends_with("or absent")));
}

#[test]
fn branches_are_dropped_and_decide_alone() {
    let (a, b) = (test(Op::Exists(true)), other(Op::Exists(true)));
    let found = asserts(Predicate::All(vec![a.clone(), b.clone()]));
    assert_eq!(
        found["assert all → any"],
        Predicate::Any(vec![a.clone(), b.clone()])
    );
    assert_eq!(
        found["assert.all.0 dropped"],
        Predicate::All(vec![b.clone()])
    );
    assert!(found.contains_key("assert.all.1 decides alone"));
    assert!(found.contains_key("assert.all.1 negated"));
    assert!(found.contains_key("assert.all.1 exists true → exists false"));
    assert_eq!(
        found["assert: test 0 looks at b instead of a"],
        Predicate::All(vec![b.clone(), b.clone()])
    );
    let found = asserts(Predicate::Any(vec![a.clone(), b.clone()]));
    assert!(found.contains_key("assert any → all"));
    assert!(found.contains_key("assert.any.1 dropped"));
    let found = asserts(Predicate::Not(Box::new(a.clone())));
    assert_eq!(found["assert not dropped"], a);
    assert!(found.contains_key("assert.not exists true → exists false"));
}

#[test]
fn lists_have_other_quantifiers_filters_and_ends() {
    let each = Predicate::Over {
        quantifier: Quantifier::Each,
        of: path("list"),
        filter: Some(Box::new(test(Op::Is(int(1))))),
        assert: Box::new(other(Op::Is(int(2)))),
        empty: WhenEmpty::Unknown,
    };
    let found = asserts(each);
    for name in [
        "assert each → some",
        "assert each → none",
        "assert empty unknown → pass",
        "assert empty unknown → notapplicable",
        "assert where dropped",
        "assert.each.where is → is_not",
        "assert.each.assert is 2 + 1",
        "assert: test 1 looks at a instead of b",
    ] {
        assert!(found.contains_key(name), "{name}");
    }
    // The list itself is no fact of its elements.
    assert!(!found.keys().any(|name| name.contains("looks at list")));
}

#[test]
fn when_absent_and_figures_are_changed() {
    let mut c = control(test(Op::AtLeast(Operand::Param("days".into()))));
    c.when = Some(other(Op::Is(int(1))));
    c.absent = Absent::Notapplicable;
    let source = |name: &str, values: &[(u8, i64)]| ParameterSource {
        source: name.into(),
        values: values.iter().copied().collect(),
        force: Force::Binding,
    };
    c.parameters = vec![Parameter {
        name: "days".into(),
        unit: FigureUnit::Days,
        tighten: Tighten::Up,
        by: vec![
            source("x.1", &[(3, 90), (4, 180)]),
            source("x.2", &[(3, 30)]),
        ],
    }];
    let found: BTreeMap<String, _> = mutants(&c)
        .into_iter()
        .map(|m| (m.name.clone(), m))
        .collect();
    assert!(found["when dropped"].control.when.is_none());
    assert!(matches!(
        found["when negated"].control.when,
        Some(Predicate::Not(_))
    ));
    assert!(found.contains_key("when is → is_not"));
    assert_eq!(
        found["absent notapplicable → fail"].control.absent,
        Absent::Fail
    );
    let value = |name: &str, level: u8| found[name].control.parameters[0].by[0].values[&level];
    assert_eq!(value("$days + 1", 3), 91);
    assert_eq!(value("$days - 1", 4), 179);
    assert_eq!(value("$days of the next level", 3), 180);
    assert_eq!(value("$days of the next level", 4), 180);
    assert_eq!(
        found["$days tighten up → down"].control.parameters[0].tighten,
        Tighten::Down
    );
    assert_eq!(found["$days without x.1"].control.parameters[0].by.len(), 1);
    assert!(found.values().all(|m| m.figures == m.name.starts_with('$')));
}
