//! What is personal data: from names, types, comments and neighbours (`names`), from values (`values`), and how far
//! a value is hidden (`masks`). Pure; judges nothing, keeps no value.
//!
//! The words stand in `rules/privacy/names.txt`, so that a new one is a line there.

use std::collections::BTreeSet;

mod area;
pub mod masks;
pub mod names;
pub mod protection;
mod setting;
mod table;
mod told;
pub mod values;
mod weigh;
mod words;

pub use setting::Setting;

/// A class of personal data (NĐ 356/2025 Art. 3–4, and what postal systems keep beside it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Name of a person.
    Name,
    /// Telephone number.
    Phone,
    /// E-mail address.
    Email,
    /// Address, whole or a part of it.
    Address,
    /// Identity card, personal number, driving licence.
    NationalId,
    /// Day or year of birth.
    Dob,
    /// Sex.
    Gender,
    /// Bank account.
    Bank,
    /// Payment card.
    Card,
    /// Position.
    Gps,
    /// Contents of the item, notes on the order.
    Contents,
    /// Cash on delivery, declared value.
    Cod,
    /// Password, token, code.
    Credential,
    /// Signature.
    Signature,
    /// Picture of a person, a card or a delivery.
    Photo,
    /// Number plate.
    Plate,
    /// Tax code.
    TaxCode,
    /// Passport.
    Passport,
    /// Social or health insurance.
    SocialInsurance,
    /// IP address.
    Ip,
    /// Trace of a device.
    Device,
    /// Health.
    Health,
    /// Race, ethnic origin.
    Ethnicity,
    /// Religion, belief.
    Religion,
    /// Political views, membership of a party.
    Politics,
    /// Sex life, sexual orientation.
    SexLife,
    /// Crimes, convictions.
    Criminal,
    /// What a body is known by: fingerprint, face, voice, genes.
    Biometric,
    /// Nationality.
    Nationality,
    /// Marital status.
    Marital,
    /// Pay, income, credit.
    Finance,
    /// No personal data.
    None,
}

impl Class {
    /// All classes, the gravest first: on equal terms the earlier one counts.
    pub const ALL: [Class; 32] = [
        Self::Credential,
        Self::Card,
        Self::Biometric,
        Self::Criminal,
        Self::SexLife,
        Self::Politics,
        Self::Religion,
        Self::Ethnicity,
        Self::Photo,
        Self::Gps,
        Self::Health,
        Self::Signature,
        Self::NationalId,
        Self::Passport,
        Self::SocialInsurance,
        Self::Email,
        Self::Phone,
        Self::TaxCode,
        Self::Bank,
        Self::Dob,
        Self::Gender,
        Self::Nationality,
        Self::Marital,
        Self::Finance,
        Self::Plate,
        Self::Ip,
        Self::Device,
        Self::Address,
        Self::Cod,
        Self::Name,
        Self::Contents,
        Self::None,
    ];

    /// The word that facts use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Address => "address",
            Self::NationalId => "national_id",
            Self::Dob => "dob",
            Self::Gender => "gender",
            Self::Bank => "bank",
            Self::Card => "card",
            Self::Gps => "gps",
            Self::Contents => "contents",
            Self::Cod => "cod",
            Self::Credential => "credential",
            Self::Signature => "signature",
            Self::Photo => "photo",
            Self::Plate => "plate",
            Self::TaxCode => "tax_code",
            Self::Passport => "passport",
            Self::SocialInsurance => "social_insurance",
            Self::Ip => "ip",
            Self::Device => "device",
            Self::Health => "health",
            Self::Ethnicity => "ethnicity",
            Self::Religion => "religion",
            Self::Politics => "politics",
            Self::SexLife => "sex_life",
            Self::Criminal => "criminal",
            Self::Biometric => "biometric",
            Self::Nationality => "nationality",
            Self::Marital => "marital",
            Self::Finance => "finance",
            Self::None => "none",
        }
    }

    /// The class with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.word() == word)
    }

    /// Is every value of the class sensitive data (NĐ 356/2025 Art. 4: a origin, b politics and religion, d health,
    /// đ biometry, e sex life, g crimes, h position, k bank and card)?
    /// Pictures of identity cards (Art. 4 i) are told by their names: [`Verdict::sensitive`].
    pub fn is_sensitive(self) -> bool {
        matches!(
            self,
            Self::Gps
                | Self::Bank
                | Self::Card
                | Self::Health
                | Self::Ethnicity
                | Self::Religion
                | Self::Politics
                | Self::SexLife
                | Self::Criminal
                | Self::Biometric
        )
    }
}

/// Whose data it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// Who sends.
    Sender,
    /// Who receives.
    Recipient,
    /// Who carries.
    Courier,
    /// Who orders, where it does not say which side.
    Customer,
    /// Who works for the company.
    Staff,
    /// It does not say.
    Unknown,
}

impl Party {
    /// All parties.
    pub const ALL: [Party; 6] = [
        Self::Sender,
        Self::Recipient,
        Self::Courier,
        Self::Customer,
        Self::Staff,
        Self::Unknown,
    ];

    /// The word that facts use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::Recipient => "recipient",
            Self::Courier => "courier",
            Self::Customer => "customer",
            Self::Staff => "staff",
            Self::Unknown => "unknown",
        }
    }

    /// The party with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.word() == word)
    }
}

/// What a name, with what stands around it, says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The class.
    pub class: Class,
    /// Whose.
    pub party: Party,
    /// How sure, 0–100.
    pub confidence: u8,
    /// Sensitive data in the sense of NĐ 356/2025 Art. 4?
    pub sensitive: bool,
    /// Why, as stable codes: `name:so_dien_thoai`, `comment:…`, `lure:…`, `table:person`.
    pub reasons: BTreeSet<String>,
}

impl Verdict {
    /// No personal data, for this reason.
    pub fn none(confidence: u8, reason: impl Into<String>) -> Self {
        Self {
            class: Class::None,
            party: Party::Unknown,
            confidence,
            sensitive: false,
            reasons: BTreeSet::from([reason.into()]),
        }
    }

    /// What sampled values of the column add: a class where the name has none, certainty where both agree.
    pub fn weigh_values(&mut self, values: &values::Sampled) {
        let Some(class) = values.class else {
            return;
        };
        let reason = format!("values:{}", class.word());
        if self.class == class {
            self.confidence = self.confidence.saturating_add(10).min(99);
            self.reasons.insert(reason);
        } else if !self.is_personal() {
            self.class = class;
            self.confidence = 80;
            self.sensitive = class.is_sensitive();
            self.reasons = BTreeSet::from([reason]);
        }
    }

    /// The reasons as one text.
    pub fn reason(&self) -> String {
        let words: Vec<&str> = self.reasons.iter().map(String::as_str).collect();
        words.join(" ")
    }

    /// Is it personal data?
    pub fn is_personal(&self) -> bool {
        self.class != Class::None
    }
}
