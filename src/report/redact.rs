//! `--redact`: the run with codes in the place of names and addresses of hosts, of names of people, and the key to the codes.
//!
//! Of people those are known who act for the company: signers, whose post stands in their place, and who answers, approves and mends.
//! Names are taken from what the run itself says to be hosts: assets that are servers and endpoints, their targets, addresses
//! of findings, the machine that judged; besides, whatever has the form of an address or a host's name in text that targets
//! or our users wrote. Texts of law and of controls stay as they are.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::ReportError;
use super::csv::{cell, writer};
use crate::model::{AssetKind, RemedyPlan, Run, SystemPlan};

/// A run and a plan with codes, and what opens them.
#[derive(Debug)]
pub struct Redacted {
    /// The run.
    pub run: Run,
    /// What the company will do, in its own words.
    pub plan: RemedyPlan,
    codes: Codes,
}

impl Redacted {
    /// The key as CSV.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn key(&self) -> Result<String, ReportError> {
        self.codes.key()
    }
}

/// Is this a code that stands for a host?
pub fn is_code(name: &str) -> bool {
    let digits = name.strip_prefix('H').unwrap_or_default();
    digits.len() >= 3 && digits.bytes().all(|b| b.is_ascii_digit())
}

/// What codes stand for.
#[derive(Debug, Clone, Copy)]
pub struct What {
    /// Names and addresses of hosts.
    pub hosts: bool,
    /// Names of people.
    pub people: bool,
}

/// The run and the plan with codes.
///
/// # Errors
/// Where the run cannot be serialised.
pub fn redact(run: &Run, plan: &RemedyPlan, what: What) -> Result<Redacted, ReportError> {
    let mut codes = Codes {
        addresses: what.hosts,
        ..Codes::default()
    };
    if what.people {
        codes.people(run, plan);
    }
    if what.hosts {
        codes.hosts(run);
    }
    let mut value = serde_json::to_value(run)?;
    if let Some(object) = value.as_object_mut() {
        for key in SPOKEN {
            if let Some(part) = object.get_mut(*key) {
                codes.walk(part);
            }
        }
    }
    let plan = codes.plan(plan.clone());
    Ok(Redacted {
        run: serde_json::from_value(value)?,
        plan,
        codes,
    })
}

/// The parts of a run in which targets or our users speak. Findings have texts of controls beside them, left out by key.
const SPOKEN: &[&str] = &[
    "run",
    "assets",
    "findings",
    "evidence",
    "waivers",
    "attestations",
    "requirements",
    "systems",
    "data_map",
    "incidents",
    "notes",
];
/// Ours: ids, titles, texts of controls and of law.
const OURS: &[&str] = &[
    "control",
    "controls",
    "title",
    "expected",
    "remediation",
    "text",
    "ref",
    "instrument",
    "requirements",
    "sha256",
    "code",
    "started",
    "finished",
    "as_of",
    "collected_at",
    "parameters",
    "exposure",
    "number",
    "findings",
    "clause",
];

/// The host in `ssh:user@host:22`, `host:443`, `servers/web-01`.
fn host_of(target: &str) -> &str {
    let target = target.strip_prefix("ssh:").unwrap_or(target);
    let target = target.rsplit('@').next().unwrap_or(target);
    let target = target.trim_end_matches('/');
    let target = target.rsplit('/').next().unwrap_or(target);
    match target.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => {
            host.trim_matches(['[', ']'])
        }
        Some(_) | None => target,
    }
}

#[derive(Debug, Default)]
struct Codes {
    /// Names in small letters: as they were written first, and their codes.
    codes: BTreeMap<String, (String, String)>,
    names: Vec<String>,
    /// How ids of requirements begin: `tcvn14423.net-11` is no host.
    laws: Vec<String>,
    /// Is whatever has the form of an address or of a host's name one?
    addresses: bool,
}

impl Codes {
    /// The hosts that the run names.
    fn hosts(&mut self, run: &Run) {
        let laws = run.instruments.iter();
        self.laws = laws.map(|i| format!("{}.", i.id)).collect();
        for asset in &run.assets {
            if matches!(asset.kind, AssetKind::Server | AssetKind::Endpoint) {
                self.name(&asset.id, "H");
                self.name(host_of(&asset.target), "H");
            }
        }
        self.name(&run.run.host, "H");
    }

