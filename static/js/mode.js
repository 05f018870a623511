/* Runs before the first paint: marks that script works, and turns "Browser default" into light or dark. */
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    if (root.dataset.modeChoice === "auto") root.dataset.mode = dark.matches ? "dark" : "light";
  };
  apply();
  dark.addEventListener("change", apply);
  root.addEventListener("kms:mode", apply);
})();
