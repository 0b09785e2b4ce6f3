//! Labels of lists in the terminal: law, explanations.

use crate::model::{Day, Level, Severity, Text};

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

/// What an item of the letter asks, in a few words.
pub fn letter_item(item: u8) -> Text {
    let (vi, en) = match item {
        1 => (
            "Giữ bí mật thông tin về sử dụng dịch vụ bưu chính",
            "Keep secret who sends what to whom",
        ),
        2 => (
            "Rà soát hệ thống thông tin, bảo đảm an toàn dữ liệu",
            "Review the information systems, keep their data safe",
        ),
        3 => (
            "Bảo đảm an toàn hệ thống thông tin theo cấp độ",
            "Protect each information system by its level",
        ),
        4 => (
            "Định danh cuộc gọi, mã hóa thông tin trên bưu gửi",
            "Identify callers, mask what is on the parcel",
        ),
        5 => (
            "Thực hiện pháp luật về an ninh mạng và bảo vệ dữ liệu",
            "Follow the laws on cybersecurity and data protection",
        ),
        other => return Text::new(format!("Mục {other}"), format!("Item {other}")),
    };
    Text::new(vi, en)
}

/// The name of the pseudo-system of organisation-wide duties.
pub fn organisation() -> Text {
    Text::new("Toàn doanh nghiệp", "The whole organisation")
}

/// Failures that count for the gate.
pub fn gate_failures(number: usize, severity: Severity) -> Text {
    Text::new(
        format!("{number} kết quả chưa đạt, mức {}", severity_vi(severity)),
        format!("{number} failing at severity {}", severity.word()),
    )
}

/// Remarks that count with `--strict`.
pub fn gate_remarks(number: usize) -> Text {
    Text::new(
        format!("{number} khuyến nghị chưa thực hiện (--strict)"),
        format!("{number} remarks (--strict)"),
    )
}

/// Coverage below the minimum.
pub fn gate_coverage(coverage: u8, least: u8) -> Text {
    Text::new(
        format!("độ bao phủ {coverage} % thấp hơn mức {least} %"),
        format!("coverage {coverage} % is below {least} %"),
    )
}

/// More undetermined duties than allowed.
pub fn gate_undetermined(number: u64, most: u64) -> Text {
    Text::new(
        format!("{number} nội dung chưa xác định (cho phép {most})"),
        format!("{number} undetermined (allowed: {most})"),
    )
}

/// What was decided in the baseline and can no longer be judged.
pub fn gate_lost(number: usize) -> Text {
    Text::new(
        format!("{number} nội dung lần trước có kết quả, nay không kiểm tra được (--fail-on-new)"),
        format!("{number} decided in the baseline, and not to be judged now (--fail-on-new)"),
    )
}

/// Errors of a scan.
pub fn gate_errors(number: usize) -> Text {
    Text::new(
        format!("{number} nội dung không kiểm tra được do lỗi"),
        format!("{number} could not be looked at"),
    )
}

/// Not one control could be decided.
pub fn gate_undecided() -> Text {
    Text::new(
        "không kết luận được nội dung nào",
        "nothing at all could be decided",
    )
}

/// Nothing was collected.
pub fn gate_nothing() -> Text {
    Text::new("không thu thập được gì", "nothing was collected at all")
}

/// The words of a severity.
pub fn severity_vi(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "thông tin",
        Severity::Low => "thấp",
        Severity::Medium => "trung bình",
        Severity::High => "cao",
        Severity::Critical => "nghiêm trọng",
    }
}

/// What every format carries.
pub fn disclaimer() -> Text {
    Text::new(
        "Kết quả tự kiểm tra bằng công cụ tại thời điểm thu thập; không phải kết luận đánh giá hoặc thẩm định theo Nghị định 331/2026/NĐ-CP, không thay thế đánh giá của tổ chức, đơn vị có thẩm quyền. Nội dung chưa xác định không được coi là đạt.",
        "Results of a self-check by a tool at the time of collecting; no conclusion of an assessment or appraisal under Decree 331/2026/NĐ-CP, and no substitute for the assessment of a competent organisation. What is not determined does not count as met.",
    )
}

