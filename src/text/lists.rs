//! Labels of lists in the terminal: law, explanations.

use crate::model::{Day, Text};

/// The heading of the list of instruments.
pub fn law_as_of(on: Day) -> Text {
    Text::new(
        format!("Văn bản tại ngày {}", on.vi()),
        format!("Instruments on {on}"),
    )
}

/// What the marks of that list mean.
pub fn law_legend() -> Text {
    Text::new(
        "● còn hiệu lực · ○ chưa hoặc không còn hiệu lực · † công văn 509/BTTTT-BC viện dẫn · cột số: số yêu cầu",
        "● in force · ○ not or no longer in force · † cited by letter 509/BTTTT-BC · column of numbers: requirements",
    )
}

/// The labels of a requirement's lines, by key.
pub fn requirement(key: &str) -> Text {
    let (vi, en) = match key {
        "clauses" => ("Điều khoản", "Clauses"),
        "levels" => ("Cấp độ", "Levels"),
        "strength" => ("Tính chất", "Strength"),
        "reading" => ("Cách đọc", "Reading"),
        "in_force" => ("Hiệu lực", "In force"),
        "evidence" => ("Bằng chứng", "Evidence"),
        "decided_by" => ("Căn cứ kết luận", "Decided by"),
        "figures" => ("Trị số", "Figures"),
        "controls" => ("Phép kiểm tra", "Controls"),
        "corresponds_to" => ("Tương ứng", "Corresponds to"),
        "note" => ("Ghi chú", "Note"),
        other => return Text::same(other),
    };
    Text::new(vi, en)
}

/// The labels of an explanation, by key.
pub fn explain(key: &str) -> Text {
    let (vi, en) = match key {
        "level" => ("Cấp độ", "Level"),
        "expected" => ("Yêu cầu", "Expected"),
        "remedy" => ("Khắc phục", "Remedy"),
        other => return Text::same(other),
    };
    Text::new(vi, en)
}
