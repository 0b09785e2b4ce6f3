//! What names stand for in one module: defaults of variables, what callers and `.tfvars` give, locals.

use std::cell::Cell;
use std::collections::BTreeMap;

use crate::model::Value;
use crate::parse::hcl::Expr;

/// The names of one module with what they stand for.
#[derive(Debug, Default)]
pub(super) struct Scope {
    vars: BTreeMap<String, Expr>,
    locals: BTreeMap<String, Expr>,
    budget: Cell<usize>,
}

impl Scope {
    pub(super) fn new() -> Self {
        Self {
            budget: Cell::new(MAX_STEPS),
            ..Self::default()
        }
    }

    /// Says what a variable stands for.
    pub(super) fn set(&mut self, name: &str, value: Expr) {
        self.vars.insert(name.to_owned(), value);
    }

    /// Says what a local stands for.
    pub(super) fn local(&mut self, name: &str, value: Expr) {
        self.locals.insert(name.to_owned(), value);
    }

    /// The value with all names put in that are known here.
    pub(super) fn resolved(&self, value: &Expr) -> Expr {
        self.deep(value, 0)
    }

    fn deep(&self, value: &Expr, depth: usize) -> Expr {
        // Names that stand for each other, or for ever more.
        if depth > MAX_DEPTH || self.budget.get() == 0 {
            return Expr::Open("too much to work out");
        }
        self.budget.set(self.budget.get() - 1);
        let each = |items: &[Expr]| -> Vec<Expr> {
            items.iter().map(|i| self.deep(i, depth + 1)).collect()
        };
        match value {
            Expr::Name(path) => self.named(path, depth),
            Expr::List(items) => Expr::List(each(items)),
            Expr::Map(pairs, whole) => {
                let pairs = pairs
                    .iter()
                    .map(|(name, held)| (name.clone(), self.deep(held, depth + 1)))
                    .collect();
                Expr::Map(pairs, *whole)
            }
            Expr::Parts(parts) => joined(&each(parts)),
            Expr::Call(name, args) => called(name, each(args)),
            Expr::Null | Expr::Bool(_) | Expr::Number(_) | Expr::Text(_) | Expr::Open(_) => {
                value.clone()
            }
        }
    }

    fn named(&self, path: &[String], depth: usize) -> Expr {
        let (held, rest) = match path {
            [kind, name, rest @ ..] if kind == "var" => (self.vars.get(name), rest),
            [kind, name, rest @ ..] if kind == "local" => (self.locals.get(name), rest),
            _ => return Expr::Name(path.to_vec()),
        };
        let Some(held) = held else {
            return Expr::Open("a variable without a value here");
        };
        let mut held = self.deep(held, depth + 1);
        for name in rest {
            let Expr::Map(pairs, _) = held else {
                return Expr::Open("a part of a value");
            };
            let found = pairs.into_iter().find(|(key, _)| key == name);
            held = found.map_or(Expr::Open("a part of a value"), |(_, held)| held);
        }
        held
    }
}

/// A text of parts that are all known.
fn joined(parts: &[Expr]) -> Expr {
    let texts: Option<String> = parts.iter().map(text).collect();
    texts.map_or(
        Expr::Open("a text with parts that are not known"),
        Expr::Text,
    )
}

/// Functions that change nothing, and those that put lists together.
fn called(name: &str, mut args: Vec<Expr>) -> Expr {
    match (name, args.len()) {
        (
            "tolist" | "toset" | "sensitive" | "nonsensitive" | "tobool" | "tostring" | "tonumber",
            1,
        ) => args.remove(0),
        ("concat", _) => {
            let mut all = Vec::new();
            for arg in args {
                match arg {
                    Expr::List(items) => all.extend(items),
                    other => all.push(match other {
                        Expr::Open(what) => Expr::Open(what),
                        _ => Expr::Open("a list that is not here"),
                    }),
                }
            }
            Expr::List(all)
        }
        ("jsonencode", 1) => Expr::Call(name.to_owned(), args),
        _ => Expr::Open("a function"),
    }
}

/// A plain value as text.
pub(super) fn text(value: &Expr) -> Option<String> {
    match value {
        Expr::Bool(b) => Some(b.to_string()),
        Expr::Number(text) | Expr::Text(text) => Some(text.clone()),
        Expr::Null
        | Expr::List(_)
        | Expr::Map(..)
        | Expr::Parts(_)
        | Expr::Name(_)
        | Expr::Call(..)
        | Expr::Open(_) => None,
    }
}

/// A truth, also one in quotes.
pub(super) fn truth(value: &Expr) -> Option<bool> {
    match text(value)?.as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// A whole number.
pub(super) fn number(value: &Expr) -> Option<i64> {
    text(value)?.parse().ok()
}

/// As a fact shows it: what is not known here was not seen.
pub(super) fn shown(value: &Expr) -> Value {
    match value {
        Expr::Bool(b) => Value::Bool(*b),
        Expr::Number(n) => n.parse().map_or_else(|_| n.as_str().into(), Value::Int),
        Expr::Text(t) => t.as_str().into(),
        Expr::Name(path) => path.join(".").into(),
        Expr::List(items) => {
            let known: Vec<Value> = items.iter().filter_map(text).map(Value::from).collect();
            if known.len() == items.len() {
                Value::list(known)
            } else {
                Value::partial_list(known)
            }
        }
        Expr::Open(what) => Value::unseen("ambiguous", *what),
        Expr::Null => Value::Absent,
        Expr::Map(..) | Expr::Parts(_) | Expr::Call(..) => {
            Value::unseen("ambiguous", "more than one value")
        }
    }
}

const MAX_DEPTH: usize = 24;
const MAX_STEPS: usize = 200_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::hcl::parse;

    #[test]
    fn names_stand_for_values() {
        let body = parse(
            "a = var.x\nb = local.y\nc = \"${var.x}-${local.n.k}\"\nd = local.round\ne = concat(var.l, [\"b\"])\nf = var.none\ng = aws_x.y.id\n",
        )
        .unwrap();
        let mut scope = Scope::new();
        scope.set("x", Expr::Text("one".into()));
        scope.set("l", Expr::List(vec![Expr::Text("a".into())]));
        scope.local("y", Expr::Name(vec!["var".into(), "x".into()]));
        scope.local("round", Expr::Name(vec!["local".into(), "round".into()]));
        scope.local(
            "n",
            Expr::Map(vec![("k".into(), Expr::Number("2".into()))], true),
        );
        let shown_of = |name: &str| shown(&scope.resolved(&body.get(name).unwrap().value)).shown();
        assert_eq!(shown_of("a"), "one");
        assert_eq!(shown_of("b"), "one");
        assert_eq!(shown_of("c"), "one-2");
        assert_eq!(shown_of("e"), "[a, b]");
        assert_eq!(shown_of("g"), "aws_x.y.id");
        for name in ["d", "f"] {
            let value = shown(&scope.resolved(&body.get(name).unwrap().value));
            assert!(matches!(value, Value::Unseen(_)), "{name}");
        }
    }

    #[test]
    fn values_that_grow_for_ever() {
        let mut scope = Scope::new();
        for n in 0..30 {
            let next = Expr::Name(vec!["local".into(), format!("a{}", n + 1)]);
            scope.local(&format!("a{n}"), Expr::List(vec![next.clone(), next]));
        }
        let first = Expr::Name(vec!["local".into(), "a0".into()]);
        let value = shown(&scope.resolved(&first));
        assert!(!matches!(value, Value::Text(_)));
    }
}
