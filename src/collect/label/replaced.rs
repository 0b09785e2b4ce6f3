//! A value whose characters an expression replaces: `phone.replace(/\d(?=\d{3})/g, '*')`. What it does is done to values
//! of the usual form, and what still shows of them is counted; what cannot be worked out is unclear.

use regex::Regex;

use super::cut::{Cut, usual_length};
use crate::privacy::Class;

/// What an expression leaves of a value of this class; none where it replaces nothing.
pub(super) fn left_by(put: &str, class: Class) -> Option<Cut> {
    // What a function does to each sign is not worked out, where it puts marks in their place.
    let each = [".map(", ".split(", "=>"].iter().any(|w| put.contains(w));
    if each
        && ["*", "\u{2022}", "'x", "\"x"]
            .iter()
            .any(|m| put.contains(m))
    {
        return Some(Cut::Unclear);
    }
    let calls = calls(put)?;
    let phone = class == Class::Phone;
    let usual = usize::try_from(usual_length(class)).unwrap_or(1);
    let mut most = 0;
    for value in values(class) {
        let mut text = (*value).to_owned();
        for call in &calls {
            match call {
                Some(call) => match call.apply(&text) {
                    Some(next) => text = next,
                    None => return Some(Cut::Unclear),
                },
                None => return Some(Cut::Unclear),
            }
        }
        // Of a phone the digits count.
        let counts = |c: &char| match phone {
            true => c.is_ascii_digit(),
            false => c.is_alphanumeric(),
        };
        let (shown, all) = (
            text.chars().filter(counts).count(),
            value.chars().filter(counts).count(),
        );
        // As much of the usual length as shows of this value.
        most = most.max(match phone {
            true => shown,
            false => shown * usual / all.max(1),
        });
    }
    let whole = match phone {
        true => most >= usual,
        false => 10 * most >= 6 * usual,
    };
    Some(if whole {
        Cut::Whole
    } else {
        Cut::Shows(u32::try_from(most).unwrap_or(u32::MAX))
    })
}

/// Values of the usual form; none of them is anybody's.
fn values(class: Class) -> &'static [&'static str] {
    let known = VALUES.iter().find(|(of, _)| *of == class);
    known.map_or(NAMES, |(_, values)| *values)
}

const VALUES: [(Class, &[&str]); 4] = [
    (Class::Phone, &["0912345678", "0387650149"]),
    (
        Class::Address,
        &[
            "12 Nguy\u{1EC5}n Tr\u{E3}i, Ph\u{1B0}\u{1EDD}ng B\u{1EBF}n Th\u{E0}nh, Qu\u{1EAD}n 1, H\u{1ED3} Ch\u{ED} Minh",
        ],
    ),
    (Class::Email, &["an.nguyen@example.vn"]),
    (Class::NationalId, &["001099012345", "079187654321"]),
];
const NAMES: &[&str] = &["Nguy\u{1EC5}n Th\u{1ECB} Minh Khai", "Tr\u{1EA7}n An"];

/// One replacement.
#[derive(Debug)]
struct Call {
    /// What must stand before, the thing itself, what must stand behind.
    before: Option<Regex>,
    what: Regex,
    with: String,
    all: bool,
}

/// The replacements of an expression in order; `None` for one that is not understood. Nothing where there is none.
fn calls(put: &str) -> Option<Vec<Option<Call>>> {
    let mut found: Vec<(usize, Option<Call>)> = Vec::new();
    for (word, form) in WORDS {
        for (at, _) in put.match_indices(word) {
            // `replaceAll(` ends as no other word does.
            let longer = put.get(..at).is_some_and(|b| {
                b.ends_with("preg_")
                    || b.ends_with("regex_")
                    || b.ends_with("str_")
                    || b.ends_with("substr_")
            });
            if longer && !word.contains('_') {
                continue;
            }
            found.push((
                at,
                call(put.get(at + word.len()..).unwrap_or_default(), *form),
            ));
        }
    }
    found.sort_by_key(|(at, _)| *at);
    (!found.is_empty()).then(|| found.into_iter().map(|(_, c)| c).collect())
}

/// How a call writes what it replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `/re/g, 'with'` or `'text', 'with'`, of which only the first is replaced without a mark.
    Script,
    /// The same, always all.
    All,
    /// `'/re/', 'with', value`.
    Php,
    /// `'re', 'with'`.
    Pattern,
    /// `'text', 'with', value`.
    Text,
}

const WORDS: &[(&str, Form)] = &[
    (".replace(", Form::Script),
    (".replaceAll(", Form::All),
    (".gsub(", Form::All),
    (".sub(", Form::Script),
    ("preg_replace(", Form::Php),
    ("regex_replace(", Form::Pattern),
    ("str_replace(", Form::Text),
    ("|replace(", Form::Text),
];

