//! The internal rule on confidentiality: does it name the sanction for leaks?
//!
//! Words are looked for sentence by sentence. A sanction that is denied (`chưa quy định hình thức kỷ luật`), that speaks of something
//! else (lateness, lost parcels), stands in a draft or is still to be filled in proves nothing.

use std::sync::LazyLock;

use regex::Regex;

use super::registers::Put;
use super::words::{plain, section};
use crate::model::{Reason, Subject, Value};
use crate::parse::pdf;
use crate::text::unicode::fold;

const RULE: &str = "internal-rule";

/// The subject of a rule.
pub(super) fn subject(bytes: &[u8], shown: &str) -> Result<Subject, Reason> {
    let wrong = |e: &dyn std::fmt::Display| Reason::new("not-parsed", format!("{shown}: {e}"));
    let (text, whole) = if bytes.starts_with(b"%PDF-") {
        let read = pdf::parse(bytes).map_err(|e| wrong(&e))?;
        let text: String = read.runs.iter().map(|r| format!("{} ", r.text)).collect();
        let scanned = text.split_whitespace().count() < 50 && !read.pictures.is_empty();
        (text, read.unread.is_empty() && !scanned)
    } else {
        (
            crate::parse::bytes::text(bytes).map_err(|e| wrong(&e))?,
            true,
        )
    };
    let words = text.split_whitespace().count();
    let mut put = Put::new(RULE, shown);
    put.fact("words", crate::collect::figures::count(words));
    let unclear = |why: &str| Value::unseen("ambiguous", why);
    let named = match names_sanction(&fold(&text)) {
        Named::Yes if is_draft(&text) => unclear("it says of itself that it is a draft"),
        Named::Yes => true.into(),
        Named::ToFillIn => unclear("what stands there is still to be filled in"),
        Named::No if whole => false.into(),
        Named::No => unclear("pages of the file are pictures or could not be read"),
    };
    put.fact("names_sanction", named);
    Ok(put.subject)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Yes,
    /// Only beside dots or brackets that somebody must fill in.
    ToFillIn,
    No,
}

/// What one sentence speaks of.
struct Sentence {
    article: usize,
    /// A sanction that is not denied: for conduct, or one that also stands in contracts with customers (`bồi thường`).
    sanction: bool,
    damages: bool,
    /// Letting information out.
    leak: bool,
    /// Keeping information secret.
    secrecy: bool,
    /// It speaks of breaches in general, of those above or below.
    breach: bool,
    /// It speaks of breaches of this rule as a whole.
    of_this_rule: bool,
    blank: bool,
}

/// Of a text in small letters without diacritics.
fn names_sanction(text: &str) -> Named {
    let sentences = sentences(text);
    let mut named = Named::No;
    for (at, one) in sentences.iter().enumerate() {
        let leaks = one.leak || (one.breach && one.secrecy);
        let near = || {
            let from = at.saturating_sub(NEAR);
            let around = sentences.iter().skip(from).take(at - from + NEAR + 1);
            let mut around = around.filter(|s| s.article == one.article);
            around.any(|s| s.leak || (s.breach && s.secrecy))
        };
        let whole = || one.of_this_rule && sentences.iter().any(|s| s.leak || s.secrecy);
        let says = (one.damages && leaks)
            || (one.sanction && (leaks || whole() || (one.breach && near())));
        match (says, one.blank) {
            (true, false) => return Named::Yes,
            (true, true) => named = Named::ToFillIn,
            (false, _) => {}
        }
    }
    named
}

