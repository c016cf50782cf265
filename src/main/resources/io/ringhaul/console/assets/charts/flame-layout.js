// Where each frame of a flame graph lies; what would be thinner than half a pixel is left out.

const THINNEST = 0.5;

/** Numbers the frames and ties each to its parent and depth; the widest child comes first. */
export function prepare(root) {
  const frames = [];
  const visit = (node, parent, depth, start) => {
    const frame = {
      id: frames.length,
      name: node.name,
      value: node.value,
      parent,
      depth,
      start,
      children: [],
    };
    frames.push(frame);
    parent?.children.push(frame);
    let at = start;
    for (const child of [...(node.children ?? [])].sort((a, b) => b.value - a.value)) {
      visit(child, frame, depth + 1, at);
      at += child.value;
    }
    return frame;
  };
  visit(root, null, 0, 0);
  return frames;
}

/** The boxes of `zoomed`, its callers and what it calls, for so many pixels. */
export function boxes(frames, zoomed, width) {
  const scale = width / Math.max(1, zoomed.value);
  const end = zoomed.start + zoomed.value;
  const callers = new Set();
  for (let each = zoomed; each; each = each.parent) callers.add(each);
  const out = [];
  for (const frame of frames) {
    if (callers.has(frame)) {
      out.push({ frame, x: 0, width, caller: frame !== zoomed });
    } else if (
      frame.depth > zoomed.depth &&
      frame.start >= zoomed.start &&
      frame.start + frame.value <= end &&
      frame.value * scale >= THINNEST
    ) {
      out.push({
        frame,
        x: (frame.start - zoomed.start) * scale,
        width: frame.value * scale,
        caller: false,
      });
    }
  }
  return out;
}

/** The samples of the frames that match; a frame below one that matches counts once. */
export function matched(frames, text) {
  const wanted = text.toLowerCase();
  const found = new Set();
  let samples = 0;
  for (const frame of frames) {
    if (!frame.name.toLowerCase().includes(wanted)) continue;
    found.add(frame);
    let above = frame.parent;
    while (above && !found.has(above)) above = above.parent;
    if (!above) samples += frame.value;
  }
  return { found, samples };
}

/** Whose code a frame is: this library's, its driver's and formats', or the JDK's. */
export function family(name) {
  if (name.startsWith("io.ringhaul.")) return "own";
  if (/^(java|javax|jdk|sun|com\.sun)\./.test(name)) return "jdk";
  return /^(com\.datastax|io\.netty|org\.apache\.cassandra)\./.test(name) ? "driver" : "library";
}

/** A frame's name without its package. */
export function shortName(name) {
  const lambda = /([\w$]+)\$\$Lambda/.exec(name);
  if (lambda) return `${lambda[1]} λ`;
  const parts = name.split(".");
  const type = parts.findIndex((each) => /^[A-Z]/.test(each));
  return type > 0 ? parts.slice(type).join(".") : name;
}
