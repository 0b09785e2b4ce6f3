//! Units that mount: what an administrator says of a mount beside fstab.
//!
//! Of a line of fstab systemd makes a unit, which a unit of the same name in `/etc/systemd/system` takes the place of,
//! a link to `/dev/null` switches off, and drop-ins change.

use super::host::Host;
use super::plan::{Keep, Piece, Reduction, What};
use crate::model::{SourceError, Value};
use crate::parse::keyword::mounts::Mount;
use crate::parse::keyword::pairs::{self, Pair};

const OWN: &str = "/etc/systemd/system";
const FOLDERS: [&str; 3] = [OWN, "/usr/lib/systemd/system", "/lib/systemd/system"];
/// Where Debian puts a unit that is not in use.
const SHARED: &str = "/usr/share/systemd/tmp.mount";

/// What this part reads. A mount of the network may have a password among its options.
pub(super) const PIECES: &[Piece] = &[
    file("/etc/systemd/system/*.mount"),
    file("/etc/systemd/system/*.mount.d/*.conf"),
    file("/usr/lib/systemd/system/*.mount"),
    file("/usr/lib/systemd/system/*.mount.d/*.conf"),
    file("/lib/systemd/system/*.mount"),
    file("/lib/systemd/system/*.mount.d/*.conf"),
    file(SHARED),
];

const fn file(path: &'static str) -> Piece {
    Piece {
        what: What::File {
            path,
            keep: Keep::Reduced(Reduction::Masked),
        },
        serves: &["filesystems", "drift"],
    }
}

/// The lines of fstab with what units change, and the mounts that units alone make.
pub(super) fn laid_over(host: &mut Host<'_>, saved: Vec<Mount>) -> Result<Vec<Mount>, SourceError> {
    let mut all = Vec::new();
    for mut mount in saved {
        if !mount.target.starts_with('/') {
            all.push(mount);
            continue;
        }
        let name = unit_of(&mount.target);
        if host.masked(&name)? {
            continue;
        }
        let own = host.names(OWN)?.contains(&name);
        let said = if own {
            text(host, &name)?
        } else {
            drop_ins(host, &name)?
        };
        change(&mut mount, &said);
        all.push(mount);
    }
    for file in host.drop_ins(&FOLDERS, ".mount")? {
        let name = file.rsplit('/').next().unwrap_or_default().to_owned();
        let there = all.iter().any(|m| unit_of(&m.target) == name);
        if there || host.masked(&name)? {
            continue;
        }
        let on = host.unit_on(&[name.as_str()]);
        if let Value::Unseen(why) = on {
            return Err(SourceError::Unreadable(name, why.detail));
        }
        if on != Value::Bool(true) {
            continue;
        }
        let mut mount = Mount {
            line: 0,
            source: String::new(),
            target: String::new(),
            kind: String::new(),
            options: Vec::new(),
        };
        change(&mut mount, &text(host, &name)?);
        if !mount.target.is_empty() {
            all.push(mount);
        }
    }
    Ok(all)
}

/// `/var/log` is mounted by `var-log.mount`.
fn unit_of(target: &str) -> String {
    let path = target.trim_matches('/');
    let mut name = String::new();
    for (at, byte) in path.bytes().enumerate() {
        match byte {
            b'/' => name.push('-'),
            b'.' if at == 0 => name.push_str("\\x2e"),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b':' | b'_' | b'.' => {
                name.push(char::from(byte));
            }
            other => name.push_str(&format!("\\x{other:02x}")),
        }
    }
    if name.is_empty() {
        name.push('-');
    }
    format!("{name}.mount")
}

/// A unit with its drop-ins.
fn text(host: &mut Host<'_>, name: &str) -> Result<String, SourceError> {
    let mut whole = String::new();
    for folder in FOLDERS {
        if let Some(text) = host.optional(&format!("{folder}/{name}"))? {
            whole = text;
            break;
        }
    }
    if whole.is_empty() && name == "tmp.mount" {
        whole = host.optional(SHARED)?.unwrap_or_default();
    }
    whole.push('\n');
    whole.push_str(&drop_ins(host, name)?);
    Ok(whole)
}

fn drop_ins(host: &mut Host<'_>, name: &str) -> Result<String, SourceError> {
    let folders = FOLDERS.map(|folder| format!("{folder}/{name}.d"));
    let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
    let mut whole = String::new();
    for file in host.drop_ins(&folders, ".conf")? {
        whole.push_str(&host.optional(&file)?.unwrap_or_default());
        whole.push('\n');
    }
    Ok(whole)
}

/// What a unit says of a mount: the last line of each kind.
fn change(mount: &mut Mount, text: &str) {
    let pairs = pairs::ini(text);
    let said = |key: &str| {
        let mut all = pairs.iter().rev().filter(|p| p.section == "Mount");
        all.find(|p: &&Pair| p.key == key).map(|p| p.value.clone())
    };
    for (key, field) in [
        ("What", &mut mount.source),
        ("Where", &mut mount.target),
        ("Type", &mut mount.kind),
    ] {
        if let Some(value) = said(key) {
            *field = value;
        }
    }
    if let Some(options) = said("Options") {
        mount.options = options.split(',').map(str::to_owned).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_units() {
        assert_eq!(unit_of("/"), "-.mount");
        assert_eq!(unit_of("/var/log/"), "var-log.mount");
        assert_eq!(unit_of("/dev/shm"), "dev-shm.mount");
        assert_eq!(unit_of("/srv/my-data"), "srv-my\\x2ddata.mount");
    }

    #[test]
    fn the_last_line_counts() {
        let mut mount = Mount {
            line: 1,
            source: "tmpfs".into(),
            target: "/tmp".into(),
            kind: "tmpfs".into(),
            options: vec!["nosuid".into()],
        };
        change(
            &mut mount,
            "[Mount]\nOptions=nodev,noexec\n[Unit]\nOptions=x\n",
        );
        assert_eq!(mount.options, ["nodev", "noexec"]);
        assert_eq!(mount.target, "/tmp");
    }
}
