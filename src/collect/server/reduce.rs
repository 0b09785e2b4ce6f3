//! What leaves a file when it goes into a bundle: the same rules as `script/reduce.awk`, line for line. A test runs
//! both over the same lines.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::plan::{Keep, Reduction};

/// The content of a file as the plan lets it leave; what is packed was unpacked before.
pub(super) fn reduce(keep: Keep, bytes: &[u8]) -> Vec<u8> {
    let mut state = State::default();
    let mut out = Vec::with_capacity(bytes.len());
    let body = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    if bytes.is_empty() {
        return out;
    }
    if matches!(keep, Keep::Reduced(Reduction::RuleAge)) {
        let newest = UPDATED.find_iter(body).map(|m| m.as_bytes()).max();
        if let Some(newest) = newest {
            out.extend_from_slice(newest);
            out.push(b'\n');
        }
        return out;
    }
    let lines = body.split(|b| *b == b'\n');
    if matches!(keep, Keep::Reduced(Reduction::Offered)) {
        for line in lines.filter(|line| OFFERED.is_match(line)) {
            out.extend_from_slice(line);
            out.push(b'\n');
        }
        return out;
    }
    for line in lines {
        out.extend(state.line(keep, line));
        out.push(b'\n');
    }
    out
}

/// What one line leaves behind for the next.
#[derive(Default)]
struct State {
    /// Inside a private key.
    pem: bool,
    /// The line before was kept and goes on.
    went_on: bool,
}

impl State {
    fn line(&mut self, keep: Keep, line: &[u8]) -> Vec<u8> {
        match keep {
            Keep::Whole => self.scrub(line),
            Keep::Lines(words) => {
                let line = self.scrub(line);
                self.lines(words, line)
            }
            Keep::Reduced(Reduction::Masked) => masked(self.scrub(line)),
            Keep::Reduced(Reduction::Passwd) => passwd(line),
            Keep::Reduced(Reduction::Shadow) => shadow(line),
            Keep::Reduced(Reduction::Group) => group(&self.scrub(line)),
            Keep::Reduced(Reduction::Dpkg) => dpkg(line),
            Keep::Reduced(Reduction::FirstWord) => first_word(&self.scrub(line)),
            Keep::Reduced(Reduction::Snmp) => {
                snmp(line).map(|line| self.scrub(&line)).unwrap_or_default()
            }
            // These make another text of a whole file.
            Keep::Reduced(Reduction::RuleAge | Reduction::Offered) => Vec::new(),
        }
    }

    /// Takes out private keys, hashes of passwords, passwords of URLs and values of passwords.
    fn scrub(&mut self, line: &[u8]) -> Vec<u8> {
        let hidden = b"***".to_vec();
        let ends = |s: &[u8]| contains(s, b"-----END ");
        if self.pem {
            if ends(line) {
                self.pem = false;
                return hidden;
            }
            if KEY_LINE.is_match(line) && line.len() > 15 {
                return hidden;
            }
            if !KEY_HEAD.is_match(line) && !BLANK.is_match(line) {
                self.pem = false;
            }
        }
        let mut line = line.to_vec();
        if contains(&line, b"PRIVATE KEY")
            && KEY_BEGINS.is_match(&line)
            && let Some(at) = find(&line, b"-----BEGIN ")
        {
            if !ends(line.get(at + 11..).unwrap_or_default()) {
                self.pem = true;
            }
            line.truncate(at);
            line.extend(hidden);
        }
        // What every secret of its form has, first: most lines have none of it.
        if line.contains(&b'$') {
            line = HASH
                .replace_all(&line, |c: &regex::bytes::Captures<'_>| {
                    [&b"$"[..], &c[1], b"$***"].concat()
                })
                .into_owned();
        }
        if contains(&line, b"pbkdf2.") {
            line = GRUB
                .replace_all(&line, &b"grub.pbkdf2.sha512.***"[..])
                .into_owned();
        }
        if contains(&line, b"://") {
            line = URL.replace_all(&line, &b"://***@"[..]).into_owned();
        }
        if line.contains(&b'=') {
            return values(&line, &SECRET_IS);
        }
        line
    }

    fn lines(&mut self, words: &[&str], line: Vec<u8>) -> Vec<u8> {
        let text = trim(&line);
        let low = text.to_ascii_lowercase();
        let kept = self.went_on
            || SECTION.is_match(text)
            || BRACE.is_match(text)
            || words
                .iter()
                .any(|w| low.starts_with(w.to_ascii_lowercase().as_bytes()));
        self.went_on = kept && goes_on(&line);
        if kept { line } else { left_out(&line) }
    }
}

macro_rules! regexes {
    ($($name:ident = $text:expr;)*) => {
        $(static $name: LazyLock<Regex> = LazyLock::new(|| {
            #[allow(clippy::expect_used, reason = "a constant, which the tests compile")]
            Regex::new(concat!("(?-u)", $text)).expect("a constant expression")
        });)*
    };
}

