//! What a comment says of protection: that a value is enciphered or hashed, that it is not, or that it should be.
//!
//! Words are compared whole, and what stands before them counts: "chưa được mã hóa" and "to be encrypted" say that the
//! value is readable.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::text::{protection, unicode};

/// What a comment says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// The value is enciphered.
    Enciphered,
    /// The value is hashed or replaced by a token.
    Hashed,
    /// It is not, or not yet.
    Plain,
    /// It names a cipher, and says neither that it is used nor by whom.
    Named,
    /// It speaks of protection, not clearly.
    Unclear,
    /// It does not speak of it.
    Nothing,
}

/// How many words before a word of protection are looked at.
const BEFORE: usize = 6;

/// A word as written and without its marks.
struct Word {
    raw: String,
    folded: String,
}

impl Word {
    /// Is it one of these words? Where it is written with marks, the marks must be the same: one word without them may be
    /// several with them.
    fn is_one_of(&self, words: &[(&str, &str)]) -> bool {
        words
            .iter()
            .any(|(marked, bare)| self.raw == *marked || self.raw == *bare)
    }
}

/// Reads a comment.
pub(super) fn of(comment: &str) -> Told {
    if comment.is_empty() {
        return Told::Nothing;
    }
    let lower = unicode::nfc(comment).to_lowercase();
    let mut told = Vec::new();
    for clause in lower.split([',', ';', ':', '(', ')', '\n', '!', '?']) {
        let words: Vec<Word> = clause
            .split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty())
            .map(|w| Word {
                raw: w.to_owned(),
                folded: unicode::fold(w),
            })
            .collect();
        in_clause(&words, &mut told);
    }
    // "KMS" is a key service, "kms" may be a distance; alone it may be a name as well.
    if comment
        .split(|c: char| !c.is_alphanumeric())
        .any(|w| w == "KMS")
    {
        told.push(Told::Unclear);
    }
    let has = |t: Told| told.contains(&t);
    // What denies counts before what affirms. A key service beside a clear word makes nothing unclear.
    let order = [
        Told::Plain,
        Told::Enciphered,
        Told::Hashed,
        Told::Unclear,
        Told::Named,
    ];
    order.into_iter().find(|t| has(*t)).unwrap_or(Told::Nothing)
}

fn in_clause(words: &[Word], told: &mut Vec<Told>) {
    for at in 0..words.len() {
        let rest = words.get(at..).unwrap_or_default();
        let speaks = |w: &Word| FIRST.contains(w.folded.as_str()) || is_aes(w);
        if !rest.first().is_some_and(speaks) {
            continue;
        }
        let before = words.get(at.saturating_sub(BEFORE)..at).unwrap_or_default();
        let begins = |phrases: &[&str]| {
            phrases.iter().any(|phrase| {
                let mut wanted = phrase.split(' ').enumerate();
                wanted.all(|(n, wanted)| rest.get(n).is_some_and(|w| w.folded == wanted))
            })
        };
        if begins(OPEN) && !before.iter().any(refuses) {
            told.push(Told::Plain);
        }
        if begins(HASHED) {
            told.push(turned(before, Told::Hashed));
        } else if begins(ENCIPHERED) {
            told.push(turned(before, Told::Enciphered));
        } else if rest.first().is_some_and(is_aes) {
            // The name of a cipher alone says neither that it is done nor who does it; a function of it does.
            let by = before.iter().any(|w| w.is_one_of(protection::BY))
                || rest.get(1).is_some_and(|w| w.raw.starts_with("encrypt"));
            told.push(match (turned(before, Told::Enciphered), by) {
                (Told::Enciphered, false) => Told::Named,
                (said, _) => said,
            });
        } else if begins(CODED) {
            // "Mã hóa" alone may be a command, or the coding of a list.
            let clear = before
                .last()
                .is_some_and(|w| w.is_one_of(protection::STATE))
                || rest
                    .iter()
                    .skip(2)
                    .take(2)
                    .any(|w| w.is_one_of(protection::BY) || is_aes(w));
            told.push(match (turned(before, Told::Enciphered), clear) {
                (Told::Enciphered, false) => Told::Unclear,
                (said, _) => said,
            });
        }
    }
}

