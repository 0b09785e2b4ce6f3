//! The words of the report to an authority. It is written in Vietnamese only, in the form of Nghị định 30/2020/NĐ-CP.
//!
//! Nothing here states a result: what is stated comes from the run.

use super::labels;
use crate::model::{Counts, Day, Deployment, DossierStage, Hosting, InstrumentKind, Status};

/// Quốc hiệu.
pub const NATION: &str = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM";
/// Tiêu ngữ.
pub const MOTTO: &str = "Độc lập - Tự do - Hạnh phúc";
/// In the header of every page.
pub const DRAFT: &str = "DỰ THẢO";
/// The kind of paper.
pub const KIND: &str = "BÁO CÁO";
/// What it is about.
pub const SUBJECT: &str = "Kết quả tự rà soát việc bảo đảm an ninh mạng hệ thống thông tin theo cấp độ và bảo vệ dữ liệu cá nhân trong hoạt động bưu chính";
/// Before the addressees.
pub const TO: &str = "Kính gửi:";
/// Where nothing was filled in.
pub const BLANK: &str = "……………………………";
/// The number, to be filled in, and the symbol. The spaces do not fold.
pub fn number(symbol: &str) -> String {
    format!("Số:{}/{symbol}", "\u{a0}".repeat(9))
}
/// The symbol where the plan names none.
pub const SYMBOL: &str = "BC-……";
/// Place and date, the date to be filled in.
pub fn place_and_date(place: Option<&str>) -> String {
    format!("{}, ngày …… tháng …… năm ………", place.unwrap_or("………………"))
}

/// Above the list of those who receive it.
pub const COPIES: &str = "Nơi nhận:";
/// The first of them.
pub const AS_ABOVE: &str = "Như trên;";
/// The last of them.
pub const FILED: &str = "Lưu: VT.";
/// Above the place of the signature, where the plan names no post.
pub const POST: &str = "QUYỀN HẠN, CHỨC VỤ CỦA NGƯỜI KÝ";
/// The place of the signature.
pub const SIGN: &str = "(Chưa ký)";

/// The first basis.
pub const BASIS_LETTER: &str = "Căn cứ Công văn số 509/BTTTT-BC ngày 28 tháng 3 năm 2025 về việc bảo đảm an toàn thông tin trong cung ứng dịch vụ bưu chính";
/// A basis, as NĐ 30/2020 writes one: `Căn cứ Luật An ninh mạng số …`, `Căn cứ Nghị định số … về …`.
pub fn basis(kind: InstrumentKind, number: &str, title: &str) -> String {
    let word = labels::instrument(kind).vi;
    let about = title.strip_prefix(word).map_or(title, str::trim_start);
    match kind {
        InstrumentKind::Law => format!("Căn cứ {word} {about} số {number}"),
        InstrumentKind::Standard => format!("Căn cứ {number} {about}"),
        InstrumentKind::Decree
        | InstrumentKind::Circular
        | InstrumentKind::Letter
        | InstrumentKind::Decision
        | InstrumentKind::Resolution => format!("Căn cứ {word} số {number} {about}"),
    }
}
/// The last sentence before the chapters.
pub fn opening(body: &str) -> String {
    format!("{body} báo cáo kết quả tự rà soát như sau:")
}

/// I.
pub const CHAPTER_1: &str = "I. CĂN CỨ";
/// II.
pub const CHAPTER_2: &str = "II. PHẠM VI, THỜI ĐIỂM, PHƯƠNG PHÁP VÀ ĐƠN VỊ THỰC HIỆN";
/// III.
pub const CHAPTER_3: &str = "III. KẾT QUẢ THEO NĂM NỘI DUNG CỦA CÔNG VĂN 509/BTTTT-BC";
/// IV.
pub const CHAPTER_4: &str = "IV. DANH MỤC HỆ THỐNG THÔNG TIN VÀ CẤP ĐỘ";
/// V.
pub const CHAPTER_5: &str = "V. DỮ LIỆU CÁ NHÂN";
/// VI.
pub const CHAPTER_6: &str = "VI. SỰ CỐ TRONG KỲ";
/// VII.
pub const CHAPTER_7: &str =
    "VII. TỒN TẠI, NGUYÊN NHÂN, BIỆN PHÁP, THỜI HẠN VÀ NGƯỜI CHỊU TRÁCH NHIỆM";