fn call(arguments: &str, form: Form) -> Option<Call> {
    let rest = arguments.trim_start();
    let (pattern, rest, literal, flags) = match rest.strip_prefix('/') {
        Some(after) if matches!(form, Form::Script | Form::All) => {
            let end = unescaped(after, '/')?;
            let tail = after.get(end + 1..)?;
            let flags = tail
                .find(|c: char| !c.is_ascii_alphabetic())
                .unwrap_or(tail.len());
            (
                after.get(..end)?.to_owned(),
                tail.get(flags..)?,
                false,
                tail.get(..flags)?.to_owned(),
            )
        }
        _ => {
            let (text, rest) = quoted(rest)?;
            match form {
                Form::Php => {
                    let mark = text.chars().next()?;
                    let end = text.rfind(mark).filter(|e| *e > 0)?;
                    let flags = text.get(end + mark.len_utf8()..)?.to_owned();
                    (
                        text.get(mark.len_utf8()..end)?.to_owned(),
                        rest,
                        false,
                        flags,
                    )
                }
                Form::Pattern => (text, rest, false, String::new()),
                // Java takes an expression, a browser takes letters: only the one that is both is understood.
                Form::All => (text, rest, false, String::new()),
                Form::Script | Form::Text => (text, rest, true, String::new()),
            }
        }
    };
    let rest = rest.trim_start().strip_prefix(',')?.trim_start();
    let (with, _) = quoted(rest)?;
    let all = match form {
        Form::Script => flags.contains('g'),
        Form::All | Form::Php | Form::Pattern | Form::Text => true,
    };
    // Letters or digits that stand for nothing of the value would be counted as shown.
    if without_groups(&with).chars().any(char::is_alphanumeric) {
        return None;
    }
    let (before, what) = match literal {
        true => {
            // Letters that only some values have hide nothing of the others.
            let any = pattern.chars().any(char::is_alphanumeric);
            let pattern = if any {
                "[^\\s\\S]".to_owned()
            } else {
                regex::escape(&pattern)
            };
            (None, format!("({pattern})"))
        }
        // Letters with marks are no `\w` where a program does not ask for them.
        false if !flags.contains('u') => parts(&pattern.replace("\\w", "[A-Za-z0-9_]"))?,
        false => parts(&pattern)?,
    };
    let fold = if flags.contains('i') { "(?i)" } else { "" };
    let compiled = |text: &str| Regex::new(&format!("{fold}{text}")).ok();
    Some(Call {
        before: match before {
            Some(before) => Some(compiled(&format!("(?:{before})$"))?),
            None => None,
        },
        what: compiled(&what)?,
        with,
        all,
    })
}

/// `(?<=a)b(?=c)` as what stands before, and `(b)c`.
fn parts(pattern: &str) -> Option<(Option<String>, String)> {
    let (before, rest) = match pattern.strip_prefix("(?<=") {
        Some(after) => {
            let end = closing(after)?;
            (Some(after.get(..end)?.to_owned()), after.get(end + 1..)?)
        }
        None => (None, pattern),
    };
    let ahead = rest.rfind("(?=").filter(|at| {
        let after = rest.get(at + 3..).unwrap_or_default();
        closing(after).is_some_and(|end| end + 1 == after.len())
    });
    let (core, behind) = match ahead {
        Some(at) => (rest.get(..at)?, rest.get(at + 3..rest.len() - 1)?),
        None => (rest, ""),
    };
    let looks = ["(?=", "(?!", "(?<=", "(?<!"];
    if looks.iter().any(|l| core.contains(l) || behind.contains(l)) {
        return None;
    }
    Some((before, format!("({core})(?:{behind})")))
}

/// Where the bracket closes that was opened before this text.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut escaped) = (1_u32, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '(' => depth += 1,
            ')' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

fn unescaped(text: &str, mark: char) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let is_it = c == mark && !escaped;
        escaped = c == '\\' && !escaped;
        is_it.then_some(at)
    })
}

/// A text in quotes and what follows it; `\\d` of a template is `\d`.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text
        .chars()
        .next()
        .filter(|c| matches!(c, '\'' | '"' | '`'))?;
    let inner = text.get(1..)?;
    let end = unescaped(inner, quote)?;
    let said = inner.get(..end)?.replace("\\\\", "\\");
    Some((said, inner.get(end + 1..)?))
}

/// The replacement without `$1`, `\1`, `$&`.
fn without_groups(with: &str) -> String {
    let mut out = String::new();
    let mut chars = with.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('$' | '\\', Some(n)) if n.is_ascii_digit() || *n == '&' => {
                chars.next();
            }
            (c, _) => out.push(c),
        }
    }
    out
}

/// The most steps over one value.
const MAX_STEPS: usize = 200;

