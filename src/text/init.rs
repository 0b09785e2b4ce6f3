//! Words of `capdo init` and of the inventory that it writes.

use crate::model::Text;

/// A company that has no name yet.
pub fn company() -> Text {
    Text::new("TÊN DOANH NGHIỆP", "NAME OF THE COMPANY")
}

/// The one system that is written.
pub fn system() -> Text {
    Text::new("Hệ thống chính", "Main system")
}

/// Comments of the inventory, by key.
pub fn comment(key: &str) -> Text {
    let (vi, en) = match key {
        "head" => (
            "Bản kê khai do `capdo init` lập từ những gì tìm thấy; mọi khóa được giải thích trong docs/inventory.md.",
            "An inventory that `capdo init` made of what it found; every key is explained in docs/inventory.md.",
        ),
        "mend" => ("kiểm tra và sửa lại", "check and mend"),
        "tax_code" => (
            "mã số thuế, để trong ngoặc kép",
            "in quotes, or its zeros are lost",
        ),
        "subcontractors" => (
            "true nếu có đơn vị khác giao hàng thay",
            "true where others deliver for the company",
        ),
        "level" => (
            "cấp độ kê khai; `capdo classify` cho biết cấp độ mà quy định đòi hỏi",
            "the level declared; `capdo classify` tells the one that the law demands",
        ),
        "level_decision" => (
            "{ number: 12/QĐ-BC, date: 2026-06-10, authority: Tổng giám đốc, regime: nd331 }",
            "{ number: 12/QĐ-BC, date: 2026-06-10, authority: Director, regime: nd331 }",
        ),
        "entries" => (
            "tìm thấy, nhưng nêu hệ thống hoặc tài sản không có ở trên; sửa rồi bỏ dấu #:",
            "found, but they name systems or assets that are not above; mend, then take the # away:",
        ),
        "online" => (
            "có phục vụ người dân, doanh nghiệp qua mạng không?",
            "does it serve people or businesses over a network?",
        ),
        "data_subjects" => (
            "số người có dữ liệu trong hệ thống; quyết định cấp độ",
            "how many people's data it holds; decides the level",
        ),
        "assets" => (
            "chưa tìm thấy gì; thêm máy chủ, điểm kết nối, cấu hình, lược đồ, nhãn",
            "nothing was found: add servers, endpoints, configurations, schemas, labels",
        ),
        other => return Text::same(other),
    };
    Text::new(vi, en)
}

/// What was found, by kind.
pub fn kind(kind: &str) -> Text {
    let (vi, en) = match kind {
        "server" => (
            "máy chủ (thư mục gốc, gói bằng chứng)",
            "servers (roots, bundles)",
        ),
        "endpoint" => (
            "điểm kết nối (từ nginx, bản ghi)",
            "endpoints (from nginx, from records)",
        ),
        "config" => ("thư mục cấu hình", "folders of configuration"),
        "schema" => ("lược đồ dữ liệu", "data schemas"),
        "label" => ("thư mục nhãn bưu gửi", "folders of shipping labels"),
        "document" => (
            "danh sách nhân viên và đào tạo",
            "lists of staff and trainings",
        ),
        "entries" => (
            "tệp xác nhận, chấp nhận có thời hạn",
            "files of attestations and waivers",
        ),
        other => return Text::same(other),
    };
    Text::new(vi, en)
}

/// The inventory was written.
pub fn written(file: &str) -> Text {
    Text::new(format!("Đã lập {file} từ:"), format!("{file} was made of:"))
}

/// Nothing was found.
pub fn nothing() -> Text {
    Text::new(
        "Không tìm thấy gì để kiểm tra ở đây: hãy khai báo trong mục assets.",
        "Nothing to look at was found here: name it under assets.",
    )
}

/// More lies there than was looked at.
pub fn cut() -> Text {
    Text::new(
        "Thư mục quá lớn, chỉ xem một phần: hãy chạy ở thư mục hẹp hơn.",
        "The folder is too large and was looked at in part: run it in a narrower one.",
    )
}

/// What to do next.
pub fn next(file: &str) -> Text {
    Text::new(
        format!(
            "Tiếp theo: sửa các dòng ghi \"kiểm tra và sửa lại\", rồi\n  capdo plan {file}       xem trước những gì sẽ được đọc\n  capdo classify {file}   cấp độ mà quy định đòi hỏi\n  capdo audit {file} --out bao-cao"
        ),
        format!(
            "Next: mend the lines that say \"check and mend\", then\n  capdo plan {file}       see what will be read, before it is\n  capdo classify {file}   the level that the law demands\n  capdo audit {file} --out report"
        ),
    )
}
