use super::*;

const OPENAPI: &str = r##"openapi: 3.0.3
info: { title: Orders, version: "1" }
servers: [ { url: http://api.example.vn/v1 }, { url: "http://localhost:8080" } ]
security: [ { bearer: [] } ]
paths:
  /orders:
    get:
      responses:
        "200":
          content:
            application/json:
              schema: { type: array, items: { $ref: "#/components/schemas/Order" } }
  /orders/{id}:
    parameters: [ { name: id, in: path, schema: { type: integer } } ]
    get:
      security: []
      responses:
        "200": { content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } }
        "404": { content: { application/json: { schema: { $ref: "#/components/schemas/Customer" } } } }
  /customers:
    get:
      parameters:
        - { name: phone, in: query, schema: { type: string } }
        - { name: page_size, in: query, schema: { type: integer } }
      security: [ { key: [] } ]
      responses:
        default: { content: { application/json: { schema: { type: object, properties: { total: { type: integer }, data: { type: array, items: { $ref: "#/components/schemas/Customer" } } } } } } }
  /health:
    get: { security: [ { nobody: [] } ], responses: { "200": { description: ok } } }
components:
  securitySchemes:
    bearer: { type: http, scheme: bearer }
    key: { type: apiKey, in: query, name: api_key }
  schemas:
    Order:
      type: object
      properties:
        code: { type: string }
        recipient: { $ref: "#/components/schemas/Customer" }
        receiver_phone: { type: string }
        parent: { $ref: "#/components/schemas/Order" }
    Customer:
      allOf:
        - type: object
          properties:
            full_name: { type: string }
            toa_do: { type: string }
            password_hash: { type: string }
            pin: { type: string, writeOnly: true }
            f1: { type: string, format: email }
"##;

fn all(text: &str) -> Vec<Subject> {
    let api = read("api.yaml", text.as_bytes()).unwrap().unwrap();
    subjects(&api, "api.yaml", "api.yaml")
}

fn said(subjects: &[Subject], id: &str, path: &str) -> String {
    subjects
        .iter()
        .find(|s| &*s.id == id)
        .unwrap_or_else(|| panic!("{id} not there"))
        .facts
        .get(path)
        .unwrap_or_else(|| panic!("{path} not there"))
        .value
        .shown()
}

#[test]
fn an_openapi_document() {
    let s = all(OPENAPI);
    let orders = "GET /orders";
    assert_eq!(said(&s, orders, "authenticated"), "true");
    assert_eq!(said(&s, orders, "list"), "true");
    assert_eq!(said(&s, orders, "paginated"), "false");
    let fields = said(&s, orders, "personal_fields");
    assert!(
        fields.contains("phone:receiver_phone") && fields.contains("name:full_name"),
        "{fields}"
    );
    let one = "GET /orders/{id}";
    assert_eq!(said(&s, one, "authenticated"), "false");
    assert_eq!(said(&s, one, "list"), "false");
    assert_eq!(said(&s, one, "sequential_ids"), "[id]");
    assert_eq!(said(&s, one, "gives_sensitive"), "true");
    assert_eq!(said(&s, one, "gives_credentials"), "true");
    let customers = "GET /customers";
    assert_eq!(said(&s, customers, "authenticated"), "true");
    assert_eq!(said(&s, customers, "key_in_query"), "true");
    assert_eq!(said(&s, customers, "list"), "true");
    assert_eq!(said(&s, customers, "paginated"), "true");
    assert_eq!(said(&s, customers, "personal_in_url"), "[phone:phone]");
    assert_eq!(said(&s, "GET /health", "authenticated"), "false");
    assert_eq!(said(&s, "GET /health", "gives_personal"), "false");
    assert_eq!(
        said(&s, "api.yaml", "plain_servers"),
        "[http://api.example.vn/v1]"
    );
    assert_eq!(said(&s, "api.yaml", "operations"), "4");
    assert_eq!(said(&s, "Customer.full_name", "class"), "name");
    assert_eq!(said(&s, "Customer.f1", "class"), "email");
    assert_eq!(said(&s, "Customer.pin", "write_only"), "true");
    assert_eq!(said(&s, "Order.receiver_phone", "party"), "recipient");
    let line = s.iter().find(|x| &*x.id == "Customer.full_name");
    assert_eq!(line.unwrap().place.as_ref().unwrap().line, 46);
}

#[test]
fn a_swagger_document_as_json() {
    let text = r##"{"swagger":"2.0","schemes":["http"],"host":"api.example.vn","paths":{"/nhan-vien":{"get":{"responses":{"200":{"schema":{"$ref":"#/definitions/NhanVien"}}}}}},"definitions":{"NhanVien":{"type":"object","properties":{"hoTen":{"type":"string"},"sdt":{"type":"string"},"ngayCapNhat":{"type":"string"}}}}}"##;
    let s = all(text);
    assert_eq!(said(&s, "GET /nhan-vien", "authenticated"), "false");
    assert_eq!(
        said(&s, "GET /nhan-vien", "personal_fields"),
        "[name:hoTen, phone:sdt]"
    );
    assert_eq!(
        said(&s, "api.yaml", "plain_servers"),
        "[http://api.example.vn]"
    );
}

#[test]
fn a_json_schema() {
    let text = r##"{"$schema":"https://json-schema.org/draft/2020-12/schema","title":"BuuGui","type":"object","properties":{"nguoi_nhan":{"type":"object","properties":{"dien_thoai":{"type":"string"}}},"ma":{"type":"string"}}}"##;
    let s = all(text);
    assert_eq!(said(&s, "api.yaml", "kind"), "json-schema");
    assert_eq!(said(&s, "BuuGui.nguoi_nhan.dien_thoai", "class"), "phone");
    assert_eq!(said(&s, "api.yaml", "operations"), "0");
}

#[test]
fn what_describes_nothing() {
    assert!(
        read("a.yaml", b"services: { web: { image: x } }")
            .unwrap()
            .is_none()
    );
    assert!(read("a.json", b"{").unwrap().is_none());
    assert!(matches!(
        read("a.json", b"{\"openapi\": \"3.0.0\", "),
        Err("not-parsed")
    ));
    let round = "openapi: 3.0.0\npaths: { /a: { $ref: '#/paths/~1a' } }\ncomponents: { schemas: { A: { $ref: '#/components/schemas/A' } } }";
    assert_eq!(said(&all(round), "api.yaml", "operations"), "0");
}

const PROTO: &str = r#"syntax = "proto3";
package van_don.v1;
import "google/api/annotations.proto";
import "google/protobuf/timestamp.proto";
import "chung/nguoi.proto";
// Đơn của khách
message DonHang {
  string ma_don = 1;
  // Số di động của người nhận
  string f1 = 2;
  string ten_nguoi_nhan = 3;
  repeated Kien kien = 4;
  google.protobuf.Timestamp ngay_cap_nhat = 5;
  map<string, string> ghi_chu_them = 6;
  bool phone_verified = 7;
  message Kien { string noi_dung_hang = 1; }
  GioiTinh gioi_tinh = 8;
  string mat_khau = 9 [(google.api.field_behavior) = INPUT_ONLY];
  oneof noi { string dia_chi_nhan = 10; string ma_hop = 11; }
}
enum GioiTinh { CHUA_RO = 0; NAM = 1; }
message XemDon { int64 id = 1; string so_dien_thoai = 2; }
message DanhSach { repeated DonHang don = 1; string next_page_token = 2; }
message LietKe { int32 page_size = 1; string page_token = 2; }
service TraCuu {
  rpc Xem(XemDon) returns (DonHang) {
    option (google.api.http) = { get: "/v1/don/{id}" additional_bindings { post: "/v1/don:xem" body: "*" } };
  }
  rpc LietKeDon(LietKe) returns (DanhSach);
  rpc Theo(XemDon) returns (stream DonHang);
  rpc Nguoi(XemDon) returns (chung.Nguoi);
  rpc Song(google.protobuf.Empty) returns (google.protobuf.Empty);
}
"#;

fn of_protos(files: &[(&str, &str)]) -> Vec<Subject> {
    let read: Vec<proto::File> = files
        .iter()
        .map(|(name, text)| proto::read(name, text.as_bytes()).unwrap())
        .collect();
    let all = proto::Files::of(read.iter());
    read.iter()
        .zip(files)
        .flat_map(|(one, (name, _))| of_proto(one, &all, name, name))
        .collect()
}

#[test]
fn protocol_buffers() {
    let s = of_protos(&[("a.proto", PROTO)]);
    assert_eq!(said(&s, "a.proto", "kind"), "protobuf");
    assert_eq!(said(&s, "DonHang.f1", "class"), "phone");
    assert_eq!(said(&s, "DonHang.f1", "party"), "recipient");
    assert_eq!(said(&s, "DonHang.Kien.noi_dung_hang", "class"), "contents");
    assert_eq!(said(&s, "DonHang.gioi_tinh", "class"), "gender");
    assert_eq!(said(&s, "DonHang.dia_chi_nhan", "class"), "address");
    assert_eq!(said(&s, "DonHang.mat_khau", "write_only"), "true");
    assert!(s.iter().all(|x| &*x.id != "DonHang.phone_verified"));
    let line = s.iter().find(|x| &*x.id == "DonHang.ten_nguoi_nhan");
    assert_eq!(line.unwrap().place.as_ref().unwrap().line, 11);
    let one = "GET /v1/don/{id}";
    assert_eq!(said(&s, one, "sequential_ids"), "[id]");
    assert_eq!(said(&s, one, "personal_in_url"), "[phone:so_dien_thoai]");
    assert_eq!(said(&s, "POST /v1/don:xem", "personal_in_url"), "[]");
    assert_eq!(said(&s, one, "gives_credentials"), "false");
    let list = "RPC /van_don.v1.TraCuu/LietKeDon";
    assert_eq!(said(&s, list, "list"), "true");
    assert_eq!(said(&s, list, "paginated"), "true");
    assert!(said(&s, list, "personal_fields").contains("name:ten_nguoi_nhan"));
    let stream = "RPC /van_don.v1.TraCuu/Theo";
    assert_eq!(said(&s, stream, "list"), "true");
    assert_eq!(said(&s, stream, "paginated"), "false");
    assert_eq!(
        said(&s, "RPC /van_don.v1.TraCuu/Song", "gives_personal"),
        "false"
    );
    // Who is asked stands in no such file, and what another file holds is not known.
    let unseen = |id: &str, path: &str| {
        let subject = s.iter().find(|x| &*x.id == id).unwrap();
        let Value::Unseen(reason) = &subject.facts.get(path).unwrap().value else {
            panic!("{id} {path} was seen");
        };
        reason.code.to_string()
    };
    assert_eq!(unseen(list, "authenticated"), "not_asked");
    assert_eq!(unseen(list, "key_in_query"), "not_asked");
    assert_eq!(
        unseen("RPC /van_don.v1.TraCuu/Nguoi", "gives_personal"),
        "not-parsed"
    );
    assert_eq!(unseen("a.proto", "plain_servers"), "not_applicable");
    let other = "syntax = \"proto3\"; package chung; message Nguoi { string ho_ten = 1; }";
    let both = of_protos(&[("a.proto", PROTO), ("chung/nguoi.proto", other)]);
    assert_eq!(
        said(&both, "RPC /van_don.v1.TraCuu/Nguoi", "personal_fields"),
        "[name:ho_ten]"
    );
}

#[test]
fn protocol_buffers_of_the_second_kind() {
    let text = "package a;\nmessage KH {\n  required string ho_ten = 1 [default = \"x\"];\n  optional group Lien = 2 { optional string sdt = 3; }\n  extensions 100 to 200;\n}\nextend KH { optional string email = 100; }\n";
    let s = of_protos(&[("k.proto", text)]);
    assert_eq!(said(&s, "KH.ho_ten", "class"), "name");
    assert_eq!(said(&s, "KH.Lien.sdt", "class"), "phone");
}

#[test]
fn protocol_buffers_that_are_none() {
    assert!(proto::read("a.proto", b"message {").is_none());
    let deep = format!("message A {{ {} }}", "message B {".repeat(100_000));
    assert!(proto::read("a.proto", deep.as_bytes()).is_none());
    let option = format!(
        "option (x) = {}{};",
        "{ a ".repeat(50_000),
        "}".repeat(50_000)
    );
    assert!(proto::read("a.proto", option.as_bytes()).is_none());
}

proptest::proptest! {
    #[test]
    fn protocol_buffers_never_panic(text in "(message|enum|service|rpc|option|[a-z]{1,3}|[{}();=\\[\\]\"<>,.1-9 \n]){0,60}") {
        let _ = proto::read("a.proto", text.as_bytes()).map(|f| proto::Files::of([&f].into_iter()).fields(&f).len());
    }
}

#[test]
fn avro() {
    let text = r#"{"type":"record","name":"vn.thu.BuuGui","doc":"Bưu gửi","fields":[
  {"name":"ma","type":"string"},
  {"name":"nguoi_nhan","type":["null",{"type":"record","name":"NguoiNhan","fields":[
    {"name":"ho_ten","type":"string"},
    {"name":"sdt","type":["null","string"],"default":null}]}]},
  {"name":"f1","type":"string","doc":"Địa chỉ người gửi"},
  {"name":"phone_verified_at","type":{"type":"long","logicalType":"timestamp-millis"}},
  {"name":"hang","type":{"type":"array","items":{"type":"record","name":"Hang","fields":[{"name":"noi_dung_hang","type":"string"}]}}},
  {"name":"email","type":{"type":"array","items":"string"}}]}"#;
    let s = all(text);
    assert_eq!(said(&s, "api.yaml", "kind"), "avro");
    assert_eq!(said(&s, "NguoiNhan.ho_ten", "class"), "name");
    assert_eq!(said(&s, "NguoiNhan.sdt", "class"), "phone");
    assert_eq!(said(&s, "NguoiNhan.sdt", "party"), "recipient");
    assert_eq!(said(&s, "BuuGui.f1", "party"), "sender");
    assert_eq!(said(&s, "Hang.noi_dung_hang", "class"), "contents");
    assert_eq!(said(&s, "BuuGui.email", "class"), "email");
    assert_eq!(said(&s, "api.yaml", "personal_fields"), "5");
    assert_eq!(said(&s, "api.yaml", "operations"), "0");
    assert!(matches!(read("a.avsc", b"{\"type\": "), Err("not-parsed")));
}

