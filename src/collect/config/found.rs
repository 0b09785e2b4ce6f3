//! What a path or a pattern written in a configuration means in the tree, and what of it could not be seen.

use globset::GlobBuilder;

use super::tree::{MAX_ENTRIES, Tree, folder, join};
use crate::model::EntryKind;

/// What a written path means in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// These files, possibly none.
    Files(Vec<String>),
    /// These files, and others that could not be seen: why.
    Part(Vec<String>, String),
    /// A pattern in the program's own folder whose folder the tree does not have.
    NoFolder,
    /// Not in the tree.
    Missing,
}

impl Tree<'_> {
    /// What a path or pattern written in a configuration means in this tree. `dir` is the folder that relative ones
    /// start from and that stands for the program's own folder in absolute ones.
    pub(super) fn find(&self, dir: &str, written: &str) -> Found {
        let wanted = if written.starts_with('/') {
            written.to_owned()
        } else {
            join(dir, written)
        };
        if !is_pattern(written) {
            return self.find_one(dir, &wanted);
        }
        let mut empty = false;
        for at in candidates(dir, &wanted) {
            let (files, hidden) = self.glob(&at);
            if let Some(why) = hidden {
                return Found::Part(files, why);
            }
            if !files.is_empty() {
                return Found::Files(files);
            }
            empty |= self.reader.stat(&self.real(folder(&at))).is_ok();
        }
        if empty {
            return Found::Files(Vec::new());
        }
        // A copy keeps no empty folders: a pattern inside the program's own folder that meets nothing is nothing.
        let own = !written.starts_with('/') || own_prefix(&wanted).is_some();
        if own && self.is_copy(dir) {
            Found::NoFolder
        } else {
            Found::Missing
        }
    }

    fn find_one(&self, dir: &str, wanted: &str) -> Found {
        for at in candidates(dir, wanted) {
            if self.leads_out(&at) {
                return Found::Part(Vec::new(), format!("{at}: link-leads-out"));
            }
            match self.reader.stat(&self.real(&at)) {
                Ok(entry) if entry.kind == EntryKind::File => return Found::Files(vec![at]),
                // A folder may be meant elsewhere.
                Ok(_) => {}
                Err(e) if e.is_missing() => {}
                Err(e) => return Found::Part(Vec::new(), format!("{at}: {}", e.code())),
            }
        }
        Found::Missing
    }

    /// Is more of this folder here than one file? A file that stands alone is no copy of its folder: what it
    /// includes from there was not seen.
    pub(super) fn is_copy(&self, dir: &str) -> bool {
        self.reader
            .list(&self.real(dir))
            .is_ok_and(|entries| entries.len() > 1)
    }

    /// Is this folder here with one file and nothing else?
    pub(super) fn is_alone(&self, dir: &str) -> bool {
        self.reader
            .list(&self.real(dir))
            .is_ok_and(|entries| entries.len() == 1)
    }

    /// As glob(3): sorted, `*` takes no `/` and no leading dot. Beside the files, the first thing that hides others.
    fn glob(&self, pattern: &str) -> (Vec<String>, Option<String>) {
        let mut hidden = None;
        let mut hide = |at: &str, why: &str| {
            hidden.get_or_insert_with(|| format!("{at}: {why}"));
        };
        let mut paths = vec![String::new()];
        for part in pattern.split('/').filter(|p| !p.is_empty()) {
            if !is_pattern(part) {
                paths = paths.iter().map(|dir| format!("{dir}/{part}")).collect();
                continue;
            }
            let matcher = GlobBuilder::new(part).literal_separator(true).build();
            let Ok(matcher) = matcher.map(|g| g.compile_matcher()) else {
                hide(pattern, "a pattern that cannot be read");
                return (Vec::new(), hidden);
            };
            let mut next = Vec::new();
            for dir in &paths {
                if self.leads_out(dir) {
                    hide(dir, "link-leads-out");
                    continue;
                }
                let at = if dir.is_empty() { "/" } else { dir };
                match self.reader.list(&self.real(at)) {
                    Ok(entries) => next.extend(
                        entries
                            .iter()
                            .filter(|e| matcher.is_match(&e.name))
                            .filter(|e| e.name.starts_with('.') == part.starts_with('.'))
                            .map(|e| format!("{dir}/{}", e.name)),
                    ),
                    // A file where the pattern wants a folder, or nothing.
                    Err(e) if e.is_missing() || e.code() == "wrong-kind" => {}
                    Err(e) => hide(at, e.code()),
                }
            }
            if next.len() > MAX_ENTRIES {
                next.truncate(MAX_ENTRIES);
                hide(pattern, "more files than are looked at");
            }
            paths = next;
        }
        paths.retain(|path| {
            if self.leads_out(path) {
                hide(path, "link-leads-out");
                return false;
            }
            match self.reader.stat(&self.real(path)) {
                Ok(entry) => entry.kind != EntryKind::Folder,
                Err(e) if e.is_missing() => false,
                Err(e) => {
                    hide(path, e.code());
                    false
                }
            }
        });
        (paths, hidden)
    }
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// Where a path written for the real host may lie in the tree: there; below `dir` without the program's own folder;
/// below `dir` with ever fewer leading parts. A bare pattern is never tried: it would meet anything.
pub(super) fn candidates<'p>(dir: &'p str, wanted: &'p str) -> impl Iterator<Item = String> + 'p {
    let own = own_prefix(wanted).map(|rest| join(dir, rest));
    let parts: Vec<&str> = wanted.split('/').filter(|p| !p.is_empty()).collect();
    let shorter = (0..parts.len()).filter_map(move |skip| {
        let rest = &parts[skip..];
        (rest.len() > 1 || !is_pattern(rest[0])).then(|| join(dir, &rest.join("/")))
    });
    std::iter::once(join("/", wanted)).chain(own).chain(shorter)
}

fn own_prefix(path: &str) -> Option<&str> {
    OWN_FOLDERS.iter().find_map(|own| path.strip_prefix(own))
}

/// Where packages put nginx's configuration.
const OWN_FOLDERS: [&str; 7] = [
    "/etc/nginx/",
    "/usr/local/nginx/conf/",
    "/usr/local/etc/nginx/",
    "/usr/local/openresty/nginx/conf/",
    "/opt/nginx/conf/",
    "/opt/homebrew/etc/nginx/",
    "/opt/bitnami/nginx/conf/",
];
