// Runs before the first paint, so that a dark page never flashes white. "auto" follows the system.
(function () {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  function apply() {
    const choice = root.dataset.choice || "auto";
    root.dataset.bsTheme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
    document.dispatchEvent(new CustomEvent("theme"));
  }
  apply();
  dark.addEventListener("change", apply);
  document.addEventListener("choose-theme", apply);
})();
