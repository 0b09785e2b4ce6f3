//! `capdo scan`: one thing without an inventory, and `capdo facts`: what a collector sees of it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;

use super::changed::Changed;
use super::deliver::{self, Reports};
use super::sealing::{self, Sealing};
use super::work::{self, Work};
use super::{Failure, Outcome, Pack, bundles, now, output, runs};
use crate::cli::{Common, FactsArgs, GateArgs, JudgeArgs, KindArg, ScanArgs, TargetArgs, WorkArgs};
use crate::collect::{self, Context, endpoint};
use crate::model::{
    Asset, AssetKind, CallerFiles, Collected, Day, Fact, HostLists, Hosting, Inventory, Level,
    Organisation, Ownership, PeopleFiles, Remote, Seen, Size, System, Target, Value,
};
use crate::text::lists;

/// The system that a scan assumes.
const SYSTEM: &str = "scan";

/// Runs `capdo scan`.
pub(super) fn run(args: &ScanArgs, common: &Common) -> Outcome {
    let inventory = assumed(args.kind, &args.targets, &args.target, args.level)?;
    let changed = match (&args.target.changed_since, args.kind) {
        (Some(revision), KindArg::Config) => Some(Changed::since(revision, &inventory)?),
        (Some(_), _) => {
            let message = "--changed-since is for configurations\n  help: capdo scan config . --changed-since REV";
            return Err(Failure::Usage(message.into()));
        }
        (None, _) => None,
    };
    judged(
        &inventory,
        (args.kind.into(), args.level),
        changed.as_ref(),
        &args.gate,
        &args.work,
        common,
    )
}

/// Runs `capdo judge`.
pub(super) fn judge(args: &JudgeArgs, common: &Common) -> Outcome {
    let options = TargetArgs::default();
    let mut inventory = assumed(KindArg::Server, &args.files, &options, args.level)?;
    for asset in &mut inventory.assets {
        asset.target = Target::Bundle(PathBuf::from(&asset.shown));
    }
    bundles::can_be_read(&inventory)?;
    judged(
        &inventory,
        (AssetKind::Server, args.level),
        None,
        &args.gate,
        &args.work,
        common,
    )
}

/// Judges all assets of an assumed inventory.
fn judged(
    inventory: &Inventory,
    scan: (AssetKind, Level),
    changed: Option<&Changed>,
    gate: &GateArgs,
    work: &WorkArgs,
    common: &Common,
) -> Outcome {
    let formats = deliver::formats(&work.format, work.out.as_deref())?;
    let pack = Pack::of(common)?;
    let moment = now();
    let named = &work.draw.history;
    let earlier = runs::earlier(gate, named, inventory, Some(scan.0), moment)?;
    bundles::are_whole(inventory)?;
    if let Some(out) = &work.out {
        output::folder(out)?;
    }
    let sealing = Sealing {
        key: sealing::signing_key(work.sign.as_deref())?,
        inputs: sealing::inputs(inventory, None, named),
        earlier: runs::folder_of(gate),
    };
    let systems: Vec<&str> = inventory.systems.iter().map(|s| s.id.as_str()).collect();
    let plan = deliver::plan(&work.draw, work.out.as_deref(), &pack, &systems)?;
    work::watch_interrupts();
    let run = Work {
        pack: &pack,
        inventory,
        scan: Some(scan),
        changed,
        as_of: common.as_of.unwrap_or_else(|| Day::of(moment)),
        now: moment,
        gate,
        work,
        input_bytes: targets(inventory).join("\0").into_bytes(),
        baseline: earlier.baseline,
        quiet: common.quiet,
    }
    .run()?;
    let reports = Reports {
        formats: &formats,
        out: work.out.as_deref(),
        draw: &work.draw,
        plan,
        history: earlier.history,
        sealing,
    };
    deliver::deliver(&run, reports, common)?;
    Ok(if work::interrupted() {
        130
    } else {
        run.gate.exit_code
    })
}

