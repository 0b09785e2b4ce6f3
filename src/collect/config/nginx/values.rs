//! Values of nginx's directives: as facts, and its times and sizes as numbers.

use super::directives::{self, Shape};
use super::expand::Node;
use super::scope::{Lines, Scope};
use crate::model::{Fact, FactPath, Origin, Sensitivity, Subject, Value};

/// Puts every directive that is in effect in this scope, and nginx's own values where `defaults` says so.
pub(super) fn put_all(subject: &mut Subject, scope: &Scope<'_>, defaults: bool) {
    for name in scope.names() {
        put(subject, name, &scope.lines(&[name]));
    }
    if !defaults {
        return;
    }
    for known in &directives::KNOWN {
        let lines = scope.lines(&[known.name]);
        let Some(own) = known.default.filter(|_| lines.count.is_empty()) else {
            continue;
        };
        if lines.unseen {
            subject.put(Fact::derived(known.name, unseen(&lines)));
        } else {
            let value = match known.shape {
                Shape::One => own.into(),
                Shape::Words => Value::list(own.split_whitespace().map(Value::from)),
                Shape::Lines => Value::list([Value::from(own)]),
            };
            subject.put(Fact::default_of(known.name, value));
        }
    }
}

/// Puts one directive: the lines that count, and beside them those that they override.
fn put(subject: &mut Subject, name: &str, lines: &Lines<'_>) {
    let path = name.to_lowercase();
    let shape = match directives::find(name) {
        Some(known) => known.shape,
        // Modules that we do not know may repeat their directives.
        None if lines.count.len() > 1 => Shape::Lines,
        None => Shape::One,
    };
    let mut over: Vec<&Node> = lines.shadowed.clone();
    let (Some(first), Some(last)) = (lines.count.first(), lines.count.last()) else {
        return;
    };
    let (value, at) = match shape {
        Shape::One => {
            over.extend(&lines.count[..lines.count.len() - 1]);
            (Value::from(last.text()), last)
        }
        Shape::Words => {
            let mut words: Vec<&str> = Vec::new();
            for word in lines.count.iter().flat_map(|n| &n.args) {
                if !words.contains(&word.as_str()) {
                    words.push(word);
                }
            }
            (list(words.into_iter().map(Value::from), lines), first)
        }
        Shape::Lines => (
            list(lines.count.iter().map(|n| Value::from(n.text())), lines),
            first,
        ),
    };
    let value = match (&shape, lines.unsure) {
        (Shape::One, Some(_)) if !lines.count.iter().any(|n| is_sure(n, lines)) => unseen(lines),
        (Shape::One | Shape::Words | Shape::Lines, _) => value,
    };
    let secret = lines.count.iter().any(|n| is_secret(n));
    subject.put(fact(path.clone(), value, Origin::Set, secret).at(at.place.clone()));
    for node in over {
        let value = match shape {
            Shape::One => Value::from(node.text()),
            Shape::Words => Value::list(node.args.iter().map(|w| Value::from(w.as_str()))),
            Shape::Lines => Value::list([Value::from(node.text())]),
        };
        subject.put(
            fact(path.clone(), value, Origin::Shadowed, is_secret(node)).at(node.place.clone()),
        );
    }
}

fn fact(path: impl Into<FactPath>, value: Value, origin: Origin, secret: bool) -> Fact {
    let sensitivity = if secret {
        Sensitivity::Secret("value")
    } else {
        Sensitivity::Public
    };
    Fact::new(path, value, origin, sensitivity)
}

fn list(items: impl Iterator<Item = Value>, lines: &Lines<'_>) -> Value {
    if lines.unsure.is_some() {
        Value::partial_list(items)
    } else {
        Value::list(items)
    }
}

/// A second line at one level is refused by nginx, so a missing include of the same level changes nothing; one further
/// in may.
fn is_sure(node: &Node, lines: &Lines<'_>) -> bool {
    lines
        .unsure
        .is_none_or(|missing| missing.place.file == node.place.file)
}

