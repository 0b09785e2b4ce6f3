//! Which of the lists that an inventory can name a CSV file is, by its header alone. Judges no row and keeps none.

use super::caller::{BOUND, CALLS, REGISTER};
use super::document::table;
use super::document::words::{plain, section};
use super::document::{REQUESTS, ROLES, ROSTER, TRAINED};

/// A list of the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum List {
    /// Who works for it.
    Roster,
    /// Who was trained, and when.
    Trained,
    /// The brand names of its calls.
    Brandnames,
    /// The numbers bound to brand names.
    Numbers,
    /// A sample of calls.
    Calls,
    /// Requests of authorities.
    Requests,
    /// What each role may see and export.
    Rights,
}

/// A file that was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// What it is.
    pub list: List,
    /// How many rows it has.
    pub rows: usize,
    /// Has it a column with the accounts of the staff?
    pub accounts: bool,
}

/// The columns that a collector knows of a list, and those without which it reads nothing.
pub(super) type Columns = (&'static [&'static str], &'static [&'static str]);

/// A list, its columns, and columns of which it has some where it is surely this list: other lists have an id and a day,
/// a name and a number too.
type Form = (List, Columns, &'static [&'static str], usize);

/// Tells the list. `name` is that of the file, which speaks where headers alike mean two things.
pub fn listed(name: &str, text: &str) -> Option<Listed> {
    let forms: [Form; 7] = [
        (List::Roster, ROSTER, &["role"], 1),
        (List::Trained, TRAINED, &["course", "signed", "outcome"], 1),
        (
            List::Brandnames,
            REGISTER,
            &["holder_tax", "issued", "expires", "usage", "status"],
            1,
        ),
        (
            List::Numbers,
            BOUND,
            &["telco", "trunk", "active_from", "active_to"],
            1,
        ),
        (
            List::Calls,
            CALLS,
            &["to_number", "waybill", "courier", "at", "direction"],
            2,
        ),
        (
            List::Requests,
            REQUESTS,
            &["requested", "answered", "grounds", "minutes"],
            1,
        ),
        (List::Rights, ROLES, &["sees", "need", "reviewed"], 1),
    ];
    let mut best: Option<(usize, Listed)> = None;
    for (list, (known, needed), sure, least) in forms {
        let Ok(table) = table::read(text, known, needed, "") else {
            continue;
        };
        let has = |column: &&&str| table.columns.contains(*column);
        if sure.iter().filter(has).count() < least
            || list == List::Brandnames && !speaks_of_brands(name, text)
        {
            continue;
        }
        let found = Listed {
            list,
            rows: table.rows.len(),
            accounts: list == List::Roster && has_accounts(text),
        };
        // The first of two that are alike stays.
        if best.is_none_or(|(columns, _)| table.columns.len() > columns) {
            best = Some((table.columns.len(), found));
        }
    }
    best.map(|(_, found)| found)
}

/// A list of customers has names and tax codes too.
fn speaks_of_brands(name: &str, text: &str) -> bool {
    let head: String = text.lines().take(HEAD).collect::<Vec<_>>().join(" ");
    [plain(name), plain(&head)].iter().any(|text| {
        BRANDS.iter().any(|word| text.contains(word)) || text.replace(' ', "").contains("brandname")
    })
}

fn has_accounts(text: &str) -> bool {
    let words = section("header.account");
    text.lines().take(HEAD).any(|line| {
        line.split([',', ';', '\t', '|'])
            .any(|cell| words.contains(&plain(cell)))
    })
}

/// Within how many lines a header stands.
const HEAD: usize = 10;

/// Words of lists of brand names, as [`plain`] writes them.
const BRANDS: [&str; 5] = [
    "brand",
    "dinh danh",
    "thuong hieu",
    "ten hien thi",
    "nhan goi",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, text: &str) -> Option<List> {
        listed(name, text).map(|l| l.list)
    }

    #[test]
    fn each_list_by_its_header() {
        for (name, text, list) in [
            (
                "nv.csv",
                "Mã NV;Họ tên;Chức danh;Đơn vị\nA1;x;bưu tá;y\n",
                List::Roster,
            ),
            (
                "dt.csv",
                "DANH SÁCH\n\nMã NV,Khóa học,Ngày,Ký tên\nA1,Bảo mật,01/02/2026,x\n",
                List::Trained,
            ),
            (
                "a.csv",
                "Tên định danh,MST,Ngày cấp,Ngày hết hạn\nBCM,0100109106,1/1/2026,1/1/2029\n",
                List::Brandnames,
            ),
            (
                "b.csv",
                "Số điện thoại,Brandname,Nhà mạng\n02473001000,BCM,VNPT\n",
                List::Numbers,
            ),
            (
                "c.csv",
                "from,to,waybill,date\n02473001000,09xxxxxx12,A1,2026-10-01\n",
                List::Calls,
            ),
            (
                "yc.csv",
                "authority,document,date,answered\nCA,12/CV,2026-10-01,2026-10-02\n",
                List::Requests,
            ),
            (
                "q.csv",
                "role,data,export,need\nbưu tá,orders,no,-\n",
                List::Rights,
            ),
        ] {
            assert_eq!(of(name, text), Some(list), "{text}");
        }
    }

    #[test]
    fn other_tables_are_none_of_them() {
        for (name, text) in [
            (
                "customers.csv",
                "name,tax code,status\nCông ty A,0100109106,active\n",
            ),
            ("prices.csv", "zone,weight,price\n1,2,3\n"),
            ("orders.csv", "id,created_at,total\n1,2026-01-01,5\n"),
            ("trips.csv", "from,to,km\nHN,HP,120\n"),
            ("empty.csv", ""),
        ] {
            assert_eq!(of(name, text), None, "{text}");
        }
    }

    #[test]
    fn a_column_with_accounts_is_told() {
        let text = "id,role,account\nA1,dev,an.nv\n";
        assert!(listed("r.csv", text).is_some_and(|l| l.accounts && l.rows == 1));
    }
}