/// What the words before make of it; nearest first, up to a word that says that it is done.
fn turned(before: &[Word], said: Told) -> Told {
    let mut out = said;
    for (at, word) in before.iter().enumerate().rev() {
        if word.is_one_of(protection::DONE) {
            break;
        }
        let after = before.get(at + 1);
        let next = |list: &[&str]| after.is_some_and(|w| list.contains(&w.folded.as_str()));
        // "căn cước", "căn hộ" and "not null" without their marks.
        let other = word.folded == "can" && next(&["cuoc", "ho"])
            || word.raw == "not" && next(&["null"])
            || word.raw == "se" && at > 0 && before.get(at - 1).is_some_and(|w| w.raw == "chia");
        if other {
            continue;
        }
        if refuses(word) || word.is_one_of(protection::LATER) {
            return Told::Plain;
        }
        let to_be = word.raw == "to" && (after.is_none() || next(&["be"]));
        if to_be {
            return Told::Plain;
        }
        if word.is_one_of(protection::ASKED) {
            out = Told::Unclear;
        }
    }
    out
}

/// The words with which what is looked for begins: most comments have none of them.
static FIRST: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    let phrases = [OPEN, HASHED, ENCIPHERED, CODED].into_iter().flatten();
    phrases.filter_map(|p| p.split(' ').next()).collect()
});

fn refuses(word: &Word) -> bool {
    word.is_one_of(protection::REFUSED)
}

fn is_aes(word: &Word) -> bool {
    word.raw.strip_prefix("aes").is_some_and(|rest| {
        rest.is_empty()
            || rest.starts_with(|c: char| c.is_ascii_digit())
            || ["gcm", "cbc", "ctr", "siv"].contains(&rest)
    })
}

/// Words that say that a value is readable.
const OPEN: &[&str] = &[
    "plain text",
    "plaintext",
    "clear text",
    "cleartext",
    "unencrypted",
    "unhashed",
    "ban ro",
    "todo",
    "fixme",
    "tbd",
];

/// Words that may say it, and may be a command or the coding of a list.
const CODED: &[&str] = &["ma hoa"];

/// Words that say that a value is hashed or replaced.
const HASHED: &[&str] = &[
    "hashed",
    "hmac",
    "tokenized",
    "tokenised",
    "da bam",
    "bam hmac",
    "duoc bam",
    "bcrypt",
    "argon2",
    "argon2id",
    "scrypt",
    "pbkdf2",
];

/// Words that say that a value is enciphered.
const ENCIPHERED: &[&str] = &[
    "encrypted",
    "enciphered",
    "encrypts",
    "ciphertext",
    "pgcrypto",
    "pgp sym",
    "envelope encryption",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_denies_is_no_protection() {
        for comment in [
            "Mật khẩu (chưa được mã hóa)",
            "cần được mã hóa",
            "to be encrypted in phase 2",
            "not yet encrypted",
            "Số CCCD, chưa mã hoá",
            "chua duoc ma hoa",
            "bản gốc số điện thoại trước khi được mã hóa",
            "no longer encrypted",
            "sẽ mã hóa bằng AES",
            "should be hashed",
            "will be AES256 encrypted",
            "TODO: encrypted column",
            "lưu bản rõ",
            "nên dùng bcrypt",
            "never encrypted",
            "un-encrypted",
        ] {
            assert_eq!(of(comment), Told::Plain, "{comment}");
        }
    }

    #[test]
    fn what_is_not_clear_stays_so() {
        for comment in [
            "phải được mã hóa",
            "must be encrypted",
            "may be encrypted",
            "Chủ KMS",
            "mã hóa",
        ] {
            assert_eq!(of(comment), Told::Unclear, "{comment}");
        }
    }

    #[test]
    fn a_cipher_alone_is_named() {
        for comment in ["AES", "AES-256-GCM", "Số CCCD (AES256)"] {
            assert_eq!(of(comment), Told::Named, "{comment}");
        }
    }

    #[test]
    fn other_words_say_nothing() {
        for comment in [
            "quãng đường (kms) tới kho",
            "unique, see Caesar module",
            "decrypted phone",
            "Số điện thoại",
            "mã hàng hóa",
        ] {
            assert_eq!(of(comment), Told::Nothing, "{comment}");
        }
    }

    #[test]
    fn what_affirms_counts() {
        for comment in [
            "AES_ENCRYPT",
            "pgp_sym_encrypt",
            "Đã mã hóa bằng AES",
            "được mã hóa",
            "Số căn cước đã mã hóa",
            "chứa số điện thoại được mã hóa",
            "so can cuoc da ma hoa",
            "not null, encrypted",
            "không lưu bản rõ, đã mã hóa",
            "envelope encryption (KMS)",
            "encrypted at rest",
        ] {
            assert_eq!(of(comment), Told::Enciphered, "{comment}");
        }
        for comment in ["HMAC-SHA256", "đã băm", "tokenized"] {
            assert_eq!(of(comment), Told::Hashed, "{comment}");
        }
    }
}
