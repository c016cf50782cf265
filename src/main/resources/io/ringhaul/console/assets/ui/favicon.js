// The icon of the browser's tab: a ring whose colour says whether the job is well.

const COLOURS = {
  idle: "#7d8a90",
  running: "#0b7a75",
  slowed: "#c27c0e",
  stalled: "#d9480f",
  paused: "#c27c0e",
};
const BAD = "#c8402f";
let shown = null;

export function showIcon(tone) {
  if (tone === shown) return;
  shown = tone;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 32;
  const context = canvas.getContext("2d");
  context.lineWidth = 7;
  context.strokeStyle = COLOURS[tone] ?? BAD;
  context.beginPath();
  context.arc(16, 16, 11, 0, Math.PI * 2);
  context.stroke();
  const link = document.querySelector("link[rel=icon]");
  link.type = "image/png";
  link.href = canvas.toDataURL("image/png");
}
