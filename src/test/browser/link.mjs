// A way to a node over which traffic can be late or stand still.

import net from "node:net";

export class Link {
  #server;
  #target;
  #sockets = new Set();
  #late = 0;
  #held = null;
  #release = () => {};

  constructor(target) {
    this.#target = target;
    this.#server = net.createServer((client) => this.#accept(client));
  }

  /** Opens a way to `host:port`. */
  static async to(target) {
    const link = new Link(target);
    await new Promise((resolve) => link.#server.listen(0, "127.0.0.1", resolve));
    return link;
  }

  get address() {
    return `127.0.0.1:${this.#server.address().port}`;
  }

  /** Lets everything pass at once again, also what was held. */
  pass() {
    this.#late = 0;
    this.#held = null;
    this.#release();
  }

  /** Delays everything in both directions. */
  delay(millis) {
    this.#late = millis;
  }

  /** Holds everything until `pass`. */
  hold() {
    this.#held = new Promise((resolve) => (this.#release = resolve));
  }

  close() {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(client) {
    const [host, port] = this.#target.split(":");
    const node = net.connect(Number(port), host);
    this.#forward(client, node);
    this.#forward(node, client);
  }

  #forward(from, to) {
    this.#sockets.add(from);
    let before = Promise.resolve();
    from.on("data", (chunk) => {
      const due = Date.now() + this.#late;
      before = before.then(async () => {
        const wait = due - Date.now();
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
        await this.#held;
        if (!to.destroyed) to.write(chunk);
      });
    });
    from.on("error", () => {});
    from.on("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
