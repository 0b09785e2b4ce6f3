//! What is said of entries that were written: waivers and attestations.

use crate::model::{Day, Text};

/// A waiver was recorded.
pub fn waived(id: &str, file: &str, until: Day, approved: bool) -> Text {
    let mut text = Text::new(
        format!(
            "Đã ghi {id} vào {file}, có giá trị đến hết ngày {}. Phép kiểm tra vẫn chạy và kết quả gốc được giữ nguyên.",
            until.vi()
        ),
        format!(
            "{id} was added to {file}; it ends on {until}. The control runs on and its result stays."
        ),
    );
    if !approved {
        text.vi
            .push_str(" Chưa có người phê duyệt nên chưa được tính.");
        text.en
            .push_str(" Nobody approved it yet, so it does not count.");
    }
    text
}

/// An attestation was recorded; `longer` is the cycle of the law where it counts for longer than that.
pub fn attested(id: &str, file: &str, ends: Option<Day>, longer: Option<i64>) -> Text {
    let mut text = Text::new(
        format!("Đã ghi {id} vào {file}"),
        format!("{id} was added to {file}"),
    );
    if let Some(ends) = ends {
        text.vi
            .push_str(&format!(", có giá trị đến hết ngày {}", ends.vi()));
        text.en.push_str(&format!("; it counts until {ends}"));
    }
    text.vi.push('.');
    text.en.push('.');
    if let Some(months) = longer {
        text.vi.push_str(&format!(
            " Chu kỳ theo quy định ở cấp độ này là {months} tháng: sau đó nội dung này không còn được coi là đạt."
        ));
        text.en.push_str(&format!(
            " The cycle of the law at this level is {months} months: after that it no longer counts as met."
        ));
    }
    text
}
