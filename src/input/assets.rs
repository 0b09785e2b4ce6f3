//! Assets: the flat form of the file to targets, with only the keys that each kind may have.

use std::collections::BTreeSet;

use super::check::{Check, Unique};
use super::files::check_readable;
use super::syntax::{AssetEntry, Dialect, Purpose};
use crate::model::{
    Asset, AssetKind, CallerFiles, Declared, HostLists, MailDomain, PeopleFiles, Remote, Sample,
    System, Target,
};
use crate::parse::yaml::Step;

/// The assets without mistakes; the mistakes of the others are told.
pub(super) fn build(
    check: &mut Check<'_>,
    written: Vec<AssetEntry>,
    systems: &[System],
) -> Vec<Asset> {
    let mut ids = Unique::default();
    let mut assets = Vec::new();
    for (at, entry) in written.into_iter().enumerate() {
        let here = Here { at, entry: &entry };
        let id = here.key("id");
        check.id(&id, &entry.id);
        ids.add(check, &id, &entry.id);
        allowed_keys(check, &here);
        let served = served(check, &here, systems);
        let lists = host_lists(check, &here);
        if let Some((shown, target)) = target(check, &here) {
            assets.push(Asset {
                id: entry.id.clone(),
                systems: served,
                kind: entry.kind,
                line: check.line(&["assets".into(), at.into()]),
                roles: entry.roles.clone(),
                shown,
                target,
                lists,
            });
        }
    }
    assets
}

/// One asset and its place in the list.
struct Here<'a> {
    at: usize,
    entry: &'a AssetEntry,
}

impl Here<'_> {
    fn steps(&self) -> [Step<'static>; 2] {
        ["assets".into(), self.at.into()]
    }

    fn key(&self, key: &'static str) -> [Step<'static>; 3] {
        ["assets".into(), self.at.into(), key.into()]
    }
}

/// The systems that an asset serves.
fn served(check: &mut Check<'_>, here: &Here<'_>, systems: &[System]) -> Vec<String> {
    let (steps, names): (Vec<Vec<Step<'_>>>, Vec<String>) =
        match (&here.entry.system, &here.entry.systems) {
            (Some(one), None) => (vec![here.key("system").to_vec()], vec![one.clone()]),
            (None, Some(many)) => (0..many.len())
                .map(|n| [&here.key("systems")[..], &[n.into()]].concat())
                .zip(many.iter().cloned())
                .unzip(),
            (Some(_), Some(_)) => {
                check.at(
                    &here.key("systems"),
                    "`system` and `systems` stand side by side",
                    "keep one of them",
                );
                return Vec::new();
            }
            (None, None) => (Vec::new(), Vec::new()),
        };
    if names.is_empty() {
        check.at(
            &here.steps(),
            "this asset belongs to no system",
            "write `system: ID`, or `systems: [ID, ID]` where it is shared",
        );
    }
    let mut seen = BTreeSet::new();
    for (steps, name) in steps.iter().zip(&names) {
        let known = systems.iter().map(|s| s.id.as_str());
        if check.known(steps, "system", name, known) && !seen.insert(name) {
            check.at(
                steps,
                format!("`{name}` stands twice"),
                "leave one of them out",
            );
        }
        let kind = here.entry.kind;
        let system = systems.iter().find(|s| s.id == *name);
        if system.is_some_and(|s| s.without.contains_key(&kind)) {
            check.at(
                steps,
                format!("`{name}` is said to be without {}", kind.word()),
                "take the kind out of `without`, or the asset out of the system",
            );
        }
    }
    names
}

fn target(check: &mut Check<'_>, here: &Here<'_>) -> Option<(String, Target)> {
    match here.entry.kind {
        AssetKind::Server => server(check, here),
        AssetKind::Endpoint => endpoint(check, here),
        AssetKind::Config => {
            let (shown, path) = path(check, here, "path", here.entry.path.as_ref())?;
            Some((shown, Target::Config(path)))
        }
        AssetKind::Schema => schema(check, here),
        AssetKind::Label => {
            let (shown, path) = path(check, here, "path", here.entry.path.as_ref())?;
            Some((shown, Target::Label(path)))
        }
        AssetKind::CallerId => caller_id(check, here),
        AssetKind::Document => document(check, here),
    }
}

fn server(check: &mut Check<'_>, here: &Here<'_>) -> Option<(String, Target)> {
    let entry = here.entry;
    let given: Vec<&'static str> = [
        ("root", entry.root.is_some()),
        ("ssh", entry.ssh.is_some()),
        ("local", entry.local.is_some()),
        ("bundle", entry.bundle.is_some()),
    ]
    .into_iter()
    .filter_map(|(key, is)| is.then_some(key))
    .collect();
    let [one] = given.as_slice() else {
        let message = if given.is_empty() {
            "it is not said where this server is".to_owned()
        } else {
            format!("`{}` stand side by side", given.join("`, `"))
        };
        check.at(
            &here.steps(),
            message,
            "write exactly one of root, ssh, local, bundle",
        );
        return None;
    };
    for (key, given, of) in [
        ("sudo", entry.sudo, &["ssh", "local"][..]),
        ("restricted", entry.restricted, &["ssh"]),
    ] {
        if given.is_some() && !of.contains(one) {
            check.at(
                &here.key(key),
                format!("`{key}` means nothing for `{one}`"),
                &format!("it goes with {}", of.join(" or ")),
            );
        }
    }
    if entry.local == Some(false) {
        check.at(
            &here.key("local"),
            "`local` can only be true",
            "leave it out",
        );
        return None;
    }
    if let Some(host) = &entry.ssh {
        let Some(remote) = Remote::parse(host) else {
            check.at(
                &here.key("ssh"),
                format!("`{host}` names no host"),
                "write [user@]host or [user@]host:port",
            );
            return None;
        };
        let target = Target::Ssh {
            remote,
            sudo: entry.sudo.unwrap_or(false),
            restricted: entry.restricted.unwrap_or(false),
        };
        return Some((format!("ssh:{host}"), target));
    }
    match *one {
        "root" => {
            let (shown, root) = path(check, here, "root", entry.root.as_ref())?;
            Some((shown, Target::ServerRoot(root)))
        }
        "bundle" => {
            let (shown, path) = path(check, here, "bundle", entry.bundle.as_ref())?;
            Some((shown, Target::Bundle(path)))
        }
        _ => {
            let sudo = entry.sudo.unwrap_or(false);
            Some(("local".into(), Target::Local { sudo }))
        }
    }
}

