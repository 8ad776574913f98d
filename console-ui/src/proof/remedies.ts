// What to do when a step of a proof fails. Pure data.
import type { StepName } from "./evidence.ts";

const REMEDIES = { read: "proof.remedy.read", unpack: "proof.remedy.unpack", signature: "proof.remedy.signature", handover: "proof.remedy.handover", compare: "proof.remedy.compare" } as const;

type Remedy = (typeof REMEDIES)[keyof typeof REMEDIES] | "proof.remedy.keep";

/** The word for it. */
export function remedy(step: StepName): Remedy {
  return (REMEDIES as Partial<Record<StepName, Remedy>>)[step] ?? "proof.remedy.keep";
}
