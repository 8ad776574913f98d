// A question to the service, asked again when what it depends on changes, and cancelled when nobody waits for it.
import { useCallback, useEffect, useRef, useState } from "react";
import { Failure } from "./client.ts";

export interface Asked<T> {
  data: T | undefined;
  failure: Failure | undefined;
  loading: boolean;
  /** Set once an answer takes longer than a person waits without asking why. */
  slow: boolean;
  cancelled: boolean;
  cancel: () => void;
  /** Asks once more, unless an answer is on its way. */
  again: () => void;
  /** Asks once more in any case: what was asked for is not what it was. */
  changed: () => void;
}

export const SLOW_MS = 1500;

/** The answer of `question`, asked anew whenever `key` changes. An empty key asks nothing. */
export function useAnswer<T>(key: string, question: (signal: AbortSignal) => Promise<T>): Asked<T> {
  const [state, setState] = useState<{ of: string; data?: T; failure?: Failure; loading: boolean; slow: boolean; cancelled: boolean }>(
    { of: "", loading: key !== "", slow: false, cancelled: false },
  );
  const [turn, setTurn] = useState(0);
  const one = key && `${turn} ${key}`;
  const running = useRef<AbortController | null>(null);
  const busy = useRef(false);
  const asked = useRef(question);
  asked.current = question;

  useEffect(() => {
    if (!key) {
      setState({ of: "", loading: false, slow: false, cancelled: false });
      return;
    }
    const control = new AbortController();
    running.current = control;
    busy.current = true;
    setState((old) => ({ ...old, of: one, failure: undefined, loading: true, slow: false, cancelled: false }));
    const timer = setTimeout(() => setState((old) => (old.loading ? { ...old, slow: true } : old)), SLOW_MS);
    asked
      .current(control.signal)
      .then((data) => control.signal.aborted || setState({ of: one, data, loading: false, slow: false, cancelled: false }))
      .catch((error: unknown) => {
        if (control.signal.aborted) return;
        setState((old) => ({ ...old, failure: asFailure(error), loading: false, slow: false }));
      })
      .finally(() => {
        clearTimeout(timer);
        if (running.current === control) busy.current = false;
      });
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [one]);

  const cancel = useCallback(() => {
    running.current?.abort();
    busy.current = false;
    setState((old) => ({ ...old, loading: false, slow: false, cancelled: true }));
  }, []);
  // Whoever asks again and again must not end an answer that takes longer than their patience.
  const again = useCallback(() => { if (!busy.current) setTurn((old) => old + 1); }, []);
  const changed = useCallback(() => setTurn((old) => old + 1), []);
  // Between a new question and its effect there may be a frame: nobody is to take the old answer for the new one's.
  const fresh = state.of === one;
  return { data: state.data, failure: fresh ? state.failure : undefined, loading: !fresh || state.loading, slow: fresh && state.slow, cancelled: fresh && state.cancelled, cancel, again, changed };
}

/** Several questions as one: slow or failed if one of them is; cancelled and asked again together. */
export function together(...all: readonly Asked<unknown>[]): Asked<unknown> {
  const unanswered = all.filter((one) => one.loading || one.cancelled || one.failure);
  return {
    data: undefined,
    failure: all.find((one) => one.failure)?.failure,
    loading: all.some((one) => one.loading),
    slow: all.some((one) => one.slow),
    cancelled: !all.some((one) => one.loading) && all.some((one) => one.cancelled),
    cancel: () => all.filter((one) => one.loading).forEach((one) => one.cancel()),
    again: () => unanswered.forEach((one) => one.again()),
    changed: () => all.forEach((one) => one.changed()),
  };
}

/** One try at something: busy while it runs, what went wrong, and the same once more. */
export interface Tried {
  busy: boolean;
  trouble: Failure | null;
  run: (work: () => Promise<unknown>) => void;
  again: () => void;
  forget: () => void;
}

export function useTry(): Tried {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Failure | null>(null);
  const last = useRef<() => Promise<unknown>>(async () => undefined);
  const run = useCallback((work: () => Promise<unknown>) => {
    last.current = work;
    setBusy(true);
    setTrouble(null);
    work().catch((error: unknown) => setTrouble(asFailure(error))).finally(() => setBusy(false));
  }, []);
  const again = useCallback(() => run(last.current), [run]);
  const forget = useCallback(() => setTrouble(null), []);
  return { busy, trouble, run, again, forget };
}

export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure(0, "Fault", error instanceof Error ? error.message : String(error));
}
