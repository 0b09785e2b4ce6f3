//! Addresses that name no more than a ward, a district or a province: "Ha Noi" says where a mail goes, not to whom.

use crate::text::unicode;

/// Does each part name a ward, a district or a province, and none a house or a street?
pub(super) fn is_area(text: &str) -> bool {
    const AREAS: [&str; 26] = [
        "phuong ",
        "p. ",
        "p.",
        "xa ",
        "thi tran ",
        "tt. ",
        "quan ",
        "q. ",
        "q.",
        "huyen ",
        "h. ",
        "thi xa ",
        "tx. ",
        "thanh pho ",
        "tp. ",
        "tp.",
        "tp ",
        "tinh ",
        "t. ",
        "ward ",
        "district ",
        "city ",
        "province ",
        "dac khu ",
        "viet nam",
        "vn",
    ];
    let folded = unicode::fold(text);
    let mut parts = folded
        .split([',', ';', '-', '–'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .peekable();
    parts.peek().is_some()
        && parts.all(|part| {
            let area = AREAS.iter().find_map(|word| part.strip_prefix(word));
            // "Quan 1" has a number, and a house has more.
            let house = |rest: &str| rest.chars().any(char::is_alphabetic);
            match area {
                Some(rest) => !rest.chars().any(|c| c.is_ascii_digit()) || !house(rest),
                None => PROVINCES.contains(&part),
            }
        })
}

/// Provinces and cities, before and after they were joined in 2025, without marks.
const PROVINCES: [&str; 64] = [
    "an giang",
    "ba ria",
    "bac giang",
    "bac kan",
    "bac lieu",
    "bac ninh",
    "ben tre",
    "binh dinh",
    "binh duong",
    "binh phuoc",
    "binh thuan",
    "ca mau",
    "can tho",
    "cao bang",
    "da nang",
    "dak lak",
    "dak nong",
    "dien bien",
    "dong nai",
    "dong thap",
    "gia lai",
    "ha giang",
    "ha nam",
    "ha noi",
    "ha tinh",
    "hai duong",
    "hai phong",
    "hau giang",
    "hcm",
    "ho chi minh",
    "hoa binh",
    "hue",
    "hung yen",
    "khanh hoa",
    "kien giang",
    "kon tum",
    "lai chau",
    "lam dong",
    "lang son",
    "lao cai",
    "long an",
    "nam dinh",
    "nghe an",
    "ninh binh",
    "ninh thuan",
    "phu tho",
    "phu yen",
    "quang binh",
    "quang nam",
    "quang ngai",
    "quang ninh",
    "quang tri",
    "soc trang",
    "son la",
    "tay ninh",
    "thai binh",
    "thai nguyen",
    "thanh hoa",
    "thua thien hue",
    "tien giang",
    "tra vinh",
    "tuyen quang",
    "vinh long",
    "vung tau",
];

#[cfg(test)]
mod tests {
    use crate::privacy::Class;
    use crate::privacy::masks::{Exposure, of_value};

    #[test]
    fn an_area_is_no_house() {
        for (text, exposure) in [
            ("Hà Nội", Exposure::Masked),
            ("Thành phố Hồ Chí Minh", Exposure::Masked),
            ("Phường Cầu Giấy, Q.1, TP. HCM", Exposure::Masked),
            ("Số 5, Phường Mẫu, Hà Nội", Exposure::Full),
            ("Phạm Hùng, Hà Nội", Exposure::Full),
            ("Phường Mẫu 12 ngõ 7, Hà Nội", Exposure::Full),
        ] {
            assert_eq!(of_value(Class::Address, text).exposure, exposure, "{text}");
        }
    }
}
