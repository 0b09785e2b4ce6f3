//! From written predicates to compiled ones, checked against the vocabulary: a path that no collector emits, or an
//! operator that does not fit the fact, is a mistake here, not a silent pass later.

use regex::Regex;
use serde_json::Value as Json;

use super::syntax::{CountSyntax, EmptySyntax, OverSyntax, PredicateSyntax};
use crate::model::{
    Count, Day, FactSpec, List, Literal, Op, Operand, Path, Predicate, Quantifier, Reach, Value,
    ValueType, Vocabulary, WhenEmpty,
};
use crate::parse::shape::nearest;

/// A mistake, with the steps from the predicate to it.
pub(super) type Wrong = (Vec<String>, String);

/// What is needed to compile the predicates of one control.
pub(super) struct Compiler<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) subject: &'a str,
    pub(super) parameters: Vec<&'a str>,
    pub(super) wrong: Vec<Wrong>,
}

impl Compiler<'_> {
    /// Compiles a predicate; what is wrong is noted and stands as an empty `all`.
    pub(super) fn predicate(
        &mut self,
        p: &PredicateSyntax,
        list: Option<&Path>,
        at: &[String],
    ) -> Predicate {
        let inside = |key: &str| [at, &[key.to_owned()]].concat();
        let forms = [
            p.all.is_some(),
            p.any.is_some(),
            p.not.is_some(),
            p.each.is_some(),
            p.some.is_some(),
            p.none.is_some(),
            p.fact.is_some(),
        ];
        if forms.iter().filter(|given| **given).count() != 1 {
            self.note(
                at,
                "a predicate has exactly one of all, any, not, each, some, none, fact",
            );
            return Predicate::All(Vec::new());
        }
        if let Some(path) = &p.fact {
            let path = self.path(path, list, &inside("fact"));
            let op = self.op(p, &path, list, at);
            return Predicate::Test { path, op };
        }
        if self.operators(p).next().is_some() {
            self.note(at, "an operator stands beside `fact` only");
        }
        let many = |compiler: &mut Self, parts: &[PredicateSyntax], key: &str| {
            if parts.is_empty() {
                compiler.note(at, "an empty list says nothing");
            }
            let steps = inside(key);
            parts
                .iter()
                .enumerate()
                .map(|(i, part)| {
                    compiler.predicate(part, list, &[&steps[..], &[i.to_string()]].concat())
                })
                .collect()
        };
        if let Some(parts) = &p.all {
            return Predicate::All(many(self, parts, "all"));
        }
        if let Some(parts) = &p.any {
            return Predicate::Any(many(self, parts, "any"));
        }
        if let Some(part) = &p.not {
            return Predicate::Not(Box::new(self.predicate(part, list, &inside("not"))));
        }
        let over = [
            (&p.each, Quantifier::Each, "each"),
            (&p.some, Quantifier::Some, "some"),
            (&p.none, Quantifier::None, "none"),
        ];
        for (written, quantifier, key) in over {
            if let Some(written) = written {
                return self.over(written, quantifier, list, &inside(key));
            }
        }
        Predicate::All(Vec::new())
    }

    fn over(
        &mut self,
        o: &OverSyntax,
        quantifier: Quantifier,
        list: Option<&Path>,
        at: &[String],
    ) -> Predicate {
        let inside = |key: &str| [at, &[key.to_owned()]].concat();
        if list.is_some() {
            self.note(at, "lists do not nest");
        }
        let of = self.path(&o.of, list, &inside("of"));
        if self.spec(&of, list).is_some_and(|spec| !spec.list) {
            self.note(&inside("of"), &format!("`{}` is no list", o.of));
        }
        let filter = o
            .filter
            .as_ref()
            .map(|f| Box::new(self.predicate(f, Some(&of), &inside("where"))));
        let assert = Box::new(self.predicate(&o.assert, Some(&of), &inside("assert")));
        let empty = match (o.empty, quantifier) {
            (None, _) => WhenEmpty::Unknown,
            (Some(EmptySyntax::Pass), Quantifier::Each) => WhenEmpty::Pass,
            (Some(EmptySyntax::Notapplicable), Quantifier::Each) => WhenEmpty::NotApplicable,
            (Some(_), Quantifier::Some | Quantifier::None) => {
                self.note(&inside("empty"), "`empty` stands in `each` only");
                WhenEmpty::Unknown
            }
        };
        Predicate::Over {
            quantifier,
            of,
            filter,
            assert,
            empty,
        }
    }

    fn path(&mut self, written: &str, list: Option<&Path>, at: &[String]) -> Path {
        let reaches = [
            ("subject.", Reach::Subject),
            ("asset.", Reach::Asset),
            ("system.", Reach::System),
            ("org.", Reach::Org),
            ("host.", Reach::Host),
        ];
        let (reach, key) = reaches
            .iter()
            .find_map(|(prefix, reach)| written.strip_prefix(prefix).map(|key| (*reach, key)))
            .unwrap_or((Reach::Here, written));
        let key = if key == "." { "" } else { key };
        let path = Path {
            reach,
            key: key.to_owned(),
        };
        let element = reach == Reach::Here && key.is_empty() && list.is_some();
        if !element && self.spec(&path, list).is_none() {
            let known: Vec<&str> = self.known(&path, list);
            let near = nearest(key, known.iter().copied())
                .map_or(String::new(), |n| format!(": did you mean `{n}`?"));
            self.note(
                at,
                &format!(
                    "no fact `{written}` in the vocabulary of `{}`{near}",
                    self.type_of(reach)
                ),
            );
        }
        path
    }

    fn type_of(&self, reach: Reach) -> &str {
        match reach {
            Reach::Here | Reach::Subject => self.subject,
            Reach::Asset => "asset",
            Reach::System => "system",
            Reach::Org => "org",
            Reach::Host => "host",
        }
    }

    fn known(&self, path: &Path, list: Option<&Path>) -> Vec<&str> {
        let Some(subject) = self.vocabulary.of(self.type_of(path.reach)) else {
            return Vec::new();
        };
        match list.filter(|_| path.reach == Reach::Here) {
            Some(list) => subject
                .facts
                .get(&list.key)
                .map(|f| f.of.keys().map(String::as_str).collect())
                .unwrap_or_default(),
            None => subject.facts.keys().map(String::as_str).collect(),
        }
    }

    fn spec(&self, path: &Path, list: Option<&Path>) -> Option<&FactSpec> {
        let inside = list.filter(|_| path.reach == Reach::Here);
        match inside {
            Some(list) if path.key.is_empty() => {
                self.vocabulary
                    .fact(self.type_of(list.reach), &list.key, None)
            }
            Some(list) => {
                self.vocabulary
                    .fact(self.type_of(list.reach), &path.key, Some(&list.key))
            }
            None => self
                .vocabulary
                .fact(self.type_of(path.reach), &path.key, None),
        }
    }

    fn operators<'p>(
        &self,
        p: &'p PredicateSyntax,
    ) -> impl Iterator<Item = &'static str> + use<'p> {
        [
            ("is", p.is.is_some()),
            ("is_not", p.is_not.is_some()),
            ("in", p.is_in.is_some()),
            ("not_in", p.not_in.is_some()),
            ("at_least", p.at_least.is_some()),
            ("at_most", p.at_most.is_some()),
            ("between", p.between.is_some()),
            ("matches", p.matches.is_some()),
            ("not_matches", p.not_matches.is_some()),
            ("contains", p.contains.is_some()),
            ("starts_with", p.starts_with.is_some()),
            ("exists", p.exists.is_some()),
            ("count", p.count.is_some()),
            ("newer_than", p.newer_than.is_some()),
            ("older_than", p.older_than.is_some()),
            ("subset_of", p.subset_of.is_some()),
            ("disjoint_from", p.disjoint_from.is_some()),
        ]
        .into_iter()
        .filter(|(_, given)| *given)
        .map(|(name, _)| name)
    }

    fn op(&mut self, p: &PredicateSyntax, path: &Path, list: Option<&Path>, at: &[String]) -> Op {
        let given: Vec<&'static str> = self.operators(p).collect();
        let [name] = given.as_slice() else {
            self.note(at, "`fact` stands with exactly one operator");
            return Op::Exists(true);
        };
        self.fits(name, path, list, at);
        let here = [at, &[(*name).to_owned()]].concat();
        if let Some(value) = &p.is {
            return Op::Is(self.operand(value, list, &here));
        }
        if let Some(value) = &p.is_not {
            return Op::IsNot(self.operand(value, list, &here));
        }
        if let Some(values) = &p.is_in {
            return Op::In(self.literals(values, &here));
        }
        if let Some(values) = &p.not_in {
            return Op::NotIn(self.literals(values, &here));
        }
        if let Some(value) = &p.at_least {
            return Op::AtLeast(self.operand(value, list, &here));
        }
        if let Some(value) = &p.at_most {
            return Op::AtMost(self.operand(value, list, &here));
        }
        if let Some([low, high]) = p.between.as_deref() {
            return Op::Between(
                self.operand(low, list, &here),
                self.operand(high, list, &here),
            );
        }
        if p.between.is_some() {
            self.note(&here, "`between` has two bounds");
        }
        if let Some(pattern) = &p.matches {
            return Op::Matches(self.pattern(pattern, &here));
        }
        if let Some(pattern) = &p.not_matches {
            return Op::NotMatches(self.pattern(pattern, &here));
        }
        if let Some(value) = &p.contains {
            return Op::Contains(self.operand(value, list, &here));
        }
        if let Some(words) = &p.starts_with {
            return Op::StartsWith(words.clone());
        }
        if let Some(count) = &p.count {
            return Op::Count(self.count(count, list, &here));
        }
        if let Some(value) = &p.newer_than {
            return Op::NewerThan(self.operand(value, list, &here));
        }
        if let Some(value) = &p.older_than {
            return Op::OlderThan(self.operand(value, list, &here));
        }
        if let Some(values) = &p.subset_of {
            return Op::SubsetOf(self.literals(values, &here));
        }
        if let Some(values) = &p.disjoint_from {
            return Op::DisjointFrom(self.literals(values, &here));
        }
        Op::Exists(p.exists.unwrap_or(true))
    }

    /// Does the operator fit the type of the fact?
    fn fits(&mut self, name: &str, path: &Path, list: Option<&Path>, at: &[String]) {
        let Some(spec) = self.spec(path, list) else {
            return;
        };
        let element = list.is_some() && path.key.is_empty() && path.reach == Reach::Here;
        let (kind, is_list) = (spec.kind, spec.list && !element);
        let fits = match name {
            "is" | "is_not" | "in" | "not_in" => !is_list && kind != ValueType::Object,
            "at_least" | "at_most" | "between" => !is_list && kind == ValueType::Number,
            "matches" | "not_matches" | "starts_with" => !is_list && kind == ValueType::Text,
            "contains" => is_list || kind == ValueType::Text,
            "count" => is_list,
            "subset_of" | "disjoint_from" => is_list && kind != ValueType::Object,
            "newer_than" | "older_than" => !is_list && kind == ValueType::Date,
            _ => true,
        };
        if !fits {
            let words =
                format!("{}{kind:?}", if is_list { "a list of " } else { "" }).to_lowercase();
            self.note(
                at,
                &format!("`{name}` does not fit `{path}`, which is {words}"),
            );
        }
    }

    fn count(&mut self, count: &CountSyntax, list: Option<&Path>, at: &[String]) -> Count {
        match (&count.is, &count.at_least, &count.at_most) {
            (Some(n), None, None) => Count::Is(self.operand(n, list, at)),
            (None, Some(n), None) => Count::AtLeast(self.operand(n, list, at)),
            (None, None, Some(n)) => Count::AtMost(self.operand(n, list, at)),
            _ => {
                self.note(at, "`count` has exactly one of is, at_least, at_most");
                Count::Is(Operand::Literal(Literal::Int(0)))
            }
        }
    }

    fn operand(&mut self, value: &Json, list: Option<&Path>, at: &[String]) -> Operand {
        if let Some(name) = value.as_str().and_then(|text| text.strip_prefix('$')) {
            if !self.parameters.contains(&name) {
                self.note(at, &format!("no parameter `{name}`"));
            }
            return Operand::Param(name.to_owned());
        }
        if let Some(path) = value.get("fact").and_then(Json::as_str) {
            return Operand::Fact(self.path(path, list, at));
        }
        Operand::Literal(self.literal(value, at))
    }

    fn literals(&mut self, values: &[Json], at: &[String]) -> Vec<Literal> {
        values.iter().map(|value| self.literal(value, at)).collect()
    }

    fn literal(&mut self, value: &Json, at: &[String]) -> Literal {
        match value {
            Json::Bool(b) => Literal::Bool(*b),
            Json::String(text) => Literal::Text(text.clone()),
            Json::Number(number) => number.as_i64().map(Literal::Int).unwrap_or_else(|| {
                self.note(at, "only whole numbers are compared");
                Literal::Int(0)
            }),
            Json::Null | Json::Array(_) | Json::Object(_) => {
                self.note(at, "this must be true, false, a whole number, a text, $parameter or { fact: PATH }");
                Literal::Int(0)
            }
        }
    }

    fn pattern(&mut self, pattern: &str, at: &[String]) -> String {
        if let Err(error) = Regex::new(pattern) {
            let words = error.to_string();
            self.note(
                at,
                words.lines().last().unwrap_or("not a regular expression"),
            );
        }
        pattern.to_owned()
    }

    fn note(&mut self, at: &[String], message: &str) {
        self.wrong.push((at.to_vec(), message.to_owned()));
    }
}

