//! What chains of packet filters do.

use super::*;

fn input(chains: &Chains) -> Vec<(u32, Verdict)> {
    let at = |c: &&Chain| c.at("input");
    let found = chains.all.iter().filter(at);
    found.map(|c| (c.line, chains.verdict(c))).collect()
}

fn table(rules: &str) -> Vec<(u32, Verdict)> {
    input(&nft(&format!(
        "flush ruleset\ntable inet filter {{\n chain other {{ accept; }}\n chain input {{\n  type filter hook input priority 0; policy drop;\n{rules}\n }}\n}}\n"
    )))
}

#[test]
fn chains_of_nftables() {
    assert_eq!(
        table(" tcp dport { 22,\n 80 } accept"),
        [(5, Verdict::Drop)]
    );
    assert_eq!(table(" counter accept # open"), [(5, Verdict::Accept)]);
    assert_eq!(
        table(" ct state established,related accept"),
        [(5, Verdict::Drop)]
    );
    assert_eq!(
        table(" ct state { new, established } accept"),
        [(5, Verdict::Accept)]
    );
    assert_eq!(table(" jump other"), [(5, Verdict::Accept)]);
    assert_eq!(table(" jump nowhere"), [(5, Verdict::Unclear)]);
    assert_eq!(table(" include \"x\""), [(5, Verdict::Unclear)]);
    assert_eq!(
        table(" tcp dport 23 drop\n drop\n accept"),
        [(5, Verdict::Drop)]
    );
    let one = "table inet f { chain input { type filter hook input priority 0; policy accept; } chain output { type filter hook output priority 0; policy drop; } }";
    assert_eq!(input(&nft(one)), [(1, Verdict::Accept)]);
    let none =
        "table inet f { chain input { type filter hook input priority 0; } chain x { drop; } }";
    assert_eq!(input(&nft(none)), [(1, Verdict::Accept)]);
    let nat = "table ip f { chain input { type nat hook input priority 0; policy drop; } }";
    assert_eq!(input(&nft(nat)), []);
    let asleep = "table inet f { flags dormant; chain input { type filter hook input priority 0; policy drop; } }";
    assert_eq!(input(&nft(asleep)), []);
}

#[test]
fn rules_of_iptables() {
    let save = |rules: &str| {
        let text = format!(
            "*mangle\n:INPUT ACCEPT [0:0]\nCOMMIT\n*filter\n:INPUT DROP [0:0]\n:OWN - [0:0]\n{rules}\nCOMMIT\n"
        );
        input(&iptables(&text))
    };
    assert_eq!(save("-A INPUT -i lo -j ACCEPT"), [(5, Verdict::Drop)]);
    assert_eq!(save("-A INPUT -j ACCEPT"), [(5, Verdict::Accept)]);
    assert_eq!(
        save("-A INPUT -j OWN\n-A OWN -j ACCEPT"),
        [(5, Verdict::Accept)]
    );
    assert_eq!(
        save("-A INPUT -m comment --comment \"let all in\" -j ACCEPT"),
        [(5, Verdict::Accept)]
    );
    assert_eq!(
        save("-A INPUT -m state --state NEW -p tcp -j ACCEPT"),
        [(5, Verdict::Accept)]
    );
}

#[test]
fn rules_as_commands() {
    let read = nft(
        "add table inet f\nadd chain inet f input { type filter hook input priority 0; policy drop; }\n\
         add chain inet f web\nadd rule inet f input tcp dport { 22, 80 } accept\nadd rule inet f input jump web\n\
         add rule inet f web tcp dport 443 accept\ninsert rule inet f input iif lo accept\n",
    );
    assert!(!read.unclear);
    let input = read.all.iter().find(|c| c.at("input")).unwrap();
    let first: Vec<&str> = input.rules[0].1.iter().map(String::as_str).collect();
    assert_eq!(first, ["iif", "lo", "accept"]);
    assert_eq!((input.rules.len(), read.verdict(input)), (3, Verdict::Drop));
    let ports = super::super::openings::through(&read, "input");
    assert_eq!(ports.ranges(), [(22, 22), (80, 80), (443, 443)]);
    for lost in [
        "add rule inet f gone accept",
        "delete rule inet f input handle 3",
        "add rule inet f input handle 4 accept",
    ] {
        let text = format!(
            "table inet f {{\n chain input {{ type filter hook input priority 0; policy drop; }}\n}}\n{lost}\n"
        );
        assert!(nft(&text).unclear, "{lost}");
    }
}

#[test]
fn chains_that_jump_many_times() {
    let mut text =
        "table inet f {\n chain c0 { type filter hook input priority 0; policy drop;\n".to_owned();
    for n in 1..16 {
        text += &format!("{} }}\n chain c{n} {{\n", format!("jump c{n}\n").repeat(60));
    }
    text += "tcp dport 22 accept\n }\n}\n";
    let read = nft(&text);
    let input = read.all.iter().find(|c| c.at("input")).unwrap();
    assert_eq!(read.verdict(input), Verdict::Unclear);
    assert!(!super::super::openings::through(&read, "input").whole);
}