    /// The people whom run and plan name.
    fn people(&mut self, run: &Run, plan: &RemedyPlan) {
        let signers = run.attestations.iter().map(|a| a.signer.name.as_str());
        let waivers = run.waivers.iter();
        let waivers = waivers.flat_map(|w| [Some(w.owner.as_str()), w.approver.as_deref()]);
        let menders = plan.remedies.iter().map(|r| r.owner.as_str());
        let all: Vec<&str> = signers.chain(waivers.flatten()).chain(menders).collect();
        for name in all {
            self.name(name.trim(), "NG");
        }
    }

    /// A name that is one for certain.
    fn name(&mut self, name: &str, kind: &str) {
        if name.is_empty() || name == "local" || self.codes.contains_key(&name.to_ascii_lowercase())
        {
            return;
        }
        self.code(name, kind);
        self.names.push(name.to_owned());
        // The longest first: `web-01.example.vn` before `web-01`.
        self.names.sort_by_key(|n| std::cmp::Reverse(n.len()));
    }

    fn code(&mut self, name: &str, kind: &str) -> String {
        let number = self
            .codes
            .values()
            .filter(|(_, c)| c.trim_end_matches(|d: char| d.is_ascii_digit()) == kind)
            .count()
            + 1;
        let code = || (name.to_owned(), format!("{kind}{number:03}"));
        let entry = self.codes.entry(name.to_ascii_lowercase());
        entry.or_insert_with(code).1.clone()
    }

    /// The plan, in which people write of their hosts.
    fn plan(&mut self, mut plan: RemedyPlan) -> RemedyPlan {
        let mut said: Vec<&mut String> = plan.proposals.iter_mut().collect();
        for remedy in &mut plan.remedies {
            said.extend([&mut remedy.measure, &mut remedy.owner]);
            said.extend(remedy.cause.as_mut());
        }
        for system in plan.systems.values_mut() {
            let SystemPlan {
                operator,
                regulation,
                impact_assessment,
                note,
                personal_data,
                ..
            } = system;
            said.extend(
                [operator, regulation, impact_assessment, note]
                    .into_iter()
                    .flatten(),
            );
            said.extend(personal_data);
        }
        for text in said {
            *text = self.text(text);
        }
        plan
    }

