//! What is being collected, while it lasts: on stderr, where that is a terminal, and gone when it is done.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output;
use crate::model::Asset;
use crate::text::unicode::visible;

/// What took longer than this is named at the end.
const SLOW: Duration = Duration::from_secs(5);
/// How often the lines move.
const TICK: Duration = Duration::from_millis(250);
/// The slowest that are named.
const NAMED: usize = 3;

/// The lines of all collectors that run.
pub(super) struct Progress {
    lines: Option<Lines>,
}

struct Lines {
    all: MultiProgress,
    total: ProgressBar,
    slow: Mutex<Vec<(Duration, String)>>,
}

/// One collector that runs; its line goes when it ends.
pub(super) struct Running<'a> {
    lines: Option<(&'a Lines, ProgressBar)>,
    name: String,
    began: Instant,
}

impl Progress {
    /// Shown only to a person: where stderr is a terminal, and not with `--quiet`.
    pub(super) fn new(count: usize, quiet: bool) -> Self {
        if quiet || !std::io::stderr().is_terminal() {
            return Self { lines: None };
        }
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(8));
        let total = all.add(ProgressBar::new(count as u64));
        total.set_style(style("[{pos}/{len}] {elapsed}"));
        total.enable_steady_tick(TICK);
        Self {
            lines: Some(Lines {
                all,
                total,
                slow: Mutex::default(),
            }),
        }
    }

    /// A collector begins.
    pub(super) fn begin(&self, asset: &Asset) -> Running<'_> {
        let mut name = format!("{} {}", asset.kind.word(), visible(&asset.id));
        if asset.shown != asset.id {
            name.push_str(&format!(" ({})", visible(&asset.shown)));
        }
        let lines = self.lines.as_ref().map(|lines| {
            let bar = lines.all.add(ProgressBar::new_spinner());
            bar.set_style(style("  {spinner} {wide_msg} {elapsed}"));
            bar.set_message(name.clone());
            bar.enable_steady_tick(TICK);
            (lines, bar)
        });
        Running {
            lines,
            name,
            began: Instant::now(),
        }
    }

    /// Lets something else write to stderr in between.
    pub(super) fn aside(&self, write: impl FnOnce()) {
        match &self.lines {
            Some(lines) => lines.all.suspend(write),
            None => write(),
        }
    }

    /// Clears the lines and names what was slow.
    pub(super) fn finish(self) {
        let Some(lines) = self.lines else { return };
        lines.total.finish_and_clear();
        let _ = lines.all.clear();
        let mut slow = lines.slow.into_inner().unwrap_or_default();
        slow.sort_by(|a, b| b.cmp(a));
        for (took, name) in slow.iter().take(NAMED) {
            output::stderr(&format!("{:>6.1} s  {name}\n", took.as_secs_f64()));
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let Some((lines, bar)) = self.lines.take() else {
            return;
        };
        bar.finish_and_clear();
        lines.all.remove(&bar);
        lines.total.inc(1);
        let took = self.began.elapsed();
        if took >= SLOW
            && let Ok(mut slow) = lines.slow.lock()
        {
            slow.push((took, std::mem::take(&mut self.name)));
        }
    }
}

/// A template that is ours; should it be wrong, the plain one is no harm.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
