//! The words of staff lists: names of columns, roles, answers, forms of companies.
//!
//! They stand in `rules/words/roster.txt` and, for other lists, in `callers.txt` and `papers.txt` beside it, so that a
//! word can be added without touching code.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::text::unicode::fold;

/// The words of one section, folded.
pub(in crate::collect) fn section(name: &str) -> &'static BTreeSet<String> {
    static NONE: BTreeSet<String> = BTreeSet::new();
    WORDS.get(name).unwrap_or(&NONE)
}

/// Folded, with every sign as a space and no space twice: `Ngày vào-làm` → `ngay vao lam`.
pub(in crate::collect) fn plain(text: &str) -> String {
    let folded = fold(text);
    let mut out = String::with_capacity(folded.len());
    // The check marks are answers, not signs.
    for word in folded.split(|c: char| !c.is_alphanumeric() && c != '✓' && c != '✔') {
        if !word.is_empty() {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word);
        }
    }
    out
}

/// Does the text have one of the phrases of this section, as whole words?
pub(in crate::collect) fn has_phrase(text: &str, name: &str) -> bool {
    let text = format!(" {} ", plain(text));
    section(name)
        .iter()
        .any(|phrase| text.contains(&format!(" {phrase} ")))
}

/// Does the text say one of the phrases? `Some(false)`: only with a word that denies it (`không còn hiệu lực`).
pub(in crate::collect) fn says(text: &str, name: &str) -> Option<bool> {
    const DENIES: [&str; 11] = [
        "khong", "chua", "chang", "het", "ngung", "ngoai", "no", "not", "never", "without", "non",
    ];
    let mut denied = None;
    for clause in text.split([',', ';', '(', ')', '/', '.', '|']) {
        let clause = format!(" {} ", plain(clause));
        for phrase in section(name) {
            for (at, _) in clause.match_indices(&format!(" {phrase} ")) {
                let before = clause.get(..at).unwrap_or_default();
                let near = before.split_whitespace().rev().take(4);
                if near.into_iter().any(|word| DENIES.contains(&word)) {
                    denied = Some(false);
                } else {
                    return Some(true);
                }
            }
        }
    }
    denied
}

/// The name of a company without the words of its legal form.
pub(in crate::collect) fn bare_company(name: &str) -> String {
    let mut text = format!(" {} ", plain(name));
    // Longer phrases first, so that no part of one is left behind.
    let mut forms: Vec<&String> = section("form").iter().collect();
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    for form in forms {
        text = text.replace(&format!(" {form} "), " ");
    }
    text.trim().to_owned()
}

static WORDS: LazyLock<BTreeMap<String, BTreeSet<String>>> = LazyLock::new(|| {
    let mut words: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut name = String::new();
    let files = [
        include_str!("../../../rules/words/roster.txt"),
        include_str!("../../../rules/words/callers.txt"),
        include_str!("../../../rules/words/papers.txt"),
    ];
    for line in files.into_iter().flat_map(str::lines) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            Some(section) => name = section.to_owned(),
            None => {
                words.entry(name.clone()).or_default().insert(plain(line));
            }
        }
    }
    words
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_as_words() {
        assert!(has_phrase("Nhân viên GIAO HÀNG", "role"));
        assert!(has_phrase("Bưu-tá xã", "role"));
        assert!(!has_phrase("giao dịch viên", "role"));
        assert!(!has_phrase("kế toán", "role"));
        assert!(section("yes").contains(&plain("Đã ký")));
        assert!(section("yes").contains(&plain("✓")));
    }

    #[test]
    fn legal_forms_do_not_tell_companies_apart() {
        let own = bare_company("Công ty cổ phần Bưu chính Mẫu");
        assert_eq!(own, "buu chinh mau");
        assert_eq!(bare_company("CTY CP Bưu Chính Mẫu"), own);
        assert_ne!(bare_company("Công ty TNHH Vận chuyển Mẫu"), own);
        assert_eq!(bare_company("Công ty"), "");
    }
}