regexes! {
    KEY_LINE = r"^[ \t]*[A-Za-z0-9+/=]+[ \t\r]*$";
    KEY_HEAD = r"^(Proc-Type|DEK-Info): ";
    KEY_BEGINS = r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY";
    BLANK = r"^[ \t\r]*$";
    HASH = r"\$(1|2[abxy]?|3|5|6|7|y|gy|md5|sha1|argon2i|argon2d|argon2id|pbkdf2-sha256|pbkdf2-sha512)\$[./A-Za-z0-9$=,+-]{8,}";
    GRUB = r"grub\.pbkdf2\.sha512\.[0-9.A-Fa-f]+";
    URL = r"://[^/@: \t]*:[^/@ \t]+@";
    SECTION = r"^\[.*\][ \t\r]*$";
    BRACE = r"^[{}][ \t;\r]*$";
    SECRET_IS = r#"(password|passwd|pwd|passphrase|secret|token)["']?[ \t]*=[ \t]*"#;
    DATABASE = r"(:om(my|pg)sql:|>)[^, \t]*,[^, \t]*,[^, \t]*,";
    KEY_IS = r#"key["']?[ \t]*=[ \t]*"#;
    SECRET_COLON = r#"(password|passphrase|secret|token)["']?[ \t]*:[ \t]*"#;
    SECRET_TAG = r"<[a-z0-9_.-]*(password|passwd|passphrase|secret|token|key)>";
    SECRET_WORD = r"^[ \t]*(bindpw|rootpw|rootbindpw|requirepass|masterauth)[ \t]+";
    KIND_CLOSED = r"^\$[A-Za-z0-9-]+\$";
    KIND_OPEN = r"^\$[A-Za-z0-9-]+";
    UPDATED = r"updated_at [0-9]{4}_[0-9]{2}_[0-9]{2}";
    OFFERED = r"^(Package|Version):";
    NUMBER = r"^[-+0-9]+$";
    AGE = r"^[-+0-9 \t\r]*$";
}

/// Masks what follows each match of `name`: a quoted text, or all up to a blank or one of `,;&<`.
fn values(line: &[u8], name: &Regex) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len());
    let mut rest = line;
    loop {
        let Some(found) = name.find(&rest.to_ascii_lowercase()).map(|m| m.end()) else {
            out.extend_from_slice(rest);
            return out;
        };
        let (head, tail) = rest.split_at(found);
        out.extend_from_slice(head);
        rest = tail;
        match tail.first() {
            Some(quote @ (b'"' | b'\'')) => {
                let inside = tail.get(1..).unwrap_or_default();
                let Some(end) = inside.iter().position(|b| b == quote) else {
                    out.extend_from_slice(b"***");
                    return out;
                };
                out.extend([*quote, b'*', b'*', b'*', *quote]);
                rest = inside.get(end + 1..).unwrap_or_default();
            }
            _ => {
                let stops = |b: &u8| b" \t,;&<".contains(b);
                let end = tail.iter().position(stops).unwrap_or(tail.len());
                if end > 0 {
                    out.extend_from_slice(b"***");
                    rest = tail.get(end..).unwrap_or_default();
                }
            }
        }
    }
}

fn masked(line: Vec<u8>) -> Vec<u8> {
    let text = trim(&line);
    let comment = matches!(text.first(), Some(b'#' | b';'));
    // sudoers: `#include` includes, and `#1000` is the account of this number.
    let digits = text
        .iter()
        .skip(1)
        .take_while(|b| b.is_ascii_digit())
        .count();
    let account = digits > 0 && matches!(text.get(digits + 1), Some(b' ' | b'\t'));
    // So does apt with `#include`, and it forgets with `#clear`.
    let command = text.starts_with(b"#include") || text.starts_with(b"#clear");
    if comment && !command && !(account && text.starts_with(b"#")) {
        return left_out(&line);
    }
    [&DATABASE, &KEY_IS, &SECRET_COLON, &SECRET_TAG, &SECRET_WORD]
        .into_iter()
        .fold(line, |line, name| values(&line, name))
}

/// A line of passwd: the hash becomes its kind, the name of the person goes.
fn passwd(line: &[u8]) -> Vec<u8> {
    if BLANK.is_match(line) || line.starts_with(b"#") {
        return Vec::new();
    }
    let f: Vec<&[u8]> = line.split(|b| *b == b':').collect();
    // Lines of NIS have no numbers.
    let nis = line.starts_with(b"+") || line.starts_with(b"-");
    let numbered = |field: &[u8]| NUMBER.is_match(field) || (nis && field.is_empty());
    match f.as_slice() {
        [name, secret, uid, gid, _, home, shell] if numbered(uid) && numbered(gid) => {
            [name, &hash(secret)[..], uid, gid, b"", home, shell].join(&b':')
        }
        _ => unread(line),
    }
}

/// What stands in place of a line that has not the fields of its file: whether it is one of NIS can still be seen.
fn unread(line: &[u8]) -> Vec<u8> {
    let nis = line.first().filter(|b| b"+-".contains(b));
    nis.copied().into_iter().chain([b'?']).collect()
}

/// A line of group: a password becomes a mark that there is one.
fn group(line: &[u8]) -> Vec<u8> {
    let mut f: Vec<&[u8]> = line.split(|b| *b == b':').collect();
    if let Some(secret) = f.get_mut(1)
        && !matches!(*secret, b"" | b"x")
    {
        *secret = b"*";
    }
    f.join(&b':')
}

