//! What a host was asked: the pieces of the plan as an answer or a bundle names them.

use serde::{Deserialize, Serialize};

use crate::parse::keyword::sshd::fits;

/// What kind of thing was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Content of a file, or of all that fit a pattern.
    File,
    /// Entries of a folder.
    Folder,
    /// Kind, mode and owner of what stands at a path.
    Stat,
    /// A command.
    Command,
}

/// One piece that was asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// What kind of thing.
    pub kind: Kind,
    /// The path, the pattern or the command as it is typed.
    pub what: String,
    /// Was it answered to its end? What it found is then all there is.
    pub done: bool,
}

impl Asked {
    /// A piece that has not been answered.
    pub fn new(kind: Kind, what: impl Into<String>) -> Self {
        Self {
            kind,
            what: what.into(),
            done: false,
        }
    }

    /// Does it name the content of this file?
    pub fn reads(&self, path: &str) -> bool {
        self.kind == Kind::File && fits_path(&self.what, path)
    }

    /// Does it name the entries of this folder? A pattern names those of the folders that it goes over.
    pub fn lists(&self, path: &str) -> bool {
        if self.kind == Kind::Command {
            return false;
        }
        if self.kind == Kind::Folder && fits_path(&self.what, path) {
            return true;
        }
        let parts: Vec<&str> = parts(&self.what).collect();
        let depth = self::parts(path).count();
        parts.get(depth).is_some_and(|p| is_pattern(p))
            && fits_parts(parts.get(..depth).unwrap_or_default(), path)
    }

    /// Does it name what stands at this path?
    pub fn stats(&self, path: &str) -> bool {
        (self.kind != Kind::Command && fits_path(&self.what, path))
            || parent(path).is_some_and(|folder| self.lists(folder))
    }

    /// Is it this command?
    pub fn runs(&self, shown: &str) -> bool {
        self.kind == Kind::Command && self.what == shown
    }

    /// The folders that its pattern goes over on the way to `path`, outermost first.
    pub(super) fn ways(&self, path: &str) -> Vec<String> {
        let real: Vec<&str> = parts(path).collect();
        parts(&self.what)
            .enumerate()
            .filter(|(_, part)| is_pattern(part))
            .filter_map(|(at, _)| real.get(..at))
            .map(|way| format!("/{}", way.join("/")))
            .collect()
    }
}

/// The path without doubled and closing slashes.
pub(super) fn clean(path: &str) -> String {
    format!("/{}", parts(path).collect::<Vec<_>>().join("/"))
}

/// The folder that a path stands in.
pub(super) fn parent(path: &str) -> Option<&str> {
    match path.rsplit_once('/') {
        Some(("", "")) | None => None,
        Some(("", _)) => Some("/"),
        Some((folder, _)) => Some(folder),
    }
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|p| !p.is_empty() && *p != ".")
}

fn is_pattern(part: &str) -> bool {
    part.contains(['*', '?'])
}

fn fits_path(pattern: &str, path: &str) -> bool {
    fits_parts(&parts(pattern).collect::<Vec<_>>(), path)
}

fn fits_parts(pattern: &[&str], path: &str) -> bool {
    let path: Vec<&str> = parts(path).collect();
    let fit = |(part, name): (&&str, &&str)| {
        if is_pattern(part) {
            fits(name, part) && (!name.starts_with('.') || part.starts_with('.'))
        } else {
            part == name
        }
    };
    pattern.len() == path.len() && pattern.iter().zip(&path).all(fit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_names_its_files_and_the_folders_it_goes_over() {
        let piece = Asked::new(Kind::File, "/home/*/.ssh/*.pub");
        assert!(piece.reads("/home/an/.ssh/id.pub"));
        assert!(!piece.reads("/home/an/.ssh/.hidden.pub"));
        assert!(!piece.reads("/home/an/x/.ssh/id.pub"));
        assert!(piece.lists("/home") && piece.lists("/home/an/.ssh"));
        assert!(!piece.lists("/home/an") && !piece.lists("/"));
        assert!(piece.stats("/home/an") && piece.stats("/home/an/.ssh/x"));
        assert!(!piece.stats("/home/an/.bashrc"));
        assert_eq!(
            piece.ways("/home/an/.ssh/id.pub"),
            ["/home", "/home/an/.ssh"]
        );
        let folder = Asked::new(Kind::Folder, "/etc/pam.d/");
        assert!(folder.lists("/etc/pam.d") && !folder.reads("/etc/pam.d/sshd"));
        assert!(folder.stats("/etc/pam.d") && folder.stats("/etc/pam.d/sshd"));
        assert_eq!(clean("//etc/./pam.d/"), "/etc/pam.d");
        assert_eq!((parent("/etc"), parent("/")), (Some("/"), None));
    }
}
