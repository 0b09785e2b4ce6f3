//! Values of keys that are called password, secret, token: the name must end so, the value must look like one.

use std::sync::LazyLock;

use regex::Regex;

use super::{Class, Hit, Look, constant, lures, mask};

/// A secret behind a name in this line; `before` is the line above, for `name: X` over `value: Y`.
pub(super) fn scan(line: &str, before: Option<&str>, number: u32, look: Look) -> Option<Hit> {
    if !WORD.is_match(line) && !before.is_some_and(|before| WORD.is_match(before)) {
        return None;
    }
    pairs(line, before)
        .into_iter()
        .find_map(|(key, value, quoted)| {
            let noun = noun(&key).or_else(|| bare(&key, line, &value))?;
            let value = value.trim();
            if lures::is_placeholder(value)
                || !(plausible(value, noun, quoted, look) || signs(&key, value, noun, look))
            {
                return None;
            }
            // A secret named like the key itself is a name.
            if squeezed(value) == squeezed(&key) {
                return None;
            }
            let kind = provider(&key).unwrap_or(noun.word());
            Some(Hit {
                class: noun.class(),
                kind,
                line: number,
                mask: mask(kind, value),
                key,
            })
        })
}

/// A password in a sentence for people: behind its name, and of letters, digits and signs as no word is.
pub(super) fn in_prose(line: &str, number: u32) -> Option<Hit> {
    let found = IN_PROSE.captures(line)?.name("v")?;
    let value = found.as_str().trim_end_matches('.');
    let has = |is: fn(char) -> bool| value.chars().any(is);
    let strong = has(|c| c.is_ascii_uppercase())
        && has(|c| c.is_ascii_lowercase())
        && has(|c| c.is_ascii_digit())
        && has(|c| c.is_ascii_punctuation());
    // What manuals write in the place of one.
    let plain = value.to_lowercase().replace('@', "a").replace('0', "o");
    let plain = plain.replace('$', "s").replace('1', "i");
    if !strong || plain.contains("password") || lures::is_placeholder(value) {
        return None;
    }
    let kind = Noun::Password.word();
    Some(Hit {
        class: Class::Password,
        kind,
        line: number,
        key: String::new(),
        mask: mask(kind, value),
    })
}

/// What the name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Noun {
    Password,
    Secret,
    Token,
    Key,
}

impl Noun {
    fn word(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Secret => "secret",
            Self::Token => "token",
            Self::Key => "api-key",
        }
    }

    fn class(self) -> Class {
        match self {
            Self::Password | Self::Secret => Class::Password,
            Self::Token => Class::Token,
            Self::Key => Class::CloudKey,
        }
    }
}

/// The names and values of a line, and whether each value stands in quotes.
fn pairs(line: &str, before: Option<&str>) -> Vec<(String, String, bool)> {
    if let Some(value) = VALUE_LINE.captures(line).and_then(|found| found.get(1)) {
        let name = before
            .and_then(|before| NAME_LINE.captures(before))
            .and_then(|found| found.get(1));
        let pair = name.map(|name| {
            (
                name.as_str().to_owned(),
                unquoted(value.as_str()).to_owned(),
                true,
            )
        });
        return pair.into_iter().collect();
    }
    let mut out = Vec::new();
    for pattern in PAIRS.iter() {
        let mut at = 0;
        while let Some(found) = pattern.captures_at(line, at) {
            let (Some(key), Some(raw)) = (found.name("k"), found.name("v")) else {
                break;
            };
            let end = found.get(0).map_or(line.len(), |all| all.end());
            if noun(key.as_str()).is_none() && !BARE.contains(&key.as_str()) {
                // What was taken for the value may hold the name that is meant: `user=a password=b`.
                at = key.end().max(at + 1);
                continue;
            }
            at = end.max(at + 1);
            let value = unquoted(raw.as_str());
            let quoted =
                value.len() < raw.as_str().trim().len() && raw.as_str().trim().starts_with(QUOTES);
            let quoted = quoted || found.name("q").is_some();
            let value = if quoted { value } else { alone(value) };
            out.push((key.as_str().to_owned(), value.to_owned(), quoted));
        }
    }
    out
}

/// A value before others of the same line: `b dbname=c`.
fn alone(value: &str) -> &str {
    match value.split_once(char::is_whitespace) {
        Some((first, rest)) if rest.contains('=') => first,
        Some(_) | None => value,
    }
}

