//! Words of `capdo classify` and of the skeleton of a level dossier.

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

/// A part of the dossier.
#[derive(Debug, Clone, Copy)]
pub enum Part {
    /// Its title, with the system.
    Title,
    /// What it is.
    Preface,
    /// Thuyết minh tổng quan.
    Overview,
    /// Tài liệu thiết kế.
    Design,
    /// Thuyết minh đề xuất cấp độ.
    Grounds,
    /// Thuyết minh phương án.
    Plan,
    /// Ý kiến chuyên môn.
    Opinion,
    /// Dữ kiện.
    Data,
    /// What the plan must answer.
    PlanTable,
    /// Not known.
    Missing,
    /// What is missing in the whole dossier.
    MissingAll,
}

/// The words of a part.
pub fn part(part: Part) -> Text {
    let (vi, en) = match part {
        Part::Title => ("Hồ sơ đề xuất cấp độ (khung)", "Level dossier (skeleton)"),
        Part::Preface => (
            "Khung theo Nghị định 331/2026/NĐ-CP Điều 21–22, do công cụ lập từ danh mục hệ thống. Không phải hồ sơ hoàn chỉnh; chỗ ghi [CÒN THIẾU] phải bổ sung trước khi trình.",
            "Skeleton by Decree 331/2026 Art. 21–22, drawn from the inventory. It is no complete dossier; what is marked [MISSING] is to be filled in before it is submitted.",
        ),
        Part::Overview => (
            "1. Thuyết minh tổng quan (Điều 22 khoản 3)",
            "1. Overview (Art. 22.3)",
        ),
        Part::Design => (
            "2. Tài liệu thiết kế (Điều 21)",
            "2. Design document (Art. 21)",
        ),
        Part::Grounds => (
            "3. Thuyết minh đề xuất cấp độ (Điều 22 khoản 4)",
            "3. Grounds for the level (Art. 22.4)",
        ),
        Part::Plan => (
            "4. Thuyết minh phương án bảo đảm an ninh mạng (Điều 22 khoản 6)",
            "4. Security plan (Art. 22.6)",
        ),
        Part::Opinion => (
            "5. Ý kiến chuyên môn và báo cáo rủi ro chi tiết (Điều 21, Điều 22 khoản 5; cấp độ 4, 5)",
            "5. Expert opinion and detailed risk report (Art. 21, 22.5; levels 4 and 5)",
        ),
        Part::Data => (
            "Căn cứ và câu trả lời cho từng tiêu chí",
            "Basis, and the answer to each criterion",
        ),
        Part::PlanTable => (
            "Từng yêu cầu của cấp độ đề xuất và cách triển khai",
            "Each requirement of the proposed level and how it is carried out",
        ),
        Part::Missing => ("[CÒN THIẾU]", "[MISSING]"),
        Part::MissingAll => ("Những gì còn thiếu", "What is missing"),
    };
    Text::new(vi, en)
}

/// The names of the lines of a dossier, by key.
pub fn field(key: &str) -> Text {
    let (vi, en) = match key {
        "organisation" => ("Doanh nghiệp", "Enterprise"),
        "tax_code" => ("Mã số thuế", "Tax code"),
        "owner" => (
            "Chủ quản: cấp quyết định đầu tư (Điều 4 khoản 2)",
            "Owner: who decides on the investment (Art. 4.2)",
        ),
        "operator" => ("Đơn vị vận hành (Điều 5)", "Operator (Art. 5)"),
        "scope" => ("Phạm vi, quy mô", "Scope and size"),
        "hosting" => ("Nơi đặt hệ thống", "Where it stands"),
        "own" => ("hạ tầng của doanh nghiệp", "own rooms"),
        "datacentre" => ("thuê trung tâm dữ liệu", "rented data centre"),
        "cloud" => ("điện toán đám mây", "cloud"),
        "contract" => (
            "Hợp đồng thuê dịch vụ: quản trị dữ liệu, kiểm soát truy cập, bảo đảm an ninh mạng (Điều 5 khoản 3)",
            "Contract for the rented service: data governance, access control, cybersecurity (Art. 5.3)",
        ),
        "go_live" => ("Ngày đưa vào vận hành", "Went live on"),
        "logical" => ("Mô hình lô-gic", "Logical model"),
        "physical" => ("Mô hình vật lý", "Physical model"),
        "devices" => ("Danh mục thiết bị", "List of devices"),
        "applications" => (
            "Danh mục ứng dụng, dịch vụ (máy chủ, hệ điều hành)",
            "Applications and services (server, operating system)",
        ),
        "zones" => (
            "Vùng mạng, quy hoạch địa chỉ IP nội bộ và công khai",
            "Network zones, private and public IP plan",
        ),
        "design" => (
            "Tài liệu thiết kế hoặc tài liệu tương đương đã được phê duyệt",
            "Approved design document or its equivalent",
        ),
        "level" => ("Cấp độ đề xuất", "Proposed level"),
        "information" => ("Loại thông tin xử lý", "Classes of information"),
        "type" => (
            "Loại hình hệ thống (Điều 9 khoản 2)",
            "Type of system (Art. 9.2)",
        ),
        "online" => (
            "phục vụ người dân, doanh nghiệp",
            "serves citizens and businesses",
        ),
        "internal" => ("phục vụ hoạt động nội bộ", "internal"),
        "people" => (
            "Số chủ thể dữ liệu cơ bản / nhạy cảm",
            "Subjects of basic / sensitive data",
        ),
        "risks" => (
            "Nhận diện sơ bộ nguy cơ, rủi ro chính (Điều 10)",
            "First view of the main dangers and risks (Art. 10)",
        ),
        "opinion" => (
            "Ý kiến chuyên môn của đơn vị chuyên trách",
            "Expert opinion of the security unit",
        ),
        "risk_report" => (
            "Báo cáo đánh giá rủi ro chi tiết, hệ thống liên quan, mức ảnh hưởng, yêu cầu 24/7",
            "Detailed risk report, related systems, impact, 24/7 requirement",
        ),
        "rules" => (
            "Quy chế bảo đảm an ninh mạng, ban hành trước khi phê duyệt hồ sơ (Điều 30 khoản 7)",
            "Internal security regulation, issued before approval (Art. 30.7)",
        ),
        "public" => ("thông tin công cộng", "public"),
        "private" => ("thông tin riêng", "private"),
        "personal" => ("thông tin cá nhân", "personal"),
        "state-secret" => ("bí mật nhà nước", "state secret"),
        other => return Text::same(other),
    };
    Text::new(vi, en)
}
