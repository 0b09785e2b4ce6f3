//! Headings and sentences of the printed page and of the terminal, by key.
//!
//! Templates name them as `w.key`; a key that is not here fails the rendering, so a test notices.

use std::collections::BTreeMap;

use super::Label;

/// All words of the page, for templates.
pub fn words() -> BTreeMap<&'static str, Label> {
    TABLE
        .iter()
        .map(|&(key, vi, en)| (key, Label { vi, en }))
        .collect()
}

/// One of them; the key itself where there is none.
pub fn word(key: &'static str) -> Label {
    TABLE
        .iter()
        .find(|(k, _, _)| *k == key)
        .map_or(Label { vi: key, en: key }, |&(_, vi, en)| Label { vi, en })
}

/// Key, Vietnamese, English.
#[rustfmt::skip]
pub const TABLE: &[(&str, &str, &str)] = &[
    // the frame
    ("title", "Báo cáo rà soát hệ thống thông tin theo cấp độ an toàn", "Review of information systems against their security levels"),
    ("title_scan", "Kết quả kiểm tra một phần", "Partial check"),
    ("scan_note", "Kiểm tra một phần: chỉ các yêu cầu mà loại đối tượng này chứng minh được; không phải kết quả của cả hệ thống.", "Partial check: only what this kind of target can show; not the state of a whole system."),
    ("language", "Ngôn ngữ", "Language"),
    ("contents", "Nội dung", "Contents"),
    ("skip", "Đến nội dung chính", "Skip to content"),
    ("incomplete", "Lần chạy bị ngắt: kết quả chưa đầy đủ.", "The run was interrupted: the results are incomplete."),
    // page one
    ("overview", "Tổng quan", "Overview"),
    ("organisation", "Doanh nghiệp", "Organisation"),
    ("tax_code", "mã số thuế", "tax code"),
    ("input", "Đối tượng rà soát", "What was looked at"),
    ("time", "Thời điểm thu thập", "Collected"),
    ("assessor", "Đơn vị thực hiện", "Carried out by"),
    ("assessor_none", "Chưa khai báo", "Not stated"),
    ("independent", "độc lập với vận hành", "independent of operation"),
    ("not_independent", "không độc lập với vận hành", "not independent of operation"),
    ("independence_unsaid", "chưa khai báo tính độc lập với vận hành", "independence of operation not stated"),
    ("as_of", "Pháp luật áp dụng tại ngày", "Law as of"),
    ("run_id", "Mã lần chạy", "Run"),
    ("summary", "Kết quả theo yêu cầu", "Results by requirement"),
    ("pairs", "Đơn vị đếm: cặp yêu cầu × hệ thống đang có hiệu lực.", "Counted in pairs of requirement in force and system."),
    ("not_applicable_aside", "Ngoài ra, không áp dụng", "Besides, not applicable"),
    ("coverage", "Đã xác định được", "Determined"),
    ("fulfilment", "Tỷ lệ đạt trong phần đã xác định", "Met, of what is determined"),
    ("low_coverage", "Chưa xác định đủ 80 % nên không nêu tỷ lệ đạt.", "Less than 80 % is determined, so no percentage of fulfilment is given."),
    ("gate", "Ngưỡng kiểm soát", "Gate"),
    ("exit_code", "mã thoát", "exit code"),
    ("fail_on", "tính từ mức", "counts from"),
    ("new_only", "chỉ tính nội dung mới so với lần trước", "only what is new since the baseline"),
    ("trend", "Diễn biến qua các lần kiểm tra", "Trend"),
    ("trend_table", "Chỉ nêu trong bảng", "Only in the table"),
    ("trend_all", "Tổng số phải xét", "All that apply"),
    ("trend_grave", "Kết quả không đạt mức nghiêm trọng, cao", "Failures, critical and high"),
    ("trend_now", "lần này", "this run"),
    ("trend_rules", "bộ quy tắc khác lần trước", "other rules than before"),
    ("trend_law", "bộ pháp luật khác lần trước", "other law than before"),
    ("trend_cut", "bị ngắt, số liệu không đầy đủ", "interrupted: figures not whole"),
    ("disclaimer", "Giới hạn của báo cáo", "Limits of this report"),
    ("notes", "Lưu ý", "Notes"),
    ("systems", "Hệ thống và cấp độ", "Systems and levels"),
    ("system", "Hệ thống", "System"),
    ("level", "Cấp độ khai báo", "Level declared"),
    ("level_short", "cấp độ", "level"),
    ("required", "Cấp độ theo quy định", "Level by law"),
    ("decision", "Quyết định phê duyệt cấp độ", "Decision on the level"),
    ("decision_none", "chưa có", "none"),
    ("status", "Tình trạng", "State"),
    ("counts", "Số yêu cầu", "Requirements"),
    ("without", "Loại đối tượng khai báo là không có", "Declared absent"),
    ("higher", "Cấp độ theo quy định cao hơn cấp độ khai báo.", "The level by law is higher than the level declared."),
    ("letter", "Năm nội dung của Công văn 509/BTTTT-BC", "The five items of letter 509/BTTTT-BC"),
    ("letter_none", "Chưa áp dụng: kiểm tra một phần hoặc trước ngày 28/03/2025.", "Does not apply: partial check, or before 2025-03-28."),
    ("obligation_count", "nghĩa vụ", "obligations"),
    ("worst", "Ba điểm cần xử lý trước", "The three things to mend first"),
    ("worst_none", "Không có kết quả không đạt nào đang tính.", "No active failure."),
    ("remedy", "Khắc phục", "Remedy"),
    ("cited", "Văn bản công văn viện dẫn và văn bản đang có hiệu lực", "What the letter cites, and what is in force"),
    ("cited_col", "Công văn viện dẫn", "Cited by the letter"),
    ("force_col", "Đang áp dụng", "In force now"),
    ("still", "vẫn còn hiệu lực", "still in force"),
    ("ended", "hết hiệu lực", "no longer in force"),
    ("unknown_successor", "chưa rõ văn bản thay thế", "what replaced it is not known"),
    // the filter
    ("filter", "Lọc kết quả", "Filter the findings"),
    ("text", "Tìm trong kết quả", "Find"),
    ("severity", "Mức độ", "Severity"),
    ("item", "Nội dung của công văn", "Item of the letter"),
    ("all", "Tất cả", "All"),
    ("sort", "Thứ tự", "Order"),
    ("sort_law", "Theo văn bản", "By instrument"),
    ("sort_severity", "Nghiêm trọng trước", "Most severe first"),
    ("sort_count", "Nhiều kết quả trước", "Most findings first"),
    ("reset", "Bỏ lọc", "Reset"),
    // chapters
    ("gaps", "Yêu cầu chưa đạt", "Gaps"),
    ("gaps_none", "Không có yêu cầu nào được xác định là chưa đạt.", "No requirement was determined to be a gap."),
    ("remarks", "Khuyến nghị", "Remarks"),
    ("remarks_none", "Không có khuyến nghị.", "No remarks."),
    ("undetermined", "Nội dung chưa xác định và lý do", "Not determined, and why"),
    ("undetermined_lead", "Nội dung chưa xác định không được coi là đạt.", "What is not determined does not count as met."),
    ("undetermined_none", "Không có.", "None."),
    ("undecided", "Kết quả kiểm tra chưa kết luận được", "Checks without a verdict"),
    ("other", "Kết quả không đạt khác", "Other failures"),
    ("other_lead", "Không đạt ở các yêu cầu đang ở tình trạng khác, hoặc không gắn với yêu cầu đang có hiệu lực.", "Failures under requirements whose state is another, or under none in force."),
    ("waivers", "Chấp nhận có thời hạn", "Waivers"),
    ("waivers_none", "Không có.", "None."),
    ("attestations", "Văn bản xác nhận", "Attestations"),
    ("attestations_none", "Không có.", "None."),
    ("matrix", "Yêu cầu × hệ thống", "Requirements × systems"),
    ("by_control", "Kết quả theo phép kiểm tra", "Results by control"),
    ("method", "Văn bản, phương pháp và công cụ", "Instruments, method and tool"),
    ("instruments", "Văn bản", "Instruments"),
    ("assets", "Đối tượng đã xem xét", "Assets"),
    ("evidence", "Bằng chứng", "Evidence"),
    ("tool", "Công cụ", "Tool"),
    // requirements and findings
    ("requirement", "Yêu cầu", "Requirement"),
    ("expected", "Cần có", "Expected"),
    ("why", "Vì sao cần", "Why it matters"),
    ("result", "Kết quả", "Result"),
    ("asset", "Tài sản", "Asset"),
    ("subject", "Đối tượng", "Subject"),
    ("actual", "Thực tế", "Found"),
    ("not_met", "Không đạt", "Not met"),
    ("place", "Vị trí", "Where"),
    ("reason", "Lý do", "Reason"),
    ("control", "Phép kiểm tra", "Control"),
    ("findings", "kết quả", "findings"),
    ("shown_above", "Đã nêu ở", "Shown under"),
    ("baseline", "lần trước", "before"),
    ("parameter", "Giá trị áp dụng", "Value that counts"),
    ("source", "Nguồn", "Source"),
    ("exposure", "Tham khảo chế tài", "Sanctions, for reference"),
    ("may_fall", "có thể thuộc", "may fall under"),
    ("exposure_lead", "Chỉ để tham khảo, không phải kết luận xử phạt.", "For reference only; not a conclusion on sanctions."),
    ("legend", "Ký hiệu", "Legend"),
    // waivers, attestations
    ("id", "Mã", "Id"),
    ("covers", "Phạm vi", "Covers"),
    ("owner", "Người chịu trách nhiệm", "Owner"),
    ("approver", "Người duyệt", "Approved by"),
    ("approver_none", "chưa duyệt", "not approved"),
    ("from", "Từ ngày", "From"),
    ("until", "Đến ngày", "Until"),
    ("counts_now", "đang có hiệu lực", "counts"),
    ("counts_not", "không còn tính", "does not count"),
    ("statement", "Nội dung xác nhận", "Statement"),
    ("document", "Tài liệu", "Document"),
    ("signer", "Người ký", "Signed by"),
    ("in_date", "còn hiệu lực", "in date"),
    ("out_of_date", "hết hiệu lực", "out of date"),
    // the data map
    ("data_map", "Bản đồ dữ liệu cá nhân", "Map of personal data"),
    ("data_map_text", "Loại dữ liệu cá nhân nhận ra được, ở bảng, nhãn hoặc điểm kết nối nào, và có được bảo vệ (mã hóa, băm, che) hay không. Suy ra từ tên, kiểu và cách trình bày; không lưu giá trị.", "Classes of personal data that were recognised, in which table, label or endpoint, and whether they are protected (enciphered, hashed, masked). Concluded from names, types and layout; no value is kept."),
    ("data_class", "Loại dữ liệu", "Class"),
    ("data_basic", "Loại cơ bản", "Basic classes"),
    ("data_sensitive", "Loại nhạy cảm", "Sensitive classes"),
    ("data_open", "Để rõ", "In clear"),
    ("data_protected", "Được bảo vệ", "Protected"),
    ("data_unknown", "Chưa rõ", "Not known"),
    ("data_readers", "Ai xem được", "Who can see"),
    ("data_table", "Bảng chi tiết", "Table"),
    // method
    ("method_text", "Công cụ đọc tệp, lược đồ, nhãn, danh sách và bắt tay với điểm kết nối đã khai báo; không thay đổi gì trên đối tượng. Thu thập và đánh giá tách rời: cùng dữ kiện, cùng bộ quy tắc, cùng ngày cho cùng kết quả. Không đọc được thì ghi là chưa xác định, không bao giờ là đạt.", "The tool reads files, schemas, labels and lists and shakes hands with the endpoints that were declared; it changes nothing. Collecting and judging are apart: same facts, rules and day, same result. What could not be read is not determined, never met."),
    ("number", "Số, ký hiệu", "Number"),
    ("name", "Tên", "Title"),
    ("in_force", "Hiệu lực", "In force"),
    ("replaced_by", "Thay bằng", "Replaced by"),
    ("reading", "Cách đọc", "How read"),
    ("version", "Phiên bản", "Version"),
    ("rules_hash", "Bộ quy tắc (SHA-256)", "Rules (SHA-256)"),
    ("law_hash", "Bộ pháp luật (SHA-256)", "Law (SHA-256)"),
    ("host", "Máy thực hiện", "Host"),
    ("collected", "Thu thập lúc (giờ Việt Nam)", "Collected (UTC+7)"),
    ("long_list", "Danh sách dài: chỉ in khi đang mở.", "A long list: printed only where it is open."),
    ("bytes", "Byte", "Bytes"),
    ("not_hashed", "không đọc trọn", "not read whole"),
    ("kind", "Loại", "Kind"),
    ("target", "Địa chỉ, đường dẫn", "Target"),
    ("subjects", "Số đối tượng", "Subjects"),
    // terminal
    ("pairs_unit", "cặp yêu cầu × hệ thống", "pairs of requirement and system"),
    ("requirements_unit", "yêu cầu", "requirements"),
    ("see_report", "Chi tiết: --format html hoặc --format json", "Details: --format html or --format json"),
    ("see_more", "Xem hết: thêm -v, hoặc --format html", "All of them: add -v, or --format html"),
    ("endpoints", "Điểm kết nối", "Endpoints"),
    ("worst_short", "Nặng nhất", "Worst"),
    ("failing_short", "Không đạt", "Failing"),
    ("unseen_short", "Không rõ", "Not seen"),
    ("passing_short", "Đạt", "Pass"),
    ("endpoints_legend", "Không đạt: nghiêm trọng/cao/trung bình/thấp. Không rõ không được coi là đạt.", "Failing: critical/high/medium/low. What was not seen does not count as a pass."),
    ("failing", "Không đạt", "Failing"),
    ("not_applicable_now", "không còn áp dụng", "not in force"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_claims_too_much() {
        for (key, vi, en) in TABLE {
            let words = format!("{vi} {en}").to_lowercase();
            for never in ["tuân thủ", "hợp chuẩn", "compliant", "certified", "vi phạm"] {
                assert!(!words.contains(never), "{key}");
            }
            assert!(crate::text::unicode::is_nfc(vi), "{key}");
        }
    }

    #[test]
    fn keys_are_unique() {
        assert_eq!(words().len(), TABLE.len());
    }
}
