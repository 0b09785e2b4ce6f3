//! The help of the command line: examples for each command, and its Vietnamese.
//!
//! The English stands in `cli.rs`, where the options are; a test finds every text of it that has no Vietnamese here.

use super::labels::Label;
use crate::model::Text;

/// The Vietnamese of a text of the help.
pub fn vietnamese(english: &str) -> Option<&'static str> {
    TABLE
        .iter()
        .find(|(en, _)| *en == english)
        .map(|(_, vi)| *vi)
}

/// The headings of a help, by key.
pub fn heading(key: &'static str) -> Label {
    let (vi, en) = match key {
        "usage" => ("Cách dùng", "Usage"),
        "commands" => ("Lệnh", "Commands"),
        "options" => ("Tùy chọn", "Options"),
        "arguments" => ("Tham số", "Arguments"),
        "default" => ("mặc định", "default"),
        "values" => ("giá trị", "possible values"),
        "examples" => ("Ví dụ", "Examples"),
        "gate" => ("Ngưỡng kiểm soát", "Gate"),
        "reports" => ("Báo cáo", "Reports"),
        "collecting" => ("Thu thập", "Collecting"),
        "common" => ("Tùy chọn chung", "Options of every command"),
        other => (other, other),
    };
    Label { vi, en }
}

/// What stands at the end of the help of the program.
pub fn exit_codes() -> Text {
    Text::new(
        "Mã thoát, như nhau với mọi định dạng:
  0 qua ngưỡng kiểm soát · 1 không qua · 2 sai cách dùng · 3 chưa đủ căn cứ kết luận
  4 bản kê khai, quy tắc, pháp luật, chấp nhận hoặc xác nhận thiếu hay sai
  5 không toàn vẹn · 70 lỗi nội bộ · 130 bị ngắt",
        "Exit codes, the same for every format:
  0 gate passed · 1 gate failed · 2 usage · 3 no gap, but not complete
  4 inventory, rule, law, waiver or attestation missing or invalid
  5 integrity failed · 70 internal error · 130 interrupted",
    )
}

/// Command lines that show a command at work, each with what it does.
pub fn examples(command: &str) -> &'static [(&'static str, &'static str, &'static str)] {
    EXAMPLES
        .iter()
        .find(|(name, _)| *name == command)
        .map_or(&[], |(_, lines)| lines)
}