fn endpoint(check: &mut Check<'_>, here: &Here<'_>) -> Option<(String, Target)> {
    let entry = here.entry;
    let Some(address) = &entry.address else {
        missing(check, here, "address");
        return None;
    };
    if !is_address(address) {
        check.at(
            &here.key("address"),
            format!("`{address}` is no address"),
            "write host:port, for instance \"tracuu.example.vn:443\"",
        );
        return None;
    }
    let purpose = entry.purpose.unwrap_or(Purpose::Web).word().to_owned();
    let roots = match &entry.roots {
        Some(roots) => Some(input_file(check, here, "roots", roots)?),
        None => None,
    };
    if entry.facts.is_some() {
        let (shown, file) = path(check, here, "facts", entry.facts.as_ref())?;
        let address = address.clone();
        let target = Target::EndpointFacts {
            file,
            address,
            purpose,
        };
        return Some((shown, target));
    }
    let target = Target::Endpoint {
        address: address.clone(),
        purpose,
        sni: entry.sni.clone(),
        roots,
        starttls: entry.starttls.map(|protocol| protocol.word().to_owned()),
        closed: entry.closed.clone().unwrap_or_default(),
        authorised: entry.authorised.clone(),
        sample: sample(check, here),
        mail: mail(check, here, address),
    };
    Some((address.clone(), target))
}

/// The mail domain of a mail server.
fn mail(check: &mut Check<'_>, here: &Here<'_>, address: &str) -> Option<Box<MailDomain>> {
    let entry = here.entry;
    if let Some(resolver) = &entry.resolver {
        let alone = resolver.parse::<std::net::IpAddr>().is_ok();
        if !alone && resolver.parse::<std::net::SocketAddr>().is_err() {
            check.at(
                &here.key("resolver"),
                format!("`{resolver}` is no address of a name server"),
                "write an address, for instance 10.0.0.53 or 10.0.0.53:5353",
            );
        }
    }
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    (entry.purpose == Some(Purpose::Mail)).then(|| {
        Box::new(MailDomain {
            domain: entry.domain.clone().unwrap_or_else(|| host.to_owned()),
            resolver: entry.resolver.clone(),
            dkim: entry.dkim.clone().unwrap_or_default(),
        })
    })
}

/// The waybill that a tracking page is asked for.
fn sample(check: &mut Check<'_>, here: &Here<'_>) -> Option<Sample> {
    let waybill = here.entry.sample_waybill.clone()?;
    check.not_blank(&here.key("sample_waybill"), &waybill);
    let request = here.entry.request.clone();
    let request = request.unwrap_or_else(|| "/{waybill}".to_owned());
    if !request.starts_with('/') || !request.contains("{waybill}") {
        check.at(
            &here.key("request"),
            format!("`{request}` does not say where the number of the waybill goes"),
            "write the path with {waybill} in it, for instance \"/tra-cuu?ma={waybill}\"",
        );
        return None;
    }
    Some(Sample {
        waybill,
        request,
        enumerate: here.entry.enumerate.unwrap_or(false),
    })
}

