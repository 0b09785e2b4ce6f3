//! The firewall as the kernel has it: `nft list ruleset`, on older hosts `iptables-save` and `ip6tables-save`.

use super::Wall;
use super::saved::{open_through, policy, six};
use crate::collect::server::host::Host;
use crate::model::{Command, SourceError, Value};
use crate::parse::keyword::packets::{self, Chains};

pub(super) const NFT: Command = Command {
    id: "nft-ruleset",
    argv: &["/usr/sbin/nft", "list", "ruleset"],
    root: true,
};
pub(super) const IPTABLES: Command = Command {
    id: "iptables-save",
    argv: &["/usr/sbin/iptables-save"],
    root: true,
};
pub(super) const IP6TABLES: Command = Command {
    id: "ip6tables-save",
    argv: &["/usr/sbin/ip6tables-save"],
    root: true,
};

/// What filters packets now.
pub(super) fn read(host: &mut Host<'_>) -> Result<Wall, SourceError> {
    let (chains, file) = match host.run(&NFT) {
        Ok(text) => (packets::nft(&text), &NFT),
        Err(e) if e.is_missing() => {
            let mut chains = packets::iptables(&host.run(&IPTABLES)?);
            let mut six = packets::iptables(&host.run(&IP6TABLES)?);
            for chain in &mut six.all {
                "ip6".clone_into(&mut chain.family);
            }
            chains.join(six);
            (chains, &IPTABLES)
        }
        Err(e) => return Err(e),
    };
    Ok(wall(&chains, file.shown()))
}

fn wall(chains: &Chains, file: String) -> Wall {
    let open = open_through(chains);
    Wall {
        kind: "running",
        file,
        line: 0,
        enabled: Value::Bool(chains.all.iter().any(|c| c.at("input"))),
        input: policy(chains, "input"),
        output: policy(chains, "output"),
        forward: policy(chains, "forward"),
        six: six(chains),
        logs: Value::Bool(open.logs),
        limits: Value::Bool(open.limits),
        open,
    }
}

/// Rules that run and stand in no file that a service loads.
pub(super) fn without_files(now: &Wall) -> Vec<String> {
    let text = "packets are filtered now, and no file says so after a restart";
    if now.input == Value::from("drop") {
        vec![text.to_owned()]
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ruleset_of_iptables_nft() {
        let text = "table ip filter {\n\tchain INPUT {\n\t\ttype filter hook input priority filter; policy drop;\n\t\tct state related,established counter packets 1 bytes 2 accept\n\t\tmeta l4proto tcp tcp dport 22 counter packets 0 bytes 0 accept\n\t}\n}\ntable ip6 filter {\n\tchain INPUT {\n\t\ttype filter hook input priority filter; policy accept;\n\t}\n}\n";
        let wall = wall(&packets::nft(text), "nft".into());
        assert_eq!(wall.input, "accept".into());
        assert_eq!(wall.six, Value::Bool(false));
        assert!(wall.open.at(22));
        assert!(without_files(&wall).is_empty());
    }
}