/// VIII.
pub const CHAPTER_8: &str = "VIII. KIẾN NGHỊ";

/// Under I.
pub const CITED_LEAD: &str = "Công văn viện dẫn các văn bản sau; văn bản nào đã hết hiệu lực thì báo cáo này áp dụng văn bản đang có hiệu lực ghi ở cột bên phải:";
/// Head of the table of I.
pub const CITED_HEAD: [&str; 2] = ["Văn bản công văn viện dẫn", "Văn bản đang có hiệu lực"];
/// A text that still holds.
pub const STILL: &str = "Còn hiệu lực";
/// A text that ended and nothing is known in its place.
pub const ENDED_UNKNOWN: &str = "Hết hiệu lực; chưa rõ văn bản thay thế";
/// `(có hiệu lực từ ngày …)`.
pub fn from_day(day: Day) -> String {
    format!("(có hiệu lực từ ngày {})", day.vi())
}
/// What was read in secondary sources.
pub const SECONDARY: &str =
    "Nội dung đọc qua nguồn thứ cấp (cần đối chiếu nguyên văn trước khi viện dẫn)";

/// Sentences of II.
pub fn scope_organisation(name: &str, tax_code: Option<&str>) -> String {
    match tax_code {
        Some(code) => format!("1. Doanh nghiệp: {name}, mã số thuế {code}."),
        None => format!("1. Doanh nghiệp: {name}."),
    }
}
/// A scan has no organisation.
pub const SCOPE_SCAN: &str = "1. Kiểm tra một phần: chỉ các yêu cầu mà loại đối tượng được kiểm tra chứng minh được; không phải kết quả của cả hệ thống.";
/// The systems that were looked at.
pub fn scope_systems(count: usize, names: &str) -> String {
    format!("2. Phạm vi: {count} hệ thống thông tin ({names}).")
}
/// When it was collected and under which law.
pub fn scope_time(started: &str, as_of: Day, period: Option<(Day, Day)>) -> String {
    let period = period.map_or_else(String::new, |(from, to)| {
        format!(" Kỳ báo cáo: từ {} đến {}.", from.vi(), to.vi())
    });
    format!(
        "3. Thời điểm thu thập: {started}. Pháp luật áp dụng tại ngày {}.{period}",
        as_of.vi()
    )
}
/// How.
pub fn scope_method(tool: &str, assets: &str, evidence: usize) -> String {
    format!(
        "4. Phương pháp: tự kiểm tra bằng công cụ {tool}, chỉ đọc, không thay đổi đối tượng. Đã xem xét: {assets}; {evidence} bằng chứng (Phụ lục III). Nội dung không đọc được ghi là chưa đủ bằng chứng."
    )
}
/// By whom.
pub fn scope_assessor(unit: Option<&str>, independent: Option<bool>) -> String {
    let unit = unit.unwrap_or("chưa khai báo");
    let independence = match independent {
        Some(true) => "độc lập với bộ phận vận hành",
        Some(false) => "không độc lập với bộ phận vận hành",
        None => "chưa khai báo tính độc lập với bộ phận vận hành",
    };
    format!(
        "5. Đơn vị thực hiện: {unit}, {independence} (Nghị định 331/2026/NĐ-CP Điều 31 khoản 2 điểm c)."
    )
}
/// Before the disclaimer.
pub const SCOPE_LIMITS: &str = "6. Giới hạn:";
/// An interrupted run.
pub const INCOMPLETE: &str = "Lần kiểm tra bị ngắt: kết quả chưa đầy đủ.";