    fn walk(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.walk(item)),
            Value::Object(object) => {
                for (key, item) in object.iter_mut() {
                    if !OURS.contains(&key.as_str()) {
                        self.walk(item);
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn text(&mut self, text: &str) -> String {
        let mut shown = text.to_owned();
        for name in self.names.clone() {
            let code = self.code(&name, "H");
            shown = replace_word(&shown, &name, &code);
        }
        if !self.addresses {
            return shown;
        }
        let addressed: Vec<String> = URL.as_ref().map_or_else(
            |_| Vec::new(),
            |url| {
                let hosts = url.captures_iter(&shown).filter_map(|c| c.get(1));
                hosts.map(|host| host.as_str().to_owned()).collect()
            },
        );
        for host in addressed.iter().filter(|h| is_name(h)) {
            let code = self.code(host, "H");
            shown = replace_word(&shown, host, &code);
        }
        let Ok(pattern) = &*ADDRESS else { return shown };
        let mut out = String::with_capacity(shown.len());
        let mut end = 0;
        for found in pattern.find_iter(&shown) {
            let word = found.as_str();
            let of_law = self.laws.iter().any(|law| word.starts_with(law));
            let Some(kind) = kind_of(word).filter(|_| !of_law) else {
                continue;
            };
            out.push_str(&shown[end..found.start()]);
            out.push_str(&self.code(word, kind));
            end = found.end();
        }
        out.push_str(&shown[end..]);
        out
    }

    fn key(&self) -> Result<String, ReportError> {
        let mut out = writer();
        out.write_record(["code", "name"])?;
        for (name, code) in self.codes.values() {
            out.write_record([cell(code), cell(name)])?;
        }
        let bytes = out.into_inner().map_err(|e| e.into_error())?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// Replaces a name where it is not part of a longer one, however it is capitalised.
fn replace_word(text: &str, name: &str, code: &str) -> String {
    let (small, name) = (text.to_ascii_lowercase(), name.to_ascii_lowercase());
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for (at, _) in small.match_indices(&name) {
        let inside = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        let before = text[..at].chars().next_back().is_some_and(inside);
        let after = text[at + name.len()..].chars().next().is_some_and(inside);
        if at < end || before || after {
            continue;
        }
        out.push_str(&text[end..at]);
        out.push_str(code);
        end = at + name.len();
    }
    out.push_str(&text[end..]);
    out
}

/// What has the form of an IPv4 or IPv6 address or of a host's full name.
static ADDRESS: LazyLock<Result<Regex, regex::Error>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:\d{1,3}\.){3}\d{1,3}\b|(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}|\b(?:[\p{L}\p{M}0-9_](?:[\p{L}\p{M}0-9_-]{0,61}[\p{L}\p{M}0-9])?\.)+[a-z]{2,24}\b",
    )
});

/// The host of a URL, whatever it is called: `http://orders-db:8080`, `jdbc:postgresql://db/orders`.
static URL: LazyLock<Result<Regex, regex::Error>> = LazyLock::new(|| {
    Regex::new(r"://(?:[^\s/@:]*(?::[^\s/@]*)?@)?([\p{L}\p{M}0-9_-][\p{L}\p{M}0-9_.-]*)")
});

/// Is the host of a URL a name of the company's own, and no address, no code of ours, not this machine, not a place of the program's?
fn is_name(host: &str) -> bool {
    let file = host.starts_with('.') || host.parse::<std::net::IpAddr>().is_ok();
    let coded = is_code(host)
        || host
            .strip_prefix("IP")
            .is_some_and(|n| n.parse::<u32>().is_ok());
    !file
        && !coded
        && !["localhost", "unix"].contains(&host)
        && host.chars().any(char::is_alphabetic)
}

/// An address that names a host, or a full name under a suffix in use; `0.0.0.0/0` and names of files are none.
fn kind_of(word: &str) -> Option<&'static str> {
    if let Ok(address) = word.parse::<std::net::IpAddr>() {
        return (!address.is_unspecified() && !address.is_loopback()).then_some("IP");
    }
    let suffix = word.rsplit('.').next()?.to_ascii_lowercase();
    SUFFIXES.contains(&suffix.as_str()).then_some("H")
}