type Example = (&'static str, &'static str, &'static str);

/// Command, then: command line, Vietnamese, English.
#[rustfmt::skip]
const EXAMPLES: &[(&str, &[Example])] = &[
    ("capdo", &[
        ("capdo init", "lập bản kê khai từ những gì có trong thư mục này", "make an inventory of what lies in this folder"),
        ("capdo audit --out report", "kiểm tra và ghi báo cáo; mở report/report.html", "audit and write the reports; open report/report.html"),
        ("capdo --lang vi audit --help", "hướng dẫn bằng tiếng Việt", "this help in Vietnamese"),
    ]),
    ("init", &[
        ("capdo init --name 'Bưu chính Mẫu' --tax-code 0100109106", "xem thư mục này và lập capdo.yaml", "look around here and write capdo.yaml"),
        ("capdo init /etc -o capdo.yaml", "xem cấu hình của máy này", "look at the configuration of this machine"),
    ]),
    ("audit", &[
        ("capdo audit capdo.yaml --out report", "kiểm tra toàn bộ, ghi mọi định dạng vào report/", "audit all, write every format into report/"),
        ("capdo audit --format sarif > capdo.sarif", "một định dạng ra stdout", "one format to stdout"),
        ("capdo audit --fail-on high --max-undetermined 500", "trong pipeline: chỉ dừng ở mức cao trở lên", "in a pipeline: stop at high and above"),
        ("capdo audit --baseline last/run.json --fail-on-new", "chỉ dừng khi có điều mới", "stop only at what is new"),
        ("capdo audit --out report --sign seal.key", "kèm dấu toàn vẹn", "with an integrity seal"),
        ("capdo audit --as-of 2025-06-01", "theo pháp luật của ngày khác", "by the law of another day"),
    ]),
    ("scan", &[
        ("capdo scan endpoint tracuu.example.vn:443 api.example.vn:443", "mỗi điểm kết nối một dòng", "one row for each endpoint"),
        ("capdo scan server ssh:audit@web-01 --level 3", "máy đang chạy, qua SSH", "a host that runs, over SSH"),
        ("capdo scan config /etc/nginx", "cấu hình nginx", "the configuration of nginx"),
        ("capdo scan schema orders.sql", "lược đồ dữ liệu", "a data schema"),
        ("capdo scan label labels/", "nhãn bưu gửi", "shipping labels"),
    ]),
    ("facts", &[
        ("capdo facts config /etc/nginx", "những gì đọc được, mỗi dòng một đối tượng JSON", "what is read, one JSON object a line"),
        ("capdo facts endpoint tracuu.example.vn:443 --http", "cả GET /", "with GET / too"),
    ]),
    ("collect", &[
        ("capdo collect ssh:audit@web-01 -o web-01.capdo", "thu thập qua SSH", "over SSH"),
        ("capdo collect local --sudo -o here.capdo", "máy này, có sudo -n", "this machine, with sudo -n"),
        ("capdo collect --script > collect.sh", "để người quản trị tự chạy", "for an administrator to run"),
        ("capdo collect --from answer.txt -o web-01.capdo", "từ kết quả họ mang về", "of the answer that was brought back"),
    ]),
    ("plan", &[
        ("capdo plan capdo.yaml", "xem trước những gì sẽ được đọc", "see what will be read, before it is"),
        ("capdo plan --format json", "cho công cụ khác", "for other tools"),
    ]),
    ("judge", &[
        ("capdo judge web-01.capdo --level 3", "đánh giá gói bằng chứng, không cần mạng", "judge a bundle, offline"),
        ("capdo judge web-01.capdo --as-of 2026-08-19", "bằng chứng cũ, pháp luật của ngày khác", "old evidence, the law of another day"),
        ("capdo judge web-01.capdo --rules newer/", "bằng chứng cũ, quy tắc mới", "old evidence, newer rules"),
    ]),
    ("report", &[
        ("capdo report report/run.json --format html > report.html", "vẽ lại một định dạng", "draw one format again"),
        ("capdo report report/run.json --format html --history 2026-09/run.json 2026-10/run.json > report.html", "kèm diễn biến so với các lần trước", "with the trend since earlier runs"),
        ("capdo report report/run.json --format html,sarif --out again", "nhiều định dạng vào một thư mục", "several into a folder"),
    ]),
    ("diff", &[
        ("capdo diff last/run.json report/run.json", "những gì đã thay đổi", "what changed"),
        ("capdo diff last/run.json report/run.json --fail-on-worse", "thoát với mã 1 nếu có bước lùi", "exit 1 where anything took a step back"),
    ]),
    ("classify", &[
        ("capdo classify capdo.yaml --explain", "cấp độ và tiêu chí quyết định", "the level and the criterion that decides"),
        ("capdo classify --draft portal --out ho-so.md", "khung hồ sơ đề xuất cấp độ", "the skeleton of the level dossier"),
    ]),
    ("waive", &[
        ("capdo waive --control SRV-SSH-004 --asset sort-01 --reason 'Chờ nâng cấp' --owner 'Lê An' --approver 'Trần Bình' --ticket ANTT-118 --days 90", "chấp nhận một kết quả trong 90 ngày", "accept a failure for 90 days"),
        ("capdo waive --requirement letter.2.2 --system portal --disposition compensating --evidence giai-phap.pdf --reason '…' --owner '…' --ticket T-1 --until 2027-01-31", "có biện pháp thay thế, kèm tài liệu", "another safeguard stands in its place, with its document"),
    ]),
    ("attest", &[
        ("capdo attest --missing", "những văn bản còn thiếu", "the papers that are still owed"),
        ("capdo attest --requirement letter.1.1 --evidence quy-che.pdf --statement 'Đã ban hành quy chế' --signer 'Trần Bình' --role 'Trưởng ban'", "ghi nhận một văn bản", "record a paper"),
    ]),
    ("law list", &[("capdo law list --as-of 2025-04-01", "văn bản có hiệu lực vào một ngày", "the instruments of a day")]),
    ("law show", &[
        ("capdo law show letter.2.2", "một yêu cầu", "one requirement"),
        ("capdo law show tcvn14423", "một văn bản", "one instrument"),
    ]),
    ("law docs", &[("capdo law docs --check", "tài liệu có còn đúng không", "is the document up to date")]),
    ("law oscal", &[
        ("capdo law oscal --out oscal", "danh mục yêu cầu và năm hồ sơ cấp độ, dạng OSCAL", "the catalogue and the profiles of levels 1 to 5"),
        ("capdo law oscal --as-of 2026-06-30 --out oscal", "theo pháp luật của ngày khác", "by the law of another day"),
    ]),
    ("law coverage", &[
        ("capdo law coverage capdo.yaml", "nghĩa vụ nào được kết luận bằng gì", "which duties are decided by what"),
        ("capdo law coverage --level 3 --fail-under 60", "ngưỡng cho pipeline", "a gate for a pipeline"),
    ]),
    ("verify", &[
        ("capdo verify report --key seal.key.pub", "tệp, chuỗi và dấu toàn vẹn còn đúng không", "do files, chain and seal hold"),
        ("capdo verify web-01.capdo", "gói bằng chứng còn nguyên không", "does a bundle hold"),
    ]),
    ("keygen", &[("capdo keygen -o seal.key", "seal.key để đóng dấu, seal.key.pub để kiểm tra", "seal.key to seal, seal.key.pub to check")]),
    ("explain", &[
        ("capdo explain SRV-LOG-003 --level 3", "một phép kiểm tra, với trị số của cấp độ 3", "a control, with the values of level 3"),
        ("capdo explain letter.4.3", "một yêu cầu", "a requirement"),
    ]),
    ("rules list", &[("capdo rules list --format json", "mọi phép kiểm tra", "all controls")]),
    ("rules check", &[("capdo rules check --rules my-rules", "mọi lỗi trong bộ quy tắc của mình", "every mistake of rules of your own")]),
    ("rules test", &[("capdo rules test SRV-SSH", "chạy ví dụ của các phép kiểm tra SSH", "the examples of the controls of SSH")]),
    ("rules docs", &[("capdo rules docs --check", "các trang có còn đúng không", "are the pages up to date")]),
    ("rules schema", &[("capdo rules schema inventory > inventory.schema.json", "để trình soạn thảo gợi ý", "for an editor")]),
    ("rules new", &[("capdo rules new SRV-LOG-009 --kind server", "tệp đầu tiên của phép kiểm tra mới", "a first file for a new control")]),
    ("completions", &[("capdo completions bash > ~/.local/share/bash-completion/completions/capdo", "cho bash", "for bash")]),
    ("man", &[("capdo man --out ~/.local/share/man/man1", "rồi: man capdo-audit", "then: man capdo-audit")]),
];

/// English, Vietnamese.
#[rustfmt::skip]
const TABLE: &[(&str, &str)] = &[
    ("Formats, separated by commas: html, sarif, junit, json, csv, markdown, github, gitlab, oscal, hdf; in Vietnamese for an authority: docx, regulator-html, mau08, mau08-csv", "Các định dạng, cách nhau bằng dấu phẩy: html, sarif, junit, json, csv, markdown, github, gitlab, oscal, hdf; bằng tiếng Việt gửi cơ quan nhà nước: docx, regulator-html, mau08, mau08-csv"),
    ("Formats, separated by commas; without --out a single one goes to stdout (see `capdo report --help`)", "Các định dạng, cách nhau bằng dấu phẩy; không có --out thì chỉ một định dạng, in ra stdout (xem `capdo report --help`)"),
    ("Put codes in the place of names, in every format; both with a comma between", "Thay tên bằng mã, trong mọi định dạng; cả hai thì ghi cách nhau bằng dấu phẩy"),
    ("Earlier run.json files of the same inventory: html and markdown show the trend", "Các tệp run.json trước, của cùng bản kê khai: html và markdown nêu diễn biến"),
    ("SARIF: only what code scanning takes, or every result", "SARIF: chỉ những gì công cụ quét mã nhận, hoặc mọi kết quả"),
    ("What will be mended by whom and when, and who reports to whom (`capdo/plan/1`), for docx, regulator-html and mau08", "Ai khắc phục việc gì, khi nào, và ai báo cáo ai (`capdo/plan/1`), dùng cho docx, regulator-html và mau08"),
    ("Where the key to the codes is written; never in the folder of the reports", "Nơi ghi bảng giải mã; không được nằm trong thư mục báo cáo"),
    ("caller-id: a sample of calls", "caller-id: mẫu nhật ký cuộc gọi"),
    ("caller-id: configuration of the telephone exchange", "caller-id: cấu hình tổng đài"),
    ("caller-id: numbers bound to the brand names", "caller-id: các số gắn với tên định danh"),
    ("caller-id: the source of the couriers' app", "caller-id: mã nguồn ứng dụng của nhân viên giao hàng"),
    ("caller-id: traces of SIP as text", "caller-id: vết SIP dạng văn bản"),
    ("caller-id: who works", "caller-id: danh sách nhân sự đang làm việc"),
    ("config: read everything, tell only what stands in files that differ from this revision of git", "config: đọc tất cả, chỉ nêu những gì nằm trong tệp khác với phiên bản git này"),
    ("document: the internal rule on confidentiality, as text or PDF", "document: quy định nội bộ về bảo mật thông tin, dạng văn bản hoặc PDF"),
    ("document: the register of requests of authorities", "document: sổ theo dõi yêu cầu của cơ quan có thẩm quyền"),
    ("document: what each role may see and export", "document: mỗi vai trò được xem và kết xuất những gì"),
    ("schema env:VARIABLE (a database that runs): look at so many values of each column, in memory", "schema env:BIẾN (cơ sở dữ liệu đang chạy): xem chừng ấy giá trị của mỗi cột, chỉ trong bộ nhớ"),
    ("Audits the information systems of a Vietnamese postal company against the security level that the law gives each", "Kiểm tra hệ thống thông tin của doanh nghiệp bưu chính theo cấp độ an toàn mà pháp luật quy định cho từng hệ thống"),
    ("Print help", "In hướng dẫn"),
    ("Print help (see more with '--help')", "In hướng dẫn (đầy đủ: '--help')"),
    ("Print help (see a summary with '-h')", "In hướng dẫn (rút gọn: '-h')"),
    ("Print version", "In phiên bản"),
    ("The day whose law, attestations and waivers count (YYYY-MM-DD; today in UTC+7 where absent)", "Ngày mà pháp luật, xác nhận và chấp nhận được tính theo (NĂM-THÁNG-NGÀY; không ghi: hôm nay, UTC+7)"),
    ("The language of reports; written, that of help and errors too, which else follow the locale (LC_ALL, LC_MESSAGES, LANG)", "Ngôn ngữ của báo cáo; nếu ghi, cũng là của trợ giúp và báo lỗi (không ghi: theo ngôn ngữ máy LC_ALL, LC_MESSAGES, LANG)"),
    ("A folder of rules (controls/, vocabulary/, law/) over the embedded ones", "Thư mục quy tắc (controls/, vocabulary/, law/) chồng lên bộ có sẵn"),
    ("Take rules that are weaker than the embedded ones; the report says so", "Nhận cả quy tắc yếu hơn bộ có sẵn; báo cáo ghi rõ điều đó"),
    ("Use colours: auto, always, never", "Dùng màu: auto, always, never"),
    ("Say nothing: only files, the format that was asked for, and errors", "Không nói gì: chỉ tệp, định dạng được yêu cầu, và lỗi"),
    ("Say more; twice: everything", "Nói nhiều hơn; hai lần: tất cả"),
    ("A first inventory, from what lies around", "Lập bản kê khai đầu tiên từ những gì tìm thấy"),
    ("Collect, judge, report, gate: the main job", "Thu thập, đánh giá, báo cáo, ngưỡng kiểm soát: việc chính"),
    ("Judge one thing without an inventory", "Kiểm tra một đối tượng, không cần bản kê khai"),
    ("What a collector sees, one JSON object a line", "Những gì bộ thu thập đọc được, mỗi dòng một đối tượng JSON"),
    ("Bring home what an audit needs of a host, as an evidence bundle", "Mang về những gì cần để kiểm tra một máy chủ, thành gói bằng chứng"),
    ("Every file, command and address that an audit will touch, and the rights to grant for it", "Mọi tệp, lệnh, địa chỉ mà đợt kiểm tra sẽ chạm tới, và các quyền cần cấp"),
    ("Judge evidence bundles, offline", "Đánh giá gói bằng chứng, không cần mạng"),
    ("Draw the formats of a run again", "Vẽ lại các định dạng của một lần chạy"),
    ("What changed between two runs: steps back, steps forward", "Thay đổi giữa hai lần chạy: bước lùi, bước tiến"),
    ("The level that each system must have, with the deciding article", "Cấp độ mà mỗi hệ thống phải có, với điều khoản quyết định"),
    ("Record that a failure is accepted for a time", "Ghi nhận việc chấp nhận một kết quả không đạt trong thời hạn"),
    ("Papers: record one, or name those that are still owed", "Văn bản: ghi nhận một văn bản, hoặc nêu những văn bản còn thiếu"),
    ("Instruments and requirements by date", "Văn bản và yêu cầu theo ngày"),
    ("Does a report folder or a bundle hold: hashes, chain, seal", "Thư mục báo cáo hoặc gói bằng chứng có toàn vẹn không: mã băm, chuỗi, dấu"),
    ("A pair of keys for the integrity seal", "Cặp khóa cho dấu toàn vẹn"),
    ("A control or a requirement in words, with the values that count", "Giải thích một phép kiểm tra hoặc yêu cầu, với trị số được tính"),
    ("For those who write controls", "Dành cho người viết phép kiểm tra"),
    ("Completions for a shell, to stdout", "Tự hoàn thành lệnh cho shell, ra stdout"),
    ("Manual pages", "Trang hướng dẫn (man)"),
    ("Print this message or the help of the given subcommand(s)", "In hướng dẫn này hoặc hướng dẫn của một lệnh"),
    ("The folder to look around in", "Thư mục cần xem"),
    ("The inventory to write (capdo.yaml in that folder where absent)", "Tệp bản kê khai sẽ ghi (không nêu: capdo.yaml trong thư mục đó)"),
    ("Overwrite an inventory that is there", "Ghi đè bản kê khai đã có"),
    ("The name of the company", "Tên doanh nghiệp"),
    ("Its tax code", "Mã số thuế"),
    ("The level of the system", "Cấp độ của hệ thống"),
    ("The shell", "Loại shell"),
    ("A folder for one page a command; the first page goes to stdout where absent", "Thư mục, mỗi lệnh một trang; không nêu: trang đầu ra stdout"),
    ("The severity from which binding failures fail the gate", "Mức mà từ đó nội dung bắt buộc chưa đạt làm không qua ngưỡng"),
    ("The coverage in percent below which the gate fails", "Độ bao phủ (phần trăm) mà dưới đó thì không qua ngưỡng"),
    ("How many undetermined duties do not make the run incomplete", "Số nội dung chưa xác định được phép có"),
    ("An earlier run.json: what failed there and passes now is `fixed`", "Một run.json trước: nội dung trước không đạt, nay đạt, là `fixed`"),
    ("Fail only on what did not fail in the baseline; what can no longer be judged makes the run incomplete", "Chỉ tính nội dung không đạt mới so với lần trước; nội dung không còn kiểm tra được làm kết quả chưa đủ"),
    ("Count remarks too", "Tính cả khuyến nghị"),
    ("Leave out gaps whose time to adapt has not passed", "Không tính nội dung còn trong thời hạn chuyển tiếp"),
    ("Formats (json, html, sarif, junit), separated by commas; without --out a single one goes to stdout", "Định dạng (json, html, sarif, junit), cách nhau bằng dấu phẩy; không có --out thì một định dạng ra stdout"),
    ("A folder for the files; run.json and manifest.json are always among them", "Thư mục ghi các tệp; luôn có run.json và manifest.json"),
    ("Seal the manifest in --out with this Ed25519 key: a file, or env:NAME", "Đóng dấu toàn vẹn cho --out bằng khóa Ed25519 này: tệp, hoặc env:TÊN"),
    ("How many targets at once (0: as many as there are cores, and sixteen over the network)", "Số đối tượng kiểm tra cùng lúc (0: bằng số nhân, và mười sáu đối tượng qua mạng)"),
    ("The deadline of one network call, in seconds", "Thời hạn của một lần gọi mạng, tính bằng giây"),
    ("No network at all", "Không dùng mạng"),
    ("The SSH configuration for hosts behind SSH, instead of the user's own", "Cấu hình SSH dùng thay cho cấu hình của người dùng"),
    ("The inventory", "Bản kê khai"),
    ("What kind of thing the targets are", "Loại đối tượng"),
    ("Folders, files or addresses", "Thư mục, tệp hoặc địa chỉ"),
    ("The level at which to judge", "Cấp độ dùng để đánh giá"),
    ("endpoint: a PEM file of roots to trust, instead of the system's", "endpoint: tệp PEM chứng thư gốc tin cậy, thay cho của hệ thống"),
    ("endpoint: the name to ask for, instead of the host", "endpoint: tên cần hỏi, thay cho tên máy"),
    ("endpoint: the protocol in which TLS is begun", "endpoint: giao thức bắt đầu TLS"),
    ("endpoint: also ask `GET /`", "endpoint: hỏi thêm `GET /`"),
    ("server, on a host that runs: ask `sudo -n` for what only root may read", "server đang chạy: dùng `sudo -n` cho phần chỉ root được đọc"),
    ("server behind SSH: the key is restricted to the installed script, so nothing is sent", "server qua SSH: khóa chỉ được chạy tập lệnh đã cài, không gửi gì sang"),
    ("schema: postgresql or mysql, instead of guessing", "schema: postgresql hoặc mysql, thay vì tự đoán"),
    ("document: who was trained (the target is the staff list)", "document: danh sách đã đào tạo (đối tượng là danh sách nhân viên)"),
    ("`local`, `ssh:[user@]host[:port]`, or a folder that is the root of a host", "`local`, `ssh:[user@]host[:port]`, hoặc thư mục gốc của một máy"),
    ("The bundle to write", "Gói bằng chứng sẽ ghi"),
    ("Print the collection script, for a host that is asked by hand", "In tập lệnh thu thập, để chạy tay trên máy chủ"),
    ("The script may ask `sudo -n`", "Tập lệnh được dùng `sudo -n`"),
    ("The SSH key is restricted to the installed script, so nothing is sent", "Khóa SSH chỉ được chạy tập lệnh đã cài, không gửi gì sang"),
    ("The deadline of one network call, in seconds; the whole answer has thirty times as long", "Thời hạn của một lần gọi mạng, tính bằng giây; toàn bộ câu trả lời được gấp ba mươi lần"),
    ("The answer that the script gave (`-`: standard input)", "Kết quả của tập lệnh (`-`: đầu vào chuẩn)"),
    ("human or json", "human hoặc json"),
    ("Bundles, or answers of the collection script", "Gói bằng chứng, hoặc kết quả của tập lệnh thu thập"),
    ("A run.json", "Một run.json"),
    ("Formats, separated by commas", "Định dạng, cách nhau bằng dấu phẩy"),
    ("A folder that --out named, or a bundle", "Thư mục ghi bởi --out, hoặc gói bằng chứng"),
    ("The key that must have sealed it: the file that keygen wrote beside the private one, or its 64 hexadecimal digits", "Khóa phải đúng với dấu: tệp .pub do keygen ghi, hoặc 64 chữ số thập lục phân của nó"),
    ("The file of the private key; the public one is put beside it with .pub", "Tệp khóa riêng; khóa công khai đặt bên cạnh, có đuôi .pub"),
    ("The earlier run.json", "run.json trước"),
    ("The later run.json", "run.json sau"),
    ("Exit 1 where anything took a step back", "Thoát với mã 1 nếu có bước lùi"),
    ("Instruments with their dates", "Văn bản và ngày hiệu lực"),
    ("One instrument or requirement", "Một văn bản hoặc yêu cầu"),
    ("`tcvn14423`, `letter.2.2`", "`tcvn14423`, `letter.2.2`"),
    ("Write docs/law.md: every instrument, requirement and figure with its source, for proofreading", "Ghi docs/law.md: mọi văn bản, yêu cầu, trị số và nguồn, để đối chiếu"),
    ("The file", "Tệp"),
    ("Write nothing: say whether it is up to date", "Không ghi: chỉ cho biết còn đúng không"),
    ("The requirements as an OSCAL catalogue, and one profile for each level by the law of the day", "Các yêu cầu thành danh mục OSCAL, kèm mỗi cấp độ một hồ sơ (profile) theo pháp luật của ngày"),
    ("A folder for the catalogue and the profiles; the catalogue alone goes to stdout where absent", "Thư mục ghi danh mục và các hồ sơ; không nêu: chỉ danh mục, ra stdout"),
    ("Which requirements in force are decided, in part, by attestation, by nothing", "Yêu cầu nào được kết luận: trọn vẹn, một phần, bằng văn bản, hay chưa có gì"),
    ("The inventory whose duties count; without it one level counts whole", "Bản kê khai có các nghĩa vụ được tính; không nêu: tính cả một cấp độ"),
    ("Only this level", "Chỉ cấp độ này"),
    ("Exit 1 where less than this can be decided whole", "Thoát với mã 1 nếu phần kết luận được trọn vẹn thấp hơn mức này"),
    ("human, json, or sarif: what nothing decides whole", "human, json, hoặc sarif: phần chưa kết luận được trọn vẹn"),
    ("The whole table of criteria, with the line that decides", "Toàn bộ bảng tiêu chí, với dòng quyết định"),
    ("The skeleton of the level dossier, for this system or for all", "Khung hồ sơ đề xuất cấp độ, cho hệ thống này hoặc tất cả"),
    ("A file for the draft, instead of stdout", "Tệp ghi bản khung, thay cho stdout"),
    ("The control whose failures are accepted", "Phép kiểm tra có kết quả được chấp nhận"),
    ("Or the requirement on which they bear", "Hoặc yêu cầu liên quan"),
    ("Where: this system (`org`: a duty of the whole company); this or --asset is needed", "Ở đâu: hệ thống này (`org`: nghĩa vụ của toàn doanh nghiệp); cần --system hoặc --asset"),
    ("Where: this asset alone, which hides least", "Ở đâu: chỉ tài sản này, ít che khuất nhất"),
    ("Only on this subject, as the report names it", "Chỉ đối tượng này, theo tên trong báo cáo"),
    ("What it does; all but waived need --evidence", "Tác dụng; trừ waived, đều cần --evidence"),
    ("Why", "Lý do"),
    ("Who answers for it", "Người chịu trách nhiệm"),
    ("Who approved it, another person; without one it does not count yet", "Người phê duyệt, phải là người khác; chưa có thì chưa được tính"),
    ("The ticket where it was decided", "Mã phiếu nơi quyết định"),
    ("The document behind it; its SHA-256 is recorded", "Tài liệu kèm theo; SHA-256 được ghi lại"),
    ("The first day (today where absent)", "Ngày đầu (không nêu: hôm nay)"),
    ("The last day, at most 180 days after the first", "Ngày cuối, không quá 180 ngày sau ngày đầu"),
    ("Or for how many days", "Hoặc số ngày"),
    ("Its id (the next wvr-NNN where absent)", "Mã (không nêu: wvr-NNN tiếp theo)"),
    ("The file of waivers (the first that the inventory names, or waivers.yaml beside it)", "Tệp chấp nhận (không nêu: tệp đầu tiên trong bản kê khai, hoặc waivers.yaml bên cạnh)"),
    ("Record nothing: name the papers that are still owed, with article, cycle and due date", "Không ghi: nêu các văn bản còn thiếu, với điều khoản, chu kỳ và thời hạn"),
    ("With --missing: human or json", "Đi với --missing: human hoặc json"),
    ("The requirement that the paper speaks of", "Yêu cầu mà văn bản nói tới"),
    ("`organisation`, or the id of a system (organisation where the duty is one of the whole company)", "`organisation`, hoặc mã hệ thống (không nêu: organisation với nghĩa vụ của toàn doanh nghiệp)"),
    ("What is stated, in Vietnamese", "Nội dung xác nhận, bằng tiếng Việt"),
    ("The same in English", "Nội dung đó bằng tiếng Anh"),
    ("The document; its SHA-256 is recorded", "Tài liệu; SHA-256 được ghi lại"),
    ("Who signed it", "Người ký"),
    ("The post of who signed", "Chức vụ người ký"),
    ("The day of the document (today where absent)", "Ngày của văn bản (không nêu: hôm nay)"),
    ("How long it counts: `12 months`, `90 days` (the cycle that the law sets at the level, or 12 months)", "Thời hạn có giá trị: `12 months`, `90 days` (không nêu: chu kỳ theo quy định của cấp độ, hoặc 12 tháng)"),
    ("The document itself says that the duty is not met", "Chính văn bản ghi là chưa đạt"),
    ("Its id (the next att-NNN where absent)", "Mã (không nêu: att-NNN tiếp theo)"),
    ("The file of attestations (the first that the inventory names, or attestations.yaml beside it)", "Tệp xác nhận (không nêu: tệp đầu tiên trong bản kê khai, hoặc attestations.yaml bên cạnh)"),
    ("local, ssh:[user@]host[:port], a folder that is the root of a host, or an evidence bundle", "local, ssh:[người-dùng@]máy[:cổng], thư mục gốc của một máy, hoặc gói bằng chứng"),
    ("An address host:port, or a file of recorded facts", "địa chỉ máy:cổng, hoặc tệp dữ kiện đã ghi"),
    ("A file or folder: servers, databases, containers, pipelines, secrets in clear", "tệp hoặc thư mục: máy chủ dịch vụ, cơ sở dữ liệu, container, pipeline, bí mật để lộ"),
    ("SQL and dumps, Prisma, OpenAPI, Protocol Buffers, Avro; or env:VARIABLE, a database that runs", "SQL và bản kết xuất, Prisma, OpenAPI, Protocol Buffers, Avro; hoặc env:BIẾN, cơ sở dữ liệu đang chạy"),
    ("Shipping labels: templates, commands of printers, PDF, pictures", "nhãn bưu gửi: mẫu, lệnh máy in, PDF, ảnh"),
    ("The list of brand names; numbers, calls and the rest as options", "danh sách tên định danh; số gọi, cuộc gọi và phần khác qua tùy chọn"),
    ("The list of staff, with --trained", "danh sách nhân viên, kèm --trained"),
    ("For people", "cho người đọc"),
    ("SARIF 2.1.0, for code scanning and editors", "SARIF 2.1.0, cho công cụ quét mã và trình soạn thảo"),
    ("rules/controls", "rules/controls"),
    ("rules/vocabulary", "rules/vocabulary"),
    ("rules/law", "rules/law"),
    ("rules/law/sanctions", "rules/law/sanctions"),
    ("run.json", "run.json"),
    ("capdo.yaml", "capdo.yaml"),
    ("waivers.yaml", "waivers.yaml"),
    ("attestations.yaml", "attestations.yaml"),
    ("The plan of remedies of `--plan`", "kế hoạch khắc phục của `--plan`"),
    ("The gap stays a gap, accepted for a time", "vẫn là chưa đạt, được chấp nhận có thời hạn"),
    ("Another safeguard stands in its place", "có biện pháp khác thay thế"),
    ("The tool is wrong here", "công cụ kết luận sai ở đây"),
    ("Names and addresses of hosts", "tên và địa chỉ máy chủ"),
    ("Names of those who sign, answer and approve; their posts stay", "họ tên người ký, người chịu trách nhiệm, người phê duyệt; chức vụ được giữ"),
    ("Active failures only, within the limits of code scanning", "chỉ kết quả không đạt đang tính, trong giới hạn của công cụ quét mã"),
    ("Every result, with suppressions", "mọi kết quả, kể cả phần được chấp nhận"),
    ("A control or a requirement", "Một phép kiểm tra hoặc yêu cầu"),
    ("The level whose values count", "Cấp độ có trị số được tính"),
    ("All controls", "Mọi phép kiểm tra"),
    ("Every mistake of every rule file", "Mọi lỗi của mọi tệp quy tắc"),
    ("human or sarif", "human hoặc sarif"),
    ("Run the examples of the controls, and look whether they catch every mutant", "Chạy ví dụ của các phép kiểm tra và xem chúng có bắt được mọi đột biến không"),
    ("Only controls whose id begins so", "Chỉ phép kiểm tra có mã bắt đầu như vậy"),
    ("Only the examples", "Chỉ ví dụ"),
    ("Draw a page for each control", "Vẽ mỗi phép kiểm tra một trang"),
    ("The folder", "Thư mục"),
    ("Write nothing; fail where a page would change", "Không ghi; báo lỗi nếu có trang sẽ thay đổi"),
    ("The JSON Schema of a file format, for editors", "JSON Schema của một dạng tệp, cho trình soạn thảo"),
    ("Which one", "Dạng nào"),
    ("A first file for a new control", "Tệp đầu tiên cho phép kiểm tra mới"),
    ("`SRV-LOG-009`", "`SRV-LOG-009`"),
    ("The kind of asset", "Loại tài sản"),
];
