//! Modules as people write them.

use crate::collect::config::collect;
use crate::collect::config::tests::{cx, seen, shown, subject, tree};
use crate::model::{Origin, Seen, Value};

const NETWORK: &str = r#"
variable "office" {
  default = "203.0.113.0/24"
}
variable "anywhere" {}
locals {
  all = ["0.0.0.0/0"]
}
resource "aws_security_group" "web" {
  name   = "web"
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = [var.office]
  }
  egress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "db" {
  name = "db"
}
resource "aws_security_group_rule" "db_in" {
  type              = "ingress"
  from_port         = 5000
  to_port           = 6000
  protocol          = "tcp"
  cidr_blocks       = local.all
  security_group_id = aws_security_group.db.id
}
resource "aws_vpc_security_group_egress_rule" "db_out" {
  security_group_id = aws_security_group.db.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}
resource "aws_security_group" "unknown" {
  vpc_id = var.vpc
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = [var.anywhere]
  }
}
resource "aws_security_group" "looped" {
  vpc_id = aws_vpc.main.id
  dynamic "ingress" {
    for_each = var.ports
    content {
      from_port = ingress.value
    }
  }
}
resource "openstack_networking_secgroup_v2" "kho" {
  name                 = "kho"
  delete_default_rules = true
}
resource "openstack_networking_secgroup_rule_v2" "kho_ssh" {
  direction         = "ingress"
  ethertype         = "IPv4"
  protocol          = "tcp"
  port_range_min    = 22
  port_range_max    = 22
  remote_ip_prefix  = "0.0.0.0/0"
  security_group_id = openstack_networking_secgroup_v2.kho.id
}
resource "openstack_networking_secgroup_v2" "open" {
  name = "open"
}
resource "openstack_networking_secgroup_rule_v2" "open_all" {
  direction         = "ingress"
  ethertype         = "IPv4"
  security_group_id = openstack_networking_secgroup_v2.open.id
}
"#;

#[test]
fn groups_and_their_rules() {
    let dir = tree(&[("infra/network.tf", NETWORK)]);
    let out = collect(dir.path(), "c", &cx());
    assert_eq!(seen(&out, "tf-security-group"), &Seen::Whole);
    let of = |name: &str, path: &str| {
        let group = subject(&out, &format!("tf.security-group[infra:{name}]"));
        shown(group, path)
    };
    let web = "aws_security_group.web";
    assert_eq!(of(web, "open_admin"), "[]");
    assert_eq!(of(web, "open_all"), "false");
    assert_eq!(of(web, "open_egress"), "false");
    assert_eq!(of(web, "default_network"), "false");
    let db = "aws_security_group.db";
    assert_eq!(of(db, "open_databases"), "[5432]");
    assert_eq!(of(db, "open_egress"), "true");
    assert_eq!(of(db, "default_network"), "true");
    let group = subject(&out, "tf.security-group[infra:aws_security_group.db]");
    let place = group.facts["open_databases"].place.as_ref().unwrap();
    assert_eq!((&*place.file, place.line), ("c/infra/network.tf", 34));
    for name in ["unknown", "looped"] {
        let group = subject(
            &out,
            &format!("tf.security-group[infra:aws_security_group.{name}]"),
        );
        let Value::List(list) = &group.facts["open_admin"].value else {
            panic!("{name}");
        };
        assert!(!list.complete && list.items.is_empty(), "{name}");
        assert!(matches!(group.facts["open_all"].value, Value::Unseen(_)));
    }
    let kho = "openstack_networking_secgroup_v2.kho";
    assert_eq!(of(kho, "open_admin"), "[22]");
    assert_eq!(of(kho, "open_egress"), "false");
    let open = "openstack_networking_secgroup_v2.open";
    assert_eq!(of(open, "open_all"), "true");
    assert_eq!(of(open, "open_egress"), "true");
}

