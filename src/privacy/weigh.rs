//! What stands around a name weighs what the name says: comment, type, table, neighbours.

use super::names::{Around, by_words, find_party, table_kind};
use super::table::Table;
use super::words::words;
use super::{Class, Party, Verdict};

pub(super) fn weigh_comment(verdict: &mut Verdict, around: &Around, table: &Table) {
    let Some(comment) = around.comment else {
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
pub(super) fn weigh_type(verdict: &mut Verdict, around: &Around) {
    let Some(data_type) = around.data_type.map(str::to_ascii_lowercase) else {
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
    if impossible(verdict.class, boolean, MOMENTS.contains(&base), number) {
        *verdict = Verdict::none(85, format!("type:{}", clean(base)));
    } else if number && verdict.class == Class::Address {
        // A number in place of an address is the key of a list of wards or provinces.
        verdict.confidence = verdict.confidence.min(50);
        verdict.reasons.insert("type:key".into());
    }
}

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
        Class::Dob | Class::NationalId | Class::Device => boolean,
        Class::Cod
        | Class::Phone
        | Class::Bank
        | Class::Plate
        | Class::TaxCode
        | Class::Card
        | Class::Passport
        | Class::SocialInsurance
        | Class::Ip
        | Class::Credential
        | Class::Gps
        | Class::Address => boolean || moment,
        Class::Name
        | Class::Email
        | Class::Contents
        | Class::Signature
        | Class::Photo
        | Class::Health => boolean || moment || number,
    }
}

fn clean(word: &str) -> String {
    word.chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .take(24)
        .collect()
}

/// Tables of things (provinces, products, warehouses) have names, addresses and phones that are no person's.
pub(super) fn weigh_table(verdict: &mut Verdict, said: &[String], around: &Around, table: &Table) {
    let (person, thing) = table_kind(around, table);
    if !thing || person || find_party(said, table).is_some() {
        return;
    }
    let of_thing = match verdict.class {
        Class::Address | Class::Contents => true,
        // Where a vehicle is, its driver is.
        Class::Gps => !words(around.table.unwrap_or_default(), table)
            .iter()
            .any(|w| MOVING.contains(&w.as_str())),
        Class::Photo => verdict.confidence < 97,
        Class::Phone | Class::Email | Class::TaxCode => false,
        Class::Name
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
        | Class::Ip
        | Class::Device
        | Class::Health
        | Class::None => false,
    };
    if of_thing {
        *verdict = Verdict::none(70, "table:thing");
    } else if verdict.is_personal() {
        verdict.confidence = verdict.confidence.saturating_sub(15);
        verdict.reasons.insert("table:thing".into());
    }
}

/// `content` is that of an item only in a table of items, or beside the name of a party.
pub(super) fn weigh_content(
    verdict: &mut Verdict,
    said: &[String],
    around: &Around,
    table: &Table,
) {
    let Some(name) = around.table else {
        return;
    };
    if verdict.class != Class::Contents
        || verdict.confidence > 74
        || said.iter().any(|w| w == "note" || w == "notes")
    {
        return;
    }
    let of_items = words(name, table)
        .iter()
        .any(|w| OF_ITEMS.contains(&w.as_str()));
    let party = around.neighbours.iter().any(|n| {
        find_party(&words(n, table), table)
            .is_some_and(|p| matches!(p, Party::Sender | Party::Recipient))
    });
    if !of_items
        && !party
        && verdict.reasons.iter().any(|r| {
            matches!(
                r.as_str(),
                "name:content" | "name:noi_dung" | "name:remark" | "name:remarks"
            )
        })
    {
        *verdict = Verdict::none(65, "content-of-thing");
    }
}

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
