//! Words of the skeleton of a level dossier (`capdo classify --draft`).

use crate::model::Text;

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
