//! What looks like a secret and is none: placeholders, references, hashes, keys that documentations print.

/// A key that the whole world knows from a documentation.
pub(super) fn is_known(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    KNOWN.iter().any(|known| value.contains(known))
        || lower.contains("example")
        || lower.contains("xxxx")
        || lower.contains("....")
        || lower.contains("your")
        || value.contains("****")
        || one_letter(value)
}

/// A value that stands for one that is put in later, or names where it is kept.
pub(super) fn is_placeholder(value: &str) -> bool {
    let value = value.trim();
    let lower = value.to_ascii_lowercase();
    value.is_empty()
        || is_known(value)
        || is_reference(value, &lower)
        || is_word(&lower)
        || is_rule(value)
        || is_hash(value)
}

/// A variable, a template, a place of a vault, a file.
fn is_reference(value: &str, lower: &str) -> bool {
    value.contains("${")
        || value.contains("{{")
        || value.contains("$(")
        || value.contains("<%")
        || value.contains("#{")
        || (value.starts_with('$') && value.get(1..).is_some_and(is_name))
        || value.starts_with("$__")
        || (value.starts_with('%') && value.ends_with('%'))
        || (value.starts_with('%') && value.ends_with(")s"))
        || (value.starts_with('@') && value.ends_with('@'))
        || (value.starts_with("__") && value.ends_with("__"))
        || (value.starts_with('<') && value.ends_with('>'))
        || (value.starts_with('[') && value.ends_with(']'))
        || (value.starts_with('{') && value.ends_with('}'))
        || REFERENCES.iter().any(|word| lower.starts_with(word))
        || INSIDE.iter().any(|word| lower.contains(word))
        || is_path(value)
}

/// A file or a folder: `/run/secrets/db`, `./certs/key.pem`, `C:\keys`.
fn is_path(value: &str) -> bool {
    let rooted = value.starts_with('/')
        || value.starts_with("./")
        || value.starts_with("../")
        || value.starts_with("~/");
    let windows = value.get(1..3) == Some(":\\");
    // Base64 may begin with a slash: it has no names between others.
    (rooted && value.matches('/').count() >= 2 && !value.ends_with('='))
        || windows
        || FILE_ENDS.iter().any(|end| value.ends_with(end))
}

fn is_name(rest: &str) -> bool {
    !rest.is_empty() && rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Words that people write where a secret would stand.
fn is_word(lower: &str) -> bool {
    let plain: String = lower
        .chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .collect();
    EXACT.contains(&plain.as_str())
        || MARKS.iter().any(|mark| plain.contains(mark))
        || lower.chars().any(|c| c.is_alphabetic() && !c.is_ascii())
        || lower.split_whitespace().count() > 2
}

/// What a value must be, as frameworks write it: `required|string|min:14`.
fn is_rule(value: &str) -> bool {
    let is_part = |part: &str| {
        let (name, rest) = part.split_once(':').unwrap_or((part, ""));
        !name.is_empty()
            && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
            && rest
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || ",._-".contains(c))
    };
    value.contains('|') && value.split('|').all(is_part)
}

/// What a program keeps instead of a password.
fn is_hash(value: &str) -> bool {
    HASHES.iter().any(|start| value.starts_with(start)) || is_digest(value)
}

/// Salt, rounds and hash, as Tomcat's `digest.sh` writes them.
fn is_digest(value: &str) -> bool {
    let hex = |part: &str, least: usize| {
        part.len() >= least && part.chars().all(|c| c.is_ascii_hexdigit())
    };
    match value.split('$').collect::<Vec<_>>().as_slice() {
        [salt, rounds, hash] => {
            hex(salt, 16) && hex(hash, 32) && rounds.chars().all(|c| c.is_ascii_digit())
        }
        _ => false,
    }
}

/// `xxxx`, `----`, `0000`: one letter again and again.
fn one_letter(value: &str) -> bool {
    let mut chars = value.chars();
    let Some(first) = chars.next() else {
        return true;
    };
    value.chars().count() > 3 && chars.all(|c| c == first)
}

/// How many bits a letter of it carries.
#[allow(clippy::cast_precision_loss, reason = "lengths are small")]
pub(super) fn entropy(value: &str) -> f64 {
    let mut counts = std::collections::BTreeMap::new();
    let mut all = 0_u32;
    for c in value.chars() {
        *counts.entry(c).or_insert(0_u32) += 1;
        all += 1;
    }
    counts
        .values()
        .map(|count| {
            let share = f64::from(*count) / f64::from(all.max(1));
            -share * share.log2()
        })
        .sum()
}

