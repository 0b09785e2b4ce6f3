//! The files of one target: walked without following links, read through [`Reader`], found again by the absolute
//! paths that configurations write although the tree is a copy.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use globset::GlobBuilder;
use walkdir::{DirEntry, WalkDir};

use super::Target;
use super::kind::{self, Kind};
use super::secrets::{self, Hit, Look};
use super::waivers::{self, Remark};
use crate::collect::Reader;
use crate::model::{EntryKind, Place, SourceError};
use crate::parse::bytes;

/// A file of the tree.
#[derive(Debug, Clone)]
pub(super) struct File {
    /// The path inside the tree, with `/` before it.
    pub(super) path: String,
    /// What it is.
    pub(super) kind: Kind,
}

/// What was walked.
pub(super) struct Tree<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) files: Vec<File>,
    /// Files that could not be read, with the reason.
    pub(super) unreadable: Vec<(String, String)>,
    /// Folders that were left alone, with the reason.
    pub(super) left_out: Vec<(String, String)>,
    /// What a reader could not make sense of: `file:line: what`.
    pub(super) problems: Vec<(Place, String)>,
    /// Secrets in clear, by file, in tests and examples beside the rest.
    pub(super) secrets: Vec<(String, Hit)>,
    /// Files that were too long to look for secrets to their end.
    pub(super) not_searched: Vec<String>,
    /// How many more stand in tests and examples.
    pub(super) set_aside: usize,
    /// Waivers in remarks, by file.
    pub(super) remarks: Vec<(String, Remark)>,
    /// More files than we look at.
    pub(super) truncated: bool,
    /// Links with a target that is written for the real host, and where that lies in the tree.
    links: BTreeMap<String, String>,
    texts: BTreeMap<String, Arc<str>>,
}

/// What a file is at first sight.
struct Sight {
    kind: Kind,
    text: Option<Arc<str>>,
    hits: Vec<Hit>,
    aside: usize,
    remarks: Vec<Remark>,
    searched: bool,
}

impl<'a> Tree<'a> {
    pub(super) fn walk(target: &Target, reader: Reader<'a>) -> Self {
        let mut tree = Self {
            reader,
            files: Vec::new(),
            unreadable: Vec::new(),
            left_out: Vec::new(),
            problems: Vec::new(),
            secrets: Vec::new(),
            not_searched: Vec::new(),
            set_aside: 0,
            remarks: Vec::new(),
            truncated: false,
            links: BTreeMap::new(),
            texts: BTreeMap::new(),
        };
        let mut links = Vec::new();
        let mut paths = Vec::new();
        let mut walk = WalkDir::new(&target.root)
            .follow_links(false)
            .max_depth(MAX_FOLDERS)
            .sort_by_file_name()
            .into_iter();
        let mut nth = 0;
        while let Some(entry) = walk.next() {
            nth += 1;
            if nth > MAX_ENTRIES {
                tree.truncated = true;
                break;
            }
            let entry = match entry {
                Ok(entry) => entry,
                Err(e) => {
                    let inside = e
                        .path()
                        .map(|p| inside(&target.root, p))
                        .unwrap_or_default();
                    let shown = tree.reader.shown(&inside);
                    tree.unreadable.push((shown, "unreadable".into()));
                    continue;
                }
            };
            let path = inside(&target.root, entry.path());
            if let Some(why) = vendored(&entry) {
                tree.left_out.push((tree.reader.shown(&path), why.into()));
                walk.skip_current_dir();
            } else if entry.file_type().is_dir() && entry.depth() > 0 && kind::is_file_name(&path) {
                // Named as a file, but a folder: whatever stood there was not read.
                tree.unreadable
                    .push((tree.reader.shown(&path), "wrong-kind".into()));
            } else if entry.file_type().is_dir() && entry.depth() == MAX_FOLDERS {
                let shown = tree.reader.shown(&path);
                tree.unreadable.push((shown, "too-deep".into()));
            } else if entry.path_is_symlink() {
                links.push((path, std::fs::read_link(entry.path()).ok()));
            } else if entry.file_type().is_file() && target.takes(&path) {
                paths.push(path);
            } else if !entry.file_type().is_dir() && target.takes(&path) {
                tree.unreadable
                    .push((tree.reader.shown(&path), "wrong-kind".into()));
            }
        }
        tree.look_at(paths);
        tree.resolve_links(target, links);
        tree
    }

