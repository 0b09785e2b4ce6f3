//! Secrets that are known by their shape alone.

use std::sync::{LazyLock, OnceLock};

use regex::{Regex, RegexSet};

use super::{Class, Hit, lures, mask};

/// A shape: what it is, and the group that holds the secret itself.
struct Shape {
    kind: &'static str,
    class: Class,
    pattern: &'static str,
    regex: OnceLock<Option<Regex>>,
}

impl Shape {
    /// Its expression, compiled where a line first has its lead: all of them take longer than a small tree.
    fn regex(&self) -> Option<&Regex> {
        let compiled = self
            .regex
            .get_or_init(|| Regex::new(&ascii(self.pattern)).ok());
        compiled.as_ref()
    }
}

/// What every line holds that has one of the shapes, as an expression: cheap to look for.
pub(super) fn leads() -> String {
    let all = TABLE.iter().map(|(_, lead, ..)| *lead);
    all.chain(PRIVATE).collect::<Vec<_>>().join("|")
}

/// Adds what stands in this line; `below` are the lines after it.
pub(super) fn scan(line: &str, below: &[&str], number: u32, prose: bool, hits: &mut Vec<Hit>) {
    if let Some(kind) = private_key(line, below) {
        hits.push(Hit {
            class: Class::PrivateKey,
            kind,
            line: number,
            key: String::new(),
            mask: format!("‹secret: {kind}›"),
        });
        return;
    }
    if !LEAD.is_match(line) {
        return;
    }
    for at in ANY.matches(line) {
        let Some(shape) = SHAPES.get(at) else {
            continue;
        };
        let found = shape.regex().into_iter();
        for found in found.flat_map(|regex| regex.captures_iter(line)) {
            let Some(value) = found.name("v").or_else(|| found.get(0)) else {
                continue;
            };
            // What has the shape of a key is one; a password may be a word that stands for another.
            let is_word = [Class::Connection, Class::Password].contains(&shape.class);
            // What is given to a call may be anything short.
            let chance = shape.kind == "client-key"
                && (value.as_str().len() < 24 || lures::entropy(value.as_str()) < 3.8);
            if chance
                || lures::is_known(value.as_str())
                || (is_word && lures::is_placeholder(value.as_str()))
                || (prose && is_word)
            {
                continue;
            }
            hits.push(Hit {
                class: shape.class,
                kind: shape.kind,
                line: number,
                key: String::new(),
                mask: mask(shape.kind, value.as_str()),
            });
            return;
        }
    }
}

/// A private key that no passphrase keeps, with something in it.
fn private_key(line: &str, below: &[&str]) -> Option<&'static str> {
    if line.starts_with("PuTTY-User-Key-File-") {
        let open = below.iter().take(3).any(|l| l.trim() == "Encryption: none");
        return open.then_some("putty-private-key");
    }
    if line.contains("AGE-SECRET-KEY-1") && line.len() >= 74 {
        return Some("age-private-key");
    }
    let (_, rest) = line.split_once("-----BEGIN ")?;
    let (name, rest) = rest.split_once("-----")?;
    if !name.contains("PRIVATE KEY") || name.starts_with("ENCRYPTED") {
        return None;
    }
    // In JSON and in YAML the whole key may stand in one line.
    let inline = rest.replace("\\n", "");
    let body = if inline.len() > 40 {
        inline
    } else {
        let lines = below.iter().take(4).map(|l| l.trim());
        if lines
            .clone()
            .any(|l| l.starts_with("Proc-Type:") && l.contains("ENCRYPTED"))
        {
            return None;
        }
        lines.collect::<Vec<_>>().join("")
    };
    let letters = body
        .chars()
        .take(64)
        .filter(|c| c.is_ascii_alphanumeric() || "+/=".contains(*c))
        .count();
    let varied = lures::entropy(&body.chars().take(64).collect::<String>()) > 3.0;
    // The key of an encrypted OpenSSH file names its cipher behind this.
    let encrypted = body.starts_with("b3BlbnNzaC1rZXktdjEAAAAACmFlcz");
    (letters >= 40 && varied && !encrypted).then_some("private-key")
}

