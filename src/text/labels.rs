//! The fixed words of reports and terminal, in Vietnamese and English.
//!
//! Words of a result, a status, a kind stand here as functions over our enums; the headings and sentences of the
//! printed page stand in [`page`]. No word here claims more than the tool can know: see design §3.

pub mod data;
pub mod fine;
pub mod page;

use serde::Serialize;

use crate::model::{
    AssetKind, Day, Disposition, Force, InstrumentKind, Lang, Origin, Reading, Regime, ResultWord,
    Scope, Severity, Status, Strength, Text,
};

/// A fixed word in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Label {
    /// Vietnamese.
    pub vi: &'static str,
    /// English.
    pub en: &'static str,
}

impl Label {
    /// The word in one language.
    pub fn get(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Vi => self.vi,
            Lang::En => self.en,
        }
    }

    /// The word as a text.
    pub fn text(self) -> Text {
        Text::new(self.vi, self.en)
    }
}

const fn l(vi: &'static str, en: &'static str) -> Label {
    Label { vi, en }
}

/// The state of a requirement.
pub fn status(status: Status) -> Label {
    match status {
        Status::NotApplicable => l("Không áp dụng", "Not applicable"),
        Status::Met => l("Đạt", "Met"),
        Status::Remark => l("Khuyến nghị", "Remark"),
        Status::Undetermined => l("Chưa xác định", "Not determined"),
        Status::Gap => l("Chưa đạt", "Gap"),
    }
}

/// A result.
pub fn result(result: ResultWord) -> Label {
    match result {
        ResultWord::Pass => l("Đạt", "Pass"),
        ResultWord::Fail => l("Không đạt", "Fail"),
        ResultWord::Error => l("Không kiểm tra được", "Error"),
        ResultWord::Unknown => l("Không rõ", "Unknown"),
        ResultWord::NotApplicable => l("Không áp dụng", "Not applicable"),
        ResultWord::NotChecked => l("Chưa kiểm tra", "Not checked"),
        ResultWord::NotSelected => l("Không thuộc phạm vi", "Not selected"),
        ResultWord::Informational => l("Thông tin", "For information"),
        ResultWord::Fixed => l("Đã khắc phục", "Fixed"),
    }
}

/// A severity.
pub fn severity(severity: Severity) -> Label {
    match severity {
        Severity::Critical => l("Nghiêm trọng", "Critical"),
        Severity::High => l("Cao", "High"),
        Severity::Medium => l("Trung bình", "Medium"),
        Severity::Low => l("Thấp", "Low"),
        Severity::Info => l("Thông tin", "Info"),
    }
}

/// How strongly a duty holds.
pub fn force(force: Force) -> Label {
    match force {
        Force::Binding => l("bắt buộc", "binding"),
        Force::Suggested => l("khuyến nghị", "suggested"),
        Force::Interpretation => l("cách hiểu của công cụ", "our reading"),
    }
}

/// An order or advice.
pub fn strength(strength: Strength) -> Label {
    match strength {
        Strength::Must => l("phải", "must"),
        Strength::Should => l("nên", "should"),
    }
}

/// Judged for each system, or once.
pub fn scope(scope: Scope) -> Label {
    match scope {
        Scope::System => l("từng hệ thống", "each system"),
        Scope::Organisation => l("toàn doanh nghiệp", "the whole organisation"),
    }
}

/// Is it in force on the day?
pub fn in_force(yes: bool) -> Label {
    match yes {
        true => l("còn hiệu lực", "in force"),
        false => l("không có hiệu lực", "not in force"),
    }
}

/// A duty that an attestation decides.
pub fn by_paper() -> Label {
    l("xác nhận bằng văn bản", "attestation")
}

/// A duty that all its controls decide.
pub fn by_controls() -> Label {
    l("mọi phép kiểm tra", "all controls")
}

/// How many controls there are.
pub fn controls(count: usize) -> Text {
    Text::new(
        format!("{count} phép kiểm tra"),
        format!("{count} controls"),
    )
}

/// A kind of asset.
pub fn kind(kind: AssetKind) -> Label {
    match kind {
        AssetKind::Server => l("máy chủ", "server"),
        AssetKind::Endpoint => l("điểm kết nối", "endpoint"),
        AssetKind::Config => l("tệp cấu hình", "configuration"),
        AssetKind::Schema => l("lược đồ dữ liệu", "data schema"),
        AssetKind::Label => l("nhãn bưu gửi", "shipping label"),
        AssetKind::CallerId => l("định danh cuộc gọi", "caller identity"),
        AssetKind::Document => l("hồ sơ, tài liệu", "document"),
    }
}

/// What stands beside a result; nothing for `none`.
pub fn disposition(disposition: Disposition) -> Label {
    match disposition {
        Disposition::None => l("", ""),
        Disposition::Waived => l("Chấp nhận tạm thời", "Accepted for a time"),
        Disposition::Compensating => l("Có biện pháp thay thế", "Compensating measure"),
        Disposition::Attested => l("Có văn bản xác nhận", "Attested"),
        Disposition::Inherited => l("Đánh giá ở nơi khác", "Judged elsewhere"),
        Disposition::FalsePositive => l("Công cụ nhận nhầm", "False positive"),
    }
}

