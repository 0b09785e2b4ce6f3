//! Mistakes in files of ours and our users: what, where, what to do; collected, then shown all at once.

use std::fmt;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::model::Lang;
use crate::text::errors;

/// A stretch of a source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

/// One mistake.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// The file, as it was named.
    pub file: Arc<str>,
    /// Its text, where it could be read.
    pub source: Option<Arc<str>>,
    /// Where; absent for the file as a whole.
    pub span: Option<Span>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A mistake of a file as a whole.
    pub fn of_file(file: &str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            source: None,
            span: None,
            message: message.into(),
            help: Some(help.into()),
        }
    }

    fn render(&self, lang: Lang) -> String {
        let (Some(span), Some(source)) = (self.span, self.source.as_deref()) else {
            let help = self
                .help
                .as_ref()
                .map_or(String::new(), |help| format!("\n  help: {help}"));
            return errors::say(
                &format!("error: {}: {}{help}", self.file, self.message),
                lang,
            );
        };
        let (start, end) = clamp(source, span);
        let message = errors::say(&self.message, lang);
        let help = self.help.as_ref().map(|help| errors::say(help, lang));
        let name = |level: Level<'static>, key| match lang {
            Lang::En => level,
            Lang::Vi => level.with_name(errors::heading(key).vi),
        };
        let mut group =
            Group::with_title(name(Level::ERROR, "error").primary_title(message.as_str())).element(
                Snippet::source(source)
                    .path(&*self.file)
                    .annotation(AnnotationKind::Primary.span(start..end)),
            );
        if let Some(help) = &help {
            group = group.element(name(Level::HELP, "help").message(help.as_str()));
        }
        Renderer::plain().render(&[group])
    }
}

/// More than this nobody reads at once, and each one draws a part of the file.
const MOST_SHOWN: usize = 100;

/// All mistakes that were found.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// None at all?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One more.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// All of another collection too.
    pub fn extend(&mut self, other: Diagnostics) {
        self.0.extend(other.0);
    }

    /// `Ok` where there are none.
    ///
    /// # Errors
    /// Where there are any.
    pub fn into_result<T>(self, value: T) -> Result<T, Diagnostics> {
        if self.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }
}

impl Diagnostics {
    /// All of them for a person to read.
    pub fn say(&self, lang: Lang) -> String {
        let mut text = String::new();
        for diagnostic in self.0.iter().take(MOST_SHOWN) {
            text.push_str(&diagnostic.render(lang));
            text.push('\n');
        }
        let count = self.0.len();
        if count > MOST_SHOWN {
            let more = format!("… and {} more", count - MOST_SHOWN);
            text.push_str(&errors::say(&more, lang));
            text.push('\n');
        }
        let plural = if count == 1 { "" } else { "s" };
        text.push_str(&errors::say(
            &format!("{count} mistake{plural} found"),
            lang,
        ));
        text
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Lang::En))
    }
}

impl std::error::Error for Diagnostics {}

/// The span, at most to the end of its first line, on character boundaries and inside the source.
fn clamp(source: &str, span: Span) -> (usize, usize) {
    let floor = |mut at: usize| {
        at = at.min(source.len());
        while !source.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(span.start);
    let line_end = source[start..]
        .find('\n')
        .map_or(source.len(), |at| start + at);
    let end = floor(span.end).clamp(start, line_end);
    (start, end.max(floor(start + 1).min(line_end)).max(start))
}
