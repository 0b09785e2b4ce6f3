//! PAM stacks with what they include.

use super::host::Host;
use super::plan::{Keep, Piece, Reduction, What};
use crate::model::SourceError;
use crate::parse::keyword::pam::{Action, binds, leaves_out, parse, passes_over};

/// What this part reads: arguments of modules may hold a password.
pub(super) const PIECES: &[Piece] = &[Piece {
    what: What::File {
        path: "/etc/pam.d/*",
        keep: Keep::Reduced(Reduction::Masked),
    },
    serves: &["password-policy", "lockout", "authentication", "session"],
}];

/// How deep stacks may include stacks.
const MAX_DEPTH: usize = 8;

/// A module that a stack asks.
#[derive(Debug, Clone)]
pub(super) struct Module {
    /// `pam_unix`.
    pub(super) name: String,
    /// Its arguments.
    pub(super) args: Vec<String>,
    /// Does its refusal refuse the whole stack?
    pub(super) binds: bool,
    /// Does what it does not decide fall through to a `pam_deny` behind it?
    pub(super) falls: bool,
    /// May what a module before it says leave it out?
    pub(super) skipped: bool,
    /// `required`, `[success=1 default=ignore]`.
    pub(super) control: String,
    /// The substacks it stands in, the outermost first.
    pub(super) within: Vec<u32>,
    /// The file it stands in.
    pub(super) file: String,
    /// The line.
    pub(super) line: u32,
}

/// The modules of one type that a service asks; `None` where no file of the service is there.
pub(super) fn stack(
    host: &mut Host<'_>,
    service: &str,
    kind: &str,
) -> Result<Option<Vec<Module>>, SourceError> {
    let path = format!("/etc/pam.d/{service}");
    let Some(text) = host.optional(&path)? else {
        return Ok(None);
    };
    let mut walk = Walk {
        kind,
        modules: Vec::new(),
        substacks: 0,
    };
    add(host, &path, &text, &[0], 0, &mut walk)?;
    Ok(Some(weighed(walk.modules)))
}

/// Modules that tell accounts of this host from those of a directory.
const LOCAL: [&str; 2] = ["pam_localuser", "pam_usertype"];

/// A stack on the way.
struct Walk<'a> {
    kind: &'a str,
    modules: Vec<Module>,
    substacks: u32,
}

/// Each module with what its neighbours make of it: one whose refusal falls through to `pam_deny` binds, one that the
/// success of another jumps over, or ends the stack before, may be left out.
fn weighed(mut modules: Vec<Module>) -> Vec<Module> {
    for at in 0..modules.len() {
        let falls = modules
            .get(at + 1)
            .is_some_and(|m| m.name == "pam_deny" && m.binds);
        let Some(module) = modules.get(at) else {
            continue;
        };
        let jumps = module.control.starts_with('[') && leaves_out(&module.control) != Some(0);
        let skipped = modules.iter().take(at).enumerate().any(|(n, before)| {
            // Those whom another module keeps are not of this host.
            let local = LOCAL.contains(&before.name.as_str());
            if !local && n + passes_over(&before.control) >= at {
                return true;
            }
            match leaves_out(&before.control) {
                Some(over) => n + over >= at,
                // It ends the stack that it stands in with all stacks inside that.
                None => module.within.starts_with(&before.within),
            }
        });
        if let Some(module) = modules.get_mut(at) {
            module.binds |= falls && jumps;
            module.falls = falls;
            module.skipped = skipped;
        }
    }
    modules
}

/// The stack of the first of these services that is there.
pub(super) fn first(
    host: &mut Host<'_>,
    services: &[&str],
    kind: &str,
) -> Result<Option<Vec<Module>>, SourceError> {
    for service in services {
        if let Some(found) = stack(host, service, kind)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn add(
    host: &mut Host<'_>,
    path: &str,
    text: &str,
    within: &[u32],
    depth: usize,
    walk: &mut Walk<'_>,
) -> Result<(), SourceError> {
    for rule in parse(text, Some(walk.kind)) {
        let (file, within) = match rule.action {
            Action::Module {
                control,
                module,
                args,
            } => {
                walk.modules.push(Module {
                    binds: binds(&control),
                    falls: false,
                    skipped: false,
                    control,
                    within: within.to_vec(),
                    name: module,
                    args,
                    file: path.to_owned(),
                    line: rule.line,
                });
                continue;
            }
            Action::Include(file) => (file, within.to_vec()),
            Action::Substack(file) => {
                walk.substacks += 1;
                (file, [within, &[walk.substacks]].concat())
            }
        };
        let file = match file.strip_prefix('/') {
            Some(_) => file,
            None => format!("/etc/pam.d/{file}"),
        };
        if depth >= MAX_DEPTH {
            return Err(SourceError::Links(file));
        }
        // A stack that names a file that is not there refuses everybody: not what we judge here.
        if let Some(text) = host.optional(&file)? {
            add(host, &file, &text, &within, depth + 1, walk)?;
        }
    }
    Ok(())
}
