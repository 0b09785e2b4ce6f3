//! A service of compose: what its container may do to the host and who reaches it.

use super::image;
use super::services::Service;
use crate::collect::config::node::{Putter, pairs, texts};
use crate::collect::config::secrets;
use crate::collect::config::settings::is_loopback;
use crate::model::Value;
use crate::parse::yaml::Node;

/// The facts of a service, with the documents that name volumes for it.
pub(super) fn facts(all: &Service, roots: &[&Node], put: &mut Putter<'_>) {
    let service = &all.node;
    // What another file or service says of it is not here: where this one is silent, nothing is known.
    let part = !all.whole || (service.get("image").is_none() && service.get("build").is_none());
    privileges(service, put);
    network(service, put);
    mounts(service, roots, put);
    put.list("profiles", &texts(service.get("profiles")));
    secrets_of(service, put);
    let name = service.get("image").and_then(Node::scalar);
    match (&name, service.get("build")) {
        (_, Some(_)) | (None, None) => {
            put.derived(
                "image_pinned",
                Value::unseen("not_applicable", "built here"),
                None,
            );
        }
        (Some(name), None) => {
            let line = service.get("image").map(|n| n.span.line);
            let plain = defaulted(name);
            let value = if image::is_open(&plain) {
                Value::unseen("ambiguous", "a variable without a value here")
            } else {
                image::is_pinned(&plain).into()
            };
            put.derived("image_pinned", value, line);
            put.derived("image", plain, line);
        }
    }
    let driver = service.at(&["logging", "driver"]);
    put.text("logging.driver", driver, "default");
    put.derived("limits_memory", limited(service), None);
    if part {
        put.blind("the service goes on in another file or service");
    }
}

/// Does it share what the host has? A variable without a value here may say so.
fn is_host(node: Option<&Node>) -> Value {
    let text = node.and_then(Node::scalar).map(|t| defaulted(&t));
    match text {
        Some(text) if image::is_open(&text) => {
            Value::unseen("ambiguous", "a variable without a value here")
        }
        Some(text) => Value::Bool(text == "host"),
        None => Value::Bool(false),
    }
}

/// The texts of a list, variables with their own values put in.
fn plain_texts(node: Option<&Node>) -> Vec<(String, u32)> {
    texts(node)
        .into_iter()
        .map(|(text, line)| (defaulted(&text), line))
        .collect()
}

/// Leaves a list open where something of it is not known here.
fn leave_open(put: &mut Putter<'_>, path: &str, open: bool) {
    if open
        && let Some(fact) = put.subject.facts.get_mut(path)
        && let Value::List(list) = &mut fact.value
    {
        list.complete = false;
    }
}

fn privileges(service: &Node, put: &mut Putter<'_>) {
    put.flag("privileged", service.get("privileged"), false);
    put.flag("read_only", service.get("read_only"), false);
    let user = service.get("user");
    put.text("user", user, Value::Absent);
    let named = user.and_then(Node::scalar).map(|u| {
        let u = defaulted(&u);
        let name = u.split(':').next().unwrap_or(&u);
        !["root", "0"].contains(&name)
    });
    put.derived(
        "named_user",
        named.unwrap_or(false),
        user.map(|n| n.span.line),
    );
    let added = plain_texts(service.get("cap_add"));
    let caps: Vec<(String, u32)> = (added.iter())
        .filter(|(cap, _)| image::is_dangerous(cap))
        .cloned()
        .collect();
    put.list("dangerous_capabilities", &caps);
    let open = added.iter().any(|(cap, _)| image::is_open(cap));
    leave_open(put, "dangerous_capabilities", open);
    let dropped = texts(service.get("cap_drop"));
    let all = dropped.iter().find(|(c, _)| c.eq_ignore_ascii_case("all"));
    put.derived("drops_all", all.is_some(), all.map(|(_, line)| *line));
    let options = texts(service.get("security_opt"));
    let has = |words: &[&str]| {
        options
            .iter()
            .find(|(o, _)| words.contains(&o.replace('=', ":").to_ascii_lowercase().as_str()))
            .map(|(_, line)| *line)
    };
    let fresh = has(&["no-new-privileges:true", "no-new-privileges"]);
    put.derived("no_new_privileges", fresh.is_some(), fresh);
    let open = has(&["seccomp:unconfined", "apparmor:unconfined", "label:disable"]);
    put.derived("unconfined", open.is_some(), open);
    for (path, key) in [
        ("host_pid", "pid"),
        ("host_ipc", "ipc"),
        ("host_userns", "userns_mode"),
    ] {
        let node = service.get(key);
        put.derived(path, is_host(node), node.map(|n| n.span.line));
    }
    let devices = texts(service.get("devices"));
    put.list("devices", &devices);
}

