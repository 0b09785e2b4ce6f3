use std::path::Path;
use std::time::Duration;

use super::*;
use crate::model::Value;
use crate::parse::pdf::sample::{Put, pdf, picture};

fn context() -> Context {
    Context {
        now: jiff::Timestamp::UNIX_EPOCH,
        timeout: Duration::from_secs(1),
        offline: true,
    }
}

fn sample(name: &str) -> Collected {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("sample-configs")
        .join(name);
    collect(&path, name, None, &context())
}

fn file(name: &str, text: &str) -> Collected {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    collect(&path, name, None, &context())
}

fn bytes(name: &str, bytes: &[u8]) -> Collected {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    collect(&path, name, None, &context())
}

fn lines(out: &Collected) -> Vec<String> {
    out.subjects
        .iter()
        .filter(|s| &*s.kind == "label-field")
        .map(|s| {
            let fact = |p: &str| s.facts.get(p).map(|f| f.value.shown()).unwrap_or_default();
            let line = s.place.as_ref().map_or(0, |p| p.line);
            let hidden = fact("hidden_digits");
            format!(
                "{} {} {} {line} {hidden}",
                s.id,
                fact("exposure"),
                fact("medium")
            )
            .trim()
            .to_owned()
        })
        .collect()
}

fn fact(out: &Collected, id: &str, path: &str) -> String {
    out.subjects
        .iter()
        .find(|s| &*s.id == id)
        .and_then(|s| s.facts.get(path))
        .map(|f| f.value.shown())
        .unwrap_or_default()
}

fn has(out: &Collected, line: &str) {
    let all = lines(out);
    assert!(
        all.iter().any(|l| l == line),
        "{line}\nnot in\n{}",
        all.join("\n")
    );
}

#[test]
fn a_zpl_sample() {
    let out = sample("labels/a6.zpl");
    for line in [
        "a6.zpl.sender_name full text 8",
        "a6.zpl.sender_phone masked text 9 4",
        "a6.zpl.sender_address full text 10",
        "a6.zpl.recipient_name full text 12",
        "a6.zpl.recipient_phone full text 13 0",
        "a6.zpl.recipient_address full text 14",
        "a6.zpl.contents full text 16",
        "a6.zpl.cod full text 17",
        "a6.zpl.qr_recipient_phone full qr 19 0",
    ] {
        has(&out, line);
    }
    assert_eq!(fact(&out, "a6.zpl", "cod_with_full_contact"), "true");
    assert_eq!(fact(&out, "a6.zpl", "code_personal"), "true");
    let shown = format!("{out:?}");
    assert!(!shown.contains("0900000123") && !shown.contains("Trần"));
}

#[test]
fn an_html_template() {
    let out = sample("labels/a6.html");
    for line in [
        "a6.html.sender_name masked text 16",
        "a6.html.sender_address full text 18",
        "a6.html.recipient_name masked text 22",
        "a6.html.recipient_phone masked text 23 7",
        "a6.html.recipient_address masked text 24",
        "a6.html.cod full text 28",
        "a6.html.contents coded text 27",
    ] {
        has(&out, line);
    }
    assert!(
        !lines(&out)
            .iter()
            .any(|l| l.contains('#') && l.contains("phone"))
    );
    assert_eq!(fact(&out, "a6.html", "unknown"), "[]");
    assert_eq!(fact(&out, "a6.html", "code_personal"), "false");
    assert_eq!(fact(&out, "a6.html", "cod_with_full_contact"), "false");
}

#[test]
fn both_together() {
    let out = sample("labels");
    assert_eq!(fact(&out, "labels", "same_exposure"), "false");
    assert!(out.sights.iter().all(|s| s.seen == Seen::Whole));
}