/// A line of shadow: the hash becomes its kind, only numbers stand after it.
fn shadow(line: &[u8]) -> Vec<u8> {
    if BLANK.is_match(line) || line.starts_with(b"#") {
        return Vec::new();
    }
    let f: Vec<&[u8]> = line.split(|b| *b == b':').take(9).collect();
    let [name, secret, ages @ ..] = f.as_slice() else {
        return unread(line);
    };
    if f.len() < 8 {
        return unread(line);
    }
    let mut out = [*name, &hash(secret)[..]].join(&b':');
    for age in ages {
        out.push(b':');
        out.extend_from_slice(if AGE.is_match(age) { age } else { b"?" });
    }
    out
}

/// A hash as its kind, with the locks before it.
fn hash(field: &[u8]) -> Vec<u8> {
    let locks = field.iter().take_while(|b| b"!*".contains(b)).count();
    let (lead, rest) = field.split_at(locks);
    if matches!(rest, b"" | b"x" | b"NP" | b"LK") {
        return field.to_vec();
    }
    let kind = KIND_CLOSED.find(rest).or_else(|| KIND_OPEN.find(rest));
    match (kind, rest) {
        (Some(kind), _) => [lead, kind.as_bytes(), b"***"].concat(),
        (None, [b'_', ..]) => [lead, b"_***"].concat(),
        (None, rest) if rest.len() == 13 => [lead, b"xxxxxxxxxxxxx"].concat(),
        (None, _) => [lead, b"hidden"].concat(),
    }
}

fn dpkg(line: &[u8]) -> Vec<u8> {
    if line.iter().all(|b| b" \t\r".contains(b)) {
        return Vec::new();
    }
    let fields: [&[u8]; 5] = [
        b"package:",
        b"status:",
        b"version:",
        b"source:",
        b"architecture:",
    ];
    let begins = |f: &&[u8]| {
        line.get(..f.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(f))
    };
    if fields.iter().any(begins) {
        line.to_vec()
    } else {
        // An empty line would end the record.
        b" .".to_vec()
    }
}

/// The first word of a line, up to and with its `=`.
fn first_word(line: &[u8]) -> Vec<u8> {
    let mut words = line
        .split(|b| b" \t\r".contains(b))
        .filter(|w| !w.is_empty());
    let word = words.next().filter(|w| !w.starts_with(b"#"));
    let word = word.unwrap_or_default();
    let end = word.iter().position(|b| *b == b'=');
    let mut kept = word
        .get(..end.map_or(word.len(), |at| at + 1))
        .unwrap_or_default()
        .to_vec();
    // Whether a password is set there, or comes from a variable that may be empty.
    if word.eq_ignore_ascii_case(b"password_pbkdf2")
        && let Some(last) = words.next_back()
    {
        let left: &[u8] = match last {
            b"\"\"" | b"\'\'" => b" \"\"",
            _ if last.contains(&b'$') => b" $",
            _ => b" ***",
        };
        kept.extend_from_slice(left);
    }
    kept
}

/// A line of snmpd.conf: communities and keys go, but for the two names that everybody knows.
fn snmp(line: &[u8]) -> Option<Vec<u8>> {
    let blanks = line.iter().rev().take_while(|b| b" \t\r".contains(b));
    let line = line.get(..line.len() - blanks.count()).unwrap_or_default();
    let mut words: Vec<&[u8]> = line
        .split(|b| b" \t".contains(b))
        .filter(|w| !w.is_empty())
        .collect();
    let first = *words.first()?;
    if first.starts_with(b"#") {
        return None;
    }
    let at = match first.to_ascii_lowercase().as_slice() {
        b"createuser" | b"trapcommunity" | b"trapsink" | b"trap2sink" | b"informsink"
        | b"trapsess" => return Some(first.to_vec()),
        b"rocommunity" | b"rwcommunity" | b"rocommunity6" | b"rwcommunity6" => 1,
        b"com2sec" | b"com2sec6" => words.len() - 1,
        _ => 0,
    };
    if let Some(word) = words.get_mut(at).filter(|_| at > 0)
        && !matches!(*word, b"public" | b"private")
    {
        *word = b"***";
    }
    Some(words.join(&b' '))
}

/// What stands for a line that is left out: a comment that goes on takes the next line with it.
fn left_out(line: &[u8]) -> Vec<u8> {
    if goes_on(line) {
        b"#\\".to_vec()
    } else {
        Vec::new()
    }
}

fn goes_on(line: &[u8]) -> bool {
    line.strip_suffix(b"\r").unwrap_or(line).ends_with(b"\\")
}

fn trim(line: &[u8]) -> &[u8] {
    let blanks = line.iter().take_while(|b| b" \t".contains(b)).count();
    line.get(blanks..).unwrap_or_default()
}

fn find(line: &[u8], what: &[u8]) -> Option<usize> {
    line.windows(what.len()).position(|w| w == what)
}

fn contains(line: &[u8], what: &[u8]) -> bool {
    find(line, what).is_some()
}