fn network(service: &Node, put: &mut Putter<'_>) {
    let mode = service.get("network_mode");
    put.derived("host_network", is_host(mode), mode.map(|n| n.span.line));
    let mut published = Vec::new();
    let mut databases = Vec::new();
    let mut admin = Vec::new();
    let mut open = false;
    for port in service.get("ports").map_or(&[][..], Node::items) {
        let Some(port_of) = Port::read(port) else {
            open = true;
            continue;
        };
        let line = port.span.line;
        if port_of.local {
            continue;
        }
        published.push((port_of.shown(), line));
        if port_of.holds(image::is_database_port) {
            databases.push((port_of.shown(), line));
        }
        if port_of.holds(image::is_admin_port) {
            admin.push((port_of.shown(), line));
        }
    }
    for (path, items) in [
        ("published", published),
        ("published_databases", databases),
        ("published_admin", admin),
    ] {
        put.list(path, &items);
        leave_open(put, path, open);
    }
}

/// A port that is published.
struct Port {
    published: String,
    /// The first and the last, inside.
    target: (u16, u16),
    /// Only this machine reaches it.
    local: bool,
}

impl Port {
    /// `80`, `8080:80`, `127.0.0.1:8080:80/tcp`, or the long form; nothing where a variable hides it.
    fn read(node: &Node) -> Option<Self> {
        if let Some(text) = node.scalar() {
            let text = defaulted(&text);
            let text = text.split('/').next().unwrap_or(&text).to_owned();
            let (rest, target) = text.rsplit_once(':').unwrap_or(("", &text));
            let (host, published) = if rest.is_empty() {
                ("", "")
            } else {
                rest.rsplit_once(':').unwrap_or(("", rest))
            };
            // Whether it is open depends on an address that is not here.
            if image::is_open(host) {
                return None;
            }
            return Some(Self {
                published: published.to_owned(),
                target: range(target)?,
                local: is_loopback(host),
            });
        }
        let target = range(&defaulted(&node.get("target")?.scalar()?))?;
        let host = node
            .get("host_ip")
            .and_then(Node::scalar)
            .unwrap_or_default();
        Some(Self {
            published: node
                .get("published")
                .and_then(Node::scalar)
                .unwrap_or_default(),
            target,
            local: is_loopback(&host),
        })
    }

    fn shown(&self) -> String {
        let inside = match self.target {
            (from, to) if from == to => from.to_string(),
            (from, to) => format!("{from}-{to}"),
        };
        if self.published.is_empty() {
            inside
        } else {
            format!("{}:{inside}", self.published)
        }
    }

    /// Is one of its ports such a one?
    fn holds(&self, is: fn(u16) -> bool) -> bool {
        (self.target.0..=self.target.1).any(is)
    }
}

/// `80`, `5430-5440`.
fn range(text: &str) -> Option<(u16, u16)> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    Some((from.trim().parse().ok()?, to.trim().parse().ok()?))
}

fn mounts(service: &Node, roots: &[&Node], put: &mut Putter<'_>) {
    let mut sensitive = Vec::new();
    let (mut socket, mut open) = (None, false);
    for volume in service.get("volumes").map_or(&[][..], Node::items) {
        let (source, inside) = ends_of(volume);
        // A name of a volume may stand for a folder of the host.
        let bound = roots
            .iter()
            .find_map(|root| {
                root.at(&["volumes", &source, "driver_opts", "device"])?
                    .scalar()
            })
            .unwrap_or(source);
        let line = volume.span.line;
        // A folder above the socket holds it, too.
        let is_socket = |path: &str| {
            (path.ends_with(".sock") && image::is_sensitive(path))
                || SOCKETS.contains(&path.trim_end_matches('/'))
        };
        if (bound.starts_with('/') || bound.ends_with(".sock")) && is_socket(&bound)
            || (image::is_open(&bound) && is_socket(&inside))
        {
            socket = socket.or(Some(line));
            sensitive.push((bound, line));
        } else if image::is_open(&bound) {
            open = true;
        } else if bound.starts_with('/') && image::is_sensitive(&bound) {
            sensitive.push((bound, line));
        }
    }
    put.list("sensitive_mounts", &sensitive);
    leave_open(put, "sensitive_mounts", open);
    match (socket, open) {
        (None, true) => put.derived(
            "docker_socket",
            Value::unseen("ambiguous", "a folder is a variable without a value here"),
            None,
        ),
        _ => put.derived("docker_socket", socket.is_some(), socket),
    }
}

