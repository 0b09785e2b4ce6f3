//! The paper: what it must hold and must never hold; the Word document opens and says the same as the page.

use std::io::Read;

use super::*;
use crate::model::{Finding, RemedyEntry, RemedyPlan};
use crate::report::sample;

fn part(bytes: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    zip.by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

fn options() -> Options {
    let due = crate::model::Day::parse("2027-03-01").unwrap();
    let remedies = sample::run()
        .requirements
        .iter()
        .map(|r| RemedyEntry {
            requirement: Some(r.id.clone()),
            control: None,
            system: None,
            cause: None,
            measure: "Measure of the plan".into(),
            owner: "Unit of the plan".into(),
            due,
        })
        .take(3)
        .collect();
    Options {
        plan: RemedyPlan {
            remedies,
            ..RemedyPlan::default()
        },
        ..Options::default()
    }
}

fn both(run: &Run) -> [String; 2] {
    let docx = Docx.render(run, &options()).unwrap();
    let page = Page.render(run, &options()).unwrap();
    [
        part(&docx, "word/document.xml").replace('\u{200b}', ""),
        String::from_utf8(page).unwrap(),
    ]
}

#[test]
fn the_form_is_that_of_a_vietnamese_paper() {
    let run = sample::run();
    for text in both(&run) {
        for words in [
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
            "ngày …… tháng …… năm ………",
            "BÁO CÁO",
            "Căn cứ Công văn số 509/BTTTT-BC",
            "I. CĂN CỨ",
            "VIII. KIẾN NGHỊ",
            "Nơi nhận:",
            "(Chưa ký)",
            "Phụ lục III",
            "Nghị định 331/2026/NĐ-CP",
            "Chưa đủ bằng chứng",
            "Unit of the plan",
            "01/03/2027",
            "không phải kết luận đánh giá hoặc thẩm định",
        ] {
            assert!(text.contains(words), "{words}");
        }
    }
    let docx = Docx.render(&run, &options()).unwrap();
    assert!(part(&docx, "word/header2.xml").contains("DỰ THẢO"));
    assert!(part(&docx, "word/header1.xml").contains("PAGE"));
}

#[test]
fn no_percentage_no_sanction_no_name_no_value() {
    let mut run = sample::run();
    let values = ["value-that-a-target-spoke"];
    for fact in run.findings.iter_mut().flat_map(|f| &mut f.actual) {
        values[0].clone_into(&mut fact.value);
    }
    assert!(run.findings.iter().any(|f| !f.actual.is_empty()));
    for text in both(&run) {
        let body = text.split("</style>").last().unwrap();
        assert!(!body.contains('%'));
        for never in ["chế tài", "xử phạt", "phạt tiền", "triệu đồng"] {
            let told = body.matches(never).count();
            let titles: usize = run
                .instruments
                .iter()
                .map(|i| &i.title.vi)
                .chain(run.requirements.iter().map(|r| &r.title.vi))
                .chain(
                    run.letter
                        .iter()
                        .flat_map(|i| i.obligations.iter().map(|o| &o.title.vi)),
                )
                .map(|t| t.matches(never).count())
                .sum();
            assert!(told <= titles * 3, "{never}: {told}");
        }
        for a in &run.attestations {
            assert!(!body.contains(&a.signer.name), "{}", a.signer.name);
        }
        for w in &run.waivers {
            assert!(!body.contains(&w.owner), "{}", w.owner);
        }
        for value in &values {
            assert!(!body.contains(value), "{value}");
        }
    }
}

#[test]
fn every_gap_has_a_row_and_every_piece_of_evidence_a_hash() {
    let run = sample::run();
    for text in both(&run) {
        for item in run.evidence.iter().filter_map(|e| e.sha256.as_deref()) {
            assert!(text.contains(item), "{item}");
        }
        for requirement in &run.requirements {
            assert!(text.contains(&super::super::common::xml(&requirement.title.vi)));
        }
    }
}

#[test]
fn hostile_text_stays_text() {
    for text in both(&sample::hostile()) {
        assert!(!text.contains("<script") && !text.contains("alert(1)</script>"));
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}') && !text.contains('\u{0}'));
        assert!(!text.contains('\u{fffe}'));
        assert!(text.len() < 1_000_000);
    }
    let docx = Docx.render(&sample::hostile(), &options()).unwrap();
    let document = part(&docx, "word/document.xml");
    let mut reader = quick_xml::Reader::from_str(&document);
    while reader.read_event().unwrap() != quick_xml::events::Event::Eof {}
}

#[test]
fn folders_of_persons_are_masked() {
    let mut run = sample::run();
    run.evidence[0].id = "web-01:/home/nguyen.van.an/.ssh/authorized_keys".into();
    for text in both(&run) {
        assert!(!text.contains("nguyen.van.an"));
        assert!(text.contains("/home/…/.ssh/authorized_keys"));
    }
}

#[test]
fn a_hundred_thousand_findings_fold_into_few_rows() {
    let run = sample::large(20_000);
    let findings: &Vec<Finding> = &run.findings;
    assert_eq!(findings.len(), 20_000);
    assert!(Docx.render(&run, &options()).unwrap().len() < 200_000);
}

#[test]
fn the_table_of_systems_has_twelve_columns_and_a_row_for_each() {
    let run = sample::run();
    let bytes = FormCsv.render(&run, &options()).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let mut reader = csv_reader(text.trim_start_matches('\u{feff}'));
    assert_eq!(reader.headers().unwrap().len(), 12);
    let systems = run.systems.iter().filter(|s| s.id != "org").count();
    assert_eq!(reader.records().map(Result::unwrap).count(), systems);
    let docx = FormDocx.render(&run, &options()).unwrap();
    assert!(part(&docx, "word/document.xml").contains("landscape"));
}

fn csv_reader(text: &str) -> ::csv::Reader<&[u8]> {
    ::csv::Reader::from_reader(text.as_bytes())
}

#[test]
fn the_data_map_says_who_can_see() {
    let mut run = sample::run();
    for text in both(&run) {
        assert!(!text.contains("Ai xem được"));
    }
    run.data_map = vec![crate::model::DataPlace {
        system: "portal".into(),
        asset: "orders-db".into(),
        kind: crate::model::AssetKind::Schema,
        place: "public.orders".into(),
        class: "phone".into(),
        party: "recipient".into(),
        sensitive: false,
        protected: 0,
        open: 2,
        unknown: 0,
        readers: vec!["grant:bao_cao".into(), "roles:4:1".into()],
        readers_unknown: true,
        findings: Vec::new(),
    }];
    for text in both(&run) {
        for words in [
            "Ai xem được",
            "2 để rõ",
            "bao_cao; 4 vai trò theo ma trận phân quyền, 1 được kết xuất; chưa rõ",
        ] {
            assert!(text.contains(words), "{words}");
        }
    }
}
