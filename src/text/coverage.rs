//! Words of `capdo law coverage` and `capdo attest`.

use crate::model::{Day, Level, Text};

/// A level, where no inventory was named.
pub fn level(level: Level) -> Text {
    Text::new(format!("Cấp độ {level}"), format!("Level {level}"))
}

/// The first line: what is covered.
pub fn heading(what: &str, on: Day, all: usize, percent: u64) -> Text {
    Text::new(
        format!(
            "{what}, ngày {}: {all} yêu cầu còn hiệu lực, {percent} % có cách kết luận trọn vẹn",
            on.vi()
        ),
        format!("{what}, {on}: {all} requirements in force, {percent} % can be decided whole"),
    )
}

/// Heading of the counts by instrument.
pub fn instruments() -> Text {
    Text::new("Văn bản", "Instrument")
}

/// Heading of the counts by item of the letter.
pub fn items() -> Text {
    Text::new("Mục CV 509", "Letter item")
}

/// Heading of the counts by level.
pub fn levels() -> Text {
    Text::new("Cấp độ", "Level")
}

/// Heading of the sum.
pub fn sum() -> Text {
    Text::new("Tổng", "All")
}

/// What the signs mean.
pub fn legend() -> Text {
    Text::new(
        "● phép kiểm tra kết luận trọn vẹn · ◕ phép kiểm tra kèm xác nhận bằng văn bản · ◐ chỉ một phần · ✎ chỉ xác nhận bằng văn bản · ○ chưa có cách kết luận",
        "● whole, by controls · ◕ controls and an attestation for the rest · ◐ in part only · ✎ by attestation alone · ○ by nothing",
    )
}

/// A kind of decision in words.
pub fn decided(word: &str) -> Text {
    match word {
        "part" => Text::new("chỉ được kết luận một phần", "decided in part only"),
        "attestation" => Text::new(
            "máy có thể xem xét nhưng chưa có phép kiểm tra, chỉ có xác nhận bằng văn bản",
            "a machine could look at it, no control does: by attestation alone",
        ),
        "nothing" => Text::new("chưa có cách kết luận", "decided by nothing"),
        other => Text::same(other),
    }
}

/// A requirement that nothing decides, or only in part, or only paper.
pub fn uncovered(what: &str, title: &Text, how: &Text) -> Text {
    Text::new(
        format!("{what}: {}; {}", title.vi, how.vi),
        format!("{what}: {}; {}", title.en, how.en),
    )
}

/// The first line of the papers that are owed.
pub fn owed(file: &str, on: Day, papers: usize) -> Text {
    Text::new(
        format!(
            "{file}, ngày {}: còn thiếu {papers} văn bản xác nhận",
            on.vi()
        ),
        format!("{file}, {on}: {papers} attestations are missing"),
    )
}

/// Due now: there is none.
pub fn never() -> Text {
    Text::new("chưa có, cần ngay", "none yet, due now")
}

/// Due since a day.
pub fn ended(day: Day) -> Text {
    Text::new(format!("hết hạn {}", day.vi()), format!("ended {day}"))
}

/// An attestation of a day to come.
pub fn begins(day: Day) -> Text {
    Text::new(format!("có từ {}", day.vi()), format!("from {day} on"))
}

/// Owed only as advice or by interpretation.
pub fn weaker(interpretation: bool) -> Text {
    if interpretation {
        Text::new("theo cách hiểu", "by interpretation")
    } else {
        Text::new("khuyến khích", "suggested")
    }
}

/// A cycle in months.
pub fn cycle(months: Option<i64>) -> Text {
    match months {
        Some(months) => Text::new(
            format!("mỗi {months} tháng"),
            format!("every {months} months"),
        ),
        None => Text::same("–"),
    }
}
