// What the charts on a canvas share: sharp pixels, one drawing a frame, drawing again when the size changes.

/** Sets the canvas to `width` x `height` CSS pixels and returns its cleared context. */
export function sharp(canvas, width, height) {
  const ratio = Math.min(3, window.devicePixelRatio || 1);
  const [columns, rows] = [
    Math.max(1, Math.round(width * ratio)),
    Math.max(1, Math.round(height * ratio)),
  ];
  if (canvas.width !== columns || canvas.height !== rows) {
    canvas.width = columns;
    canvas.height = rows;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** The page's own type at so many pixels. */
export function font(size) {
  return `${size}px ${getComputedStyle(document.body).fontFamily}`;
}

/** A function that asks for `draw` at the next frame, however often it is called before. */
export function eachFrame(draw, signal) {
  let asked = false;
  return () => {
    if (asked || signal.aborted) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      if (!signal.aborted) draw();
    });
  };
}

/** Like `eachFrame`, but not more often than each `millis`. */
export function noOftener(millis, draw, signal) {
  let last = -Infinity;
  let timer = 0;
  const run = eachFrame(() => {
    last = performance.now();
    draw();
  }, signal);
  signal.addEventListener("abort", () => clearTimeout(timer));
  return () => {
    clearTimeout(timer);
    const wait = last + millis - performance.now();
    if (wait <= 0) run();
    else timer = setTimeout(run, wait);
  };
}

/** Follows a mouse over `element` and a finger that touches it; `leave` is for a mouse that goes. */
export function onPointer(element, point, leave) {
  element.addEventListener("pointerdown", point);
  element.addEventListener("pointermove", point);
  element.addEventListener("pointerleave", (event) => {
    // What a finger has chosen stays to be read.
    if (event.pointerType === "mouse") leave();
  });
}

export function onResize(element, listener, signal) {
  const observer = new ResizeObserver(() => listener());
  observer.observe(element);
  signal.addEventListener("abort", () => observer.disconnect());
}
