//! Does a stored value look protected (enciphered, hashed)? From name, type, length, comment and default.

use super::Class;
use super::names;

/// Readable where it is stored, hidden from those who may not see it.
pub const MASKED_ON_READ: &str = "masked-on-read";

/// What is known of how a value is stored.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stored<'a> {
    /// The column's name.
    pub name: &'a str,
    /// Its type as written.
    pub data_type: &'a str,
    /// Its comment.
    pub comment: &'a str,
    /// A literal default that is no empty text.
    pub has_default_text: bool,
}

/// Protected, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protected {
    /// Enciphered or hashed.
    Yes,
    /// Readable.
    No,
    /// It does not show.
    Unknown,
}

impl Protected {
    /// The word that facts use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

/// Is the value protected, why, and with which hash where it says so.
pub fn judge(class: Class, stored: &Stored) -> (Protected, String, Option<&'static str>) {
    let hash = hash_kind(stored);
    if class == Class::Credential {
        return credential(stored, hash);
    }
    let data_type = stored.data_type.to_ascii_lowercase();
    if data_type.contains("masked with") && !data_type.contains("encrypted with") {
        // Dynamic masking changes what is shown, not what is stored: the collector tells them apart.
        return (Protected::Yes, MASKED_ON_READ.into(), None);
    }
    if data_type.contains("encrypted with") || data_type.starts_with("encrypted") {
        return (Protected::Yes, "type:encrypted".into(), None);
    }
    let cover = cover(stored.name, is_opaque(&data_type));
    if matches!(cover.as_deref(), Some("md5" | "sha1" | "sha")) {
        // A phone or an identity number behind a bare fast hash is found by trying.
        return (Protected::No, "name:fast-hash".into(), None);
    }
    if let Some(word) = cover {
        return (Protected::Yes, format!("name:{word}"), None);
    }
    if denies(stored.comment) {
        return (Protected::No, "comment:plain".into(), None);
    }
    if comment_protects(stored.comment) {
        return (Protected::Yes, "comment:protected".into(), None);
    }
    if is_opaque(&data_type) {
        return (Protected::Unknown, "type:opaque".into(), None);
    }
    (Protected::No, "readable".into(), None)
}

fn credential(
    stored: &Stored,
    hash: Option<&'static str>,
) -> (Protected, String, Option<&'static str>) {
    if stored.has_default_text {
        return (Protected::No, "default-text".into(), hash);
    }
    if denies(stored.comment) {
        return (Protected::No, "comment:plain".into(), None);
    }
    match hash {
        Some(weak @ ("md5" | "sha1")) => return (Protected::No, format!("hash:{weak}"), hash),
        Some(strong @ ("bcrypt" | "argon2" | "scrypt" | "pbkdf2" | "sha512crypt")) => {
            return (Protected::Yes, format!("hash:{strong}"), hash);
        }
        Some(_) | None => {}
    }
    let words = names::words_of(stored.name);
    let has = |w: &str| words.iter().any(|x| x == w);
    let enciphered = ["enc", "encrypted", "cipher", "ciphertext", "encrypt"];
    if enciphered.iter().any(|w| has(w)) || comment_enciphers(stored.comment) {
        return (Protected::Yes, "enciphered".into(), hash);
    }
    match length(stored.data_type) {
        // bcrypt needs 60 characters, PBKDF2 in base64 44, a SHA-1 in hex 40: what is shorter holds none of them.
        Some(n) if n < 40 && !is_opaque(&stored.data_type.to_ascii_lowercase()) && !has("hash") => {
            (Protected::No, "too-short-for-a-hash".into(), hash)
        }
        // The length of bcrypt in a column that is called a hash; the length alone shows no kind.
        Some(60) if has("hash") && stored.data_type.to_ascii_lowercase().contains("char") => {
            (Protected::Yes, "length:bcrypt".into(), Some("bcrypt"))
        }
        Some(_) | None if is_number(stored.data_type) => (Protected::No, "number".into(), hash),
        Some(_) | None => (Protected::Unknown, "hash-unknown".into(), hash),
    }
}

/// The kind of hash that name, type or comment name.
pub fn hash_kind(stored: &Stored) -> Option<&'static str> {
    let text =
        format!("{} {} {}", stored.name, stored.data_type, stored.comment).to_ascii_lowercase();
    let squeezed: String = text.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    const KINDS: [(&str, &str); 12] = [
        ("argon2", "argon2"),
        ("bcrypt", "bcrypt"),
        ("scrypt", "scrypt"),
        ("pbkdf2", "pbkdf2"),
        ("sha512crypt", "sha512crypt"),
        ("sha256crypt", "sha512crypt"),
        ("md5", "md5"),
        ("sha1", "sha1"),
        ("sha512", "sha2"),
        ("sha256", "sha2"),
        ("sha2", "sha2"),
        ("hmac", "hmac"),
    ];
    KINDS
        .iter()
        .find(|(word, _)| squeezed.contains(word))
        .map(|(_, kind)| *kind)
}

