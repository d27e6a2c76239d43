// A run as Python sends it.

// The run as JSON, gzip and base64.
export async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

// "3 of 12": the 12 is sent once a message, and not with every step.
export function counted(run) {
  for (const { exchange } of run.steps) if (exchange) exchange.count = run.exchanges;
  return run;
}

// How a terminal shows a line; standard error of a run that goes on is a warning.
export function lineKind({ kind }, { failed }) {
  return kind === "error" && !failed ? "warning" : kind;
}
