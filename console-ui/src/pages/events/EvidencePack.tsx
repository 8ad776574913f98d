// The dialog that makes an evidence pack: what goes in, how far it is, what is missing, and what was saved.
import { Alert, Button, Progress } from "antd";
import { useEffect, useRef, useState } from "react";
import { plain } from "../../event/inert.ts";
import { packFiles, packName } from "../../pack/contents.ts";
import { gather, type Gathered } from "../../pack/gather.ts";
import { REASONS } from "../../pack/texts.ts";
import { noteOn } from "../../pack/tidy.ts";
import type { CaseFile, Ready } from "../../pack/types.ts";
import { zipped } from "../../pack/zip.ts";
import { copy } from "../../parts/copy.ts";
import { Dialog } from "../../parts/Dialog.tsx";
import { save } from "../../parts/EventDetail.tsx";
import { Failed } from "../../parts/Failed.tsx";
import { sha256, toHex } from "../../proof/bytes.ts";
import { send, type Failure } from "../../service/client.ts";
import { asFailure } from "../../service/hooks.ts";
import { trusted, type Trust } from "../../service/trust.ts";
import { useSession } from "../../shell/session.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { count } from "../../shell/words.ts";
import { saying } from "../../words/filled.ts";
import { pack } from "../../words/pack.ts";
import { problemIn } from "../../words/problems.ts";

const VIEWER = "/console/viewer.html";

interface Made {
  name: string;
  events: number;
  size: number;
  sha256: string;
  vkey: string;
}

type State =
  | { at: "begin" | "cancelled" | "packing" }
  | { at: "fetching"; done: number }
  | { at: "missing"; found: Gathered; log: Trust }
  | { at: "failed"; failure: Failure; again: () => void }
  | { at: "saved"; made: Made };

export default function EvidencePack({ pins, casefile, close }: { pins: readonly string[]; casefile: CaseFile; close: () => void }) {
  const { language } = usePreferences();
  const say = saying(pack, language);
  const session = useSession();
  const [state, setState] = useState<State>({ at: "begin" });
  const running = useRef<AbortController | null>(null);
  const known = useRef(new Map<string, Ready>());
  const begin = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    begin.current?.focus(); // after the dialog, which would have it on its way out
    return () => running.current?.abort();
  }, []);
  const n = (number: number): string => count(number, language);
  const notes = pins.filter((id) => noteOn(casefile, id) !== "").length;

  /** One piece of work that can be cancelled; how it failed is told, with the same once more. */
  const work = (does: (signal: AbortSignal) => Promise<State>) => {
    running.current?.abort();
    const control = new AbortController();
    running.current = control;
    does(control.signal).then(
      (next) => control.signal.aborted || setState(next),
      (error: unknown) => control.signal.aborted || setState({ at: "failed", failure: asFailure(error), again: () => work(does) }),
    );
  };
  const cancel = () => {
    running.current?.abort();
    setState({ at: "cancelled" });
  };
  const make = () => work(async (signal) => {
    setState({ at: "fetching", done: 0 });
    const log = await trusted(signal);
    const found = await gather(pins, log, known.current, { signal, progress: (done) => signal.aborted || setState({ at: "fetching", done }) });
    return found.left.length > 0 ? { at: "missing", found, log } : finish(found, log, signal);
  });
  const finish = async (found: Gathered, log: Trust, signal: AbortSignal): Promise<State> => {
    setState({ at: "packing" });
    const viewer = await (await send("GET", VIEWER, undefined, signal)).text();
    const made = new Date();
    const about = { made: made.toISOString(), account: session?.account ?? "", by: session?.user ?? "", casefile, log: { vkey: log.shown, handovers: log.handovers } };
    const name = packName(about.made);
    const zip = await zipped(name, await packFiles({ ...about, ...found }, viewer), made, signal);
    const hash = toHex(await sha256(new Uint8Array(await zip.arrayBuffer())));
    signal.throwIfAborted();
    save(zip, `${name}.zip`, "application/zip");
    known.current.clear();
    return { at: "saved", made: { name: `${name}.zip`, events: found.ready.length, size: zip.size, sha256: hash, vkey: log.shown } };
  };
  const busy = state.at === "fetching" || state.at === "packing";
  const told = state.at === "fetching" ? say("pack.fetching", { done: state.done, all: pins.length }) : say("pack.packing");
  const percent = state.at === "fetching" ? Math.floor((100 * state.done) / Math.max(1, pins.length)) : 100;
  return (
    <Dialog title={say("pack.title")} close={close} className="wide-dialog">
      <div className="pack" data-pack={state.at}>
        <p><strong><bdi>{plain(casefile.title, 200) || <span className="faint">{say("pack.untitled")}</span>}</bdi></strong></p>
        <p>{say("pack.what", { n: pins.length, notes })}</p>
        <p className="faint">{say("pack.private")}</p>
        {!busy && state.at !== "missing" && <p><Button type="primary" ref={begin} onClick={make}>{say("pack.make")}</Button></p>}
        {busy && (
          <div className="verifying" role="status">
            <Progress percent={percent} size="small" aria-label={told} />
            <span>{told}</span>
            <Button size="small" onClick={cancel}>{say("pack.cancel")}</Button>
          </div>
        )}
        {state.at === "cancelled" && <Alert type="info" showIcon title={say("pack.cancelled")} />}
        {state.at === "failed" && <Failed failure={state.failure} again={state.again} />}
        {state.at === "missing" && (
          <Alert type="warning" showIcon title={say("pack.missing", { n: state.found.left.length, all: pins.length })} description={
            <>
              <ul className="missing">{state.found.left.map(({ id, reason, problem }) => (
                <li key={id} data-left={reason}><code><bdi>{plain(id, 80)}</bdi></code> {REASONS[reason]?.[language === "zh" ? 1 : 0]}{problem && `: ${plain(problemIn(language, problem), 400)}`}</li>
              ))}</ul>
              <p>{say(state.found.ready.length > 0 ? "pack.missing.hint" : "pack.empty")}</p>
              <div className="buttons">
                <Button size="small" type="primary" onClick={make}>{say("pack.again")}</Button>
                {state.found.ready.length > 0 && <Button size="small" onClick={() => { const { found, log } = state; work((signal) => finish(found, log, signal)); }}>{say("pack.without")}</Button>}
              </div>
            </>
          } />
        )}
        {state.at === "saved" && (
          <>
            <Alert type="success" showIcon title={say("pack.saved", { name: state.made.name, n: n(state.made.events), size: n(state.made.size) })} description={
              <>{say("pack.hash")} <code className="hash">{state.made.sha256}</code>{" "}
                <Button size="small" onClick={() => copy(`${state.made.sha256}  ${state.made.name}\n`)}>{say("pack.copy")}</Button></>
            } />
            <p>{say("pack.key")} <code className="hash">{plain(state.made.vkey, 400)}</code>{" "}<Button size="small" onClick={() => copy(state.made.vkey)}>{say("pack.key.copy")}</Button></p>
          </>
        )}
      </div>
    </Dialog>
  );
}
