//! Puts in what `Include` names, decides `IfModule`, `IfDefine` and `IfVersion` in the order of the file, and replaces
//! what `Define` and `envvars` say.

use std::collections::{BTreeMap, BTreeSet};

use super::Node;
use super::facts::MISSING;
use super::macros::Macros;
use crate::collect::config::found::Found;
use crate::collect::config::settings::told;
use crate::collect::config::tree::{Tree, folder, join};
use crate::parse::apache::{Directive, parse};

/// What is known while the files are read.
pub(super) struct Expander {
    main: String,
    root: Option<String>,
    defines: BTreeMap<String, String>,
    modules: BTreeSet<String>,
    macros: Macros,
    /// How much text was put in for names.
    grown: usize,
    stack: Vec<String>,
    pub(super) used: Vec<String>,
    /// An inclusion was not found: it may say anything.
    pub(super) missing: Option<String>,
    /// Only a part of a configuration.
    pub(super) part: bool,
    entries: usize,
}

impl Expander {
    pub(super) fn new(main: &str) -> Self {
        Self {
            main: main.to_owned(),
            root: None,
            defines: BTreeMap::new(),
            modules: BTreeSet::new(),
            macros: Macros::default(),
            grown: 0,
            stack: Vec::new(),
            used: Vec::new(),
            missing: None,
            part: false,
            entries: 0,
        }
    }

    /// For a file that a server with these modules reads of itself.
    pub(super) fn inside(&self, file: &str) -> Self {
        Self {
            defines: self.defines.clone(),
            modules: self.modules.clone(),
            part: true,
            ..Self::new(file)
        }
    }

    /// The file that all begins with.
    pub(super) fn main(&self) -> &str {
        &self.main
    }

    /// Is a module loaded? Nothing where no line says which are.
    pub(super) fn has(&self, module: &str) -> Option<bool> {
        (!self.modules.is_empty())
            .then(|| self.modules.contains(module) || BUILT_IN.contains(&module))
    }

    pub(super) fn file(&mut self, tree: &mut Tree<'_>, path: &str, depth: usize) -> Vec<Node> {
        let real = tree.real(path);
        if depth > MAX_DEPTH || self.stack.contains(&real) || self.used.len() > MAX_FILES {
            told(tree, path, 1, "inclusions go round");
            return Vec::new();
        }
        if depth == 0 {
            self.environment(tree, path);
        }
        self.used.extend([path.to_owned(), real.clone()]);
        let text = match tree.text(path) {
            Ok(text) => text,
            Err(e) => {
                self.missing = Some(tree.reader.shown(path));
                told(tree, path, 0, e.code());
                return vec![gap(tree, path, 0)];
            }
        };
        let file = parse(&text);
        for problem in &file.problems {
            told(tree, path, problem.line, problem.what);
        }
        self.stack.push(real);
        let nodes = self.all(tree, path, &file.directives, depth);
        self.stack.pop();
        nodes
    }

    /// `envvars` beside the main file, as packages of Debian have it.
    fn environment(&mut self, tree: &mut Tree<'_>, path: &str) {
        let beside = join(folder(path), "envvars");
        let Ok(text) = tree.text(&beside) else { return };
        for line in text.lines() {
            let line = line.trim();
            let Some((name, value)) = line.strip_prefix("export ").and_then(|l| l.split_once('='))
            else {
                continue;
            };
            let value = value
                .trim()
                .trim_matches(['"', '\''])
                .replace("$SUFFIX", "");
            self.defines.insert(name.trim().to_owned(), value);
        }
    }

    fn all(
        &mut self,
        tree: &mut Tree<'_>,
        path: &str,
        directives: &[Directive],
        depth: usize,
    ) -> Vec<Node> {
        let mut out = Vec::new();
        for directive in directives {
            self.entries += 1;
            if self.entries > MAX_ENTRIES {
                told(
                    tree,
                    path,
                    directive.line,
                    "more directives than are looked at",
                );
                break;
            }
            let args: Vec<String> = directive.args.iter().map(|a| self.replaced(a)).collect();
            let block = directive.block.as_deref();
            let first = args.first().map_or("", String::as_str);
            match (directive.name.as_str(), block) {
                ("include" | "includeoptional", None) => {
                    out.extend(self.include(tree, path, directive, first, depth));
                }
                ("define", None) => {
                    self.defines
                        .insert(first.to_owned(), args.get(1).cloned().unwrap_or_default());
                }
                ("undefine", None) => {
                    self.defines.remove(first);
                }
                ("ifmodule", Some(block)) => {
                    if self.wanted(first, |this, name| this.has(&module_of(name))) {
                        out.extend(self.all(tree, path, block, depth));
                    }
                }
                ("ifdefine", Some(block)) => {
                    if self.wanted(first, |this, name| Some(this.defines.contains_key(name))) {
                        out.extend(self.all(tree, path, block, depth));
                    }
                }
                ("ifversion", Some(block)) => {
                    if is_version(&args) {
                        out.extend(self.all(tree, path, block, depth));
                    }
                }
                ("iffile" | "ifdirective" | "ifsection", Some(block)) => {
                    out.extend(self.all(tree, path, block, depth));
                }
                ("macro", Some(block)) => self.macros.define(&args, path, block),
                ("undefmacro", None) => self.macros.forget(first),
                ("use", None) => {
                    out.extend(self.put_in(tree, path, directive.line, &args, depth));
                }
                (name, block) => {
                    if name == "loadmodule" {
                        self.modules.insert(module_of(first));
                    }
                    if name == "serverroot" {
                        self.root = Some(first.to_owned());
                    }
                    let block = block.map(|block| self.all(tree, path, block, depth));
                    out.push(Node {
                        name: name.to_owned(),
                        place: tree.place(path, directive.line),
                        args,
                        block,
                    });
                }
            }
        }
        out
    }

