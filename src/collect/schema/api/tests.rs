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