impl Call {
    fn apply(&self, text: &str) -> Option<String> {
        let mut out = String::new();
        let (mut at, mut from) = (0, 0);
        for _ in 0..MAX_STEPS {
            let Some(found) = self.what.captures_at(text, from) else {
                break;
            };
            let (whole, own) = (found.get(0)?, found.get(1)?);
            let next = text
                .get(whole.start()..)?
                .chars()
                .next()
                .map_or(1, char::len_utf8);
            let fits = self
                .before
                .as_ref()
                .is_none_or(|b| text.get(..whole.start()).is_some_and(|t| b.is_match(t)));
            if !fits {
                from = whole.start() + next;
                if from > text.len() {
                    break;
                }
                continue;
            }
            out.push_str(text.get(at..own.start())?);
            self.put(&found, own.as_str(), &mut out);
            at = own.end();
            from = if own.is_empty() {
                own.end() + next
            } else {
                own.end()
            };
            if !self.all || from > text.len() {
                break;
            }
        }
        out.push_str(text.get(at..)?);
        Some(out)
    }

    /// The replacement with its groups: their numbers stand one higher here.
    fn put(&self, found: &regex::Captures<'_>, own: &str, out: &mut String) {
        let mut chars = self.with.chars().peekable();
        while let Some(c) = chars.next() {
            let group = match (c, chars.peek()) {
                ('$' | '\\', Some('&' | '0')) => Some(own),
                ('$' | '\\', Some(n)) => n.to_digit(10).map(|n| {
                    let n = usize::try_from(n).unwrap_or_default();
                    found.get(n + 1).map_or("", |m| m.as_str())
                }),
                (_, _) => None,
            };
            match group {
                Some(text) => {
                    chars.next();
                    out.push_str(text);
                }
                None => out.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_of_a_phone() {
        for (put, expected) in [
            (r"p.replace(/.(?=.{3})/g, '*')", Some(Cut::Shows(3))),
            (r"p.replace(/\d/g, '*')", Some(Cut::Shows(0))),
            (r"p.replace(/\d/, '*')", Some(Cut::Shows(9))),
            (
                r"p.replace(/(\d{3})\d{4}(\d{3})/, '$1****$2')",
                Some(Cut::Shows(6)),
            ),
            (
                r"p.replace(/(?<=\d{3})\d(?=\d{3})/g, '*')",
                Some(Cut::Shows(6)),
            ),
            (r"p.replace(/-/g, '*')", Some(Cut::Whole)),
            (r"p.replace('-', '')", Some(Cut::Whole)),
            (r"p.replace('0912', '****')", Some(Cut::Whole)),
            (r"p.replace(/^84/, '*')", Some(Cut::Whole)),
            (r"p.replace(/\d{4}$/, '****')", Some(Cut::Shows(6))),
            (
                r"p.replace(/(\d{4})(\d{3})(\d{3})/, '$1 $2 $3')",
                Some(Cut::Whole),
            ),
            (
                r"p.replace(/\s/g,'').replace(/\d{7}/,'*******')",
                Some(Cut::Shows(3)),
            ),
            (r"p.replaceAll('\d(?=\d{3})', '*')", Some(Cut::Shows(3))),
            (
                r"preg_replace('/\d(?=\d{3})/', '*', $o->p)",
                Some(Cut::Shows(3)),
            ),
            (r"p|regex_replace('\\d', '*')", Some(Cut::Shows(0))),
            (r"str_replace('-', '*', $p)", Some(Cut::Whole)),
            // What a program works out, or what we cannot.
            (r"p.replace(/\d(?!\d{0,2}$)/g, '*')", Some(Cut::Unclear)),
            (r"p.replace(re, '*')", Some(Cut::Unclear)),
            (
                "p.split('').map((c, i) => i < 7 ? '*' : c).join('')",
                Some(Cut::Unclear),
            ),
            (r"p.replace(/\d/g, c => '*')", Some(Cut::Unclear)),
            (r"p.replace(/\d{4}/, '0000')", Some(Cut::Unclear)),
            ("p|replace({'0': '*'})", Some(Cut::Unclear)),
            ("orders.map(o => o.p).join(', ')", None),
            ("order.p", None),
        ] {
            assert_eq!(left_by(put, Class::Phone), expected, "{put}");
        }
    }

    #[test]
    fn what_shows_of_a_name() {
        for (put, expected) in [
            (r"n.replace(/\S/g, '*')", Cut::Shows(0)),
            (r"n.replace(/\w/gu, '*')", Cut::Shows(0)),
            (r"n.replace(/\w/g, '*')", Cut::Shows(2)),
            (r"n.replace(/\s+/g, ' ')", Cut::Whole),
            (r"n.replace(/(?<=^\S)\S/g, '*')", Cut::Whole),
        ] {
            assert_eq!(left_by(put, Class::Name), Some(expected), "{put}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(put in "(p|\\.replace\\(|/|\\(\\?=|\\)|\\\\d|\\{3\\}|'|\\$1|,|\\*|g|đ){0,30}") {
            let _ = left_by(&put, Class::Phone);
            let _ = left_by(&put, Class::Name);
        }
    }
}
