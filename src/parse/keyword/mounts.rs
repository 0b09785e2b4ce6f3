//! Tables of file systems: fstab, the output of `findmnt -rn` in the same order of fields, crypttab, `lsblk -P`.

use super::words;

/// A line of a table of file systems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// Its line, from 1.
    pub line: u32,
    /// What is mounted: a device, `UUID=…`, `tmpfs`.
    pub source: String,
    /// Where.
    pub target: String,
    /// The type of file system.
    pub kind: String,
    /// Its options.
    pub options: Vec<String>,
}

impl Mount {
    /// Does it have this option, as the last word said on it?
    pub fn has(&self, option: &str) -> bool {
        let opposite = option.strip_prefix("no").unwrap_or(option);
        // `user` and `users` bring noexec, nosuid and nodev unless a later option takes them back.
        let implied = ["user", "users"];
        let last = self.options.iter().rev().find(|o| {
            *o == option || *o == opposite || implied.contains(&o.as_str()) || *o == "defaults"
        });
        last.is_some_and(|o| o == option || implied.contains(&o.as_str()))
    }
}

/// The lines of fstab, swap included. `None` where one has fewer than its fields.
pub fn fstab(text: &str) -> Option<Vec<Mount>> {
    words(text, &['#'])
        .into_iter()
        .map(|w| match w.words.as_slice() {
            [source, target, kind, rest @ ..] => Some(Mount {
                line: w.line,
                source: plain(source),
                target: plain(target),
                kind: kind.clone(),
                options: options(rest.first().map_or("defaults", String::as_str)),
            }),
            _ => None,
        })
        .collect()
}

/// Lines of `findmnt -rn -o SOURCE,TARGET,FSTYPE,OPTIONS`.
pub fn findmnt(text: &str) -> Option<Vec<Mount>> {
    fstab(text)
}

/// The names under `/dev/mapper` that crypttab opens, with their options.
pub fn crypttab(text: &str) -> Vec<(u32, String, Vec<String>)> {
    words(text, &['#'])
        .into_iter()
        .filter_map(|w| {
            let name = w.words.first()?.clone();
            let options = w.words.get(3).map(|o| options(o)).unwrap_or_default();
            Some((w.line, name, options))
        })
        .collect()
}

/// A block device of `lsblk -P`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Its name.
    pub name: String,
    /// `disk`, `part`, `crypt`, `lvm`.
    pub kind: String,
    /// Where it is mounted; `[SWAP]` for swap.
    pub target: String,
    /// The device that it stands on.
    pub parent: String,
}

/// Lines of `lsblk -P -o NAME,TYPE,MOUNTPOINT,PKNAME`. `None` where one has another form.
pub fn lsblk(text: &str) -> Option<Vec<Block>> {
    let block = |line: &str| {
        let field = |key: &str| {
            let rest = line.split_once(&format!("{key}=\""))?.1;
            Some(rest.split('"').next()?.to_owned())
        };
        Some(Block {
            parent: field("PKNAME")?,
            // `NAME=` is the end of `PKNAME=` as well: the first one counts.
            name: line.strip_prefix("NAME=\"")?.split('"').next()?.to_owned(),
            kind: field("TYPE")?,
            target: field("MOUNTPOINT")?,
        })
    };
    text.lines()
        .filter(|l| !l.trim().is_empty())
        .map(block)
        .collect()
}

/// Does this device, or one that it stands on, decrypt?
pub fn encrypted(blocks: &[Block], block: &Block) -> bool {
    let (mut now, mut left) = (block, blocks.len());
    loop {
        if now.kind == "crypt" {
            return true;
        }
        let Some(parent) = blocks.iter().find(|b| b.name == now.parent) else {
            return false;
        };
        if left == 0 {
            return false;
        }
        (now, left) = (parent, left - 1);
    }
}

fn options(text: &str) -> Vec<String> {
    text.split(',').map(str::to_owned).collect()
}

/// Blanks are written as octal numbers.
fn plain(text: &str) -> String {
    text.replace("\\040", " ").replace("\\x20", " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_on_an_option_counts() {
        let all = fstab(
            "# x\n/dev/a /tmp ext4 defaults,nodev,noexec,exec 0 2\n/dev/b /u ext4 user,suid\n/dev/c /x ext4\n",
        )
        .unwrap();
        assert!(all[0].has("nodev") && !all[0].has("noexec") && !all[0].has("nosuid"));
        assert!(all[1].has("nodev") && !all[1].has("nosuid"));
        assert!(!all[2].has("nodev"));
        assert_eq!(fstab("/dev/a /tmp\n"), None);
    }

    #[test]
    fn encryption_is_found_below_a_volume() {
        let all = lsblk(
            "NAME=\"sda\" TYPE=\"disk\" MOUNTPOINT=\"\" PKNAME=\"\"\nNAME=\"sda1\" TYPE=\"part\" MOUNTPOINT=\"/boot\" PKNAME=\"sda\"\nNAME=\"sda2\" TYPE=\"part\" MOUNTPOINT=\"\" PKNAME=\"sda\"\nNAME=\"luks\" TYPE=\"crypt\" MOUNTPOINT=\"\" PKNAME=\"sda2\"\nNAME=\"vg-data\" TYPE=\"lvm\" MOUNTPOINT=\"/srv\" PKNAME=\"luks\"\n",
        )
        .unwrap();
        assert!(encrypted(&all, &all[4]) && !encrypted(&all, &all[1]));
        assert_eq!(lsblk("sda disk\n"), None);
    }
}
