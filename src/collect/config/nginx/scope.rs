//! Which lines of a directive count at a level, by nginx's rule: the innermost level that has any, and none of the
//! outer ones.

use super::expand::Node;

/// The levels from the outermost to the one looked at: main, http, server, location, …
#[derive(Debug, Clone)]
pub(super) struct Scope<'a> {
    levels: Vec<&'a [Node]>,
    /// Is the http level among the files?
    pub(super) whole: bool,
}

/// The lines of one directive.
#[derive(Debug, Clone, Default)]
pub(super) struct Lines<'a> {
    /// Those that count.
    pub(super) count: Vec<&'a Node>,
    /// Those of outer levels, which these override.
    pub(super) shadowed: Vec<&'a Node>,
    /// A file that was not found may hold further or other lines.
    pub(super) unsure: Option<&'a Node>,
    /// No line was seen, and not every level was.
    pub(super) unseen: bool,
}

impl<'a> Scope<'a> {
    pub(super) fn new(whole: bool) -> Self {
        Self {
            levels: Vec::new(),
            whole,
        }
    }

    /// One level deeper.
    #[must_use]
    pub(super) fn with<'b>(&self, level: &'b [Node]) -> Scope<'b>
    where
        'a: 'b,
    {
        let mut levels: Vec<&'b [Node]> = self.levels.clone();
        levels.push(level);
        Scope {
            levels,
            whole: self.whole,
        }
    }

    /// The innermost level.
    pub(super) fn here(&self) -> &'a [Node] {
        self.levels.last().copied().unwrap_or_default()
    }

    /// The http level.
    pub(super) fn http(&self) -> &'a [Node] {
        self.levels.get(1).copied().unwrap_or_default()
    }

    /// The lines of any of these names, which inherit together (`allow` and `deny`).
    pub(super) fn lines(&self, names: &[&str]) -> Lines<'a> {
        let mut lines = Lines::default();
        for level in self.levels.iter().rev() {
            let here = level
                .iter()
                .filter(|n| names.contains(&n.name.as_str()) && n.children.is_none());
            if !lines.count.is_empty() {
                lines.shadowed.extend(here);
                continue;
            }
            lines.count = here.collect();
            if let Some(missing) = level.iter().find(|n| n.name == "include") {
                lines.unsure = lines.unsure.or(Some(missing));
            }
        }
        lines.unseen = lines.count.is_empty() && (lines.unsure.is_some() || !self.whole);
        lines
    }

    /// The last line that counts, for a directive that takes one value.
    pub(super) fn one(&self, name: &str) -> Option<&'a Node> {
        self.lines(&[name]).count.last().copied()
    }

    /// Every simple directive that is in effect here: those of this level, and those of outer ones that are inherited.
    pub(super) fn names(&self) -> Vec<&'a str> {
        let mut names: Vec<&str> = Vec::new();
        for (depth, level) in self.levels.iter().enumerate() {
            let outer = depth + 1 < self.levels.len();
            for node in level
                .iter()
                .filter(|n| n.children.is_none() && n.name != "include")
            {
                let name = node.name.as_str();
                // Of the main level only the error log reaches further down.
                let reaches =
                    !outer || (depth > 0 && !NOT_INHERITED.contains(&name)) || name == "error_log";
                if reaches && !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }
}

/// Directives of outer levels that mean nothing further in.
const NOT_INHERITED: [&str; 22] = [
    "log_format",
    "limit_req_zone",
    "limit_conn_zone",
    "proxy_cache_path",
    "fastcgi_cache_path",
    "uwsgi_cache_path",
    "scgi_cache_path",
    "listen",
    "server_name",
    "return",
    "rewrite",
    "set",
    "break",
    "try_files",
    "proxy_pass",
    "fastcgi_pass",
    "uwsgi_pass",
    "grpc_pass",
    "alias",
    "internal",
    "stub_status",
    "lua_shared_dict",
];
