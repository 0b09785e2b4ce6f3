//! What a control expects, in words: drawn from the predicate, the vocabulary and the values that count.

use std::collections::BTreeMap;

use super::reasons;
use crate::model::{
    Control, Count, Lang, Literal, Op, Operand, ParameterValue, Path, Predicate, Quantifier, Reach,
    Text, Vocabulary,
};

/// What the control expects, in both languages.
pub fn expected(
    control: &Control,
    vocabulary: &Vocabulary,
    parameters: &BTreeMap<String, ParameterValue>,
) -> Text {
    let words = |lang| {
        Words {
            control,
            vocabulary,
            parameters,
            lang,
        }
        .predicate(&control.assert, None)
    };
    Text::new(words(Lang::Vi), words(Lang::En))
}

struct Words<'a> {
    control: &'a Control,
    vocabulary: &'a Vocabulary,
    parameters: &'a BTreeMap<String, ParameterValue>,
    lang: Lang,
}

impl Words<'_> {
    fn predicate(&self, p: &Predicate, list: Option<&Path>) -> String {
        let joined = |parts: &[Predicate], with: Text| {
            let words: Vec<String> = parts
                .iter()
                .map(|part| {
                    let words = self.predicate(part, list);
                    if matches!(part, Predicate::All(_) | Predicate::Any(_)) {
                        format!("({words})")
                    } else {
                        words
                    }
                })
                .collect();
            words.join(&format!(" {} ", with.get(self.lang)))
        };
        match p {
            Predicate::All(parts) => joined(parts, reasons::and()),
            Predicate::Any(parts) => joined(parts, reasons::or()),
            Predicate::Not(part) => format!(
                "{} ({})",
                reasons::not().get(self.lang),
                self.predicate(part, list)
            ),
            Predicate::Test { path, op } => self.test(path, op, list),
            Predicate::Over {
                quantifier,
                of,
                filter,
                assert,
                ..
            } => {
                let lead = match quantifier {
                    Quantifier::Each => reasons::each(),
                    Quantifier::Some => reasons::some(),
                    Quantifier::None => reasons::none(),
                };
                let narrowed = filter.as_ref().map_or(String::new(), |f| {
                    format!(
                        " ({} {})",
                        reasons::where_().get(self.lang),
                        self.predicate(f, Some(of))
                    )
                });
                let name = self.name(of, None);
                format!(
                    "{} {name}{narrowed}: {}",
                    lead.get(self.lang),
                    self.predicate(assert, Some(of))
                )
            }
        }
    }

    fn test(&self, path: &Path, op: &Op, list: Option<&Path>) -> String {
        let name = self.name(path, list);
        let value = |operand: &Operand| self.operand(operand, list);
        let many = |literals: &[Literal]| {
            literals
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        };
        let word = |key: &str| reasons::operator(key).get(self.lang).to_owned();
        match op {
            Op::Is(o) => format!("{name} = {}", value(o)),
            Op::IsNot(o) => format!("{name} ≠ {}", value(o)),
            Op::In(l) => format!("{name} {} {}", word("in"), many(l)),
            Op::NotIn(l) => format!("{name} {} {}", word("not_in"), many(l)),
            Op::AtLeast(o) => format!("{name} ≥ {}", value(o)),
            Op::AtMost(o) => format!("{name} ≤ {}", value(o)),
            Op::Between(low, high) => format!("{} ≤ {name} ≤ {}", value(low), value(high)),
            Op::Matches(pattern) => format!("{name} {} /{pattern}/", word("matches")),
            Op::NotMatches(pattern) => format!("{name} {} /{pattern}/", word("not_matches")),
            Op::Contains(o) => format!("{name} {} {}", word("contains"), value(o)),
            Op::StartsWith(words) => format!("{name} {} {words}", word("starts_with")),
            Op::Exists(true) => format!("{name}: {}", word("exists")),
            Op::Exists(false) => format!("{name}: {}", word("exists_not")),
            Op::Count(count) => {
                let (sign, o) = match count {
                    Count::Is(o) => ("=", o),
                    Count::AtLeast(o) => ("≥", o),
                    Count::AtMost(o) => ("≤", o),
                };
                format!("{} {name} {sign} {}", word("count"), value(o))
            }
            Op::NewerThan(o) => format!("{name} {} {}", word("newer_than"), value(o)),
            Op::OlderThan(o) => format!("{name} {} {}", word("older_than"), value(o)),
            Op::SubsetOf(l) => format!("{name} {} {}", word("subset_of"), many(l)),
            Op::DisjointFrom(l) => format!("{name} {} {}", word("disjoint_from"), many(l)),
        }
    }

    /// The meaning of the fact, with its path for those who look for it.
    fn name(&self, path: &Path, list: Option<&Path>) -> String {
        if path.key.is_empty() {
            return list.map_or(String::new(), |of| self.name(of, None));
        }
        let subject = match path.reach {
            Reach::Here | Reach::Subject => self.control.subject.as_str(),
            Reach::Asset => "asset",
            Reach::System => "system",
            Reach::Org => "org",
            Reach::Host => "host",
        };
        let inside = list
            .filter(|_| path.reach == Reach::Here)
            .map(|of| of.key.as_str());
        match self.vocabulary.fact(subject, &path.key, inside) {
            Some(spec) => format!("{} [{}]", spec.meaning.get(self.lang), path),
            None => path.to_string(),
        }
    }

    fn operand(&self, operand: &Operand, list: Option<&Path>) -> String {
        match operand {
            Operand::Literal(literal) => literal.to_string(),
            Operand::Param(name) => self.parameters.get(name).map_or_else(
                || format!("${name}"),
                |p| {
                    format!("{} {}", p.value, reasons::unit(p.unit).get(self.lang))
                        .trim_end()
                        .to_owned()
                },
            ),
            Operand::Fact(path) => self.name(path, list),
        }
    }
}
