//! The words of reasons, joints and units, in both languages, by code.

use crate::model::{Day, FigureUnit, Reason, ReasonReport, Text};

/// A reason in words: what its code means, then its detail.
pub fn reason(reason: &Reason) -> ReasonReport {
    let words = code(&reason.code);
    let with = |lead: &str, detail: &str| match detail {
        "" => lead.to_owned(),
        detail => format!("{lead}: {detail}"),
    };
    // A day is written as each language writes it.
    let day = Day::parse(&reason.detail).map(Day::vi);
    ReasonReport {
        code: reason.code.to_string(),
        vi: with(&words.vi, day.as_deref().unwrap_or(&reason.detail)),
        en: with(&words.en, &reason.detail),
    }
}

/// What a code means.
pub fn code(code: &str) -> Text {
    let (vi, en) = match code {
        "not-met" => (
            "giá trị thực tế không như yêu cầu",
            "the actual value is not as expected",
        ),
        "when-false" => ("không thuộc trường hợp áp dụng", "the case does not arise"),
        "proven-absent" => ("đã xác minh là không có", "proven not to be there"),
        "no-subject" => (
            "đã đọc nhưng không có đối tượng loại này",
            "read, but nothing of this type was found",
        ),
        "no-asset" => (
            "danh mục không có tài sản loại này để kiểm tra",
            "the inventory has no asset of this kind to look at",
        ),
        "declared-absent" => (
            "danh mục khai báo là không có",
            "declared in the inventory not to exist",
        ),
        "not-in-force" => (
            "căn cứ chưa hoặc không còn hiệu lực tại ngày",
            "its law is not in force on",
        ),
        "no-value" => (
            "tại ngày xét không có trị số cho cấp độ này",
            "no value for this level on the day",
        ),
        "missing-fact" => ("chưa thu thập được dữ kiện", "the fact was not collected"),
        "absent-fact" => (
            "không có giá trị để so sánh",
            "there is no value to compare",
        ),
        "incomplete-list" => ("danh sách thu thập chưa đầy đủ", "the list is not complete"),
        "empty-list" => (
            "danh sách rỗng, không có gì để xét",
            "the list is empty: nothing to judge",
        ),
        "wrong-type" => ("dữ kiện không đúng kiểu", "the fact is of another type"),
        "not-a-number" => ("giá trị không phải là số", "the value is not a number"),
        "not-parsed" => (
            "đọc được nhưng không phân tích được",
            "read, but not understood",
        ),
        "ambiguous" => ("không đủ rõ để kết luận", "not clear enough to decide"),
        "bounded-by-size" => (
            "chỉ giới hạn theo dung lượng, không suy ra được thời hạn",
            "bounded by size alone: no time follows",
        ),
        "not_applicable" => ("không áp dụng cho đối tượng này", "does not apply here"),
        "not_asked" => ("chưa hỏi vì chưa được phép hoặc chưa yêu cầu", "not asked"),
        "unsupported_by_prober" => ("phiên bản này chưa dò được", "this version cannot probe it"),
        "not-built" => (
            "phiên bản này chưa thu thập được loại tài sản này",
            "this version does not collect this yet",
        ),
        "not-authorised" => ("chưa được cho phép kiểm tra", "not authorised"),
        "offline" => ("chạy ở chế độ không kết nối mạng", "run without network"),
        "unreadable" => ("không đọc được", "not readable"),
        "missing" => ("không tìm thấy", "not found"),
        "wrong-kind" => (
            "không phải tệp hoặc thư mục cần đọc",
            "not the file or folder it should be",
        ),
        "too-large" => ("lớn hơn giới hạn đọc", "larger than what is read"),
        "no-url" => (
            "biến môi trường không có địa chỉ cơ sở dữ liệu đọc được",
            "the environment variable holds no address of a database",
        ),
        "unknown-database" => (
            "chưa hỗ trợ loại cơ sở dữ liệu này",
            "this kind of database is not spoken to",
        ),
        "tls-required" => (
            "không gửi mật khẩu qua mạng khi tắt TLS",
            "a password is not sent over a network without TLS",
        ),
        "roots-unreadable" => (
            "không đọc được tệp chứng thư gốc của địa chỉ",
            "the file of roots that the address names cannot be read",
        ),
        "link-loop" => (
            "liên kết vòng hoặc không dẫn tới đâu",
            "links lead round or nowhere",
        ),
        "not-live" => (
            "chỉ xem tệp, không hỏi máy chủ đang chạy",
            "only files were looked at, not the running host",
        ),
        "not-collected" => (
            "không thuộc kế hoạch thu thập",
            "not in the collection plan",
        ),
        "not-permitted" => (
            "tài khoản thu thập không có quyền đọc hoặc chạy",
            "the collecting account may not read or run it",
        ),
        "command-failed" => ("lệnh kết thúc với lỗi", "the command ended with an error"),
        "timeout" => ("hết thời gian chờ", "timed out"),
        "connection-lost" => (
            "dữ liệu thu thập bị cắt trước phần này",
            "the collected answer was cut before this part",
        ),
        "bundle-integrity" => (
            "gói bằng chứng không còn nguyên vẹn",
            "the evidence bundle is not what was written",
        ),
        "not-a-bundle" => (
            "không phải gói bằng chứng hay kết quả của tập lệnh thu thập",
            "neither an evidence bundle nor an answer of the collection script",
        ),
        "bundle-version" => (
            "định dạng gói bằng chứng mà phiên bản này chưa biết",
            "a format of bundle that this version does not know",
        ),
        "key-refused" => (
            "máy chủ không chấp nhận khóa SSH",
            "the host does not take the SSH key",
        ),
        "host-key-unknown" => (
            "khóa của máy chủ chưa có trong known_hosts",
            "the host's key is not in known_hosts",
        ),
        "host-key-changed" => (
            "khóa của máy chủ khác với khóa đã ghi trong known_hosts",
            "the host's key is not the one in known_hosts",
        ),
        "key-not-restricted" => (
            "khóa SSH khai báo là bị giới hạn nhưng vẫn chạy được lệnh khác; không thu thập",
            "the SSH key was said to be restricted and runs other commands: nothing was collected",
        ),
        "script-version" => (
            "tập lệnh thu thập trên máy chủ không đúng phiên bản",
            "the collection script on the host is of another version",
        ),
        "no-answer" => (
            "máy chủ không trả lời theo định dạng thu thập",
            "the host gave no answer of the collection script",
        ),
        "refused" => ("bị từ chối kết nối", "connection refused"),
        "reset" => ("kết nối bị ngắt đột ngột", "connection reset"),
        "closed" => ("kết nối bị đóng", "connection closed"),
        "unreachable" => ("không kết nối được", "not reachable"),
        "no-address" => ("không phân giải được tên miền", "the name does not resolve"),
        "not_tls" => ("không phải giao thức TLS", "does not speak TLS"),
        "capped" => ("vượt giới hạn kích thước", "over the size limit"),
        "rate_limited" => ("bị giới hạn tần suất", "rate limited"),
        "no-schema" => (
            "không có câu lệnh CREATE TABLE nào",
            "no CREATE TABLE in it",
        ),
        "not-a-root" => (
            "thư mục không phải hệ thống tệp gốc đầy đủ của máy chủ",
            "the folder is no whole root file system of a host",
        ),
        "include-missing" => ("tệp được nạp kèm không có", "an included file is not there"),
        "link-leads-out" => (
            "liên kết dẫn ra ngoài phạm vi được đọc",
            "a link leads out of what is read",
        ),
        "partly-parsed" => (
            "có câu lệnh không phân tích được",
            "some statements were not understood",
        ),
        "link-folder" => (
            "thư mục liên kết, không đi theo",
            "a linked folder, not entered",
        ),
        "too-deep" => ("thư mục lồng quá sâu", "folders nest too deep"),
        "too-many" => ("quá nhiều tệp", "too many files"),
        "no-label" => ("không có nhãn nào đọc được", "no label that can be read"),
        "protocol_error" => ("trả lời sai giao thức", "the answer breaks the protocol"),
        "unresolved" => ("không phân giải được tên miền", "the name does not resolve"),
        "unsupported-format" => (
            "định dạng chưa được hỗ trợ",
            "a format that is not supported yet",
        ),
        "interrupted" => ("đợt kiểm tra bị dừng giữa chừng", "the run was interrupted"),
        "panic" => ("lỗi nội bộ khi thu thập", "internal error while collecting"),
        "no-control" => (
            "chưa có phép kiểm tra tự động và chưa có văn bản xác nhận còn hiệu lực",
            "neither a control nor an attestation in date",
        ),
        "partly-covered" => (
            "phần kiểm tra được: đạt; phần còn lại chưa có căn cứ",
            "the part that was checked passes; the rest has no evidence",
        ),
        "covered" => ("đã có đủ căn cứ", "fully covered"),
        "gap" => ("có nội dung bắt buộc chưa đạt", "a binding duty is not met"),
        "gap-in-transition" => (
            "chưa đạt, còn thời hạn chuyển tiếp đến",
            "not met, in transition until",
        ),
        "gap-accepted" => (
            "chưa đạt, được chấp nhận tạm thời đến",
            "not met, accepted until",
        ),
        "remark" => (
            "có nội dung khuyến nghị chưa thực hiện",
            "a suggestion is not followed",
        ),
        "not-applicable" => ("không phát sinh nghĩa vụ", "the duty does not arise"),
        "undecided" => (
            "có kết quả chưa xác định được",
            "some results could not be determined",
        ),
        "reread" => (
            "quy định cần được rà soát lại sau ngày",
            "the provision must be read again after",
        ),
        "unverified" => (
            "chưa đối chiếu được nguyên văn quy định",
            "the text of the provision could not be confirmed",
        ),
        "waiver-ended" => ("đã hết hạn", "ended"),
        "waiver-too-long" => (
            "quá 180 ngày kể từ ngày xét",
            "ends more than 180 days after the day that is judged",
        ),
        "waiver-not-begun" => ("chưa bắt đầu", "not begun"),
        "waiver-not-approved" => ("chưa được phê duyệt", "not approved"),
        "waiver-overlaps" => (
            "cùng kết quả đã có chấp nhận khác",
            "another waiver stands beside the same finding",
        ),
        "waiver-ending" => ("sắp hết hạn", "ends soon"),
        "waiver-no-ticket" => (
            "chưa ghi mã phiếu quyết định (ticket)",
            "no ticket: where was it decided?",
        ),
        "waiver-broad" => (
            "không nêu tài sản: che cả kết quả phát sinh sau ngày phê duyệt; số kết quả, số tài sản đang che",
            "names no asset: it also covers what comes after its approval; findings and assets covered now",
        ),
        "waiver-later" => (
            "không áp dụng cho kết quả phát sinh sau ngày phê duyệt (chưa có trong kỳ trước); số kết quả",
            "does not cover what came after its approval (not failing in the baseline); findings left out",
        ),
        "attestation-old" => (
            "quá chu kỳ rà soát mà quy định đặt ra cho cấp độ; lẽ ra phải làm lại chậm nhất ngày",
            "older than the cycle that the law sets for the level; due again by",
        ),
        "waiver-unused" => ("không khớp với kết quả nào", "matches no finding"),
        "informs" => (
            "chỉ để thông tin, không yêu cầu việc gì",
            "for information: it asks nothing",
        ),
        "no-attestation" => ("chưa có văn bản xác nhận", "no attestation speaks of it"),
        "attestation-not-met" => (
            "chính tài liệu ghi là chưa đạt",
            "its document itself says that the duty is not met",
        ),
        "time-still-runs" => (
            "chưa thông báo, thời hạn có thể còn",
            "not told yet; the time may still run",
        ),
        "attestation-ended" => ("đã hết hiệu lực", "ended"),
        "attestation-not-begun" => ("có ngày sau ngày xét", "dated after the day of the audit"),
        "attestation-missing-evidence" => (
            "tài liệu kèm theo không có, rỗng hoặc là tệp kê khai của chính capdo",
            "its document is not there, is empty or is a file of capdo itself",
        ),
        "attestation-hash" => (
            "mã băm của tài liệu không khớp",
            "the hash of its document does not match",
        ),
        "attestation-unused" => (
            "tại ngày xét không có nghĩa vụ nào cần xác nhận này trong phạm vi",
            "on this day no duty asks for it in the scope",
        ),
        "attestation-unsigned" => (
            "chưa ghi rõ họ tên và chức vụ người ký",
            "its signer is not named with a post",
        ),
        "attestation-contradicted" => (
            "có xác nhận sau đó ghi là chưa đạt",
            "a later attestation says that the duty is not met",
        ),
        other => return Text::same(other),
    };
    Text::new(vi, en)
}

