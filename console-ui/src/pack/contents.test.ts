import { describe, expect, test } from "vitest";
import { sha256, toHex, utf8 } from "../proof/bytes.ts";
import { dataOf, evidenceName, MANIFEST, packFiles, packName } from "./contents.ts";
import { inlined, PLACE } from "./inline.ts";
import { markdown, readme, visible } from "./texts.ts";
import type { Making, Ready } from "./types.ts";

const VIEWER = `<script type="application/json">${PLACE}</script>`;
const MARKUP = "</script><script>alert(1)</script>";

const ready = (id: string, eventTime: string, index: number): Ready => {
  const event = { eventId: id, eventName: "DeleteInstance", eventTime, userIdentity: { userName: `${MARKUP}\u202e` } };
  return { id, index, received: eventTime, event, line: JSON.stringify(event), evidence: utf8(`c2sp.org/tlog-proof@v1\nindex ${index}\n`) };
};

const MAKING: Making = {
  made: "2026-01-02T03:04:05.678Z", account: "1000000000000001", by: "ann",
  casefile: { title: "Why", summary: "All of it.", notes: { b: "the first", a: MARKUP, gone: "was pinned", elsewhere: "not pinned any more" } },
  log: { vkey: "log.example+01234567+AAAA", handovers: [] },
  ready: [ready("a", "2026-01-02T00:00:00Z", 9), ready("c", "2026-01-01T00:00:00Z", 8), ready("b", "2026-01-01T00:00:00Z", 3)],
  left: [{ id: "gone", reason: "gone", problem: "" }],
};

const files = async (making = MAKING) => new Map((await packFiles(making, VIEWER)).map(({ name, bytes }) => [name, new TextDecoder().decode(bytes)]));

describe("the files of a pack", () => {
  test("are these and no others, one of evidence for each event in the order of time", async () => {
    expect([...(await files()).keys()]).toEqual([
      "README.txt", "index.html", "case.md", "case.json", "events.ndjson", "evidence/01-b.tlog-proof", "evidence/02-c.tlog-proof", "evidence/03-a.tlog-proof", "log/vkey", MANIFEST,
    ]);
  });

  test("have their hashes in the manifest, each once, as sha256sum reads them", async () => {
    const all = await files();
    const lines = (all.get(MANIFEST) ?? "").split("\n").slice(0, -1).map((line) => line.split("  "));
    const wanted = await Promise.all([...all].filter(([name]) => name !== MANIFEST).map(async ([name, text]) => [toHex(await sha256(utf8(text))), name]));
    expect(lines).toEqual(wanted);
  });

  test("hold the events to the letter, and the evidence as it came", async () => {
    const all = await files();
    expect(all.get("events.ndjson")).toBe(["b", "c", "a"].map((id) => `${MAKING.ready.find((one) => one.id === id)?.line}\n`).join(""));
    expect(all.get("evidence/03-a.tlog-proof")).toBe("c2sp.org/tlog-proof@v1\nindex 9\n");
  });

  test("tell of what is left out, with its note; a note on what is not pinned is not anybody's", async () => {
    const all = await files();
    const told = JSON.parse(all.get("case.json") ?? "") as { left: unknown };
    expect(told.left).toEqual([{ id: "gone", reason: "gone", problem: "", note: "was pinned" }]);
    expect(all.get("case.md")).toContain("was pinned");
    expect([...all.values()].filter((text) => text.includes("not pinned any more"))).toEqual([]);
  });

  test("have the hand-overs where there are any, and the README tells the command with them", async () => {
    const all = await files({ ...MAKING, log: { ...MAKING.log, handovers: ["a note\n"] } });
    expect(JSON.parse(all.get("log/handover.json") ?? "")).toEqual({ handovers: ["a note\n"] });
    expect(all.get("README.txt")).toContain("actiontrail verify evidence/01-b.tlog-proof --key log/vkey --handover log/handover.json");
    expect((await files()).get("README.txt")).not.toContain("--handover");
  });

  test("are inert: the viewer holds one script, and its data are what was packed", async () => {
    const page = (await files()).get("index.html") ?? "";
    expect(page.match(/<\/?script/g)).toHaveLength(2);
    expect(page).toBe(inlined(VIEWER, dataOf(MAKING)));
  });

  test("evidence that is no text is not packed as something else", async () => {
    await expect(packFiles({ ...MAKING, ready: [{ ...ready("a", "", 1), evidence: new Uint8Array([0xff]) }] }, VIEWER)).rejects.toThrow();
  });
});

test.each([
  ["A198-b_c", "evidence/01-A198-b_c.tlog-proof"],
  ["../../etc/passwd", "evidence/01-_etc_passwd.tlog-proof"],
  ["C:\\x\u202e.exe", "evidence/01-C_x_exe.tlog-proof"],
  ["\u4e8b", "evidence/01-_.tlog-proof"],
  ["", "evidence/01-event.tlog-proof"],
  ["x".repeat(500), `evidence/01-${"x".repeat(60)}.tlog-proof`],
])("the evidence of %j is the file %s", (id, name) => {
  expect(evidenceName(0, id)).toBe(name);
});

test("a pack is called by its moment", () => {
  expect(packName("2026-01-02T03:04:05.678Z")).toBe("actiontrail-evidence-20260102T030405Z");
});

test.each([
  ["<b>x</b>", "\\<b\\>x\\</b\\>"],
  ["![x](http://e.example/x.png)", "\\!\\[x\\]\\(http\\://e.example/x.png\\)"],
  ["- not a list\n1. nor this\n# nor a title", "\\- not a list  \n1\\. nor this  \n\\# nor a title"],
  ["    no code\n\nnext", "no code  \n  \nnext"],
  ["www.example.com a@example.com", "www\\.example.com a\\@example.com"],
  ["\u202egnp\u001b[31m", "⟨U+202E⟩gnp⟨U+001B⟩\\[31m"],
  ["&lt;x | y ~z~ `c` $m$", "\\&lt;x \\| y \\~z\\~ \\`c\\` \\$m\\$"],
])("as Markdown %j means nothing", (text, written) => {
  expect(markdown(text)).toBe(written);
});

test("a title in the README has no second line, and hides nothing", () => {
  const text = readme(dataOf({ ...MAKING, casefile: { ...MAKING.casefile, title: "one\ntwo\u202e" } }));
  expect(text).toContain("Case      one two⟨U+202E⟩\n");
  expect(visible("a\r\nb")).toBe("a\nb");
});
