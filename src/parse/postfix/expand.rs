//! What stands behind the dollar signs of a value: `$name`, `${name}`, `${name?yes}`, `${name?{yes}:{no}}`, `${name:no}`,
//! `${{left} == {right} ? {yes} : {no}}`.

use std::cell::Cell;

/// The value with all names put in; `None` where one of them is not known, or they go round.
///
/// `lookup` gives the raw value of a parameter, an empty one where no such parameter is, `None` where its value cannot
/// be known.
pub fn expand(value: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    // Names that stand for two others each are twice as many with each step.
    let left = Cell::new(MAX_STEPS);
    let counted = |name: &str| {
        left.set(left.get().checked_sub(1)?);
        lookup(name)
    };
    whole(value, &counted, 0)
}

type Lookup<'l> = &'l dyn Fn(&str) -> Option<String>;

fn whole(text: &str, lookup: Lookup<'_>, depth: usize) -> Option<String> {
    if depth > MAX_DEPTH {
        return None;
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(more) = after.strip_prefix('$') {
            out.push('$');
            rest = more;
        } else if after.starts_with(['{', '(']) {
            let (inner, more) = balanced(after)?;
            out.push_str(&braced(inner, lookup, depth)?);
            rest = more;
        } else {
            let (name, more) = named(after);
            if name.is_empty() {
                out.push('$');
            } else {
                out.push_str(&whole(&lookup(name)?, lookup, depth + 1)?);
            }
            rest = more;
        }
        if out.len() > MAX_LENGTH {
            return None;
        }
    }
    out.push_str(rest);
    (out.len() <= MAX_LENGTH).then_some(out)
}

/// What stands between braces.
fn braced(inner: &str, lookup: Lookup<'_>, depth: usize) -> Option<String> {
    let inner = inner.trim();
    if inner.starts_with('{') {
        let (left, rest) = balanced(inner)?;
        let at = rest.find('{')?;
        let (sign, rest) = rest.split_at(at);
        let (right, rest) = balanced(rest)?;
        let left = whole(left, lookup, depth + 1)?;
        let right = whole(right, lookup, depth + 1)?;
        let holds = compare(left.trim(), sign.trim(), right.trim())?;
        return branch(rest, holds, lookup, depth);
    }
    let (name, rest) = named(inner);
    let value = lookup(name)?;
    if rest.trim().is_empty() {
        return whole(&value, lookup, depth + 1);
    }
    let is_set = !value.is_empty();
    branch(rest, is_set, lookup, depth)
}

/// `? yes : no`, `? yes`, `: no`.
fn branch(rest: &str, holds: bool, lookup: Lookup<'_>, depth: usize) -> Option<String> {
    let rest = rest.trim();
    let (yes, no) = match rest.strip_prefix('?') {
        Some(after) => {
            let after = after.trim_start();
            if after.starts_with('{') {
                let (yes, more) = balanced(after)?;
                (yes, more.trim_start().strip_prefix(':').unwrap_or_default())
            } else {
                (after, "")
            }
        }
        None => ("", rest.strip_prefix(':')?),
    };
    let no = no.trim_start();
    let no = match no.starts_with('{') {
        true => balanced(no)?.0,
        false => no,
    };
    whole(if holds { yes } else { no }, lookup, depth + 1)
}

/// What stands between the first brace and the one that closes it, and what stands behind.
fn balanced(text: &str) -> Option<(&str, &str)> {
    let (open, close) = if text.starts_with('(') {
        ('(', ')')
    } else {
        ('{', '}')
    };
    let mut depth = 0u32;
    for (at, c) in text.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
            if depth == 0 {
                return Some((text.get(1..at)?, text.get(at + 1..)?));
            }
        }
    }
    None
}

fn named(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    text.split_at(end)
}

fn compare(left: &str, sign: &str, right: &str) -> Option<bool> {
    let (sign, by_level) = match sign.strip_suffix("level") {
        Some(sign) => (sign.trim(), true),
        None => (sign, false),
    };
    let numbers = |text: &str| -> Option<Vec<u64>> {
        let parts = text.split('.').map(|part| part.parse().ok());
        parts.collect()
    };
    let ordering = match (numbers(left), numbers(right)) {
        (Some(mut l), Some(mut r)) if by_level || (l.len() == 1 && r.len() == 1) => {
            let length = l.len().max(r.len());
            l.resize(length, 0);
            r.resize(length, 0);
            l.cmp(&r)
        }
        _ if by_level => return None,
        _ => left.cmp(right),
    };
    Some(match sign {
        "==" => ordering.is_eq(),
        "!=" => ordering.is_ne(),
        "<" => ordering.is_lt(),
        "<=" => ordering.is_le(),
        ">" => ordering.is_gt(),
        ">=" => ordering.is_ge(),
        _ => return None,
    })
}

const MAX_DEPTH: usize = 30;
const MAX_STEPS: usize = 2_000;
const MAX_LENGTH: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_conditions() {
        let lookup = |name: &str| match name {
            "compatibility_level" => Some("3.6".to_owned()),
            "a" => Some("A$b".to_owned()),
            "b" => Some("B".to_owned()),
            "round" => Some("$round".to_owned()),
            "host" => None,
            _ => Some(String::new()),
        };
        let of = |text: &str| expand(text, &lookup);
        for (text, value) in [
            ("x $a y", "x AB y"),
            ("${a}/$(b)", "AB/B"),
            ("$$a", "$a"),
            ("${a?yes $b}", "yes B"),
            ("${none?yes}", ""),
            ("${none:own}", "own"),
            ("${none?{yes}:{no $b}}", "no B"),
            (
                "${{$compatibility_level} <level {3.6} ? {no} : {yes}}",
                "yes",
            ),
            (
                "${{$compatibility_level} <level {3.10} ? {no} : {yes}}",
                "no",
            ),
            ("${{$b} == {B} ? {same}}", "same"),
            ("${{9} < {10} ? {less} : {more}}", "less"),
            ("a$", "a$"),
        ] {
            assert_eq!(of(text).as_deref(), Some(value), "{text}");
        }
        for text in ["$round", "$host", "${open", "${{a} ~ {b} ? {c}}"] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
