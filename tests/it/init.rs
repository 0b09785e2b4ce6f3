//! `capdo init` in three trees as companies keep them: a repository of code, a shared drive of an office, roots of hosts. What it finds it
//! names, what it cannot place it tells, and what it writes can be audited.

use std::fs;
use std::path::Path;

use crate::support::{DAY, capdo, code, stderr, stdout};

fn tree(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let at = folder.join(path);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(at, text).unwrap();
    }
}

/// What is written, and what is said; the inventory loads and is audited.
fn init(folder: &Path) -> (String, String) {
    let shown = folder.display().to_string();
    let output = capdo(&["init", &shown, "--lang", "en"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let inventory = folder.join("capdo.yaml");
    let args = [
        "audit",
        inventory.to_str().unwrap(),
        "--as-of",
        DAY,
        "--offline",
    ];
    let audit = capdo(&args);
    assert!(code(&audit) < 4, "{}", stderr(&audit));
    (fs::read_to_string(inventory).unwrap(), stdout(&output))
}

fn all(text: &str, wanted: &[&str]) {
    for words in wanted {
        assert!(text.contains(words), "{words}:\n{text}");
    }
}

fn none(text: &str, unwanted: &[&str]) {
    for words in unwanted {
        assert!(!text.contains(words), "{words}:\n{text}");
    }
}

#[test]
fn a_repository_of_code() {
    let dir = tempfile::tempdir().unwrap();
    tree(
        dir.path(),
        &[
            (
                "docker-compose.yml",
                "services:\n  web:\n    image: web:1\n    labels:\n      - \"traefik.http.routers.w.rule=Host(`tracuu.np.vn`)\"\n",
            ),
            ("services/orders/Dockerfile", "FROM debian:12\nCMD run\n"),
            ("services/orders/src/main.py", "print('x')\n"),
            (
                "deploy/k8s/ingress.yaml",
                "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: w }\nspec: { tls: [ { hosts: [www.np.vn] } ] }\n",
            ),
            (
                "db/migrations/V1__init.sql",
                "CREATE TABLE orders (id int, recipient_phone text);\n",
            ),
            (
                "db/migrations/V2__rights.sql",
                "GRANT SELECT ON orders TO web;\n",
            ),
            (
                "api/openapi.yaml",
                "openapi: 3.0.3\ninfo: { title: O, version: '1' }\npaths:\n  /o:\n    get:\n      responses:\n        '200': { description: ok }\n",
            ),
            (
                "resources/views/labels/a6.blade.php",
                "<h3>NGƯỜI GỬI</h3><p>{{ $order->sender_name }}</p><h3>NGƯỜI NHẬN</h3><p>{{ $order->recipient_phone }}</p>\n",
            ),
            (
                "frontend/src/FormLabel.tsx",
                "export const FormLabel = ({text}) => <label>{text}</label>;\n",
            ),
            (
                "resources/views/emails/created.blade.php",
                "<p>Vận đơn {{ $order->waybill }}</p><h3>Người gửi</h3><p>{{ $order->sender_name }}</p><h3>Người nhận</h3><p>{{ $order->recipient_name }}</p>\n",
            ),
            (
                "apps/courier/pubspec.yaml",
                "name: courier_app\nflutter:\n  x: y\n",
            ),
            ("node_modules/pkg/Dockerfile", "FROM x\n"),
        ],
    );
    let (made, said) = init(dir.path());
    all(
        &made,
        &[
            "kind: config, path: \".\"",
            "path: \"db/migrations\"",
            "path: \"api/openapi.yaml\"",
            "path: \"resources/views/labels\"",
            "address: \"tracuu.np.vn:443\", purpose: tracking",
            "address: \"www.np.vn:443\", purpose: web",
        ],
    );
    none(&made, &["node_modules", "FormLabel"]);
    // Pages that may be labels, and the app of which no list of brand names speaks.
    all(
        &said,
        &["created.blade.php", "apps/courier", "Found, and not placed"],
    );
}

#[test]
fn a_shared_drive_of_an_office() {
    let dir = tempfile::tempdir().unwrap();
    tree(
        dir.path(),
        &[
            (
                "Nhân sự/Danh sách nhân viên 2026.csv",
                "\u{FEFF}Mã NV;Họ và tên;Chức danh;Đơn vị\nNV01;A;Bưu tá;Công ty\n",
            ),
            (
                "Nhân sự/Danh sách nhân viên 2025.csv",
                "Mã NV;Họ và tên;Chức danh\nNV01;A;Bưu tá\nNV02;B;Bưu tá\n",
            ),
            ("Nhân sự/bảng lương.xlsx", "x"),
            (
                "Đào tạo/KQ đào tạo 2026.csv",
                "Mã NV;Tên khóa học;Ngày đào tạo;Ký tên\nNV01;Bảo mật thông tin;12/03/2026;x\n",
            ),
            (
                "Tổng đài/brandname.csv",
                "Tên định danh,Mã số thuế,Ngày cấp\nNP,0312345678,01/01/2025\n",
            ),
            (
                "Tổng đài/đầu số.csv",
                "Đầu số,Tên định danh,Nhà mạng\n02873001000,NP,Viettel\n",
            ),
            (
                "Tổng đài/CDR.csv",
                "Số gọi,Số bị gọi,Mã vận đơn,Thời gian\n02873001000,09xxxxxx11,N1,2026-10-02\n",
            ),
            (
                "Tổng đài/asterisk/pjsip.conf",
                "[vt]\ntype=endpoint\ntransport=t\n",
            ),
            (
                "Nhãn in/mau A6.zpl",
                "^XA^FO2,2^FDNguoi nhan: ${recipient_name}^FS^XZ\n",
            ),
            (
                "CSDL/van_don.sql",
                "CREATE TABLE don (id int, sdt_nguoi_nhan varchar(15));\n",
            ),
            ("CSDL/phan_quyen.sql", "GRANT SELECT ON don TO bao_cao;\n"),
            ("CSDL/sao_luu.bak", "x"),
            ("Hồ sơ cấp độ/Quyết định phê duyệt.pdf", "%PDF-1.4\n"),
            (
                "Hồ sơ cấp độ/Quy chế bảo mật thông tin.md",
                "# Quy chế bảo mật\n\nLàm lộ thông tin khách hàng bị kỷ luật sa thải.\n",
            ),
            (
                "Mã nguồn/app bưu tá/package.json",
                "{\"name\":\"a\",\"dependencies\":{\"react-native\":\"1\"}}",
            ),
            ("Mã nguồn/app bưu tá/a.ts", "open('x')\n"),
            (
                "Công văn/yêu cầu.csv",
                "Cơ quan yêu cầu,Số công văn,Ngày nhận\nCA,12/CV,01/10/2026\n",
            ),
            ("Công văn/giá cước.csv", "vùng,giá\n1,2\n"),
        ],
    );
    let (made, said) = init(dir.path());
    all(
        &made,
        &[
            "brandnames: \"Tổng đài/brandname.csv\", numbers: \"Tổng đài/đầu số.csv\", calls: \"Tổng đài/CDR.csv\"",
            "sip: \"Tổng đài/asterisk/pjsip.conf\"",
            "app: \"Mã nguồn/app bưu tá\"",
            "roster: \"Nhân sự/Danh sách nhân viên 2026.csv\", trained: \"Đào tạo/KQ đào tạo 2026.csv\", requests: \"Công văn/yêu cầu.csv\"",
            "internal_rule: \"Hồ sơ cấp độ/Quy chế bảo mật thông tin.md\"",
            "path: \"Nhãn in\"",
            "kind: schema, path: \"CSDL\"",
        ],
    );
    all(
        &said,
        &[
            "Danh sách nhân viên 2025.csv",
            "bảng lương.xlsx",
            "sao_luu.bak",
            "Quyết định phê duyệt.pdf",
            "giá cước.csv",
        ],
    );
}

#[test]
fn roots_of_hosts() {
    let dir = tempfile::tempdir().unwrap();
    let release = "NAME=Debian\nID=debian\nVERSION_ID=\"12\"\n";
    tree(
        dir.path(),
        &[
            ("hosts/web/etc/os-release", release),
            ("hosts/web/etc/ssh/sshd_config", "PermitRootLogin no\n"),
            (
                "hosts/web/etc/nginx/nginx.conf",
                "events{}\nhttp{ server { listen 443 ssl; server_name www.bc.vn; } }\n",
            ),
            ("hosts/web/opt/app/.env", "DB_PASSWORD=Abc123xyz9Q\n"),
            (
                "hosts/web/srv/db/orders.sql",
                "CREATE TABLE o (id int, recipient_phone text);\n",
            ),
            ("hosts/mail/etc/postfix/main.cf.proto", "# no schema\n"),
            // A copy of some configurations that begins like a root.
            ("copy/etc/ssh/sshd_config", "PermitRootLogin no\n"),
            ("copy/Dockerfile", "FROM debian:12\n"),
            ("hosts/lb/etc/os-release", release),
            (
                "hosts/lb/etc/haproxy/haproxy.cfg",
                "frontend f\n  bind *:443 ssl crt a.pem\n  use_backend b if { hdr(host) -i api.bc.vn }\nbackend b\n  server a 10.0.0.1:80\n",
            ),
            ("hosts/mail/etc/os-release", release),
            (
                "hosts/mail/etc/postfix/main.cf",
                "myhostname = mail.bc.vn\nsmtpd_tls_security_level = may\n",
            ),
            ("hosts/db/etc/os-release", release),
            ("hosts/db/etc/my.cnf", "[mysqld]\nbind-address=0.0.0.0\n"),
            ("hosts/pbx/etc/os-release", release),
            ("hosts/pbx/etc/asterisk/pjsip.conf", "[vt]\ntype=endpoint\n"),
            ("staff.csv", "id,name,role,account\n1,A,courier,an\n"),
            (
                "vhost/default.conf",
                "server { listen 443 ssl; server_name _; }\n",
            ),
            ("all.tar.gz", "x"),
            ("trace.pcap", "x"),
        ],
    );
    let (made, said) = init(dir.path());
    all(
        &made,
        &[
            "root: \"hosts/web\", roster: \"staff.csv\"",
            "path: \"hosts/web/etc/nginx\"",
            "path: \"hosts/web/opt/app\"",
            "path: \"hosts/web/srv/db/orders.sql\"",
            "path: \"copy/Dockerfile\"",
            "path: \"hosts/db/etc/my.cnf\"",
            "path: \"hosts/mail/etc/postfix\"",
            "address: \"www.bc.vn:443\"",
            "address: \"api.bc.vn:443\", purpose: api",
            "address: \"mail.bc.vn:25\", purpose: mail, starttls: smtp",
        ],
    );
    // The host's own files are read with the host.
    none(
        &made,
        &["path: \"hosts/web/etc/ssh\"", "path: \"hosts/web/etc\""],
    );
    all(
        &said,
        &[
            "hosts/pbx/etc/asterisk/pjsip.conf",
            "vhost/default.conf",
            "all.tar.gz",
            "trace.pcap",
        ],
    );
}
