//! Does a page show how the program behind it is built: a stack trace, a page for developers, an error of its database?

use std::sync::LazyLock;

use regex::bytes::{RegexSet, RegexSetBuilder};

/// Does this text show such a thing?
pub(super) fn shows(text: &str) -> bool {
    MARKS.iter().any(|mark| text.contains(mark))
        || FRAMES.iter().any(|frames| frames.is_match(text.as_bytes()))
}

/// What only such pages say.
const MARKS: [&str; 18] = [
    "Traceback (most recent call last)",
    "Microsoft.AspNetCore.Diagnostics.DeveloperExceptionPage",
    "Whoops! There was an error",
    "Whoops, looks like something went wrong",
    "Illuminate\\",
    "Symfony\\Component\\",
    "Stack trace:",
    "Fatal error: Uncaught",
    "Werkzeug Debugger",
    "<code>DEBUG = True</code>",
    "ActionController::RoutingError",
    "\tat org.springframework.",
    "\tat org.apache.catalina.",
    "at System.Web.",
    "You have an error in your SQL syntax",
    "SQLSTATE[",
    "org.hibernate.",
    "System.Data.SqlClient.SqlException",
];

/// A line of a trace, in each language; signs of HTML and of JSON may stand in it.
static FRAMES: LazyLock<Option<RegexSet>> = LazyLock::new(|| {
    RegexSetBuilder::new([
        // Java and its kin: `vn.mau.Tracuu.get(Tracuu.java:42)`.
        r"[\w$]+\.[\w$]+\([\w$]+\.(?:java|kt|scala|groovy):\d+\)",
        // .NET: `at Mau.Get(String id) in C:\src\Get.cs:line 42`, `at Microsoft.AspNetCore.Builder.Use(`.
        r"\bat [^\n]+ in [^\n]+\.(?:cs|vb|fs):line \d+",
        r"\bat (?:Microsoft|System)\.[\w.]+[\w.<>`]*\(",
        r"Server Error in '/[^'\n]*' Application",
        // JavaScript: `at get (/app/x.js:12:7)`, `at node:internal/process/task_queues:95:5`.
        r"\bat [^\n]*(?:node:|[/\\])[\w./\\@+-]+:\d+:\d+",
        // PHP: `in /var/www/x.php on line 3`, `/var/www/x.php(3)`, `x.php:3`.
        r"[\w/\\-]+\.php(?:</b>)? on line ",
        r"[\w.-][/\\]+[\w.-]+\.php(?:\(\d+\)|:\d+)",
        // Python: `File "/app/x.py", line 3`.
        r#"File (?:\\?"|&quot;|&#34;|&#x22;)[^\n]+(?:\\?"|&quot;|&#34;|&#x22;), line \d+"#,
        // Ruby: `app/x.rb:12:in `.
        r"[\w/.-]+\.rb:\d+:in ",
        // Go and Rust.
        r"goroutine \d+ \[",
        r"\bpanicked at [^\n]*\.rs:\d+",
        r"\bORA-\d{5}: ",
    ])
    .unicode(false)
    .build()
    .ok()
});

#[cfg(test)]
mod tests {
    use super::*;

    /// As the programs themselves write them.
    #[test]
    fn traces_of_many_languages() {
        for trace in [
            "java.lang.NullPointerException\n\tat vn.mau.TraCuu.get(TraCuu.java:42)",
            r#"{"trace":"java.lang.X\n\tat java.base/java.lang.Thread.run(Thread.java:840)"}"#,
            "System.NullReferenceException: x\n   at Mau.TraCuu.Get(String id) in C:\\src\\TraCuu.cs:line 42",
            "   at Microsoft.AspNetCore.Builder.EndpointMiddleware.Invoke(HttpContext c)",
            "<h1>Server Error in '/tracuu' Application.</h1>",
            "TypeError: x<br> &nbsp; &nbsp;at /app/routes/index.js:12:20<br>",
            r#"{"stack":"Error: x\n    at Object.get (/app/src/tracuu.js:12:7)"}"#,
            "at process.processTicksAndRejections (node:internal/process/task_queues:95:5)",
            "<b>Warning</b>:  Undefined array key in <b>/var/www/html/index.php</b> on line <b>12</b>",
            "#0 /var/www/html/db.php(3): PDO->query()",
            r#"{"file":"\/var\/www\/app\/Http\/X.php:12"}"#,
            "<pre>  File &quot;/app/x.py&quot;, line 3, in get</pre>",
            "app/controllers/tracuu_controller.rb:12:in `show'",
            "goroutine 34 [running]:\nmain.main()\n\t/app/main.go:12 +0x1d",
            "thread 'main' panicked at 'index out of bounds', src/main.rs:12:5",
            "<p>You\u{2019}re seeing this error because you have <code>DEBUG = True</code>",
            "ORA-00933: SQL command not properly ended",
        ] {
            assert!(shows(trace), "{trace}");
        }
    }

    #[test]
    fn pages_that_only_say_no() {
        for page in [
            "<h1>404 Not Found</h1><hr><center>nginx/1.22.1</center>",
            "<p>The requested URL /capdo-khong-co-trang-nay was not found at home (2:30)</p>",
            r#"<script src="/static/app.js?v=1:2"></script><a href="/index.php?id=3">x</a>"#,
            "<p>Open at 08:00:00, call 1900 545 481</p>",
            r#"{"status":404,"error":"Not Found","path":"/x"}"#,
        ] {
            assert!(!shows(page), "{page}");
        }
    }

    #[test]
    fn hostile_pages_end() {
        let began = std::time::Instant::now();
        for text in [
            "at ".repeat(80_000),
            "a.b(".repeat(60_000),
            "at /".repeat(60_000),
        ] {
            let _ = shows(&text);
        }
        assert!(began.elapsed() < std::time::Duration::from_secs(30));
    }
}
