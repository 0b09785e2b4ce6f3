//! A paper as Office Open XML (ECMA-376): A4, margins and sizes of Nghị định 30/2020/NĐ-CP Phụ lục I, the draft mark in every
//! header, page numbers from the second page on.
//!
//! The parts are written by hand: the form needs fewer than twenty elements, and text goes in through one function.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::paper::{Appendix, Block, Head, Paper, Row, Sign, Table};
use crate::report::ReportError;
use crate::report::common::xml;
use crate::text::regulator as words;

/// The bytes of the document.
pub(super) fn draw(paper: &Paper) -> Result<Vec<u8>, ReportError> {
    // One moment for all parts: the same run gives the same bytes.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let document = document(paper);
    let core = core(paper);
    for (name, content) in [
        ("[Content_Types].xml", CONTENT_TYPES),
        ("_rels/.rels", RELATIONS),
        ("docProps/core.xml", &core),
        ("word/document.xml", &document),
        ("word/_rels/document.xml.rels", PARTS),
        ("word/styles.xml", STYLES),
        ("word/settings.xml", SETTINGS),
        ("word/header1.xml", &header(false)),
        ("word/header2.xml", &header(true)),
    ] {
        zip.start_file(name, options)?;
        zip.write_all(content.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

fn document(paper: &Paper) -> String {
    let mut out = Out {
        text: format!("{DECLARATION}<w:document {SPACES}><w:body>"),
    };
    if let Some(head) = &paper.head {
        out.head(head);
    }
    for block in &paper.body {
        out.block(block, PORTRAIT);
    }
    if let Some(sign) = &paper.sign {
        out.sign(sign);
    }
    let has_body = paper.head.is_some();
    if has_body {
        out.section(false, false);
    }
    for (at, appendix) in paper.appendices.iter().enumerate() {
        out.appendix(appendix);
        out.section(appendix.wide, at + 1 == paper.appendices.len());
    }
    out.text.push_str("</w:body></w:document>");
    out.text
}

/// Twentieths of a point between the margins.
const PORTRAIT: u32 = 9355;
const LANDSCAPE: u32 = 14570;

struct Out {
    text: String,
}

/// How a paragraph looks.
#[derive(Clone, Copy, Default)]
struct Look {
    style: &'static str,
    align: &'static str,
    bold: bool,
    italic: bool,
    half_points: u32,
    indent: bool,
    line_under: bool,
    keep: bool,
}

impl Out {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// A paragraph; its lines are broken where the text is.
    fn paragraph(&mut self, text: &str, look: Look) {
        self.push("<w:p><w:pPr>");
        if !look.style.is_empty() {
            self.push(&format!("<w:pStyle w:val=\"{}\"/>", look.style));
        }
        if look.keep {
            self.push("<w:keepNext/>");
        }
        if look.line_under {
            self.push("<w:pBdr><w:bottom w:val=\"single\" w:sz=\"6\" w:space=\"1\" w:color=\"000000\"/></w:pBdr>");
        }
        if look.indent {
            self.push("<w:ind w:firstLine=\"720\"/>");
        }
        if !look.align.is_empty() {
            self.push(&format!("<w:jc w:val=\"{}\"/>", look.align));
        }
        self.push("</w:pPr>");
        self.run(text, look);
        self.push("</w:p>");
    }

    fn run(&mut self, text: &str, look: Look) {
        let mut properties = String::new();
        if look.bold {
            properties.push_str("<w:b/>");
        }
        if look.italic {
            properties.push_str("<w:i/>");
        }
        if look.half_points > 0 {
            let size = look.half_points;
            properties.push_str(&format!(
                "<w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/>"
            ));
        }
        self.push(&format!("<w:r><w:rPr>{properties}</w:rPr>"));
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.push("<w:br/>");
            }
            self.push(&format!("<w:t xml:space=\"preserve\">{}</w:t>", xml(line)));
        }
        self.push("</w:r>");
    }

    /// Issuer and number on the left, quốc hiệu, tiêu ngữ and date on the right; then the title, to whom, on what basis.
    fn head(&mut self, head: &Head) {
        let centred = Look {
            style: "Tight",
            align: "center",
            ..Look::default()
        };
        let (left, right) = (3900, PORTRAIT - 3900);
        self.open_plain_table(&[left, right]);
        self.push("<w:tr>");
        self.open_cell(left, "");
        if let Some(parent) = &head.parent {
            self.paragraph(
                parent,
                Look {
                    half_points: 24,
                    ..centred
                },
            );
        }
        self.paragraph(
            &head.issuer,
            Look {
                bold: true,
                half_points: 24,
                ..centred
            },
        );
        self.rule(left, 1300);
        self.paragraph(
            &head.symbol,
            Look {
                half_points: 26,
                ..centred
            },
        );
        self.push("</w:tc>");
        self.open_cell(right, "");
        self.paragraph(
            words::NATION,
            Look {
                bold: true,
                half_points: 24,
                ..centred
            },
        );
        self.paragraph(
            words::MOTTO,
            Look {
                bold: true,
                half_points: 26,
                ..centred
            },
        );
        self.rule(right, 2750);
        self.paragraph(
            &head.place_and_date,
            Look {
                italic: true,
                half_points: 26,
                ..centred
            },
        );
        self.push("</w:tc></w:tr></w:tbl>");
        let title = Look {
            align: "center",
            bold: true,
            half_points: 28,
            ..Look::default()
        };
        self.paragraph("", Look::default());
        self.paragraph(
            words::KIND,
            Look {
                style: "Title",
                ..title
            },
        );
        self.paragraph(&head.subject, title);
        self.rule(PORTRAIT, 2200);
        let to = if head.recipients.is_empty() {
            format!("{} {}", words::TO, words::BLANK)
        } else if let [one] = head.recipients.as_slice() {
            format!("{} {one}", words::TO)
        } else {
            let last = head.recipients.len() - 1;
            let list: Vec<String> = head
                .recipients
                .iter()
                .enumerate()
                .map(|(at, r)| format!("- {r}{}", if at == last { "." } else { ";" }))
                .collect();
            format!("{}\n{}", words::TO, list.join("\n"))
        };
        self.paragraph(
            &to,
            Look {
                align: "center",
                ..Look::default()
            },
        );
        let last = head.basis.len().saturating_sub(1);
        for (at, basis) in head.basis.iter().enumerate() {
            let end = if at == last { '.' } else { ';' };
            let italic = Look {
                align: "both",
                italic: true,
                indent: true,
                ..Look::default()
            };
            self.paragraph(&format!("{basis}{end}"), italic);
        }
        let body = Look {
            align: "both",
            indent: true,
            ..Look::default()
        };
        self.paragraph(&words::opening(&head.issuer), body);
    }

    /// A short line in the middle.
    fn rule(&mut self, width: u32, long: u32) {
        let side = width.saturating_sub(long) / 2;
        self.push(&format!(
            "<w:p><w:pPr><w:pStyle w:val=\"Tight\"/><w:pBdr><w:top w:val=\"single\" w:sz=\"6\" w:space=\"1\" w:color=\"000000\"/></w:pBdr><w:spacing w:before=\"20\" w:after=\"0\" w:line=\"120\" w:lineRule=\"exact\"/><w:ind w:left=\"{side}\" w:right=\"{side}\"/></w:pPr></w:p>"
        ));
    }

    fn block(&mut self, block: &Block, width: u32) {
        match block {
            Block::Chapter(text) => self.paragraph(
                text,
                Look {
                    style: "Heading1",
                    keep: true,
                    ..Look::default()
                },
            ),
            Block::Heading(text) => self.paragraph(
                text,
                Look {
                    style: "Heading2",
                    keep: true,
                    ..Look::default()
                },
            ),
            Block::Text(text) => self.paragraph(
                text,
                Look {
                    align: "both",
                    indent: true,
                    ..Look::default()
                },
            ),
            Block::Note(text) => self.paragraph(
                text,
                Look {
                    align: "both",
                    italic: true,
                    half_points: 22,
                    ..Look::default()
                },
            ),
            Block::Table(table) => self.table(table, width),
        }
    }

    fn table(&mut self, table: &Table, width: u32) {
        let sum: u32 = table.widths.iter().sum::<u32>().max(1);
        let widths: Vec<u32> = table.widths.iter().map(|w| w * width / sum).collect();
        let all: u32 = widths.iter().sum();
        let small = if table.widths.len() > 8 { 18 } else { 22 };
        self.push("<w:tbl><w:tblPr><w:tblStyle w:val=\"Grid\"/>");
        self.push(&format!("<w:tblW w:w=\"{all}\" w:type=\"dxa\"/><w:tblLayout w:type=\"fixed\"/><w:tblLook w:val=\"0020\" w:firstRow=\"1\"/></w:tblPr>"));
        self.grid(&widths);
        let head = Look {
            style: "Cell",
            align: "center",
            bold: true,
            half_points: small,
            ..Look::default()
        };
        self.push("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>");
        for (text, width) in table.head.iter().zip(&widths) {
            self.open_cell(*width, "<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"EDEDED\"/><w:vAlign w:val=\"center\"/>");
            self.paragraph(text, head);
            self.push("</w:tc>");
        }
        self.push("</w:tr>");
        for row in &table.rows {
            self.push("<w:tr><w:trPr><w:cantSplit/></w:trPr>");
            match row {
                Row::Band(text) => {
                    self.open_cell(all, &format!("<w:gridSpan w:val=\"{}\"/>", widths.len()));
                    self.paragraph(
                        text,
                        Look {
                            align: "left",
                            keep: true,
                            ..head
                        },
                    );
                    self.push("</w:tc>");
                }
                Row::Cells(cells) => {
                    for (text, width) in cells.iter().zip(&widths) {
                        self.open_cell(*width, "");
                        let look = Look {
                            align: "left",
                            bold: false,
                            ..head
                        };
                        self.paragraph(&breakable(text), look);
                        self.push("</w:tc>");
                    }
                }
            }
            self.push("</w:tr>");
        }
        self.push("</w:tbl>");
        self.paragraph(
            "",
            Look {
                style: "Tight",
                ..Look::default()
            },
        );
    }

    fn grid(&mut self, widths: &[u32]) {
        self.push("<w:tblGrid>");
        for width in widths {
            self.push(&format!("<w:gridCol w:w=\"{width}\"/>"));
        }
        self.push("</w:tblGrid>");
    }

    /// A table without lines, to put things side by side.
    fn open_plain_table(&mut self, widths: &[u32]) {
        let all: u32 = widths.iter().sum();
        self.push(&format!("<w:tbl><w:tblPr><w:tblW w:w=\"{all}\" w:type=\"dxa\"/><w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:left w:w=\"0\" w:type=\"dxa\"/><w:right w:w=\"0\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr>"));
        self.grid(widths);
    }

    fn open_cell(&mut self, width: u32, properties: &str) {
        self.push(&format!(
            "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/>{properties}</w:tcPr>"
        ));
    }

    fn sign(&mut self, sign: &Sign) {
        let (left, right) = (PORTRAIT / 2, PORTRAIT - PORTRAIT / 2);
        self.paragraph(
            "",
            Look {
                keep: true,
                ..Look::default()
            },
        );
        self.open_plain_table(&[left, right]);
        self.push("<w:tr><w:trPr><w:cantSplit/></w:trPr>");
        self.open_cell(left, "");
        let tight = Look {
            style: "Tight",
            align: "left",
            ..Look::default()
        };
        self.paragraph(
            words::COPIES,
            Look {
                bold: true,
                italic: true,
                half_points: 24,
                ..tight
            },
        );
        for copy in &sign.copies {
            self.paragraph(
                &format!("- {copy}"),
                Look {
                    half_points: 22,
                    ..tight
                },
            );
        }
        self.push("</w:tc>");
        self.open_cell(right, "");
        let centred = Look {
            align: "center",
            ..tight
        };
        for line in &sign.post {
            self.paragraph(
                line,
                Look {
                    bold: true,
                    half_points: 26,
                    ..centred
                },
            );
        }
        for _ in 0..3 {
            self.paragraph("", centred);
        }
        self.paragraph(
            words::SIGN,
            Look {
                italic: true,
                half_points: 26,
                ..centred
            },
        );
        self.push("</w:tc></w:tr></w:tbl>");
    }

    fn appendix(&mut self, appendix: &Appendix) {
        let width = if appendix.wide { LANDSCAPE } else { PORTRAIT };
        let look = Look {
            style: "Heading1",
            align: "center",
            keep: true,
            half_points: 28,
            ..Look::default()
        };
        self.paragraph(&appendix.number, look);
        self.paragraph(
            &appendix.title,
            Look {
                style: "",
                bold: true,
                half_points: 26,
                ..look
            },
        );
        for block in &appendix.body {
            self.block(block, width);
        }
    }

    /// Ends the pages before it. Each appendix counts its own pages.
    fn section(&mut self, wide: bool, last: bool) {
        let size = if wide {
            "<w:pgSz w:w=\"16838\" w:h=\"11906\" w:orient=\"landscape\"/><w:pgMar w:top=\"1134\" w:right=\"1134\" w:bottom=\"1134\" w:left=\"1134\" w:header=\"567\" w:footer=\"567\" w:gutter=\"0\"/>"
        } else {
            "<w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"1134\" w:right=\"850\" w:bottom=\"1134\" w:left=\"1701\" w:header=\"567\" w:footer=\"567\" w:gutter=\"0\"/>"
        };
        let section = format!(
            "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rId3\"/><w:headerReference w:type=\"first\" r:id=\"rId4\"/><w:type w:val=\"nextPage\"/>{size}<w:pgNumType w:start=\"1\"/><w:titlePg/></w:sectPr>"
        );
        if last {
            self.push(&section);
        } else {
            self.push(&format!(
                "<w:p><w:pPr><w:pStyle w:val=\"Tight\"/>{section}</w:pPr></w:p>"
            ));
        }
    }
}

/// Long paths and hashes may break: after a slash, and after each sixteen signs without a space.
fn breakable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut long = 0;
    for c in text.chars() {
        out.push(c);
        long = if c.is_whitespace() { 0 } else { long + 1 };
        if long == 16 || (long > 8 && matches!(c, '/' | ':')) {
            out.push('\u{200B}');
            long = 0;
        }
    }
    out
}

