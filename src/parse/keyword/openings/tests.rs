//! What rules leave open.

use super::*;
use crate::parse::keyword::packets;

fn of(rules: &str) -> (Vec<(u16, u16)>, bool) {
    let text = format!(
        "define ADMINS = {{ 10.0.0.1, 10.0.0.2 }}\ndefine SSH = 22\ntable inet f {{\n chain web {{ tcp dport {{ 80, https }} accept }}\n chain input {{\n type filter hook input priority 0; policy drop;\n{rules}\n }}\n}}\n"
    );
    let out = through(&packets::nft(&text), "input");
    (out.ranges().to_vec(), out.whole)
}

#[test]
fn rules_of_nftables() {
    let none = (Vec::new(), true);
    assert_eq!(
        of("ct state established,related accept\niif \"lo\" accept\nicmp type echo-request accept"),
        none
    );
    assert_eq!(
        of("tcp dport ssh ct state new accept"),
        (vec![(22, 22)], true)
    );
    assert_eq!(of("ip saddr 10.0.0.0/8 tcp dport 22 accept"), none);
    assert_eq!(of("ip saddr $ADMINS tcp dport $SSH accept"), none);
    assert_eq!(of("tcp dport $SSH accept"), (vec![(22, 22)], true));
    assert_eq!(
        of("ip saddr 0.0.0.0/0 tcp dport 22 accept"),
        (vec![(22, 22)], true)
    );
    assert_eq!(
        of(
            "ip saddr != 10.0.0.0/8 tcp dport 22 drop\nip6 saddr != fd00::/8 tcp dport 22 drop\ntcp dport { 22, 443 } accept"
        ),
        (vec![(443, 443)], true)
    );
    // Over IPv6 nothing keeps it.
    assert_eq!(
        of("ip saddr != 10.0.0.0/8 tcp dport 22 drop\ntcp dport 22 accept"),
        (vec![(22, 22)], true)
    );
    assert_eq!(of("jump web"), (vec![(80, 80), (443, 443)], true));
    assert_eq!(of("ip saddr 10.0.0.0/8 jump web"), none);
    assert_eq!(of("tcp dport 8000-8100 jump ports"), (vec![], false));
    assert_eq!(of("iifname \"eth1\" tcp dport 22 accept"), (vec![], false));
    assert_eq!(of("tcp dport @ports accept"), (vec![], false));
    assert_eq!(of("drop\ntcp dport 22 accept"), none);
    assert_eq!(of("accept"), (vec![(0, 65_535)], true));
    assert!(!of("tcp dport vmap { 22 : accept, 80 : drop }").1);
    // A packet has to pass both tables: the second one drops nothing of its own.
    let two = "ct state invalid drop\n }\n}\ntable inet f2b {\n chain c {\n type filter hook input priority -1; policy accept;\nip saddr @banned drop";
    assert_eq!(of(two), (vec![], true));
}

#[test]
fn rules_of_iptables() {
    let of = |rules: &str| {
        let text = format!(
            "*filter\n:INPUT DROP [0:0]\n:LIM - [0:0]\n{rules}\n-A LIM -j ACCEPT\nCOMMIT\n"
        );
        let out = through(&packets::iptables(&text), "input");
        (out.ranges().to_vec(), out.whole)
    };
    assert_eq!(
        of("-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT"),
        (vec![(22, 22)], true)
    );
    assert_eq!(
        of("-A INPUT -s 10.0.0.0/8 -p tcp --dport 22 -j ACCEPT"),
        (vec![], true)
    );
    assert_eq!(
        of(
            "-A INPUT ! -s 10.0.0.0/8 -p tcp --dport 22 -j DROP\n-A INPUT -p tcp -m multiport --dports 22,80:81 -j ACCEPT"
        ),
        (vec![(80, 81)], true)
    );
    assert_eq!(
        of("-A INPUT -p tcp --dport 22 -m conntrack --ctstate NEW -m recent --update -j LIM"),
        (vec![(22, 22)], true)
    );
    assert_eq!(
        of(
            "-A INPUT -i lo -j ACCEPT\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -p icmp -j ACCEPT"
        ),
        (vec![], true)
    );
}

/// A rule that drops some packets for what they are keeps a port from nobody.
#[test]
fn what_drops_some_packets_shuts_nothing() {
    for rule in [
        "ip daddr 192.168.1.1 tcp dport 22 drop",
        "tcp sport 1-1023 tcp dport 22 drop",
        "tcp flags & (fin|syn|rst|ack) == fin|syn tcp dport 22 drop",
        "meta hour \"00:00\"-\"05:00\" tcp dport 22 drop",
        "meta mark 0x1 drop",
        "udp dport 22 drop",
        "meta nfproto ipv6 tcp dport 22 drop",
        "ip6 saddr ::/0 tcp dport 22 drop",
        "numgen random mod 2 == 0 drop",
        "meta l4proto udp drop",
    ] {
        let text = format!(
            "{rule}\ntcp dport 22 counter packets 1 bytes 2 log prefix \"x\" level info accept comment \"y\""
        );
        assert_eq!(of(&text), (vec![(22, 22)], true), "{rule}");
    }
    for rule in [
        "meta l4proto tcp counter drop comment \"x\"",
        "meta l4proto { tcp, udp } th dport 22 log prefix \"x \" drop",
        "fib daddr type local tcp dport 22 drop",
    ] {
        let text = format!("{rule}\ntcp dport 22 accept");
        assert_eq!(of(&text), (vec![], true), "{rule}");
    }
    assert_eq!(
        of("fib daddr type local tcp dport 22 accept"),
        (vec![(22, 22)], true)
    );
    assert_eq!(of("fib daddr type multicast accept"), (vec![], true));
    assert_eq!(of("meta mark 0x1 accept"), (vec![], false));
}

#[test]
fn what_iptables_drops_of_some_packets_shuts_nothing() {
    let of = |rules: &str| {
        let text = format!(
            "*filter\n:INPUT DROP [0:0]\n:NL - [0:0]\n{rules}\n-A INPUT -p tcp -m comment --comment \"for -j DROP\" -m tcp --dport 22 -j ACCEPT\nCOMMIT\n"
        );
        let out = through(&packets::iptables(&text), "input");
        (out.ranges().to_vec(), out.whole)
    };
    for rule in [
        "-A INPUT -p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -m conntrack --ctstate NEW -j DROP",
        "-A INPUT -p tcp ! --syn -m state --state NEW -j DROP",
        "-A INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE -j DROP",
        "-A INPUT -f -j DROP",
        "-A INPUT -d 10.1.1.1/32 -p tcp -m tcp --dport 22 -j DROP",
        "-A INPUT -p tcp -m time --timestart 00:00 --timestop 05:00 -m tcp --dport 22 -j DROP",
        "-A INPUT -p udp -j DROP",
        "-A INPUT -m mark --mark 0x1 -j REJECT --reject-with icmp-port-unreachable",
        "-A NL -m addrtype --dst-type LOCAL -j RETURN\n-A NL -j DROP\n-A INPUT -j NL",
        "-A INPUT -m pkttype --pkt-type broadcast -j DROP",
    ] {
        assert_eq!(of(rule), (vec![(22, 22)], true), "{rule}");
    }
    for rule in [
        "-A INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -m comment --comment \"a b\" --dport 22 -j DROP",
        "-A INPUT -p tcp -j REJECT --reject-with tcp-reset",
        "-A INPUT -m addrtype --dst-type LOCAL -j DROP",
    ] {
        assert_eq!(of(rule), (vec![], true), "{rule}");
    }
}