/// Names that say little: `key` beside ciphers, `auth` before what a client of registries sends.
fn bare(key: &str, line: &str, value: &str) -> Option<Noun> {
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
    let long = value.len() >= 16 && value.chars().all(is_base64);
    let varied = value.chars().any(|c| c.is_ascii_digit()) && lures::entropy(value) >= 3.0;
    match key {
        "key" if long && varied && value.len() >= 32 && CIPHERS.is_match(line) => Some(Noun::Key),
        "auth" if long && varied && value.chars().any(|c| c.is_ascii_uppercase()) => {
            Some(Noun::Token)
        }
        _ => None,
    }
}

fn unquoted(raw: &str) -> &str {
    let raw = raw.trim();
    for quote in ['"', '\'', '`'] {
        if let Some(rest) = raw.strip_prefix(quote) {
            return rest.split(quote).next().unwrap_or(rest);
        }
    }
    // A remark behind the value.
    let raw = raw.split(" #").next().unwrap_or(raw);
    raw.trim_end_matches([',', ';']).trim()
}

/// Is the name that of a secret? Its last word counts: `secretName` is a name, `password_file` a file.
fn noun(key: &str) -> Option<Noun> {
    let words = words(key);
    let last = words.last()?.as_str();
    let before = words
        .len()
        .checked_sub(2)
        .and_then(|at| words.get(at))
        .map_or("", String::as_str);
    let ends = |list: &[&str]| list.iter().any(|end| last.ends_with(end));
    // `NOPASSWD: ALL` of sudo says that none is asked for.
    if PUBLIC.contains(&before) || last.starts_with("nopass") {
        return None;
    }
    if ends(&[
        "password",
        "passwd",
        "pwd",
        "passphrase",
        "passwort",
        "matkhau",
        "requirepass",
        "masterauth",
        "storepass",
        "keypass",
    ]) || last == "pass"
        || (last == "khau" && before == "mat")
        || (last == "pw" && words.len() > 1)
        || ["rootpw", "bindpw", "psk"].contains(&last)
        || [
            "dbpass",
            "userpass",
            "rootpass",
            "smtppass",
            "mailpass",
            "adminpass",
        ]
        .contains(&last)
    {
        return Some(Noun::Password);
    }
    if ends(&["secret", "secretkey", "hashsecret"])
        || (last == "key" && before == "secret")
        || (last == "base" && before == "key")
        || (last == "salt" && ["hash", "auth"].contains(&before))
    {
        return Some(Noun::Secret);
    }
    if ends(&["token"]) {
        return Some(Noun::Token);
    }
    let key = ends(&[
        "apikey",
        "accesskey",
        "privatekey",
        "authkey",
        "checksumkey",
        "appkey",
        "signkey",
    ]) || (["key", "key1", "key2", "keys"].contains(&last) && KEYS.contains(&before));
    key.then_some(Noun::Key)
}