/// The sentences of a text, each with the number of its article.
fn sentences(text: &str) -> Vec<Sentence> {
    let mut article = 0;
    let mut found = Vec::new();
    for part in joined(text).split(['.', ';', '\n']) {
        // A line of dots that is to be filled in has no words; it belongs to the sentence before.
        let words = plain(part);
        if words.is_empty() {
            continue;
        }
        let heading = HEADING.is_match(part.trim_start());
        article += usize::from(heading);
        let text = format!(" {words} ");
        let has = |name: &str| {
            let mut phrases = section(name).iter();
            phrases.any(|p| text.contains(&format!(" {p} ")))
        };
        found.push(Sentence {
            article,
            sanction: !has("not-yet") && stands(&words, "sanction"),
            damages: !has("not-yet") && stands(&words, "damages"),
            leak: has("leak"),
            secrecy: has("secrecy"),
            breach: has("breach"),
            of_this_rule: has("this-rule"),
            blank: BLANK.is_match(part),
        });
    }
    found
}

/// Lines that were only wrapped are one; dots to fill in stay inside their sentence.
fn joined(text: &str) -> String {
    let text = FILL.replace_all(text, " … ");
    let text = ARTICLE.replace_all(&text, "\n$1$2 ");
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let line = line.trim();
        let begins = line.is_empty() || LIST.is_match(line) || HEADING.is_match(line);
        out.push(if begins || out.ends_with(':') {
            '\n'
        } else {
            ' '
        });
        out.push_str(line);
    }
    out
}

/// Is a phrase of the section there without a word that denies it?
fn stands(words: &str, name: &str) -> bool {
    let words: Vec<&str> = words.split(' ').collect();
    let denies = |word: &&str| DENIES.contains(word);
    let phrases: Vec<Vec<&str>> = section(name)
        .iter()
        .map(|p| p.split(' ').collect())
        .collect();
    (0..words.len()).any(|at| {
        let here = words.get(at..).unwrap_or_default();
        let Some(phrase) = phrases.iter().find(|p| here.starts_with(p)) else {
            return false;
        };
        let before = words.get(..at).unwrap_or_default();
        // `không giữ bí mật thì bị kỷ luật`: what is denied there is the duty.
        let bears = before.last().is_some_and(|w| BEARS.contains(w));
        let reach = if bears { 2 } else { 5 };
        let mut near = before.iter().rev().take(reach);
        let mut behind = here.iter().skip(phrase.len()).take(2);
        !near.any(denies) && !behind.any(denies)
    })
}

/// Does it say of itself that it is a draft: in its first words, or in a line of its own?
fn is_draft(text: &str) -> bool {
    let says = |words: &str| {
        let words = format!(" {words} ");
        section("draft")
            .iter()
            .any(|d| words.contains(&format!(" {d} ")))
    };
    let head: Vec<&str> = text.split_whitespace().take(HEAD).collect();
    let short = |line: &&str| (1..=LINE).contains(&line.split_whitespace().count());
    says(&plain(&head.join(" "))) || text.lines().filter(short).any(|line| says(&plain(line)))
}

const DENIES: [&str; 9] = [
    "khong", "chua", "chang", "mien", "no", "not", "never", "without", "none",
];
const BEARS: [&str; 4] = ["bi", "chiu", "be", "is"];

/// A sanction within so many sentences of the leak, in the same article, belongs to it.
const NEAR: usize = 8;
/// A rule says in its first words that it is a draft, or in a short line.
const HEAD: usize = 12;
const LINE: usize = 6;

/// `Điều 12.` in the middle of a line, as text out of a PDF has it.
static ARTICLE: LazyLock<Regex> =
    LazyLock::new(|| constant(r"\s(dieu|article|section)(\s+\d+)\s*[.:]"));
static HEADING: LazyLock<Regex> = LazyLock::new(|| {
    constant(r"^(#|\*\*)*\s*(dieu|article|section|chuong|chapter|muc)\s+[\divx]+|^#")
});
/// The mark of an item: `1.`, `a)`, `-`.
static LIST: LazyLock<Regex> = LazyLock::new(|| constant(r"^(\d+[.)]|\p{L}[.)]|[-+*•])\s"));
static FILL: LazyLock<Regex> = LazyLock::new(|| constant(r"\.{4,}|…{2,}|_{4,}"));
static BLANK: LazyLock<Regex> =
    LazyLock::new(|| constant(r"…|\[\s*\]|<\p{L}[^<>=/\n]* [^<>=/\n]*>|\{\{"));