static SHAPES: LazyLock<Vec<Shape>> = LazyLock::new(|| {
    TABLE
        .iter()
        .map(|(kind, _, class, pattern)| Shape {
            kind,
            class: *class,
            pattern,
            regex: OnceLock::new(),
        })
        .collect()
});

/// Which of their leads a line holds: one pass instead of one for each, and far smaller than the shapes themselves.
static ANY: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSet::new(TABLE.iter().map(|(_, lead, ..)| lead)).unwrap_or_else(|_| RegexSet::empty())
});

static LEAD: LazyLock<Regex> = LazyLock::new(|| super::constant(&leads()));

/// Ends of words are those of ASCII: looking for others is slow.
fn ascii(pattern: &str) -> String {
    pattern.replace(r"\b", r"(?-u:\b)")
}

/// What stands in the first line of a private key.
const PRIVATE: [&str; 3] = ["PRIVATE KEY", "PuTTY-User-Key", "AGE-SECRET-KEY"];

/// Kind, what every match holds, class, pattern; the group `v` is the secret where the pattern has more than it.
const TABLE: [(&str, &str, Class, &str); 57] = [
    (
        "aws-access-key",
        "AKIA|ASIA|ABIA|ACCA",
        Class::CloudKey,
        r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b",
    ),
    (
        "aws-secret-key",
        "(?i:aws)",
        Class::CloudKey,
        r#"(?i)aws.{0,20}secret.{0,20}["'=:\s]+(?P<v>[A-Za-z0-9/+]{40})(?:["'\s,;]|$)"#,
    ),
    (
        "google-api-key",
        "AIza",
        Class::CloudKey,
        r"\bAIza[0-9A-Za-z_-]{35}\b",
    ),
    (
        "google-oauth",
        r"ya29\.",
        Class::Token,
        r"\bya29\.[0-9A-Za-z_-]{30,}",
    ),
    (
        "google-client-secret",
        "GOCSPX-",
        Class::CloudKey,
        r"\bGOCSPX-[0-9A-Za-z_-]{20,}",
    ),
    (
        "azure-storage-key",
        "AccountKey=",
        Class::CloudKey,
        r"AccountKey=(?P<v>[A-Za-z0-9+/]{86}==)",
    ),
    (
        "azure-sas",
        "sig=",
        Class::CloudKey,
        r"[?&]sig=(?P<v>[A-Za-z0-9%]{40,})",
    ),
    (
        "azure-service-bus",
        "SharedAccessKey=",
        Class::CloudKey,
        r"SharedAccessKey=(?P<v>[A-Za-z0-9+/]{43}=)",
    ),
    (
        "github-token",
        "gh[pousr]_",
        Class::CloudKey,
        r"\bgh[pousr]_[A-Za-z0-9]{36,}\b",
    ),
    (
        "github-token",
        "github_pat_",
        Class::CloudKey,
        r"\bgithub_pat_[A-Za-z0-9_]{60,}\b",
    ),
    (
        "gitlab-token",
        "gl(?:pat|dt|rt|cbt|ptt|oas)-",
        Class::CloudKey,
        r"\bgl(?:pat|dt|rt|cbt|ptt|oas)-[A-Za-z0-9_-]{20,}",
    ),
    (
        "slack-token",
        "xox[abeoprs]-",
        Class::CloudKey,
        r"\bxox[abeoprs]-[0-9A-Za-z-]{10,}",
    ),
    (
        "slack-webhook",
        r"hooks\.slack\.com/services/",
        Class::CloudKey,
        r"hooks\.slack\.com/services/(?P<v>T[0-9A-Z]{6,}/B[0-9A-Z]{6,}/[0-9A-Za-z]{20,})",
    ),
    (
        "teams-webhook",
        r"webhook\.office\.com/webhookb2/",
        Class::CloudKey,
        r"webhook\.office\.com/webhookb2/(?P<v>[0-9a-f-]{36}@[0-9a-f-]{36}/\S+)",
    ),
    (
        "stripe-key",
        "k_live_",
        Class::CloudKey,
        r"\b[sr]k_live_[0-9A-Za-z]{20,}\b",
    ),
    (
        "sendgrid-key",
        r"SG\.",
        Class::CloudKey,
        r"\bSG\.[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{32,}",
    ),
    (
        "mailgun-key",
        "key-",
        Class::CloudKey,
        r"\bkey-[0-9a-f]{32}\b",
    ),
    (
        "npm-token",
        "npm_",
        Class::CloudKey,
        r"\bnpm_[0-9A-Za-z]{36}\b",
    ),
    (
        "npm-token",
        "/:_(?:authToken|password)=",
        Class::CloudKey,
        r"//[^\s/]+/:_(?:authToken|password)=(?P<v>[^\s${]{12,})",
    ),
    (
        "pypi-token",
        "pypi-AgE",
        Class::CloudKey,
        r"\bpypi-AgE[0-9A-Za-z_-]{50,}",
    ),
    (
        "docker-token",
        "dckr_pat_",
        Class::CloudKey,
        r"\bdckr_pat_[0-9A-Za-z_-]{27}",
    ),
    (
        "telegram-bot",
        ":AA",
        Class::CloudKey,
        r"\b[0-9]{8,10}:AA[0-9A-Za-z_-]{33}\b",
    ),
    (
        "digitalocean-token",
        "do[por]_v1_",
        Class::CloudKey,
        r"\bdo[por]_v1_[0-9a-f]{64}\b",
    ),
    (
        "firebase-server-key",
        "AAAA",
        Class::CloudKey,
        r"\bAAAA[0-9A-Za-z_-]{7}:[0-9A-Za-z_-]{100,}",
    ),
    (
        "openai-key",
        "T3BlbkFJ",
        Class::CloudKey,
        r"\bsk-(?:proj-|svcacct-)?[0-9A-Za-z_-]{20,}T3BlbkFJ[0-9A-Za-z_-]{20,}",
    ),
    (
        "anthropic-key",
        "sk-ant-",
        Class::CloudKey,
        r"\bsk-ant-[0-9A-Za-z_-]{40,}",
    ),
    (
        "huggingface-token",
        "hf_",
        Class::CloudKey,
        r"\bhf_[A-Za-z]{34}\b",
    ),
    (
        "shopify-token",
        "shp(?:at|ca|pa|ss)_",
        Class::CloudKey,
        r"\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b",
    ),
    (
        "databricks-token",
        "dapi",
        Class::CloudKey,
        r"\bdapi[0-9a-f]{32}\b",
    ),
    (
        "vault-token",
        r"hv[sbr]\.",
        Class::CloudKey,
        r"\bhv[sbr]\.[0-9A-Za-z_-]{24,}",
    ),
    (
        "jwt",
        "eyJ",
        Class::Token,
        r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{20,}",
    ),
    (
        "bearer",
        "(?i:authorization)",
        Class::Token,
        r#"(?i)authorization["'\s:=,>\])]{0,8}bearer\s+(?P<v>[0-9A-Za-z._~+/-]{20,}=*)"#,
    ),
    (
        "basic-auth",
        "(?i:authorization)",
        Class::Password,
        r#"(?i)authorization["'\s:=,>\])]{0,8}basic\s+(?P<v>[0-9A-Za-z+/]{8,}={0,2})"#,
    ),
    (
        "url-password",
        "://",
        Class::Connection,
        r#"\b[a-z][a-z0-9+.-]{1,30}://[^\s:/@"'<>]{0,64}:(?P<v>[^\s/@"'<>]{1,128})@[^\s@"'<>]"#,
    ),
    (
        "jdbc-password",
        "jdbc:",
        Class::Connection,
        r#"jdbc:[^\s"']+[?&;](?i:password)=(?P<v>[^&;\s"']+)"#,
    ),
    (
        "ado-password",
        "(?i:password|pwd)",
        Class::Connection,
        r#"(?i)(?:server|data source|host|user id|uid|database|initial catalog)\s*=[^;"']+;(?:[^"']*;)?\s*(?:password|pwd)\s*=\s*(?P<v>[^;"'\s]+)"#,
    ),
    (
        "dsn-password",
        "(?i:password|pwd)",
        Class::Connection,
        r#"(?i)\b(?:host|hostaddr|user|username|dbname|port)=[^\s"']+\s+(?:\w+=[^\s"']*\s+){0,8}(?:password|pwd)=(?P<v>[^\s"';&]+)"#,
    ),
    (
        "dsn-password",
        "(?i:password|pwd)",
        Class::Connection,
        r#"(?i)\b(?:password|pwd)=(?P<v>[^\s"';&]+)\s+(?:host|hostaddr|user|dbname|port|sslmode)="#,
    ),
    // The password is the third thing that these are given.
    (
        "call-password",
        "PlainAuth|getConnection|mysqli|PDO|DBI",
        Class::Password,
        r#"\b(?:PlainAuth|getConnection|mysqli_connect|new\s+PDO|new\s+mysqli|DBI->connect)\(\s*["'][^"']*["']\s*,\s*["'][^"']*["']\s*,\s*["'](?P<v>[^"'$]{4,})["']"#,
    ),
    (
        "webhook-secret",
        "whsec_",
        Class::CloudKey,
        r"\bwhsec_[0-9A-Za-z+/]{24,}",
    ),
    // Keys and salts of WordPress are made of every sign there is.
    (
        "wordpress-key",
        "define",
        Class::CloudKey,
        r#"define\(\s*["'](?:SECURE_AUTH|AUTH|LOGGED_IN|NONCE)_(?:KEY|SALT)["']\s*,\s*["'](?P<v>[^"']{50,})["']"#,
    ),
    (
        "npm-token",
        "_auth",
        Class::CloudKey,
        r#"(?:^|:)_auth\s*=\s*"?(?P<v>[A-Za-z0-9+/]{10,}={0,2})"?\s*$"#,
    ),
    // .pgpass: host, port, database, account, password.
    (
        "pgpass",
        r":(?:\d{2,5}|\*):",
        Class::Connection,
        r"^[\w.*-]+:(?:\d{2,5}|\*):[^\s:]+:[^\s:]+:(?P<v>[^\s:]{6,})$",
    ),
    // Accounts for servers of mail, as Postfix keeps them.
    (
        "sasl-password",
        "@",
        Class::Password,
        r"^\[?[\w.-]+\]?(?::\d+)?\s+[^\s:@]+@[\w.-]+:(?P<v>[^\s:/]{4,})$",
    ),
    (
        "snmp-password",
        "(?i:createuser)",
        Class::Password,
        r#"(?i)^\s*createUser\s+\S+\s+(?:MD5|SHA\S*)\s+"?(?P<v>[^\s"$]{4,})"#,
    ),
    (
        "sshpass",
        "sshpass",
        Class::Password,
        r#"\bsshpass\s+-p\s*["']?(?P<v>[^\s"'$]{3,})"#,
    ),
    (
        "mysql-password",
        "mysql|mariadb",
        Class::Password,
        r#"\b(?:mysql|mysqldump|mysqladmin|mariadb|mariadb-dump)\b.*\s-p["']?(?P<v>[^\s"'$-][^\s"']{2,})"#,
    ),
    (
        "docker-login",
        "login",
        Class::Password,
        r#"\b(?:docker|podman|helm\s+registry)\s+login\b.*\s-p[ =]["']?(?P<v>[^\s"'$-][^\s"']{2,})"#,
    ),
    (
        "curl-password",
        "curl",
        Class::Password,
        r#"\bcurl\b.*\s(?:-u|--user)[ =]["']?[^\s:"']+:(?P<v>[^\s"']+)"#,
    ),
    // `thin:account/password@host`.
    (
        "oracle-password",
        "jdbc:oracle|sqlplus",
        Class::Connection,
        r#"(?:jdbc:oracle:(?:thin|oci):|\bsqlplus\s+(?:-[A-Z]\s+)?)[^\s/@"'$]+/(?P<v>[^\s@"'$]{3,})@"#,
    ),
    // `account:password@tcp(host)`, as the drivers of Go have it.
    (
        "dsn-password",
        r"@(?:tcp|unix)\(",
        Class::Connection,
        r#"[^\s:/@"'`]{1,64}:(?P<v>[^\s/@"'`]{1,128})@(?:tcp|unix)\("#,
    ),
    (
        "sql-password",
        "(?i:identified)",
        Class::Password,
        r#"(?i)\bidentified\s+(?:with\s+\S+\s+)?by\s+["'](?P<v>[^"'$:]{4,})["']"#,
    ),
    (
        "sql-password",
        "(?i:password)",
        Class::Password,
        r"(?i)\b(?:role|user)\s+\S+\s+(?:[\w ]+\s)?password\s+'(?P<v>[^'$:]{4,})'",
    ),
    // What signs is the second thing that these are given.
    (
        "jwt-secret",
        "jwt|JWT|jsonwebtoken",
        Class::Password,
        r#"\b(?:jwt|JWT|jsonwebtoken)(?:\.|::)(?:sign|verify|encode|decode)\(\s*[^,()]+(?:\([^()]*\))?\s*,\s*["'`](?P<v>[^"'`$]{6,})["'`]"#,
    ),
    // A private key in base64, as in a list of accounts for Kubernetes.
    (
        "private-key",
        "LS0tLS1CRUdJTi",
        Class::PrivateKey,
        r"LS0tLS1CRUdJTi(?:BSU0EgUFJJVkFURSBL|BQUklWQVRFIEtFW|BFQyBQUklWQVRFIEtFW|BPUEVOU1NIIFBSSVZBVEUgS0V)(?P<v>[A-Za-z0-9+/]{20,})",
    ),
    // A client of a service of messages or payments that is made with its key alone.
    (
        "client-key",
        "(?i:sms|gateway|payment|apiclient|telegram|stripe|zalo|momo|vnpay)",
        Class::CloudKey,
        r#"\b\w*(?i:sms|gateway|payment|apiclient|telegram|stripe|zalo|momo|vnpay)\w*\(\s*["'](?P<v>[A-Za-z0-9_-]*[0-9][A-Za-z0-9_-]*)["']\s*[,)]"#,
    ),
    // Accounts of a registry in one word each.
    (
        "registry-password",
        "--from-literal",
        Class::Password,
        r#"--from-literal[= ]["']?[\w.-]*(?i:password|secret|token)=(?P<v>[^\s"'$]{4,})"#,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_is_a_regular_expression() {
        assert_eq!((SHAPES.len(), ANY.len()), (TABLE.len(), TABLE.len()));
        let broken = SHAPES.iter().find(|shape| shape.regex().is_none());
        assert_eq!(broken.map(|shape| shape.kind), None);
    }

    proptest::proptest! {
        /// A line that is passed over for want of a lead would have been no secret.
        #[test]
        fn every_match_holds_its_lead(at in 0..TABLE.len(), seed in proptest::num::u64::ANY) {
            let (kind, lead, _, pattern) = TABLE[at];
            // The generator knows no ends of words and lines.
            let plain = pattern.replace(r"\b", "").replace('$', "").replace("(?:^|:)", ":");
            let plain = plain.replace("(?i)^", "(?i)");
            let plain = plain.trim_start_matches('^').to_owned();
            let lead = Regex::new(lead).unwrap();
            let text = sample(&plain, seed);
            proptest::prop_assert!(lead.is_match(&text) && LEAD.is_match(&text), "{}: {}", kind, text);
        }
    }

    /// A text that the expression meets.
    fn sample(pattern: &str, seed: u64) -> String {
        use proptest::strategy::{Strategy, ValueTree};
        use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        let texts = proptest::string::string_regex(pattern).unwrap();
        texts.new_tree(&mut runner).unwrap().current()
    }
}