/// The words of a name: `dbPassword`, `DB_PASSWORD`, `db.password`, `PASSWORD_2`.
fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower_before = false;
    for c in key.chars() {
        if !c.is_ascii_alphanumeric() {
            words.push(String::new());
            lower_before = false;
            continue;
        }
        if c.is_ascii_uppercase() && lower_before {
            words.push(String::new());
        }
        lower_before = c.is_ascii_lowercase();
        if let Some(last) = words.last_mut() {
            last.push(c.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    while words.len() > 1
        && words
            .last()
            .is_some_and(|w| w.chars().all(|c| c.is_ascii_digit()))
    {
        words.pop();
    }
    words
}

fn squeezed(text: &str) -> String {
    text.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// Could the value be a secret of this kind?
fn plausible(value: &str, noun: Noun, quoted: bool, look: Look) -> bool {
    let length = value.chars().count();
    let spaces = value.contains(char::is_whitespace);
    let digits = value.chars().any(|c| c.is_ascii_digit());
    let letters_only = value.chars().all(|c| c.is_ascii_alphabetic());
    let code = look == Look::Code;
    if code && (!quoted || spaces) {
        return false;
    }
    // A call, an index, a chain of names: code, not a value.
    let chain =
        is_chain(value) && !(look == Look::Config && noun == Noun::Password && mixed(value));
    if !quoted && (value.contains('(') || value.contains("->") || value.contains("::") || chain) {
        return false;
    }
    if value.contains("://") && noun != Noun::Password {
        return false;
    }
    match noun {
        Noun::Password if code => {
            length >= 6
                && (digits || !letters_only)
                && !(value.contains('.') && letters_only_but(value, ".-_"))
                && !letters_only_but(value, "_-: ")
        }
        Noun::Password => length >= 3 && (quoted || !spaces),
        Noun::Secret | Noun::Token | Noun::Key => {
            let enough = lures::entropy(value) >= 2.9;
            length >= 8
                && !spaces
                && enough
                && (digits
                    || (length >= 20 && !letters_only_but(value, ".-_:/"))
                    || (noun == Noun::Secret && !code && !letters_only_but(value, ".-_:/")))
        }
    }
}

/// What signs the tokens of sessions is a secret even where it is made of words.
fn signs(key: &str, value: &str, noun: Noun, look: Look) -> bool {
    noun == Noun::Secret
        && look == Look::Config
        && squeezed(key).contains("jwt")
        && value.chars().count() >= 8
        && !value.contains(char::is_whitespace)
        && !value.contains('.')
}

/// Only letters and these.
fn letters_only_but(value: &str, others: &str) -> bool {
    value
        .chars()
        .all(|c| c.is_ascii_alphabetic() || others.contains(c))
}

/// `user.password`, `request.body.token`.
fn is_chain(value: &str) -> bool {
    value.contains('.')
        && value.split('.').count() > 1
        && value.split('.').all(|part| {
            // A part of a token has many digits between its letters.
            part.chars().filter(char::is_ascii_digit).count() <= 3
                && part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        })
}

/// Digits and letters of both cases, as no name of a setting has them, which itself ends in no word for a secret.
fn mixed(value: &str) -> bool {
    let last = value.rsplit('.').next().unwrap_or(value);
    value.chars().any(|c| c.is_ascii_digit())
        && value.chars().any(|c| c.is_ascii_uppercase())
        && value.chars().any(|c| c.is_ascii_lowercase())
        && noun(last).is_none()
}

/// The payment gateways and carriers of Viet Nam, by the names that their guides give the keys.
fn provider(key: &str) -> Option<&'static str> {
    let key = squeezed(key);
    PROVIDERS
        .iter()
        .find(|(word, _)| key.contains(word))
        .map(|(_, name)| *name)
}

const PROVIDERS: [(&str, &str); 16] = [
    ("vnphash", "vnpay"),
    ("vnpay", "vnpay"),
    ("momo", "momo"),
    ("zalopay", "zalopay"),
    ("zalo", "zalo"),
    ("payos", "payos"),
    ("onepay", "onepay"),
    ("shopeepay", "shopeepay"),
    ("vietqr", "vietqr"),
    ("ghtk", "ghtk"),
    ("ghn", "ghn"),
    ("viettelpost", "viettelpost"),
    ("vtpost", "viettelpost"),
    ("vnpost", "vnpost"),
    ("ahamove", "ahamove"),
    ("esms", "esms"),
];

/// What stands before `key` where it is a secret one.
const KEYS: [&str; 26] = [
    "aes",
    "cipher",
    "api",
    "access",
    "secret",
    "private",
    "auth",
    "encryption",
    "encrypt",
    "signing",
    "sign",
    "checksum",
    "master",
    "app",
    "hash",
    "account",
    "shared",
    "zalopay",
    "hmac",
    "license",
    "crypto",
    "jwt",
    "validation",
    "decryption",
    "preshared",
    "storage",
];

/// Names that are none of a secret by themselves.
const BARE: [&str; 2] = ["key", "auth"];
const QUOTES: [char; 3] = ['"', '\'', '`'];

/// What stands before a word that then is no secret.
const PUBLIC: [&str; 12] = [
    "public",
    "csrf",
    "xsrf",
    "reset",
    "forgot",
    "no",
    "show",
    "hide",
    "next",
    "page",
    "continuation",
    "cancellation",
];

static PAIRS: LazyLock<Vec<Regex>> =
    LazyLock::new(|| PATTERNS.iter().map(|p| constant(p)).collect());
/// What every name of a secret holds.
pub(super) const WORDS: &str = "pass|pwd|pw|secret|token|khau|key|auth|psk";
/// The word for a password in sentences of Vietnamese.
pub(super) const IN_VIETNAMESE: &str = r"m\x{1EAD}t kh\x{1EA9}u";
static WORD: LazyLock<Regex> = LazyLock::new(|| constant(&format!("(?i-u:{WORDS})")));
/// Words beside which a `key` is one of a cipher.
static CIPHERS: LazyLock<Regex> = LazyLock::new(|| constant(r"(?i-u)crypt|cipher|hmac|jwt"));
static NAME_LINE: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r#"^\s*-?\s*["']?(?:name|Name|key|ParameterKey)["']?\s*:\s*["']?([A-Za-z0-9_.-]+)["']?,?\s*$"#,
    )
});
static VALUE_LINE: LazyLock<Regex> =
    LazyLock::new(|| constant(r#"^\s*["']?(?:value|Value|ParameterValue)["']?\s*:\s*(\S.*)$"#));

static IN_PROSE: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r#"(?i)(?:m\x{1EAD}t kh\x{1EA9}u|passw(?:or)?d)\s*(?:l\x{E0}|is)?\s*[:=]\s*["'`]?(?P<v>[^\s"'`,;<>()]{8,})"#,
    )
});

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r#"(?i)(?:passw|passphrase|pwd|secret|token|mat_?khau)[a-z_]*["']?\s*[=:]\s*["']?([^\s"'$%{<*]\S{3,})"#,
    )
});

