//! Two hundred invented values of persons, planted in every kind of input: none of them stands in anything that is written.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use rxing::{BarcodeFormat, MultiFormatWriter, Writer};

use crate::support::{DAY, command};

/// Values that belong to nobody: numbers by counting, names of rare words.
struct Values {
    phones: Vec<String>,
    names: Vec<String>,
    cards: Vec<String>,
    emails: Vec<String>,
    houses: Vec<String>,
}

fn values() -> Values {
    const FAMILY: [&str; 8] = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi"];
    const MIDDLE: [&str; 5] = ["Zanh", "Quyzên", "Thzị", "Vzăn", "Ngzọc"];
    let names = FAMILY.iter().flat_map(|f| {
        MIDDLE
            .iter()
            .enumerate()
            .map(move |(i, m)| format!("{f} {m} Mzẫu{i}"))
    });
    Values {
        phones: (0..60)
            .map(|i| format!("09{}", 71_830_000 + i * 7919))
            .collect(),
        names: names.collect(),
        cards: (0..40)
            .map(|i| format!("0011990{:05}", 31_000 + i * 13))
            .collect(),
        emails: (0..30)
            .map(|i| format!("canary{i}@zmail.example"))
            .collect(),
        houses: (0..30)
            .map(|i| format!("Số {} Ngõ {} Phố Zkiểm", 7000 + i, 300 + i))
            .collect(),
    }
}

impl Values {
    fn all(&self) -> impl Iterator<Item = &String> {
        let lists = [
            &self.phones,
            &self.names,
            &self.cards,
            &self.emails,
            &self.houses,
        ];
        lists.into_iter().flatten()
    }

    /// One of each, round and round.
    fn row(&self, i: usize) -> [&str; 5] {
        let pick = |list: &'_ [String]| -> usize { i % list.len() };
        [
            &self.names[pick(&self.names)],
            &self.phones[pick(&self.phones)],
            &self.houses[pick(&self.houses)],
            &self.emails[pick(&self.emails)],
            &self.cards[pick(&self.cards)],
        ]
    }
}

fn rows(values: &Values, draw: impl Fn(usize, [&str; 5]) -> String) -> String {
    (0..60).map(|i| draw(i, values.row(i))).collect()
}

fn png(text: &str) -> Vec<u8> {
    let bits = MultiFormatWriter
        .encode(text, &BarcodeFormat::QR_CODE, 300, 300)
        .unwrap();
    let picture = image::GrayImage::from_fn(bits.width() + 80, bits.height() + 80, |x, y| {
        let inside = x >= 40 && y >= 40 && x - 40 < bits.width() && y - 40 < bits.height();
        image::Luma([if inside && bits.get(x - 40, y - 40) {
            0
        } else {
            255
        }])
    });
    let mut out = std::io::Cursor::new(Vec::new());
    image::DynamicImage::ImageLuma8(picture)
        .write_to(&mut out, image::ImageFormat::Png)
        .unwrap();
    out.into_inner()
}