/// The words of a state in this report.
pub fn status(status: Status) -> &'static str {
    match status {
        Status::NotApplicable => "Không áp dụng",
        Status::Met => "Đạt",
        Status::Remark => "Khuyến nghị",
        Status::Undetermined => "Chưa đủ bằng chứng",
        Status::Gap => "Chưa đạt",
    }
}
/// Counts in words; there are no percentages here.
pub fn counts(counts: Counts) -> String {
    format!(
        "đạt {}; chưa đạt {}; khuyến nghị {}; chưa đủ bằng chứng {}; không áp dụng {}",
        counts.met, counts.gap, counts.remark, counts.undetermined, counts.notapplicable
    )
}
/// Under III.
pub fn results_lead(all: &str) -> String {
    format!(
        "Tổng hợp theo cặp yêu cầu × hệ thống đang có hiệu lực: {all}. Kết quả theo từng điều, khoản, điểm nêu tại Phụ lục II."
    )
}
/// The name of a table for those who hear the page.
pub fn table(number: usize, head: &str) -> String {
    format!("Bảng {number}: {head}")
}
/// Head of the table of the items.
pub const ITEMS_HEAD: [&str; 7] = [
    "Nội dung",
    "Kết quả",
    "Đạt",
    "Chưa đạt",
    "Khuyến nghị",
    "Chưa đủ bằng chứng",
    "Không áp dụng",
];
/// `Nội dung 1: …`.
pub fn item(number: u8, title: &str) -> String {
    format!("{number}. {title}")
}
/// Head of the table of obligations.
pub const DUTIES_HEAD: [&str; 4] = [
    "Nghĩa vụ",
    "Căn cứ (điều, khoản, điểm)",
    "Kết quả",
    "Bằng chứng",
];
/// Where no item was judged.
pub const NO_LETTER: &str =
    "Không đánh giá theo năm nội dung: kiểm tra một phần, hoặc trước ngày 28/03/2025.";
/// `và 3 mục khác`.
pub fn more(count: usize) -> String {
    format!("và {count} mục khác")
}

/// Head of the table of IV.
pub const SYSTEMS_HEAD: [&str; 6] = [
    "TT",
    "Hệ thống",
    "Cấp độ khai báo",
    "Cấp độ theo quy định",
    "Quyết định phê duyệt",
    "Kết quả (số yêu cầu)",
];
/// Under the table of IV.
pub const SYSTEMS_NOTE: &str =
    "Bảng theo Mẫu số 08 (Nghị định 331/2026/NĐ-CP Điều 36) nêu tại Phụ lục I.";
/// No decision.
pub const NO_DECISION: &str = "Chưa có";

/// Head of the table of people.
pub const PEOPLE_HEAD: [&str; 5] = [
    "Hệ thống",
    "Chủ thể dữ liệu cơ bản",
    "Chủ thể dữ liệu nhạy cảm",
    "Loại dữ liệu",
    "Hồ sơ đánh giá tác động",
];
/// Not told.
pub const NOT_TOLD: &str = "Chưa khai báo";
/// Above the map of personal data.
pub const DATA_LEAD: &str =
    "Bản đồ dữ liệu cá nhân (nhận ra từ tên, kiểu và cách trình bày; không lưu giá trị):";
/// Head of the map of personal data.
pub const DATA_HEAD: [&str; 4] = ["Nơi có dữ liệu", "Loại dữ liệu", "Bảo vệ", "Ai xem được"];

