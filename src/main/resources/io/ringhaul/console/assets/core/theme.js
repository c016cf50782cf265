// Light, dark or as the system has it; charts that draw on a canvas ask here for their colours.

const KEY = "ringhaul-theme";
const CHANGED = "ringhaul-theme";
const system = matchMedia("(prefers-color-scheme: dark)");
let cached = new Map();

system.addEventListener("change", announce);

export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : system.matches;
}

/** Changes to the other one; where that is the system's, the choice is forgotten again. */
export function toggleTheme() {
  const dark = !isDark();
  if (dark === system.matches) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = dark ? "dark" : "light";
  try {
    if (dark === system.matches) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, dark ? "dark" : "light");
  } catch {
    // The choice lasts until the page is left.
  }
  announce();
}

export function onTheme(listener, signal) {
  window.addEventListener(CHANGED, listener, { signal });
}

/** The value of a custom property such as --accent. */
export function colour(name) {
  if (!cached.has(name)) {
    cached.set(name, getComputedStyle(document.documentElement).getPropertyValue(name).trim());
  }
  return cached.get(name);
}

function announce() {
  cached = new Map();
  window.dispatchEvent(new CustomEvent(CHANGED));
}