/// The word of the name that says that the value is protected; `ct` does so only beside a binary type.
fn cover(name: &str, opaque: bool) -> Option<String> {
    names::cover_words(name)
        .into_iter()
        .find(|w| w != "ct" || opaque)
}

/// A comment that says that the value is not protected.
fn denies(comment: &str) -> bool {
    let folded = crate::text::unicode::fold(comment);
    [
        "plain text",
        "plaintext",
        "unencrypted",
        "not encrypted",
        "chua ma hoa",
        "khong ma hoa",
        "ban ro",
        "unhashed",
        "not hashed",
        "todo",
        "cleartext",
        "clear text",
        "should be encrypted",
        "can ma hoa",
    ]
    .iter()
    .any(|w| folded.contains(w))
}

fn comment_protects(comment: &str) -> bool {
    let folded = crate::text::unicode::fold(comment);
    comment_enciphers(comment)
        || [
            "hashed",
            "hmac",
            "tokenized",
            "tokenised",
            "bam hmac",
            "da bam",
        ]
        .iter()
        .any(|w| folded.contains(w))
}

fn comment_enciphers(comment: &str) -> bool {
    let folded = crate::text::unicode::fold(comment);
    [
        "encrypted",
        "pgp_sym",
        "pgcrypto",
        "aes",
        "da ma hoa",
        "duoc ma hoa",
        "ma hoa bang",
        "ciphertext",
        "encrypts",
        "envelope encryption",
        "kms",
    ]
    .iter()
    .any(|w| folded.contains(w))
}

/// Types whose contents do not show what they are.
fn is_opaque(data_type: &str) -> bool {
    [
        "bytea", "blob", "binary", "json", "xml", "image", "raw", "hstore", "vector", "variant",
        "bfile",
    ]
    .iter()
    .any(|t| data_type.contains(t))
}

fn is_number(data_type: &str) -> bool {
    let lower = data_type.to_ascii_lowercase();
    ["int", "number", "numeric", "decimal", "serial"]
        .iter()
        .any(|t| lower.starts_with(t) || lower.starts_with(&format!("small{t}")))
}

/// The length in brackets, of character types.
pub fn length(data_type: &str) -> Option<u32> {
    let lower = data_type.to_ascii_lowercase();
    if !lower.contains("char") && !lower.contains("binary") {
        return None;
    }
    let (_, rest) = lower.split_once('(')?;
    let digits: String = rest
        .trim_start()
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(class: Class, name: &str, data_type: &str, comment: &str) -> Protected {
        let stored = Stored {
            name,
            data_type,
            comment,
            has_default_text: false,
        };
        judge(class, &stored).0
    }

    #[test]
    fn columns() {
        assert_eq!(
            judged(Class::Phone, "phone", "varchar(20)", ""),
            Protected::No
        );
        assert_eq!(
            judged(Class::Phone, "phone_enc", "bytea", ""),
            Protected::Yes
        );
        assert_eq!(
            judged(Class::Phone, "phone", "bytea", ""),
            Protected::Unknown
        );
        assert_eq!(
            judged(Class::Phone, "phone", "bytea", "pgp_sym_encrypt"),
            Protected::Yes
        );
        assert_eq!(
            judged(Class::Phone, "phone", "text", "chưa mã hóa"),
            Protected::No
        );
        assert_eq!(
            judged(Class::Phone, "phone_md5", "char(32)", ""),
            Protected::No
        );
        assert_eq!(
            judged(Class::NationalId, "cccd", "json", ""),
            Protected::Unknown
        );
    }

    #[test]
    fn passwords() {
        assert_eq!(
            judged(Class::Credential, "password_hash", "char(60)", ""),
            Protected::Yes
        );
        assert_eq!(
            judged(Class::Credential, "password", "char(60)", ""),
            Protected::Unknown
        );
        assert_eq!(
            judged(Class::Credential, "password", "varchar(255)", ""),
            Protected::Unknown
        );
        assert_eq!(
            judged(Class::Credential, "password", "varchar(255)", "bcrypt"),
            Protected::Yes
        );
        assert_eq!(
            judged(Class::Credential, "password_md5", "varchar(255)", ""),
            Protected::No
        );
        assert_eq!(
            judged(Class::Credential, "mat_khau", "varchar(20)", ""),
            Protected::No
        );
        assert_eq!(
            judged(Class::Credential, "password", "varchar(255)", "MD5"),
            Protected::No
        );
    }

    proptest::proptest! {
        #[test]
        fn never_panics(name in ".{0,40}", data_type in ".{0,40}", comment in ".{0,40}") {
            let _ = judged(Class::Credential, &name, &data_type, &comment);
            let _ = judged(Class::Phone, &name, &data_type, &comment);
        }
    }
}