const BUCKETS: &str = r#"
resource "aws_s3_bucket" "labels" {
  bucket = "nhan-van-don"
}
resource "aws_s3_bucket_public_access_block" "labels" {
  bucket                  = aws_s3_bucket.labels.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
resource "aws_s3_bucket_versioning" "labels" {
  bucket = "nhan-van-don"
  versioning_configuration {
    status = "Enabled"
  }
}
resource "aws_s3_bucket" "site" {
  bucket = "trang-web"
  acl    = "public-read"
}
resource "aws_s3_bucket" "shared" {
  bucket = "chung"
}
resource "aws_s3_bucket_policy" "shared" {
  bucket = aws_s3_bucket.shared.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = ["s3:GetObject"]
      Resource  = "${aws_s3_bucket.shared.arn}/*"
    }]
  })
}
resource "aws_s3_bucket" "other" {
  bucket = "khac"
}
resource "aws_s3_bucket_policy" "other" {
  bucket = aws_s3_bucket.other.id
  policy = file("policy.json")
}
resource "aws_s3_bucket" "own" {
  bucket = "rieng"
  versioning {
    enabled = false
  }
}
resource "aws_s3_bucket_policy" "own" {
  bucket = aws_s3_bucket.own.id
  policy = data.aws_iam_policy_document.own.json
}
data "aws_iam_policy_document" "own" {
  statement {
    actions = ["s3:GetObject"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }
  }
}
"#;

#[test]
fn buckets_and_what_stands_beside_them() {
    let dir = tree(&[("s3.tf", BUCKETS)]);
    let out = collect(dir.path(), "c", &cx());
    let of = |name: &str, path: &str| {
        shown(
            subject(&out, &format!("tf.bucket[.:aws_s3_bucket.{name}]")),
            path,
        )
    };
    assert_eq!(of("labels", "public_access_blocked"), "true");
    assert_eq!(of("labels", "versioned"), "true");
    assert_eq!(of("labels", "encrypted"), "true");
    assert_eq!(of("labels", "public"), "false");
    assert_eq!(of("site", "public"), "true");
    assert_eq!(of("site", "public_access_blocked"), "false");
    assert_eq!(of("shared", "public"), "true");
    assert_eq!(of("own", "public"), "false");
    assert_eq!(of("own", "versioned"), "false");
    let other = subject(&out, "tf.bucket[.:aws_s3_bucket.other]");
    assert!(matches!(other.facts["public"].value, Value::Unseen(_)));
    let place = other.facts["public"].place.as_ref().unwrap();
    assert_eq!(place.line, 42);
    let encrypted = &other.facts["encrypted"];
    assert_eq!(encrypted.origin, Origin::Default);
}

#[test]
fn databases_with_what_variables_stand_for() {
    let dir = tree(&[
        (
            "prod/main.tf",
            "variable \"days\" {\n  default = 30\n}\nvariable \"size\" {\n  default = 1\n}\nmodule \"db\" {\n  source = \"../modules/db\"\n  days   = var.days\n}\nmodule \"net\" {\n  source  = \"terraform-aws-modules/vpc/aws\"\n  version = \"~> 5.0\"\n}\n",
        ),
        (
            "modules/db/main.tf",
            "variable \"days\" {}\nvariable \"open\" {\n  default = true\n}\nresource \"aws_db_instance\" \"orders\" {\n  engine                  = \"postgres\"\n  storage_encrypted       = true\n  publicly_accessible     = var.open\n  backup_retention_period = var.days\n  password                = \"Kho#2026.vn\"\n  deletion_protection     = null\n}\nresource \"aws_db_instance\" \"copy\" {\n  replicate_source_db = aws_db_instance.orders.identifier\n}\nresource \"aws_rds_cluster\" \"none\" {\n  count = 0\n}\n",
        ),
        (
            "modules/db/override.tf",
            "resource \"aws_db_instance\" \"orders\" {\n  publicly_accessible = false\n}\n",
        ),
    ]);
    let out = collect(dir.path(), "c", &cx());
    let orders = subject(&out, "tf.database[modules/db:aws_db_instance.orders]");
    assert_eq!(shown(orders, "backup_days"), "30");
    assert_eq!(shown(orders, "public"), "false");
    assert_eq!(shown(orders, "encrypted"), "true");
    assert_eq!(shown(orders, "kept_from_deletion"), "false");
    assert!(!format!("{orders:?}").contains("Kho#2026"));
    let copy = subject(&out, "tf.database[modules/db:aws_db_instance.copy]");
    assert!(matches!(copy.facts["encrypted"].value, Value::Unseen(_)));
    assert!(
        out.subjects
            .iter()
            .all(|s| !s.id.contains("aws_rds_cluster.none"))
    );
    let net = subject(&out, "tf.module[prod:net]");
    assert_eq!(shown(net, "present"), "false");
    assert_eq!(shown(net, "pinned"), "false");
    assert_eq!(
        shown(subject(&out, "tf.module[prod:db]"), "present"),
        "true"
    );
    // What a module makes that is not here was not seen.
    assert!(matches!(seen(&out, "tf-database"), Seen::Not(_)));
}

