//! `capdo plan`: every file, command and address that an audit will touch, before it does, and the rights to grant.
//!
//! The plan is made of what the collection itself is made of: the same pieces, the same targets, the same permissions.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Failure, Outcome, Pack, output};
use crate::cli::{Common, ListFormat, PlanArgs};
use crate::collect::endpoint::{self, Planned};
use crate::collect::server::plan::{self as pieces, Keep, Piece, Reduction, What};
use crate::collect::server::{grant, script};
use crate::input;
use crate::model::{Asset, AssetKind, Day, Inventory, Lang, Level, Target};
use crate::rules::{Choice, choose};

mod draw;

/// What is printed as JSON, and drawn for people.
#[derive(Debug, Serialize)]
struct Plan {
    schema: &'static str,
    inventory: String,
    as_of: Day,
    script: ScriptPlan,
    assets: Vec<AssetPlan>,
    documents: Vec<String>,
    grants: Grants,
}

/// The script that an administrator may install.
#[derive(Debug, Serialize)]
struct ScriptPlan {
    path: &'static str,
    id: String,
    sha256: String,
}

#[derive(Debug, Serialize)]
struct AssetPlan {
    id: String,
    kind: &'static str,
    target: String,
    /// `files`, `root`, `bundle`, `local`, `ssh`, `ssh-restricted`, `network`.
    via: &'static str,
    level: Option<Level>,
    touches: Vec<Touch>,
}

/// One thing that is touched.
#[derive(Debug, PartialEq, Serialize)]
struct Touch {
    /// `file`, `folder`, `stat`, `command`, `resolve`, `connect`, `request`, `not-asked`.
    what: &'static str,
    name: String,
    /// How much leaves the host: `whole`, `lines`, `reduced`; or what is asked of an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    keep: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lines: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reduction: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    serves: Vec<&'static str>,
    root: bool,
}

/// What an administrator would grant on hosts that run; empty where there is none.
#[derive(Debug, Default, Serialize)]
struct Grants {
    /// For the installed script, whose hash is named.
    installed: Vec<String>,
    /// For a script that is sent: each command and file.
    sent: Vec<String>,
    authorized_keys: Option<String>,
}

/// Runs the command.
pub(super) fn run(args: &PlanArgs, common: &Common) -> Outcome {
    let pack = Pack::of(common)?;
    let inventory = input::load(&args.inventory, &pack.law, &pack.rules)?;
    let on = common.as_of.unwrap_or_else(|| Day::of(super::now()));
    let plan = Maker {
        pack: &pack,
        inventory: &inventory,
        on,
    }
    .plan();
    let text = match args.format {
        ListFormat::Json => {
            let text = serde_json::to_string_pretty(&plan);
            text.map_err(|e| Failure::Internal(e.to_string()))? + "\n"
        }
        ListFormat::Human => draw::draw(&plan, Lang::from(common.lang)),
    };
    output::stdout(&text)?;
    Ok(0)
}

struct Maker<'a> {
    pack: &'a Pack,
    inventory: &'a Inventory,
    on: Day,
}

