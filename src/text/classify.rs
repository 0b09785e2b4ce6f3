//! Words of `capdo classify`.

use crate::model::{Day, Force, Level, LevelDecision, Text};

/// The first line: whose criteria.
pub fn heading(file: &str, on: Day, number: &str) -> Text {
    Text::new(
        format!("{file}, ngày {}: tiêu chí của {number}", on.vi()),
        format!("{file}, {on}: criteria of {number}"),
    )
}

/// The first line on a day without criteria.
pub fn heading_between(file: &str, on: Day, number: &str, from: Day) -> Text {
    Text::new(
        format!(
            "{file}, ngày {}: không văn bản nào về tiêu chí cấp độ đang bắt buộc; dưới đây là theo {number}, có hiệu lực từ {}, để chuẩn bị",
            on.vi(),
            from.vi()
        ),
        format!(
            "{file}, {on}: no text with criteria of levels binds; what follows is by {number}, in force from {from}, to prepare"
        ),
    )
}

/// The first line where no decree is known at all.
pub fn heading_none(file: &str, on: Day) -> Text {
    Text::new(
        format!("{file}, ngày {}: không có tiêu chí cấp độ", on.vi()),
        format!("{file}, {on}: there are no criteria of levels"),
    )
}

/// The level that the criteria give.
pub fn level(level: Option<Level>, force: Force, reference: &str) -> Text {
    match level {
        Some(level) => {
            let (vi, en) = match force {
                Force::Binding => ("", ""),
                Force::Suggested => (" (khuyến khích)", " (suggested)"),
                Force::Interpretation => (" (theo cách hiểu)", " (by interpretation)"),
            };
            Text::new(
                format!("Cấp độ theo tiêu chí: {level}{vi} · {reference}"),
                format!("Level by the criteria: {level}{en} · {reference}"),
            )
        }
        None => Text::new(
            "Cấp độ theo tiêu chí: chưa xác định được",
            "Level by the criteria: not determined",
        ),
    }
}

/// The level without interpretation, where it is lower.
pub fn firm(level: Option<Level>) -> Text {
    let (vi, en) = level.map_or_else(
        || ("chưa xác định".to_owned(), "not determined".to_owned()),
        |l| (l.to_string(), l.to_string()),
    );
    Text::new(
        format!("Không tính phần theo cách hiểu: {vi}"),
        format!("Without the interpretation: {en}"),
    )
}

/// A doubt or a counter-argument of the text that decides.
pub fn note(note: &Text) -> Text {
    Text::new(format!("Lưu ý: {}", note.vi), format!("Note: {}", note.en))
}

/// A count against a figure.
pub fn measure(figure: &str, count: u64, limit: u64) -> Text {
    let (vi, en) = match figure {
        "basic_subjects" => ("chủ thể dữ liệu cơ bản", "subjects of basic data"),
        "sensitive_subjects" => ("chủ thể dữ liệu nhạy cảm", "subjects of sensitive data"),
        "users" => ("người sử dụng", "users"),
        other => (other, other),
    };
    let sign = if count >= limit { "≥" } else { "<" };
    Text::new(
        format!("{vi} {count} {sign} {limit}"),
        format!("{en} {count} {sign} {limit}"),
    )
}

/// The counts that were used.
pub fn counts(list: &Text) -> Text {
    Text::new(
        format!("Số liệu đã dùng: {}", list.vi),
        format!("Counts used: {}", list.en),
    )
}

/// How near a count is to the figure above it.
pub fn near(measure: &Text, percent: u64, level: Level, warn: bool) -> Text {
    let (vi, en) = if warn {
        (" – sắp tới ngưỡng", " – near the threshold")
    } else {
        ("", "")
    };
    Text::new(
        format!("Ngưỡng cấp độ {level}: {} ({percent} %){vi}", measure.vi),
        format!(
            "Threshold of level {level}: {} ({percent} %){en}",
            measure.en
        ),
    )
}

/// The declared level against the criteria.
pub fn declared(declared: Level, found: Option<Level>) -> Text {
    let (vi, en) = match found {
        None => ("chưa so sánh được", "cannot be compared"),
        Some(found) if found > declared => ("thấp hơn tiêu chí", "below the criteria"),
        Some(found) if found < declared => ("cao hơn tiêu chí", "above the criteria"),
        Some(_) => ("khớp với tiêu chí", "as the criteria say"),
    };
    Text::new(
        format!("Cấp độ đã khai: {declared} – {vi}"),
        format!("Declared level: {declared} – {en}"),
    )
}

