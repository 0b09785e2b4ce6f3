//! What sshd does where its configuration is silent: OpenSSH's documented values, by version.

use crate::parse::keyword::dpkg::upstream;

/// A version of OpenSSH.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u16, pub u16);

impl Version {
    /// From the version of a package: `1:9.2p1-2+deb12u6`.
    pub fn of_package(version: &str) -> Option<Self> {
        let mut parts = upstream(version).split(['.', 'p', '+', '~']);
        Some(Self(
            parts.next()?.parse().ok()?,
            parts.next()?.parse().ok()?,
        ))
    }
}

/// How sshd reads the arguments of a directive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One word of a list, shown in lower case.
    Word,
    /// One word of a list, shown in upper case.
    Upper,
    /// A whole number.
    Number,
    /// A time, shown in seconds.
    Time,
    /// Algorithms, maybe changing sshd's own list.
    Algorithms,
    /// A text; the first line counts.
    Text,
    /// All lines count together.
    Many,
}

/// A directive: name, form, may it stand in a Match block.
pub(super) struct Directive {
    pub(super) name: &'static str,
    pub(super) form: Form,
    pub(super) in_match: bool,
    /// The value of all versions that we know.
    pub(super) own: Option<&'static str>,
}

const fn d(name: &'static str, form: Form, in_match: bool, own: &'static str) -> Directive {
    Directive {
        name,
        form,
        in_match,
        own: Some(own),
    }
}

const fn by_version(name: &'static str, form: Form, in_match: bool) -> Directive {
    Directive {
        name,
        form,
        in_match,
        own: None,
    }
}

/// The directives of which effective values are told.
pub(super) const DIRECTIVES: [Directive; 70] = [
    d("acceptenv", Form::Many, true, ""),
    d("addressfamily", Form::Word, false, "any"),
    d("allowagentforwarding", Form::Word, true, "yes"),
    d("allowgroups", Form::Many, true, ""),
    d("allowstreamlocalforwarding", Form::Word, true, "yes"),
    d("allowtcpforwarding", Form::Word, true, "yes"),
    d("allowusers", Form::Many, true, ""),
    d("authenticationmethods", Form::Text, true, "any"),
    d("authorizedkeyscommand", Form::Text, true, "none"),
    d("authorizedkeyscommanduser", Form::Text, true, "none"),
    d(
        "authorizedkeysfile",
        Form::Text,
        true,
        ".ssh/authorized_keys .ssh/authorized_keys2",
    ),
    d("authorizedprincipalsfile", Form::Text, true, "none"),
    d("banner", Form::Text, true, "none"),
    d("chrootdirectory", Form::Text, true, "none"),
    d("ciphers", Form::Algorithms, false, ""),
    d("clientalivecountmax", Form::Number, true, "3"),
    d("clientaliveinterval", Form::Time, true, "0"),
    d("compression", Form::Word, false, "yes"),
    d("denygroups", Form::Many, true, ""),
    d("denyusers", Form::Many, true, ""),
    d("disableforwarding", Form::Word, true, "no"),
    d("exposeauthinfo", Form::Word, true, "no"),
    d("fingerprinthash", Form::Upper, false, "SHA256"),
    d("forcecommand", Form::Text, true, "none"),
    d("gatewayports", Form::Word, true, "no"),
    d("gssapiauthentication", Form::Word, true, "no"),
    d("gssapicleanupcredentials", Form::Word, false, "yes"),
    d("hostbasedauthentication", Form::Word, true, "no"),
    d("hostbasedusesnamefrompacketonly", Form::Word, true, "no"),
    d("hostkeyagent", Form::Text, false, "none"),
    d("ignorerhosts", Form::Word, true, "yes"),
    d("ignoreuserknownhosts", Form::Word, false, "no"),
    d("kbdinteractiveauthentication", Form::Word, true, "yes"),
    d("kerberosauthentication", Form::Word, true, "no"),
    d("kerberosorlocalpasswd", Form::Word, false, "yes"),
    d("kerberosticketcleanup", Form::Word, false, "yes"),
    by_version("kexalgorithms", Form::Algorithms, false),
    d("logingracetime", Form::Time, false, "120"),
    d("loglevel", Form::Upper, true, "INFO"),
    d("macs", Form::Algorithms, false, ""),
    d("maxauthtries", Form::Number, true, "6"),
    d("maxsessions", Form::Number, true, "10"),
    d("maxstartups", Form::Text, false, "10:30:100"),
    d("passwordauthentication", Form::Word, true, "yes"),
    d("permitemptypasswords", Form::Word, true, "no"),
    d("permitlisten", Form::Text, true, "any"),
    d("permitopen", Form::Text, true, "any"),
    d("permitrootlogin", Form::Word, true, "without-password"),
    d("permittty", Form::Word, true, "yes"),
    d("permittunnel", Form::Word, true, "no"),
    d("permituserenvironment", Form::Text, false, "no"),
    d("permituserrc", Form::Word, true, "yes"),
    d("pidfile", Form::Text, false, "/run/sshd.pid"),
    d("port", Form::Many, false, "22"),
    d("printlastlog", Form::Word, false, "yes"),
    d("printmotd", Form::Word, false, "yes"),
    d("pubkeyauthentication", Form::Word, true, "yes"),
    d("rekeylimit", Form::Text, true, "0 0"),
    by_version("requiredrsasize", Form::Number, true),
    d("strictmodes", Form::Word, false, "yes"),
    d("streamlocalbindunlink", Form::Word, true, "no"),
    d("subsystem", Form::Many, false, ""),
    d("syslogfacility", Form::Upper, false, "AUTH"),
    d("tcpkeepalive", Form::Word, false, "yes"),
    d("trustedusercakeys", Form::Text, true, "none"),
    d("usedns", Form::Word, false, "no"),
    d("usepam", Form::Word, false, "no"),
    d("x11displayoffset", Form::Number, true, "10"),
    d("x11forwarding", Form::Word, true, "no"),
    d("x11uselocalhost", Form::Word, true, "yes"),
];

