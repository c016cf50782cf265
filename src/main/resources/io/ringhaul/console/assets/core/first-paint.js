// A classic script in the head: the chosen theme is there before the first paint, so nothing flashes.
(() => {
  try {
    const chosen = localStorage.getItem("ringhaul-theme");
    if (chosen === "light" || chosen === "dark") {
      document.documentElement.dataset.theme = chosen;
    }
  } catch {
    // Storage may be forbidden; the system's preference holds then.
  }
})();