/// The decision on the level.
pub fn decision(decision: Option<&LevelDecision>, what: &Text) -> Text {
    match decision {
        None => Text::new(
            format!("Quyết định phê duyệt cấp độ: chưa có{}", what.vi),
            format!("Decision on the level: none{}", what.en),
        ),
        Some(d) => Text::new(
            format!(
                "Quyết định phê duyệt cấp độ: {} ngày {}, {}{}",
                d.number,
                d.date.vi(),
                d.authority,
                what.vi
            ),
            format!(
                "Decision on the level: {} of {}, {}{}",
                d.number, d.date, d.authority, what.en
            ),
        ),
    }
}

/// A decision under the older law stays.
pub fn kept(until: Option<Day>) -> Text {
    let (vi, en) = until.map_or_else(Default::default, |day| {
        (
            format!("; đáp ứng yêu cầu của cấp độ đến {}", day.vi()),
            format!("; its requirements are to be met by {day}"),
        )
    });
    Text::new(
        format!(" – cấp độ được giữ nguyên (Luật 116/2025/QH15 Điều 45.1){vi}"),
        format!(" – the level stays (Law 116/2025 Art. 45.1){en}"),
    )
}

/// A decision of a day to come.
pub fn decision_later() -> Text {
    Text::new(" – chưa đến ngày ký", " – its day has not come")
}

/// A decision under a decree that was not in force on its day.
pub fn decision_out_of_time() -> Text {
    Text::new(
        " – văn bản làm căn cứ không có hiệu lực vào ngày ký, trừ trường hợp chuyển tiếp (Nghị định 331/2026/NĐ-CP Điều 39.1)",
        " – the text it rests on was not in force on its day, unless the transition applies (Decree 331/2026 Art. 39.1)",
    )
}

/// A system under investment may still be levelled under the older decree.
pub fn investment(until: Day) -> Text {
    Text::new(
        format!(
            "Hệ thống đang đầu tư: chuyển tiếp theo Nghị định 331/2026/NĐ-CP Điều 39.1, đến {}",
            until.vi()
        ),
        format!("System under investment: transition of Decree 331/2026 Art. 39.1, until {until}"),
    )
}

/// What a higher level adds.
pub fn higher(level: Level, requirements: usize, controls: usize) -> Text {
    Text::new(
        format!(
            "Nếu áp dụng cấp độ {level}: thêm {requirements} yêu cầu, {controls} phép kiểm tra"
        ),
        format!("At level {level}: {requirements} more requirements, {controls} more controls"),
    )
}

/// What the inventory does not tell.
pub fn missing(keys: &str, up_to: Option<Level>) -> Text {
    let (vi, en) = up_to.map_or_else(Default::default, |level| {
        (
            format!(" – có thể lên tới cấp độ {level}"),
            format!(" – the level could be up to {level}"),
        )
    });
    Text::new(
        format!("Chưa nêu trong danh mục: {keys}{vi}"),
        format!("Not told in the inventory: {keys}{en}"),
    )
}

/// Its text must be read again.
pub fn reread(day: Day) -> Text {
    Text::new(
        format!("chưa xác định: căn cứ chỉ được kiểm chứng đến {}", day.vi()),
        format!("not determined: its basis is verified until {day} only"),
    )
}

/// Lines whose text must be read again, for the summary.
pub fn to_reread(references: &str, day: Day, up_to: Option<Level>) -> Text {
    let (vi, en) = up_to.map_or_else(Default::default, |level| {
        (
            format!(" – có thể là cấp độ {level}"),
            format!(" – it could be level {level}"),
        )
    });
    Text::new(
        format!(
            "Phải đọc lại căn cứ (kiểm chứng đến {}): {references}{vi}",
            day.vi()
        ),
        format!("To be read again (verified until {day}): {references}{en}"),
    )
}

/// An answer of one line of the table.
pub fn met() -> Text {
    Text::new("khớp", "met")
}

/// An answer of one line of the table.
pub fn decides() -> Text {
    Text::new("khớp, quyết định cấp độ", "met, decides")
}

/// An answer of one line of the table.
pub fn not_met() -> Text {
    Text::new("không khớp", "not met")
}

/// An answer of one line of the table.
pub fn open(keys: &str) -> Text {
    Text::new(format!("chưa nêu: {keys}"), format!("not told: {keys}"))
}

/// An answer of one line of the table.
pub fn outside() -> Text {
    Text::new(
        "danh mục không trả lời được",
        "nothing that an inventory tells",
    )
}