/// The value of what was not seen.
pub(super) fn unseen(lines: &Lines<'_>) -> Value {
    match lines.unsure {
        Some(missing) => Value::unseen(
            "include-missing",
            format!(
                "{}:{}: {}",
                missing.place.file,
                missing.place.line,
                missing.text()
            ),
        ),
        None => Value::unseen(
            "missing-fact",
            "nginx.conf is not among the files: its http level is not known",
        ),
    }
}

/// Does the line hold a password, a token or a key?
fn is_secret(node: &Node) -> bool {
    let text = node.text().to_lowercase();
    let in_address = text.split_once("://").is_some_and(|(_, rest)| {
        rest.split(['/', ' '])
            .next()
            .is_some_and(|host| host.contains('@') && host.contains(':'))
    });
    let valued = matches!(
        node.name.as_str(),
        "proxy_set_header"
            | "grpc_set_header"
            | "add_header"
            | "fastcgi_param"
            | "uwsgi_param"
            | "scgi_param"
            | "set"
            | "secure_link_md5"
            | "proxy_pass_request_headers"
            | "return"
            | "more_set_headers"
            | "perl_set"
            | "env"
    );
    // A value that only passes a variable on is no secret.
    let literal = node.args.last().is_some_and(|last| !last.starts_with('$'));
    in_address
        || node.name == "secure_link_md5"
        || (valued
            && literal
            && node.args.len() > 1
            && SECRET_WORDS.iter().any(|w| text.contains(w)))
}

/// Seconds of a time as nginx writes it: `30`, `1m 30s`, `500ms`.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let mut millis: i64 = 0;
    let mut digits = String::new();
    let mut chars = text.chars().filter(|c| !c.is_whitespace()).peekable();
    let mut any = false;
    while let Some(c) = chars.next() {
        if c.is_ascii_digit() {
            digits.push(c);
            if chars.peek().is_some() {
                continue;
            }
        }
        let unit: i64 = match c {
            'm' if chars.peek() == Some(&'s') => {
                chars.next();
                1
            }
            's' | '0'..='9' => 1000,
            'm' => 60_000,
            'h' => 3_600_000,
            'd' => 86_400_000,
            'w' => 604_800_000,
            'M' => 2_592_000_000,
            'y' => 31_536_000_000,
            _ => return None,
        };
        millis = millis.checked_add(digits.parse::<i64>().ok()?.checked_mul(unit)?)?;
        digits.clear();
        any = true;
    }
    any.then_some(millis.div_euclid(1000) + i64::from(millis % 1000 > 0))
}

/// Bytes of a size as nginx writes it: `8k`, `10m`, `1g`.
pub(super) fn bytes(text: &str) -> Option<i64> {
    let text = text.trim();
    let (number, unit) = match text.char_indices().next_back()? {
        (at, 'k' | 'K') => (&text[..at], 1024),
        (at, 'm' | 'M') => (&text[..at], 1024 * 1024),
        (at, 'g' | 'G') => (&text[..at], 1024 * 1024 * 1024),
        _ => (text, 1),
    };
    number.parse::<i64>().ok()?.checked_mul(unit)
}

const SECRET_WORDS: [&str; 9] = [
    "authorization",
    "password",
    "passwd",
    "secret",
    "token",
    "api-key",
    "apikey",
    "api_key",
    "x-auth",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes() {
        assert_eq!(seconds("30"), Some(30));
        assert_eq!(seconds("1m 30s"), Some(90));
        assert_eq!(seconds("500ms"), Some(1));
        assert_eq!(seconds("2h"), Some(7200));
        assert_eq!(
            (seconds("x"), seconds(""), seconds("s")),
            (None, None, None)
        );
        assert_eq!(seconds("99999999999999999999y"), None);
        assert_eq!(
            (bytes("8k"), bytes("1G"), bytes("x")),
            (Some(8192), Some(1 << 30), None)
        );
    }
}