fn plant(root: &Path, v: &Values) {
    let put = |name: &str, bytes: &[u8]| {
        let at = root.join(name);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(at, bytes).unwrap();
    };
    let zpl = rows(v, |i, [name, phone, house, mail, card]| {
        format!(
            "^XA^CI28^FX {name}^FO1,{i}^A0^FDNguoi nhan: {name}^FS^FO1,2^A0^FDTel: {phone}^FS^FO1,3^FD{house}^FS^FO1,4^FD{mail} {card}^FS^FO5,5^BQN,2,4^FDQA,{phone}|{name}^FS^XZ\n"
        )
    });
    put("labels/a.zpl", zpl.as_bytes());
    let html = rows(v, |_, [name, phone, house, mail, card]| {
        format!(
            "<p>Người nhận: {name}</p><p>SĐT: {phone}</p><p title='{phone}'>{{{{ {mail} }}}} {house} {card}</p><img alt=\"{name}\" data-qrcode='{phone}'>\n"
        )
    });
    put("labels/b.html", html.as_bytes());
    // Parts of a label in other files: one that is there, one that is not.
    let part = rows(v, |_, [name, phone, house, ..]| {
        format!("<p>Người gửi: {name}</p><p>{phone}</p><p>{house}</p>\n")
    });
    put("labels/phan/gui.html", part.as_bytes());
    let caller = rows(v, |_, [name, phone, ..]| {
        format!("{{% include 'phan/gui.html' %}}{{% include '{name} {phone}.html' %}}\n")
    });
    put("labels/g.html", caller.as_bytes());
    put(
        "labels/c.jsx",
        format!(
            "const L = () => <p>{{`{}`}} {}</p>;",
            v.phones[0], v.names[0]
        )
        .as_bytes(),
    );
    put(
        "labels/d.png",
        &png(&format!("{}|{}|{}", v.names[1], v.phones[1], v.cards[1])),
    );
    let text = format!(
        "BT /F1 10 Tf 10 300 Td (Tel: {}) Tj 0 -20 Td ({}) Tj ET",
        v.phones[2], v.emails[2]
    );
    put(
        "labels/e.pdf",
        format!("%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n3 0 obj\n<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>>>>>>>\nendobj\n4 0 obj\n<</Length {}>>\nstream\n{text}\nendstream\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n", text.len()).as_bytes(),
    );
    put(
        "labels/f.prn",
        format!(
            "N\nA1,1,0,1,1,1,N,\"{}\"\nA1,9,0,1,1,1,N,\"{}\"\nP1\n",
            v.names[3], v.phones[3]
        )
        .as_bytes(),
    );
    // The brand of a row, the number and the trunk of another: whatever stands there is not shown.
    let names = rows(v, |i, [name, phone, ..]| {
        format!(
            "{},0100109106,2026-01-01\n",
            if i % 2 == 0 { name } else { phone }
        )
    });
    put(
        "calls/names.csv",
        format!("brandname,tax code,issued\nBuuChinh,0100109106,2026-01-01\n{names}").as_bytes(),
    );
    let numbers = rows(v, |_, [name, phone, ..]| {
        format!("{phone},{name},{name},{phone}\n")
    });
    put(
        "calls/numbers.csv",
        format!("number,brandname,carrier,trunk\n{numbers}").as_bytes(),
    );
    let calls = rows(v, |i, [name, phone, house, mail, card]| {
        if i % 5 == 4 {
            format!("{name},{phone},{card},{mail},yesterday\n")
        } else {
            format!("{phone},{phone},{house},{mail},2026-11-01\n")
        }
    });
    put(
        "calls/calls.csv",
        format!("from,to,waybill,courier,date\n{calls}").as_bytes(),
    );
    put(
        "calls/pbx/pjsip.conf",
        format!(
            "[{}]\ntype=endpoint\noutbound_auth=a\nfrom_user={}\ncallerid=\"{}\" <{}>\n",
            v.phones[4], v.phones[4], v.names[4], v.phones[4]
        )
        .as_bytes(),
    );
    let trace = rows(v, |i, [name, phone, ..]| {
        format!("INVITE sip:{phone}@c SIP/2.0\nFrom: \"{name}\" <sip:{phone}@p>\nCall-ID: {i}\n\n")
    });
    put("calls/trace.txt", trace.as_bytes());
    put(
        "calls/app/a.kt",
        format!(
            "startActivity(Intent(Intent.ACTION_DIAL, Uri.parse(\"tel:$x\"))) // {} {}\n",
            v.phones[5], v.names[5]
        )
        .as_bytes(),
    );
    let roster = rows(v, |_, [name, phone, _, mail, card]| {
        format!("{mail},{name},courier,{phone},{card}\n")
    });
    put(
        "hr/roster.csv",
        format!("id,name,role,employer,from\n{roster}").as_bytes(),
    );
    let trained = rows(v, |_, [name, phone, _, mail, _]| {
        format!("{mail},{name} {phone},2026-03-01,{phone}\n")
    });
    put(
        "hr/trained.csv",
        format!("id,course,date,signed\n{trained}").as_bytes(),
    );
    let requests = rows(v, |_, [name, phone, house, ..]| {
        format!("{name},{phone},2026-01-01,{house},{name}\n")
    });
    put(
        "hr/requests.csv",
        format!("authority,document,date,grounds,minutes\n{requests}").as_bytes(),
    );
    let rights = rows(v, |_, [name, phone, house, ..]| {
        format!("{name} courier,{phone},yes,{house}\n")
    });
    put(
        "hr/rights.csv",
        format!("role,data,export,need\n{rights}").as_bytes(),
    );
    put("hr/rule.md", rows(v, |_, r| r.join(" ")).as_bytes());
    let inserts = rows(v, |i, [name, phone, house, mail, card]| {
        format!("INSERT INTO t VALUES ({i}, '{name}', '{phone}', '{house}', '{mail}', '{card}');\n")
    });
    put("schema.sql", format!("CREATE TABLE t (id int, ten text, sdt text DEFAULT '{}', dia_chi text, email text, cccd text);\n{inserts}", v.phones[6]).as_bytes());
    let inventory = "schema: capdo/inventory/1\norganisation: { name: { vi: Bưu chính Mẫu, en: Sample Post }, tax_code: '0100109106', ownership: private, size: large, subcontractors: true }\nsystems:\n  - { id: s, name: { vi: Cổng, en: Portal }, level: 3, hosting: own, online_service: true }\nassets:\n  - { id: labels, system: s, kind: label, path: labels }\n  - { id: calls, system: s, kind: caller-id, brandnames: calls/names.csv, numbers: calls/numbers.csv, calls: calls/calls.csv, sip: calls/pbx, traces: calls/trace.txt, app: calls/app }\n  - { id: staff, system: s, kind: document, roster: hr/roster.csv, trained: hr/trained.csv, requests: hr/requests.csv, rights: hr/rights.csv, internal_rule: hr/rule.md }\n  - { id: db, system: s, kind: schema, path: schema.sql }\n";
    put("capdo.yaml", inventory.as_bytes());
}