const SUFFIXES: &[&str] = &[
    "vn",
    "com",
    "net",
    "org",
    "io",
    "dev",
    "app",
    "info",
    "biz",
    "asia",
    "cloud",
    "online",
    "shop",
    "store",
    "tech",
    "site",
    "xyz",
    "example",
    "test",
    "invalid",
    "local",
    "localdomain",
    "internal",
    "intranet",
    "lan",
    "corp",
    "home",
    "private",
    "noibo",
    "dmz",
    "hn",
    "hcm",
    "gov",
    "edu",
    "arpa",
    // Of countries whose code is no end of a file's name.
    "sg",
    "jp",
    "kr",
    "cn",
    "hk",
    "tw",
    "th",
    "kh",
    "ph",
    "us",
    "uk",
    "au",
    "eu",
    "de",
    "fr",
    "ru",
    "ai",
    "co",
    "tv",
    "ca",
    "nl",
    "ch",
    "se",
    "mobi",
    "ltd",
    "vip",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    const HOSTS: What = What {
        hosts: true,
        people: false,
    };

    #[test]
    fn names_of_people_have_codes_and_posts_stay() {
        let mut run = sample::run();
        let signer = run.attestations[0].signer.clone();
        run.waivers[0].reason = format!("{} đã xem xét", signer.name);
        let what = What {
            hosts: false,
            people: true,
        };
        let opened = redact(&run, &RemedyPlan::default(), what).unwrap();
        let text = serde_json::to_string(&opened.run).unwrap();
        let key = opened.key().unwrap();
        let waivers = run.waivers.iter();
        let named = waivers.flat_map(|w| [Some(w.owner.clone()), w.approver.clone()]);
        for name in named.flatten().chain([signer.name]) {
            assert!(!text.contains(&name) && key.contains(&name), "{name}");
        }
        assert_eq!(opened.run.attestations[0].signer.role, signer.role);
        assert!(text.contains(&run.assets[0].id), "hosts stay");
    }

    #[test]
    fn no_host_is_left_and_the_key_opens_the_codes() {
        let run = sample::run();
        let opened = redact(&run, &RemedyPlan::default(), HOSTS).unwrap();
        let (redacted, key) = (&opened.run, opened.key().unwrap());
        let text = serde_json::to_string(redacted).unwrap();
        let spoken = |run: &Run| serde_json::to_string(&run.findings).unwrap();
        assert!(spoken(&run).contains("web-01"));
        for asset in &run.assets {
            if matches!(asset.kind, AssetKind::Server | AssetKind::Endpoint) {
                assert!(!spoken(redacted).contains(&asset.id), "{}", asset.id);
                assert!(key.contains(&asset.id), "{}", asset.id);
            }
        }
        assert!(!text.contains(&run.run.host));
        assert_eq!(redacted.findings.len(), run.findings.len());
        for (a, b) in redacted.findings.iter().zip(&run.findings) {
            assert_eq!((&a.id, &a.control, &a.title), (&b.id, &b.control, &b.title));
        }
    }

    #[test]
    fn what_is_no_host_stays() {
        let mut codes = Codes {
            addresses: true,
            ..Codes::default()
        };
        for same in [
            "nginx.conf:12",
            "0.0.0.0/0",
            "etc/ssh/sshd_config",
            "TCVN 14423:2026",
            "10:30:05",
            "127.0.0.1",
        ] {
            assert_eq!(codes.text(same), same);
        }
        codes.name("web-01", "H");
        assert_eq!(
            codes.text("web-01:/etc/x, web-010, 10.1.2.3 and db.corp.vn"),
            "H001:/etc/x, web-010, IP001 and H002"
        );
        assert_eq!(
            codes.text("nginx.server[db.corp.vn:443] fe80::1"),
            "nginx.server[H002:443] IP002"
        );
        assert_eq!(
            codes.text("proxy_pass http://orders-db:8080, jdbc:postgresql://u:p@db9/orders, http://localhost:1, http://$x"),
            "proxy_pass http://H003:8080, jdbc:postgresql://u:p@H004/orders, http://localhost:1, http://$x"
        );
        assert_eq!(codes.text("tra cứu tại bưuchính.vn"), "tra cứu tại H005");
        assert_eq!(
            codes.text("http://H003:8080 on web-01"),
            "http://H003:8080 on H001"
        );
        assert_eq!(host_of("ssh:audit@web-01:2222"), "web-01");
        assert_eq!(host_of("servers/web-01"), "web-01");
        assert_eq!(host_of("tracuu.example.vn:443"), "tracuu.example.vn");
    }

    #[test]
    fn ids_of_the_law_stay_and_what_people_wrote_does_not() {
        let mut run = sample::run();
        let mut asset = run.assets[0].clone();
        asset.kind = AssetKind::Server;
        asset.id = "db-noi-bo".into();
        run.assets.push(asset);
        let mut duty = run.requirements[0].clone();
        duty.id = "tcvn14423.net-11".into();
        run.requirements.push(duty);
        run.systems[0].name.vi = "Cổng trên DB-NOI-BO".into();
        run.findings[0].actual = vec![crate::model::ActualReport {
            value: "held: tcvn14423.net-11 tcvn14423.net".into(),
            ..run
                .findings
                .iter()
                .find_map(|f| f.actual.first())
                .unwrap()
                .clone()
        }];
        let plan = RemedyPlan {
            proposals: vec!["Thay máy db-noi-bo (10.1.2.3)".into()],
            ..RemedyPlan::default()
        };
        let opened = redact(&run, &plan, HOSTS).unwrap();
        assert_eq!(
            opened.run.requirements.last().unwrap().id,
            "tcvn14423.net-11"
        );
        let actual = &opened.run.findings[0].actual[0].value;
        assert_eq!(actual, "held: tcvn14423.net-11 tcvn14423.net");
        assert!(!opened.run.systems[0].name.vi.contains("NOI-BO"));
        assert!(
            opened.plan.proposals[0].starts_with("Thay máy H"),
            "{:?}",
            opened.plan.proposals
        );
        assert!(!opened.plan.proposals[0].contains("10.1.2.3"));
        let server = opened
            .run
            .assets
            .iter()
            .find(|a| a.kind == AssetKind::Server);
        assert!(is_code(&server.unwrap().id) && !is_code("Hanoi") && !is_code("H1x2"));
    }
}
