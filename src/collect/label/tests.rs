use std::path::Path;
use std::time::Duration;

use super::*;

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
    collect(&path, name, &context())
}

fn file(name: &str, text: &str) -> Collected {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    collect(&path, name, &context())
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
    let out = file("scan.pdf", "%PDF");
    assert!(
        out.sights
            .iter()
            .all(|s| matches!(&s.seen, Seen::Not(r) if r.code == "unsupported-format"))
    );
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

proptest::proptest! {
    #[test]
    fn never_panics(text in "(<p>|</p>|\\{\\{ (name|phone|x) \\}\\}|Người nhận:|0912345678|\\*+|\n|<\\?= \\$a \\?>| |\\^XA|\\^FD|\\^FS|\\^FO|\\^BQ|\\^XZ){0,30}") {
        let spots = spots::of_html(&html::parse(&text));
        let _ = facts::subjects(&read::read(&spots), "a", "a");
        let (spots, _) = spots::of_zpl(&zpl::parse(&text));
        let _ = facts::subjects(&read::read(&spots), "a", "a");
    }
}
