//! Classes of personal data, and whose they are, in words.

use super::Label;
use crate::model::Text;

/// A class by its word in facts.
pub fn class(word: &str) -> Label {
    find(CLASSES, word)
}

/// A party by its word in facts.
pub fn party(word: &str) -> Label {
    find(PARTIES, word)
}

/// Who can see them, by the codes of the run; what was not seen is said.
pub fn readers(codes: &[String], unknown: bool) -> Text {
    let (mut vi, mut en) = (Vec::new(), Vec::new());
    for code in codes {
        let text = reader(code);
        vi.push(text.vi);
        en.push(text.en);
    }
    if unknown || codes.is_empty() {
        vi.push("chưa rõ".to_owned());
        en.push("not known".to_owned());
    }
    Text::new(vi.join("; "), en.join("; "))
}

fn reader(code: &str) -> Text {
    let (kind, what) = code.split_once(':').unwrap_or((code, ""));
    match kind {
        "grant" if what.eq_ignore_ascii_case("public") => Text::new(
            "mọi tài khoản của cơ sở dữ liệu (PUBLIC)",
            "every account of the database (PUBLIC)",
        ),
        "grant" => Text::new(what, what),
        "owner" => Text::new("chỉ chủ sở hữu bảng", "the table's owner only"),
        "callers" => Text::new("người gọi đã xác thực", "callers who authenticate"),
        "anyone" => Text::new("bất kỳ ai", "anyone"),
        "parcel" => Text::new("bất kỳ ai cầm bưu gửi", "whoever holds the parcel"),
        "scan" => Text::new("người được quyền quét mã", "who may scan the code"),
        "roles" => {
            let (all, exporting) = what.split_once(':').unwrap_or((what, "?"));
            Text::new(
                format!("{all} vai trò theo ma trận phân quyền, {exporting} được kết xuất"),
                format!("{all} roles of the role matrix, {exporting} may export"),
            )
        }
        other => Text::new(other, other),
    }
}

fn find(table: &'static [(&'static str, &'static str, &'static str)], word: &str) -> Label {
    table.iter().find(|(key, _, _)| *key == word).map_or(
        Label {
            vi: "khác",
            en: "other",
        },
        |&(_, vi, en)| Label { vi, en },
    )
}

#[rustfmt::skip]
const CLASSES: &[(&str, &str, &str)] = &[
    ("name", "Họ tên", "Name"),
    ("phone", "Điện thoại", "Telephone"),
    ("email", "Thư điện tử", "E-mail"),
    ("address", "Địa chỉ", "Address"),
    ("national_id", "Số định danh", "Identity number"),
    ("dob", "Ngày sinh", "Day of birth"),
    ("gender", "Giới tính", "Sex"),
    ("bank", "Tài khoản ngân hàng", "Bank account"),
    ("card", "Thẻ thanh toán", "Payment card"),
    ("gps", "Vị trí", "Position"),
    ("contents", "Nội dung hàng", "Contents"),
    ("cod", "Tiền thu hộ", "Cash on delivery"),
    ("credential", "Mật khẩu, mã", "Credential"),
    ("signature", "Chữ ký", "Signature"),
    ("photo", "Ảnh", "Picture"),
    ("plate", "Biển số xe", "Number plate"),
    ("tax_code", "Mã số thuế", "Tax code"),
    ("passport", "Hộ chiếu", "Passport"),
    ("social_insurance", "Bảo hiểm xã hội", "Social insurance"),
    ("ip", "Địa chỉ IP", "IP address"),
    ("device", "Thiết bị", "Device"),
    ("health", "Sức khỏe", "Health"),
    ("ethnicity", "Dân tộc", "Ethnic origin"),
    ("religion", "Tôn giáo", "Religion"),
    ("politics", "Quan điểm chính trị", "Politics"),
    ("sex_life", "Đời sống tình dục", "Sex life"),
    ("criminal", "Tiền án, tiền sự", "Crimes"),
    ("biometric", "Sinh trắc học", "Biometric data"),
    ("nationality", "Quốc tịch", "Nationality"),
    ("marital", "Hôn nhân", "Marital status"),
    ("finance", "Thu nhập, tín dụng", "Income, credit"),
];

#[rustfmt::skip]
const PARTIES: &[(&str, &str, &str)] = &[
    ("sender", "người gửi", "sender"),
    ("recipient", "người nhận", "recipient"),
    ("courier", "bưu tá", "courier"),
    ("customer", "khách hàng", "customer"),
    ("staff", "nhân viên", "staff"),
    ("unknown", "chưa rõ", "not known"),
];
