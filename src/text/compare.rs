//! Words of a comparison of two runs.

use super::labels::Label;

const fn l(vi: &'static str, en: &'static str) -> Label {
    Label { vi, en }
}

/// A word or sentence by key; the key itself where there is none.
pub fn word(key: &'static str) -> Label {
    match key {
        "title" => l("So sánh hai lần chạy", "Two runs compared"),
        "old" => l("Trước", "Before"),
        "new" => l("Sau", "After"),
        "table" => l(
            "Bảng chuyển trạng thái (hàng: trước, cột: sau)",
            "Transitions (rows: before, columns: after)",
        ),
        "pass" => l("đạt", "pass"),
        "fail" => l("không đạt", "fail"),
        "accepted" => l("chấp nhận", "accepted"),
        "unseen" => l("không rõ", "not seen"),
        "outside" => l("ngoài p.vi", "outside"),
        "absent" => l("không có", "absent"),
        "worse" => l("Bước lùi", "Steps back"),
        "better" => l("Bước tiến", "Steps forward"),
        "changed" => l("Thay đổi khác", "Other changes"),
        "same" => l("Không đổi", "As before"),
        "duties_worse" => l(
            "Yêu cầu lùi trạng thái",
            "Requirements that took a step back",
        ),
        "duties_better" => l(
            "Yêu cầu tiến triển",
            "Requirements that took a step forward",
        ),
        "rules_changed" => l(
            "Bộ quy tắc của hai lần chạy khác nhau: một phần thay đổi có thể do quy tắc.",
            "The two runs were judged by different rules: some of this may be the rules.",
        ),
        "law_changed" => l(
            "Pháp luật hoặc ngày áp dụng của hai lần chạy khác nhau.",
            "The law, or its day, is not the same in both runs.",
        ),
        "incomplete" => l(
            "Có lần chạy bị ngắt: phần không có không phải là đã khắc phục.",
            "A run was interrupted: what is absent there is not mended.",
        ),
        "turned" => l(
            "Lần chạy nêu trước lại kết thúc sau: hai tệp có bị đổi chỗ không?",
            "The run that is named first ended later: are the two files in the wrong order?",
        ),
        "legend" => l(
            "Không kiểm tra được nữa là bước lùi; không còn trong danh mục hoặc được chấp nhận không phải là đã khắc phục.",
            "What can no longer be judged is a step back; what is gone or accepted is not mended.",
        ),
        "none" => l("Không có gì thay đổi.", "Nothing changed."),
        other => l(other, other),
    }
}
