//! Names of images, ports of administration and of databases: what Docker, compose and Kubernetes have in common.

/// Is the image named by a version or a digest, so that the same name brings the same image?
pub(in crate::collect::config) fn is_pinned(image: &str) -> bool {
    if image.contains("@sha256:") {
        return true;
    }
    let name = image.rsplit('/').next().unwrap_or(image);
    name.split_once(':')
        .is_some_and(|(_, tag)| !tag.is_empty() && !MOVING.contains(&tag))
}

/// Is a name without its variables known?
pub(in crate::collect::config) fn is_open(text: &str) -> bool {
    text.contains('$') || text.contains("{{")
}

/// Is this port one of a database, a cache or a broker?
pub(in crate::collect::config) fn is_database_port(port: u16) -> bool {
    DATABASES.contains(&port)
}

/// Is this port one for administrators?
pub(in crate::collect::config) fn is_admin_port(port: u16) -> bool {
    ADMIN.contains(&port)
}

/// Capabilities that give the host away.
pub(in crate::collect::config) fn is_dangerous(capability: &str) -> bool {
    let name = capability.to_ascii_uppercase();
    let name = name.strip_prefix("CAP_").unwrap_or(&name);
    CAPABILITIES.contains(&name)
}

/// Folders of the host that a container must not be given.
pub(in crate::collect::config) fn is_sensitive(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    path.is_empty()
        || SENSITIVE.contains(&path)
        || SECRET.iter().any(|secret| below(path, secret))
        || path.split('/').any(|part| part == ".ssh")
        || path.ends_with("docker.sock")
        || path.ends_with("containerd.sock")
        || path.ends_with("crio.sock")
}

/// Is it this folder or file, or does it stand below it?
fn below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What gives the host or all its containers away, and all below it.
const SECRET: [&str; 19] = [
    "/root",
    "/boot",
    "/proc",
    "/etc/kubernetes",
    "/etc/ssh",
    "/etc/ssl/private",
    "/etc/shadow",
    "/etc/passwd",
    "/etc/sudoers",
    "/etc/sudoers.d",
    "/etc/cron.d",
    "/etc/docker",
    "/var/lib/docker",
    "/var/lib/containerd",
    "/var/lib/containers",
    "/var/lib/kubelet",
    "/var/lib/etcd",
    "/var/lib/rancher",
    "/var/spool/cron",
];

/// Tags that are moved to another image from one day to the next.
const MOVING: [&str; 12] = [
    "latest", "stable", "edge", "nightly", "master", "main", "dev", "develop", "current",
    "mainline", "testing", "lts",
];
const DATABASES: [u16; 16] = [
    1433, 1521, 2379, 3306, 5432, 5433, 5672, 5984, 6379, 7000, 9042, 9092, 9200, 9300, 11211,
    27017,
];
const ADMIN: [u16; 12] = [
    22, 23, 2375, 2376, 3389, 5900, 5601, 8001, 8500, 9000, 9090, 15672,
];
const CAPABILITIES: [&str; 12] = [
    "ALL",
    "SYS_ADMIN",
    "SYS_PTRACE",
    "SYS_MODULE",
    "SYS_RAWIO",
    "NET_ADMIN",
    "DAC_READ_SEARCH",
    "BPF",
    "SYS_BOOT",
    "MAC_ADMIN",
    "SYS_TIME",
    "PERFMON",
];
const SENSITIVE: [&str; 17] = [
    "/",
    "/etc",
    "/root",
    "/home",
    "/proc",
    "/sys",
    "/dev",
    "/boot",
    "/var",
    "/var/run",
    "/run",
    "/var/lib",
    "/var/lib/docker",
    "/var/lib/kubelet",
    "/lib/modules",
    "/usr",
    "/var/log",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_images() {
        for image in ["nginx:1.25", "registry:5000/a/b:v2", "a@sha256:00"] {
            assert!(is_pinned(image), "{image}");
        }
        for image in ["nginx", "nginx:latest", "registry:5000/a/b", "a:"] {
            assert!(!is_pinned(image), "{image}");
        }
        assert!(is_dangerous("cap_sys_admin") && !is_dangerous("NET_BIND_SERVICE"));
        assert!(
            is_sensitive("/") && is_sensitive("/var/run/docker.sock") && !is_sensitive("/srv/data")
        );
    }
}
