"use strict";
(function () {
  var root = document.documentElement, form = document.getElementById("filter");
  function all(where, what) { return Array.prototype.slice.call(where.querySelectorAll(what)); }
  function language() {
    root.lang = document.getElementById("lang-en").checked ? "en" : "vi";
    all(form, "option").forEach(function (o) {
      if (!o.dataset.vi) { o.dataset.vi = o.textContent; }
      o.textContent = o.dataset[root.lang];
    });
  }
  all(document, "input[name=lang]").forEach(function (box) { box.addEventListener("change", language); });
  language();

  // Words are compared without diacritics and case: "mat khau" finds "mật khẩu".
  function fold(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[\u0111\u0110]/g, "d").toLowerCase();
  }
  var rank = ["info", "low", "medium", "high", "critical"];
  function severity(tag) { var found = /sev-(\w+)/.exec(tag ? tag.className : ""); return found ? found[1] : ""; }
  // One entry for each finding, with what it is filtered by and the pieces that go with it.
  var rows = all(document, "[data-s]").map(function (row) {
    var block = row.closest(".control"), duty = row.closest("article"), group = row.closest("details"), line = row.closest("tr");
    var tag = row.querySelector(".tag");
    return {
      row: row, block: block, duty: duty, group: group, line: line === row ? null : line,
      systems: row.dataset.s.split(", "), items: row.dataset.i.split(" "),
      severity: row.dataset.v || severity(block && block.querySelector(".tag")),
      result: tag ? tag.className.replace("tag ", "") : group ? group.dataset.w : "",
      text: null
    };
  });
  function text(r) {
    if (r.text === null) {
      var above = [r.row.textContent];
      if (r.block) { above.push(r.block.querySelector("h4").textContent); }
      if (r.duty) { above.push(r.duty.querySelector("h3").textContent, r.duty.querySelector(".ref").textContent); }
      if (r.line) { above.push(r.line.querySelector("th").textContent); }
      r.text = fold(above.join(" "));
    }
    return r.text;
  }
  function show(part, yes) { if (part && part.hidden === yes) { part.hidden = !yes; } }
  function filter() {
    var want = function (name) { return form.elements[name] ? form.elements[name].value : ""; };
    var words = fold(form.elements.q.value).split(/\s+/).filter(Boolean);
    var any = words.length > 0 || ["system", "result", "severity", "item"].some(want), shown = 0;
    var kept = new Set();
    rows.forEach(function (r) {
      var yes = (!want("system") || r.systems.indexOf(want("system")) >= 0)
        && (!want("result") || r.result === want("result"))
        && (!want("severity") || r.severity === want("severity"))
        && (!want("item") || r.items.indexOf(want("item")) >= 0)
        && words.every(function (w) { return text(r).indexOf(w) >= 0; });
      show(r.row, yes);
      if (yes) { shown += 1; [r.block, r.duty, r.group, r.line].forEach(function (p) { if (p) { kept.add(p); } }); }
    });
    all(document, "#gaps article,#remarks article,.control,#undetermined details[data-w],#undetermined details[data-w] tbody tr").forEach(function (part) {
      show(part, !any || kept.has(part));
    });
    document.getElementById("shown").textContent = shown;
    document.getElementById("total").textContent = rows.length;
  }
  // The order of the law is the order of the page.
  var order = all(document, "#gaps article,#remarks article");
  function sort() {
    var by = form.elements.sort.value;
    var key = order.map(function (duty) {
      var blocks = all(duty, ".control");
      return by === "count" ? all(duty, "[data-s]").length
        : by === "severity" ? Math.max.apply(null, [-1].concat(blocks.map(function (b) { return rank.indexOf(severity(b.querySelector(".tag"))); }))) : 0;
    });
    order.map(function (duty, at) { return at; })
      .sort(function (a, b) { return key[b] - key[a] || a - b; })
      .forEach(function (at) { order[at].parentNode.appendChild(order[at]); });
  }
  var waiting;
  form.hidden = false;
  form.addEventListener("submit", function (e) { e.preventDefault(); });
  form.addEventListener("input", function () { clearTimeout(waiting); waiting = setTimeout(filter, 120); });
  form.addEventListener("change", function (e) { if (e.target.name === "sort") { sort(); } });
  form.addEventListener("reset", function () { setTimeout(function () { filter(); sort(); }, 0); });
  filter();

  // Tables are sorted by their heads.
  all(document, ".matrix,.evidence,.ids").forEach(function (table) {
    all(table, "thead th").forEach(function (head, column) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      while (head.firstChild) { button.appendChild(head.firstChild); }
      head.appendChild(button);
      button.addEventListener("click", function () {
        var down = head.getAttribute("aria-sort") === "ascending";
        all(table, "thead th").forEach(function (h) { h.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        var compare = new Intl.Collator("vi", { numeric: true }).compare;
        Array.prototype.forEach.call(table.tBodies, function (body) {
          var lines = Array.prototype.filter.call(body.rows, function (r) { return !r.classList.contains("head"); });
          lines.map(function (r) { return [r.cells[column] ? r.cells[column].textContent.trim() : "", r]; })
            .sort(function (a, b) { return compare(a[0], b[0]) * (down ? -1 : 1); })
            .forEach(function (pair) { body.appendChild(pair[1]); });
        });
      });
    });
  });

  // A link opens what it leads into, and shows it even where the filter hid it.
  function follow() {
    var target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) { return; }
    if (target.closest("[hidden]")) { form.reset(); setTimeout(follow, 10); return; }
    for (var up = target; up; up = up.parentElement) { if (up.tagName === "DETAILS") { up.open = true; } }
    target.scrollIntoView();
  }
  window.addEventListener("hashchange", follow);
  if (location.hash) { follow(); }

  var opened = [];
  window.addEventListener("beforeprint", function () {
    opened = all(document, "details:not([open]):not(.exposure):not(.long)");
    opened.forEach(function (d) { d.open = true; });
  });
  window.addEventListener("afterprint", function () { opened.forEach(function (d) { d.open = false; }); });
})();
