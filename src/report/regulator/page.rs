//! A paper as a page to print: the same form as the Word document, one file, nothing fetched, no script.

use super::paper::{Appendix, Block, Head, Paper, Row, Sign, Table};
use crate::report::common::xml;
use crate::text::regulator as words;

/// The page.
pub(super) fn draw(paper: &Paper) -> String {
    let mut out = Out {
        text: String::with_capacity(128 * 1024),
        tables: 0,
    };
    out.push("<!doctype html>\n<html lang=\"vi\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.push("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.push(&format!(
        "<title>{}</title>\n<style>{CSS}</style>\n</head>\n<body>\n",
        xml(&paper.title)
    ));
    out.push(&format!(
        "<header><p class=\"draft\">{}</p></header>\n<main>\n",
        words::DRAFT
    ));
    if let Some(head) = &paper.head {
        out.head(head);
    } else {
        out.push(&format!(
            "<h1 class=\"unseen\">{}</h1>\n",
            xml(&paper.title)
        ));
    }
    out.blocks(&paper.body);
    if let Some(sign) = &paper.sign {
        out.sign(sign);
    }
    for (at, appendix) in paper.appendices.iter().enumerate() {
        out.appendix(at, appendix);
    }
    out.push("</main>\n</body>\n</html>\n");
    out.text
}

const CSS: &str = include_str!("../../../templates/regulator.css");

struct Out {
    text: String,
    /// Tables so far: each has a name of its own.
    tables: usize,
}

impl Out {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn element(&mut self, tag: &str, class: &str, text: &str) {
        let class = if class.is_empty() {
            String::new()
        } else {
            format!(" class=\"{class}\"")
        };
        let text = xml(text).replace('\n', "<br>");
        self.push(&format!("<{tag}{class}>{text}</{tag}>\n"));
    }

    fn head(&mut self, head: &Head) {
        self.push("<div class=\"two\"><div>\n");
        if let Some(parent) = &head.parent {
            self.element("p", "", parent);
        }
        self.element("p", "strong rule short", &head.issuer);
        self.element("p", "", &head.symbol);
        self.push("</div><div>\n");
        self.element("p", "strong", words::NATION);
        self.element("p", "strong large rule", words::MOTTO);
        self.element("p", "date", &head.place_and_date);
        self.push("</div></div>\n");
        self.push(&format!(
            "<h1>{}<br><span>{}</span></h1>\n",
            words::KIND,
            xml(&head.subject)
        ));
        let to = if head.recipients.is_empty() {
            words::BLANK.to_owned()
        } else {
            head.recipients.join("; ")
        };
        self.element("p", "to", &format!("{} {to}", words::TO));
        let last = head.basis.len().saturating_sub(1);
        for (at, basis) in head.basis.iter().enumerate() {
            let end = if at == last { '.' } else { ';' };
            self.element("p", "basis", &format!("{basis}{end}"));
        }
        self.element("p", "", &words::opening(&head.issuer));
    }

    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            match block {
                Block::Chapter(text) => self.element("h2", "", text),
                Block::Heading(text) => self.element("h3", "", text),
                Block::Text(text) => self.element("p", "", text),
                Block::Note(text) => self.element("p", "note", text),
                Block::Table(table) => self.table(table),
            }
        }
    }

    fn table(&mut self, table: &Table) {
        let sum: u32 = table.widths.iter().sum::<u32>().max(1);
        self.tables += 1;
        let name = xml(&words::table(self.tables, &table.head.join(", ")));
        self.push(&format!("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{name}\"><table><colgroup>"));
        for width in &table.widths {
            let tenths = width * 1000 / sum;
            self.push(&format!("<col class=\"w{}\">", tenths / 10));
        }
        self.push("</colgroup><thead><tr>");
        for text in &table.head {
            self.push(&format!("<th scope=\"col\">{}</th>", xml(text)));
        }
        self.push("</tr></thead>\n<tbody>\n");
        for row in &table.rows {
            match row {
                Row::Band(text) => self.push(&format!(
                    "<tr><th scope=\"rowgroup\" class=\"band\" colspan=\"{}\">{}</th></tr>\n",
                    table.widths.len(),
                    xml(text)
                )),
                Row::Cells(cells) => {
                    self.push("<tr>");
                    for text in cells {
                        let text = xml(text).replace('\n', "<br>");
                        self.push(&format!("<td>{text}</td>"));
                    }
                    self.push("</tr>\n");
                }
            }
        }
        self.push("</tbody></table></div>\n");
    }

    fn sign(&mut self, sign: &Sign) {
        self.push("<div class=\"two sign\"><div>\n");
        self.element("p", "copies", words::COPIES);
        self.push("<ul>\n");
        for copy in &sign.copies {
            self.element("li", "", copy);
        }
        self.push("</ul></div><div>\n");
        for line in &sign.post {
            self.element("p", "strong", line);
        }
        self.element("p", "space", words::SIGN);
        self.push("</div></div>\n");
    }

    fn appendix(&mut self, at: usize, appendix: &Appendix) {
        let wide = if appendix.wide { " wide" } else { "" };
        self.push(&format!(
            "<section class=\"appendix{wide}\" aria-labelledby=\"a-{at}\">\n<h2 id=\"a-{at}\">{}<br>{}</h2>\n",
            xml(&appendix.number),
            xml(&appendix.title)
        ));
        self.blocks(&appendix.body);
        self.push("</section>\n");
    }
}
