//! Words on what holds of a report folder or bundle.
//!
//! The mark is an integrity seal, "dấu toàn vẹn", and no signature in the sense of the law on electronic transactions.

use crate::model::Text;

/// The files fit the manifest beside them. Only a seal says that nobody wrote both anew.
pub fn holds(run: &str, as_of: &str, files: usize, sealed: bool) -> Text {
    if !sealed {
        return Text::new(
            format!(
                "Các tệp khớp nhau: {files} tệp của lần chạy {run} (pháp luật tại ngày {as_of}) đúng với manifest.json bên cạnh."
            ),
            format!(
                "The files fit each other: {files} files of run {run} (law as of {as_of}) are those that manifest.json names."
            ),
        );
    }
    Text::new(
        format!(
            "Toàn vẹn: {files} tệp của lần chạy {run} (pháp luật tại ngày {as_of}) đúng như khi được ghi."
        ),
        format!(
            "It holds: {files} files of run {run} (law as of {as_of}) are as they were written."
        ),
    )
}

/// When the run ended: an old report that is shown as a new one holds all the same.
pub fn ended(finished: &Text, days: i64) -> Text {
    let (vi, en) = match days {
        ..=0 => ("trong hôm nay".to_owned(), "today".to_owned()),
        1 => ("1 ngày trước".to_owned(), "1 day ago".to_owned()),
        days => (format!("{days} ngày trước"), format!("{days} days ago")),
    };
    Text::new(
        format!(
            "Lần chạy kết thúc lúc {}, {vi}; có lần chạy nào mới hơn hay không thì thư mục này không cho biết.",
            finished.vi
        ),
        format!(
            "The run ended at {}, {en}; whether there is a newer one this folder cannot tell.",
            finished.en
        ),
    )
}

/// What judged.
pub fn made_of(tool: &str, rules: &str, law: &str) -> Text {
    let cut = |hash: &str| hash.chars().take(16).collect::<String>();
    let (rules, law) = (cut(rules), cut(law));
    Text::new(
        format!("Đánh giá bằng {tool}, bộ quy tắc {rules}…, văn bản pháp luật {law}…"),
        format!("Judged by {tool}, rules {rules}…, law {law}…"),
    )
}

/// The runs before: how many are sealed by the key of this one (or the named one), by another, by none.
pub fn chain(same: usize, other: usize, none: usize) -> Text {
    let length = same + other + none;
    if length == 0 {
        return Text::new(
            "Chuỗi: đây là lần chạy đầu tiên, không nối với lần nào trước.",
            "Chain: this is the first run; it is linked to none before.",
        );
    }
    Text::new(
        format!(
            "Chuỗi: nối liền với {length} lần chạy trước: {same} lần có dấu của cùng khóa, {other} lần có dấu của khóa khác, {none} lần không có dấu."
        ),
        format!(
            "Chain: linked without a gap to {length} runs before: {same} sealed by the same key, {other} by another, {none} not sealed."
        ),
    )
}

/// There is no seal.
pub fn not_sealed() -> Text {
    Text::new(
        "Không có dấu toàn vẹn: chỉ phát hiện được sai hỏng do sự cố. Người sửa tệp rồi ghi lại manifest.json thì không bị phát hiện, và không chứng minh được ai đã ghi (dùng --sign khi chạy).",
        "Not sealed: only accidents are noticed. Whoever changes a file and writes manifest.json anew is not, and nothing proves who wrote it (run with --sign).",
    )
}

/// There is a seal that fits.
pub fn sealed(key: &str, named: bool) -> Text {
    let mut text = Text::new(
        format!("Dấu toàn vẹn (Ed25519) đúng với khóa {key}."),
        format!("The integrity seal (Ed25519) fits the key {key}."),
    );
    if named {
        text.vi.push_str(" Đây là khóa được nêu ở --key.");
        text.en.push_str(" It is the key that --key names.");
    } else {
        text.vi
            .push_str(" Chưa đối chiếu khóa này với khóa của ai: nêu khóa tin cậy bằng --key TỆP.");
        text.en.push_str(
            " Whose key that is was not checked: name the key that you trust with --key FILE.",
        );
    }
    text
}

