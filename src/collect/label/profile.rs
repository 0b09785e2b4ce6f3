//! The mask profile that counts: the inventory's, and for what it leaves out the default.

use std::sync::LazyLock;

use serde::Deserialize;

use super::look::Look;
use crate::model::MaskProfile;
use crate::parse::yaml::Document;
use crate::privacy::Class;
use crate::privacy::masks::Exposure;

/// A profile without gaps.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    /// `vn`, or `own`.
    pub(super) name: &'static str,
    hidden_percent: u32,
    phone_hidden: u32,
    phone_visible: u32,
    house: bool,
    contents: bool,
    cod: bool,
}

impl Profile {
    /// The inventory's own over the default.
    pub(super) fn of(own: Option<&MaskProfile>) -> Self {
        let none = MaskProfile::default();
        let (own, name) = match own {
            Some(own) => (own, "own"),
            None => (&none, "vn"),
        };
        let vn = &*VN;
        // Were the default to lack a figure, the strictest counts.
        Self {
            name,
            hidden_percent: own
                .name
                .min_hidden_percent
                .or(vn.name.min_hidden_percent)
                .unwrap_or(100),
            phone_hidden: own.phone.min_hidden.or(vn.phone.min_hidden).unwrap_or(10),
            phone_visible: own.phone.max_visible.or(vn.phone.max_visible).unwrap_or(0),
            house: own
                .address
                .show_house
                .or(vn.address.show_house)
                .unwrap_or(false),
            contents: own.contents.show.or(vn.contents.show).unwrap_or(false),
            cod: own.cod.show.or(vn.cod.show).unwrap_or(false),
        }
    }

    /// Does a field stay within the profile? `None` where it does not tell how much it hides, or the profile says nothing of it.
    pub(super) fn holds(
        &self,
        class: Class,
        exposure: Exposure,
        look: Option<&Look>,
    ) -> Option<bool> {
        if matches!(exposure, Exposure::Coded | Exposure::Absent) {
            return Some(true);
        }
        let full = exposure == Exposure::Full;
        match class {
            Class::Name | Class::Phone if full => Some(false),
            Class::Name => look.map(|l| l.hidden_percent() >= self.hidden_percent),
            Class::Phone => {
                look.map(|l| l.hidden >= self.phone_hidden && l.visible <= self.phone_visible)
            }
            Class::Address if full => Some(self.house),
            Class::Address => look.map(|l| self.house || !l.house),
            Class::Contents => Some(self.contents || !full),
            Class::Cod => Some(self.cod || !full),
            Class::Email
            | Class::NationalId
            | Class::Dob
            | Class::Gender
            | Class::Bank
            | Class::Card
            | Class::Gps
            | Class::Credential
            | Class::Signature
            | Class::Photo
            | Class::Plate
            | Class::TaxCode
            | Class::Passport
            | Class::SocialInsurance
            | Class::Ip
            | Class::Device
            | Class::Health
            | Class::Ethnicity
            | Class::Religion
            | Class::Politics
            | Class::SexLife
            | Class::Criminal
            | Class::Biometric
            | Class::Nationality
            | Class::Marital
            | Class::Finance
            | Class::None => None,
        }
    }
}

#[derive(Debug, Deserialize)]
struct File {
    vn: MaskProfile,
}

static VN: LazyLock<MaskProfile> = LazyLock::new(|| {
    let text = include_str!("../../../rules/privacy/masks.yaml");
    let document = Document::parse("masks.yaml", text.as_bytes()).ok();
    document
        .and_then(|d| serde_json::from_value::<File>(d.root.json()).ok())
        .map(|f| f.vn)
        .unwrap_or_default()
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PhoneMask;

    #[test]
    fn the_default_and_an_own_one() {
        assert_eq!(VN.phone.min_hidden, Some(6));
        assert_eq!(VN.name.min_hidden_percent, Some(50));
        let phone = |text: &str, profile: &Profile| {
            profile.holds(
                Class::Phone,
                Exposure::Masked,
                Some(&Look::of(Class::Phone, text)),
            )
        };
        let vn = Profile::of(None);
        assert_eq!(phone("*******412", &vn), Some(true));
        assert_eq!(phone("081****600", &vn), Some(false));
        let own = MaskProfile {
            phone: PhoneMask {
                min_hidden: Some(4),
                max_visible: Some(6),
            },
            ..MaskProfile::default()
        };
        let own = Profile::of(Some(&own));
        assert_eq!((own.name, phone("081****600", &own)), ("own", Some(true)));
        assert_eq!(own.holds(Class::Address, Exposure::Full, None), Some(false));
        assert_eq!(vn.holds(Class::Phone, Exposure::Masked, None), None);
    }
}
