//! Where packages come from: `sources.list` in both of its forms, and the repositories of yum and dnf.

use super::{numbered, pairs};

/// A place that packages come from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Repository {
    /// Where it begins, from 1.
    pub line: u32,
    /// Its name: the section of yum, the suites of apt.
    pub name: String,
    /// Its addresses, as written.
    pub urls: Vec<String>,
    /// Switched off?
    pub off: bool,
    /// Are signatures checked? `None`: nothing said here.
    pub checked: Option<bool>,
}

/// Lines of `sources.list`. `None` where one is of another form.
pub fn one_line(text: &str) -> Option<Vec<Repository>> {
    let mut all = Vec::new();
    for (line, content) in numbered(text) {
        let content = content.split('#').next().unwrap_or_default().trim();
        if content.is_empty() {
            continue;
        }
        let (kind, rest) = content.split_once(char::is_whitespace)?;
        if !matches!(kind, "deb" | "deb-src") {
            return None;
        }
        let rest = rest.trim_start();
        let (options, rest) = match rest.strip_prefix('[') {
            Some(inside) => inside.split_once(']')?,
            None => ("", rest),
        };
        let mut words = rest.split_whitespace();
        let (url, suite) = (words.next()?, words.next()?);
        // Sources are built, not installed.
        if kind == "deb" {
            all.push(Repository {
                line,
                name: suite.to_owned(),
                urls: vec![url.to_owned()],
                off: false,
                checked: unchecked(options.split_whitespace().filter_map(|o| o.split_once('='))),
            });
        }
    }
    Some(all)
}

/// Paragraphs of a `.sources` file. `None` where one names no address.
pub fn deb822(text: &str) -> Option<Vec<Repository>> {
    let mut all = Vec::new();
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut start = 0;
    let end = [(u32::MAX, "")];
    for (line, content) in numbered(text).chain(end) {
        if content.starts_with('#') {
            continue;
        }
        if content.trim().is_empty() {
            if !fields.is_empty() {
                all.push(paragraph(start, &std::mem::take(&mut fields))?);
            }
        } else if content.starts_with([' ', '\t']) {
            let (_, value) = fields.last_mut()?;
            value.push(' ');
            value.push_str(content.trim());
        } else {
            let (key, value) = content.split_once(':')?;
            if fields.is_empty() {
                start = line;
            }
            fields.push((key.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    all.retain(|r| !r.urls.is_empty());
    Some(all)
}

fn paragraph(line: u32, fields: &[(String, String)]) -> Option<Repository> {
    let get = |key: &str| {
        fields
            .iter()
            .find(|(k, _)| k == key)
            .map(|(_, v)| v.as_str())
    };
    let types = get("types")?;
    let mut urls: Vec<String> = get("uris")?.split_whitespace().map(str::to_owned).collect();
    if !types.split_whitespace().any(|t| t == "deb") {
        urls.clear();
    }
    let pairs = fields.iter().map(|(k, v)| (k.as_str(), v.as_str()));
    Some(Repository {
        line,
        name: get("suites").unwrap_or_default().to_owned(),
        urls,
        off: get("enabled").is_some_and(no),
        checked: unchecked(pairs),
    })
}

/// apt checks signatures unless an option takes that away.
fn unchecked<'a>(options: impl Iterator<Item = (&'a str, &'a str)>) -> Option<bool> {
    let mut checked = true;
    for (key, value) in options {
        let lax = ["trusted", "allow-insecure", "allow-weak"];
        if lax.contains(&key.to_ascii_lowercase().as_str()) && !no(value) {
            checked = false;
        }
    }
    Some(checked)
}

fn no(value: &str) -> bool {
    matches!(
        value.trim().to_ascii_lowercase().as_str(),
        "no" | "false" | "0" | "off" | "without" | "disable"
    )
}

/// Sections of a `.repo` file of yum and dnf.
pub fn yum(text: &str) -> Vec<Repository> {
    let mut all: Vec<Repository> = Vec::new();
    for pair in pairs::ini(text) {
        if pair.section.is_empty() || pair.section == "main" {
            continue;
        }
        if all.last().is_none_or(|r| r.name != pair.section) {
            all.push(Repository {
                line: pair.line,
                name: pair.section.clone(),
                ..Repository::default()
            });
        }
        let Some(last) = all.last_mut() else { continue };
        match pair.key.as_str() {
            "baseurl" | "mirrorlist" | "metalink" => {
                let urls = pair.value.split([' ', ',']).filter(|u| !u.is_empty());
                last.urls.extend(urls.map(str::to_owned));
            }
            "enabled" => last.off = no(&pair.value),
            "gpgcheck" => last.checked = Some(!no(&pair.value)),
            _ => {}
        }
    }
    all
}

/// The host that an address names, in lower case; none for files of the host itself.
pub fn host(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split('/').next()?;
    let host = authority.rsplit('@').next()?;
    let host = match host.strip_prefix('[') {
        Some(six) => six.split(']').next()?,
        None => host.split(':').next()?,
    };
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_apt_are_read() {
        let all = one_line(
            "# x\ndeb http://deb.debian.org/debian bookworm main\ndeb-src http://x y z\ndeb [arch=amd64 trusted=yes] https://u:p@repo.vn:8443/x ./\n",
        )
        .unwrap();
        assert_eq!(all.len(), 2);
        assert_eq!((all[0].checked, all[1].checked), (Some(true), Some(false)));
        assert_eq!(host(&all[1].urls[0]).as_deref(), Some("repo.vn"));
        assert_eq!(one_line("debx http://x y"), None);
        let all = deb822(
            "Types: deb deb-src\nURIs: http://a/d\n http://b/d\nSuites: s\nSigned-By: /k\n\n# n\nTypes: deb\nURIs: http://c\nSuites: t\nEnabled: no\nTrusted: yes\n",
        )
        .unwrap();
        assert_eq!(all[0].urls, ["http://a/d", "http://b/d"]);
        assert!(!all[0].off && all[1].off && all[1].checked == Some(false));
    }

    #[test]
    fn sections_of_yum_are_read() {
        let all = yum(
            "[main]\ngpgcheck=1\n[baseos]\nname=x\nmirrorlist=https://m/x\ngpgcheck=1\n[dev]\nbaseurl=http://d\nenabled=0\n",
        );
        assert_eq!(all.len(), 2);
        assert_eq!((all[0].checked, all[0].off), (Some(true), false));
        assert_eq!((all[1].checked, all[1].off), (None, true));
    }
}
