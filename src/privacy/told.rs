//! What a comment says of protection: that a value is enciphered or hashed, that it is not, or that it should be.
//!
//! Words are compared whole, and what stands before them counts: "chưa được mã hóa" and "to be encrypted" say that the
//! value is readable.

use crate::text::unicode;

/// What a comment says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// The value is enciphered.
    Enciphered,
    /// The value is hashed or replaced by a token.
    Hashed,
    /// It is not, or not yet.
    Plain,
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
    /// Is it this word? Where it is written with marks, the marks must be the same: `chứa` is not `chưa`.
    fn is(&self, marked: &str, folded: &str) -> bool {
        self.raw == marked || self.raw == folded
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
    let order = [Told::Plain, Told::Enciphered, Told::Hashed, Told::Unclear];
    order.into_iter().find(|t| has(*t)).unwrap_or(Told::Nothing)
}

fn in_clause(words: &[Word], told: &mut Vec<Told>) {
    for at in 0..words.len() {
        let rest = words.get(at..).unwrap_or_default();
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
        } else if begins(ENCIPHERED) || rest.first().is_some_and(is_aes) {
            told.push(turned(before, Told::Enciphered));
        } else if begins(&["ma hoa"]) {
            // "Mã hóa" alone may be a command, or the coding of a list.
            let clear = before
                .last()
                .is_some_and(|w| w.is("đã", "da") || w.is("được", "duoc") || w.is("lưu", "luu"))
                || rest
                    .iter()
                    .skip(2)
                    .take(2)
                    .any(|w| w.is("bằng", "bang") || w.is("với", "voi") || is_aes(w));
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
        if word.is("đã", "da") || word.raw == "already" {
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
        if refuses(word) || LATER.iter().any(|(m, f)| word.is(m, f)) {
            return Told::Plain;
        }
        let to_be = word.raw == "to" && (after.is_none() || next(&["be"]));
        if to_be {
            return Told::Plain;
        }
        if ASKED.iter().any(|(m, f)| word.is(m, f)) {
            out = Told::Unclear;
        }
    }
    out
}

fn refuses(word: &Word) -> bool {
    REFUSED.iter().any(|(m, f)| word.is(m, f))
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

/// Words that deny what follows, with and without marks.
const REFUSED: &[(&str, &str)] = &[
    ("chưa", "chua"),
    ("không", "khong"),
    ("chẳng", "chang"),
    ("đừng", "đừng"),
    ("not", "not"),
    ("isn", "isn"),
    ("aren", "aren"),
    ("no", "no"),
    ("never", "never"),
    ("without", "without"),
    ("un", "un"),
    ("non", "non"),
];

/// Words that put what follows into the future.
const LATER: &[(&str, &str)] = &[
    ("cần", "can"),
    ("nên", "nen"),
    ("sẽ", "se"),
    ("sắp", "sap"),
    ("chờ", "chờ"),
    ("trước", "truoc"),
    ("kế", "kế"),
    ("dự", "dự"),
    ("todo", "todo"),
    ("will", "will"),
    ("should", "should"),
    ("shall", "shall"),
    ("before", "before"),
    ("until", "until"),
    ("needs", "needs"),
    ("need", "need"),
    ("pending", "pending"),
    ("planned", "planned"),
    ("plan", "plan"),
    ("want", "want"),
    ("wants", "wants"),
];

/// Words that ask for what follows, or make it a matter of cases.
const ASKED: &[(&str, &str)] = &[
    ("phải", "phai"),
    ("buộc", "buoc"),
    ("cầu", "cau"),
    ("để", "để"),
    ("nếu", "neu"),
    ("may", "may"),
    ("might", "might"),
    ("can", "can"),
    ("could", "could"),
    ("must", "must"),
    ("required", "required"),
    ("if", "if"),
    ("when", "when"),
    ("see", "see"),
    ("some", "some"),
    ("partly", "partly"),
    ("formerly", "formerly"),
    ("previously", "previously"),
    ("was", "was"),
    ("were", "were"),
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
            "AES-256-GCM",
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
