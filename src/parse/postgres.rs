//! The files of PostgreSQL: `postgresql.conf` (as `guc-file.l` reads it) and the words of `pg_hba.conf`, `pg_ident.conf`.
//!
//! Pure: `include` and `@file` are named, not followed; no parameter is known. What the server would refuse becomes a
//! [`Problem`].

/// What stands in a `postgresql.conf`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Conf {
    /// Its settings and includes, in order.
    pub items: Vec<Item>,
    /// Lines that the server would refuse.
    pub problems: Vec<Problem>,
}

/// One setting or include.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The parameter in lower case, or `include`, `include_if_exists`, `include_dir`.
    pub name: String,
    /// The value, quotes resolved.
    pub value: String,
    /// Its line.
    pub line: u32,
}

/// A line of `pg_hba.conf` or `pg_ident.conf`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its fields, each a list.
    pub fields: Vec<Vec<Word>>,
    /// The line where it begins.
    pub line: u32,
}

/// A word of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The text without quotes.
    pub text: String,
    /// A quoted word is a name, never a keyword (`"all"` is a role called all).
    pub quoted: bool,
}

/// Something that the server would not accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line.
    pub line: u32,
    /// What is wrong; holds no value of the file.
    pub what: &'static str,
}

/// Parses a `postgresql.conf` or `postgresql.auto.conf`.
pub fn conf(text: &str) -> Conf {
    let mut out = Conf::default();
    for (line, text) in numbered(text) {
        match conf_line(text) {
            Ok(None) => {}
            Ok(Some((name, value))) => out.items.push(Item { name, value, line }),
            Err(what) => out.problems.push(Problem { line, what }),
        }
    }
    out
}

fn conf_line(text: &str) -> Result<Option<(String, String)>, &'static str> {
    let text = text.trim_start_matches(BLANK);
    if text.is_empty() || text.starts_with('#') {
        return Ok(None);
    }
    let name = &text[..text.find(|c: char| !is_name(c)).unwrap_or(text.len())];
    let well_named = name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.split('.').all(|part| !part.is_empty());
    if !well_named {
        return Err("no parameter name");
    }
    let rest = text[name.len()..].trim_start_matches(BLANK);
    let rest = rest
        .strip_prefix('=')
        .unwrap_or(rest)
        .trim_start_matches(BLANK);
    let (value, rest) = if let Some(quoted) = rest.strip_prefix('\'') {
        quoted_value(quoted)?
    } else {
        let end = bare_end(rest);
        (rest[..end].to_owned(), &rest[end..])
    };
    if value.is_empty() && !text.contains('\'') {
        return Err("no value");
    }
    let rest = rest.trim_start_matches(BLANK);
    if !rest.is_empty() && !rest.starts_with('#') {
        return Err("more than one value");
    }
    Ok(Some((name.to_lowercase(), value)))
}

/// A value after its opening quote: `''` and `\'` are a quote, C escapes count.
fn quoted_value(text: &str) -> Result<(String, &str), &'static str> {
    let mut value = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' if chars.peek().is_some_and(|(_, next)| *next == '\'') => {
                chars.next();
                value.push('\'');
            }
            '\'' => return Ok((value, &text[at + 1..])),
            '\\' => match chars.next().map(|(_, c)| c) {
                Some('b') => value.push('\u{8}'),
                Some('f') => value.push('\u{c}'),
                Some('n') => value.push('\n'),
                Some('r') => value.push('\r'),
                Some('t') => value.push('\t'),
                Some(digit @ '0'..='7') => {
                    let mut code = digit.to_digit(8).unwrap_or(0);
                    for _ in 0..2 {
                        let Some(more) = chars.peek().and_then(|(_, c)| c.to_digit(8)) else {
                            break;
                        };
                        code = code * 8 + more;
                        chars.next();
                    }
                    value.push(char::from_u32(code & 0xFF).unwrap_or('\u{FFFD}'));
                }
                Some(other) => value.push(other),
                None => {}
            },
            c => value.push(c),
        }
    }
    Err("quote is not closed")
}

/// The rows of `pg_hba.conf` or `pg_ident.conf`: fields apart by blanks, lists by commas, a backslash at the end of a
/// line goes on with the next.
pub fn rows(text: &str) -> (Vec<Row>, Vec<Problem>) {
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    let mut joined: Option<(u32, String)> = None;
    let mut take = |(line, text): (u32, String)| match fields(&text) {
        Ok(fields) if fields.is_empty() => {}
        Ok(fields) => rows.push(Row { fields, line }),
        Err(what) => problems.push(Problem { line, what }),
    };
    for (line, text) in numbered(text) {
        let (first, mut whole) = joined.take().unwrap_or((line, String::new()));
        if let Some(part) = text.strip_suffix('\\') {
            whole.push_str(part);
            joined = Some((first, whole));
        } else {
            whole.push_str(text);
            take((first, whole));
        }
    }
    if let Some(last) = joined {
        take(last);
    }
    (rows, problems)
}

