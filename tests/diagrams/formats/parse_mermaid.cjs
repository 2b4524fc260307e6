// Reads a JSON list of Mermaid texts on standard input and writes a JSON list: what Mermaid's own parser says of
// each, an empty text where it takes it, and the labels that it found.
const { createRequire } = require("module");
const path = require("path");
const from = createRequire(path.join(process.env.KUSTUI_NODE_MODULES, "x.js"));
const { JSDOM } = from("jsdom");
const window = new JSDOM("").window;
global.window = window;
global.document = window.document;
const entry = from.resolve("mermaid");

async function main() {
  const mermaid = (await import(entry.replace(/mermaid\.core\.mjs$/, "mermaid.core.mjs"))).default;
  mermaid.initialize({ startOnLoad: false });
  let text = "";
  for await (const chunk of process.stdin) text += chunk;
  const answers = [];
  for (const source of JSON.parse(text)) {
    try {
      const diagram = await mermaid.mermaidAPI.getDiagramFromText(source);
      const vertices = [...diagram.db.getVertices().values()].map((vertex) => vertex.text);
      const edges = diagram.db.getEdges().map((edge) => [edge.start, edge.end, edge.text]);
      answers.push({ fault: "", vertices, edges });
    } catch (error) {
      answers.push({ fault: String(error && error.message), vertices: [], edges: [] });
    }
  }
  process.stdout.write(JSON.stringify(answers));
}

main();
