//! An expression that prints one of several values, or several one after the other: its operands.

/// What stands between operands of which one is printed, or all. Only outside quotes and brackets.
const BETWEEN: [&str; 10] = [
    " or ", "||", "??", "?:", " ~ ", " + ", " . ", ".'", ".\"", ".$",
];

/// The operands of an expression, literals left out; the expression alone where it has one.
pub(super) fn operands(code: &str) -> Vec<String> {
    let mut waiting = vec![code.trim().to_owned()];
    let mut out: Vec<String> = Vec::new();
    // Each round takes one expression apart.
    for _ in 0..MAX_OPERANDS {
        let Some(next) = waiting.pop() else { break };
        match taken_apart(&next) {
            Some(parts) => waiting.extend(parts.into_iter().rev()),
            None => out.push(next),
        }
    }
    out.extend(waiting);
    let one = out.len() == 1;
    out.retain(|o| one || !is_literal(o));
    out
}

/// The most steps for one expression.
const MAX_OPERANDS: usize = 40;

fn taken_apart(code: &str) -> Option<Vec<String>> {
    let code = code.trim();
    if let Some((base, other)) = default(code) {
        return Some(vec![base, other]);
    }
    let tops = tops(code);
    let find = |what: &str| {
        tops.iter()
            .copied()
            .find(|at| code.get(*at..).is_some_and(|rest| rest.starts_with(what)))
    };
    let cut = |at: usize, length: usize| {
        let left = code.get(..at).unwrap_or_default().trim().to_owned();
        let right = code
            .get(at + length..)
            .unwrap_or_default()
            .trim()
            .to_owned();
        (left, right)
    };
    // `a if c else b`: the condition is not printed.
    if let (Some(when), Some(other)) = (find(" if "), find(" else "))
        && when < other
    {
        return Some(vec![cut(when, 4).0, cut(other, 6).1]);
    }
    // `c ? a : b`; not `a?.b`, `a ?? b`, `a ?: b`.
    let asks = tops.iter().copied().find(|at| {
        let rest = code.get(*at..).unwrap_or_default();
        rest.starts_with('?')
            && !rest.starts_with("?.")
            && !rest.starts_with("?->")
            && !rest.starts_with("?:")
            && !rest.starts_with("??")
            && !code.get(..*at).unwrap_or_default().ends_with('?')
    });
    if let Some(asks) = asks {
        let colon = tops.iter().copied().find(|at| {
            let single = |rest: &str| rest.starts_with(':') && !rest.starts_with("::");
            *at > asks
                && code.get(*at..).is_some_and(single)
                && !code.get(..*at).unwrap_or_default().ends_with(':')
        });
        if let Some(colon) = colon {
            let one = code.get(asks + 1..colon).unwrap_or_default().trim();
            return Some(vec![one.to_owned(), cut(colon, 1).1]);
        }
    }
    let (at, between) = BETWEEN
        .iter()
        .filter_map(|between| find(between).map(|at| (at, *between)))
        .min()?;
    // A `.` before a quote belongs to PHP: the quote stays with what follows.
    let length = if between.starts_with('.') {
        1
    } else {
        between.len()
    };
    let (left, right) = cut(at, length);
    // Parts of one value that are put together again are judged together.
    let cuts = ["substr", "slice", "[:", "[-"];
    if [&left, &right]
        .iter()
        .all(|side| cuts.iter().any(|c| side.contains(c)))
    {
        return None;
    }
    Some(vec![left, right])
}

/// `a|default(b)`, `a|default: b`: both.
fn default(code: &str) -> Option<(String, String)> {
    let at = code.find("default")?;
    let before = code.get(..at)?.trim_end().strip_suffix('|')?;
    let rest = code.get(at + "default".len()..)?;
    let start = rest.find(['(', ':'])?;
    let other = rest.get(start + 1..)?;
    let end = other.find(['|', ')']).unwrap_or(other.len());
    let after = other.get(end..).unwrap_or_default();
    let after = after.strip_prefix(')').unwrap_or(after);
    let other = other.get(..end)?.trim();
    let other = if other.is_empty() { "''" } else { other };
    Some((
        format!("{}{after}", before.trim()),
        format!("{other}{after}"),
    ))
}

/// Where the expression stands outside quotes and brackets. A quote itself is outside.
fn tops(code: &str) -> Vec<usize> {
    let mut out = Vec::new();
    let mut quote: Option<char> = None;
    let mut depth = 0_i32;
    for (at, c) in code.char_indices() {
        match quote {
            Some(q) => {
                if c == q {
                    quote = None;
                }
                continue;
            }
            None if depth <= 0 => out.push(at),
            None => {}
        }
        match c {
            '"' | '\'' | '`' => quote = Some(c),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
    }
    out
}

/// A text in quotes, a number, or nothing.
fn is_literal(text: &str) -> bool {
    let text = text.split('|').next().unwrap_or_default().trim();
    // `'*'.repeat(7)`.
    let text = match text.split_once(".repeat(") {
        Some((said, _)) => said.trim(),
        None => text,
    };
    let quoted = |q: char| {
        text.len() > 1 && text.starts_with(q) && text.ends_with(q) && text.matches(q).count() == 2
    };
    text.is_empty()
        || quoted('"')
        || quoted('\'')
        || text.parse::<f64>().is_ok()
        || matches!(text, "null" | "nil" | "None" | "true" | "false")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_them() {
        for (code, expected) in [
            ("order.phone|mask", vec!["order.phone|mask"]),
            (
                "name|mask if order.hide else name",
                vec!["name|mask", "name"],
            ),
            (
                "a.masked_phone or a.phone",
                vec!["a.masked_phone", "a.phone"],
            ),
            ("a.masked || a.phone", vec!["a.masked", "a.phone"]),
            ("a?.masked ?? a?.phone", vec!["a?.masked", "a?.phone"]),
            ("c ? mask(x):x", vec!["mask(x)", "x"]),
            ("$c ? A::mask($x) : $x", vec!["A::mask($x)", "$x"]),
            ("phone|default(masked_phone)", vec!["phone", "masked_phone"]),
            ("phone|default('')", vec!["phone"]),
            ("phone|default:'-'|mask", vec!["phone|mask"]),
            ("name ~ ' - ' ~ phone", vec!["name", "phone"]),
            ("$o->name.' - '.$o->phone", vec!["$o->name", "$o->phone"]),
            (
                "substr($p,0,4) . substr($p,4)",
                vec!["substr($p,0,4) . substr($p,4)"],
            ),
            ("'***' + phone.slice(-4)", vec!["phone.slice(-4)"]),
            ("'*'.repeat(7) + p.slice(-3)", vec!["p.slice(-3)"]),
            ("'x'", vec!["'x'"]),
        ] {
            assert_eq!(operands(code), expected, "{code}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(code in "[a-c.?:|~+ '\"()\\[đ]{0,40}|.{0,60}") {
            let _ = operands(&code);
        }
    }
}
