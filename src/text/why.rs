//! Why a column was taken for personal data, and why it counts as protected or not: stable codes as sentences.

use crate::model::Text;

/// The codes as one text in both languages.
pub fn words<'a>(codes: impl Iterator<Item = &'a str>) -> Text {
    let (mut vi, mut en) = (Vec::new(), Vec::new());
    for text in codes.map(sentence) {
        vi.push(text.vi);
        en.push(text.en);
    }
    Text::new(vi.join("; "), en.join("; "))
}

/// One code as a sentence; a code that has none is shown as it is.
fn sentence(code: &str) -> Text {
    let (kind, what) = code.split_once(':').unwrap_or((code, ""));
    let shown = what.replace('_', " ");
    match (kind, what) {
        ("name", "bare") => Text::new("tên trong bảng về người", "a name in a table of persons"),
        ("name", "person") => Text::new(
            "tên cột chỉ tên người",
            "the column's name is that of a person's name",
        ),
        ("name", "fast-hash") => Text::new(
            "băm nhanh (MD5, SHA) dò ngược được",
            "a fast hash (MD5, SHA) is found by trying",
        ),
        ("name", "no-room") => Text::new(
            "tên cột nói đã mã hóa nhưng cột quá ngắn để chứa bản mã",
            "the name says that it is enciphered, the column is too short for it",
        ),
        ("name", "bare-hash") => Text::new(
            "băm không khóa: dò hết các số là tìm ra",
            "a hash without a key: found by trying all numbers",
        ),
        ("name", _) if PROTECTING.contains(&what) => Text::new(
            format!("tên cột cho thấy đã mã hóa hoặc băm (“{what}”)"),
            format!("the column's name says that it is enciphered or hashed (“{what}”)"),
        ),
        ("name", _) => Text::new(
            format!("tên cột có “{shown}”"),
            format!("the column's name has “{shown}”"),
        ),
        ("comment", "agrees") => Text::new("chú thích cũng nói vậy", "the comment says so too"),
        ("comment", "plain") => Text::new(
            "chú thích nói chưa mã hóa",
            "the comment says that it is not enciphered",
        ),
        ("comment", "no-room") => Text::new(
            "chú thích nói đã mã hóa nhưng cột quá ngắn để chứa bản mã",
            "the comment says that it is enciphered, the column is too short for it",
        ),
        ("comment", "unclear") => Text::new(
            "chú thích nói đến mã hóa nhưng không rõ đã làm chưa",
            "the comment speaks of encryption, not whether it was done",
        ),
        ("comment", "protected") => Text::new(
            "chú thích nói đã mã hóa hoặc băm",
            "the comment says that it is enciphered or hashed",
        ),
        ("comment", _) => Text::new(
            format!("chú thích có “{shown}”"),
            format!("the comment has “{shown}”"),
        ),
        ("table", "thing") => Text::new(
            "bảng về vật, không về người",
            "the table is one of things, not of persons",
        ),
        ("table", "tells") => Text::new(
            "bảng cho biết nghĩa của tên",
            "the table tells what the name means",
        ),
        ("type", "key") => Text::new(
            "kiểu số: có thể là khóa tra cứu",
            "a number: it may be a key to a list",
        ),
        ("type", "opaque") => Text::new(
            "kiểu dữ liệu không cho thấy nội dung",
            "the type does not show what is in it",
        ),
        ("type", "undefined") => Text::new(
            "kiểu tự định nghĩa mà không tệp nào cho thấy",
            "a type of the schema's own that no file shows",
        ),
        ("hash", "no-room") => Text::new(
            "nói băm bằng hàm chậm nhưng cột quá ngắn để chứa",
            "said to be a slow hash, the column is too short for one",
        ),
        ("type", "encrypted") => {
            Text::new("kiểu cột mã hóa", "the column's type is an enciphered one")
        }
        ("type", _) => Text::new(format!("kiểu {shown}"), format!("type {shown}")),
        ("values", _) => Text::new(
            format!("giá trị mẫu có dạng {shown}"),
            format!("sampled values look like {shown}"),
        ),
        ("hash", _) => Text::new(format!("băm bằng {what}"), format!("hashed with {what}")),
        ("length", _) => Text::new(
            format!("độ dài của {what}"),
            format!("the length of {what}"),
        ),
        ("check", _) => Text::new(
            format!("ràng buộc chỉ nhận giá trị băm {what}"),
            format!("a check lets only {what} in"),
        ),
        ("trigger", "enciphers") => Text::new(
            "trigger mã hóa trước khi lưu",
            "a trigger enciphers before storing",
        ),
        ("trigger", "sometimes") => Text::new(
            "trigger chỉ mã hóa trong một số trường hợp",
            "a trigger enciphers only in some cases",
        ),
        ("trigger", _) => Text::new(
            format!("trigger băm bằng {what}"),
            format!("a trigger hashes with {what}"),
        ),
        ("files", _) => Text::new(
            "tệp dữ liệu được mã hóa (TDE)",
            "the data files are enciphered (TDE)",
        ),
        ("label", _) => Text::new(
            "nhãn che của PostgreSQL Anonymizer",
            "a mask of PostgreSQL Anonymizer",
        ),
        ("view", _) => Text::new(
            format!("người đọc chỉ được cấp khung nhìn đã che ({what})"),
            format!("readers have only a view that masks it ({what})"),
        ),
        ("grants", _) => Text::new(
            "quyền cấp theo cột không gồm cột này",
            "grants by column leave this one out",
        ),
        ("order", _) => Text::new(
            "không rõ tệp nào chạy sau: việc bảo vệ có thể đã bị gỡ",
            "which file is run last does not show: the protection may be gone",
        ),
        ("declared", _) => Text::new(
            format!("đơn vị khai báo có minh chứng ({what})"),
            format!("declared with evidence ({what})"),
        ),
        ("readable", _) => Text::new("lưu ở dạng đọc được", "stored readable"),
        ("masked-on-read", _) => Text::new(
            "che khi đọc, không mã hóa khi lưu",
            "masked on reading, not enciphered",
        ),
        ("picture-of-paper", _) => Text::new("ảnh chụp giấy tờ", "a picture of a paper"),
        ("other-word", _) => Text::new(
            "dấu tiếng Việt cho thấy là từ khác",
            "its marks show that it is another word",
        ),
        ("redaction", _) => Text::new(
            "Oracle che khi đọc (DBMS_REDACT)",
            "redacted by Oracle on reading",
        ),
        ("row-security", _) => Text::new(
            "hạn chế theo dòng (row-level security)",
            "limited by row-level security",
        ),
        ("too-short-for-a-hash", _) => {
            Text::new("quá ngắn để chứa giá trị băm", "too short to hold a hash")
        }
        ("number", _) => Text::new(
            "kiểu số không chứa được giá trị băm",
            "a number holds no hash",
        ),
        ("default-text", _) => Text::new(
            "giá trị mặc định là chữ đọc được",
            "its default is readable text",
        ),
        ("enciphered", _) => Text::new("được mã hóa", "enciphered"),
        ("hash-unknown", _) => Text::new("không rõ kiểu băm", "the kind of hash does not show"),
        _ => Text::new(code, code),
    }
}

/// Words of names that speak of protection, not of a class.
const PROTECTING: [&str; 30] = [
    "bam",
    "ma_hoa",
    "ct",
    "enc",
    "encrypted",
    "encrypt",
    "cipher",
    "ciphertext",
    "crypt",
    "crypted",
    "hash",
    "hashed",
    "digest",
    "bcrypt",
    "argon2",
    "argon2id",
    "argon",
    "scrypt",
    "pbkdf2",
    "sha256",
    "sha512",
    "mask",
    "masked",
    "tokenized",
    "tokenised",
    "hmac",
    "bidx",
    "aes",
    "vault",
    "sealed",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_words() {
        let said = words(["name:so_dien_thoai", "comment:agrees", "readable"].into_iter());
        assert_eq!(
            said.vi,
            "tên cột có “so dien thoai”; chú thích cũng nói vậy; lưu ở dạng đọc được"
        );
        assert_eq!(
            said.en,
            "the column's name has “so dien thoai”; the comment says so too; stored readable"
        );
        assert_eq!(
            words(["name:enc"].into_iter()).en,
            "the column's name says that it is enciphered or hashed (“enc”)"
        );
        assert_eq!(words(["new-code"].into_iter()).en, "new-code");
    }
}
