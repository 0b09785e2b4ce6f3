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
        "staff" => (
            "cần cả danh sách nhân viên (roster) và danh sách đào tạo (trained)",
            "needs both a list of staff (roster) and a list of trainings (trained)",
        ),
        "not_placed" => (
            "Tìm thấy nhưng chưa đưa vào được:",
            "Found, and not placed:",
        ),
        other => return Text::same(other),
    };
    Text::new(vi, en)
}

/// Why something was found and not placed, by key, with what to do.
pub fn why(key: &str) -> Text {
    let (vi, en) = match key {
        "workbook" => (
            "bảng tính: danh sách được đọc từ tệp CSV, hãy xuất ra CSV",
            "workbooks: lists are read as CSV, export them",
        ),
        "list" => (
            "tệp CSV không nhận ra tiêu đề cột; nếu là danh sách nêu trong docs/inventory.md, hãy đặt tên cột như ở đó",
            "CSV files whose header is not known; where one is a list of docs/inventory.md, name its columns as there",
        ),
        "second-list" => (
            "cùng loại với tệp đã khai báo; một tài sản chỉ nhận một, hãy gộp hoặc đổi lại",
            "of the same kind as one that is named; an asset takes one: merge them, or name another",
        ),
        "alone" => (
            "thiếu danh sách đi cùng: loại document cần roster và trained, loại caller-id cần brandnames",
            "the list that goes with it is missing: document needs roster and trained, caller-id needs brandnames",
        ),
        "archive" => (
            "tệp nén: hãy giải nén rồi chạy lại",
            "archives: unpack them and run it again",
        ),
        "database-copy" => (
            "bản sao cơ sở dữ liệu không đọc được: hãy xuất lược đồ ra SQL (pg_dump --schema-only, mysqldump --no-data)",
            "copies of databases that are not read: write the schema out as SQL (pg_dump --schema-only, mysqldump --no-data)",
        ),
        "migrations" => (
            "bảng do chương trình tạo: hãy xuất lược đồ ra SQL rồi khai báo",
            "tables that a program makes: write the schema out as SQL and name that",
        ),
        "capture" => (
            "bản ghi gói tin: hãy xuất phần SIP ra văn bản để dùng cho traces",
            "captures of packets: write the SIP in them out as text for `traces`",
        ),
        "nameless" => (
            "có TLS nhưng không ghi tên miền: hãy thêm điểm kết nối (endpoint) với địa chỉ",
            "serve with TLS, but no name stands there: add an endpoint with its address",
        ),
        "app" => (
            "mã nguồn ứng dụng di động: nếu bưu tá dùng, khai báo ở `app` của tài sản caller-id",
            "sources of apps: where couriers use one, name it as `app` of the caller-id asset",
        ),
        "perhaps-label" => (
            "trang in cả người gửi và người nhận: nếu là nhãn bưu gửi, hãy thêm tài sản label",
            "pages that print both sender and recipient: where one is a label, add a label asset",
        ),
        "inventory" => ("bản kê khai khác của capdo", "other inventories of capdo"),
        "unreadable" => (
            "không có quyền đọc: chưa biết trong đó có gì",
            "may not be read: what stands there is not known",
        ),
        "too-large" => (
            "quá lớn để xem thử: nếu cần, hãy khai báo bằng tay",
            "too large to be looked into: name them by hand where they matter",
        ),
        "paper" => (
            "giấy tờ chưa được ghi nhận: mỗi tệp một lần `capdo attest`; `capdo attest --missing` cho biết quy định nào cần",
            "papers that no attestation names: `capdo attest` records each; `capdo attest --missing` tells which duties need one",
        ),
        other => return Text::same(other),
    };
    Text::new(vi, en)
}

/// There are more than are named.
pub fn more(count: usize) -> Text {
    Text::new(format!("và {count} tệp khác"), format!("and {count} more"))
}

/// What was found, by kind.
pub fn kind(kind: &str) -> Text {
    let (vi, en) = match kind {
        "server" => (
            "máy chủ (thư mục gốc, gói bằng chứng)",
            "servers (roots, bundles)",
        ),
        "endpoint" => (
            "điểm kết nối (từ cấu hình, bản ghi)",
            "endpoints (from configurations, from records)",
        ),
        "config" => ("cấu hình (thư mục, tệp)", "configurations (folders, files)"),
        "schema" => ("lược đồ dữ liệu", "data schemas"),
        "label" => (
            "nhãn bưu gửi (thư mục, tệp)",
            "shipping labels (folders, files)",
        ),
        "caller-id" => ("danh sách cuộc gọi định danh", "lists of identified calls"),
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