/// What an instrument is.
pub fn instrument(kind: InstrumentKind) -> Label {
    match kind {
        InstrumentKind::Law => l("Luật", "Law"),
        InstrumentKind::Decree => l("Nghị định", "Decree"),
        InstrumentKind::Circular => l("Thông tư", "Circular"),
        InstrumentKind::Standard => l("Tiêu chuẩn", "Standard"),
        InstrumentKind::Letter => l("Công văn", "Letter"),
        InstrumentKind::Decision => l("Quyết định", "Decision"),
        InstrumentKind::Resolution => l("Nghị quyết", "Resolution"),
    }
}

/// How a text was read.
pub fn reading(reading: Reading) -> Label {
    match reading {
        Reading::Read => l("đọc nguyên văn", "text read"),
        Reading::Secondary => l("theo nguồn thứ cấp", "secondary source"),
        Reading::Unverified => l("chưa xác minh", "not verified"),
    }
}

/// The decree under which a level was decided.
pub fn regime(regime: Regime) -> Label {
    match regime {
        Regime::Nd85 => l("Nghị định 85/2016/NĐ-CP", "Decree 85/2016/NĐ-CP"),
        Regime::Nd331 => l("Nghị định 331/2026/NĐ-CP", "Decree 331/2026/NĐ-CP"),
    }
}

/// The unit of a value, from its English word in the run; as it stands where we have no other word.
pub fn unit(unit: &str) -> Text {
    let vi = match unit {
        "days" => "ngày",
        "months" => "tháng",
        "hours" => "giờ",
        "minutes" => "phút",
        "seconds" => "giây",
        "characters" => "ký tự",
        "classes of characters" => "nhóm ký tự",
        "bits" => "bit",
        other => other,
    };
    Text::new(vi, unit)
}

/// `Điều 12 khoản 3 điểm c`, from `12.3.c`; as it stands where it is no such place.
pub fn provision(place: &str) -> Text {
    let parts: Vec<&str> = place.split('.').collect();
    if parts.len() > 3 || !place.starts_with(|c: char| c.is_ascii_digit()) {
        return Text::same(place);
    }
    let mut text = Text::default();
    for (at, part) in parts.iter().enumerate() {
        let part = if *part == "dd" { "đ" } else { part };
        let (vi, en) = match at {
            0 => (format!("Điều {part}"), format!("Art. {part}")),
            1 => (format!(" khoản {part}"), format!("({part})")),
            _ => (format!(" điểm {part}"), format!("({part})")),
        };
        text.vi.push_str(&vi);
        text.en.push_str(&en);
    }
    text
}

/// Where a value comes from.
pub fn origin(origin: Origin) -> Label {
    match origin {
        Origin::Set => l("đặt trong tệp", "set"),
        Origin::Default => l("mặc định", "default"),
        Origin::Derived => l("suy ra", "derived"),
        Origin::Shadowed => l("bị ghi đè", "shadowed"),
    }
}

/// The outcome of the gate, from the word of the run.
pub fn gate(outcome: &str) -> Label {
    match outcome {
        "pass" => l("Qua", "passed"),
        "fail" => l("Không qua", "failed"),
        _ => l("Chưa đủ căn cứ kết luận", "no verdict: incomplete"),
    }
}

/// `chưa đạt, còn thời hạn chuyển tiếp đến 01/07/2027`, or that the time has passed.
pub fn due(due: Day, as_of: Day) -> Text {
    if due >= as_of {
        Text::new(
            format!("chưa đạt, còn thời hạn chuyển tiếp đến {}", due.vi()),
            format!("gap, to be closed by {due} (transition)"),
        )
    } else {
        Text::new(
            format!("chưa đạt, thời hạn chuyển tiếp đã hết từ {}", due.vi()),
            format!("gap, the transition ended on {due}"),
        )
    }
}

/// That a gap is accepted until a day.
pub fn accepted(until: Day) -> Text {
    Text::new(
        format!("chấp nhận đến {}", until.vi()),
        format!("accepted until {until}"),
    )
}

/// That more facts were left out.
pub fn more(count: usize) -> Text {
    Text::new(format!("và {count} mục khác"), format!("and {count} more"))
}

/// What is open of a system: gaps and what is not determined.
pub fn open_counts(counts: crate::model::Counts) -> Text {
    let (gap, undetermined, all) = (counts.gap, counts.undetermined, counts.applicable());
    Text::new(
        format!("chưa đạt {gap}, chưa xác định {undetermined} / {all}"),
        format!("gaps {gap}, not determined {undetermined} / {all}"),
    )
}

/// How many findings could not be looked at.
pub fn errors(count: usize) -> Text {
    Text::new(
        format!("{count} kết quả không kiểm tra được do lỗi"),
        format!("{count} findings are errors: they could not be looked at"),
    )
}