#[test]
fn what_is_not_printed_and_what_is_not_known() {
    let out = file(
        "code.zpl",
        "^XA^FO1,1^BCN,80^FDBD123456789VN^FS^FO1,9^A0^FDTuyen: HN-07^FS^XZ",
    );
    has(&out, "code.zpl.recipient_name absent text 0");
    has(&out, "code.zpl.contents absent text 0");
    let out = file("x.html", "<p>{{ block_7 }}</p><p>{{ tracking_code }}</p>");
    has(&out, "x.html.recipient_name ? (ambiguous) text 0");
    assert_eq!(fact(&out, "x.html", "unknown"), "[block_7]");
    let out = file("empty.html", "<p></p>");
    assert!(
        out.sights
            .iter()
            .all(|s| matches!(&s.seen, Seen::Not(r) if r.code == "no-label"))
    );
    for (name, code) in [
        ("scan.pdf", "not-parsed"),
        ("scan.png", "not-parsed"),
        ("a.btw", "unsupported-format"),
    ] {
        let out = file(name, "%PDF");
        let told = |s: &crate::model::Sight| matches!(&s.seen, Seen::Not(r) if r.code == code);
        assert!(out.sights.iter().all(told), "{name}");
    }
}

#[test]
fn words_that_nobody_explains() {
    let out = file(
        "us.zpl",
        "^XA^FX Ship to^FX Name^FO1,1^A0^FDMay Mau^FS^FX Street Address^FO1,2^A0^FD7 Sample Way^FS^FO1,3^A0^FDSome Other Line^FS^XZ",
    );
    has(&out, "us.zpl.recipient_address full text 1");
    has(
        &out,
        "us.zpl.sender_phone ? (ambiguous) text 0 ? (ambiguous)",
    );
    let out = file(
        "qr.zpl",
        "^XA^FO1,1^BQN,2,4^FDQA,X1|door two|7 Sample Way^FS^XZ",
    );
    assert_eq!(fact(&out, "qr.zpl", "code_personal"), "? (ambiguous)");
}

#[test]
fn other_languages() {
    let php = "<div id='nguoi-nhan'><b>Người nhận:</b> <?php echo $don['ten_nguoi_nhan']; ?><br>SĐT: <?= $don->sdt_nhan ?></div>\n<div>Thu hộ: {$don.cod}</div><script>new QRCode('a', \"<?= $don->sdt_nhan ?>\")</script>";
    let out = file("in.php", php);
    has(&out, "in.php.recipient_name full text 1");
    has(&out, "in.php.recipient_phone full text 1 0");
    has(&out, "in.php.cod full text 2");
    has(&out, "in.php.qr_recipient_phone full qr 2 0");
    assert_eq!(fact(&out, "in.php", "code_personal"), "true");
    let out = file(
        "l.cshtml",
        "<td>To</td><td>@Model.Receiver.FullName</td><td>@Model.Receiver.PhoneMasked</td>",
    );
    has(&out, "l.cshtml.recipient_name full text 1");
    has(&out, "l.cshtml.recipient_phone masked text 1 ? (ambiguous)");
    let out = file(
        "t.zpl",
        "^XA^FX recipient phone^FO1,1^A0^FN1^FS^FX recipient name^FO2,2^A0^FN2\"receiver_name\"^FS^XZ",
    );
    has(&out, "t.zpl.recipient_name full text 1");
    has(&out, "t.zpl.recipient_phone full text 1 0");
}

/// What is printed of whom, how far, in which medium; without names and lines.
fn verdict(out: &Collected) -> Vec<String> {
    let mut all: Vec<String> = lines(out)
        .iter()
        .map(|l| {
            let (id, rest) = l.split_once(' ').unwrap();
            let id = id.rsplit('.').next().unwrap();
            let words: Vec<&str> = rest.split(' ').collect();
            format!("{id} {} {}", words[0], words[1])
        })
        .filter(|l| !l.starts_with("barcode") && !l.starts_with("field"))
        .collect();
    all.sort();
    all
}