/// The directive of this name, old names included.
pub(super) fn canonical(keyword: &str) -> &str {
    match keyword {
        "challengeresponseauthentication" | "skeyauthentication" => "kbdinteractiveauthentication",
        "pubkeyacceptedkeytypes" => "pubkeyacceptedalgorithms",
        "hostbasedacceptedkeytypes" => "hostbasedacceptedalgorithms",
        "authorizedkeysfile2" => "authorizedkeysfile",
        "keepalive" => "tcpkeepalive",
        "hostdsakey" => "hostkey",
        other => other,
    }
}

/// All that sshd knows, the patches of Debian and RHEL with it, and what it once knew and now passes over.
const KEYWORDS: &str = "\
    acceptenv addressfamily afstokenpassing allowagentforwarding allowgroups allowstreamlocalforwarding \
    allowtcpforwarding allowusers authenticationmethods authorizedkeyscommand authorizedkeyscommanduser \
    authorizedkeysfile authorizedkeysfile2 authorizedprincipalscommand authorizedprincipalscommanduser \
    authorizedprincipalsfile banner casignaturealgorithms challengeresponseauthentication channeltimeout \
    checkmail chrootdirectory ciphers clientalivecountmax clientaliveinterval compression debianbanner \
    denygroups denyusers disableforwarding dsaauthentication exposeauthenticationmethods exposeauthinfo \
    fingerprinthash forcecommand gatewayports gssapiauthentication gssapicleanupcredentials \
    gssapicleanupcreds gssapidelegatecredentials gssapienablek5users gssapiindicators gssapikexalgorithms \
    gssapikeyexchange gssapistorecredentialsonrekey gssapistrictacceptorcheck gssusesessionccache \
    hostbasedacceptedalgorithms hostbasedacceptedkeytypes hostbasedauthentication \
    hostbasedusesnamefrompacketonly hostcertificate hostdsakey hostkey hostkeyagent hostkeyalgorithms \
    ignorerhosts ignoreuserknownhosts include ipqos kbdinteractiveauthentication keepalive \
    kerberosauthentication kerberosgetafstoken kerberosorlocalpasswd kerberostgtpassing \
    kerberosticketcleanup kerberosuniqueccache kerberosusekuserok kexalgorithms keyregenerationinterval \
    listenaddress logingracetime loglevel logverbose macs match maxauthtries maxsessions maxstartups \
    modulifile pamauthenticationviakbdint passwordauthentication permitemptypasswords permitlisten \
    permitopen permitrootlogin permittty permittunnel permituserenvironment permituserrc \
    persourcemaxstartups persourcenetblocksize persourcepenalties persourcepenaltyexemptlist pidfile port \
    printlastlog printmotd protocol pubkeyacceptedalgorithms pubkeyacceptedkeytypes pubkeyauthentication \
    pubkeyauthoptions rdomain refuseconnection rekeylimit requiredrsasize reversemappingcheck revokedkeys \
    rhostsauthentication rhostsrsaauthentication rsaauthentication rsaminsize securitykeyprovider \
    serverkeybits setenv showpatchlevel skeyauthentication sshdauthpath sshdsessionpath streamlocalbindmask \
    streamlocalbindunlink strictmodes subsystem syslogfacility tcpkeepalive trustedusercakeys \
    unusedconnectiontimeout usedns uselogin usepam useprivilegeseparation verifyreversemapping \
    versionaddendum x11displayoffset x11forwarding x11maxdisplays x11uselocalhost xauthlocation";