fn header(first: bool) -> String {
    let number = if first {
        ""
    } else {
        "<w:p><w:pPr><w:pStyle w:val=\"Tight\"/><w:jc w:val=\"center\"/></w:pPr><w:r><w:rPr><w:sz w:val=\"26\"/></w:rPr><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:rPr><w:sz w:val=\"26\"/></w:rPr><w:instrText xml:space=\"preserve\"> PAGE </w:instrText></w:r><w:r><w:rPr><w:sz w:val=\"26\"/></w:rPr><w:fldChar w:fldCharType=\"end\"/></w:r></w:p>"
    };
    format!(
        "{DECLARATION}<w:hdr {SPACES}>{number}<w:p><w:pPr><w:pStyle w:val=\"Tight\"/><w:jc w:val=\"right\"/></w:pPr><w:r><w:rPr><w:b/><w:color w:val=\"A8201A\"/><w:sz w:val=\"22\"/></w:rPr><w:t>{}</w:t></w:r></w:p></w:hdr>",
        words::DRAFT
    )
}

fn core(paper: &Paper) -> String {
    let created = paper.created.parse::<jiff::Timestamp>().map_or_else(
        |_| String::new(),
        |moment| {
            format!("<dcterms:created xsi:type=\"dcterms:W3CDTF\">{moment:.0}</dcterms:created>")
        },
    );
    format!(
        "{DECLARATION}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{}</dc:title><dc:creator>{}</dc:creator><dc:language>vi-VN</dc:language>{created}</cp:coreProperties>",
        xml(&paper.title),
        xml(&paper.author)
    )
}

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const SPACES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
const CONTENT_TYPES: &str = include_str!("../../../templates/docx/content-types.xml");
const RELATIONS: &str = include_str!("../../../templates/docx/relations.xml");
const PARTS: &str = include_str!("../../../templates/docx/parts.xml");
const STYLES: &str = include_str!("../../../templates/docx/styles.xml");
const SETTINGS: &str = include_str!("../../../templates/docx/settings.xml");
