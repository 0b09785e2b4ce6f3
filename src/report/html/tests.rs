//! The page: what it must hold, what it must never hold, how large it may be.

use super::*;
use crate::report::sample;

fn drawn(run: &Run) -> String {
    String::from_utf8(Html.render(run, &Options::default()).unwrap()).unwrap()
}

#[test]
fn bytes_become_base64() {
    for (bytes, text) in [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foobar", "Zm9vYmFy"),
    ] {
        assert_eq!(base64(bytes.as_bytes()), text);
    }
}

#[test]
fn page_one_says_what_it_must() {
    let text = drawn(&sample::run());
    for words in [
        "đạt 2, khuyến nghị 2, chưa đạt 8, chưa xác định 42 / 54",
        "Ban An ninh thông tin",
        "23/11/2026",
        "12/QĐ-BC, 10/06/2025",
        "chưa có",
        "Nghị định 331/2026/NĐ-CP",
        "còn thời hạn chuyển tiếp đến 01/07/2027",
        "chấp nhận đến 31/03/2027",
        "không phải kết luận xử phạt",
        "Prints no labels",
        "không phải kết luận đánh giá hoặc thẩm định",
    ] {
        assert!(text.contains(words), "{words}");
    }
}

#[test]
fn no_percentage_below_enough_coverage() {
    let words = page::word("fulfilment").vi;
    let mut run = sample::run();
    assert!(!drawn(&run).contains(words));
    run.summary.coverage = Some(85);
    assert!(drawn(&run).contains(words));
}

#[test]
fn every_finding_that_is_not_settled_stands_once() {
    for run in [sample::run(), sample::large(1000)] {
        let text = drawn(&run);
        for finding in &run.findings {
            let row = text.matches(&format!(" id=\"f-{}\"", finding.id)).count();
            let told =
                finding.result == crate::model::ResultWord::Fail || finding.result.is_undecided();
            assert_eq!(
                row,
                usize::from(told),
                "{} {:?}",
                finding.id,
                finding.result
            );
        }
    }
}

#[test]
fn links_lead_somewhere_and_ids_are_unique() {
    let text = drawn(&sample::run());
    let attribute = |name: &str| -> Vec<String> {
        text.split(&format!(" {name}=\""))
            .skip(1)
            .filter_map(|rest| rest.split('"').next().map(str::to_owned))
            .collect()
    };
    let ids = attribute("id");
    let unique: std::collections::BTreeSet<&String> = ids.iter().collect();
    assert_eq!(ids.len(), unique.len());
    for href in attribute("href") {
        let target = href.strip_prefix('#').unwrap().to_owned();
        assert!(unique.contains(&target), "{target}");
    }
}

#[test]
fn hostile_text_stays_text() {
    let text = drawn(&sample::hostile());
    assert_eq!(text.matches("<script").count(), 1);
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}') && !text.contains('\u{0}'));
    assert!(text.len() < 1_000_000);
}

#[test]
fn nothing_is_fetched() {
    let text = drawn(&sample::run());
    for word in ["http://", "https://", "url(", "@import", " src="] {
        assert!(!text.contains(word), "{word}");
    }
    assert!(
        text.contains("default-src &#x27;none&#x27;")
            || text.contains("default-src &#39;none&#39;")
    );
}

#[test]
fn five_thousand_findings_stay_small() {
    assert!(drawn(&sample::large(5000)).len() < 3_000_000);
}

#[test]
fn a_scan_says_that_it_is_partial() {
    let text = drawn(&sample::scan());
    assert!(text.contains(page::word("scan_note").vi));
    assert!(!text.contains(page::word("systems").vi));
    let english = Options {
        lang: Lang::En,
        ..Options::default()
    };
    let text = String::from_utf8(Html.render(&sample::scan(), &english).unwrap()).unwrap();
    assert!(text.contains("<html lang=\"en\">") && text.contains("<title>Partial check</title>"));
}

#[test]
fn commands_in_a_remedy_are_code_and_page_one_says_what_was_found() {
    let mut run = sample::run();
    for control in &mut run.controls {
        control.remediation = crate::model::Text {
            vi: "Khóa bằng `passwd -l <TÊN>` rồi thử".into(),
            en: "Lock with `passwd -l NAME".into(),
        }
        .into();
    }
    for finding in &mut run.findings {
        finding.remediation = crate::model::Text {
            vi: "Khóa bằng `passwd -l <TÊN>` rồi thử".into(),
            en: finding.remediation.en.clone(),
        }
        .into();
    }
    let text = drawn(&run);
    assert!(!text.contains("`passwd") && !text.contains("<TÊN>"));
    assert!(text.contains("Khóa bằng <code>passwd -l &lt;TÊN&gt;</code> rồi thử"));
    assert!(text.contains("Lock with <code>passwd -l NAME</code>"));
    let first = text.split("<ol class=\"worst\">").nth(1).unwrap();
    let first = first.split("</li>").next().unwrap();
    let fact = crate::report::common::worst(&run, 1)[0]
        .actual
        .first()
        .unwrap();
    assert!(first.contains(&*fact.path), "{first}");
}

fn past(finished: &str, gap: u64) -> crate::report::Past {
    let mut past = crate::report::Past::of(&sample::run());
    past.id = finished.to_owned();
    past.finished = finished.to_owned();
    past.counts.gap = gap;
    past
}