/// Does sshd know this keyword? It does not start with another.
pub(super) fn is_keyword(keyword: &str) -> bool {
    KEYWORDS.split(' ').any(|known| known == keyword)
}

/// Does sshd know this word of a directive that takes one of a list?
pub(super) fn takes_word(name: &str, word: &str) -> bool {
    let more: &[&str] = match name {
        "addressfamily" => {
            return ["inet", "inet6", "any"]
                .iter()
                .any(|w| w.eq_ignore_ascii_case(word));
        }
        "allowtcpforwarding" | "allowstreamlocalforwarding" => &["all", "local", "remote"],
        "compression" => &["delayed"],
        "gatewayports" => &["clientspecified"],
        "ignorerhosts" => &["shosts-only"],
        "permitrootlogin" => &[
            "without-password",
            "prohibit-password",
            "forced-commands-only",
        ],
        "permittunnel" => &["ethernet", "point-to-point"],
        _ => &[],
    };
    let listed = DIRECTIVES
        .iter()
        .any(|d| d.name == name && d.form == Form::Word);
    let mut words = more.iter().chain(&["yes", "no"]);
    !listed || words.any(|w| w.eq_ignore_ascii_case(word))
}

/// sshd's own value; `None` where it depends on a version that we do not know.
pub(super) fn own(directive: &Directive, version: Option<Version>) -> Option<String> {
    let text = match directive.name {
        "ciphers" => match version? {
            v if v >= Version(10, 0) => {
                "chacha20-poly1305@openssh.com,aes128-gcm@openssh.com,aes256-gcm@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr"
            }
            _ => {
                "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com"
            }
        },
        "macs" => match version? {
            v if v < Version(6, 7) => return None,
            _ => {
                "umac-64-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha1-etm@openssh.com,umac-64@openssh.com,umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512,hmac-sha1"
            }
        },
        "kexalgorithms" => return kex(version?),
        "requiredrsasize" => match version? {
            v if v >= Version(9, 1) => "1024",
            _ => return None,
        },
        // From 7.0 on; before, root could log in with a password.
        "permitrootlogin" => match version {
            Some(v) if v < Version(7, 0) => "yes",
            Some(_) | None => directive.own?,
        },
        _ => directive.own?,
    };
    Some(text.to_owned())
}

fn kex(version: Version) -> Option<String> {
    const ECDH: &str = "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521";
    const DH: &str = "diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group14-sha256";
    const SNTRUP: &str = "sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com";
    const MLKEM: &str = "mlkem768x25519-sha256";
    Some(if version >= Version(10, 0) {
        format!("{MLKEM},{SNTRUP},{ECDH}")
    } else if version >= Version(9, 9) {
        format!("{SNTRUP},{MLKEM},{ECDH},{DH}")
    } else if version >= Version(9, 0) {
        // The short name came with 9.9; Debian carried it back to 9.2.
        let first = if version == Version(9, 2) {
            SNTRUP
        } else {
            "sntrup761x25519-sha512@openssh.com"
        };
        format!("{first},{ECDH},{DH}")
    } else if version >= Version(8, 2) {
        format!("{ECDH},{DH}")
    } else if version >= Version(7, 4) {
        format!("{ECDH},{DH},diffie-hellman-group14-sha1")
    } else {
        return None;
    })
}