/// Hosts that were collected with a key that may do more.
pub fn note_unrestricted(assets: &str) -> Text {
    Text::new(
        format!("Khóa SSH dùng để thu thập không bị giới hạn ở lệnh thu thập: {assets}."),
        format!(
            "The SSH key used for collecting is not restricted to the collection command: {assets}."
        ),
    )
}

/// Evidence of other days than the day of judging and the day of the law.
pub fn note_dates(first: Day, last: Day, judged: Day, law: Day) -> Text {
    let (vi, en) = if first == last {
        (first.vi(), first.to_string())
    } else {
        (
            format!("{} đến {}", first.vi(), last.vi()),
            format!("{first} to {last}"),
        )
    };
    Text::new(
        format!(
            "Bằng chứng thu thập ngày {vi}; đánh giá ngày {}, theo pháp luật tại ngày {}.",
            judged.vi(),
            law.vi()
        ),
        format!("Evidence collected on {en}; judged on {judged}, by the law as of {law}."),
    )
}

/// Texts that were read in secondary sources.
pub fn note_secondary(numbers: &str) -> Text {
    Text::new(
        format!(
            "Nội dung của {numbers} được đọc qua nguồn thứ cấp, cần đối chiếu nguyên văn trước khi viện dẫn."
        ),
        format!(
            "The duties of {numbers} were read in secondary sources: compare the text itself before citing them."
        ),
    )
}

/// One paper that stands for many duties.
pub fn note_shared(document: &str, duties: usize) -> Text {
    Text::new(
        format!(
            "Một tài liệu ({document}) là bằng chứng cho {duties} yêu cầu: cần mở tài liệu và đối chiếu từng yêu cầu."
        ),
        format!(
            "One document ({document}) is the evidence for {duties} requirements: open it and look for each."
        ),
    )
}

/// Between the lapse of the old standard and the new one.
pub fn note_between() -> Text {
    Text::new(
        "Từ 01/07/2026 đến 18/08/2026, TCVN 11930:2017 không còn và TCVN 14423:2026 chưa là căn cứ bắt buộc: các phép kiểm tra theo hai tiêu chuẩn này không được chọn.",
        "From 2026-07-01 to 2026-08-18 TCVN 11930:2017 no longer binds and TCVN 14423:2026 does not bind yet: controls that rest on them alone are not selected.",
    )
}

/// What a scan assumes.
pub fn note_scan(level: Level) -> Text {
    Text::new(
        format!(
            "Kiểm tra một phần, không có danh mục hệ thống: giả định một hệ thống trực tuyến cấp độ {level}."
        ),
        format!(
            "A partial check without an inventory: one online system of level {level} is assumed."
        ),
    )
}

/// What a scan of the changes alone leaves out.
pub fn note_changed() -> Text {
    Text::new(
        "Chỉ phần thay đổi: mọi tệp đều được đọc, nhưng chỉ kết quả ở tệp đã đổi được nêu; không thay cho lần kiểm tra đầy đủ.",
        "Only what changed: every file was read, but only results in changed files are told; it replaces no full check.",
    )
}

/// The name of the system that a scan assumes.
pub fn scanned() -> Text {
    Text::new("Đối tượng kiểm tra một phần", "What was scanned")
}

/// Rules that are weaker than the embedded ones.
pub fn note_weakened(list: &str) -> Text {
    Text::new(
        format!("Bộ quy tắc đang dùng yếu hơn bộ quy tắc gốc: {list}"),
        format!("The rules in use are weaker than the embedded ones: {list}"),
    )
}

/// A level below the one that the law demands.
pub fn note_level(system: &str, level: Level, because: &str, gaps: u64) -> Text {
    Text::new(
        format!(
            "Hệ thống {system}: quy định đòi hỏi cấp độ {level} ({because}); nếu xét theo cấp độ {level} có thêm {gaps} yêu cầu."
        ),
        format!(
            "System {system}: the law demands level {level} ({because}); at level {level} there are {gaps} more requirements."
        ),
    )
}