fn schema(check: &mut Check<'_>, here: &Here<'_>) -> Option<(String, Target)> {
    let entry = here.entry;
    match (&entry.path, &entry.url_env) {
        (Some(_), None) => {
            let (shown, path) = path(check, here, "path", entry.path.as_ref())?;
            let dialect = entry.dialect.map(|d: Dialect| d.word().to_owned());
            let declared = declared(check, here);
            Some((
                shown,
                Target::Schema {
                    path,
                    dialect,
                    declared,
                },
            ))
        }
        (None, Some(name)) => {
            check.not_blank(&here.key("url_env"), name);
            let target = Target::Database {
                env: name.clone(),
                sample: entry.sample,
                declared: declared(check, here),
            };
            Some((format!("env:{name}"), target))
        }
        (None, None) | (Some(_), Some(_)) => {
            check.at(
                &here.steps(),
                "it is not clear where this schema is",
                "write exactly one of path, url_env",
            );
            None
        }
    }
}

/// What the company says protects columns where no definition shows it.
fn declared(check: &mut Check<'_>, here: &Here<'_>) -> Vec<Declared> {
    let mut out = Vec::new();
    for (at, entry) in here.entry.protection.iter().flatten().enumerate() {
        let steps = [here.key("protection").as_slice(), &[at.into()]].concat();
        if entry.columns.is_empty() {
            check.at(
                &steps,
                "it does not say which columns are protected",
                "write columns: [ table.column ]",
            );
        }
        let proof = [steps.as_slice(), &["evidence".into()]].concat();
        if let Some(evidence) = check.evidence(&proof, entry.evidence.clone()) {
            out.push(Declared {
                columns: entry.columns.clone(),
                by: entry.by,
                evidence,
            });
        }
    }
    out
}

fn caller_id(check: &mut Check<'_>, here: &Here<'_>) -> Option<(String, Target)> {
    let entry = here.entry;
    let brandnames = path(check, here, "brandnames", entry.brandnames.as_ref());
    let mut other = |key, written: &Option<String>| match written {
        Some(_) => path(check, here, key, written.as_ref()).map(|(_, path)| Some(path)),
        None => Some(None),
    };
    let numbers = other("numbers", &entry.numbers);
    let calls = other("calls", &entry.calls);
    let roster = other("roster", &entry.roster);
    let sip = other("sip", &entry.sip);
    let traces = other("traces", &entry.traces);
    let app = other("app", &entry.app);
    let (shown, brandnames) = brandnames?;
    let target = Target::CallerId(Box::new(CallerFiles {
        brandnames,
        numbers: numbers?,
        calls: calls?,
        roster: roster?,
        sip: sip?,
        traces: traces?,
        app: app?,
    }));
    Some((shown, target))
}

fn document(check: &mut Check<'_>, here: &Here<'_>) -> Option<(String, Target)> {
    let mut list = |key, written: &Option<String>| match written {
        Some(written) => input_file(check, here, key, written),
        None => {
            missing(check, here, key);
            None
        }
    };
    let roster = list("roster", &here.entry.roster);
    let trained = list("trained", &here.entry.trained);
    let shown = here.entry.roster.clone().unwrap_or_default();
    let mut other = |key, written: &Option<String>| match written {
        Some(_) => path(check, here, key, written.as_ref()).map(|(_, path)| Some(path)),
        None => Some(None),
    };
    let requests = other("requests", &here.entry.requests);
    let roles = other("rights", &here.entry.rights);
    let internal_rule = other("internal_rule", &here.entry.internal_rule);
    let target = Target::Roster {
        roster: roster?,
        trained: trained?,
        papers: PeopleFiles {
            requests: requests?,
            roles: roles?,
            internal_rule: internal_rule?,
        },
    };
    Some((shown, target))
}

/// What the company lists beside a server.
fn host_lists(check: &mut Check<'_>, here: &Here<'_>) -> HostLists {
    if here.entry.kind != AssetKind::Server {
        return HostLists::default();
    }
    let mut list = |key, written: &Option<String>| {
        let written = written.as_ref()?;
        Some((written.clone(), input_file(check, here, key, written)?))
    };
    HostLists {
        software: list("software", &here.entry.software),
        roster: list("roster", &here.entry.roster),
    }
}

