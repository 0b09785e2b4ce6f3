//! The lines of `sshd_config` with all that it includes, each under the Match block that it stands in.

use crate::model::{Place, SourceError};
use crate::parse::keyword::sshd::{Line, parse};

use super::defaults::{DIRECTIVES, canonical, is_keyword, takes_word};
use super::options::Options;

/// How deep files may include files, as in OpenSSH.
const MAX_DEPTH: usize = 16;
const MAX_FILES: usize = 1_000;

/// How many lines are kept.
const MAX_LINES: usize = 20_000;

/// The files that a configuration may name.
pub trait Files {
    /// The text of a file.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn text(&mut self, path: &str) -> Result<String, SourceError>;

    /// The files that fit a pattern, sorted.
    ///
    /// # Errors
    /// Where a folder cannot be listed.
    fn fitting(&mut self, pattern: &str) -> Result<Vec<String>, SourceError>;

    /// The path as people see it.
    fn shown(&self, path: &str) -> String;
}

/// A whole configuration.
#[derive(Default)]
pub(super) struct Config {
    /// The global part first, then the Match blocks in file order; blocks with the same criteria are one.
    pub(super) blocks: Vec<Block>,
    /// The directives in the order in which sshd reads them.
    pub(super) settings: Vec<Setting>,
    /// Lines that sshd cannot read.
    pub(super) broken: Vec<(Place, String)>,
    /// Included files that could not be read, with the number of settings before them and their block.
    pub(super) hidden: Vec<(usize, usize, SourceError)>,
    /// How many files were read.
    files: usize,
}

impl Config {
    /// Options of the command line, which count before all that was read.
    pub(super) fn put_first(&mut self, options: &Options) {
        if options.ports {
            // Settings before what is hidden move up with those that go.
            for (at, _, _) in &mut self.hidden {
                let gone = self.settings.iter().take(*at);
                *at -= gone.filter(|s| s.keyword == "port").count();
            }
            self.settings.retain(|s| s.keyword != "port");
        }
        for (at, _, _) in &mut self.hidden {
            *at += options.settings.len();
        }
        self.broken.extend(options.broken.iter().cloned());
        self.settings.splice(0..0, options.settings.iter().cloned());
    }
}

/// A Match block.
pub(super) struct Block {
    /// `User git`; empty for the global part.
    pub(super) criteria: String,
    /// The line of its `Match`; 0 for the global part.
    pub(super) line: u32,
    /// The block whose included file holds this one: its lines count here too.
    pub(super) outer: usize,
}

/// A directive with its place.
#[derive(Clone)]
pub(super) struct Setting {
    pub(super) block: usize,
    pub(super) keyword: String,
    pub(super) args: Vec<String>,
    pub(super) place: Place,
}

/// Reads a configuration with all that it includes.
pub(super) fn read(files: &mut dyn Files, path: &str) -> Result<Config, SourceError> {
    let text = files.text(path)?;
    let mut config = Config::default();
    config.blocks.push(Block {
        criteria: String::new(),
        line: 0,
        outer: 0,
    });
    add(&mut config, files, path, &text, 0, 0);
    Ok(config)
}

fn add(
    config: &mut Config,
    files: &mut dyn Files,
    path: &str,
    text: &str,
    outer: usize,
    depth: usize,
) {
    let shown = files.shown(path);
    let mut block = outer;
    config.files += 1;
    for line in parse(text) {
        // Files that include each other twice would be read without end.
        let lines = config.settings.len() + config.broken.len() + config.hidden.len();
        if config.files > MAX_FILES || lines >= MAX_LINES {
            let cap = MAX_LINES as u64;
            config.hidden.push((
                config.settings.len(),
                0,
                SourceError::TooLarge(shown.clone(), cap),
            ));
            return;
        }
        let place = Place::new(shown.as_str(), line.line);
        if let Some(why) = line.broken {
            config
                .broken
                .push((place, format!("{}: {why}", line.keyword)));
            continue;
        }
        match line.keyword.as_str() {
            "match" => block = open(config, &line, outer),
            "include" => {
                for pattern in &line.args {
                    include(config, files, path, pattern, block, depth);
                }
            }
            keyword if !is_keyword(keyword) => {
                let why = "sshd does not know it";
                config.broken.push((place, format!("{keyword}: {why}")));
            }
            keyword => {
                let name = canonical(keyword);
                let everyone = config
                    .blocks
                    .get(block)
                    .is_some_and(|b| b.criteria == "all");
                if block != 0 && !everyone && global_only(name) {
                    let why = "not allowed within a Match block";
                    config.broken.push((place, format!("{keyword}: {why}")));
                    continue;
                }
                let word = line.args.first().map_or("", String::as_str);
                if !takes_word(name, word) {
                    let why = format!("{keyword}: not one of its words");
                    config.broken.push((place.clone(), why));
                }
                config.settings.push(Setting {
                    // `Match all` fits from the start: what may stand in no block counts as if it stood before it.
                    block: if global_only(name) { 0 } else { block },
                    keyword: name.to_owned(),
                    args: line.args,
                    place,
                });
            }
        }
    }
}

fn global_only(keyword: &str) -> bool {
    DIRECTIVES.iter().any(|d| d.name == keyword && !d.in_match)
}

/// `Match` inside an included file narrows the block that includes it.
fn open(config: &mut Config, line: &Line, outer: usize) -> usize {
    let own = line.args.join(" ");
    let outer_criteria = config.blocks.get(outer).map_or("", |b| b.criteria.as_str());
    let everyone = own.eq_ignore_ascii_case("all");
    let criteria = match (outer_criteria, everyone) {
        (outer_criteria, true) => outer_criteria.to_owned(),
        ("", false) => own,
        (outer_criteria, false) if outer_criteria == own => own,
        (outer_criteria, false) => format!("{outer_criteria} {own}"),
    };
    // `Match all` speaks for every connection: it is found again as block 0, before the global lines.
    let criteria = if criteria.is_empty() {
        "all".to_owned()
    } else {
        criteria
    };
    match config.blocks.iter().position(|b| b.criteria == criteria) {
        Some(at) => at,
        None => {
            config.blocks.push(Block {
                criteria,
                line: line.line,
                outer: if everyone { 0 } else { outer },
            });
            config.blocks.len() - 1
        }
    }
}

fn include(
    config: &mut Config,
    files: &mut dyn Files,
    from: &str,
    pattern: &str,
    block: usize,
    depth: usize,
) {
    let pattern = if pattern.starts_with('/') {
        pattern.to_owned()
    } else {
        // Relative to sshd's own folder; for a configuration elsewhere, beside the file.
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let folder = folder.strip_suffix("/sshd_config.d").unwrap_or(folder);
        format!("{folder}/{pattern}")
    };
    let at = config.settings.len();
    if depth + 1 >= MAX_DEPTH {
        config.hidden.push((at, block, SourceError::Links(pattern)));
        return;
    }
    match files.fitting(&pattern) {
        Err(e) => config.hidden.push((at, block, e)),
        Ok(paths) => {
            for path in paths {
                let at = config.settings.len();
                match files.text(&path) {
                    Ok(text) => add(config, files, &path, &text, block, depth + 1),
                    // sshd goes on where a pattern or a file leads nowhere.
                    Err(e) if e.is_missing() => {}
                    Err(e) => config.hidden.push((at, block, e)),
                }
            }
        }
    }
}