/// A unit of figures.
pub fn unit(unit: FigureUnit) -> Text {
    let (vi, en) = match unit {
        FigureUnit::Days => ("ngày", "days"),
        FigureUnit::Months => ("tháng", "months"),
        FigureUnit::Hours => ("giờ", "hours"),
        FigureUnit::Minutes => ("phút", "minutes"),
        FigureUnit::Seconds => ("giây", "seconds"),
        FigureUnit::Count => ("", ""),
        FigureUnit::Chars => ("ký tự", "characters"),
        FigureUnit::Classes => ("nhóm ký tự", "classes of characters"),
        FigureUnit::Km => ("km", "km"),
        FigureUnit::Percent => ("%", "%"),
        FigureUnit::Bits => ("bit", "bits"),
    };
    Text::new(vi, en)
}

/// Joins conditions that must all hold.
pub fn and() -> Text {
    Text::new("và", "and")
}

/// Joins conditions of which one must hold.
pub fn or() -> Text {
    Text::new("hoặc", "or")
}

/// Turns a condition round.
pub fn not() -> Text {
    Text::new("không", "not")
}

/// Every element.
pub fn each() -> Text {
    Text::new("mọi phần tử của", "every element of")
}

/// At least one element.
pub fn some() -> Text {
    Text::new("ít nhất một phần tử của", "at least one element of")
}

/// No element.
pub fn none() -> Text {
    Text::new("không phần tử nào của", "no element of")
}

/// Narrows the elements.
pub fn where_() -> Text {
    Text::new("trong đó", "where")
}

/// What an operator says between a fact and its value.
pub fn operator(name: &str) -> Text {
    let (vi, en) = match name {
        "in" => ("là một trong:", "is one of:"),
        "not_in" => ("không phải là:", "is none of:"),
        "matches" => ("khớp biểu thức", "matches"),
        "not_matches" => ("không khớp biểu thức", "does not match"),
        "contains" => ("có", "has"),
        "starts_with" => ("bắt đầu bằng", "begins with"),
        "exists" => ("có", "present"),
        "exists_not" => ("không có", "absent"),
        "count" => ("số lượng:", "number of:"),
        "newer_than" => ("không quá", "within the last"),
        "older_than" => ("đã quá", "older than"),
        "subset_of" => ("chỉ gồm:", "has only:"),
        "disjoint_from" => ("không gồm:", "has none of:"),
        other => return Text::same(other),
    };
    Text::new(vi, en)
}
