// Vercel's AI SDK against a server: one case per name, one line of JSON for each.
//
//     node vercel.mjs http://127.0.0.1:7700 CASE...
//
// It ends when its standard input does, so that a test can see what the server does
// while the client lives.
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateObject, generateText, streamText, tool } from "ai";
import { z } from "zod";

const [base, ...names] = process.argv.slice(2);
const TASK = `Write a Python function \`double(n)\` that returns twice the number n.

>>> double(2)
4
>>> double(-3)
-6
`;
const CHAT = "Why is the sky blue?";

const provider = createOpenAICompatible({
  name: "assay",
  baseURL: `${base}/v1`,
  apiKey: "x",
  includeUsage: true,
  supportsStructuredOutputs: true,
});
const asking = (prompt, more = {}) => ({
  model: provider("scripted"),
  prompt,
  maxRetries: 0,
  ...more,
});
const options = (assay) => ({ providerOptions: { assay: { assay } } });
const weather = tool({
  description: "The weather in a city",
  inputSchema: z.object({ city: z.string() }),
});

const whole = async (settings) => {
  const got = await generateText(settings);
  return {
    text: got.text,
    finish: got.finishReason,
    usage: got.usage,
    model: got.response.modelId,
    route: got.response.headers["x-assay-route"],
    assay: got.response.body.assay,
    calls: got.toolCalls.map(({ toolName, input }) => ({ toolName, input })),
    warnings: got.warnings,
  };
};

const streamed = async (settings) => {
  const faults = [];
  const onError = ({ error }) => faults.push(String(error.message ?? error));
  const got = streamText({ ...settings, onError });
  const parts = [];
  const said = { text: "", reasoning: "" };
  const calls = [];
  let end = {};
  for await (const part of got.fullStream) {
    if (parts.at(-1) !== part.type) parts.push(part.type);
    if (part.type === "text-delta") said.text += part.text;
    if (part.type === "reasoning-delta") said.reasoning += part.text;
    if (part.type === "tool-call") {
      calls.push({ toolName: part.toolName, input: part.input });
    }
    if (part.type === "finish") {
      end = { finish: part.finishReason, usage: part.totalUsage };
    }
  }
  return { ...said, ...end, parts, calls, faults };
};

const refused = async (settings) => {
  try {
    await generateText(settings);
    return { refused: false };
  } catch (error) {
    return {
      refused: error.name === "AI_APICallError",
      status: error.statusCode,
      message: error.message,
      code: error.data?.error.code,
      retryAfter: error.responseHeaders?.["retry-after"],
      isRetryable: error.isRetryable,
    };
  }
};

// Gives up once the first part of a kind has come.
const aborted = async (prompt, kind) => {
  const control = new AbortController();
  const got = streamText(asking(prompt, { abortSignal: control.signal }));
  const parts = [];
  for await (const part of got.fullStream) {
    if (parts.at(-1) !== part.type) parts.push(part.type);
    if (part.type === kind) control.abort();
  }
  return { parts };
};

const object = async () => {
  const schema = z.object({ answer: z.number() });
  const got = await generateObject(asking("What is 6 times 7?", { schema }));
  return { object: got.object, finish: got.finishReason };
};

const CASES = {
  search: () => whole(asking(TASK, { seed: 3, maxOutputTokens: 150 })),
  fast: () => whole(asking(TASK, { model: provider("scripted-fast") })),
  optioned: () => whole(asking(TASK, options({ evidence: false, budget: "calls=1" }))),
  chat: () => whole(asking(CHAT)),
  tools: () => whole(asking(TASK, { tools: { weather } })),
  streamed_search: () => streamed(asking(TASK)),
  streamed_chat: () => streamed(asking(CHAT)),
  streamed_tools: () => streamed(asking(TASK, { tools: { weather } })),
  object,
  unknown_model: () => refused(asking(CHAT, { model: provider("gpt-5") })),
  bad_option: () => refused(asking(TASK, options({ budget: "a lot" }))),
  full: () => refused(asking(TASK)),
  aborted_search: () => aborted(TASK, "reasoning-delta"),
  aborted_chat: () => aborted(CHAT, "text-delta"),
};

for (const name of names) {
  const found = await CASES[name]();
  console.log(JSON.stringify({ name, ...found }));
}
process.stdin.resume();