    /// Reads the files, tells what each is, and keeps the text of those that are read again.
    fn look_at(&mut self, paths: Vec<String>) {
        let (archives, paths): (Vec<String>, Vec<String>) =
            paths.into_iter().partition(|path| kind::is_archive(path));
        let seen = self.reader.each(&paths, Sight::of);
        for (path, sight) in paths.into_iter().zip(seen) {
            match sight {
                Ok(sight) => {
                    if let Some(text) = sight.text {
                        self.texts.insert(path.clone(), text);
                    }
                    self.set_aside += sight.aside;
                    if !sight.searched {
                        self.not_searched.push(self.reader.shown(&path));
                    }
                    let remarks = sight.remarks.into_iter();
                    self.remarks.extend(remarks.map(|r| (path.clone(), r)));
                    self.secrets
                        .extend(sight.hits.into_iter().map(|hit| (path.clone(), hit)));
                    self.files.push(File {
                        path,
                        kind: sight.kind,
                    });
                }
                Err(code) => self
                    .unreadable
                    .push((self.reader.shown(&path), code.to_owned())),
            }
        }
        self.files.extend(archives.into_iter().map(|path| File {
            path,
            kind: Kind::Archive,
        }));
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
    }

    fn resolve_links(&mut self, target: &Target, links: Vec<(String, Option<std::path::PathBuf>)>) {
        for (path, to) in links {
            let to = to.map(|to| to.display().to_string()).unwrap_or_default();
            let dir = folder(&path);
            let wanted = if to.starts_with('/') {
                to.clone()
            } else {
                join(dir, &to)
            };
            let found = candidates(dir, &wanted)
                .chain(candidates("/", &wanted))
                .find(|at| self.reader.stat(at).is_ok());
            match found {
                Some(at) => {
                    self.links.insert(path, at);
                }
                None if target.takes(&path) => {
                    self.unreadable
                        .push((self.reader.shown(&path), "link-leads-out".into()));
                }
                None => {}
            }
        }
    }

    /// The text of a file; bytes that are no UTF-8 do no harm.
    pub(super) fn text(&mut self, path: &str) -> Result<Arc<str>, SourceError> {
        let path = self.real(path);
        if let Some(text) = self.texts.get(&path) {
            return Ok(text.clone());
        }
        let text: Arc<str> = self.reader.lossy(&path)?.into();
        self.texts.insert(path, text.clone());
        Ok(text)
    }

    /// The path itself, or where the link at it leads.
    pub(super) fn real(&self, path: &str) -> String {
        self.links
            .get(path)
            .cloned()
            .unwrap_or_else(|| path.to_owned())
    }

    /// Links in a folder whose target the tree has.
    pub(super) fn linked_in<'t>(&'t self, dir: &'t str) -> impl Iterator<Item = String> + 't {
        let all = self.links.keys();
        all.filter(move |path| folder(path) == dir).cloned()
    }

    pub(super) fn place(&self, path: &str, line: u32) -> Place {
        Place::new(self.reader.shown(path), line)
    }

    /// The paths of this kind.
    pub(super) fn of_kind(&self, kind: &Kind) -> Vec<String> {
        self.files
            .iter()
            .filter(|f| f.kind == *kind)
            .map(|f| f.path.clone())
            .collect()
    }

    /// Unreadable files whose name says that they are of this kind.
    pub(super) fn unreadable_of(&self, kind: &Kind) -> Option<&(String, String)> {
        self.unreadable
            .iter()
            .find(|(path, _)| kind::by_name(path) == Some(*kind))
    }

    /// What a path or pattern written in a configuration means in this tree. `dir` is the folder that relative ones
    /// start from and that stands for the program's own folder in absolute ones.
    pub(super) fn find(&self, dir: &str, written: &str) -> Found {
        let wanted = if written.starts_with('/') {
            written.to_owned()
        } else {
            join(dir, written)
        };
        let is_pattern = written.contains(['*', '?', '[']);
        let mut empty = false;
        for at in candidates(dir, &wanted) {
            if !is_pattern {
                if self
                    .reader
                    .stat(&self.real(&at))
                    .is_ok_and(|e| e.kind == EntryKind::File)
                {
                    return Found::Files(vec![at]);
                }
                continue;
            }
            let files = self.glob(&at);
            if !files.is_empty() {
                return Found::Files(files);
            }
            empty |= self.reader.stat(folder(&at)).is_ok();
        }
        if empty {
            return Found::Files(Vec::new());
        }
        // A copy keeps no empty folders: a pattern inside the program's own folder that meets nothing is nothing.
        let own = !written.starts_with('/') || own_prefix(&wanted).is_some();
        if is_pattern && own {
            Found::NoFolder
        } else {
            Found::Missing
        }
    }