#[test]
fn what_another_file_holds_is_not_known() {
    let text = "openapi: 3.0.0\npaths: { /a: { get: { responses: { '200': { content: { j: { schema: { $ref: 'other.yaml#/A' } } } } } } } }";
    let subjects = all(text);
    let one = subjects.iter().find(|x| &*x.id == "GET /a").unwrap();
    let value = &one.facts.get("gives_personal").unwrap().value;
    assert!(matches!(value, Value::Unseen(_)), "{}", value.shown());
}

#[test]
fn answers_parameters_and_paths_of_other_files_are_not_known() {
    let text = r#"openapi: 3.0.3
info: { title: T, version: "1" }
paths:
  /answer: { get: { responses: { '200': { $ref: './responses/Order.yaml' } } } }
  /lost: { get: { responses: { '200': { $ref: '#/components/responses/Nowhere' } } } }
  /parameter:
    get:
      parameters: [ { $ref: './parameters/Phone.yaml' } ]
      responses: { '200': { description: ok } }
  /items/{id}: { $ref: './paths/item.yaml' }
"#;
    let subjects = all(text);
    let unseen = |id: &str, path: &str| {
        let subject = subjects.iter().find(|x| &*x.id == id).unwrap();
        let value = &subject.facts.get(path).unwrap().value;
        if let Value::Unseen(reason) = value {
            return reason.code.to_string();
        }
        value.shown()
    };
    for id in ["GET /answer", "GET /lost", "ANY /items/{id}"] {
        assert_eq!(unseen(id, "gives_personal"), "not-parsed", "{id}");
        assert_eq!(unseen(id, "gives_credentials"), "not-parsed", "{id}");
        assert_eq!(unseen(id, "list"), "not-parsed", "{id}");
    }
    assert_eq!(unseen("ANY /items/{id}", "authenticated"), "not_asked");
    assert_eq!(unseen("GET /parameter", "gives_personal"), "false");
    assert_eq!(unseen("GET /parameter", "paginated"), "not-parsed");
    let list = |id: &str| {
        let subject = subjects.iter().find(|x| &*x.id == id).unwrap();
        let value = &subject.facts.get("personal_in_url").unwrap().value;
        let Value::List(list) = value else {
            panic!("{}", value.shown())
        };
        list.complete
    };
    assert!(!list("GET /parameter"));
    assert!(!list("ANY /items/{id}"));
    assert!(list("GET /answer"));
}

