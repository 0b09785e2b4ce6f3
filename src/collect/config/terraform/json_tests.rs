//! Modules in JSON, as people and generators write them, beside those in the other language.

use crate::collect::config::collect;
use crate::collect::config::tests::{cx, seen, shown, subject, tree};
use crate::model::{Seen, Value};

const NETWORK: &str = r#"{
  "//": { "metadata": { "stackName": "mang" } },
  "locals": { "all": ["0.0.0.0/0"] },
  "resource": {
    "aws_security_group": {
      "web": {
        "name": "web",
        "vpc_id": "${aws_vpc.main.id}",
        "ingress": [
          { "from_port": 443, "to_port": 443, "protocol": "tcp", "cidr_blocks": ["0.0.0.0/0"] },
          {
            "from_port": 22,
            "to_port": "22",
            "protocol": "tcp",
            "cidr_blocks": "${local.all}"
          }
        ]
      },
      "one": {
        "vpc_id": "${aws_vpc.main.id}",
        "ingress": { "from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": ["${var.office}"] }
      },
      "looped": {
        "vpc_id": "${aws_vpc.main.id}",
        "dynamic": { "ingress": [ {
          "for_each": "${var.ports}",
          "content": { "from_port": "${ingress.value}", "to_port": "${ingress.value}", "protocol": "tcp",
                       "cidr_blocks": ["::/0"] }
        } ] }
      },
      "open": { "vpc_id": "${aws_vpc.main.id}", "ingress": "${var.rules}" }
    },
    "aws_security_group_rule": {
      "out": {
        "for_each": { "a": "0.0.0.0/0" },
        "type": "egress", "from_port": 0, "to_port": 0, "protocol": "-1",
        "cidr_blocks": ["${each.value}"],
        "security_group_id": "${aws_security_group.web.id}"
      }
    }
  }
}
"#;

#[test]
fn groups_of_both_languages() {
    let dir = tree(&[
        ("net/main.tf.json", NETWORK),
        (
            "net/vars.tf",
            "variable \"office\" {\n  default = \"203.0.113.0/24\"\n}\nvariable \"ports\" {\n  default = [5432]\n}\nvariable \"rules\" {}\nresource \"aws_security_group_rule\" \"more\" {\n  type              = \"ingress\"\n  from_port         = 3389\n  to_port           = 3389\n  protocol          = \"tcp\"\n  cidr_blocks       = local.all\n  security_group_id = aws_security_group.one.id\n}\n",
        ),
    ]);
    let out = collect(dir.path(), "c", &cx());
    assert_eq!(seen(&out, "tf-security-group"), &Seen::Whole);
    let of = |name: &str, path: &str| {
        let id = format!("tf.security-group[net:aws_security_group.{name}]");
        let fact = &subject(&out, &id).facts[path];
        let place = fact
            .place
            .as_ref()
            .map_or(String::new(), ToString::to_string);
        (fact.value.shown(), place)
    };
    let at = |value: &str, place: &str| (value.to_owned(), format!("c/net/{place}"));
    assert_eq!(of("web", "open_admin"), at("[22]", "main.tf.json:11"));
    assert_eq!(of("web", "open_egress"), at("true", "main.tf.json:34"));
    assert_eq!(of("one", "open_admin"), at("[3389]", "vars.tf:8"));
    assert_eq!(
        of("looped", "open_databases"),
        at("[5432]", "main.tf.json:25")
    );
    let open = subject(&out, "tf.security-group[net:aws_security_group.open]");
    assert!(matches!(open.facts["open_all"].value, Value::Unseen(_)));
}

#[test]
fn overrides_and_values_in_json() {
    let main = "variable \"open\" {\n  default = true\n}\nvariable \"days\" {}\nresource \"aws_db_instance\" \"a\" {\n  publicly_accessible     = var.open\n  backup_retention_period = var.days\n}\n";
    let over =
        "{\"resource\": [{\"aws_db_instance\": [{\"a\": [{\"storage_encrypted\": true}]}]}]}";
    let dir = tree(&[
        ("main.tf", main),
        ("enc_override.tf.json", over),
        ("terraform.tfvars.json", "{\"open\": false, \"days\": 3}"),
        ("a.auto.tfvars.json", "{\"days\": 30}"),
    ]);
    let out = collect(dir.path(), "c", &cx());
    let database = subject(&out, "tf.database[.:aws_db_instance.a]");
    for (path, value) in [
        ("public", "false"),
        ("encrypted", "true"),
        ("backup_days", "30"),
    ] {
        assert_eq!(shown(database, path), value, "{path}");
    }
    assert_eq!(seen(&out, "tf-database"), &Seen::Whole);
}

#[test]
fn values_are_read_in_the_order_of_terraform() {
    let main = "variable \"days\" {\n  default = 1\n}\nresource \"aws_db_instance\" \"a\" {\n  backup_retention_period = var.days\n}\n";
    let of = |files: &[(&str, &str)]| {
        let all: Vec<(&str, &str)> = [("main.tf", main)].iter().chain(files).copied().collect();
        let out = collect(tree(&all).path(), "c", &cx());
        shown(
            subject(&out, "tf.database[.:aws_db_instance.a]"),
            "backup_days",
        )
    };
    let (own, auto) = (
        ("terraform.tfvars", "days = 2\n"),
        ("a.auto.tfvars", "days = 3\n"),
    );
    assert_eq!(of(&[own]), "2");
    assert_eq!(of(&[own, auto]), "3");
    assert_eq!(
        of(&[own, auto, ("b.auto.tfvars.json", "{\"days\": 4}")]),
        "4"
    );
    assert_eq!(of(&[own, ("terraform.tfvars.json", "{\"days\": 5}")]), "5");
}

#[test]
fn buckets_in_json() {
    let text = r#"{
  "resource": {
    "aws_s3_bucket": { "a": { "bucket": "a", "tags": { "x": "y" } }, "b": { "bucket": "b" } },
    "aws_s3_bucket_public_access_block": { "a": {
      "bucket": "${aws_s3_bucket.a.id}",
      "block_public_acls": true, "block_public_policy": true,
      "ignore_public_acls": true, "restrict_public_buckets": "${true}"
    } },
    "aws_s3_bucket_versioning": { "a": { "bucket": "a", "versioning_configuration": { "status": "Enabled" } } },
    "aws_s3_bucket_policy": { "b": {
      "bucket": "${aws_s3_bucket.b.id}",
      "policy": "${data.aws_iam_policy_document.all.json}"
    } }
  },
  "data": { "aws_iam_policy_document": { "all": { "statement": {
    "actions": ["s3:GetObject"], "principals": [ { "type": "*", "identifiers": ["*"] } ]
  } } } }
}
"#;
    let out = collect(tree(&[("s3.tf.json", text)]).path(), "c", &cx());
    let of = |name: &str, path: &str| {
        shown(
            subject(&out, &format!("tf.bucket[.:aws_s3_bucket.{name}]")),
            path,
        )
    };
    assert_eq!(of("a", "public_access_blocked"), "true");
    assert_eq!(of("a", "versioned"), "true");
    assert_eq!(of("b", "public"), "true");
    assert_eq!(of("b", "versioned"), "false");
}
