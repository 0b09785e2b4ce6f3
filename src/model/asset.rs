//! What can be looked at, and where it is.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AssetKind, Day, Declared, Remote};

/// Something of a system that can be looked at.
#[derive(Debug, Clone)]
pub struct Asset {
    /// Its id in the inventory.
    pub id: String,
    /// The systems it serves, in the inventory's order.
    pub systems: Vec<String>,
    /// Its kind.
    pub kind: AssetKind,
    /// Its line in the inventory.
    pub line: u32,
    /// What it does: `web`, `db`.
    pub roles: Vec<String>,
    /// What to look at, as the inventory names it: the beginning of every place in it.
    pub shown: String,
    /// What to look at.
    pub target: Target,
    /// Of a server: what the company lists beside it.
    pub lists: HostLists,
}

/// Lists that a company keeps beside a host, each as the inventory names it and where it is.
#[derive(Debug, Clone, Default)]
pub struct HostLists {
    /// The software that is allowed on it.
    pub software: Option<(String, PathBuf)>,
    /// The staff, with the accounts they hold.
    pub roster: Option<(String, PathBuf)>,
}

/// What to look at.
#[derive(Debug, Clone)]
pub enum Target {
    /// A folder that is the root of a host's file system.
    ServerRoot(PathBuf),
    /// What was collected of a host: a bundle, or an answer of the collection script.
    Bundle(PathBuf),
    /// This machine, as it runs.
    Local {
        /// May `sudo -n` be asked?
        sudo: bool,
    },
    /// A host behind SSH, as it runs.
    Ssh {
        /// The host.
        remote: Remote,
        /// May `sudo -n` be asked there?
        sudo: bool,
        /// Is the key restricted to the installed script, so that nothing is sent?
        restricted: bool,
    },
    /// An address.
    Endpoint {
        /// `host:port`.
        address: String,
        /// `web`, `tracking`, `label-link`, `mail`, `api`.
        purpose: String,
        /// The name to ask for; the host where absent.
        sni: Option<String>,
        /// Roots to trust; the system's where absent.
        roots: Option<PathBuf>,
        /// The protocol in which TLS is begun: `smtp`, `imap`, …; TLS at once where absent.
        starttls: Option<String>,
        /// Ports that should be closed.
        closed: Vec<u16>,
        /// What may be done beyond a handshake and one `GET /`.
        authorised: Option<Authorised>,
        /// A waybill of the company's own, for a tracking page.
        sample: Option<Sample>,
        /// The domain whose mail is handled here.
        mail: Option<Box<MailDomain>>,
    },
    /// Recorded facts of an endpoint, `tls-facts/1` lines.
    EndpointFacts {
        /// The file.
        file: PathBuf,
        /// The address they were recorded at.
        address: String,
        /// `web`, `tracking`, …
        purpose: String,
    },
    /// A file or folder of configuration.
    Config(PathBuf),
    /// A schema in a file or folder.
    Schema {
        /// The file or folder.
        path: PathBuf,
        /// `postgresql`, `mysql`; told from the text where absent.
        dialect: Option<String>,
        /// What the company says protects its columns where no definition shows it.
        declared: Vec<Declared>,
    },
    /// A database that runs.
    Database {
        /// The environment variable with its address.
        env: String,
        /// How many values of each column may be looked at; none where absent.
        sample: Option<u32>,
        /// What the company says protects its columns where no definition shows it.
        declared: Vec<Declared>,
    },
    /// A file or folder of labels.
    Label(PathBuf),
    /// Lists of people and trainings.
    Roster {
        /// Who works, delivers, and for whom.
        roster: PathBuf,
        /// Who was trained.
        trained: PathBuf,
        /// What lies beside them.
        papers: PeopleFiles,
    },
    /// Brand names, numbers and calls.
    CallerId(Box<CallerFiles>),
    /// Something that this version cannot look at; the word names it.
    NotBuilt(&'static str),
}

/// Papers beside the lists of staff.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeopleFiles {
    /// The register of requests of authorities.
    pub requests: Option<PathBuf>,
    /// What each role may see and export.
    pub roles: Option<PathBuf>,
    /// The internal rule on confidentiality.
    pub internal_rule: Option<PathBuf>,
}

/// What is known of the calls of a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerFiles {
    /// Registered names.
    pub brandnames: PathBuf,
    /// Numbers bound to them.
    pub numbers: Option<PathBuf>,
    /// A sample of calls.
    pub calls: Option<PathBuf>,
    /// Who works; the list of the inventory's documents where absent.
    pub roster: Option<PathBuf>,
    /// Configuration of the telephone exchange: a file or folder.
    pub sip: Option<PathBuf>,
    /// Traces of SIP as text: a file or folder.
    pub traces: Option<PathBuf>,
    /// The source of the couriers' app: a file or folder.
    pub app: Option<PathBuf>,
}

/// A mail domain and the name server that is asked about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailDomain {
    /// The domain.
    pub domain: String,
    /// The name server, `address` or `address:port`; nobody is asked where absent.
    pub resolver: Option<String>,
    /// Selectors of DKIM that are in use.
    pub dkim: Vec<String>,
}

/// A waybill of the company's own that the tracking page is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The number.
    pub waybill: String,
    /// The path with the query; `{waybill}` stands for the number.
    pub request: String,
    /// May the numbers next to it be asked for?
    pub enumerate: bool,
}

impl Sample {
    /// The path for this number, which is percent-encoded.
    pub fn path(&self, waybill: &str) -> String {
        let mut encoded = String::new();
        for byte in waybill.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                    encoded.push(char::from(byte));
                }
                _ => encoded.push_str(&format!("%{byte:02X}")),
            }
        }
        self.request.replace("{waybill}", &encoded)
    }
}

/// A permission to do more at an endpoint than any visitor does.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Authorised {
    /// Who allowed it.
    pub by: String,
    /// In which document.
    pub document: String,
    /// Until when.
    pub until: Day,
}