    /// As glob(3): sorted, `*` takes no `/` and no leading dot.
    fn glob(&self, pattern: &str) -> Vec<String> {
        let mut at = vec![String::new()];
        for part in pattern.split('/').filter(|p| !p.is_empty()) {
            let matcher = GlobBuilder::new(part)
                .literal_separator(true)
                .build()
                .map(|g| g.compile_matcher());
            let Ok(matcher) = matcher else {
                return Vec::new();
            };
            let mut next = Vec::new();
            for dir in &at {
                if !part.contains(['*', '?', '[']) {
                    next.push(format!("{dir}/{part}"));
                    continue;
                }
                let at = if dir.is_empty() {
                    "/".to_owned()
                } else {
                    self.real(dir)
                };
                for entry in self.reader.list(&at).unwrap_or_default() {
                    if matcher.is_match(&entry.name)
                        && entry.name.starts_with('.') == part.starts_with('.')
                    {
                        next.push(format!("{dir}/{}", entry.name));
                    }
                }
                next.truncate(MAX_ENTRIES);
            }
            at = next;
        }
        at.retain(|path| {
            self.reader
                .stat(&self.real(path))
                .is_ok_and(|e| e.kind != EntryKind::Folder)
        });
        at
    }
}

/// What a written path means in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// These files, possibly none.
    Files(Vec<String>),
    /// A pattern in the program's own folder whose folder the tree does not have.
    NoFolder,
    /// Not in the tree.
    Missing,
}

impl Sight {
    fn of(path: &str, read: Result<Vec<u8>, SourceError>) -> Result<Self, &'static str> {
        let bytes = read.map_err(|e| e.code())?;
        let text = match bytes::lossy(&bytes) {
            Ok(text) => text,
            // A program would stumble over it: its file was not read.
            Err(_) if kind::by_name(path).is_some() || kind::is_file_name(path) => {
                return Err("binary");
            }
            Err(_) => {
                return Ok(Self {
                    kind: Kind::Unknown("binary"),
                    text: None,
                    hits: Vec::new(),
                    aside: 0,
                    remarks: Vec::new(),
                    searched: true,
                });
            }
        };
        let look = secrets::look(path);
        let mut hits = secrets::scan(&text, look);
        let mut aside = 0;
        if look == Look::Aside {
            aside = hits.len();
            hits.clear();
        }
        let kind = kind::of(path, &text);
        Ok(Self {
            kind,
            remarks: waivers::scan(&text),
            searched: secrets::is_whole(&text),
            // Only what is read again stays in memory.
            text: kind.word().is_some().then(|| text.into()),
            hits,
            aside,
        })
    }
}

/// Why a folder is left alone: what others wrote, brought in by a package manager, or a store of versions.
fn vendored(entry: &DirEntry) -> Option<&'static str> {
    if !entry.file_type().is_dir() || entry.depth() == 0 {
        return None;
    }
    let has = |name: &str| entry.path().join(name).exists();
    match entry.file_name().to_str()? {
        "node_modules" => Some("packages of npm"),
        "bower_components" => Some("packages of bower"),
        "site-packages" | "dist-packages" => Some("packages of Python"),
        ".venv" | "venv" if has("pyvenv.cfg") => Some("packages of Python"),
        "vendor" if has("autoload.php") => Some("packages of Composer"),
        "vendor" if has("modules.txt") => Some("packages of Go"),
        "vendor" if has("bundle") => Some("packages of Ruby"),
        ".git" | ".hg" | ".svn" => Some("store of versions"),
        ".gradle" | ".m2" => Some("packages of Java"),
        ".terraform" => Some("providers of Terraform"),
        _ => None,
    }
}

impl Target {
    fn takes(&self, path: &str) -> bool {
        self.only
            .as_ref()
            .is_none_or(|only| only.is_match(path.trim_start_matches('/')))
    }
}

/// The folder of a path, `/` at the top.
pub(super) fn folder(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) | None => "/",
        Some(at) => &path[..at],
    }
}

/// `path` as seen from `dir`, dots resolved.
pub(super) fn join(dir: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in dir.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// Where a path written for the real host may lie in the tree: there; below `dir` without the program's own folder;
/// below `dir` with ever fewer leading parts. A bare pattern is never tried: it would meet anything.
fn candidates<'p>(dir: &'p str, wanted: &'p str) -> impl Iterator<Item = String> + 'p {
    let own = own_prefix(wanted).map(|rest| join(dir, rest));
    let parts: Vec<&str> = wanted.split('/').filter(|p| !p.is_empty()).collect();
    let shorter = (0..parts.len()).filter_map(move |skip| {
        let rest = &parts[skip..];
        (rest.len() > 1 || !rest[0].contains(['*', '?', '['])).then(|| join(dir, &rest.join("/")))
    });
    std::iter::once(join("/", wanted)).chain(own).chain(shorter)
}

fn own_prefix(path: &str) -> Option<&str> {
    OWN_FOLDERS.iter().find_map(|own| path.strip_prefix(own))
}

fn inside(root: &Path, path: &Path) -> String {
    format!("/{}", path.strip_prefix(root).unwrap_or(path).display())
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

/// How deep folders go.
const MAX_FOLDERS: usize = 32;

/// How many entries of a tree are looked at.
const MAX_ENTRIES: usize = 50_000;
