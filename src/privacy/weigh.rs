//! What stands around a name weighs what the name says: comment, type, table, neighbours.

use super::names::{by_words, find_party};
use super::setting::Setting;
use super::table::Table;
use super::words::words;
use super::{Class, Verdict};
use crate::text::unicode;

pub(super) fn weigh_comment(verdict: &mut Verdict, comment: Option<&str>, table: &Table) {
    let Some(comment) = comment else {
        return;
    };
    if !verdict.is_personal() {
        return;
    }
    if let (Some(said), _) = by_words(&words(comment, table), table)
        && said.class == verdict.class
        && !verdict.reasons.iter().any(|r| r.starts_with("comment:"))
    {
        verdict.confidence = verdict.confidence.saturating_add(4).min(99);
        verdict.reasons.insert("comment:agrees".into());
    }
}

/// A type that cannot hold a value of the class says that it is none.
pub(super) fn weigh_type(verdict: &mut Verdict, data_type: Option<&str>, said: &[String]) {
    let Some(data_type) = data_type.map(str::to_ascii_lowercase) else {
        return;
    };
    let base: &str = data_type.split(['(', ' ']).next().unwrap_or_default();
    let told = match base {
        "inet" | "cidr" if matches!(verdict.class, Class::None | Class::Address) => Some(Class::Ip),
        "point" | "geometry" | "geography" if !verdict.is_personal() => Some(Class::Gps),
        _ => None,
    };
    if let Some(class) = told {
        *verdict = Verdict::none(78, format!("type:{base}"));
        verdict.class = class;
        return;
    }
    let boolean = BOOLEANS.contains(&base) || data_type.starts_with("tinyint(1)");
    let number = NUMBERS.contains(&base);
    if has_fraction(&data_type) && OF_DIGITS.contains(&verdict.class) {
        *verdict = Verdict::none(85, "type:amount");
        return;
    }
    if impossible(verdict.class, boolean, MOMENTS.contains(&base), number) {
        *verdict = Verdict::none(85, format!("type:{}", clean(base)));
    } else if number && is_key(verdict.class, said) {
        *verdict = Verdict::none(80, "type:key");
    }
}

/// A number in place of an address is the key of a list of wards or provinces; that of a house or a postcode is none.
fn is_key(class: Class, said: &[String]) -> bool {
    let digits = [
        "nha", "house", "zip", "zipcode", "postcode", "postal", "pincode",
    ];
    match said.last().map(String::as_str) {
        Some("id") => matches!(class, Class::Address | Class::Bank),
        _ => class == Class::Address && !said.iter().any(|w| digits.contains(&w.as_str())),
    }
}

/// A type that holds text as people write it, and is not as long as a generated key.
pub(super) fn is_text(data_type: &str) -> bool {
    let lower = data_type.to_ascii_lowercase();
    (lower.contains("char") || lower.contains("text") || lower == "string")
        && !matches!(super::protection::length(&lower), Some(32 | 36))
}

/// A picture of an identity paper is a picture: `hinh_can_cuoc`, or bytes with "Ảnh chụp căn cước" beside them.
pub(super) fn weigh_picture(
    verdict: &mut Verdict,
    said: &[String],
    data_type: Option<&str>,
    comment: Option<&str>,
    table: &Table,
) {
    if !matches!(verdict.class, Class::NationalId | Class::Passport) {
        return;
    }
    let shows = |words: &[String]| words.iter().any(|w| PICTURES.contains(&w.as_str()));
    let bytes = data_type.is_some_and(|t| {
        let lower = t.to_ascii_lowercase();
        BYTES.iter().any(|b| lower.contains(b))
    });
    if shows(said) || bytes && comment.is_some_and(|c| shows(&words(c, table))) {
        verdict.class = Class::Photo;
        verdict.confidence = 97;
        verdict.reasons.insert("picture-of-paper".into());
    }
}

const PICTURES: [&str; 9] = [
    "anh", "hinh", "image", "img", "photo", "picture", "scan", "selfie", "pic",
];
const BYTES: [&str; 4] = ["bytea", "blob", "binary", "image"];

/// Words that are alike without their marks: where the comment or the name has marks, they tell which word it is.
pub(super) fn weigh_accents(
    verdict: &mut Verdict,
    name: &str,
    comment: Option<&str>,
    table: &Table,
) {
    let phrase = verdict.reasons.iter().find_map(|r| {
        let (_, phrase) = r.split_once(':')?;
        Some((phrase.to_owned(), table.accents.get(phrase)?))
    });
    let Some((phrase, written)) = phrase else {
        return;
    };
    for text in [Some(name), comment].into_iter().flatten() {
        let text = unicode::nfc(text).to_lowercase();
        let other = !text.is_ascii()
            && unicode::fold(&text).contains(&phrase.replace('_', " "))
            && !text.contains(written.as_str());
        if other {
            *verdict = Verdict::none(80, "other-word");
            return;
        }
    }
}

/// `decimal(18,2)`: an amount, no number of a person.
fn has_fraction(data_type: &str) -> bool {
    let exact = ["decimal", "numeric", "number", "money"];
    exact.iter().any(|t| data_type.starts_with(t))
        && data_type
            .rsplit_once(',')
            .is_some_and(|(_, scale)| scale.trim_end_matches(')').trim() != "0")
}

