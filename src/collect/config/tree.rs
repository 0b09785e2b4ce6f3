//! The files of one target: walked without following links, read through [`Reader`], found again by the absolute
//! paths that configurations write although the tree is a copy.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use walkdir::{DirEntry, WalkDir};

use super::Target;
use super::found::candidates;
use super::kind::{self, Kind};
use super::secrets::{self, Hit, Look};
use super::waivers::{self, Remark};
use crate::collect::Reader;
use crate::model::{Place, Reason, SourceError};
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
    /// Links that lead out of the tree, or nowhere: what stands there was not seen.
    lost: BTreeSet<String>,
    /// Folders that could not be looked into: anything may lie there.
    pub(super) closed: Vec<(String, String)>,
    texts: BTreeMap<String, Arc<str>>,
    /// The file of the last place, as it is read and as people see it: most places follow one of the same file.
    last: Mutex<(String, Arc<str>)>,
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
            lost: BTreeSet::new(),
            closed: Vec::new(),
            texts: BTreeMap::new(),
            last: Mutex::new((String::new(), "".into())),
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
                    tree.closed.push((shown.clone(), "unreadable".into()));
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
                tree.closed.push((shown.clone(), "too-deep".into()));
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
                None => {
                    if target.takes(&path) {
                        self.unreadable
                            .push((self.reader.shown(&path), "link-leads-out".into()));
                    }
                    self.lost.insert(path);
                }
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

    /// The path itself, or where the link at it, or at a folder above it, leads.
    pub(super) fn real(&self, path: &str) -> String {
        let mut path = path.to_owned();
        for _ in 0..MAX_LINKS {
            let Some(next) = self.followed(&path) else {
                break;
            };
            path = next;
        }
        path
    }

    fn followed(&self, path: &str) -> Option<String> {
        above(path).find_map(|at| {
            let to = self.links.get(at)?;
            Some(format!("{to}{}", path.get(at.len()..)?))
        })
    }

    /// Does a link on the way to this path lead where the tree is not?
    pub(super) fn leads_out(&self, path: &str) -> bool {
        above(path).any(|at| self.lost.contains(at))
    }

    /// Why files of any kind may stand where nobody looked.
    pub(super) fn not_whole(&self) -> Option<Reason> {
        if self.truncated {
            return Some(Reason::new("too-large", "more files than are looked at"));
        }
        let (folder, why) = self.closed.first()?;
        Some(Reason::new("unreadable", format!("{folder}: {why}")))
    }

    /// Links in a folder whose target the tree has.
    pub(super) fn linked_in<'t>(&'t self, dir: &'t str) -> impl Iterator<Item = String> + 't {
        let all = self.links.keys();
        all.filter(move |path| folder(path) == dir).cloned()
    }

    pub(super) fn place(&self, path: &str, line: u32) -> Place {
        Place::new(self.shown(path), line)
    }

    /// The path as people see it, made once for places that follow each other.
    pub(super) fn shown(&self, path: &str) -> Arc<str> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.0 != path || last.1.is_empty() {
            *last = (path.to_owned(), self.reader.shown(path).into());
        }
        last.1.clone()
    }

    /// The paths of this kind.
    pub(super) fn of_kind(&self, kind: &Kind) -> Vec<String> {
        self.files
            .iter()
            .filter(|f| f.kind == *kind)
            .map(|f| f.path.clone())
            .collect()
    }

    /// Unreadable files whose name says that they are of this kind, or that may be where the tree has others of it.
    pub(super) fn unreadable_of(&self, kind: &Kind) -> Option<&(String, String)> {
        let has = self.files.iter().any(|f| f.kind == *kind);
        self.unreadable.iter().find(|(path, why)| {
            // Packages link their modules there from `/usr/share`: what these load sets nothing that is judged.
            let module = path.contains("/modules-enabled/") && why == "link-leads-out";
            let meant = kind::by_name(path) == Some(*kind)
                || is_parts_of(path, *kind)
                || (has && kind::may_be(path, *kind));
            meant && !(module && *kind == Kind::Nginx)
        })
    }
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
pub(super) fn vendored(entry: &DirEntry) -> Option<&'static str> {
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

/// Is it a folder whose files are parts of this kind?
fn is_parts_of(path: &str, kind: Kind) -> bool {
    kind == Kind::Unit && (path.ends_with(".service.d") || path.ends_with("/service.d"))
}

/// The path and the folders above it, the top left out.
fn above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |at| Some(folder(at))).take_while(|at| *at != "/")
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

fn inside(root: &Path, path: &Path) -> String {
    format!("/{}", path.strip_prefix(root).unwrap_or(path).display())
}

/// How deep folders go.
const MAX_FOLDERS: usize = 32;

/// How many links one path may lead through.
const MAX_LINKS: usize = 40;

/// How many entries of a tree are looked at.
pub(super) const MAX_ENTRIES: usize = 50_000;
