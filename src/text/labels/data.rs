//! Classes of personal data, and whose they are, in words.

use super::Label;

/// A class by its word in facts.
pub fn class(word: &str) -> Label {
    find(CLASSES, word)
}

/// A party by its word in facts.
pub fn party(word: &str) -> Label {
    find(PARTIES, word)
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
