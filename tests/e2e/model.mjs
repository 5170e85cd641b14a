// A model server of our own on localhost, as Ollama or a provider would answer: no session ever calls a real model.

import { createServer } from "node:http";

/**
 * Starts it; `answer(prompt, request)` gives the text, `{ text, holds: true }` for a text whose end never comes, or
 * `{ status, error }` for a refusal.
 */
export async function startModel(answer) {
  const asked = [];
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    if (request.url.endsWith("/models")) return send(response, 200, { object: "list", data: [{ id: "small" }] });
    if (!request.url.endsWith("/chat/completions")) return send(response, 404, { error: { message: "unknown" } });
    const call = JSON.parse(body);
    const prompt = call.messages.map(({ content }) => content).join("\n");
    asked.push({ prompt, authorization: request.headers.authorization });
    const said = await answer(prompt, { authorization: request.headers.authorization });
    if (said.error !== undefined) return send(response, said.status, { error: { message: said.error } });
    if (call.stream) stream(response, said.text ?? said, said.holds === true);
    else send(response, 200, { choices: [{ message: { content: said }, finish_reason: "stop" }], usage: USAGE });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    baseUrl: `http://127.0.0.1:${server.address().port}/v1`,
    asked,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

const USAGE = { prompt_tokens: 12, completion_tokens: 34, total_tokens: 46 };
const PIECE = 64 * 1024;

function stream(response, text, holds) {
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  const event = (value) => response.write(`data: ${JSON.stringify(value)}\n\n`);
  for (let start = 0; start < text.length; start += PIECE) {
    event({ choices: [{ index: 0, delta: { content: text.slice(start, start + PIECE) } }] });
  }
  if (holds) return;
  event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
  event({ choices: [], usage: USAGE });
  response.end("data: [DONE]\n\n");
}

function send(response, status, body) {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(body));
}

async function textOf(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}
