// The table that `actiontrail verify` is held to as well: the same files, the same steps, and any one byte changed.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fromBase64, utf8 } from "./bytes.ts";
import { verifyConsistencyFile } from "./consistencyfile.ts";
import { verifyEvidence, type Verdict } from "./evidence.ts";
import { isReceipt, verifyReceipt, type Ask, type Proved } from "./receiptfile.ts";
import { looksLikeJson } from "./text.ts";

interface Case {
  name: string;
  step: string;
  key: string;
  handovers: string[];
  file: string;
  evidence?: { checkpoint: string; hashes: string[]; runs: Proved[] };
  sent?: string;
  everyByte?: boolean;
}

const CASES = JSON.parse(readFileSync(new URL("../../../tests/evidence/cases.json", import.meta.url), "utf8")) as Case[];
const bytes = (text: string): Uint8Array => fromBase64(text) as Uint8Array;

/** A service that shows what the evidence holds, whatever it is asked for. */
const showing = (evidence: Case["evidence"]): Ask => ({
  run: async (index) => evidence?.runs.find((run) => run.index === index) ?? { index, records: [], hashes: [] },
  consistency: async () => ({ hashes: evidence?.hashes ?? [], checkpoint: evidence?.checkpoint }),
});

function judge(one: Case, file = bytes(one.file)): Promise<Verdict> {
  const trusting = { vkey: one.key, handovers: one.handovers };
  if (isReceipt(file)) return verifyReceipt(file, trusting, showing(one.evidence), { sent: one.sent === undefined ? undefined : bytes(one.sent) });
  return looksLikeJson(file) ? verifyConsistencyFile(file, trusting) : verifyEvidence(file, trusting);
}

const failing = (verdict: Verdict): string => verdict.steps.find((step) => !step.holds)?.name ?? "";

describe("each case holds or fails at its step", () => {
  it.each(CASES.map((one) => [one.name, one] as const))("%s", async (_, one) => {
    const verdict = await judge(one);
    expect([failing(verdict), verdict.holds]).toEqual([one.step, one.step === ""]);
  });
});

describe("any one byte changed is found", () => {
  it.each(CASES.filter((one) => one.everyByte).map((one) => [one.name, one] as const))("in %s", async (_, one) => {
    const file = bytes(one.file);
    const shown = (verdict: Verdict): string => JSON.stringify([verdict.holds, verdict.entry, verdict.line, verdict.receipt, verdict.grown, verdict.checkpoint?.origin, verdict.index]);
    const true_ = shown(await judge(one));
    const unseen: number[] = [];
    for (let at = 0; at < file.length; at++) {
      const altered = file.slice();
      altered[at] = (altered[at] as number) ^ 1;
      const verdict = await judge(one, altered);
      // What still holds shows the very same: a bit that fills up the compressed record, or a request's name.
      if (verdict.holds && shown(verdict) !== true_) unseen.push(at);
    }
    expect([true_.startsWith("[true"), unseen]).toEqual([true, []]);
  }, 60_000);

  it("in the evidence of a receipt", async () => {
    const one = CASES.find((each) => each.everyByte && each.evidence) as Case;
    const whole = utf8(JSON.stringify(one.evidence));
    const unseen: number[] = [];
    for (let at = 0; at < whole.length; at++) {
      const altered = whole.slice();
      altered[at] = (altered[at] as number) ^ 1;
      let evidence: Case["evidence"];
      try {
        evidence = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(altered)) as Case["evidence"];
        if (!Array.isArray(evidence?.runs) || !Array.isArray(evidence.hashes)) continue;
        if ((await judge({ ...one, evidence })).holds && JSON.stringify(evidence) !== JSON.stringify(one.evidence)) unseen.push(at);
      } catch {
        continue; // it is no JSON any more: the service did not answer
      }
    }
    const kind = new TextDecoder().decode(whole).indexOf(`,"checkpoint"`);
    expect(unseen.filter((at) => at >= kind)).toEqual([]); // before that stands what kind of file it is, which a service does not say
  }, 60_000);
});