/// As `next_token` of PostgreSQL: quotes may stand inside a word, a comma after a word (and blanks after the comma)
/// goes on with the list.
fn fields(text: &str) -> Result<Vec<Vec<Word>>, &'static str> {
    let mut fields: Vec<Vec<Word>> = Vec::new();
    let mut chars = text.chars().peekable();
    let mut list = false;
    loop {
        while chars.peek().is_some_and(|c| BLANK.contains(c) || *c == ',') {
            chars.next();
        }
        match chars.peek() {
            None | Some('#') => return Ok(fields),
            Some(_) => {}
        }
        let mut word = Word {
            text: String::new(),
            quoted: chars.peek() == Some(&'"'),
        };
        let mut inside = false;
        while let Some(&c) = chars.peek() {
            if !inside && (BLANK.contains(&c) || c == ',' || c == '#') {
                break;
            }
            chars.next();
            if c != '"' {
                word.text.push(c);
                continue;
            }
            // Two quotes inside quotes are one.
            if inside && chars.peek() == Some(&'"') {
                chars.next();
                word.text.push('"');
            } else {
                inside = !inside;
            }
        }
        if inside {
            return Err("quote is not closed");
        }
        match fields.last_mut() {
            Some(field) if list => field.push(word),
            Some(_) | None => fields.push(vec![word]),
        }
        list = chars.peek() == Some(&',');
    }
}

fn numbered(text: &str) -> impl Iterator<Item = (u32, &str)> {
    (1..).zip(text.lines())
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '.')
}

/// The end of a value without quotes: a word, or a number with letters after it; an address needs quotes.
fn bare_end(text: &str) -> usize {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_' || !c.is_ascii();
    let run = |text: &str, is: &dyn Fn(char) -> bool| text.find(|c| !is(c)).unwrap_or(text.len());
    if text.starts_with(is_letter) {
        return run(text, &|c| {
            is_letter(c) || c.is_ascii_digit() || matches!(c, '$' | '-' | '.' | '_' | ':' | '/')
        });
    }
    let sign = usize::from(text.starts_with(['+', '-']));
    let digits = |text: &str| run(text, &|c| c.is_ascii_digit());
    if text[sign..].starts_with("0x") {
        return sign + 2 + run(&text[sign + 2..], &|c| c.is_ascii_alphanumeric());
    }
    let whole = sign + digits(&text[sign..]);
    if !text[whole..].starts_with('.') {
        return whole + run(&text[whole..], &|c| c.is_ascii_alphabetic());
    }
    let part = whole + 1 + digits(&text[whole + 1..]);
    let rest = &text[part..];
    if rest.starts_with(['e', 'E']) {
        let sign = 1 + usize::from(rest[1..].starts_with(['+', '-']));
        return part + sign + digits(&rest[sign..]);
    }
    part
}

const BLANK: [char; 4] = [' ', '\t', '\r', '\u{c}'];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn settings() {
        let conf = conf(
            "# c\nSSL = on # x\nport 5433\nlog_line_prefix='%m ''q'' \\t#'\npgaudit.log = 'read, write'\nwork_mem = 4MB\ninclude_dir 'conf.d'\n=\nx = 'open\nlisten_addresses = *\nsearch_path = a b\nssl_ca_file = ''\nlisten_addresses = 127.0.0.1\nx = 0.5 # y\nx = 1e2",
        );
        let got: Vec<_> = conf
            .items
            .iter()
            .map(|i| (i.name.as_str(), i.value.as_str(), i.line))
            .collect();
        assert_eq!(
            got,
            [
                ("ssl", "on", 2),
                ("port", "5433", 3),
                ("log_line_prefix", "%m 'q' \t#", 4),
                ("pgaudit.log", "read, write", 5),
                ("work_mem", "4MB", 6),
                ("include_dir", "conf.d", 7),
                ("ssl_ca_file", "", 12),
                ("x", "0.5", 14),
            ]
        );
        let lines: Vec<_> = conf.problems.iter().map(|p| p.line).collect();
        assert_eq!(lines, [8, 9, 10, 11, 13, 15]);
    }

    #[test]
    fn rows_of_hba() {
        let (rows, problems) = rows(
            "# c\nhostssl  a,\"B c\" , d  +ops,@list 10.0.0.0 255.0.0.0 \\\n scram-sha-256 # x\n\nlocal \"all\" all \"pe er\"\nhost \"x",
        );
        assert_eq!(
            problems,
            [Problem {
                line: 6,
                what: "quote is not closed"
            }]
        );
        assert_eq!(rows[0].line, 2);
        let words: Vec<Vec<&str>> = rows[0]
            .fields
            .iter()
            .map(|f| f.iter().map(|w| w.text.as_str()).collect())
            .collect();
        assert_eq!(
            words,
            [
                vec!["hostssl"],
                vec!["a", "B c"],
                vec!["d"],
                vec!["+ops", "@list"],
                vec!["10.0.0.0"],
                vec!["255.0.0.0"],
                vec!["scram-sha-256"]
            ]
        );
        assert!(rows[1].fields[1][0].quoted);
    }

    proptest! {
        #[test]
        fn never_panics_and_lines_stay_inside(
            text in r#"([a-z.]{1,9}|[ \n\t=,#'"\\@]|[^a]|include){0,60}"#
        ) {
            let lines = text.lines().count() as u32;
            let conf = conf(&text);
            prop_assert!(conf.items.iter().all(|i| i.line <= lines));
            prop_assert!(conf.problems.iter().all(|p| p.line <= lines));
            let (rows, problems) = rows(&text);
            prop_assert!(rows.iter().all(|r| r.line <= lines && !r.fields.is_empty()));
            prop_assert!(problems.iter().all(|p| p.line <= lines));
        }
    }
}