#[test]
fn values_that_somebody_may_choose() {
    let main = "variable \"open\" {\n  default = false\n}\nresource \"aws_db_instance\" \"a\" {\n  publicly_accessible = var.open\n}\n";
    let value = |files: &[(&str, &str)]| {
        let dir = tree(files);
        let out = collect(dir.path(), "c", &cx());
        shown(subject(&out, "tf.database[.:aws_db_instance.a]"), "public")
    };
    assert_eq!(value(&[("main.tf", main)]), "false");
    assert_eq!(
        value(&[("main.tf", main), ("terraform.tfvars", "open = true\n")]),
        "true"
    );
    let unseen = value(&[("main.tf", main), ("prod.tfvars", "open = true\n")]);
    assert!(unseen != "false" && unseen != "true", "{unseen}");
    assert_eq!(
        value(&[("main.tf", main), ("prod.tfvars", "open = false\n")]),
        "false"
    );
}

#[test]
fn files_that_are_not_read() {
    let dir = tree(&[
        ("a.tf", "resource \"x\" {\n  a = \n}\n"),
        (
            "b.tf.json",
            "{\n  \"resource\": {\n    \"aws_s3_bucket\": \"x\"\n  }\n}\n",
        ),
    ]);
    let out = collect(dir.path(), "c", &cx());
    assert!(matches!(seen(&out, "tf-bucket"), Seen::Not(_)));
    let summary = shown(subject(&out, "config-files"), "problems");
    assert!(
        summary.contains("a.tf:2") && summary.contains("b.tf.json:3"),
        "{summary}"
    );
}

#[test]
fn loops_are_written_out() {
    let text = r#"
variable "rules" {
  default = {
    ssh = { port = 22, cidrs = ["0.0.0.0/0"] }
    web = { port = 443, cidrs = ["10.0.0.0/8"] }
  }
}
variable "ports" {
  default = [22, 5432]
}
variable "later" {}
resource "aws_security_group" "a" {
  vpc_id = aws_vpc.main.id
}
resource "aws_security_group_rule" "all" {
  for_each          = var.rules
  type              = "ingress"
  protocol          = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_blocks       = each.value.cidrs
  security_group_id = aws_security_group.a.id
}
resource "aws_security_group" "b" {
  vpc_id = aws_vpc.main.id
  dynamic "ingress" {
    for_each = toset(var.ports)
    content {
      protocol    = "tcp"
      from_port   = ingress.value
      to_port     = ingress.value
      cidr_blocks = ["::/0", "10.0.0.0/8"]
    }
  }
}
resource "aws_security_group" "c" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = module.network.admins
  }
}
resource "aws_security_group_rule" "open" {
  for_each          = var.later
  type              = "ingress"
  protocol          = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_blocks       = each.value.cidrs
  security_group_id = aws_security_group.d.id
}
resource "aws_security_group" "d" {
  vpc_id = aws_vpc.main.id
}
resource "aws_security_group" "e" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = [aws_subnet.admin.cidr_block]
  }
}
"#;
    let dir = tree(&[("main.tf", text)]);
    let out = collect(dir.path(), "c", &cx());
    let of = |name: &str, path: &str| {
        let id = format!("tf.security-group[.:aws_security_group.{name}]");
        let fact = &subject(&out, &id).facts[path];
        let whole = !matches!(&fact.value, Value::List(list) if !list.complete);
        (fact.value.shown(), whole)
    };
    let is = |text: &str, whole: bool| (text.to_owned(), whole);
    assert_eq!(of("a", "open_admin"), is("[22]", true));
    assert_eq!(of("b", "open_admin"), is("[22]", true));
    assert_eq!(of("b", "open_databases"), is("[5432]", true));
    assert_eq!(of("c", "open_admin"), is("[]", false));
    assert_eq!(of("d", "open_admin"), is("[]", false));
    assert_eq!(of("e", "open_admin"), is("[]", true));
}

