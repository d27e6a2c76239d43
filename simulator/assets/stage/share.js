// What can be taken away: the address, this step as text, the diagram, the table and the tracker.
// Nothing that is taken says more than has been shown.

import { element, shape } from "../shared/dom.js";
import { Flow } from "./flow.js";

const DRAWN = ["fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "font-size", "font-weight"];
const FONT = "'Source Sans', 'Source Sans 3', Arial, sans-serif";

// The address of this step, without the window it is looked at in.
function linkTo(embed) {
  const url = new URL(location.href);
  url.searchParams.delete("view");
  url.searchParams.delete("embed");
  if (embed) url.searchParams.set("embed", "1");
  return url.href;
}

function frameOf(title) {
  const quoted = (text) => text.replace(/&/g, "&amp;").replace(/"/g, "&quot;");
  return `<iframe src="${quoted(linkTo(true))}" title="${quoted(title)}" width="100%" height="760" allow="clipboard-write"></iframe>`;
}

// A plain account of this step: command, terminal, who sent what to whom, variables.
function accountOf(data, number, say) {
  const step = data.steps[number - 1], before = data.steps[number - 2];
  const head = [data.title, data.situation].filter(Boolean).join(" · ");
  const values = data.variables.map(({ name, start }) => {
    const was = before ? before.tracker[name] : start, is = step.tracker[name];
    return `  ${name}: ${is}${was === is ? "" : ` (${say("was")}: ${was})`}`;
  });
  const printed = step.terminal.map(({ kind, text }) => `  ${kind === "command" ? "$ " : ""}${text}`);
  const sections = [
    head,
    say("stepOf", { number, count: data.steps.length, title: step.title }),
    step.text, "",
    `${say("command")}: ${data.sample[step.line] ?? ""}`,
    `${say("message")}: ${step.talk.said}`,
    `${say("variables")}:`, ...values,
    ...(printed.length ? [`${say("terminal")}:`, ...printed] : []),
    "", linkTo(false),
  ];
  return `${sections.join("\n")}\n`;
}

export function tableOf(data, table, number) {
  return [data.columns, ...data.rows.map((row) => [String(row.number), row.action, ...table.cells(row, number)])];
}

// One row a variable, one column a step up to the present one.
export function trackerOf(data, number, say) {
  const steps = data.steps.slice(0, number);
  return [
    [say("variable"), say("start"), ...steps.map((step) => String(step.number))],
    ...data.variables.map(({ name, start }) => [name, start, ...steps.map((step) => step.tracker[name])]),
  ];
}

export function csv(rows) {
  const cell = (text) => (/[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

export function markdown([head, ...rows]) {
  const line = (cells) => `| ${cells.map((text) => text.replace(/[\\|]/g, "\\$&").replace(/\n/g, "<br>")).join(" | ")} |\n`;
  return line(head) + line(head.map(() => "---")) + rows.map(line).join("");
}

// The diagram as it is now, with its colours written into it.
function pictureOf(flow, background) {
  const source = [...flow.querySelectorAll("svg")].find((one) => one.getClientRects().length) ?? flow.querySelector("svg");
  const copy = source.cloneNode(true), { x, y, width, height } = source.viewBox.baseVal;
  const originals = source.querySelectorAll("*");
  copy.querySelectorAll("*").forEach((part, place) => {
    const style = getComputedStyle(originals[place]);
    for (const name of DRAWN) part.setAttribute(name, style.getPropertyValue(name));
    if (style.display === "none") part.setAttribute("display", "none");
    if (part.tagName === "text") fitted(part, originals[place]);
    part.removeAttribute("class");
  });
  copy.removeAttribute("class");
  copy.setAttribute("viewBox", [x - 8, y - 8, width + 16, height + 16].join(" "));
  copy.setAttribute("width", 2 * (width + 16));
  copy.setAttribute("height", 2 * (height + 16));
  copy.prepend(shape("rect", { x: x - 8, y: y - 8, width: width + 16, height: height + 16, fill: background }));
  return { text: new XMLSerializer().serializeToString(copy), width: 2 * (width + 16), height: 2 * (height + 16) };
}

// Where the picture is looked at there may be another font: the text keeps its length.
function fitted(text, original) {
  text.setAttribute("font-family", FONT);
  const length = original.getComputedTextLength();
  if (!length) return;
  text.setAttribute("textLength", length.toFixed(1));
  text.setAttribute("lengthAdjust", "spacingAndGlyphs");
}

async function painted({ text, width, height }) {
  const image = new Image(width, height);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = element("canvas");
  Object.assign(canvas, { width: 2 * width, height: 2 * height });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

function save(content, type, name) {
  const link = element("a");
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// The button's text says which; what it does is here.
export class Share {
  constructor(player) {
    this.player = player;
  }

  get acts() {
    const { at, data, number, say, table } = this.player;
    const background = () => getComputedStyle(this.player.stage).backgroundColor;
    const rows = () => tableOf(data, table, number), cells = () => trackerOf(data, number, say);
    return {
      copyLink: () => this.copy(linkTo(false)),
      copyText: () => this.copy(accountOf(data, number, say)),
      copyEmbed: () => this.copy(frameOf(data.title)),
      downloadSvg: () => this.save(pictureOf(at.flow, background()).text, "image/svg+xml", "svg"),
      downloadPng: async () => this.save(await painted(pictureOf(at.flow, background())), "image/png", "png"),
      tableCsv: () => this.save(csv(rows()), "text/csv", "csv", "table"),
      tableMd: () => this.save(markdown(rows()), "text/markdown", "md", "table"),
      trackerCsv: () => this.save(csv(cells()), "text/csv", "csv", "tracker"),
      trackerMd: () => this.save(markdown(cells()), "text/markdown", "md", "tracker"),
    };
  }

  open() {
    const { at, data, number, say } = this.player;
    (this.player.flow ??= new Flow(at, data, say)).show(number);
    at.shared.textContent = "";
    at.copy.hidden = true;
    at.share.showModal();
  }

  async copy(text) {
    const { at, say } = this.player;
    try {
      await navigator.clipboard.writeText(text);
      at.shared.textContent = say("copied");
    } catch {
      at.shared.textContent = say("notCopied");
      at.copy.hidden = false;
      at.copy.value = text;
      at.copy.select();
    }
  }

  save(content, type, ending, what = "diagram") {
    const { at, data, number, say } = this.player;
    const file = `${data.scenario || data.source}-${what}-${number}.${ending}`;
    save(content, type, file);
    at.shared.textContent = say("saved", { file });
  }
}