/// Runs `capdo facts`.
pub(super) fn facts(args: &FactsArgs, _common: &Common) -> Outcome {
    let moment = now();
    let cx = Context {
        now: moment,
        timeout: Duration::from_secs(args.timeout),
        offline: false,
    };
    let asking = collect::Asking {
        needs: None,
        ssh_config: args.ssh_config.clone(),
    };
    work::watch_interrupts();
    let level = crate::model::Level::ALL[2];
    let inventory = assumed(args.kind, &args.targets, &args.target, level)?;
    let mut seen_all = true;
    for asset in &inventory.assets {
        if args.kind == KindArg::Endpoint {
            seen_all &= endpoint_facts(asset, &args.target, &cx)?;
            continue;
        }
        let kind = AssetKind::from(args.kind).word();
        match collect::collect_asking(asset, &inventory, &cx, &asking) {
            Ok(collected) => seen_all &= lines(kind, &collected)?,
            Err(reason) => {
                seen_all = false;
                let line = json!({
                    "kind": kind, "subject": asset.id, "path": asset.id, "value": null,
                    "why": reason.code, "detail": reason.detail,
                });
                output::stdout(&format!("{line}\n"))?;
            }
        }
    }
    Ok(match (work::interrupted(), seen_all) {
        (true, _) => 130,
        (false, true) => 0,
        (false, false) => 3,
    })
}

/// One line for each fact; says whether everything was seen.
fn lines(kind: &str, collected: &Collected) -> Result<bool, Failure> {
    let mut text = String::new();
    for subject in &collected.subjects {
        for fact in subject.facts.values().chain(&subject.other) {
            text.push_str(&line(kind, &subject.id, fact).to_string());
            text.push('\n');
        }
    }
    let mut whole = true;
    for sight in &collected.sights {
        if let Seen::Not(reason) = &sight.seen {
            whole = false;
            let line = json!({
                "kind": kind, "subject": &*sight.kind, "path": &*sight.kind, "value": null,
                "why": reason.code, "detail": reason.detail,
            });
            text.push_str(&line.to_string());
            text.push('\n');
        }
    }
    output::stdout(&text)?;
    Ok(whole)
}

fn line(kind: &str, subject: &str, fact: &Fact) -> serde_json::Value {
    let mut line = json!({
        "kind": kind,
        "subject": subject,
        "path": format!("{subject}.{}", fact.path),
        "value": fact.value.json(),
        "file": fact.place.as_ref().map(|p| &*p.file),
        "line": fact.place.as_ref().map(|p| p.line).filter(|line| *line > 0),
        "origin": fact.origin,
    });
    if let (Value::Unseen(why), Some(map)) = (&fact.value, line.as_object_mut()) {
        map.insert("why".into(), why.code.into());
        if !why.detail.is_empty() {
            map.insert("detail".into(), why.detail.as_str().into());
        }
    }
    line
}

fn endpoint_facts(asset: &Asset, options: &TargetArgs, cx: &Context) -> Result<bool, Failure> {
    let Some(mut target) = endpoint::ProbeTarget::parse(&asset.shown) else {
        return Err(Failure::Usage(format!(
            "`{}` is no address\n  help: write host:port",
            asset.shown
        )));
    };
    target.sni.clone_from(&options.sni);
    target.roots.clone_from(&options.roots);
    target.starttls.clone_from(&options.starttls);
    target.http = options.http && options.starttls.is_none();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::Internal(e.to_string()))?;
    let facts = runtime.block_on(endpoint::probe(&target, cx));
    runtime.shutdown_background();
    let text: String = facts.iter().map(|f| endpoint::draw(f) + "\n").collect();
    output::stdout(&text)?;
    Ok(facts
        .iter()
        .all(|f| f.probe.state == endpoint::ProbeState::Complete))
}

fn targets(inventory: &Inventory) -> Vec<&str> {
    inventory.assets.iter().map(|a| a.shown.as_str()).collect()
}

