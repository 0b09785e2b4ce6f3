//! What migrations of programs say of tables.

use super::*;

fn columns(schema: &Schema) -> Vec<String> {
    let all = schema.tables.iter().flat_map(|t| {
        t.columns
            .iter()
            .map(move |c| format!("{}.{} {} {}", t.name, c.name, c.data_type, c.line))
    });
    all.collect()
}

fn missed(schema: &Schema) -> Vec<String> {
    let all = schema.unparsed.iter();
    all.map(|u| format!("{} {}", u.line, u.begins)).collect()
}

fn read(name: &str, text: &str) -> Schema {
    let kind = Kind::of(name, text).unwrap();
    parse(kind, name, text, None)
}

const LARAVEL: &str = "<?php
use Illuminate\\Database\\Migrations\\Migration;
return new class extends Migration {
    public function up(): void
    {
        Schema::create('khach_hang', function (Blueprint $table) {
            $table->id();
            $table->string('ho_ten', 100)->comment('Họ tên người gửi');
            $table->string('sdt')->nullable();
            $table->foreignId('buu_cuc_id')->constrained('buu_cuc');
            $table->text('dia_chi'); // địa chỉ
            $table->index(['sdt', 'ho_ten']);
            $table->timestamps();
            $table->auditColumns();
        });
        Schema::table('don_hang', function (Blueprint $table) {
            $table->string('cccd', 12)->after('id');
            $table->dropColumn(['ghi_chu']);
            $table->renameColumn('a', 'b');
            $table->text('note')->change();
            Schema::withoutForeignKeyConstraints(function () use ($table) { $table->dropColumn('c'); });
        });
        DB::statement(\"ALTER TABLE khach_hang ADD email varchar(50)\");
        DB::statement(\"GRANT SELECT ON $x TO PUBLIC\");
        foreach ($tables as $t) { Schema::table($t, fn ($table) => 1); }
    }
    public function down(): void
    {
        Schema::dropIfExists('khach_hang');
    }
};
";

#[test]
fn laravel() {
    let schema = read("2024_05_01_000000_create_kh.php", LARAVEL);
    assert_eq!(
        columns(&schema),
        [
            "khach_hang.id bigint 7",
            "khach_hang.ho_ten varchar(100) 8",
            "khach_hang.sdt varchar(255) 9",
            "khach_hang.buu_cuc_id bigint 10",
            "khach_hang.dia_chi text 11",
            "khach_hang.created_at timestamp 13",
            "khach_hang.updated_at timestamp 13",
            "khach_hang.email varchar(50) 23",
            "don_hang.cccd varchar(12) 17",
            "don_hang.note text 20",
        ]
    );
    let table = &schema.tables[0];
    assert_eq!(table.columns[1].comment, "Họ tên người gửi");
    assert!(table.columns[1].has_comment && table.columns[3].refers);
    assert!(schema.only_models && schema.grants.is_empty());
    assert_eq!(missed(&schema), ["14 auditColumns", "24 SQL", "25 foreach"]);
    assert_eq!(schema.changes.len(), 4);
}

#[test]
fn a_migration_of_doctrine_runs_sql() {
    let text = "<?php\nfinal class V extends AbstractMigration {\n public function up(Schema $schema): void {\n  $this->addSql('CREATE TABLE kh (sdt VARCHAR(20) NOT NULL)');\n }\n public function down(Schema $schema): void { $this->addSql('DROP TABLE kh'); }\n}\n";
    let schema = read("Version20240101000000.php", text);
    assert_eq!(columns(&schema), ["kh.sdt varchar(20) 4"]);
    assert_eq!(missed(&schema), [""; 0]);
}

#[test]
fn rails() {
    let text = "# encoding\nActiveRecord::Schema[7.1].define(version: 2024_05_01_120000) do\n  enable_extension \"plpgsql\"\n\n  create_table \"khach_hangs\", force: :cascade, comment: \"Khách hàng\" do |t|\n    t.string \"ho_ten\", limit: 100, null: false, comment: \"Họ tên\"\n    t.string \"sdt\"\n    t.references :buu_cuc, null: false, foreign_key: true\n    t.jsonb \"giay_to\", default: {}\n    t.datetime \"created_at\", null: false\n    t.index [\"sdt\"], name: \"i\"\n  end\n\n  create_table \"x\", id: false do |t|\n    t.column :cccd, \"varchar(12)\"\n    t.timestamps\n  end\n\n  add_foreign_key \"a\", \"b\"\n  create_view \"v\", sql_definition: <<-SQL\n    SELECT 1;\n  SQL\nend\n";
    let schema = read("db/schema.rb", text);
    assert_eq!(
        columns(&schema),
        [
            "khach_hangs.id bigint 5",
            "khach_hangs.ho_ten varchar(100) 6",
            "khach_hangs.sdt varchar(255) 7",
            "khach_hangs.buu_cuc_id bigint 8",
            "khach_hangs.giay_to jsonb 9",
            "khach_hangs.created_at timestamp 10",
            "x.cccd varchar(12) 15",
            "x.created_at timestamp 16",
            "x.updated_at timestamp 16",
        ]
    );
    assert_eq!(schema.tables[0].comment, "Khách hàng");
    assert_eq!(schema.tables[0].columns[1].comment, "Họ tên");
    assert_eq!(missed(&schema), ["20 create_view"]);
    assert_eq!(version_of_rails(text), Some(20_240_501_120_000));
}

#[test]
fn steps_of_rails() {
    let text = "class A < ActiveRecord::Migration[7.0]\n  def up\n    add_column :kh, :cccd, :string, limit: 12\n    rename_column :kh, :a, :b\n    change_column :kh, :note, :text\n    remove_column :kh, :old, :string\n    execute <<~SQL\n      ALTER TABLE kh ADD COLUMN email varchar(50);\n    SQL\n    tables.each do |t|\n      add_column t, :x, :string\n    end\n  end\n\n  def down\n    drop_table :kh\n  end\nend\n";
    let schema = read("20240101_a.rb", text);
    assert_eq!(
        columns(&schema),
        [
            "kh.cccd varchar(12) 3",
            "kh.note text 5",
            "kh.email varchar(50) 8"
        ]
    );
    assert_eq!(schema.changes.len(), 3);
    assert_eq!(missed(&schema), ["10 tables", "11 add_column"]);
}

#[test]
fn liquibase() {
    let xml = "<?xml version=\"1.0\"?>\n<databaseChangeLog xmlns=\"http://www.liquibase.org/xml/ns/dbchangelog\">\n <property name=\"t.sdt\" value=\"varchar(15)\"/>\n <changeSet id=\"1\" author=\"an\">\n  <createTable tableName=\"khach_hang\" remarks=\"Khách hàng\">\n   <column name=\"id\" type=\"bigint\"><constraints primaryKey=\"true\"/></column>\n   <column name=\"sdt\" type=\"${t.sdt}\" remarks=\"Số điện thoại\"/>\n  </createTable>\n  <addColumn tableName=\"khach_hang\"><column name=\"cccd\" type=\"varchar(12)\"/></addColumn>\n  <dropColumn tableName=\"khach_hang\" columnName=\"cu\"/>\n  <sql>ALTER TABLE khach_hang ADD email varchar(50)</sql>\n  <customChange class=\"X\"/>\n  <rollback><dropTable tableName=\"khach_hang\"/></rollback>\n </changeSet>\n <include file=\"more.xml\" relativeToChangelogFile=\"true\"/>\n</databaseChangeLog>\n";
    let schema = read("db.changelog-1.xml", xml);
    let expected = [
        "khach_hang.id bigint 6",
        "khach_hang.sdt varchar(15) 7",
        "khach_hang.cccd varchar(12) 9",
        "khach_hang.email varchar(50) 11",
    ];
    assert_eq!(columns(&schema), expected);
    assert_eq!(schema.tables[0].columns[1].comment, "Số điện thoại");
    assert_eq!(missed(&schema), ["12 customChange"]);
    assert_eq!(schema.includes, ["more.xml"]);
    let yaml = "databaseChangeLog:\n- changeSet:\n    id: 1\n    author: an\n    changes:\n    - createTable:\n        tableName: khach_hang\n        columns:\n        - column:\n            name: sdt\n            type: varchar(15)\n            remarks: Số điện thoại\n            constraints:\n              nullable: false\n    - addColumn:\n        tableName: khach_hang\n        columns:\n        - column: { name: cccd, type: varchar(12) }\n    - sql: { sql: ALTER TABLE khach_hang ADD email varchar(50) }\n";
    let schema = read("db.changelog.yaml", yaml);
    assert_eq!(
        columns(&schema),
        [
            "khach_hang.sdt varchar(15) 9",
            "khach_hang.cccd varchar(12) 18",
            "khach_hang.email varchar(50) 19"
        ]
    );
    assert_eq!(missed(&schema), [""; 0]);
    let broken = read(
        "db.changelog.xml",
        "<databaseChangeLog><changeSet><createTable tableName=\"a\"><column name=\"b\" type=\"int\"/>",
    );
    assert_eq!(columns(&broken), ["a.b int 1"]);
    assert_eq!(missed(&broken), ["1 xml"]);
}

#[test]
fn django() {
    let text = "from django.db import migrations, models\n\nclass Migration(migrations.Migration):\n    dependencies = [('x', '0001')]\n    operations = [\n        migrations.CreateModel(\n            name='KhachHang',\n            fields=[\n                ('id', models.BigAutoField(primary_key=True)),\n                ('ho_ten', models.CharField(max_length=100, verbose_name='Họ tên')),\n                ('buu_cuc', models.ForeignKey(on_delete=models.CASCADE, to='x.buucuc')),\n                ('cccd', fields.EncryptedCharField(max_length=12)),\n                make_field(),\n            ],\n            options={'db_table': 'khach_hang'},\n        ),\n        migrations.AddField(model_name='donhang', name='sdt', field=models.CharField(max_length=15)),\n        migrations.RunPython(forward),\n        migrations.SeparateDatabaseAndState(),\n    ]\n";
    let schema = read("buuchinh/migrations/0002_kh.py", text);
    assert_eq!(
        columns(&schema),
        [
            "khach_hang.id bigint 9",
            "khach_hang.ho_ten varchar(100) 10",
            "khach_hang.buu_cuc_id bigint 11",
            "khach_hang.cccd field_of.encryptedcharfield 12",
            "buuchinh_donhang.sdt varchar(15) 17",
        ]
    );
    assert!(schema.tables[0].columns[3].undefined);
    assert_eq!(missed(&schema), ["13 field", "19 SeparateDatabaseAndState"]);
}

#[test]
fn what_is_not_written_out_is_told() {
    let rails = |step: &str| {
        let text = format!(
            "class A < ActiveRecord::Migration[7.0]\n  def change\n    {step}\n  end\nend\n"
        );
        missed(&read("20240101_a.rb", &text)).len()
    };
    for step in [
        "create_table(:kh) { |t| t.string :sdt }",
        "create_table(:kh) do |t| t.string :sdt end",
        "create_table :kh, &block",
        "create_table :kh do |t| t.string :sdt; t.string :x\n    end",
    ] {
        assert!(rails(step) > 0, "{step}");
    }
    assert_eq!(
        rails("create_table :kh, id: :uuid do |t|\n      t.string :sdt, default: ''\n    end"),
        0
    );
    let django = |list: &str| {
        let text = format!("class Migration(migrations.Migration):\n    operations = {list}\n");
        missed(&read("a/migrations/0001_x.py", &text)).len()
    };
    for list in [
        "[] + more",
        "[]\n    operations.append(x)",
        "[migrations.CreateModel(name='A', fields=[('id', models.AutoField())] + more)]",
    ] {
        assert!(django(list) > 0, "{list}");
    }
    assert_eq!(
        django("[migrations.CreateModel(name='A', fields=[('id', models.AutoField())])]"),
        0
    );
}

#[test]
fn what_is_no_migration_of_ours() {
    for (name, text) in [
        ("2024_01_01_x.php", "<?php $this->table('x')->create();"),
        ("20240101_x.rb", "puts 1"),
        ("0001_x.py", "op.create_table('x')"),
        ("changelog.xml", "<x/>"),
        ("x.yaml", "a: 1"),
    ] {
        assert_eq!(Kind::of(name, text), None, "{name}");
    }
}

proptest::proptest! {
    /// Hostile text gives a schema, and lines that are there.
    #[test]
    fn never_panics(text in "(<\\?php |function up\\(\\) \\{|Schema::create\\('a', function \\(\\$t\\) \\{|\\$t->string\\('b'\\)|;|\\}|\\)|create_table :a do \\|t\\||t\\.string :b|end|\n|<<~SQL\n|SQL|'|\"|operations = \\[|migrations\\.AddField\\(|\\]|,|<databaseChangeLog>|<createTable tableName='a'>|đ){0,40}") {
        for kind in [Kind::Laravel, Kind::Rails, Kind::Django, Kind::LiquibaseXml, Kind::LiquibaseYaml] {
            let schema = parse(kind, "a/migrations/1.x", &text, None);
            let lines = u32::try_from(text.lines().count() + 1).unwrap();
            proptest::prop_assert!(schema.unparsed.iter().all(|u| u.line <= lines));
        }
    }
}
