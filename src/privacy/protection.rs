//! Does a stored value look protected (enciphered, hashed)? From name, type, length, comment and default.

use std::sync::LazyLock;

use regex::Regex;

use super::Class;
use super::names;
use super::told::{self, Told};

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
    /// Its type is one of the schema's own that no file shows.
    pub undefined: bool,
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
        return covered(&word, hash, &data_type);
    }
    match told::of(stored.comment) {
        Told::Plain => return (Protected::No, "comment:plain".into(), None),
        // A comment makes a column no wider: what has no room for a ciphertext holds none.
        Told::Enciphered | Told::Hashed if has_no_room(&data_type) => {
            return (Protected::Unknown, "comment:no-room".into(), None);
        }
        Told::Enciphered | Told::Hashed => {
            return (Protected::Yes, "comment:protected".into(), None);
        }
        // A cipher beside a type of bytes is what these bytes are; beside a text it is a word.
        Told::Named if is_opaque(&data_type) => {
            return (Protected::Yes, "comment:protected".into(), None);
        }
        Told::Unclear | Told::Named => {
            return (Protected::Unknown, "comment:unclear".into(), None);
        }
        Told::Nothing => {}
    }
    if is_opaque(&data_type) {
        return (Protected::Unknown, "type:opaque".into(), None);
    }
    if stored.undefined {
        return (Protected::Unknown, "type:undefined".into(), None);
    }
    (Protected::No, "readable".into(), None)
}

/// What a word of the name is worth beside the kind of hash and the room that the column has.
fn covered(
    word: &str,
    hash: Option<&'static str>,
    data_type: &str,
) -> (Protected, String, Option<&'static str>) {
    // One round of SHA-2 over a phone or an identity number is found by trying all of them.
    let bare = hash == Some("sha2") && word != "hmac";
    // 32 and 40 signs are what MD5 and SHA-1 need.
    let weak = word.contains("hash") && matches!(length(data_type), Some(32 | 40));
    if bare || weak && hash != Some("hmac") {
        return (Protected::Unknown, "name:bare-hash".into(), None);
    }
    if KEEPS_NOTHING.contains(&word) && has_no_room(data_type) {
        return (Protected::Unknown, "name:no-room".into(), None);
    }
    (Protected::Yes, format!("name:{word}"), None)
}

/// Words of ciphertexts and hashes, which are longer than what they hide; tokens and masks need no more room.
const KEEPS_NOTHING: [&str; 10] = [
    "enc",
    "encrypted",
    "encrypt",
    "cipher",
    "ciphertext",
    "hash",
    "hashed",
    "hmac",
    "ma_hoa",
    "aes",
];

/// Has the type less room than the shortest ciphertext, 16 bytes, or 24 signs in base64?
fn has_no_room(data_type: &str) -> bool {
    let least = match data_type.contains("binary") || data_type.starts_with("raw") {
        true => 16,
        false => 24,
    };
    length(data_type).is_some_and(|n| n < least) || is_number(data_type)
}

/// bcrypt needs 60 signs, PBKDF2 in base64 44, a SHA-1 in hexadecimal 40.
const SHORTEST_HASH: u32 = 40;

