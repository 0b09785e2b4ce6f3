//! A collection as a source: what was not asked is unknown, what a cut took away is lost, and only a piece that was
//! answered to its end proves that something is not there.

use super::asked::{Asked, clean, parent};
use super::bundle::{Bundle, Fault};
use crate::model::{Command, Entry, EntryKind, Output, Source, SourceError};

impl Source for Bundle {
    fn read(&self, path: &str, cap: u64) -> Result<Vec<u8>, SourceError> {
        let at = clean(path);
        match self.files.get(&at) {
            Some(Ok(bytes)) if bytes.len() as u64 > cap => {
                return Err(SourceError::TooLarge(path.to_owned(), cap));
            }
            Some(Ok(bytes)) => return Ok(bytes.clone()),
            Some(Err(fault)) => return Err(fault.on(path)),
            None => {}
        }
        let pieces = self.named(|a| a.reads(&at));
        if pieces.is_empty() {
            return Err(SourceError::NotCollected(path.to_owned()));
        }
        match self.known(&at) {
            Some(Err(fault)) => Err(fault.on(path)),
            Some(Ok(entry)) if entry.kind == EntryKind::Folder => Err(SourceError::WrongKind(
                path.to_owned(),
                "a folder, not a file",
            )),
            Some(Ok(entry)) if entry.kind == EntryKind::Other => {
                Err(SourceError::WrongKind(path.to_owned(), "no regular file"))
            }
            // Seen, but its content did not come.
            Some(Ok(_)) => Err(SourceError::Lost(path.to_owned())),
            None => Err(self.not_found(&pieces, &at).on(path)),
        }
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>, SourceError> {
        let at = clean(path);
        match self.folders.get(&at) {
            Some(Ok(entries)) => return Ok(entries.clone()),
            Some(Err(Fault::WrongKind)) => {
                return Err(SourceError::WrongKind(
                    path.to_owned(),
                    "a file, not a folder",
                ));
            }
            Some(Err(fault)) => return Err(fault.on(path)),
            None => {}
        }
        let pieces = self.named(|a| a.lists(&at));
        if pieces.is_empty() {
            return Err(SourceError::NotCollected(path.to_owned()));
        }
        Err(self.not_found(&pieces, &at).on(path))
    }

    fn stat(&self, path: &str) -> Result<Entry, SourceError> {
        let at = clean(path);
        if let Some(known) = self.known(&at) {
            return known.map_err(|fault| fault.on(path));
        }
        let pieces = self.named(|a| a.stats(&at));
        if pieces.is_empty() {
            return Err(SourceError::NotCollected(path.to_owned()));
        }
        Err(self.not_found(&pieces, &at).on(path))
    }

    fn run(&self, command: &'static Command) -> Result<Output, SourceError> {
        let shown = command.shown();
        if !self.live {
            return Err(SourceError::NotLive(shown));
        }
        match self.commands.get(&shown) {
            Some(Ok(output)) => Ok(output.clone()),
            Some(Err(fault)) => Err(fault.on(&shown)),
            None if self.asked.iter().any(|a| a.runs(&shown)) => Err(SourceError::Lost(shown)),
            None => Err(SourceError::NotCollected(shown)),
        }
    }
}

impl Bundle {
    /// What stands at a path, as it was told or as the folder that it stands in was listed.
    fn known(&self, at: &str) -> Option<Result<Entry, Fault>> {
        if let Some(told) = self.stats.get(at) {
            return Some(told.clone());
        }
        let entries = self.folders.get(parent(at)?)?.as_ref().ok()?;
        let name = at.rsplit('/').next().unwrap_or_default();
        let entry = entries.iter().find(|e| e.name == name);
        Some(entry.cloned().ok_or(Fault::Missing).map(|entry| Entry {
            link: false,
            ..entry
        }))
    }

    /// Why nothing was found at a path that these pieces name: proven missing where one of them was answered to its
    /// end and every folder on its way could be looked into.
    fn not_found(&self, pieces: &[&Asked], at: &str) -> Fault {
        let mut why = Fault::Lost;
        for piece in pieces.iter().filter(|p| p.done) {
            let ways = piece.ways(at);
            let hidden = ways.iter().find_map(|way| match self.folders.get(way) {
                Some(Err(fault)) if *fault != Fault::Missing => Some(fault.clone()),
                _ => None,
            });
            match hidden {
                None => return Fault::Missing,
                Some(fault) => why = fault,
            }
        }
        why
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Kind;
    use crate::evidence::bundle::entry;

    fn code<T: std::fmt::Debug>(found: Result<T, SourceError>) -> &'static str {
        found.map_or_else(|e| e.code(), |_| "found")
    }

    fn bundle() -> Bundle {
        let asked = vec![
            Asked::new(Kind::File, "/etc/a.d/*.conf"),
            Asked::new(Kind::File, "/etc/b.d/*.conf"),
            Asked::new(Kind::File, "/etc/cut"),
            Asked::new(Kind::File, "/etc/one"),
        ];
        let mut bundle = Bundle::new("2026-11-23T00:00:00Z".parse().unwrap(), true, asked);
        let mut file = entry("/etc/a.d/x.conf", EntryKind::File);
        file.link = true;
        bundle.put_folder("/etc/a.d", Ok(vec![file]));
        bundle.put_file("/etc/a.d/x.conf", Ok(b"x\n".to_vec()));
        bundle.put_folder("/etc/b.d", Err(Fault::denied()));
        for piece in [0, 1, 3] {
            bundle.finish(piece);
        }
        bundle
    }

    #[test]
    fn only_an_answered_piece_proves_absence() {
        let bundle = bundle();
        assert!(!bundle.complete);
        assert_eq!(code(bundle.read("/etc/a.d/x.conf", 9)), "found");
        assert_eq!(code(bundle.read("/etc/a.d/x.conf", 1)), "too-large");
        assert_eq!(code(bundle.read("/etc/a.d/y.conf", 9)), "missing");
        assert_eq!(code(bundle.read("/etc/b.d/y.conf", 9)), "unreadable");
        assert_eq!(code(bundle.read("/etc/cut", 9)), "connection-lost");
        assert_eq!(code(bundle.read("/etc/one", 9)), "missing");
        assert_eq!(code(bundle.read("/etc/other", 9)), "not-collected");
        assert_eq!(code(bundle.list("/etc/a.d/")), "found");
        assert_eq!(code(bundle.list("/etc/b.d")), "unreadable");
        assert_eq!(code(bundle.list("/etc")), "not-collected");
        assert_eq!(code(bundle.stat("/etc/a.d/x.conf")), "found");
        assert!(!bundle.stat("/etc/a.d/x.conf").unwrap().link);
        assert_eq!(code(bundle.stat("/etc/a.d/nothing")), "missing");
        assert_eq!(code(bundle.stat("/etc/cut")), "connection-lost");
    }

    #[test]
    fn two_pieces_of_one_file_are_one_content() {
        let mut bundle = bundle();
        bundle.put_file("/etc/one", Ok(b"a\n\n".to_vec()));
        bundle.put_file("/etc/one", Ok(b"\nb\n".to_vec()));
        assert_eq!(bundle.read("/etc/one", 9).unwrap(), b"a\nb\n");
        bundle.put_file("/etc/one", Ok(b"c\n".to_vec()));
        assert_eq!(code(bundle.read("/etc/one", 9)), "unreadable");
    }
}
