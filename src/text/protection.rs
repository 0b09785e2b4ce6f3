//! Words of comments about protection, with their marks and without: what denies, what puts off, what is done.

/// Words that deny what follows, with and without marks.
pub const REFUSED: &[(&str, &str)] = &[
    ("chưa", "chua"),
    ("không", "khong"),
    ("chẳng", "chang"),
    ("đừng", "đừng"),
    ("not", "not"),
    ("isn", "isn"),
    ("aren", "aren"),
    ("no", "no"),
    ("never", "never"),
    ("without", "without"),
    ("un", "un"),
    ("non", "non"),
];

/// Words that put what follows into the future.
pub const LATER: &[(&str, &str)] = &[
    ("cần", "can"),
    ("nên", "nen"),
    ("sẽ", "se"),
    ("sắp", "sap"),
    ("chờ", "chờ"),
    ("trước", "truoc"),
    ("kế", "kế"),
    ("dự", "dự"),
    ("todo", "todo"),
    ("will", "will"),
    ("should", "should"),
    ("shall", "shall"),
    ("before", "before"),
    ("until", "until"),
    ("needs", "needs"),
    ("need", "need"),
    ("pending", "pending"),
    ("planned", "planned"),
    ("plan", "plan"),
    ("want", "want"),
    ("wants", "wants"),
];

/// Words that ask for what follows, or make it a matter of cases.
pub const ASKED: &[(&str, &str)] = &[
    ("phải", "phai"),
    ("buộc", "buoc"),
    ("cầu", "cau"),
    ("để", "để"),
    ("nếu", "neu"),
    ("may", "may"),
    ("might", "might"),
    ("can", "can"),
    ("could", "could"),
    ("must", "must"),
    ("required", "required"),
    ("if", "if"),
    ("when", "when"),
    ("see", "see"),
    ("some", "some"),
    ("partly", "partly"),
    ("formerly", "formerly"),
    ("previously", "previously"),
    ("was", "was"),
    ("were", "were"),
];

/// Words that say that what follows is done.
pub const DONE: &[(&str, &str)] = &[("đã", "da"), ("already", "already")];

/// Words before "mã hóa" that make it a state, no command.
pub const STATE: &[(&str, &str)] = &[("đã", "da"), ("được", "duoc"), ("lưu", "luu")];

/// Words after "mã hóa" that say by what.
pub const BY: &[(&str, &str)] = &[("bằng", "bang"), ("với", "voi")];
