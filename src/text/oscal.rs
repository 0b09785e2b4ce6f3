//! Words of the OSCAL catalogue and its profiles.

use crate::model::{Day, Level, Text};

/// The title of the catalogue, or of the profile of a level on a day.
pub fn catalog(profile: Option<(Level, Day)>) -> Text {
    match profile {
        None => Text::new(
            "Danh mục yêu cầu pháp luật đối với hệ thống thông tin của doanh nghiệp bưu chính",
            "Catalogue of what the law asks of the information systems of postal companies",
        ),
        Some((level, day)) => Text::new(
            format!(
                "Yêu cầu đối với hệ thống thông tin cấp độ {level}, theo pháp luật tại ngày {}",
                day.vi()
            ),
            format!("What is asked of information systems of level {level}, by the law of {day}"),
        ),
    }
}

/// What stands under each of them.
pub fn remarks() -> Text {
    Text::new(
        "Nội dung yêu cầu được diễn đạt lại, không thay thế văn bản gốc; cách đọc từng yêu cầu ghi tại thuộc tính `reading`. Một số yêu cầu chỉ áp dụng theo điều kiện ghi ở phần hướng dẫn.",
        "The texts are in our own words and do not replace the instruments; the property `reading` says how each was read. Some bind only under the conditions in their guidance.",
    )
}

/// What the assessment-results say of the catalogue and the profiles.
pub fn resource(profile: Option<(Level, Day)>) -> Text {
    let title = catalog(profile);
    Text::new(
        format!("{}; ghi bằng lệnh `capdo law oscal --out DIR`", title.vi),
        format!("{}; written by `capdo law oscal --out DIR`", title.en),
    )
}