    /// The lines of a macro. One that is not here may say anything.
    fn put_in(
        &mut self,
        tree: &mut Tree<'_>,
        path: &str,
        line: u32,
        args: &[String],
        depth: usize,
    ) -> Vec<Node> {
        match self.macros.open(args) {
            Ok((from, body)) => {
                let nodes = self.all(tree, &from, &body, depth);
                self.macros.close();
                nodes
            }
            Err(why) => {
                let place = tree.place(path, line);
                self.missing = Some(format!("{place}: {why}"));
                told(tree, path, line, why);
                vec![gap(tree, path, line)]
            }
        }
    }

    /// Where it is not known whether a module is there, its lines count: they are what is meant to run.
    fn wanted(&self, condition: &str, is: impl Fn(&Self, &str) -> Option<bool>) -> bool {
        match condition.strip_prefix('!') {
            Some(name) => is(self, name) == Some(false),
            None => is(self, condition) != Some(false),
        }
    }

    fn include(
        &mut self,
        tree: &mut Tree<'_>,
        path: &str,
        directive: &Directive,
        written: &str,
        depth: usize,
    ) -> Vec<Node> {
        let dir = folder(&self.main).to_owned();
        let wanted = self.below_root(written);
        let mut found = tree.find(&dir, &wanted);
        // A folder stands for all files in it.
        if found == Found::Missing && !wanted.contains('*') {
            let all = tree.find(&dir, &format!("{}/*", wanted.trim_end_matches('/')));
            if matches!(&all, Found::Files(files) if !files.is_empty())
                || matches!(all, Found::Part(..))
            {
                found = all;
            }
        }
        match found {
            Found::Files(files) => files
                .iter()
                .flat_map(|f| self.file(tree, f, depth + 1))
                .collect(),
            Found::Part(files, why) => {
                let mut nodes: Vec<Node> = files
                    .iter()
                    .flat_map(|f| self.file(tree, f, depth + 1))
                    .collect();
                self.lost(tree, path, directive.line, &why);
                nodes.push(gap(tree, path, directive.line));
                nodes
            }
            // An empty folder is not to be told from one that nobody copied.
            Found::NoFolder | Found::Missing => {
                self.lost(tree, path, directive.line, written);
                vec![gap(tree, path, directive.line)]
            }
        }
    }

    fn lost(&mut self, tree: &mut Tree<'_>, path: &str, line: u32, what: &str) {
        let place = tree.place(path, line);
        self.missing = Some(format!("{place}: {what}"));
        let what = format!("includes {what}, which is not here");
        told(tree, path, line, &what);
    }

    /// A path as seen from the folder of the main file: what stands below `ServerRoot` stands there.
    fn below_root(&self, written: &str) -> String {
        let roots = [
            "/etc/apache2/",
            "/etc/httpd/",
            "/usr/local/apache2/",
            "/usr/local/etc/apache24/",
        ];
        let own = self
            .root
            .as_ref()
            .map(|r| format!("{}/", r.trim_end_matches('/')));
        let rest = own
            .as_deref()
            .into_iter()
            .chain(roots)
            .find_map(|root| written.strip_prefix(root))
            .unwrap_or(written);
        // Red Hat keeps the main file one folder further in.
        if folder(&self.main).ends_with("/conf") && !rest.starts_with('/') {
            return format!("../{rest}");
        }
        rest.to_owned()
    }

    /// With what `Define` says, as long as that does not grow for ever.
    fn replaced(&mut self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let Some((name, left)) = after.split_once('}') else {
                out.push_str("${");
                rest = after;
                continue;
            };
            match self.defines.get(name) {
                Some(value) if self.grown + value.len() <= MAX_TEXT => {
                    self.grown += value.len();
                    out.push_str(value);
                }
                Some(_) | None => {
                    out.push_str("${");
                    out.push_str(name);
                    out.push('}');
                }
            }
            rest = left;
        }
        out.push_str(rest);
        out
    }
}

/// Stands for what an inclusion that was not found may hold.
fn gap(tree: &Tree<'_>, path: &str, line: u32) -> Node {
    Node {
        name: MISSING.into(),
        args: Vec::new(),
        place: tree.place(path, line),
        block: None,
    }
}

/// `mod_ssl.c`, `ssl_module` and `ssl` are one module.
fn module_of(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    let name = name.strip_suffix("_module").unwrap_or(&name);
    let name = name.strip_suffix(".c").unwrap_or(name);
    name.strip_prefix("mod_").unwrap_or(name).to_owned()
}

/// Does the condition hold for the 2.4 that is maintained?
fn is_version(args: &[String]) -> bool {
    let (op, version) = match args {
        [op, version] => (op.as_str(), version.as_str()),
        [version] => ("=", version.as_str()),
        _ => return true,
    };
    let mut parts = version.split('.').map(|p| p.parse::<u32>().unwrap_or(0));
    let asked = (
        parts.next().unwrap_or(0),
        parts.next().unwrap_or(0),
        parts.next().unwrap_or(0),
    );
    let ours = (2, 4, 57);
    match op {
        ">" => ours > asked,
        ">=" => ours >= asked,
        "<" => ours < asked,
        "<=" => ours <= asked,
        _ => (ours.0, ours.1) == (asked.0, asked.1),
    }
}

/// Modules that packages build in.
const BUILT_IN: [&str; 8] = [
    "core",
    "so",
    "http",
    "log_config",
    "logio",
    "version",
    "unixd",
    "watchdog",
];

const MAX_DEPTH: usize = 20;
const MAX_TEXT: usize = 16 * 1024 * 1024;
const MAX_FILES: usize = 4_000;
const MAX_ENTRIES: usize = 200_000;
