//! The plan over any source, without the script: an offline root becomes a bundle, as a host would.

use jiff::Timestamp;

use super::plan::{self, Keep, Piece, Reduction, What};
use super::reduce::reduce;
use super::updates::packages;
use crate::evidence::{Bundle, Fault, MAX_FILE_BYTES};
use crate::model::{Command, EntryKind, Source, SourceError};

/// Everything that the plan names, reduced as it would be on a host. A folder does not run: no command is asked of it.
pub fn gather(source: &dyn Source, now: Timestamp) -> Bundle {
    gather_of(source, now, plan::PIECES)
}

/// Everything that these pieces name.
pub fn gather_of(source: &dyn Source, now: Timestamp, pieces: &[&[Piece]]) -> Bundle {
    let live = pieces
        .iter()
        .flat_map(|part| part.iter())
        .any(|p| matches!(p.what, What::Command(c) if runs(source, c)));
    let pieces: Vec<&Piece> = pieces
        .iter()
        .flat_map(|part| part.iter())
        .filter(|piece| live || !matches!(piece.what, What::Command(_)))
        .collect();
    let asked = pieces.iter().map(|p| p.asked()).collect();
    let mut work = Gather {
        source,
        bundle: Bundle::new(now, live, asked),
    };
    for (at, piece) in pieces.iter().enumerate() {
        match piece.what {
            What::File { path, keep } => {
                let listed = is_listed(path);
                for path in work.fitting(path) {
                    if !listed {
                        work.stat(&path);
                    }
                    work.content(&path, keep);
                }
            }
            What::Folder(path) => {
                let listed = is_listed(path);
                for path in work.fitting(path) {
                    if !listed {
                        work.stat(&path);
                    }
                    // A pattern for folders also fits files: only what is a folder is looked into.
                    if !listed || work.is_folder(&path) {
                        work.folder(&path);
                    }
                }
            }
            What::Stat(path) => {
                let listed = is_listed(path);
                for path in work.fitting(path).iter().filter(|_| !listed) {
                    work.stat(path);
                }
            }
            What::Command(command) => {
                let found = source.run(command).map_err(Fault::from);
                work.bundle.put_command(&command.shown(), found);
            }
        }
        work.bundle.finish(at);
    }
    work.bundle
}

/// Do the folders that a pattern goes over tell what stands at its end?
fn is_listed(pattern: &str) -> bool {
    let last = pattern.rsplit('/').next().unwrap_or_default();
    last.contains(['*', '?'])
}

/// Does the source run at all?
fn runs(source: &dyn Source, command: &'static Command) -> bool {
    !matches!(source.run(command), Err(SourceError::NotLive(_)))
}

struct Gather<'a> {
    source: &'a dyn Source,
    bundle: Bundle,
}

impl Gather<'_> {
    /// The paths that a pattern leads to; the folders that it goes over are kept.
    fn fitting(&mut self, pattern: &str) -> Vec<String> {
        let mut paths = vec![String::new()];
        for part in pattern.split('/').filter(|p| !p.is_empty()) {
            if !part.contains(['*', '?']) {
                paths.iter_mut().for_each(|p| {
                    p.push('/');
                    p.push_str(part);
                });
                continue;
            }
            let mut next = Vec::new();
            for folder in paths {
                for name in self.folder(&folder) {
                    let hidden = name.starts_with('.') && !part.starts_with('.');
                    if !hidden && crate::parse::keyword::sshd::fits(&name, part) {
                        next.push(format!("{folder}/{name}"));
                    }
                }
            }
            paths = next;
        }
        paths
    }

    /// Keeps the entries of a folder; their names.
    fn folder(&mut self, path: &str) -> Vec<String> {
        let path = if path.is_empty() { "/" } else { path };
        let found = self.source.list(path);
        let mut names = Vec::new();
        for entry in found.iter().flatten() {
            names.push(entry.name.clone());
            let inside = format!("{}/{}", path.trim_end_matches('/'), entry.name);
            // Where a link leads nowhere only asking says why.
            if entry.kind == EntryKind::Other
                && let Err(e) = self.source.stat(&inside)
            {
                self.bundle.put_stat(&inside, Err(Fault::from(e)));
            }
        }
        self.bundle.put_folder(path, found.map_err(Fault::from));
        names
    }

    fn is_folder(&self, path: &str) -> bool {
        let found = self.source.stat(path);
        found.is_ok_and(|e| e.kind == EntryKind::Folder)
    }

    fn stat(&mut self, path: &str) {
        let found = self.source.stat(path).map_err(Fault::from);
        self.bundle.put_stat(path, found);
    }

    fn content(&mut self, path: &str, keep: Keep) {
        match self.source.read(path, MAX_FILE_BYTES) {
            Ok(bytes) => {
                let kept = match keep {
                    Keep::Reduced(Reduction::Offered) => match packages(&bytes) {
                        Ok(list) => Ok(reduce(keep, &list)),
                        Err(why) => Err(Fault::Unreadable(why)),
                    },
                    Keep::Whole | Keep::Lines(_) | Keep::Reduced(_) => Ok(reduce(keep, &bytes)),
                };
                self.bundle.put_file(path, kept);
            }
            // What it is instead of a file, or that it is not there, the stat says.
            Err(SourceError::WrongKind(..) | SourceError::Missing(_) | SourceError::Links(_)) => {}
            Err(e) => self.bundle.put_file(path, Err(Fault::from(e))),
        }
    }
}
