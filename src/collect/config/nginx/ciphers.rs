//! Which classes of broken ciphers an OpenSSL cipher list lets in.
//!
//! Sober on purpose: a class counts as let in where a word of the list names it, or an alias holds it by the documentation
//! of OpenSSL, and no word takes it out. Whether the library at hand still has it is another matter.

/// The broken classes that the list lets in, by name.
pub(in crate::collect::config) fn weak(list: &str) -> Vec<&'static str> {
    let mut on = [false; CLASSES.len()];
    let mut banned = [false; CLASSES.len()];
    for word in list
        .split([':', ',', ' ', ';'])
        .filter(|w| !w.is_empty() && !w.starts_with('@'))
    {
        if let Some(name) = word.strip_prefix('!') {
            matching(name, true, |at| banned[at] = true);
        } else if let Some(name) = word.strip_prefix('-') {
            matching(name, true, |at| on[at] = false);
        } else if !word.starts_with('+') {
            // A plus before the word only moves what is there already.
            matching(word, false, |at| on[at] = true);
        }
    }
    let mut names: Vec<&str> = Vec::new();
    for (class, _) in CLASSES
        .iter()
        .zip(on.iter().zip(banned))
        .filter(|(_, (on, banned))| **on && !banned)
    {
        if !names.contains(&class.name) {
            names.push(class.name);
        }
    }
    names
}

/// Calls `hit` for each class that the word brings in, or takes out.
fn matching(word: &str, taking_out: bool, mut hit: impl FnMut(usize)) {
    let word = word.to_ascii_uppercase();
    let terms: Vec<&str> = word.split('+').collect();
    for (at, class) in CLASSES.iter().enumerate() {
        let named = |term: &str| class.words.contains(&term) || parts(term, class);
        let found = if taking_out {
            // `!RSA+RC4` takes out only a part of the class.
            terms.len() == 1
                && (class.words.contains(&terms[0])
                    || (terms[0] == "MEDIUM" && class.held_by.contains(&"MEDIUM")))
        } else {
            terms.iter().any(|t| named(t))
                || (terms.len() == 1 && class.held_by.contains(&terms[0]))
        };
        if found {
            hit(at);
        }
    }
}

/// Is it the name of one suite of this class (`ECDHE-RSA-DES-CBC3-SHA`, `TLS_RSA_WITH_RC4_128_MD5`)?
fn parts(term: &str, class: &Class) -> bool {
    term.contains(['-', '_']) && {
        let pieces: Vec<&str> = term.split(['-', '_']).collect();
        class.suite.iter().any(|sign| match sign.split_once('-') {
            Some((a, b)) => pieces.windows(2).any(|w| w == [a, b]),
            None => pieces.contains(sign),
        })
    }
}

struct Class {
    name: &'static str,
    /// Words of a list that mean the class itself.
    words: &'static [&'static str],
    /// Aliases that hold it.
    held_by: &'static [&'static str],
    /// Signs in the name of a single suite.
    suite: &'static [&'static str],
}

/// RFC 7465 (RC4), RFC 9325 §4.1 (NULL, export, below 112 bits), SWEET32 (64-bit blocks).
const CLASSES: [Class; 9] = [
    Class {
        name: "null",
        words: &["ENULL", "NULL"],
        held_by: &["COMPLEMENTOFALL"],
        suite: &["NULL"],
    },
    Class {
        name: "anonymous",
        words: &["ANULL", "ADH"],
        held_by: &["ALL", "HIGH", "COMPLEMENTOFDEFAULT"],
        suite: &["ADH", "ANON"],
    },
    Class {
        name: "anonymous",
        words: &["ANULL", "AECDH"],
        held_by: &["ALL", "HIGH", "COMPLEMENTOFDEFAULT"],
        suite: &["AECDH"],
    },
    Class {
        name: "export",
        words: &["EXP", "EXPORT", "EXPORT40", "EXPORT56"],
        held_by: &[],
        suite: &["EXP", "EXPORT"],
    },
    Class {
        name: "rc4",
        words: &["RC4"],
        held_by: &["MEDIUM"],
        suite: &["RC4"],
    },
    Class {
        name: "3des",
        words: &["3DES"],
        held_by: &["MEDIUM"],
        suite: &["DES-CBC3", "3DES"],
    },
    Class {
        name: "des",
        words: &["DES", "LOW"],
        held_by: &[],
        suite: &["DES-CBC"],
    },
    Class {
        name: "md5",
        words: &["MD5"],
        held_by: &[],
        suite: &["MD5"],
    },
    Class {
        name: "idea-seed-rc2",
        words: &["IDEA", "SEED", "RC2"],
        held_by: &["MEDIUM"],
        suite: &["IDEA", "SEED", "RC2"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes() {
        assert!(weak("HIGH:!aNULL:!MD5").is_empty());
        assert!(weak("ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384").is_empty());
        assert_eq!(weak("HIGH"), ["anonymous"]);
        // `!ADH` leaves the elliptic ones, as `openssl ciphers` shows.
        assert_eq!(weak("ALL:!ADH"), ["anonymous"]);
        assert_eq!(
            weak("ECDHE-RSA-DES-CBC3-SHA:RC4-SHA:!aNULL"),
            ["rc4", "3des"]
        );
        assert!(weak("ALL:!aNULL:!LOW:!EXP:!MD5:@STRENGTH").is_empty());
        assert!(weak("EECDH+AESGCM:EDH+AESGCM").is_empty());
        assert_eq!(weak("ECDHE+3DES"), ["3des"]);
        assert_eq!(weak("HIGH:MEDIUM:!aNULL"), ["rc4", "3des", "idea-seed-rc2"]);
        assert!(weak("HIGH:+3DES:!aNULL").is_empty());
        assert_eq!(weak("TLS_RSA_WITH_RC4_128_MD5"), ["rc4", "md5"]);
        assert!(weak("").is_empty() && weak(":!:é!").is_empty());
    }
}
