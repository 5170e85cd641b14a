// Runs before the first paint, so that no screen flashes in the wrong theme or language.
(function () {
  var kept = {};
  try {
    kept = JSON.parse(localStorage.getItem("planloom.appearance") || "{}");
  } catch {
    // Nothing usable is kept: the system decides.
  }
  var dark = kept.theme === "dark" || (kept.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  document.documentElement.lang = kept.language || (navigator.language || "en").slice(0, 2);
})();