#[test]
fn an_answer_that_is_not_described_may_hold_anything() {
    let answer = |content: &str| {
        let text = format!(
            "openapi: 3.0.3\ninfo: {{ title: a, version: \"1\" }}\npaths:\n  /a:\n    get:\n      responses: {{ \"200\": {content} }}\n"
        );
        said(&all(&text), "GET /a", "gives_personal")
    };
    for (content, expected) in [
        ("{ description: ok }", "false"),
        (
            "{ content: { application/json: { schema: { type: object } } } }",
            "? (not-parsed)",
        ),
        (
            "{ content: { application/json: { schema: { type: array, items: {} } } } }",
            "? (not-parsed)",
        ),
        (
            "{ content: { application/json: { example: { sdt: x } } } }",
            "? (not-parsed)",
        ),
        (
            "{ content: { text/csv: { schema: { type: string, format: binary } } } }",
            "? (not-parsed)",
        ),
        (
            "{ content: { application/json: { schema: { type: object, additionalProperties: true } } } }",
            "? (not-parsed)",
        ),
        (
            "{ content: { application/json: { schema: { type: object, additionalProperties: { type: string } } } } }",
            "false",
        ),
        (
            "{ content: { application/json: { schema: { type: object, properties: { ma: { type: string } } } } } }",
            "false",
        ),
        (
            "{ content: { text/plain: { schema: { type: string } } } }",
            "false",
        ),
    ] {
        assert!(
            answer(content).starts_with(expected),
            "{content}: {}",
            answer(content)
        );
    }
}

#[test]
fn avro_idl_and_protocols() {
    let idl = "protocol P {\n  record NguoiNhan {\n    string hoTen;\n    union { null, string } sdt = null;\n  }\n}\n";
    let of = |name: &str, text: &str| {
        let api = read(name, text.as_bytes()).unwrap().unwrap();
        subjects(&api, name, name)
    };
    let s = of("a.avdl", idl);
    assert_eq!(said(&s, "NguoiNhan.sdt", "class"), "phone");
    assert_eq!(
        s.iter()
            .find(|s| &*s.id == "NguoiNhan.sdt")
            .unwrap()
            .place
            .as_ref()
            .unwrap()
            .line,
        4
    );
    assert!(read("a.avdl", b"record A {").is_err());
    let protocol = r#"{"protocol":"P","types":[{"type":"record","name":"K","fields":[{"name":"sdt","type":"string"}]}],"messages":{}}"#;
    assert_eq!(said(&of("a.avpr", protocol), "K.sdt", "class"), "phone");
}
