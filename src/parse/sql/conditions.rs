//! Under which conditions a trigger does what it does: one that asks for more than whether there is a value protects some
//! rows and leaves others readable.

use super::lex::{Kind, Token};

/// Words of conditions that only ask whether there is a value, or a new one.
const HARMLESS: [&str; 24] = [
    "new",
    "old",
    "is",
    "not",
    "null",
    "distinct",
    "from",
    "tg_op",
    "or",
    "and",
    "insert",
    "update",
    "inserting",
    "updating",
    "coalesce",
    "length",
    "char_length",
    "trim",
    "like",
    "left",
    "substr",
    "substring",
    "text",
    "nullif",
];

/// Is what stands after this text, lower case, always done? The conditions that are open there must be harmless.
pub(super) fn always(before: &str) -> bool {
    let mut open: Vec<String> = Vec::new();
    let mut rest = before;
    while let Some((at, word)) = next_word(rest) {
        let after = rest.get(at + word.len()..).unwrap_or_default();
        rest = after;
        match word {
            "end" => {
                // `END IF` closes a condition; other ends close blocks and cases.
                if let Some((n, "if")) = next_word(after) {
                    open.pop();
                    rest = after.get(n + 2..).unwrap_or_default();
                }
            }
            // `CREATE TRIGGER IF NOT EXISTS`.
            "if" if after.trim_start().starts_with("not exists") => {}
            "if" | "elsif" | "elseif" | "elif" => {
                let Some(then) = find_word(after, "then") else {
                    continue;
                };
                if word != "if" {
                    open.pop();
                }
                open.push(after.get(..then).unwrap_or_default().to_owned());
                rest = after.get(then + 4..).unwrap_or_default();
            }
            _ => {}
        }
    }
    open.iter().all(|c| is_harmless(c))
}

/// Does a condition only ask whether there is a value? Names of columns of the row do not count.
pub(super) fn is_harmless(condition: &str) -> bool {
    let lower = condition.to_ascii_lowercase();
    let mut rest = lower.as_str();
    let mut bare = String::new();
    // What stands in quotes is a mark of what was enciphered already.
    while let Some((before, quoted)) = rest.split_once('\'') {
        bare.push_str(before);
        rest = quoted.split_once('\'').map_or("", |(_, after)| after);
    }
    bare.push_str(rest);
    let compares = ["<", ">"]
        .iter()
        .any(|s| bare.replace("<>", "").contains(s));
    let equals = bare.contains('=') && !bare.contains("tg_op") && bare.contains("new.");
    let of_row = |at: usize| {
        let before = bare.get(..at).unwrap_or_default();
        before.ends_with("new.") || before.ends_with("old.")
    };
    let mut from = 0;
    while let Some((at, word)) = next_word(bare.get(from..).unwrap_or_default()) {
        let start = from + at;
        from = start + word.len();
        let number = word.starts_with(|c: char| c.is_ascii_digit());
        if !HARMLESS.contains(&word) && !of_row(start) && !number {
            return false;
        }
    }
    let measures = bare.contains("length");
    let empty = condition.contains("''");
    (empty || !equals) && (measures || !compares)
}

/// Does the value depend on a case?
pub(super) fn chooses(value: &str) -> bool {
    ["case ", "if(", "iif(", "decode("]
        .iter()
        .any(|w| value.contains(w))
        && !value.contains("null")
}

/// The condition of `WHEN (…)` of a trigger, whose table is named after `on`.
pub(super) fn of_trigger(tokens: &[Token], on: usize) -> Option<String> {
    let rest = tokens.get(on..)?;
    let end = rest
        .iter()
        .position(|t| t.is("execute") || t.is("begin"))
        .unwrap_or(rest.len());
    let head = rest.get(..end)?;
    let at = head.iter().position(|t| t.is("when"))?;
    let words = head.get(at + 1..)?.iter().map(|t| match t.kind {
        Kind::Text if t.text.is_empty() => "''".to_owned(),
        Kind::Text => "'x'".to_owned(),
        Kind::Word | Kind::Name | Kind::Sign => t.text.clone(),
    });
    let text = words.collect::<Vec<_>>().join(" ");
    Some(text.replace(" . ", "."))
}

/// The next word and where it begins.
fn next_word(text: &str) -> Option<(usize, &str)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let at = text.find(is_word)?;
    let rest = text.get(at..)?;
    let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    Some((at, rest.get(..end)?))
}

fn find_word(text: &str, wanted: &str) -> Option<usize> {
    let mut from = 0;
    while let Some((at, word)) = next_word(text.get(from..)?) {
        if word == wanted {
            return Some(from + at);
        }
        from += at + word.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_of_rows() {
        for (condition, harmless) in [
            (" new.cccd is not null ", true),
            (
                "tg_op = 'insert' or new.cccd is distinct from old.cccd",
                true,
            ),
            ("new.cccd <> ''", true),
            ("new.cccd not like 'enc:%'", true),
            ("length(new.cccd) < 40", true),
            ("new.loai = 'vip'", false),
            ("new.id > 100", false),
            ("current_user = 'app'", false),
            ("exists (select 1 from cau_hinh)", false),
        ] {
            assert_eq!(is_harmless(condition), harmless, "{condition}");
        }
    }

    #[test]
    fn what_is_always_done() {
        for (before, expected) in [
            ("begin ", true),
            ("begin if new.a is not null then ", true),
            ("begin if new.loai = 'vip' then ", false),
            ("begin if new.loai = 'vip' then x := 1; end if; ", true),
            (
                "begin if new.a is null then return new; elsif new.b = 2 then ",
                false,
            ),
        ] {
            assert_eq!(always(before), expected, "{before}");
        }
        assert!(chooses(
            "case when new.vip then aes_encrypt(new.a) else new.a end"
        ));
        assert!(!chooses("aes_encrypt(new.a, k)"));
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "(if |then |end if|end|'|new\\.|a|=|đ| ){0,40}") {
            let _ = (always(&text), is_harmless(&text), chooses(&text));
        }
    }
}
