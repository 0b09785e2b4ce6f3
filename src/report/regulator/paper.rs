//! A paper in the form of Nghị định 30/2020/NĐ-CP, before it is drawn: what stands where, not how it looks.

/// The whole paper.
#[derive(Debug)]
pub(super) struct Paper {
    pub(super) title: String,
    pub(super) author: String,
    pub(super) created: String,
    pub(super) head: Option<Head>,
    pub(super) body: Vec<Block>,
    pub(super) sign: Option<Sign>,
    pub(super) appendices: Vec<Appendix>,
}

/// What stands above the first chapter.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) parent: Option<String>,
    pub(super) issuer: String,
    pub(super) symbol: String,
    pub(super) place_and_date: String,
    pub(super) subject: String,
    pub(super) recipients: Vec<String>,
    pub(super) basis: Vec<String>,
}

/// What stands under the last chapter.
#[derive(Debug)]
pub(super) struct Sign {
    pub(super) copies: Vec<String>,
    pub(super) post: Vec<String>,
}

/// An appendix, on pages of its own.
#[derive(Debug)]
pub(super) struct Appendix {
    pub(super) number: String,
    pub(super) title: String,
    pub(super) wide: bool,
    pub(super) body: Vec<Block>,
}

/// A piece of the paper.
#[derive(Debug)]
pub(super) enum Block {
    /// `I. CĂN CỨ`.
    Chapter(String),
    /// A heading below.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// A small remark.
    Note(String),
    /// A table.
    Table(Table),
}

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) head: Vec<String>,
    /// Widths of the columns; only their ratio counts.
    pub(super) widths: Vec<u32>,
    pub(super) rows: Vec<Row>,
}

/// A row.
#[derive(Debug)]
pub(super) enum Row {
    /// A line over the whole width.
    Band(String),
    /// A cell for each column; each may have several lines.
    Cells(Vec<String>),
}

impl Table {
    pub(super) fn new(head: &[&str], widths: &[u32]) -> Self {
        Self {
            head: head.iter().map(|h| (*h).to_owned()).collect(),
            widths: widths.to_vec(),
            rows: Vec::new(),
        }
    }

    pub(super) fn add<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(Row::Cells(cells.into()));
    }

    pub(super) fn band(&mut self, text: String) {
        self.rows.push(Row::Band(text));
    }
}