/// Does a text name a secret and then say it? For what is shown: lures and words that look like none count here, too.
pub(in crate::collect::config) fn says_one(text: &str) -> bool {
    NAMED
        .captures_iter(text)
        .filter_map(|found| found.get(1))
        .any(|value| !value.as_str().chars().all(|c| c.is_ascii_digit()))
}

/// How a name and a value stand beside each other.
const PATTERNS: [&str; 13] = [
    // { name: DB_PASSWORD, value: "…" }, {"name":"DB_PASSWORD","value":"…"}
    r#"["']?(?:name|Name|key)["']?\s*:\s*["']?(?P<k>[\w.-]+)["']?\s*,\s*["']?[vV]alue["']?\s*:\s*(?P<v>"[^"]*"|'[^']*'|[^\s,}"']+)"#,
    // <property name="db.password" value="…"/>, <add key="…" value="…"/>
    r#"(?i)(?:name|key)\s*=\s*["'](?P<k>[\w.:-]+)["']\s+value\s*=\s*(?P<v>"[^"]*"|'[^']*')"#,
    // <password>…</password>, <Pass encoding="base64">…</Pass>
    r#"<(?P<k>[\w.:-]+)(?:\s[^<>]*)?>(?P<v>[^<>]+)</"#,
    // define('DB_PASSWORD', '…'), 'password' => '…', setPassword("…")
    r#"["'](?P<k>[\w.-]+)["']\s*(?:,|=>)\s*(?P<v>"[^"]*"|'[^']*')"#,
    // setPassword("…"), .withApiKey("…"), password("…")
    r#"(?:set|with|add)?_?(?P<k>[A-Za-z]*(?i:password|passwd|secret|token|apikey|api_key))\(\s*(?P<v>"[^"]*"|'[^']*')\s*\)"#,
    // let PASSWORD: &str = "…", const token: string = "…"
    r#"(?P<k>[A-Za-z_]\w*)\s*:\s*[&\w<>\[\]?|. ']+=\s*(?P<v>"[^"]*"|'[^']*')"#,
    // "password": "…", password: …, password = …, --password=…, export X=…, a['password'] = …, $a{password} = …
    r#"(?P<k>[A-Za-z_][\w.\[\]-]*)["']?[\]}]?\s*(?:=>|:=|=|:)\s*(?P<v>"[^"]*"|'[^']*'|`[^`]*`|[^\s,;"']+[^,;"']*)"#,
    // requirepass …, masterauth …
    r#"^\s*(?P<k>requirepass|masterauth|primaryauth)\s+(?P<v>\S+)\s*$"#,
    // password … alone on its line, or behind the name of a login
    r#"^\s*(?:(?:machine\s+\S+\s+)?login\s+\S+\s+)?(?P<k>password|passwd|passphrase|secret|rootpw|bindpw)\s+(?P<v>[^\s=:]*[0-9!@#%^&*$_.-][^\s=:]*)\s*$"#,
    // ['NAME=…']
    r#"(?P<q>["'])(?P<k>[A-Z][A-Z0-9_]*)=(?P<v>[^"'$\s]+)["']"#,
    // a long option, joined or not
    r#"\s--(?P<k>[a-z-]*(?:password|passphrase|secret|token|requirepass|masterauth))[ =](?P<v>[^\s-]\S*)"#,
    // ENV KEY value
    r#"(?i)^\s*ENV\s+(?P<k>[A-Za-z_]\w*)\s+(?P<v>\S+)\s*$"#,
    // --password value, -storepass value
    r#"\s--?(?P<k>password|passwd|storepass|keypass|token)\s+(?P<v>[^\s-]\S*)"#,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_a_regular_expression() {
        assert_eq!(PAIRS.len(), PATTERNS.len());
        assert!(NAME_LINE.is_match("- name: DB_PASSWORD") && VALUE_LINE.is_match("  value: x"));
    }

    #[test]
    fn the_last_word_counts() {
        for key in [
            "DB_PASSWORD",
            "dbPassword",
            "spring.datasource.password",
            "api-key",
            "PASSWORD_2",
            "zalopay.key1",
            "vnp_HashSecret",
        ] {
            assert!(noun(key).is_some(), "{key}");
        }
        for key in [
            "password_file",
            "secretName",
            "tokenType",
            "public_key",
            "csrf_token",
            "key",
            "passwordEncoder",
            "primary_key",
            "compass",
        ] {
            assert!(noun(key).is_none(), "{key}");
        }
    }
}
