// The token that controls jobs. It lives as long as the browser's tab and travels in a header only.

const KEY = "ringhaul-token";
let held = read();
let asker = async () => false;
let asking = null;

function read() {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function token() {
  return held;
}

export function keepToken(value) {
  held = value;
  try {
    if (value) sessionStorage.setItem(KEY, value);
    else sessionStorage.removeItem(KEY);
  } catch {
    // Without storage it is kept until the page is left.
  }
  window.dispatchEvent(new CustomEvent("ringhaul-token"));
}

/** Takes the token out of the address's fragment, and the fragment's token out of the address bar. */
export function takeTokenFromAddress() {
  const found = /(?:^#|[#&?])token=([^&]*)/.exec(location.hash);
  if (!found) return;
  keepToken(decodeURIComponent(found[1]));
  const rest = location.hash.replace(/[#&?]?token=[^&]*/, "");
  history.replaceState(
    null,
    "",
    location.pathname + location.search + (rest.startsWith("#") ? rest : ""),
  );
}

/** Who asks for the token: resolves to whether there is one now. */
export function askWith(dialog) {
  asker = dialog;
}

/** Asks once, however many calls wait for the answer. */
export function askForToken(reason) {
  asking ??= asker(reason).finally(() => {
    asking = null;
  });
  return asking;
}

/** Waits until the reader gives a token after all, or the signal ends. */
export function tokenGiven(signal) {
  return new Promise((resolve) => {
    const given = new AbortController();
    const check = () => {
      if (!held && !signal.aborted) return;
      given.abort();
      resolve();
    };
    window.addEventListener("ringhaul-token", check, { signal: given.signal });
    signal.addEventListener("abort", check, { signal: given.signal });
  });
}