/// A value of an example: JSON, or `{ unseen: CODE }`, `{ absent: true }`, `{ incomplete: [..] }`. Text that is a
/// day becomes one where the vocabulary says so.
pub fn fact_value(json: &Json, spec: Option<&FactSpec>) -> Value {
    let is_day = spec.is_some_and(|s| s.kind == ValueType::Date);
    match json {
        Json::Null => Value::Absent,
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(n) => n.as_i64().map_or(Value::Text(n.to_string()), Value::Int),
        Json::String(text) => Day::parse(text)
            .filter(|_| is_day)
            .map_or_else(|| Value::Text(text.clone()), Value::Day),
        Json::Array(items) => Value::List(list(items, spec, true)),
        Json::Object(map) => match (map.get("unseen"), map.get("absent"), map.get("incomplete")) {
            (Some(Json::String(code)), _, _) => Value::unseen(known_code(code), ""),
            (_, Some(_), _) => Value::Absent,
            (_, _, Some(Json::Array(items))) => Value::List(list(items, spec, false)),
            _ => Value::Map(
                map.iter()
                    .map(|(key, value)| {
                        (
                            key.clone(),
                            fact_value(value, spec.and_then(|s| s.of.get(key))),
                        )
                    })
                    .collect(),
            ),
        },
    }
}

fn list(items: &[Json], spec: Option<&FactSpec>, complete: bool) -> List {
    List {
        items: items.iter().map(|item| fact_value(item, spec)).collect(),
        complete,
    }
}

/// The codes that examples may name; any other is some reason for an error.
fn known_code(code: &str) -> &'static str {
    const CODES: [&str; 22] = [
        "not_applicable",
        "not_asked",
        "not-authorised",
        "not-live",
        "unsupported_by_prober",
        "bounded-by-size",
        "not-parsed",
        "not-a-number",
        "ambiguous",
        "missing-fact",
        "unreadable",
        "timeout",
        "refused",
        "link-loop",
        "no-attestation",
        "attestation-ended",
        "attestation-not-begun",
        "attestation-missing-evidence",
        "attestation-hash",
        "attestation-unsigned",
        "attestation-contradicted",
        "time-still-runs",
    ];
    CODES
        .into_iter()
        .find(|known| *known == code)
        .unwrap_or("unreadable")
}
