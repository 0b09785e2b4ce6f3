//! The words of `capdo plan`.

use crate::model::{Day, Level, Text};

/// The heading.
pub fn title(inventory: &str, on: Day) -> Text {
    Text::new(
        format!("Kế hoạch thu thập theo {inventory}, ngày {}", on.vi()),
        format!("What an audit of {inventory} touches, on {on}"),
    )
}

/// What the plan promises.
pub fn lead() -> Text {
    Text::new(
        "Chỉ đọc, không thay đổi gì trên đối tượng. Ngoài các mục dưới đây không đọc tệp, chạy lệnh hay kết nối nào khác.",
        "Read-only. Nothing is read, run or connected to but what stands below.",
    )
}

/// The level at which an asset is looked at.
pub fn level(level: Level) -> Text {
    Text::new(format!("cấp độ {level}"), format!("level {level}"))
}

/// Headings of the parts, by key.
pub fn label(key: &str) -> Text {
    let (vi, en) = match key {
        "documents" => (
            "Tài liệu của văn bản xác nhận (chỉ tính mã băm)",
            "Documents of attestations (only hashed)",
        ),
        "script" => (
            "Tập lệnh thu thập để cài trên máy chủ (chủ sở hữu root, quyền 0755)",
            "The collection script to install on a host (owned by root, mode 0755)",
        ),
        "installed" => (
            "sudoers, cách chặt: chỉ cho chạy tập lệnh đã cài, đúng mã băm",
            "sudoers, the strict way: only the installed script, only with this hash",
        ),
        "authorized_keys" => (
            "authorized_keys, cách chặt: khóa chỉ chạy được tập lệnh đó (khai báo restricted: true)",
            "authorized_keys, the strict way: the key can run that script alone (say restricted: true)",
        ),
        "sent" => (
            "sudoers khi gửi tập lệnh qua SSH (khai báo sudo: true); lưu ý tài khoản thu thập đọc được trọn các tệp này",
            "sudoers where the script is sent (say sudo: true); note that the account can then read these files whole",
        ),
        other => return Text::same(other),
    };
    Text::new(vi, en)
}

/// The way to an asset.
pub fn via(word: &str) -> Text {
    let (vi, en) = match word {
        "files" => ("đọc tệp", "reads files"),
        "root" => (
            "đọc tệp trong thư mục này, kể cả tệp được nạp kèm",
            "reads files inside this folder, and what they include",
        ),
        "bundle" => ("đọc gói bằng chứng", "reads an evidence bundle"),
        "local" => (
            "chạy tập lệnh trên máy này",
            "runs the script on this machine",
        ),
        "ssh" => ("gửi tập lệnh qua SSH", "sends the script over SSH"),
        "ssh-restricted" => (
            "SSH, tập lệnh đã cài, không gửi gì",
            "SSH, the installed script, nothing is sent",
        ),
        "network" => ("kết nối mạng", "connects"),
        "none" => (
            "phiên bản này chưa kiểm tra, không chạm tới",
            "not looked at by this version, not touched",
        ),
        other => return Text::same(other),
    };
    Text::new(vi, en)
}

/// A kind of thing that is touched.
pub fn what(word: &str) -> Text {
    let (vi, en) = match word {
        "file" => ("tệp", "file"),
        "folder" => ("thư mục", "folder"),
        "stat" => ("quyền", "stat"),
        "command" => ("lệnh", "command"),
        "resolve" => ("tra tên", "resolve"),
        "connect" => ("kết nối", "connect"),
        "request" => ("yêu cầu", "request"),
        "not-asked" => ("không hỏi", "not asked"),
        other => return Text::same(other),
    };
    Text::new(vi, en)
}

/// How much of it is taken.
pub fn keep(word: &str) -> Text {
    let (vi, en) = match word {
        "whole" => ("toàn bộ", "whole"),
        "lines" => ("chỉ các dòng", "only lines"),
        "tls-handshakes" => ("bắt tay TLS", "TLS handshakes"),
        "mail-domain" => (
            "bản ghi DNS của tên miền thư điện tử",
            "DNS records of the mail domain",
        ),
        "closed-port" => ("cổng phải đóng", "a port that should be closed"),
        "not-authorised" => ("chưa được cho phép", "not authorised"),
        "neighbouring-numbers" => ("các số liền kề", "neighbouring numbers"),
        other => return Text::same(other),
    };
    Text::new(vi, en)
}

/// What the host takes out of a file before anything leaves it.
pub fn reduction(word: &str) -> Text {
    let (vi, en) = match word {
        "passwd" => ("bỏ họ tên (GECOS)", "without the names of people (GECOS)"),
        "shadow" => (
            "chỉ loại băm, trạng thái khóa, thời hạn",
            "only the kind of hash, locks and ages",
        ),
        "group" => ("tên và thành viên nhóm", "names and members of groups"),
        "dpkg" | "rpm" => (
            "chỉ tên, trạng thái, phiên bản gói",
            "only names, states and versions of packages",
        ),
        "first-word" => ("chỉ từ đầu mỗi dòng", "only the first word of each line"),
        "snmp" => (
            "bỏ chuỗi cộng đồng và khóa",
            "without community names and keys",
        ),
        "rule-age" => (
            "chỉ ngày cập nhật mới nhất",
            "only the newest day of update",
        ),
        "masked" => (
            "bỏ chú thích, che giá trị bí mật",
            "without comments, secrets masked",
        ),
        other => return Text::same(other),
    };
    Text::new(vi, en)
}

/// An asset of which the same is asked as of another.
pub fn same(other: &str) -> Text {
    Text::new(format!("như {other}"), format!("the same as {other}"))
}

/// How many things are touched.
pub fn count(all: usize, root: usize) -> Text {
    match root {
        0 => Text::new(format!("{all} mục"), format!("{all} items")),
        _ => Text::new(
            format!("{all} mục, {root} mục chỉ root đọc được đầy đủ"),
            format!("{all} items, {root} of them whole only for root"),
        ),
    }
}