/// Classes whose values are written with digits that count nothing.
const OF_DIGITS: [Class; 6] = [
    Class::Phone,
    Class::NationalId,
    Class::SocialInsurance,
    Class::Card,
    Class::TaxCode,
    Class::Passport,
];

const BOOLEANS: [&str; 3] = ["bool", "boolean", "bit"];
const MOMENTS: [&str; 11] = [
    "timestamp",
    "timestamptz",
    "datetime",
    "date",
    "time",
    "datetime2",
    "datetimeoffset",
    "smalldatetime",
    "year",
    "interval",
    "timetz",
];
const NUMBERS: [&str; 8] = [
    "int",
    "integer",
    "bigint",
    "smallint",
    "tinyint",
    "mediumint",
    "serial",
    "bigserial",
];

/// Can a column of this type hold no value of the class?
fn impossible(class: Class, boolean: bool, moment: bool, number: bool) -> bool {
    match class {
        Class::None => false,
        Class::Gender => moment,
        Class::Dob | Class::NationalId | Class::Passport | Class::Device => boolean,
        Class::Cod
        | Class::Phone
        | Class::Bank
        | Class::Plate
        | Class::TaxCode
        | Class::Card
        | Class::SocialInsurance
        | Class::Ip
        | Class::Credential
        | Class::Gps
        | Class::Address => boolean || moment,
        Class::Name | Class::Email | Class::Contents | Class::Signature | Class::Photo => {
            boolean || moment || number
        }
        Class::Health => boolean || moment,
        Class::Nationality | Class::Ethnicity | Class::Religion | Class::SexLife => moment,
        Class::Biometric => boolean || moment,
        Class::Finance => boolean || moment,
        // "Is a member", "since when" say it themselves.
        Class::Politics | Class::Criminal | Class::Marital => false,
    }
}

fn clean(word: &str) -> String {
    word.chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .take(24)
        .collect()
}

/// Tables of things (provinces, products, warehouses) have names, addresses and phones that are no person's.
pub(super) fn weigh_table(
    verdict: &mut Verdict,
    said: &[String],
    setting: &Setting,
    table: &Table,
) {
    if verdict.class == Class::Card && setting.speaks_of(&OF_MEMBERS) {
        *verdict = Verdict::none(75, "table:members");
        return;
    }
    if !setting.thing || setting.person || find_party(said, table).is_some() {
        return;
    }
    let of_thing = match verdict.class {
        Class::Address | Class::Contents | Class::Ip | Class::Device => true,
        // Where a vehicle is, its driver is.
        Class::Gps => !setting.speaks_of(&MOVING),
        Class::Photo => verdict.confidence < 97,
        Class::Phone
        | Class::Email
        | Class::TaxCode
        | Class::Name
        | Class::NationalId
        | Class::Dob
        | Class::Gender
        | Class::Bank
        | Class::Card
        | Class::Cod
        | Class::Credential
        | Class::Signature
        | Class::Plate
        | Class::Passport
        | Class::SocialInsurance
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
        | Class::None => false,
    };
    if of_thing {
        *verdict = Verdict::none(70, "table:thing");
    } else if verdict.is_personal() {
        verdict.confidence = verdict.confidence.saturating_sub(15);
        verdict.reasons.insert("table:thing".into());
    }
}

/// `content`, `note` is that of an item only in a table of items, or beside the name of a party.
pub(super) fn weigh_content(
    verdict: &mut Verdict,
    said: &[String],
    setting: &Setting,
    table: &Table,
) {
    if !setting.named || verdict.class != Class::Contents || verdict.confidence > 74 {
        return;
    }
    let about_items =
        setting.speaks_of(&OF_ITEMS) || setting.sides || find_party(said, table).is_some();
    // A note on a customer is no note on an item, but it is one on a person.
    let about_persons = setting.person && setting.contact;
    let bare = verdict
        .reasons
        .iter()
        .any(|r| BARE_CONTENT.contains(&r.as_str()));
    if bare && !about_items && !about_persons {
        *verdict = Verdict::none(65, "content-of-thing");
    }
}

/// What may be said of anything.
const BARE_CONTENT: [&str; 7] = [
    "name:note",
    "name:notes",
    "name:ghi_chu",
    "name:content",
    "name:noi_dung",
    "name:remark",
    "name:remarks",
];

/// Words of tables whose cards pay nothing.
const OF_MEMBERS: [&str; 9] = [
    "loyalty",
    "member",
    "members",
    "membership",
    "gift",
    "voucher",
    "warranty",
    "sim",
    "library",
];

/// Words of tables of things that move.
const MOVING: [&str; 10] = [
    "xe",
    "vehicle",
    "vehicles",
    "trinh",
    "journey",
    "trip",
    "trips",
    "tracking",
    "position",
    "positions",
];

/// Words of tables whose rows are items.
const OF_ITEMS: [&str; 22] = [
    "order",
    "orders",
    "don",
    "shipment",
    "shipments",
    "parcel",
    "parcels",
    "package",
    "packages",
    "delivery",
    "deliveries",
    "waybill",
    "waybills",
    "van",
    "kien",
    "buu",
    "item",
    "items",
    "consignment",
    "consignments",
    "hang",
    "shipping",
];
