// Addresses: #/jobs?status=FAILED and #/jobs/ID/TAB?status=... . The page works with back, forward and reload.

/** The route that the address names. */
export function route() {
  const [path, search] = location.hash.replace(/^#\/?/, "").split("?");
  const [, job, tab] = path.split("/").map(decodeURIComponent);
  return { job: job || null, tab: tab || "overview", query: new URLSearchParams(search ?? "") };
}

export function jobsAddress(query) {
  const text = new URLSearchParams(query ?? {}).toString();
  return `#/jobs${text ? `?${text}` : ""}`;
}

export function jobAddress(id, tab = "overview", query) {
  const text = new URLSearchParams(query ?? {}).toString();
  return `#/jobs/${encodeURIComponent(id)}/${tab}${text ? `?${text}` : ""}`;
}

export function go(address) {
  location.hash = address;
}

/** Changes the address without a new entry in the history: for filters while one types. */
export function replace(address) {
  history.replaceState(null, "", address);
}

export function onRoute(listener) {
  window.addEventListener("hashchange", listener);
  listener();
}