#[test]
fn the_trend_has_a_picture_a_sentence_and_a_table() {
    assert!(!drawn(&sample::run()).contains("id=\"trend\""));
    let mut first = past("2026-05-04T08:00:00+07:00", 19);
    first.rules_sha256 = "0".repeat(64);
    let mut cut = past("2026-08-20T08:00:00+07:00", 12);
    cut.complete = false;
    let options = Options {
        history: vec![first, cut],
        ..Options::default()
    };
    let text = String::from_utf8(Html.render(&sample::run(), &options).unwrap()).unwrap();
    let trend = text.split("<section id=\"trend\"").nth(1).unwrap();
    let trend = trend.split("</section>").next().unwrap();
    for words in [
        "Qua 3 lần kiểm tra, từ ngày 04/05/2026 đến ngày 23/11/2026: chưa đạt 19 → 8",
        "Over 3 runs, from 2026-05-04 to 2026-11-23: gaps 19 → 8",
        "role=\"img\" aria-labelledby=\"trend-said\"",
        "id=\"trend-said\"",
        page::word("trend_cut").vi,
    ] {
        assert!(trend.contains(words), "{words}");
    }
    assert_eq!(trend.matches("<tr><th scope=\"row\">").count(), 3);
    // The rules changed once, from the first to the second.
    assert_eq!(trend.matches(page::word("trend_rules").vi).count(), 1);
    assert_eq!(trend.matches("class=\"on-gap\"").count(), 3);
    assert!(text.contains("href=\"#trend\""));
}

#[test]
fn a_trend_of_many_runs_and_of_odd_ones_stays_drawn() {
    let mut options = Options::default();
    for at in 0..60 {
        options
            .history
            .push(past(&format!("2026-01-01T00:00:{at:02}Z"), at));
    }
    options.history[0].finished = sample::HOSTILE.to_owned();
    options.history[1].counts = crate::model::Counts::default();
    options.history[2].counts.gap = u64::from(u32::MAX);
    let text = String::from_utf8(Html.render(&sample::run(), &options).unwrap()).unwrap();
    let trend = text.split("<section id=\"trend\"").nth(1).unwrap();
    let trend = trend.split("</section>").next().unwrap();
    assert_eq!(trend.matches("<tr><th scope=\"row\">").count(), 61);
    assert!(trend.contains(page::word("trend_table").vi));
    assert!(!trend.contains("<script") && !trend.contains('\u{1b}'));
}

#[test]
fn what_waivers_hide_and_what_is_to_say_of_them_is_shown() {
    let mut run = sample::run();
    run.gate.new_only = true;
    run.summary.before_waivers = Some(crate::model::BeforeWaivers {
        by_severity: [("high".to_owned(), 77)].into(),
        ..Default::default()
    });
    let remark = |code: &str| crate::model::ReasonReport {
        code: code.to_owned(),
        vi: format!("vi {code} <b>"),
        en: format!("en {code}"),
    };
    run.waivers[0].remarks = vec![remark("waiver-unused"), remark("waiver-ending")];
    let page = drawn(&run);
    let summary = crate::report::markdown::Markdown.render(&run, &Options::default());
    let summary = String::from_utf8(summary.unwrap()).unwrap();
    for (text, format) in [(&page, "html"), (&summary, "markdown")] {
        for words in [
            "Trước khi xét chấp nhận: 77 kết quả không đạt",
            page::word("new_only").vi,
            "vi waiver-unused",
            "vi waiver-ending",
        ] {
            assert!(text.contains(words), "{format}: {words}");
        }
        assert!(
            !text.contains("<b>vi") && !text.contains("waiver-unused <b>"),
            "{format}"
        );
    }
}

fn place(place: &str, class: &str, open: u64, protected: u64) -> crate::model::DataPlace {
    crate::model::DataPlace {
        system: "portal".into(),
        asset: "orders-db".into(),
        kind: crate::model::AssetKind::Schema,
        place: place.into(),
        class: class.into(),
        party: "recipient".into(),
        sensitive: class == "gps",
        protected,
        open,
        unknown: u64::from(open + protected == 0),
        readers: vec!["grant:public".into(), "parcel".into()],
        readers_unknown: open == 2,
        findings: vec!["0123456789abcdef".into()],
    }
}

#[test]
fn the_data_map_is_drawn() {
    let mut run = sample::run();
    assert!(!drawn(&run).contains("id=\"data\""));
    run.data_map = vec![
        place("public.orders", "phone", 2, 1),
        place("public.orders", "gps", 0, 3),
        place(sample::HOSTILE, "name", 0, 0),
    ];
    let text = drawn(&run);
    for words in [
        "id=\"data\"",
        "<svg class=\"datamap\"",
        "Điện thoại",
        "Position ★",
        "✗",
        "✓",
        "orders-db · public.orders",
        "mọi tài khoản của cơ sở dữ liệu (PUBLIC); bất kỳ ai cầm bưu gửi; chưa rõ",
        "Who can see",
    ] {
        assert!(text.contains(words), "{words}");
    }
    assert!(!text.contains("<script>alert(1)"));
    // With many places the picture has a column for each asset, the table all of them.
    run.data_map = (0..60)
        .map(|i| place(&format!("t{i}"), "phone", 1, 0))
        .collect();
    let text = drawn(&run);
    assert_eq!(text.matches("<rect").count() - sample_rects(), 1);
    assert_eq!(text.matches("<code>orders-db · t").count(), 60);
}

/// Boxes of other pictures on the page.
fn sample_rects() -> usize {
    drawn(&sample::run()).matches("<rect").count()
}