/// An input is as it was.
pub fn input_same() -> Text {
    Text::new("vẫn như khi chạy", "as it was when the run was made")
}

/// An input is not as it was: the run is not touched by that.
pub fn input_changed() -> Text {
    Text::new(
        "đã thay đổi sau lần chạy này (không ảnh hưởng tính toàn vẹn của báo cáo)",
        "changed since this run (the report itself holds)",
    )
}

/// An input cannot be looked at from here.
pub fn input_away() -> Text {
    Text::new("không có ở đây để đối chiếu", "not here to be compared")
}

/// A file that the manifest does not name.
pub fn not_covered() -> Text {
    Text::new(
        "không thuộc lần chạy này, không được bảo đảm",
        "no part of this run: nothing is said of it",
    )
}

/// A file of the report is a link.
pub fn linked() -> Text {
    Text::new(
        "là liên kết: nội dung đang khớp, nhưng nằm ngoài thư mục này và có thể đổi",
        "is a link: what it leads to fits now, but lies elsewhere and may change",
    )
}

/// A bundle is as it was written.
pub fn bundle_holds(collected: &str, complete: bool) -> Text {
    let mut text = Text::new(
        format!("Toàn vẹn: gói bằng chứng thu thập lúc {collected} đúng như khi được ghi."),
        format!("It holds: the bundle collected at {collected} is as it was written."),
    );
    if !complete {
        text.vi.push_str(" Việc thu thập đã bị ngắt giữa chừng.");
        text.en.push_str(" Its collection was cut.");
    }
    text
}

/// Something is not as it was written.
pub fn does_not_hold() -> Text {
    Text::new("KHÔNG TOÀN VẸN", "IT DOES NOT HOLD")
}

/// What is wrong with a file, by key.
pub fn broken(key: &str, detail: &str) -> Text {
    let (vi, en) = match key {
        "unreadable" => ("không đọc được", "cannot be read"),
        "changed" => ("không còn như khi được ghi", "is not what was written"),
        "foreign" => ("không phải tệp do capdo ghi", "was not written by capdo"),
        "newer" => (
            "do phiên bản mới hơn ghi; cần capdo mới hơn để kiểm tra",
            "was written by a newer version; a newer capdo is needed to check it",
        ),
        "stray" => (
            "có dấu toàn vẹn, nhưng manifest ghi là không đóng dấu: manifest đã bị viết lại",
            "stands beside a manifest that says it is not sealed: the manifest was written anew",
        ),
        "other-key" => (
            "dấu toàn vẹn của khóa khác với khóa ở --key",
            "is sealed by another key than --key names",
        ),
        "not-sealed" => (
            "không có dấu toàn vẹn, trong khi --key đòi hỏi có",
            "is not sealed, and --key asks for a seal",
        ),
        "endless" => (
            "chuỗi lần chạy không dẫn tới lần đầu tiên",
            "the chain of runs does not lead to a first one",
        ),
        other => (other, other),
    };
    let with = |words: &str| {
        if detail.is_empty() {
            words.to_owned()
        } else {
            format!("{words}: {detail}")
        }
    };
    Text::new(with(vi), with(en))
}

/// A pair of keys was made.
pub fn generated(private: &str, public: &str, hex: &str) -> Text {
    Text::new(
        format!(
            "Khóa đóng dấu toàn vẹn: {private} (giữ kín, dùng với --sign)\nKhóa kiểm tra: {public} (gửi cho người cần kiểm tra, dùng với capdo verify --key)\n{hex}\nĐây là dấu toàn vẹn kỹ thuật, không thay cho chữ ký theo pháp luật về giao dịch điện tử."
        ),
        format!(
            "The key that seals: {private} (keep it to yourself; use it with --sign)\nThe key that checks: {public} (give it to whoever checks; use it with capdo verify --key)\n{hex}\nIt makes a technical seal of integrity, and replaces no signature that the law asks for."
        ),
    )
}
