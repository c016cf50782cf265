// A small card beside the pointer with labelled lines.

import { fill, h } from "../core/dom.js";

const AWAY = 14;

export class Tip {
  element = h("dl", { class: "tip", "aria-hidden": "true", hidden: true });
  #host;

  /** `host` is the positioned element that the card may not leave. */
  constructor(host) {
    this.#host = host;
    host.append(this.element);
  }

  /** Shows `lines` of label and text beside a point of the host, in pixels. */
  show(x, y, lines) {
    fill(
      this.element,
      lines.map(([label, text]) => [h("dt", {}, label), h("dd", { class: "num" }, text)]),
    );
    this.element.hidden = false;
    const { clientWidth, clientHeight } = this.#host;
    const { offsetWidth, offsetHeight } = this.element;
    const left = x + AWAY + offsetWidth > clientWidth ? x - AWAY - offsetWidth : x + AWAY;
    const top = y + AWAY + offsetHeight > clientHeight ? y - AWAY - offsetHeight : y + AWAY;
    this.element.style.left = `${Math.max(0, Math.min(clientWidth - offsetWidth, left))}px`;
    this.element.style.top = `${Math.max(0, top)}px`;
  }

  hide() {
    this.element.hidden = true;
  }
}