#[test]
fn one_label_in_many_forms() {
    let rows = [
        ("Người gửi", "Nguyễn Văn Thử"),
        ("Điện thoại", "0912345678"),
        ("Địa chỉ", "Số 5 Ngõ 7, Phường Mẫu, Hà Nội"),
        ("Người nhận", "T*** T** M**"),
        ("Điện thoại", "*******412"),
        ("Nội dung hàng hóa", "Áo sơ mi"),
        ("Tiền thu hộ", "250.000 đ"),
    ];
    let code = "sdt=0987654321";
    let zpl: String = rows
        .iter()
        .enumerate()
        .map(|(i, (c, v))| format!("^FO20,{}^A0N,30^FD{c}: {v}^FS\n", i * 40))
        .collect();
    let zpl = format!("^XA^CI28\n{zpl}^FO300,20^BQN,2,5^FDQA,{code}^FS^XZ");
    let html: String = rows
        .iter()
        .map(|(c, v)| format!("<tr><td>{c}</td><td>{v}</td></tr>\n"))
        .collect();
    let html = format!("<table>{html}</table><div class=qrcode>{code}</div>");
    let epl: String = rows
        .iter()
        .enumerate()
        .map(|(i, (c, v))| format!("A20,{},0,3,1,1,N,\"{c}: {v}\"\n", i * 40))
        .collect();
    let epl = format!("N\n{epl}b300,20,Q,\"{code}\"\nP1\n");
    let tspl: String = rows
        .iter()
        .enumerate()
        .map(|(i, (c, v))| format!("TEXT 20,{},\"3\",0,1,1,\"{c}: {v}\"\n", i * 40))
        .collect();
    let tspl =
        format!("SIZE 100 mm,150 mm\nCLS\n{tspl}QRCODE 300,20,H,4,A,0,\"{code}\"\nPRINT 1\n");
    let texts: Vec<(f32, String, &str)> = rows
        .iter()
        .enumerate()
        .map(|(i, (c, v))| (400.0 - 20.0 * i as f32, format!("{c}:"), *v))
        .collect();
    let on_page = |qr: fn(f32, f32, &'static str) -> Put<'static>| {
        let mut put = vec![qr(200.0, 20.0, "sdt=0987654321")];
        for (y, caption, value) in &texts {
            put.push(Put::Text(110.0, *y, value));
            put.push(Put::Text(10.0, *y, caption));
        }
        pdf(&put)
    };
    let expected = verdict(&file("a.zpl", &zpl));
    for line in [
        "sender_name full text",
        "sender_phone full text",
        "sender_address full text",
        "recipient_name masked text",
        "recipient_phone masked text",
        "contents full text",
        "cod full text",
        "qr_recipient_phone full qr",
    ] {
        let seen = expected
            .iter()
            .any(|l| l == line || line.starts_with("qr") && l.ends_with("phone full qr"));
        assert!(seen, "{line} not in {expected:?}");
    }
    for (name, out) in [
        ("html", file("a.html", &html)),
        ("epl", file("a.epl", &epl)),
        ("tspl", file("a.prn", &tspl)),
        ("pdf", bytes("a.pdf", &on_page(Put::Qr))),
        ("drawn pdf", bytes("b.pdf", &on_page(Put::Drawn))),
    ] {
        assert_eq!(verdict(&out), expected, "{name}");
        let label = out.subjects.iter().find(|s| &*s.kind == "label").unwrap();
        assert_eq!(
            label.facts["code_personal"].value,
            Value::Bool(true),
            "{name}"
        );
        assert_eq!(label.facts["understood"].value, Value::Bool(true), "{name}");
    }
    // A picture shows its codes; its letters are not read, and nothing is said of them.
    let png = picture(code, rxing::BarcodeFormat::QR_CODE, image::ImageFormat::Png);
    let out = bytes("a.png", &png);
    let label = out.subjects.iter().find(|s| &*s.kind == "label").unwrap();
    assert_eq!(label.facts["code_personal"].value, Value::Bool(true));
    assert_eq!(label.facts["understood"].value, Value::Bool(false));
    assert!(
        lines(&out)
            .iter()
            .any(|l| l.starts_with("a.png.recipient_name ? (ambiguous)"))
    );
}

#[test]
fn two_sides_beside_each_other() {
    let put = [
        Put::Text(10.0, 400.0, "Người gửi"),
        Put::Text(160.0, 400.0, "Người nhận"),
        Put::Text(10.0, 380.0, "SĐT: 0912345678"),
        Put::Text(160.0, 380.0, "SĐT: *******412"),
        Put::Text(10.0, 340.0, "Nội dung: sách"),
    ];
    let out = bytes("two.pdf", &pdf(&put));
    has(&out, "two.pdf.sender_phone full text 0 0");
    has(&out, "two.pdf.recipient_phone masked text 0 7");
    let zpl = "^XA^FO10,10^A0^FDFrom^FS^FO400,10^A0^FDTo^FS^FO10,60^A0^FDTel: 0912345678^FS^FO400,60^A0^FDTel: *******412^FS^XZ";
    let out = file("two.zpl", zpl);
    has(&out, "two.zpl.sender_phone full text 1 0");
    has(&out, "two.zpl.recipient_phone masked text 1 7");
}

#[test]
fn a_stored_template_with_its_values() {
    let zpl = "^XA^DFE:L.ZPL^FS^FX recipient phone^FO1,1^A0^FN1^FS^FX code^FO1,9^BQN,2,4^FN2^FS^XZ\n^XA^XFE:L.ZPL^FS^FN1^FD*******412^FS^FN2^FDQA,BC0001^FS^XZ";
    let out = file("stored.zpl", zpl);
    has(&out, "stored.zpl.recipient_phone masked text 2 7");
    assert_eq!(fact(&out, "stored.zpl", "understood"), "true");
    assert_eq!(fact(&out, "stored.zpl", "code_personal"), "false");
    let out = file("recall.zpl", "^XA^XFE:L.ZPL^FS^FN1^FD0912345678^FS^XZ");
    assert_eq!(fact(&out, "recall.zpl", "understood"), "false");
    assert_eq!(fact(&out, "recall.zpl", "code_personal"), "? (ambiguous)");
}

#[test]
fn template_languages() {
    let jsx = "import QR from 'qr';\nexport default ({ order }) => (\n  <div>\n    <h3>Người nhận</h3>\n    <p>{order.receiverName}</p>\n    <p>{mask(order.receiverPhone)}</p>\n    <QRCode value={order.receiverPhone} />\n  </div>\n);\n";
    let out = file("L.jsx", jsx);
    has(&out, "L.jsx.recipient_name full text 5");
    has(&out, "L.jsx.recipient_phone masked text 6 ? (ambiguous)");
    has(&out, "L.jsx.qr_recipient_phone full qr 7 0");
    assert_eq!(fact(&out, "L.jsx", "unknown"), "[]");
    for (name, text) in [
        (
            "a.blade.php",
            "<b>Người nhận</b> {{ $don->ten_nguoi_nhan }} <i>{!! Str::mask($don->sdt_nguoi_nhan, '*', 3) !!}</i>",
        ),
        (
            "a.twig",
            "<b>Người nhận</b> {{ don.ten_nguoi_nhan }} <i>{{ don.sdt_nguoi_nhan|mask }}</i>",
        ),
        (
            "a.jinja",
            "<b>Người nhận</b> {{ don['ten_nguoi_nhan'] }} <i>{{ mask(don['sdt_nguoi_nhan']) }}</i>",
        ),
        (
            "a.tpl",
            "<b>Người nhận</b> {$don.ten_nguoi_nhan} <i>{$don.sdt_nguoi_nhan|mask}</i>",
        ),
        (
            "a.php",
            "<b>Người nhận</b> <?= $don['ten_nguoi_nhan'] ?> <i><?php echo mask($don['sdt_nguoi_nhan']); ?></i>",
        ),
        (
            "a.tsx",
            "const L = () => <p><b>Người nhận</b> {don.tenNguoiNhan} <i>{maskPhone(don.sdtNguoiNhan)}</i></p>;",
        ),
        (
            "a.html",
            "<b>Người nhận</b> <u th:text=\"${don.tenNguoiNhan}\">x</u> <i th:text=\"${#mask.phone(don.sdtNguoiNhan)}\">y</i>",
        ),
        (
            "a.mustache",
            "<b>Người nhận</b> {{ten_nguoi_nhan}} <i>{{#mask}}{{sdt_nguoi_nhan_masked}}{{/mask}}</i>",
        ),
    ] {
        let out = file(name, text);
        has(&out, &format!("{name}.recipient_name full text 1"));
        has(
            &out,
            &format!("{name}.recipient_phone masked text 1 ? (ambiguous)"),
        );
    }
}

#[test]
fn either_of_two_is_printed() {
    let out = file(
        "t.blade.php",
        "<p>Người nhận: {{ $x ? mask($o->receiver_phone) : $o->receiver_phone }}</p>",
    );
    has(
        &out,
        "t.blade.php.recipient_phone masked text 1 ? (ambiguous)",
    );
    has(&out, "t.blade.php.recipient_phone#2 full text 1 0");
}

#[test]
fn an_ornament_of_a_folder_is_no_label() {
    let folder = tempfile::tempdir().unwrap();
    let mut logo = std::io::Cursor::new(Vec::new());
    let paper = image::GrayImage::from_pixel(120, 40, image::Luma([200]));
    image::DynamicImage::ImageLuma8(paper)
        .write_to(&mut logo, image::ImageFormat::Png)
        .unwrap();
    std::fs::write(folder.path().join("logo.png"), logo.into_inner()).unwrap();
    std::fs::write(folder.path().join("a.zpl"), "^XA^FO1,1^BCN,80^FDBC1^FS^XZ").unwrap();
    let out = collect(folder.path(), "labels", None, &context());
    assert_eq!(
        out.subjects.iter().filter(|s| &*s.kind == "label").count(),
        1
    );
    assert!(out.sights.iter().all(|s| s.seen == Seen::Whole));
}

#[test]
fn what_cannot_be_read_is_told() {
    let out = file(
        "c.vue",
        "<p>{{ tracking_code }}</p><recipient-info :order=\"order\"/>",
    );
    assert_eq!(fact(&out, "c.vue", "understood"), "false");
    let script = "<p>{{ tracking_code }}</p><script>$('#p').text(o.receiver_phone)</script>";
    assert_eq!(
        fact(&file("s.html", script), "s.html", "understood"),
        "false"
    );
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("a.zpl", "^XA^FO1,1^BCN,80^FDBC1^FS^XZ");
    write("notes.txt", "how to print");
    write("label.css", "p { }");
    let out = collect(folder.path(), "labels", None, &context());
    assert!(out.sights.iter().all(|s| s.seen == Seen::Whole));
    write("b.rdlc", "<Report/>");
    let out = collect(folder.path(), "labels", None, &context());
    assert!(out.sights.iter().all(|s| s.seen != Seen::Whole));
}

#[test]
fn a_sample_with_a_mark_and_with_two_values() {
    let out = file(
        "n.html",
        "<p>#HCM05#</p><p>Người nhận: Trần Thị Bích Ngọc</p>",
    );
    has(&out, "n.html.recipient_name full text 1");
    let out = file("p.html", "<p>Người nhận</p><p>001095012345 0912345678</p>");
    has(&out, "p.html.recipient_phone full text 1 0");
    let out = file("q.zpl", "^XA^FO1,1^BQN,2,4^FDQA,MDkxMjM0NTY3OHxBbg==^FS^XZ");
    assert_eq!(fact(&out, "q.zpl", "code_personal"), "true");
}

#[test]
fn a_number_in_pieces_is_one() {
    let text = "<p>Người nhận: L* A*</p><p><b>0912</b> <b>345</b> <b>678</b></p>";
    let out = file("n.html", text);
    has(&out, "n.html.recipient_phone full text 1 0");
    let zpl = "^XA^FO20,20^A0^FDNguoi nhan^FS^FO20,120^A0^FDSDT: 0912^FS^FO80,120^A0^FD345^FS^FO140,120^A0^FD678^FS^XZ";
    let out = file("z.zpl", zpl);
    has(&out, "z.zpl.recipient_phone full text 1 0");
}

#[test]
fn one_placeholder_prints_two_values() {
    let text = "<p>Người nhận</p><p>{{ order.receiver_name ~ ' - ' ~ order.receiver_phone|slice(0, 10) }}</p>";
    let out = file("t.twig", text);
    has(&out, "t.twig.recipient_name full text 1");
    has(&out, "t.twig.recipient_phone full text 1 0");
}

#[test]
fn a_batch_is_one_label_for_each_end() {
    let masked = "^XA^FO1,1^FDNguoi nhan: N*** A^FS^FO1,9^FDSDT: 09*******1^FS^XZ\n";
    let full = "^XA^FO1,1^FDNguoi nhan: Nguyen Van A^FS^FO1,9^FDSDT: 0912345678^FS^XZ\n";
    let out = file("b.zpl", &format!("{masked}{full}"));
    has(&out, "b.zpl[1].recipient_phone masked text 1 7");
    has(&out, "b.zpl[2].recipient_phone full text 2 0");
    let out = file("b.zpl", &format!("{}{full}", masked.repeat(700)));
    has(&out, "b.zpl[701].recipient_phone full text 701 0");
    let of_kind = |kind: &str| out.subjects.iter().filter(|s| &*s.kind == kind).count();
    assert_eq!(of_kind("label"), 2);
    let first = out.subjects.iter().find(|s| &*s.id == "b.zpl[1]").unwrap();
    assert_eq!(first.facts.get("alike").unwrap().value.shown(), "700");
    let stored = "^XA^DFE:L.ZPL^FS^FO1,1^FN1\"sdt nguoi nhan\"^FS^XZ\n^XA^XFE:L.ZPL^FS^FN1^FD0912345678^FS^XZ";
    has(
        &file("s.zpl", stored),
        "s.zpl.recipient_phone full text 2 0",
    );
}

#[test]
fn pictures_of_a_page_are_looked_at() {
    let shown = |body: &str| {
        let out = file("p.html", &format!("<p>Người nhận: N*** A</p>{body}"));
        let whole = out.subjects.iter().find(|s| &*s.id == "p.html").unwrap();
        let fact = |path: &str| {
            let shown = whole.facts.get(path).unwrap().value.shown();
            shown.split(' ').next().unwrap_or_default().to_owned()
        };
        format!("{} {}", fact("understood"), fact("code_personal"))
    };
    for (body, expected) in [
        ("<img src=\"/img/logo.png\">", "true false"),
        ("<img src=\"/img/vnpost.png\" alt=\"Logo\">", "true false"),
        ("<img src=\"/storage/1.png\">", "false ?"),
        ("<img class=\"qr\" src=\"/storage/1.png\">", "false ?"),
        (
            "<div style=\"background: url('/l/1.png')\"></div>",
            "false ?",
        ),
        ("<style>@font-face{src:url(a.woff2)}</style>", "true false"),
        ("<canvas></canvas>", "false false"),
        ("<iframe></iframe>", "false false"),
        ("<nhan-don></nhan-don>", "false false"),
        ("<div id=\"qrcode\"></div>", "false ?"),
        ("<td class=\"barcode\">BC1</td>", "true false"),
    ] {
        assert_eq!(shown(body), expected, "{body}");
    }
    let code = picture(
        "84912345678",
        rxing::BarcodeFormat::QR_CODE,
        image::ImageFormat::Png,
    );
    use base64::Engine;
    let data = base64::engine::general_purpose::STANDARD.encode(code);
    let body = format!("<img src=\"data:image/png;base64,{data}\">");
    assert_eq!(shown(&body), "true true");
    let style = file(
        "p.html",
        "<style>.a::before{content:\"0912345678\"}</style><p>Người nhận</p>",
    );
    assert!(style.subjects.iter().any(
        |s| s.id.ends_with("phone") && s.facts.get("exposure").unwrap().value.shown() == "full"
    ));
}

#[test]
fn free_text_under_a_plain_caption_may_be_anything() {
    let understood = |text: &str| {
        let out = file("p.html", &format!("<p>Người nhận: N*** A</p><p>{text}</p>"));
        let whole = out.subjects.iter().find(|s| &*s.id == "p.html").unwrap();
        whole.facts.get("understood").unwrap().value.shown()
    };
    assert_eq!(understood("Mã đơn: Trần Thị Bích Ngọc"), "false");
    assert_eq!(understood("Loại: que thử thai nhanh"), "false");
    assert_eq!(understood("Dịch vụ: Chuyển phát nhanh hỏa tốc"), "true");
    assert_eq!(understood("Mã đơn: BC 123 456"), "true");
    let out = file(
        "a.html",
        "<p>Người nhận: N*** A</p><p>Đ/c: 12 Lê Lợi, P. 7, Q. 3</p><p>Hàng: Điện tho*i</p>",
    );
    has(&out, "a.html.recipient_address full text 1");
    has(&out, "a.html.contents full text 1");
}

proptest::proptest! {
    #[test]
    fn never_panics(text in "(<p>|</p>|\\{\\{ (name|phone|x) \\}\\}|Người nhận:|0912345678|\\*+|\n|<\\?= \\$a \\?>| |\\^XA|\\^FD|\\^FS|\\^FO|\\^BQ|\\^XZ){0,30}") {
        let spots = spots::of_html(&html::parse(&text));
        let _ = facts::all(&[read::read(&spots)], "a", "a", &Profile::of(None));
        let labels: Vec<read::Label> = zpl::parse(&text).iter().map(of_commands).collect();
        let _ = facts::all(&labels, "a", "a", &Profile::of(None));
    }
}
