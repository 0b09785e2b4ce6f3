//! Tracking pages on loopback: what they show in the clear, masked, to nobody, and to those who count.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::tests::{cx, tls_pages};
use super::super::{ProbeTarget, live};
use super::*;
use crate::parse::pdf::sample::{Put, pdf};

/// Serves `page` for each path; counts the requests.
fn site(
    page: impl Fn(&str) -> (u16, &'static str, String) + Send + Sync + 'static,
) -> (ProbeTarget, Arc<AtomicUsize>) {
    site_of_bytes(move |path| {
        let (status, media, body) = page(path);
        (status, media, body.into_bytes())
    })
}

fn site_of_bytes(
    page: impl Fn(&str) -> (u16, &'static str, Vec<u8>) + Send + Sync + 'static,
) -> (ProbeTarget, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let addr = tls_pages(move |path, out| {
        count.fetch_add(1, Ordering::Relaxed);
        let (status, media, body) = page(path);
        let head = format!(
            "HTTP/1.1 {status} X\r\nContent-Type: {media}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        let _ = out.write_all(head.as_bytes());
        let _ = out.write_all(&body);
        let _ = out.flush();
    });
    let mut target =
        ProbeTarget::parse(&format!("tracuu.buuchinhmau.example:{}", addr.port())).unwrap();
    target.at = vec![addr.ip()];
    target.tracking = true;
    target.authorised = true;
    target.http = false;
    target.sample = Some(Sample {
        waybill: "BC000000123VN".into(),
        request: "/tra-cuu?ma={waybill}".into(),
        enumerate: false,
    });
    (target, asked)
}

fn tracked(target: &ProbeTarget) -> Subject {
    let seen = live(target, "tracuu", &cx());
    let mut found: Vec<Subject> = seen
        .subjects
        .into_iter()
        .filter(|s| &*s.kind == "tracking")
        .collect();
    assert_eq!(found.len(), 1);
    found.remove(0)
}

fn json(subject: &Subject, path: &str) -> String {
    let value = &subject.facts[path].value;
    if let Value::Unseen(why) = value {
        return format!("unseen {}", why.code);
    }
    value.json().to_string()
}

const OWN: &str = "BC000000123VN";
const FOOT: &str = "<footer>Bưu chính Mẫu. Điện thoại: 0987 654 321</footer>";

fn found(path: &str, body: &str) -> (u16, &'static str, String) {
    let body = if path.contains(OWN) {
        body
    } else {
        "<p>Không tìm thấy bưu gửi</p>"
    };
    (200, "text/html; charset=utf-8", format!("{body}{FOOT}"))
}

#[test]
fn in_the_clear() {
    let (target, _) = site(|path| {
        found(
            path,
            "<p>Người nhận: Nguyễn Văn Mẫu</p><p>Điện thoại: 0912 345 678</p>",
        )
    });
    let subject = tracked(&target);
    assert_eq!(json(&subject, "clear"), r#"["name","phone"]"#);
    assert_eq!(json(&subject, "answers"), "true");
    assert_eq!(json(&subject, "guessable"), "unseen not_asked");
    // Nothing of the answer is kept.
    let all = format!("{subject:?}");
    assert!(!all.contains("Mẫu") && !all.contains("345"), "{all}");
}

#[test]
fn a_label_as_pdf() {
    let (target, _) = site_of_bytes(|path| {
        let text = if path.contains(OWN) {
            "Người nhận: Nguyễn Văn Mẫu"
        } else {
            "Không tìm thấy bưu gửi"
        };
        let put = [
            Put::Text(10.0, 300.0, text),
            Put::Text(10.0, 280.0, "Điện thoại: *******412"),
        ];
        (200, "application/pdf", pdf(&put))
    });
    let subject = tracked(&target);
    assert_eq!(json(&subject, "kind"), r#""pdf""#);
    assert_eq!(json(&subject, "clear"), r#"["name"]"#);
    let (target, _) = site_of_bytes(|path| (200, "application/pdf", path.as_bytes().to_vec()));
    assert_ne!(json(&tracked(&target), "clear"), "[]");
}

#[test]
fn the_companys_own_hotline_is_no_leak() {
    let (target, _) = site(|path| found(path, "<p>Đang giao hàng</p>"));
    assert_eq!(json(&tracked(&target), "clear"), "[]");
}

/// The page for nobody names a hotline that ours does not: the number on ours is the customer's.
#[test]
fn what_only_nobody_is_told_hides_nothing() {
    let (target, _) = site(|path| {
        let body = match path.contains(OWN) {
            true => "<p>Điện thoại: 0912 345 678</p>",
            false => "<p>Không tìm thấy. Điện thoại: 0987 654 321</p>",
        };
        (200, "text/html", body.into())
    });
    assert_eq!(json(&tracked(&target), "clear"), r#"["phone"]"#);
}

/// Tokens and clocks differ between any two answers, and show nothing.
#[test]
fn a_page_that_differs_by_itself_is_no_pass() {
    let (target, _) = site(|path| {
        let token = path
            .bytes()
            .fold(7u64, |n, b| n.wrapping_mul(0x0010_0193) ^ u64::from(b));
        let page =
            format!("<meta name=csrf content={token:x}><p>Lúc {token}</p><div id=app></div>");
        (200, "text/html", page)
    });
    assert_eq!(json(&tracked(&target), "clear"), "unseen ambiguous");
    let (target, _) = site(|path| {
        found(
            path,
            &format!("<p>Kết quả</p><iframe src='{path}'></iframe>"),
        )
    });
    assert_eq!(json(&tracked(&target), "clear"), "unseen ambiguous");
    let (target, _) = site(|path| found(path, "<td>Trần Thị Bích Ngọc</td>"));
    assert_eq!(json(&tracked(&target), "clear"), "unseen ambiguous");
}

/// Whoever packs the page, or hides it from readers only, shows it all the same.
#[test]
fn what_is_packed_or_not_printed_is_shown() {
    let clear = |kind, own: &str, nobody: &str| {
        let found = answer::read(kind, own, nobody).unwrap();
        super::clear(found.iter())
    };
    let html = |own: &str| clear(Kind::Html, own, "<p>Không tìm thấy</p>");
    let both = ["name", "phone"];
    let data = r#"{"receiver":{"name":"Nguyễn Văn Mẫu","phone":"0912345678"}}"#;
    assert_eq!(
        html(&format!("<script>window.__STATE__ = {data};</script>")),
        both
    );
    assert_eq!(
        html(
            "<script>var o = {receiverName: 'Nguyễn Văn Mẫu', receiverPhone: '0912345678'}</script>"
        ),
        both
    );
    assert_eq!(
        html("<b data-receiver-name='Nguyễn Văn Mẫu' data-phone='0912345678'>"),
        both
    );
    assert_eq!(
        html("<o receiverName='Nguyễn Văn Mẫu' phone='0912345678'/>"),
        both
    );
    assert_eq!(html("<a href='tel:+84912345678'>Gọi</a>"), ["phone"]);
    assert_eq!(
        html("<!-- ĐT 0912345678 --><img title='0912345678'>"),
        ["phone"]
    );
    assert_eq!(
        html("<li>08:00 - Phát thành công. Người nhận ký: Nguyễn Văn Mẫu</li>"),
        ["name"]
    );
    assert_eq!(html("<p>SĐT +84 (0) 912-345-678</p>"), ["phone"]);
    let json = |own: &str| clear(Kind::Json, own, r#"{"data":null}"#);
    let packed = "eyJyZWNlaXZlcl9waG9uZSI6IjA5MTIzNDU2NzgifQ==";
    assert_eq!(json(&format!(r#"{{"data":"{packed}"}}"#)), ["phone"]);
    assert_eq!(json(&format!("cb({data})")), both);
    assert_eq!(json(&format!(")]}}',\n{data}")), both);
    assert_eq!(json(&format!("{{\"a\":1}}\n{data}")), both);
    // What both pages carry is the company's own.
    let hotline = "<script>var hotline = '0987654321'</script><a href='tel:0987654321'>";
    assert!(clear(Kind::Html, &format!("<p>Đang giao</p>{hotline}"), hotline).is_empty());
}

#[test]
fn a_page_that_the_server_packs() {
    use std::io::Write as _;
    let (target, _) = site_of_bytes(|path| {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let page = found(path, "<p>Điện thoại: 0912 345 678</p>").2;
        packer.write_all(page.as_bytes()).unwrap();
        (
            200,
            "text/html\r\nContent-Encoding: gzip",
            packer.finish().unwrap(),
        )
    });
    assert_eq!(json(&tracked(&target), "clear"), r#"["phone"]"#);
    let (target, _) = site_of_bytes(|path| {
        let page = found(path, "<p>Điện thoại: 0912 345 678</p>").2;
        (200, "text/html\r\nContent-Encoding: br", page.into_bytes())
    });
    assert_eq!(json(&tracked(&target), "clear"), "unseen not-parsed");
}

#[test]
fn a_page_that_is_alike_for_nobody_is_no_pass() {
    let (target, _) = site(|_| (200, "text/html", "<div id=app></div>".into()));
    let subject = tracked(&target);
    assert_eq!(json(&subject, "clear"), "unseen ambiguous");
    assert_eq!(json(&subject, "fields"), "unseen ambiguous");
    let (target, _) = site(|_| (404, "text/html", "<p>404</p>".into()));
    assert_eq!(json(&tracked(&target), "clear"), "unseen ambiguous");
    let (target, _) = site(|_| (302, "text/html", String::new()));
    assert_eq!(json(&tracked(&target), "clear"), "unseen ambiguous");
}

#[test]
fn a_login_shows_nothing() {
    let (target, _) = site(|_| (401, "application/json", "{}".into()));
    let subject = tracked(&target);
    assert_eq!(json(&subject, "clear"), "[]");
    assert_eq!(json(&subject, "answers"), "false");
}

#[test]
fn weak_masks_are_told_by_their_digits() {
    let page = |path: &str| match path.contains(OWN) {
        true => (
            200,
            "application/json",
            r#"{"receiver_phone":"0912***678"}"#.into(),
        ),
        false => (404, "application/json", r#"{"error":"not found"}"#.into()),
    };
    let subject = tracked(&site(page).0);
    let fields = json(&subject, "fields");
    assert!(fields.contains(r#""hidden_digits":3"#), "{fields}");
    assert_eq!(json(&subject, "clear"), "[]");
}

#[test]
fn a_document_that_is_broken_shows_nothing() {
    let (target, _) = site(|path| match path.contains(OWN) {
        true => (200, "application/pdf", "%PDF-1.7".into()),
        false => (404, "text/html", String::new()),
    });
    assert_eq!(json(&tracked(&target), "clear"), "unseen not-parsed");
}

#[test]
fn who_counts_is_let_in_or_not() {
    let (mut target, asked) = site(|path| match path.contains("BC0000001") {
        true => (200, "text/html", format!("<p>Bưu gửi {path}</p>")),
        false => (404, "text/html", String::new()),
    });
    target.sample.as_mut().unwrap().enumerate = true;
    assert_eq!(json(&tracked(&target), "guessable"), "true");
    // The first that answers ends it: the handshakes, our own, nobody, one neighbour.
    assert!(asked.load(Ordering::Relaxed) <= 6);
    let (mut target, _) = site(|path| found(path, "<p>Đang giao hàng</p>"));
    target.sample.as_mut().unwrap().enumerate = true;
    assert_eq!(json(&tracked(&target), "guessable"), "false");
}

#[test]
fn without_a_permission_nothing_is_asked() {
    let (mut target, _) = site(|path| found(path, "<p>Điện thoại: 0912 345 678</p>"));
    target.authorised = false;
    assert_eq!(json(&tracked(&target), "clear"), "unseen not-authorised");
    target.authorised = true;
    target.sample = None;
    assert_eq!(json(&tracked(&target), "clear"), "unseen not_asked");
}

#[test]
fn neighbours_count_with_the_last_digits() {
    assert_eq!(neighbour("VN000000129VN", 1).unwrap(), "VN000000130VN");
    assert_eq!(neighbour("BC2026-0001", -1).unwrap(), "BC2026-0000");
    assert_eq!(neighbour("BC2026-0000", -1), None);
    assert_eq!(neighbour("Đơn", 1), None);
    assert_eq!(neighbour("Đ1", 1).unwrap(), "Đ2");
}
