// Talking to the server: JSON there and back, fragments of HTML, server-sent events.

const BROKEN = "与服务的连接中断，请稍后重试。";

/** An answer of the server other than success, with its sentence for the reader. */
export class Failure extends Error {}

async function request(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failure(BROKEN);
  }
  if (response.ok) return response;
  let message = BROKEN;
  try {
    message = (await response.json()).error ?? BROKEN;
  } catch {
    // A proxy in between answers with a page of its own.
  }
  const failure = new Failure(message);
  failure.status = response.status;
  throw failure;
}

/** Send JSON and return the JSON that comes back, null where nothing does. */
export async function call(method, path, body) {
  const options = { method };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  const text = await (await request(path, options)).text();
  return text ? JSON.parse(text) : null;
}

export async function html(path) {
  // Not asked for by name: an error, too, would come as a page.
  return (await request(path)).text();
}

/** Send JSON and yield the events that come back as `{name, data}`. */
export async function* events(path, body, { signal }) {
  const response = await request(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify(body),
    signal,
  });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (waiting + value).replaceAll("\r\n", "\n").split("\n\n");
    waiting = blocks.pop();
    for (const block of blocks) {
      const event = read(block);
      if (event) yield event;
    }
  }
}

function read(block) {
  let name = "message";
  const data = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("event:")) name = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).trimStart());
  }
  return data.length ? { name, data: JSON.parse(data.join("\n")) } : null;
}