#[test]
fn no_planted_value_is_written() {
    let values = values();
    assert_eq!(values.all().count(), 200);
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("in");
    plant(&root, &values);
    let out = dir.path().join("out");
    let path = |name: &str| root.join(name).display().to_string();
    let mut written = String::new();
    let mut run = |args: &[&str]| {
        let output = command(args).output().unwrap();
        write!(
            written,
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )
        .unwrap();
        output
    };
    run(&[
        "audit",
        &path("capdo.yaml"),
        "--out",
        &out.display().to_string(),
        "--as-of",
        DAY,
        "--verbose",
    ]);
    run(&["plan", &path("capdo.yaml"), "--as-of", DAY]);
    let labels = run(&["facts", "label", &path("labels")]);
    assert!(String::from_utf8_lossy(&labels.stdout).contains("recipient_phone"));
    let calls = run(&[
        "facts",
        "caller-id",
        &path("calls/names.csv"),
        "--numbers",
        &path("calls/numbers.csv"),
        "--calls",
        &path("calls/calls.csv"),
        "--roster",
        &path("hr/roster.csv"),
        "--sip",
        &path("calls/pbx"),
        "--traces",
        &path("calls/trace.txt"),
        "--app",
        &path("calls/app"),
    ]);
    assert!(String::from_utf8_lossy(&calls.stdout).contains("unregistered_lines"));
    run(&[
        "facts",
        "document",
        &path("hr/roster.csv"),
        "--trained",
        &path("hr/trained.csv"),
        "--requests",
        &path("hr/requests.csv"),
        "--rights",
        &path("hr/rights.csv"),
        "--internal-rule",
        &path("hr/rule.md"),
    ]);
    run(&["facts", "schema", &path("schema.sql")]);
    assert!(fs::read_dir(&out).unwrap().count() >= 3);
    fs::write(out.join("said.txt"), &written).unwrap();
    let list = dir.path().join("values.txt");
    fs::write(
        &list,
        values.all().map(|v| format!("{v}\n")).collect::<String>(),
    )
    .unwrap();
    // grep, because what is written is long and this program is not optimised.
    let found = |at: &Path| {
        let grep = std::process::Command::new("grep")
            .args(["-raohF", "-f"])
            .arg(&list)
            .arg(at)
            .output()
            .unwrap();
        String::from_utf8(grep.stdout).unwrap()
    };
    assert_ne!(found(&root), "", "the values are planted");
    assert_eq!(found(&out), "");
}
