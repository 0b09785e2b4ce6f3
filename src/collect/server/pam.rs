//! PAM stacks with what they include.

use super::host::Host;
use crate::model::SourceError;
use crate::parse::keyword::pam::{Action, binds, parse};

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
    let mut modules = Vec::new();
    add(host, &path, &text, kind, 0, &mut modules)?;
    Ok(Some(modules))
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
    kind: &str,
    depth: usize,
    modules: &mut Vec<Module>,
) -> Result<(), SourceError> {
    for rule in parse(text, Some(kind)) {
        match rule.action {
            Action::Module {
                control,
                module,
                args,
            } => modules.push(Module {
                binds: binds(&control),
                name: module,
                args,
                file: path.to_owned(),
                line: rule.line,
            }),
            Action::Include(file) => {
                let file = match file.strip_prefix('/') {
                    Some(_) => file,
                    None => format!("/etc/pam.d/{file}"),
                };
                if depth >= MAX_DEPTH {
                    return Err(SourceError::Links(file));
                }
                // A stack that names a file that is not there refuses everybody: not what we judge here.
                if let Some(text) = host.optional(&file)? {
                    add(host, &file, &text, kind, depth + 1, modules)?;
                }
            }
        }
    }
    Ok(())
}