/// A file that must be there before the audit begins.
fn input_file(
    check: &mut Check<'_>,
    here: &Here<'_>,
    key: &'static str,
    written: &str,
) -> Option<std::path::PathBuf> {
    let path = check.path(&here.key(key), written)?;
    match check_readable(&path) {
        Ok(()) => Some(path),
        Err(problem) => {
            let message = format!("`{written}`: {}", problem.message);
            check.at(&here.key(key), message, &problem.help);
            None
        }
    }
}

/// A path that the kind needs.
fn path(
    check: &mut Check<'_>,
    here: &Here<'_>,
    key: &'static str,
    written: Option<&String>,
) -> Option<(String, std::path::PathBuf)> {
    let Some(written) = written else {
        missing(check, here, key);
        return None;
    };
    let path = check.path(&here.key(key), written)?;
    Some((written.clone(), path))
}

fn missing(check: &mut Check<'_>, here: &Here<'_>, key: &str) {
    let kind = here.entry.kind.word();
    check.at(
        &here.steps(),
        format!("`{key}` is missing"),
        &format!("an asset of kind {kind} needs it"),
    );
}

/// `host:port`, `[v6]:port`.
fn is_address(address: &str) -> bool {
    let Some((host, port)) = address.rsplit_once(':') else {
        return false;
    };
    let host_ok = match host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        Some(v6) => v6.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && !host
                    .chars()
                    .any(|c| c.is_whitespace() || c.is_control() || "/:@[]".contains(c))
        }
    };
    host_ok && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// Keys that are written and mean nothing for the kind.
fn allowed_keys(check: &mut Check<'_>, here: &Here<'_>) {
    let e = here.entry;
    let given = [
        ("root", e.root.is_some()),
        ("ssh", e.ssh.is_some()),
        ("local", e.local.is_some()),
        ("bundle", e.bundle.is_some()),
        ("sudo", e.sudo.is_some()),
        ("restricted", e.restricted.is_some()),
        ("address", e.address.is_some()),
        ("purpose", e.purpose.is_some()),
        ("closed", e.closed.is_some()),
        ("sni", e.sni.is_some()),
        ("starttls", e.starttls.is_some()),
        ("roots", e.roots.is_some()),
        ("resolver", e.resolver.is_some()),
        ("domain", e.domain.is_some()),
        ("dkim", e.dkim.is_some()),
        ("facts", e.facts.is_some()),
        ("authorised", e.authorised.is_some()),
        ("sample_waybill", e.sample_waybill.is_some()),
        ("request", e.request.is_some()),
        ("enumerate", e.enumerate.is_some()),
        ("path", e.path.is_some()),
        ("dialect", e.dialect.is_some()),
        ("url_env", e.url_env.is_some()),
        ("protection", e.protection.is_some()),
        ("sample", e.sample.is_some()),
        ("brandnames", e.brandnames.is_some()),
        ("numbers", e.numbers.is_some()),
        ("calls", e.calls.is_some()),
        ("sip", e.sip.is_some()),
        ("traces", e.traces.is_some()),
        ("app", e.app.is_some()),
        ("roster", e.roster.is_some()),
        ("software", e.software.is_some()),
        ("trained", e.trained.is_some()),
        ("requests", e.requests.is_some()),
        ("rights", e.rights.is_some()),
        ("internal_rule", e.internal_rule.is_some()),
    ];
    let allowed = keys_of(e.kind);
    for (key, _) in given
        .iter()
        .filter(|(key, is)| *is && !allowed.contains(key))
    {
        check.at_key(
            &here.steps(),
            key,
            format!(
                "`{key}` means nothing for an asset of kind {}",
                e.kind.word()
            ),
            format!("such an asset may have: {}", allowed.join(", ")),
        );
    }
}

fn keys_of(kind: AssetKind) -> &'static [&'static str] {
    match kind {
        AssetKind::Server => &[
            "root",
            "ssh",
            "local",
            "bundle",
            "sudo",
            "restricted",
            "software",
            "roster",
        ],
        AssetKind::Endpoint => &[
            "address",
            "purpose",
            "closed",
            "sni",
            "starttls",
            "roots",
            "resolver",
            "domain",
            "dkim",
            "facts",
            "authorised",
            "sample_waybill",
            "request",
            "enumerate",
        ],
        AssetKind::Config | AssetKind::Label => &["path"],
        AssetKind::Schema => &["path", "dialect", "url_env", "protection", "sample"],
        AssetKind::CallerId => &[
            "brandnames",
            "numbers",
            "calls",
            "roster",
            "sip",
            "traces",
            "app",
        ],
        AssetKind::Document => &["roster", "trained", "requests", "rights", "internal_rule"],
    }
}