/// Keys that documentations print.
const KNOWN: [&str; 14] = [
    // Keys that ZaloPay, MoMo and VNPay print for whoever tries their sandbox.
    "PcY4iZIKFCIdgZvA6ueMcMHHUbRLYjPL",
    "kLtgPl8HHhfvMuDHPwKfgfsY4Ydm9eIz",
    "9phuAOYhan4urywHTh0ndEXiV3pKHr5Q",
    "Iyz2habzyr7AG8SgvoBCbKwKi3UzlLi3",
    "trMrHtvjo6myautxDUiAcYsVtaeQ8nhf",
    "at67qH6mk8w5Y1nAyMoYKMWACiEi2bsa",
    "K951B6PE1waDMi640xX08PD3vg6EkVlz",
    "RAOEXHYVSDDIIENYWSLDIIZTANXUXZFJ",
    "wJalrXUtnFEMI",
    "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq",
    "DEADBEEF",
    "xxj31ZMTZzkVA",
    "abcdefghijklmnop",
];

/// How a reference to a place of secrets begins.
const REFERENCES: [&str; 27] = [
    "vault:",
    "!vault",
    "enc(",
    "{cipher}",
    "enc[",
    "arn:aws",
    "ssm:",
    "op://",
    "sm://",
    "gcp:secret",
    "aws-sm",
    "secretsmanager",
    "keyvault",
    "@microsoft.keyvault",
    "akv:",
    "file:",
    "env:",
    "env(",
    "ref+",
    "!ref",
    "!sub",
    "secret:",
    "secrets.",
    "kms:",
    "base64:{",
    "data.",
    "var.",
];

/// Code that fetches it.
const INSIDE: [&str; 16] = [
    "os.environ",
    "getenv",
    "process.env",
    "env.get",
    "environ[",
    "config.get",
    "secrets.",
    "vault.",
    "settings.",
    "resolve:secretsmanager",
    "resolve:ssm",
    "fromsecret",
    "valuefrom",
    "readfile",
    "keyring",
    "configuration[",
];

const FILE_ENDS: [&str; 12] = [
    ".pem",
    ".key",
    ".crt",
    ".jks",
    ".p12",
    ".pfx",
    ".txt",
    ".json",
    ".yml",
    ".yaml",
    ".conf",
    ".properties",
];

/// Whole values that are no secrets.
const EXACT: [&str; 62] = [
    "",
    "public",
    "private",
    "password",
    "passwd",
    "passphrase",
    "pass",
    "pwd",
    "secret",
    "secretkey",
    "token",
    "key",
    "apikey",
    "accesstoken",
    "refreshtoken",
    "authtoken",
    "mypassword",
    "mysecret",
    "mytoken",
    "thepassword",
    "null",
    "none",
    "nil",
    "undefined",
    "true",
    "false",
    "yes",
    "no",
    "on",
    "off",
    "string",
    "str",
    "text",
    "varchar",
    "bytes",
    "object",
    "any",
    "int",
    "integer",
    "number",
    "boolean",
    "bool",
    "required",
    "optional",
    "disabled",
    "enabled",
    "default",
    "auto",
    "random",
    "generated",
    "empty",
    "blank",
    "unset",
    "tbd",
    "todo",
    "fixme",
    "na",
    "hidden",
    "redacted",
    "prompt",
    "inherit",
    "external",
];

/// Words that only placeholders hold.
const MARKS: [&str; 24] = [
    "changeme",
    "changethis",
    "changeit",
    "replaceme",
    "replacewith",
    "replacethis",
    "placeholder",
    "insert",
    "example",
    "dummy",
    "yourpassword",
    "yoursecret",
    "yourtoken",
    "yourkey",
    "yourapi",
    "puthere",
    "goeshere",
    "notasecret",
    "notreal",
    "fillme",
    "matkhaucuaban",
    "thaydoi",
    "redacted",
    "fakesecret",
];

/// How hashes of passwords begin.
const HASHES: [&str; 16] = [
    "$2a$",
    "$2b$",
    "$2y$",
    "$argon2",
    "$6$",
    "$5$",
    "$1$",
    "$y$",
    "$7$",
    "{SSHA",
    "{SHA",
    "{CRYPT}",
    "{bcrypt}",
    "SCRAM-SHA-256$",
    "pbkdf2",
    "$apr1$",
];