impl Maker<'_> {
    fn plan(&self) -> Plan {
        let installed = script::script(&script::Options::default());
        let mut granted: BTreeMap<String, Piece> = BTreeMap::new();
        let mut live = false;
        let mut assets = Vec::new();
        for asset in &self.inventory.assets {
            let pieces = self.pieces(asset);
            if matches!(asset.target, Target::Local { .. } | Target::Ssh { .. }) {
                live = true;
                granted.extend(pieces.iter().map(|p| (format!("{:?}", p.what), *p)));
            }
            assets.push(self.asset(asset, &pieces));
        }
        let granted: Vec<Piece> = granted.into_values().collect();
        let grants = match live {
            true => Grants {
                installed: grant::sudoers_of_script(&installed.sha256),
                sent: grant::sudoers_of_pieces(&granted),
                authorized_keys: Some(grant::authorized_key()),
            },
            false => Grants::default(),
        };
        let documents = &self.inventory.attestations;
        Plan {
            schema: "capdo/plan/1",
            inventory: self.inventory.file.clone(),
            as_of: self.on,
            script: ScriptPlan {
                path: grant::INSTALLED,
                id: installed.id,
                sha256: installed.sha256,
            },
            assets,
            documents: documents
                .iter()
                .map(|a| a.evidence.written.clone())
                .collect(),
            grants,
        }
    }

    /// What a server is asked: a restricted key, a folder and a bundle give the whole plan; a script that is sent asks
    /// only what the controls of the level need.
    fn pieces(&self, asset: &Asset) -> Vec<Piece> {
        match &asset.target {
            Target::Local { .. }
            | Target::Ssh {
                restricted: false, ..
            } => pieces::needed(&self.needs(asset)),
            Target::Ssh {
                restricted: true, ..
            }
            | Target::ServerRoot(_) => pieces::PIECES.concat(),
            Target::Bundle(_)
            | Target::Endpoint { .. }
            | Target::EndpointFacts { .. }
            | Target::Config(_)
            | Target::Schema { .. }
            | Target::Database { .. }
            | Target::Label(_)
            | Target::Roster { .. }
            | Target::CallerId(_)
            | Target::NotBuilt(_) => Vec::new(),
        }
    }

    /// A shared asset is judged at the highest level of its systems.
    fn level(&self, asset: &Asset) -> Option<Level> {
        let of = |id: &String| self.inventory.systems.iter().find(|s| s.id == *id);
        asset.systems.iter().filter_map(of).map(|s| s.level).max()
    }

    /// The subject types that the controls of the level and the day judge.
    fn needs(&self, asset: &Asset) -> BTreeSet<String> {
        let Some(level) = self.level(asset) else {
            return BTreeSet::new();
        };
        let none = BTreeMap::new();
        let asked = self.pack.rules.controls.iter().filter(|c| {
            c.asset == AssetKind::Server
                && matches!(
                    choose(c, &self.pack.law, level, self.on, &none),
                    Choice::Asked(_)
                )
        });
        asked.map(|c| c.subject.to_string()).collect()
    }

    fn asset(&self, asset: &Asset, pieces: &[Piece]) -> AssetPlan {
        let (via, touches) = match &asset.target {
            Target::Local { .. } => ("local", of_pieces(pieces, true)),
            Target::Ssh { restricted, .. } => (
                if *restricted { "ssh-restricted" } else { "ssh" },
                of_pieces(pieces, true),
            ),
            // Commands are asked of hosts that run.
            Target::ServerRoot(_) => ("root", of_pieces(pieces, false)),
            Target::Bundle(_) => ("bundle", vec![touch("file", &asset.shown)]),
            Target::Endpoint { .. } => {
                let all = endpoint::planned(&asset.target, self.on);
                ("network", all.into_iter().map(of_planned).collect())
            }
            Target::EndpointFacts { file, .. } => {
                ("files", vec![touch("file", &file.display().to_string())])
            }
            Target::Config(_) | Target::Schema { .. } | Target::Label(_) => {
                ("files", vec![touch("file", &asset.shown)])
            }
            Target::Database { .. } => ("network", vec![touch("database", &asset.shown)]),
            Target::Roster {
                roster,
                trained,
                papers,
            } => (
                "files",
                [
                    Some(roster),
                    Some(trained),
                    papers.requests.as_ref(),
                    papers.roles.as_ref(),
                    papers.internal_rule.as_ref(),
                ]
                .into_iter()
                .flatten()
                .map(|p| touch("file", &p.display().to_string()))
                .collect(),
            ),
            Target::CallerId(files) => (
                "files",
                [
                    Some(&files.brandnames),
                    files.numbers.as_ref(),
                    files.calls.as_ref(),
                    files.roster.as_ref(),
                    files.sip.as_ref(),
                    files.traces.as_ref(),
                    files.app.as_ref(),
                ]
                .into_iter()
                .flatten()
                .map(|p| touch("file", &p.display().to_string()))
                .collect(),
            ),
            // What this version cannot look at is not touched.
            Target::NotBuilt(_) => ("none", Vec::new()),
        };
        AssetPlan {
            id: asset.id.clone(),
            kind: asset.kind.word(),
            target: asset.shown.clone(),
            via,
            level: self.level(asset),
            touches,
        }
    }
}

/// What an endpoint is asked.
fn of_planned(planned: Planned) -> Touch {
    Touch {
        keep: match planned.asked {
            true => planned.why,
            false => Some("not-authorised"),
        },
        ..touch(
            if planned.asked {
                planned.what
            } else {
                "not-asked"
            },
            &planned.name,
        )
    }
}

fn touch(what: &'static str, name: &str) -> Touch {
    Touch {
        what,
        name: name.to_owned(),
        keep: None,
        lines: Vec::new(),
        reduction: None,
        serves: Vec::new(),
        root: false,
    }
}

fn of_pieces(pieces: &[Piece], live: bool) -> Vec<Touch> {
    let wanted = |p: &&Piece| live || !matches!(p.what, What::Command(_));
    pieces.iter().filter(wanted).map(of_piece).collect()
}

fn of_piece(piece: &Piece) -> Touch {
    let mut one = match piece.what {
        What::File { path, keep } => {
            let mut one = touch("file", path);
            match keep {
                Keep::Whole => one.keep = Some("whole"),
                Keep::Lines(words) => {
                    one.keep = Some("lines");
                    one.lines = words.to_vec();
                }
                Keep::Reduced(reduction) => {
                    one.keep = Some("reduced");
                    one.reduction = Some(named(reduction));
                }
            }
            one
        }
        What::Folder(path) => touch("folder", path),
        What::Stat(path) => touch("stat", path),
        What::Command(command) => touch("command", &command.shown()),
    };
    one.serves = piece.serves.to_vec();
    one.root = grant::needs_root(piece);
    one
}

/// The word of a reduction: `FirstWord` is `first-word`.
fn named(reduction: Reduction) -> String {
    let mut word = String::new();
    for c in format!("{reduction:?}").chars() {
        if c.is_ascii_uppercase() && !word.is_empty() {
            word.push('-');
        }
        word.push(c.to_ascii_lowercase());
    }
    word
}