/// An inventory of one assumed online system with these targets.
fn assumed(
    kind: KindArg,
    targets: &[String],
    options: &TargetArgs,
    level: crate::model::Level,
) -> Result<Inventory, Failure> {
    let mut assets = Vec::new();
    for shown in targets {
        assets.push(Asset {
            id: shown.clone(),
            systems: vec![SYSTEM.into()],
            kind: kind.into(),
            line: 1,
            roles: Vec::new(),
            shown: shown.clone(),
            target: target(kind, shown, options)?,
            lists: HostLists::default(),
        });
    }
    Ok(Inventory {
        file: targets.join(" "),
        organisation: Organisation {
            name: lists::scanned(),
            tax_code: None,
            ownership: Ownership::Private,
            size: Size::Large,
            subcontractors: true,
        },
        assessor: None,
        systems: vec![System {
            id: SYSTEM.into(),
            name: lists::scanned(),
            level,
            level_decision: None,
            go_live: None,
            investment_from: None,
            hosting: Hosting::Own,
            online_service: true,
            data_subjects: None,
            classification: crate::model::Traits::default(),
            zones: None,
            without: BTreeMap::new(),
        }],
        assets,
        attestations: Vec::new(),
        incidents: None,
        waivers: Vec::new(),
        parameters: BTreeMap::new(),
        mask_profile: None,
        code_reversal: None,
    })
}

/// Is this a host that runs?
pub(super) fn is_live(shown: &str) -> bool {
    shown == "local" || shown.starts_with("ssh:")
}

/// A host that runs.
pub(super) fn live(shown: &str, sudo: bool, restricted: bool) -> Result<Target, Failure> {
    let Some(words) = shown.strip_prefix("ssh:") else {
        return Ok(Target::Local { sudo });
    };
    match Remote::parse(words) {
        Some(remote) => Ok(Target::Ssh {
            remote,
            sudo,
            restricted,
        }),
        None => Err(Failure::Usage(format!(
            "`{shown}` names no host\n  help: write ssh:[user@]host[:port]"
        ))),
    }
}

fn target(kind: KindArg, shown: &str, options: &TargetArgs) -> Result<Target, Failure> {
    let path = PathBuf::from(shown);
    Ok(match kind {
        KindArg::Server if is_live(shown) => live(shown, options.sudo, options.restricted)?,
        KindArg::Server if path.is_file() || shown.ends_with(".capdo") => Target::Bundle(path),
        KindArg::Server => Target::ServerRoot(path),
        KindArg::Endpoint if path.is_file() => Target::EndpointFacts {
            file: path,
            address: shown.to_owned(),
            purpose: "web".into(),
        },
        KindArg::Endpoint => Target::Endpoint {
            address: shown.to_owned(),
            purpose: "web".into(),
            sni: options.sni.clone(),
            roots: options.roots.clone(),
            starttls: options.starttls.clone(),
            closed: Vec::new(),
            authorised: None,
            sample: None,
            mail: None,
        },
        KindArg::Config => Target::Config(path),
        KindArg::Schema if shown.starts_with("env:") => Target::Database {
            env: shown.trim_start_matches("env:").to_owned(),
            sample: options.sample,
            declared: Vec::new(),
        },
        KindArg::Schema => Target::Schema {
            path,
            dialect: options.dialect.clone(),
            declared: Vec::new(),
        },
        KindArg::Label => Target::Label(path),
        KindArg::CallerId => Target::CallerId(Box::new(CallerFiles {
            brandnames: path,
            numbers: options.numbers.clone(),
            calls: options.calls.clone(),
            roster: options.roster.clone(),
            sip: options.sip.clone(),
            traces: options.traces.clone(),
            app: options.app.clone(),
        })),
        KindArg::Document => {
            let Some(trained) = options.trained.clone() else {
                return Err(Failure::Usage(
                    "a staff list needs the list of trainings\n  help: add --trained FILE".into(),
                ));
            };
            Target::Roster {
                roster: path,
                trained,
                papers: PeopleFiles {
                    requests: options.requests.clone(),
                    roles: options.rights.clone(),
                    internal_rule: options.internal_rule.clone(),
                },
            }
        }
    })
}
