//! Provisions on sanctions in words: what is printed, for whom, how well it was read.

use super::reading;
use crate::model::{Exposure, FineRange, FineUnit, Payer, Reading, Text};

/// `60–100 triệu đồng`, `từ 2.000 triệu đồng`.
pub fn range(range: FineRange) -> Text {
    let (vi, en) = match range.unit {
        FineUnit::MillionVnd => (" triệu đồng", " million dong"),
        FineUnit::PercentOfRevenue => {
            ("% doanh thu năm trước", " % of the previous year's revenue")
        }
    };
    match range.to {
        Some(to) => Text::new(
            format!("{}–{to}{vi}", range.from),
            format!("{}–{to}{en}", range.from),
        ),
        None => Text::new(
            format!("từ {}{vi}", range.from),
            format!("{}{en} or more", range.from),
        ),
    }
}

/// The act, its conditions, the amounts as printed and for an organisation, and how it was read.
pub fn exposure(provision: &Text, e: &Exposure) -> Text {
    let mut vi = format!("{}: {}", provision.vi, e.text.vi);
    let mut en = format!("{}: {}", provision.en, e.text.en);
    if let Some(conditions) = &e.conditions {
        vi.push_str(&format!(" ({})", conditions.vi));
        en.push_str(&format!(" ({})", conditions.en));
    }
    if let Some(amount) = e.organisation_range.map(range) {
        vi.push_str(&format!("; tổ chức: {}", amount.vi));
        en.push_str(&format!("; an organisation: {}", amount.en));
    }
    if let (Payer::Individual, Some(amount)) = (e.payer, e.range.map(range)) {
        vi.push_str(&format!(
            "; khung in trong văn bản là của cá nhân: {}",
            amount.vi
        ));
        en.push_str(&format!(
            "; the text prints the frame for individuals: {}",
            amount.en
        ));
    }
    if e.reading != Reading::Read {
        let how = reading(e.reading);
        vi.push_str(&format!("; {}", how.vi));
        en.push_str(&format!("; {}", how.en));
    }
    Text::new(vi, en)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(payer: Payer, reading: Reading, organisation: Option<FineRange>) -> Text {
        let printed = FineRange {
            from: 30,
            to: Some(50),
            unit: FineUnit::MillionVnd,
        };
        let e = Exposure {
            provision: "nd330.23.2.a".into(),
            text: Text::same("A"),
            conditions: Some(Text::same("B")),
            payer,
            range: organisation.map(|_| printed),
            organisation_range: organisation,
            reading,
        };
        exposure(&Text::same("P"), &e)
    }

    #[test]
    fn amounts_for_whom() {
        let double = FineRange {
            from: 60,
            to: Some(100),
            unit: FineUnit::MillionVnd,
        };
        assert_eq!(
            case(Payer::Individual, Reading::Read, Some(double)).vi,
            "P: A (B); tổ chức: 60–100 triệu đồng; khung in trong văn bản là của cá nhân: 30–50 triệu đồng"
        );
        assert_eq!(
            case(Payer::Organisation, Reading::Unverified, None).vi,
            "P: A (B); chưa xác minh"
        );
        let open = FineRange {
            from: 1,
            to: None,
            unit: FineUnit::PercentOfRevenue,
        };
        assert_eq!(range(open).vi, "từ 1% doanh thu năm trước");
    }
}