fn credential(
    stored: &Stored,
    hash: Option<&'static str>,
) -> (Protected, String, Option<&'static str>) {
    if stored.has_default_text {
        return (Protected::No, "default-text".into(), hash);
    }
    let said = told::of(stored.comment);
    if said == Told::Plain {
        return (Protected::No, "comment:plain".into(), None);
    }
    match hash {
        Some(weak @ ("md5" | "sha1")) => return (Protected::No, format!("hash:{weak}"), hash),
        // A comment makes a column no wider.
        Some("bcrypt" | "argon2" | "scrypt" | "pbkdf2" | "sha512crypt")
            if length(stored.data_type).is_some_and(|n| n < SHORTEST_HASH) =>
        {
            return (Protected::Unknown, "hash:no-room".into(), None);
        }
        Some(strong @ ("bcrypt" | "argon2" | "scrypt" | "pbkdf2" | "sha512crypt")) => {
            return (Protected::Yes, format!("hash:{strong}"), hash);
        }
        Some(_) | None => {}
    }
    let words = names::words_of(stored.name);
    let has = |w: &str| words.iter().any(|x| x == w);
    let enciphered = ["enc", "encrypted", "cipher", "ciphertext", "encrypt"];
    let room = !has_no_room(&stored.data_type.to_ascii_lowercase());
    if room && (enciphered.iter().any(|w| has(w)) || said == Told::Enciphered) {
        return (Protected::Yes, "enciphered".into(), hash);
    }
    match length(stored.data_type) {
        Some(n)
            if n < SHORTEST_HASH
                && !is_opaque(&stored.data_type.to_ascii_lowercase())
                && !has("hash") =>
        {
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
    let named = kind_in(stored, stored.comment)?;
    // A hash that a comment denies or only asks for is none.
    match told::of(stored.comment) {
        Told::Unclear => kind_in(stored, ""),
        Told::Plain | Told::Enciphered | Told::Hashed | Told::Named | Told::Nothing => Some(named),
    }
}

/// The first of the kinds that these words hold, whatever stands between their letters.
fn kind_in(stored: &Stored, comment: &str) -> Option<&'static str> {
    let parts = [stored.name, " ", stored.data_type, " ", comment];
    let squeezed: String = (parts.into_iter().flat_map(str::bytes))
        .filter(u8::is_ascii_alphanumeric)
        .map(|b| char::from(b.to_ascii_lowercase()))
        .collect();
    // Few columns hold any: one look finds out.
    static ANY: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new("argon2|bcrypt|scrypt|pbkdf2|(?:sha(?:512|256))crypt|md5|sha[125]|hmac").ok()
    });
    if ANY.as_ref().is_some_and(|any| !any.is_match(&squeezed)) {
        return None;
    }
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
            undefined: false,
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
        for (name, data_type, comment, expected) in [
            (
                "cccd",
                "varchar(12)",
                "Số CCCD, chưa được mã hóa",
                Protected::No,
            ),
            (
                "sdt",
                "varchar(20)",
                "to be encrypted in phase 2",
                Protected::No,
            ),
            ("sdt", "varchar(20)", "quãng đường (kms)", Protected::No),
            ("sdt", "varchar(20)", "đã mã hóa", Protected::Unknown),
            ("sdt", "varchar(255)", "đã mã hóa", Protected::Yes),
            ("sdt", "varchar(255)", "phải mã hóa", Protected::Unknown),
            ("sdt", "varchar(255)", "AES-256", Protected::Unknown),
            ("sdt", "bytea", "AES-256", Protected::Yes),
            ("cccd_sha256", "char(64)", "", Protected::Unknown),
            ("sdt_hash", "char(32)", "", Protected::Unknown),
            ("sdt_hmac_sha256", "char(64)", "", Protected::Yes),
            ("cccd_enc", "varchar(12)", "", Protected::Unknown),
            ("cccd_enc", "varchar(255)", "", Protected::Yes),
            ("sdt_hmac", "char(64)", "", Protected::Yes),
        ] {
            assert_eq!(
                judged(Class::Phone, name, data_type, comment),
                expected,
                "{name} {data_type} {comment}"
            );
        }
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
        for comment in [
            "Mật khẩu (chưa được mã hóa)",
            "cần được mã hóa",
            "to be encrypted",
            "nên dùng bcrypt",
        ] {
            assert_eq!(
                judged(Class::Credential, "mat_khau", "varchar(255)", comment),
                Protected::No,
                "{comment}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(name in ".{0,40}", data_type in ".{0,40}", comment in ".{0,40}") {
            let _ = judged(Class::Credential, &name, &data_type, &comment);
            let _ = judged(Class::Phone, &name, &data_type, &comment);
        }
    }
}
