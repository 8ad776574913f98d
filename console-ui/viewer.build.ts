// Builds the viewer of evidence packs: one page with its script and its style in it, and a policy that lets nothing else run.
import { createHash } from "node:crypto";
import { build, type Plugin } from "vite";
import { PLACE } from "./src/pack/inline.ts";

export const NAME = "viewer.html";

const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** The page, with `script` and `style` in it and a place for its data. */
export function page(script: string, style: string): string {
  // In a string these mean the same, and no browser takes them for the end of the script.
  const safe = script.trim().replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
  const policy = ["default-src 'none'", `script-src ${hash(safe)}`, `style-src ${hash(style)}`, "base-uri 'none'", "form-action 'none'"].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>ActionTrail</title>
<style>${style}</style>
</head>
<body>
<div id="root"></div>
<noscript>This page verifies evidence with a script of its own, and scripts are switched off. Read case.md, and check with: actiontrail verify</noscript>
<script type="application/json" id="pack">${PLACE}</script>
<script>${safe}</script>
</body>
</html>
`;
}

async function made(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "warn",
    publicDir: false,
    build: { write: false, target: "es2022", modulePreload: false, cssCodeSplit: false, rollupOptions: { input: "src/viewer/main.ts", output: { format: "iife" } } },
  });
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((one) => ("output" in one ? one.output : []));
  const scripts = outputs.flatMap((one) => (one.type === "chunk" ? [one.code] : []));
  const styles = outputs.flatMap((one) => (one.type === "asset" && one.fileName.endsWith(".css") ? [String(one.source).trim()] : []));
  if (scripts.length !== 1 || styles.length !== 1) throw new Error(`the viewer is one script and one style, and ${scripts.length} and ${styles.length} were made`);
  return page(scripts[0] as string, styles[0] as string);
}

/** Puts the viewer beside the console's pages, and serves it while they are worked on. */
export function viewer(): Plugin {
  return {
    name: "evidence-viewer",
    async generateBundle() {
      this.emitFile({ type: "asset", fileName: NAME, source: await made() });
    },
    configureServer(server) {
      server.middlewares.use(`/console/${NAME}`, (_, response, next) => {
        made().then((text) => response.setHeader("content-type", "text/html; charset=utf-8").end(text), next);
      });
    },
  };
}