#[test]
fn values_in_folders_of_their_own() {
    let main = "variable \"admins\" {\n  default = [\"10.0.0.0/8\"]\n}\nresource \"aws_security_group\" \"a\" {\n  ingress {\n    protocol = \"tcp\"\n    from_port = 22\n    to_port = 22\n    cidr_blocks = var.admins\n  }\n}\n";
    let given = "admins = [\"0.0.0.0/0\"]\n";
    let of = |files: &[(&str, &str)]| {
        let dir = tree(files);
        let out = collect(dir.path(), "c", &cx());
        let group = out
            .subjects
            .iter()
            .find(|s| &*s.kind == "tf-security-group")
            .unwrap();
        let value = &group.facts["open_admin"].value;
        (value.shown(), matches!(value, Value::List(l) if l.complete))
    };
    let empty = || "[]".to_owned();
    assert_eq!(of(&[("main.tf", main)]), (empty(), true));
    for path in [
        "prod.tfvars",
        "envs/prod.tfvars",
        "envs/prod/terraform.tfvars",
    ] {
        assert_eq!(
            of(&[("main.tf", main), (path, given)]),
            (empty(), false),
            "{path}"
        );
    }
    let apart = [("infra/main.tf", main), ("envs/prod.tfvars", given)];
    assert_eq!(of(&apart), (empty(), false));
}

#[test]
fn ways_to_open_a_bucket() {
    let of = |more: &str| {
        let text = format!("resource \"aws_s3_bucket\" \"a\" {{\n  bucket = \"a\"\n}}\n{more}");
        let dir = tree(&[("main.tf", &text)]);
        let out = collect(dir.path(), "c", &cx());
        shown(subject(&out, "tf.bucket[.:aws_s3_bucket.a]"), "public")
    };
    let policy = |bucket: &str, condition: &str| {
        format!(
            "resource \"aws_s3_bucket_policy\" \"p\" {{\n  bucket = {bucket}\n  policy = jsonencode({{ Statement = [{{ Effect = \"Allow\", Principal = \"*\", Action = \"s3:GetObject\"{condition} }}] }})\n}}\n"
        )
    };
    let own = "aws_s3_bucket.a.id";
    assert_eq!(of(""), "false");
    assert_eq!(of(&policy(own, "")), "true");
    assert_eq!(
        of(&policy(
            own,
            ", Condition = { Bool = { \"aws:SecureTransport\" = \"true\" } }"
        )),
        "true"
    );
    assert_eq!(
        of(&policy(
            own,
            ", Condition = { IpAddress = { \"aws:SourceIp\" = \"10.0.0.0/8\" } }"
        )),
        "false"
    );
    assert_eq!(of(&policy("each.value.id", "")), "? (ambiguous)");
    assert_eq!(of(&policy("module.x.id", "")), "false");
    let acl = "resource \"aws_s3_bucket_acl\" \"l\" {\n  bucket = aws_s3_bucket.a.id\n  access_control_policy {\n    grant {\n      grantee {\n        type = \"Group\"\n        uri = \"http://acs.amazonaws.com/groups/global/AllUsers\"\n      }\n      permission = \"READ\"\n    }\n  }\n}\n";
    assert_eq!(of(acl), "true");
}

#[test]
fn one_public_member_is_enough() {
    let text = "resource \"aws_rds_cluster\" \"a\" {\n}\nresource \"aws_rds_cluster_instance\" \"b\" {\n  cluster_identifier = aws_rds_cluster.a.id\n  publicly_accessible = false\n}\nresource \"aws_rds_cluster_instance\" \"c\" {\n  cluster_identifier = aws_rds_cluster.a.id\n  publicly_accessible = true\n}\n";
    let dir = tree(&[("main.tf", text)]);
    let out = collect(dir.path(), "c", &cx());
    assert_eq!(
        shown(subject(&out, "tf.database[.:aws_rds_cluster.a]"), "public"),
        "true"
    );
}
