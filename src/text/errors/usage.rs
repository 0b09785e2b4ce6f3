//! What the command line itself says of words that do not fit: the texts of clap, in Vietnamese.

use crate::text::labels::Label;

/// What kind of mistake it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsageKind {
    /// A value that is none of those known.
    InvalidValue,
    /// A value that its reader refused, with the reason.
    RefusedValue,
    /// No such option.
    UnknownArgument,
    /// No such command.
    UnknownCommand,
    /// Two options that do not go together.
    Conflict,
    /// Something is missing.
    Missing,
    /// A command is missing.
    MissingCommand,
    /// An option without its value.
    NoValue,
    /// More values than an option takes.
    TooMany,
    /// Bytes that are no text.
    NoText,
    /// Anything else.
    Other,
}

/// The parts of such a mistake, as far as they are known.
#[derive(Debug, Clone, Default)]
pub struct Usage {
    /// The option or argument, or the list of them.
    pub argument: String,
    /// What was written.
    pub value: String,
    /// What may be written, or what it does not go with.
    pub others: Vec<String>,
    /// What was probably meant.
    pub near: Option<String>,
    /// Why the reader refused it, in English.
    pub why: Option<String>,
}

/// The mistake in Vietnamese, with what to do.
pub fn usage(kind: UsageKind, parts: &Usage) -> String {
    let Usage {
        argument, value, ..
    } = parts;
    let others = parts.others.join(", ");
    let mut text = match kind {
        UsageKind::InvalidValue if value.is_empty() => {
            format!("{argument} cần một giá trị")
        }
        UsageKind::InvalidValue => format!("{argument} không nhận giá trị “{value}”"),
        UsageKind::RefusedValue => {
            let why = parts.why.as_deref().unwrap_or_default();
            let why = super::say(why, crate::model::Lang::Vi);
            format!("{argument} không nhận giá trị “{value}”: {why}")
        }
        UsageKind::UnknownArgument => format!("không có tham số {argument} ở đây"),
        UsageKind::UnknownCommand => format!("không có lệnh “{argument}”"),
        UsageKind::Conflict => format!("{argument} không dùng cùng với {others}"),
        UsageKind::Missing => format!("còn thiếu: {argument}"),
        UsageKind::MissingCommand => "chưa nêu lệnh".to_owned(),
        UsageKind::NoValue => format!("{argument} cần một giá trị"),
        UsageKind::TooMany => format!("{argument} nhận quá nhiều giá trị, thừa “{value}”"),
        UsageKind::NoText => "dòng lệnh có ký tự không phải UTF-8".to_owned(),
        UsageKind::Other => "dòng lệnh không đúng".to_owned(),
    };
    let listed = matches!(
        kind,
        UsageKind::InvalidValue | UsageKind::MissingCommand | UsageKind::NoValue
    );
    if let Some(near) = &parts.near {
        text.push_str(&format!("\n  gợi ý: có phải là {near}?"));
    }
    if listed && !others.is_empty() {
        text.push_str(&format!("\n  các giá trị: {others}"));
    }
    text
}

/// What stands around it.
pub fn heading(key: &'static str) -> Label {
    let (vi, en) = match key {
        "error" => ("lỗi", "error"),
        "help" => ("gợi ý", "help"),
        "usage" => ("Cách dùng", "Usage"),
        "more" => (
            "Xem thêm: '--lang vi --help'.",
            "For more information, try '--help'.",
        ),
        other => (other, other),
    };
    Label { vi, en }
}
