"use strict";
(function () {
  var root = document.documentElement;
  function language() { root.lang = document.getElementById("lang-en").checked ? "en" : "vi"; }
  document.querySelectorAll("input[name=lang]").forEach(function (box) { box.addEventListener("change", language); });
  language();
  var opened = [];
  window.addEventListener("beforeprint", function () {
    opened = Array.prototype.slice.call(document.querySelectorAll("details:not([open]):not(.exposure)"));
    opened.forEach(function (d) { d.open = true; });
  });
  window.addEventListener("afterprint", function () { opened.forEach(function (d) { d.open = false; }); });
})();
