//! Where a result stands in the repository, as a relative URI, and where it really is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::model::{AssetKind, AssetReport, Finding, Lang, Run};
use crate::report::common::{PLACE_CHARS, VALUE_CHARS, actual, place, short};
use crate::text::labels;
use crate::text::unicode::visible;

/// Other places of a finding; code scanning takes a thousand, people read a few.
const MAX_RELATED: usize = 20;

/// The places of one run.
pub(in crate::report) struct Places<'a> {
    input: &'a str,
    scan: bool,
    root: &'a str,
    assets: BTreeMap<&'a str, &'a AssetReport>,
    kinds: BTreeMap<&'a str, AssetKind>,
}

impl<'a> Places<'a> {
    pub(in crate::report) fn of(run: &'a Run, root: &'a str) -> Self {
        Self {
            input: &run.run.input,
            scan: run.run.scope == "scan",
            root: root.trim_end_matches('/'),
            assets: run.assets.iter().map(|a| (a.id.as_str(), a)).collect(),
            kinds: run
                .controls
                .iter()
                .map(|c| (c.id.as_str(), c.asset))
                .collect(),
        }
    }

    /// Physical and logical location of a finding.
    pub(super) fn location(&self, finding: &Finding) -> Value {
        let real = place(finding);
        let shown = if real.is_empty() {
            short(&finding.subject, PLACE_CHARS)
        } else {
            real
        };
        self.written(finding, self.physical(finding), &shown)
    }

    /// The other lines that a finding rests on, each with what stands there: for one who mends it in the first place only.
    pub(super) fn related(&self, finding: &Finding, lang: Lang) -> Vec<Value> {
        let first = finding.location.as_ref();
        let mut known = BTreeSet::from([(
            first.and_then(|l| l.file.as_deref()),
            first.and_then(|l| l.line).unwrap_or(0),
        )]);
        let mut related = Vec::new();
        for fact in &finding.actual {
            let Some(file) = fact.file.as_deref() else {
                continue;
            };
            let line = fact.line.unwrap_or(0);
            if related.len() == MAX_RELATED || !known.insert((Some(file), line)) {
                continue;
            }
            let place = self.stands(finding, Some(file), fact.line, None);
            let shown = match line {
                0 => file.to_owned(),
                line => format!("{file}:{line}"),
            };
            let mut location = self.written(finding, place, &short(&shown, PLACE_CHARS));
            location["id"] = json!(related.len());
            let mut said = actual(fact, VALUE_CHARS);
            if let Some(origin) = fact.origin {
                said = format!("{said} ({})", labels::origin(origin).get(lang));
            }
            location["message"] = json!({ "text": said });
            related.push(location);
        }
        related
    }

    fn written(&self, finding: &Finding, place: (String, u32, u32), shown: &str) -> Value {
        let (file, line, column) = place;
        json!({
            "physicalLocation": {
                "artifactLocation": { "uri": self.uri(&file) },
                "region": {
                    "startLine": line, "startColumn": column,
                    "endLine": line, "endColumn": column.saturating_add(1),
                },
            },
            "logicalLocations": [{
                "name": visible_or(&finding.subject, &finding.asset),
                "kind": "resource",
                "fullyQualifiedName": format!("{}:{shown}", short(&finding.asset, PLACE_CHARS)),
            }],
        })
    }

    /// File and line, for formats that take a path and no URI.
    pub(in crate::report) fn path(&self, finding: &Finding) -> (String, u32) {
        let (file, line, _) = self.physical(finding);
        (short(&self.relative(&file).1.join("/"), PLACE_CHARS), line)
    }

    fn physical(&self, finding: &Finding) -> (String, u32, u32) {
        let location = finding.location.as_ref();
        let file = location.and_then(|l| l.file.as_deref());
        self.stands(
            finding,
            file,
            location.and_then(|l| l.line),
            location.and_then(|l| l.column),
        )
    }

