//! Elements that print what stands in another file: components of Vue, Angular, React, ASP, JSP and the like.

/// Does this attribute hand something to a component, or load a page? What the component prints is not seen here.
pub(super) fn is_component(element: &str, name: &str, text: &str) -> bool {
    if matches!(element, "iframe" | "object" | "embed") {
        return matches!(name, "src" | "data" | "srcdoc");
    }
    if ELEMENTS.contains(&element) || FRAMES.contains(&element) || element.starts_with("x-") {
        return false;
    }
    if FLOW.iter().any(|flow| name.starts_with(flow)) {
        return false;
    }
    match element.split_once(':') {
        Some(("s" | "bean", _)) => matches!(name, "value" | "property"),
        Some((space, _)) => !SPACES.contains(&space),
        None => element == "partial" || is_bound(name, text),
    }
}

/// Is it an element of the program's own, which may print anything?
pub(super) fn is_strange(element: &str) -> bool {
    !ELEMENTS.contains(&element) && !FRAMES.contains(&element) && !element.starts_with("x-")
}

fn is_bound(name: &str, text: &str) -> bool {
    let inner = text.trim_matches(['{', '}', ' ']);
    let plain = matches!(inner, "true" | "false") || inner.parse::<f64>().is_ok();
    !plain && (name.starts_with([':', '[']) || name.starts_with("v-bind") || text.contains('{'))
}

/// Elements of HTML and SVG.
const ELEMENTS: [&str; 128] = [
    "html",
    "head",
    "body",
    "title",
    "meta",
    "link",
    "style",
    "script",
    "noscript",
    "base",
    "template",
    "slot",
    "div",
    "span",
    "p",
    "a",
    "b",
    "i",
    "u",
    "s",
    "q",
    "em",
    "strong",
    "small",
    "big",
    "sub",
    "sup",
    "br",
    "hr",
    "wbr",
    "pre",
    "code",
    "kbd",
    "samp",
    "var",
    "mark",
    "abbr",
    "cite",
    "dfn",
    "del",
    "ins",
    "bdi",
    "bdo",
    "ruby",
    "rt",
    "rp",
    "time",
    "data",
    "address",
    "blockquote",
    "center",
    "font",
    "tt",
    "strike",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "footer",
    "main",
    "section",
    "article",
    "aside",
    "nav",
    "hgroup",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "table",
    "caption",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "td",
    "th",
    "col",
    "colgroup",
    "form",
    "input",
    "button",
    "select",
    "option",
    "optgroup",
    "textarea",
    "label",
    "fieldset",
    "legend",
    "output",
    "progress",
    "meter",
    "datalist",
    "details",
    "summary",
    "dialog",
    "img",
    "picture",
    "source",
    "figure",
    "figcaption",
    "audio",
    "video",
    "track",
    "map",
    "area",
    "canvas",
    "svg",
    "g",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polygon",
    "polyline",
    "text",
    "tspan",
    "use",
    "defs",
    "image",
    "symbol",
    "clippath",
];
/// Elements of frameworks that print only what stands in them.
const FRAMES: [&str; 12] = [
    "ng-container",
    "ng-template",
    "router-link",
    "fragment",
    "suspense",
    "transition",
    "teleport",
    "view",
    "page",
    "document",
    "lineargradient",
    "stop",
];
/// Name spaces whose elements steer or print in words that are read elsewhere.
const SPACES: [&str; 11] = [
    "c", "fmt", "fn", "th", "o", "v", "w", "xsl", "svg", "html", "xlink",
];
/// Attributes that steer, or say how it looks.
const FLOW: [&str; 25] = [
    "v-if",
    "v-for",
    "v-else",
    "v-show",
    "v-slot",
    "v-bind:key",
    "*",
    "@",
    "(",
    "#",
    ":key",
    "key",
    "style",
    ":style",
    ":class",
    "classname",
    "ref",
    "slot",
    "aria-",
    "th:",
    "ng-if",
    "ng-repeat",
    "ng-class",
    "ng-style",
    "sx",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_prints_elsewhere() {
        for (element, name, text) in [
            ("recipient-info", ":order", "order"),
            ("recipientblock", "order", "{order}"),
            ("app-recipient", "[order]", "order"),
            ("partial", "name", "_Recipient"),
            ("vc:recipient", "order", "Model"),
            ("jsp:include", "page", "r.jsp"),
            ("livewire:recipient", ":order", "$order"),
            ("iframe", "src", "/r/1"),
        ] {
            assert!(is_component(element, name, text), "{element}");
        }
        for (element, name, text) in [
            ("div", ":title", "order.code"),
            ("app-frame", "v-if", "order"),
            ("ng-container", "[ngIf]", "x"),
            ("x-frame", ":a", "b"),
            ("c:if", "test", "${x}"),
            ("text", "style", "{styles.a}"),
            ("my-box", "wrap", "{false}"),
        ] {
            assert!(!is_component(element, name, text), "{element}");
        }
    }
}
