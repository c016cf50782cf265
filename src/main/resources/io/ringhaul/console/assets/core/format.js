// Figures and times as people read them.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
const SHORT = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e4, "k"],
];
export const NONE = "–";

export function count(value) {
  return value === null || value === undefined ? NONE : whole.format(value);
}

/** 12,400,000 as 12.4 M. */
export function compact(value) {
  if (value === null || value === undefined) return NONE;
  for (const [size, unit] of SHORT) {
    if (Math.abs(value) >= size) {
      const by = unit === "k" ? 1e3 : size;
      return `${digits(value / by)} ${unit}`;
    }
  }
  return Math.abs(value) < 10 && !Number.isInteger(value) ? digits(value) : whole.format(value);
}

export function bytes(value) {
  if (value === null || value === undefined) return NONE;
  let unit = 0;
  let scaled = value;
  while (Math.abs(scaled) >= 1024 && unit < UNITS.length - 1) {
    scaled /= 1024;
    unit++;
  }
  return `${unit === 0 ? whole.format(scaled) : digits(scaled)} ${UNITS[unit]}`;
}

export function millis(value) {
  if (value === null || value === undefined) return NONE;
  return value >= 1000 ? `${digits(value / 1000)} s` : `${digits(value)} ms`;
}

/** What is more than nothing never reads as 0 %. */
export function percent(share, places = 1) {
  if (share === null || share === undefined) return NONE;
  const least = 10 ** -places;
  if (share > 0 && share * 100 < least / 2) return `<${least} %`;
  return `${(share * 100).toFixed(places)} %`;
}

/** Enough of a job's id to tell it from others. */
export function shortId(id) {
  return id.length > 20 ? id.slice(0, 8) : id;
}

/** Never 100 % before the last one is done. */
export function progress(share) {
  return share >= 1 ? "100 %" : percent(Math.min(share, 0.999));
}

/** Three significant digits at least, no exponent. */
export function digits(value) {
  const size = Math.abs(value);
  if (size >= 100 || size === 0) return whole.format(value);
  return value.toFixed(size >= 10 ? 1 : 2);
}

/** Any figure of a metric, tuning or evidence: whole ones grouped, others with three digits. */
export function figure(value) {
  if (typeof value !== "number")
    return value === null || value === undefined ? NONE : String(value);
  return Number.isInteger(value) ? whole.format(value) : digits(value);
}

export function duration(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return NONE;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10 && !Number.isInteger(seconds)) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const all = Math.round(seconds);
  const [days, hours, minutes] = [
    Math.floor(all / 86400),
    Math.floor(all / 3600) % 24,
    Math.floor(all / 60) % 60,
  ];
  if (days) return `${days} d ${hours} h`;
  if (hours) return `${hours} h ${pad(minutes)} min`;
  return `${minutes} min ${pad(all % 60)} s`;
}

/** The time of day here, with the day where it is another one. */
export function moment(value) {
  if (value === null || value === undefined) return NONE;
  const at = new Date(value);
  const day = at.toDateString() === new Date().toDateString() ? "" : `${dayOf(at)} `;
  return day + clock(at);
}

export function clock(value) {
  const at = new Date(value);
  return `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`;
}

/** The time for an axis, with the day where it is another one than at the tick before. */
export function axisTime(value, before) {
  const at = new Date(value);
  const day = (before === null ? new Date() : new Date(before)).toDateString();
  return at.toDateString() === day ? clock(at) : `${dayOf(at).slice(5)} ${clock(at).slice(0, 5)}`;
}

/** The full date and time with the zone, for a tooltip. */
export function stamp(value) {
  if (value === null || value === undefined) return "";
  const at = new Date(value);
  return `${dayOf(at)} ${clock(at)} ${zone()}`;
}

/** The name of the browser's time zone, such as UTC or Europe/Berlin. */
export function zone() {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** How long ago a moment was, such as `5 min ago`. */
export function ago(value, now) {
  if (value === null || value === undefined) return NONE;
  const seconds = Math.max(0, (now - Date.parse(value)) / 1000);
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} d ago`;
}

function dayOf(at) {
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
}

function pad(value) {
  return String(value).padStart(2, "0");
}

/** Like `bytes`, without digits that say nothing: for an axis. */
export function roundBytes(value) {
  return bytes(value).replace(/\.(\d*?)0+ /, (_, kept) => (kept ? `.${kept} ` : " "));
}

const NAMES = {
  inFlight: "in-flight limit",
  maxInFlight: "in-flight limit",
  maxRowsPerSecond: "rate limit",
  maxBytesPerSecond: "byte rate limit",
  maxCpuShare: "CPU limit",
  maxDiskBytes: "disk limit",
  pageRows: "page size",
  pageBytes: "page size in bytes",
  batchStatements: "statements per batch",
  batchBytes: "batch size in bytes",
  protectLatency: "latency protection",
  gc_share: "GC time",
  fillingBytesPerSecond: "disk fills by",
  freeBytes: "free space",
  p50_millis: "median",
  p50Millis: "median",
  p50MillisAlone: "median alone",
  usualP50Millis: "usual median",
};

/** A setting, metric or figure of evidence in words, such as `rate limit` or `rows per second`. */
export function words(name) {
  if (NAMES[name]) return NAMES[name];
  const apart = name
    .replaceAll("_", " ")
    .replace(/([a-z0-9])([A-Z])/g, (_, before, after) => `${before} ${after.toLowerCase()}`);
  return apart.replace(/\bcpu\b/, "CPU").replace(/\bp(50|99) ms\b/, "p$1 in ms");
}

/** A value of a setting or a figure of evidence with its unit, as its name tells it. */
export function measure(name, value) {
  if (typeof value !== "number") return figure(value);
  if (/bytes_?per_?second/i.test(name)) return `${bytes(value)}/s`;
  if (/rows_?per_?second/i.test(name)) return `${figure(value)} rows/s`;
  if (/bytes$/i.test(name)) return bytes(value);
  if (/(millis|_ms)(Alone)?$/i.test(name)) return millis(value);
  if (/seconds$/i.test(name)) return duration(value);
  if (/(share|^completed)$/i.test(name)) return percent(value, 0);
  if (/pagerows$/i.test(name)) return `${figure(value)} rows`;
  return figure(value);
}

/** A duration that is written as `PT2M30S` in words; any other text as it is. */
export function spelled(text) {
  const [, hours, minutes, seconds] =
    /^PT(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?$/.exec(text) ?? [];
  if (!hours && !minutes && !seconds) return text;
  return duration(Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0));
}

/** The name of a node without the usual port. */
export function nodeName(node) {
  return node.replace(/:9042$/, "");
}

/** Settings that 0 removes. */
export const REMOVABLE = ["maxRowsPerSecond", "maxBytesPerSecond"];

/** The value of a setting that may change while a job runs. */
export function setting(name, value) {
  return value === 0 && REMOVABLE.includes(name) ? "unlimited" : measure(name, value);
}

/** The same as a heading. */
export function heading(name) {
  const text = words(name);
  return /^p\d/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}