    /// Where a place of this finding stands in the repository: what was seen on a host stands at the asset's line in the inventory.
    fn stands(
        &self,
        finding: &Finding,
        file: Option<&str>,
        line: Option<u32>,
        column: Option<u32>,
    ) -> (String, u32, u32) {
        let asset = self.assets.get(finding.asset.as_str());
        let line = line.unwrap_or(1).max(1);
        let column = column.unwrap_or(1).max(1);
        let kind = asset
            .map(|a| a.kind)
            .or_else(|| self.kinds.get(finding.control.as_str()).copied());
        match (kind, file) {
            (Some(kind), Some(file)) if in_repository(kind) => {
                return (self.beside_the_inventory(file), line, column);
            }
            (Some(AssetKind::Server), Some(file)) if self.scan && is_folder(self.input) => {
                let root = self.input.trim_end_matches('/');
                return (
                    format!("{root}/{}", file.trim_start_matches('/')),
                    line,
                    column,
                );
            }
            (Some(_) | None, Some(_) | None) => {}
        }
        let line = asset.map_or(1, |a| a.line).max(1);
        (self.input.to_owned(), line, 1)
    }

    /// Paths of an inventory are relative to its folder.
    fn beside_the_inventory(&self, file: &str) -> String {
        let folder = match self.input.rsplit_once('/') {
            Some((folder, _)) if !self.scan => folder,
            Some(_) | None => return file.to_owned(),
        };
        if file.starts_with('/') || file.starts_with(&format!("{folder}/")) {
            return file.to_owned();
        }
        format!("{folder}/{file}")
    }

    /// A relative URI without `.` and `..`; an absolute path outside the root stays a `file:` URI.
    fn uri(&self, path: &str) -> String {
        let (absolute, parts) = self.relative(path);
        let encoded: Vec<String> = parts.into_iter().map(encode).collect();
        if absolute {
            format!("file:///{}", encoded.join("/"))
        } else {
            encoded.join("/")
        }
    }

    /// Is the path absolute outside of the root, and its parts.
    fn relative<'p>(&self, path: &'p str) -> (bool, Vec<&'p str>) {
        let path = path
            .strip_prefix(self.root)
            .filter(|rest| !self.root.is_empty() && rest.starts_with('/'))
            .map_or(path, |rest| rest.trim_start_matches('/'));
        let mut parts: Vec<&str> = Vec::new();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop();
                }
                other => parts.push(other),
            }
        }
        if parts.is_empty() {
            return (false, vec!["capdo"]);
        }
        (path.starts_with('/'), parts)
    }
}

/// Do files of this kind of asset stand beside the inventory?
fn in_repository(kind: AssetKind) -> bool {
    match kind {
        AssetKind::Config
        | AssetKind::Schema
        | AssetKind::Label
        | AssetKind::CallerId
        | AssetKind::Document => true,
        AssetKind::Server | AssetKind::Endpoint => false,
    }
}

/// Is this target of a server scan a folder, not `ssh:`, `local` or a bundle?
fn is_folder(target: &str) -> bool {
    !target.starts_with("ssh:") && target != "local" && !target.ends_with(".capdo")
}

fn visible_or(text: &str, otherwise: &str) -> String {
    let chosen = if text.is_empty() { otherwise } else { text };
    short(chosen, PLACE_CHARS)
}

/// RFC 3986 §2.3: all but the unreserved is written as `%XX`; what hides is shown first, what is long is cut.
fn encode(part: &str) -> String {
    use std::fmt::Write;
    let mut encoded = String::new();
    for byte in visible(part).bytes().take(1024) {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn paths_become_uris() {
        let run = sample::run();
        let places = Places::of(&run, "/builds/ci/");
        for (path, uri) in [
            ("configs/portal/nginx.conf", "configs/portal/nginx.conf"),
            ("./a/../b c.conf", "b%20c.conf"),
            ("nhãn/a6.zpl", "nh%C3%A3n/a6.zpl"),
            ("/builds/ci/deploy/x.sql", "deploy/x.sql"),
            ("/builds/cis/x.sql", "file:///builds/cis/x.sql"),
            ("../../x", "x"),
            ("", "capdo"),
            ("mail.example.vn:25", "mail.example.vn%3A25"),
        ] {
            assert_eq!(places.uri(path), uri, "{path}");
        }
    }
}