/// How many columns or fields are in clear, protected, not known.
pub fn protection(open: u64, protected: u64, unknown: u64) -> String {
    let parts = [
        (open, "để rõ"),
        (protected, "được bảo vệ"),
        (unknown, "chưa rõ"),
    ];
    let said = parts.iter().filter(|(n, _)| *n > 0);
    said.map(|(n, word)| format!("{n} {word}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Under the table of people.
pub const PEOPLE_LEAD: &str =
    "Kết quả theo quy định về bảo vệ dữ liệu cá nhân (hệ thống ghi theo số thứ tự ở Mục IV):";
/// Head of the table of requirements on personal data.
pub const REQUIREMENTS_HEAD: [&str; 3] = ["Điều, khoản, điểm", "Yêu cầu", "Kết quả"];

/// VI, where nothing is told.
pub const INCIDENTS_UNTOLD: &str =
    "Danh mục hệ thống không khai báo về sự cố; đơn vị bổ sung trước khi ban hành.";
/// VI, where there was none.
pub const INCIDENTS_NONE: &str = "Đơn vị khai báo không có sự cố trong kỳ.";
/// Head of the table of incidents.
pub const INCIDENTS_HEAD: [&str; 5] = ["Mã", "Loại", "Phát hiện", "Thông báo lần đầu", "Mức độ"];
/// An incident of a system.
pub const INCIDENT_SYSTEM: &str = "Sự cố an ninh mạng";
/// A breach of personal data.
pub const INCIDENT_DATA: &str = "Xâm phạm dữ liệu cá nhân";
/// Not told yet.
pub const NOT_NOTIFIED: &str = "Chưa thông báo";
/// How grave.
pub fn grave(grave: Option<bool>) -> &'static str {
    match grave {
        Some(true) => "Nghiêm trọng hoặc gây hại phải thông báo trong thời hạn",
        Some(false) => "Không thuộc nhóm phải thông báo trong thời hạn",
        None => NOT_TOLD,
    }
}

/// Under VII.
pub fn gaps_lead(gaps: usize, planned: usize) -> String {
    format!(
        "Có {gaps} cặp yêu cầu × hệ thống chưa đạt, trong đó {planned} cặp đã có biện pháp, thời hạn và người chịu trách nhiệm."
    )
}
/// Head of the table of VII.
pub const GAPS_HEAD: [&str; 5] = [
    "Tồn tại",
    "Nguyên nhân",
    "Biện pháp",
    "Thời hạn",
    "Chịu trách nhiệm",
];
/// Nothing to mend.
pub const NO_GAPS: &str = "Không có yêu cầu nào được xác định là chưa đạt.";
/// A cause that nobody told.
pub fn cause(checks: &str) -> String {
    format!("Kiểm tra chưa đạt: {checks}")
}
/// What must be so, where no measure is planned.
pub const NO_MEASURE: &str = "Chưa có trong kế hoạch";
/// No owner.
pub const NO_OWNER: &str = "Chưa phân công";
/// No day.
pub const NO_DUE: &str = "Chưa ấn định";
/// `Chuyển tiếp đến …`.
pub fn transition(day: Day) -> String {
    format!("Chuyển tiếp đến {}", day.vi())
}
/// `Chấp nhận đến …`.
pub fn accepted(day: Day) -> String {
    format!("Chấp nhận tạm thời đến {}", day.vi())
}
/// Under VIII where the plan proposes nothing.
pub const NO_PROPOSALS: &str = "Đơn vị bổ sung trước khi ban hành (nếu có).";
/// The last sentence.
pub const END: &str = "./.";

/// Appendix I.
pub const APPENDIX_1: (&str, &str) = (
    "Phụ lục I",
    "DANH SÁCH HỆ THỐNG THÔNG TIN VÀ TÌNH HÌNH BẢO ĐẢM AN NINH MẠNG THEO CẤP ĐỘ (Mẫu số 08, Nghị định 331/2026/NĐ-CP Điều 36)",
);
/// Appendix II.
pub const APPENDIX_2: (&str, &str) = ("Phụ lục II", "KẾT QUẢ THEO ĐIỀU, KHOẢN, ĐIỂM");
/// Appendix III.
pub const APPENDIX_3: (&str, &str) = ("Phụ lục III", "DANH MỤC BẰNG CHỨNG");
/// Appendix IV.
pub const APPENDIX_4: (&str, &str) = ("Phụ lục IV", "VĂN BẢN XÁC NHẬN VÀ CHẤP NHẬN CÓ THỜI HẠN");
/// Head of the table of results.
pub const RESULTS_HEAD: [&str; 3] = ["Điều, khoản, điểm", "Yêu cầu", "Kết quả theo hệ thống"];
/// Above a table whose cells name systems by number.
pub const BY_NUMBER: &str =
    "Trong các bảng dưới đây, hệ thống được ghi theo số thứ tự (TT) ở Mục IV.";

/// A system by its number in the table of systems; the whole company has none.
pub fn system_number(number: Option<usize>) -> String {
    number.map_or_else(
        || "Toàn doanh nghiệp".to_owned(),
        |n| format!("Hệ thống {n}"),
    )
}

/// Head of the table of evidence.
pub const EVIDENCE_HEAD: [&str; 4] = ["Số", "Nguồn", "SHA-256", "Thu thập (giờ VN)"];
/// Not read whole.
pub const NOT_HASHED: &str = "Không đọc trọn";
/// Head of the table of attestations and waivers.
pub const PAPERS_HEAD: [&str; 5] = [
    "Mã",
    "Nội dung",
    "Phạm vi",
    "Người ký, chịu trách nhiệm",
    "Hiệu lực",
];
/// Nothing of the kind.
pub const NONE: &str = "Không có.";
/// A waiver in words.
pub const WAIVER: &str = "Chấp nhận có thời hạn";
/// Where a waiver has an approver.
pub const APPROVED: &str = "đã được duyệt";
/// Where it has none.
pub const NOT_APPROVED: &str = "chưa được duyệt, không tính";
/// It does not count.
pub const OUT_OF_DATE: &str = "không còn hiệu lực";
/// `từ … đến …`.
pub fn from_to(from: Day, to: Day) -> String {
    format!("{} – {}", from.vi(), to.vi())
}

/// The twelve columns of the table of systems.
pub const FORM_HEAD: [&str; 12] = [
    "TT",
    "Tên hệ thống thông tin",
    "Đơn vị vận hành",
    "Hình thức triển khai",
    "Cấp độ",
    "Tình trạng hồ sơ đề xuất cấp độ",
    "Số, ngày quyết định phê duyệt",
    "Cơ quan, người phê duyệt",
    "Thời hạn dự kiến phê duyệt",
    "Quy chế bảo đảm an ninh mạng",
    "Tình hình triển khai biện pháp",
    "Ghi chú",
];
/// Under the table.
pub const FORM_NOTE: &str = "Tên cột lập theo danh mục kiểm tra của nguồn thứ cấp; đối chiếu với Mẫu số 08 ban hành kèm Nghị định 331/2026/NĐ-CP trước khi nộp. Ô để trống là nội dung đơn vị chưa khai báo.";
/// Before the second table.
pub const FORM_MEASURES: &str =
    "Mức độ triển khai theo từng yêu cầu của cấp độ (hệ thống ghi theo số thứ tự ở bảng trên):";
/// Head of the second table.
pub const FORM_MEASURES_HEAD: [&str; 4] = [
    "Điều, khoản, điểm",
    "Yêu cầu",
    "Mức độ triển khai theo hệ thống",
    "Lộ trình hoàn thiện",
];

/// The stage of a dossier.
pub fn stage(stage: DossierStage) -> &'static str {
    match stage {
        DossierStage::Drafting => "Đang dự thảo",
        DossierStage::Submitted => "Đã gửi thẩm định",
        DossierStage::Appraised => "Đã thẩm định",
        DossierStage::Approved => "Đã được phê duyệt",
    }
}
/// How far the measures are.
pub fn deployment(deployment: Deployment) -> &'static str {
    match deployment {
        Deployment::None => "Chưa triển khai",
        Deployment::Partly => "Đã triển khai một số hạng mục",
        Deployment::Full => "Đã triển khai đầy đủ",
    }
}
/// Where a system stands.
pub fn hosting(hosting: Hosting) -> &'static str {
    match hosting {
        Hosting::Own => "Tự quản lý",
        Hosting::Datacentre => "Thuê trung tâm dữ liệu",
        Hosting::Cloud => "Điện toán đám mây",
    }
}