/// Folders with the socket of Docker in them; the first is the root.
const SOCKETS: [&str; 4] = ["", "/var", "/var/run", "/run"];

/// Where a volume comes from, and where it stands inside.
fn ends_of(volume: &Node) -> (String, String) {
    let key = |name: &str| {
        let text = volume.get(name).and_then(Node::scalar);
        text.map(|t| defaulted(&t)).unwrap_or_default()
    };
    let Some(text) = volume.scalar() else {
        return (key("source"), key("target"));
    };
    let text = defaulted(&text);
    // The colon of `${NAME:?…}` parts nothing.
    let mut depth = 0_u32;
    let mut parts = text.split(|c: char| {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ':' && depth == 0
    });
    let source = parts.next().unwrap_or_default().to_owned();
    (source, parts.next().unwrap_or_default().to_owned())
}

fn secrets_of(service: &Node, put: &mut Putter<'_>) {
    let mut named = Vec::new();
    let mut open_doors = Vec::new();
    for (name, value, line) in pairs(service.get("environment")) {
        let Some(value) = value else { continue };
        let plain = defaulted(&value);
        let is_open = OPEN_DOORS.iter().any(|(door, says)| {
            name.eq_ignore_ascii_case(door) && says.contains(&plain.to_ascii_lowercase().as_str())
        });
        if is_open {
            open_doors.push((name.clone(), line));
        }
        if !secrets::scan(&format!("{name}={plain}"), secrets::Look::Config).is_empty() {
            named.push((name, line));
        }
    }
    put.list("secret_variables", &named);
    put.list("open_doors", &open_doors);
}

fn limited(service: &Node) -> bool {
    service.get("mem_limit").is_some()
        || service
            .at(&["deploy", "resources", "limits", "memory"])
            .is_some()
}

/// `${NAME:-value}` and `${NAME-value}` with their own value, where no other is given.
pub(super) fn defaulted(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        let Some((inner, left)) = after.split_once('}') else {
            out.push_str("${");
            rest = after;
            continue;
        };
        match inner.split_once(":-").or_else(|| inner.split_once('-')) {
            Some((_, own)) => out.push_str(own),
            None => {
                out.push_str("${");
                out.push_str(inner);
                out.push('}');
            }
        }
        rest = left;
    }
    out.push_str(rest);
    out
}

/// Variables of well-known images that let anybody in.
const OPEN_DOORS: [(&str, &[&str]); 10] = [
    ("POSTGRES_HOST_AUTH_METHOD", &["trust"]),
    ("MYSQL_ALLOW_EMPTY_PASSWORD", &["yes", "true", "1"]),
    ("MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", &["yes", "true", "1"]),
    ("MARIADB_ALLOW_EMPTY_PASSWORD", &["yes", "true", "1"]),
    ("ALLOW_EMPTY_PASSWORD", &["yes", "true", "1"]),
    ("ALLOW_ANONYMOUS_LOGIN", &["yes", "true", "1"]),
    ("ALLOW_PLAINTEXT_LISTENER", &["yes", "true", "1"]),
    ("xpack.security.enabled", &["false"]),
    ("DISABLE_SECURITY_PLUGIN", &["true"]),
    ("plugins.security.disabled", &["true"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::yaml;

    #[test]
    fn defaults_of_variables() {
        assert_eq!(defaulted("a${B:-c}d${E}f"), "acd${E}f");
        assert_eq!(defaulted("${A-1}:80"), "1:80");
        assert_eq!(defaulted("${A"), "${A");
    }

    #[test]
    fn ports() {
        let read = |text: &str| {
            let doc = yaml::documents(&format!("p: {text}")).remove(0).unwrap();
            Port::read(doc.get("p").unwrap()).map(|p| (p.shown(), p.local))
        };
        assert_eq!(
            read("\"127.0.0.1:5432:5432\""),
            Some(("5432:5432".into(), true))
        );
        assert_eq!(read("\"5432:5432\""), Some(("5432:5432".into(), false)));
        assert_eq!(
            read("\"[::1]:6379:6379/tcp\""),
            Some(("6379:6379".into(), true))
        );
        assert_eq!(
            read("{ target: 80, published: 8080, host_ip: 127.0.0.1 }"),
            Some(("8080:80".into(), true))
        );
        assert_eq!(read("\"${P}:80\""), Some(("${P}:80".into(), false)));
        assert_eq!(read("\"80:${P}\""), None);
        assert_eq!(read("\"${IP}:5432:5432\""), None);
    }
}
