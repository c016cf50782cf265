// Builds elements. Data only ever becomes text or an attribute, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element; `on` holds listeners by event name, null and false attributes are left out. */
export function h(tag, attributes, ...children) {
  return build(document.createElement(tag), attributes, children);
}

/** The same for an SVG element. */
export function svg(tag, attributes, ...children) {
  return build(document.createElementNS(SVG, tag), attributes, children);
}

function build(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) {
        element.addEventListener(event, listener);
      }
    } else if (name === "value") {
      element.value = value;
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...present(children));
  return element;
}

/** Replaces what is inside `element`. */
export function fill(element, ...children) {
  element.replaceChildren(...present(children));
  return element;
}

/**
 * Like `fill` with nodes, but leaves those alone that are in place: what has the focus keeps it, and
 * the browser lays out again only what changed.
 */
export function keep(element, nodes) {
  const wanted = new Set(nodes);
  for (const each of [...element.childNodes]) if (!wanted.has(each)) each.remove();
  nodes.forEach((each, i) => {
    const there = element.childNodes[i] ?? null;
    if (there !== each) element.insertBefore(each, there);
  });
}

/** Sets the text, and touches the document only where it differs. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function present(children) {
  return children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false);
}