/// From the first of some runs to the last: a sentence beside their picture.
pub fn trend(
    runs: usize,
    first: (Text, crate::model::Counts),
    last: (Text, crate::model::Counts),
) -> Text {
    let ((from, a), (to, b)) = (first, last);
    Text::new(
        format!(
            "Qua {runs} lần kiểm tra, từ ngày {} đến ngày {}: chưa đạt {} → {}, khuyến nghị {} → {}, chưa xác định {} → {}, đạt {} → {}, trên tổng số phải xét {} → {}.",
            from.vi,
            to.vi,
            a.gap,
            b.gap,
            a.remark,
            b.remark,
            a.undetermined,
            b.undetermined,
            a.met,
            b.met,
            a.applicable(),
            b.applicable()
        ),
        format!(
            "Over {runs} runs, from {} to {}: gaps {} → {}, remarks {} → {}, not determined {} → {}, met {} → {}, of all that apply {} → {}.",
            from.en,
            to.en,
            a.gap,
            b.gap,
            a.remark,
            b.remark,
            a.undetermined,
            b.undetermined,
            a.met,
            b.met,
            a.applicable(),
            b.applicable()
        ),
    )
}

/// Failures before and after what stands beside them, and the duties as they are without it.
pub fn before_waivers(all: u64, left: u64, duties: Option<crate::model::Counts>) -> Text {
    let duties = duties.map(counts);
    let aside = |words: Option<&String>| words.map_or_else(String::new, |w| format!(" ({w})"));
    Text::new(
        format!(
            "Trước khi xét chấp nhận: {all} kết quả không đạt{}; sau khi xét: {left} kết quả không đạt.",
            aside(duties.as_ref().map(|d| &d.vi))
        ),
        format!(
            "Before waivers: {all} failing{}; after: {left} failing.",
            aside(duties.as_ref().map(|d| &d.en))
        ),
    )
}

/// An RFC 3339 moment in the time of Vietnam, as all days of capdo are; as it stands where it is none.
pub fn moment(rfc3339: &str) -> Text {
    match in_vietnam(rfc3339) {
        Some((day, time)) => Text::new(
            format!("{time} ngày {} (giờ Việt Nam)", day.vi()),
            format!("{day} {time} (UTC+7)"),
        ),
        None => Text::same(crate::text::unicode::visible(rfc3339)),
    }
}

/// The same, short, for tables whose head names the zone: `2026-11-23 09:12`.
pub fn clock(rfc3339: &str) -> String {
    match in_vietnam(rfc3339) {
        Some((day, time)) => format!("{day} {time}"),
        None => crate::text::unicode::visible(rfc3339),
    }
}

fn in_vietnam(rfc3339: &str) -> Option<(Day, String)> {
    let at: jiff::Timestamp = rfc3339.parse().ok()?;
    let there = jiff::tz::Offset::constant(7).to_datetime(at);
    Some((Day::of(at), there.strftime("%H:%M").to_string()))
}

/// That results were left out of a format that takes only so many.
pub fn left_out(count: usize) -> Text {
    Text::new(
        format!("{count} kết quả không nêu ở đây; xem run.json hoặc report.html"),
        format!("{count} results are left out here; see run.json or report.html"),
    )
}

/// A day in both languages.
pub fn day(day: Day) -> Text {
    Text::new(day.vi(), day.to_string())
}

/// `đạt 12, khuyến nghị 3, chưa đạt 4, chưa xác định 120 / 139`.
pub fn counts(counts: crate::model::Counts) -> Text {
    let all = counts.applicable();
    Text::new(
        format!(
            "đạt {}, khuyến nghị {}, chưa đạt {}, chưa xác định {} / {all}",
            counts.met, counts.remark, counts.gap, counts.undetermined
        ),
        format!(
            "met {}, remarks {}, gaps {}, not determined {} / {all}",
            counts.met, counts.remark, counts.gap, counts.undetermined
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provisions_are_written_out() {
        let text = provision("12.3.c");
        assert_eq!(text.vi, "Điều 12 khoản 3 điểm c");
        assert_eq!(text.en, "Art. 12(3)(c)");
        assert_eq!(provision("Phụ lục").vi, "Phụ lục");
    }

    #[test]
    fn moments_are_written_out() {
        assert_eq!(
            moment("2026-11-23T09:12:30.5+07:00").vi,
            "09:12 ngày 23/11/2026 (giờ Việt Nam)"
        );
        assert_eq!(
            moment("2026-11-30T17:15:30Z").en,
            "2026-12-01 00:15 (UTC+7)"
        );
        assert_eq!(clock("2026-11-30T17:15:17.973Z"), "2026-12-01 00:15");
        assert_eq!(moment("soon").vi, "soon");
        assert_eq!(moment("2026-11-23Tđđđđđđđđ").en, "2026-11-23Tđđđđđđđđ");
    }
}
