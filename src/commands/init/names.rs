//! What the names of files and folders say, in Vietnamese without diacritics and in English.

use std::path::Path;

use crate::text::unicode::fold;

/// A path as words between spaces: `/Tài liệu/QuyCheBaoMat_v2.pdf` → ` tai lieu quy che bao mat v2 pdf `.
pub(super) fn words(path: &Path) -> String {
    let text = path.to_string_lossy();
    let mut out = String::from(" ");
    let mut before = ' ';
    for c in text.chars() {
        // `shippingLabel`, `QuyChe`: a capital after a small letter begins a word.
        if c.is_uppercase() && before.is_lowercase() {
            out.push(' ');
        }
        out.push(if c.is_alphanumeric() { c } else { ' ' });
        before = c;
    }
    let folded = fold(&out);
    let plain: Vec<&str> = folded.split_whitespace().collect();
    format!(" {} ", plain.join(" "))
}

/// Has it one of the phrases, as whole words?
pub(super) fn has(words: &str, phrases: &[&str]) -> bool {
    phrases
        .iter()
        .any(|phrase| words.contains(&format!(" {phrase} ")))
}

/// Does it speak of labels on parcels?
pub(super) fn is_label(words: &str) -> bool {
    // `nhãn` is a label, `nhân viên` and `người nhận` are people.
    let people = ["nhan vien", "nhan su", "nguoi nhan", "nhan hang", "ca nhan"];
    let mut words = words.to_owned();
    for phrase in people {
        words = words.replace(&format!(" {phrase} "), " ");
    }
    has(&words, &LABEL)
}

/// Does it speak of couriers?
pub(super) fn is_of_couriers(words: &str) -> bool {
    has(words, &COURIER)
}

/// Is it a paper of the company: a rule, a decision, minutes?
pub(super) fn is_paper(name: &str, folder: &str) -> bool {
    has(name, &PAPER) || has(folder, &PAPER_FOLDER)
}

/// Is it the rule on confidentiality?
pub(super) fn is_internal_rule(name: &str) -> bool {
    let rule = [
        "quy che",
        "quyche",
        "quy dinh",
        "quydinh",
        "noi quy",
        "noiquy",
        "rule",
        "rules",
        "policy",
        "regulation",
    ];
    let secret = [
        "bao mat",
        "baomat",
        "bi mat",
        "bimat",
        "confidentiality",
        "confidential",
        "secrecy",
    ];
    has(name, &rule) && has(name, &secret)
}

/// The year that a name holds; 0 where it holds none.
pub(super) fn year(words: &str) -> u32 {
    let years = words.split(|c: char| !c.is_ascii_digit());
    years
        .filter_map(|digits| digits.get(..4)?.parse().ok())
        .filter(|year| (2000..2100).contains(year))
        .max()
        .unwrap_or(0)
}

const LABEL: [&str; 16] = [
    "label",
    "labels",
    "nhan",
    "tem",
    "phieu gui",
    "phieugui",
    "phieu giao",
    "phieugiao",
    "waybill",
    "waybills",
    "van don",
    "vandon",
    "awb",
    "consignment",
    "bill",
    "shipping",
];

const COURIER: [&str; 20] = [
    "courier",
    "couriers",
    "shipper",
    "shippers",
    "rider",
    "driver",
    "postman",
    "delivery",
    "buu ta",
    "buuta",
    "giao hang",
    "giaohang",
    "giao nhan",
    "giaonhan",
    "phat hang",
    "tai xe",
    "taixe",
    "nhan vien giao",
    "last mile",
    "lastmile",
];

const PAPER: [&str; 22] = [
    "quy che",
    "quyche",
    "quy dinh",
    "quydinh",
    "quy trinh",
    "quytrinh",
    "quyet dinh",
    "quyetdinh",
    "noi quy",
    "bien ban",
    "bienban",
    "ke hoach",
    "kehoach",
    "bao cao",
    "phuong an",
    "danh ba",
    "cam ket",
    "ho so",
    "hop dong",
    "policy",
    "procedure",
    "minutes",
];

const PAPER_FOLDER: [&str; 12] = [
    "documents",
    "tai lieu",
    "tailieu",
    "van ban",
    "vanban",
    "ho so",
    "hoso",
    "policies",
    "quy che",
    "phap che",
    "isms",
    "giay to",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str) -> String {
        words(Path::new(path))
    }

    #[test]
    fn paths_become_words() {
        assert_eq!(
            of("Tài liệu/QuyCheBaoMat_v2.pdf"),
            " tai lieu quy che bao mat v2 pdf "
        );
        assert!(is_label(&of("views/nhan/a6.blade.php")));
        assert!(is_label(&of("src/ShippingLabel.tsx")));
        for other in [
            "system/template/items.html",
            "hr/nhân-viên.csv",
            "billing/mail.html",
            "người nhận/x.html",
        ] {
            assert!(!is_label(&of(other)), "{other}");
        }
    }

    #[test]
    fn papers_and_years() {
        assert!(is_paper(&of("Quy chế an toàn.pdf"), &of("x")));
        assert!(is_paper(&of("a.pdf"), &of("Hồ sơ cấp độ")));
        assert!(!is_paper(&of("README.md"), &of("src")));
        assert!(is_internal_rule(&of("Quy định bảo mật thông tin.docx")));
        assert!(!is_internal_rule(&of("quy-che-an-ninh-mang.md")));
        assert_eq!(year(&of("danh-sach-2025-ban-2026.csv")), 2026);
        assert_eq!(year(&of("roster.csv")), 0);
    }
}