/// A constant that does not compile meets nothing, and a test.
fn constant(pattern: &str) -> Regex {
    match Regex::new(pattern) {
        Ok(regex) => regex,
        Err(_) => unreachable!("a constant pattern: {pattern}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Value {
        subject(text.as_bytes(), "r.md").unwrap().facts["names_sanction"]
            .value
            .clone()
    }

    #[test]
    fn sanctions_for_leaks() {
        for text in [
            "Điều 5. Người làm lộ lọt thông tin khách hàng bị kỷ luật đến mức sa thải.",
            "Điều 12. Xử lý vi phạm\n1. Người nào làm lộ lọt thông tin khách hàng thì tùy mức độ\nbị khiển trách, cảnh cáo, sa thải.",
            "Điều 12. Xử lý kỷ luật\nCác hành vi sau bị xử lý kỷ luật:\na) Tiết lộ thông tin về sử dụng dịch vụ;\nb) Mang dữ liệu ra ngoài.",
            "Điều 3. Không tiết lộ thông tin khách hàng.\nĐiều 9. Người vi phạm Quy chế này bị xử lý kỷ luật lao động.",
            "Nhân viên không giữ bí mật thông tin khách hàng vi phạm quy định và bị kỷ luật.",
            "Người làm lộ thông tin phải bồi thường thiệt hại.",
            "5. Whoever discloses customer data is subject to disciplinary action up to dismissal. Leaks are sanctioned likewise: disclosure means dismissal.",
        ] {
            assert_eq!(named(text), true.into(), "{text}");
        }
    }

    #[test]
    fn words_that_stand_there_and_name_no_sanction() {
        let apart = format!(
            "Không tiết lộ. {} Khiển trách người đi muộn.",
            "từ. ".repeat(400)
        );
        for text in [
            "Điều 5. Nhân viên giữ bí mật thông tin.",
            "Điều 5. Quy chế này chưa quy định hình thức kỷ luật đối với người làm lộ thông tin khách hàng.",
            "Công ty không xử phạt nhân viên làm lộ thông tin.",
            "Hình thức kỷ luật đối với hành vi làm lộ thông tin sẽ được quy định sau.",
            "Công ty đang xây dựng chế tài đối với hành vi làm lộ thông tin khách hàng.",
            "Chúng tôi không tiết lộ thông tin khách hàng. Trường hợp bưu gửi bị mất, Công ty bồi thường theo quy định.",
            "Kỷ luật: chưa có đối với hành vi làm lộ thông tin",
            "Không tiết lộ thông tin khách hàng. Bưu gửi bị mất, hư hỏng được bồi thường theo giá trị khai báo.",
            "Công ty bảo mật thông tin khách hàng. Bưu gửi bị mất được bồi thường.",
            "Điều 1. Không được tiết lộ dữ liệu cá nhân.\n\nĐiều 2. Nhân viên đi muộn bị khiển trách.",
            "Điều 1. Nhân viên không tiết lộ thông tin; đi muộn bị khiển trách.",
            &apart,
        ] {
            assert_eq!(named(text), false.into(), "{text}");
        }
    }

    #[test]
    fn drafts_and_forms_prove_nothing() {
        for text in [
            "DỰ THẢO\nĐiều 5. Người nào làm lộ thông tin khách hàng bị kỷ luật, sa thải.",
            "QUY CHẾ BẢO MẬT\n(Bản nháp lần 2)\nĐiều 5. Người nào làm lộ thông tin khách hàng bị sa thải.",
            "Điều 12. Người làm lộ thông tin bị xử lý: ........................ (hình thức kỷ luật)",
            "Điều 12. Người làm lộ thông tin bị kỷ luật theo mức <điền mức>",
        ] {
            assert!(matches!(named(text), Value::Unseen(_)), "{text}");
        }
        assert!(subject(b"%PDF-1.4 broken", "r.pdf").is_err());
    }
}
