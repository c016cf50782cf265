// A way to a node over which traffic can be late or stand still, or connections get lost.

import net from "node:net";

export class Link {
  #server;
  #target;
  /** The open connections, the driver's control connection first. */
  #clients = new Set();
  #life = Infinity;
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

  /** Lets everything pass at once again, also what was held; connections last. */
  pass() {
    this.#life = Infinity;
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

  /** Closes each connection but the control connection after this time, until `pass`. */
  lose(millis) {
    this.#life = millis;
    for (const client of this.#clients) this.#end(client);
  }

  close() {
    this.#server.close();
    for (const client of this.#clients) client.destroy();
  }

  #accept(client) {
    const [host, port] = this.#target.split(":");
    const node = net.connect(Number(port), host);
    this.#clients.add(client);
    client.on("close", () => this.#clients.delete(client));
    this.#end(client);
    this.#forward(client, node);
    this.#forward(node, client);
  }

  #end(client) {
    const [first] = this.#clients;
    if (client === first || this.#life === Infinity) return;
    setTimeout(() => this.#life === Infinity || client.destroy(), this.#life);
  }

  #forward(from, to) {
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
    from.on("close", () => to.destroy());
  }
}
